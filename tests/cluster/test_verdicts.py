"""What `kubectl rollout status` says of the files of tests/cases/status/, and of others like them, status() says."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.status import status
from tests.cluster.dumps import KINDS, serving, verdict
from tests.conftest import CASES
from tests.test_status import read

FILES = [
    path for path in sorted((CASES / "status").glob("*.yaml")) if path.stem.partition("-")[0] in map(str.lower, KINDS)
]
# Where kubectl says something else, and why that is no use to a rollout.
EXCEPTIONS = {
    "daemonset-on-a-cordoned-node": "kubectl waits for nodes that are not there to be used",
    "daemonset-on-delete-the-first-time": "kubectl says nothing of OnDelete, and fails",
    "deployment-scaled-down": "kubectl takes a scale-down that is only begun for done",
    "statefulset-on-delete-when-a-person-has-done-it": "kubectl says nothing of OnDelete, and fails",
    "statefulset-scaled-down": "kubectl takes a scale-down that is only begun for done",
}


def kubectls() -> list[str]:
    """Return the kubectls of this machine: those on the PATH, and older ones that lie beside them."""
    found = {Path(found).resolve() for folder in os.get_exec_path() if (found := shutil.which("kubectl", path=folder))}
    beside = {one for path in found for one in path.parent.glob("kubectl.[0-9]*") if os.access(one, os.X_OK)}
    return sorted(map(str, found | beside))


WITH_KUBECTL = pytest.mark.skipif(not shutil.which("kubectl"), reason="there is no kubectl")


def rolled_out(kubectl: str, objects: list[dict[str, Any]]) -> list[bool]:
    for one in objects:
        one["metadata"] = {**one["metadata"], "name": "web", "namespace": "shop", "resourceVersion": "1"}
    with serving(objects) as server, ThreadPoolExecutor(6) as pool:
        return list(pool.map(lambda n: verdict(kubectl, server, n, objects[n]["kind"]), range(len(objects))))


@WITH_KUBECTL
@pytest.mark.parametrize("kubectl", kubectls(), ids=lambda path: Path(path).name)
def test_kubectl_says_the_same_of_every_file(kubectl: str) -> None:
    cases = [read(path) for path in FILES]
    said = rolled_out(kubectl, [case["object"] for case in cases])
    ours = [status(case["object"], **case.get("around", {})).word == "done" for case in cases]
    different = {path.stem for path, theirs, own in zip(FILES, said, ours, strict=True) if theirs is not own}
    assert different == {*EXCEPTIONS}


def numbers(kind: str) -> list[dict[str, Any]]:
    """Return objects of a kind with every combination of small numbers that its rule looks at."""
    if kind == "Deployment":
        names = ("replicas", "updatedReplicas", "availableReplicas")
        spec = [{"replicas": number} for number in (0, 1, 2)]
    elif kind == "StatefulSet":
        names = ("readyReplicas", "updatedReplicas")
        strategies = [{"type": "RollingUpdate", "rollingUpdate": {"partition": number}} for number in (0, 1, 3)]
        spec = [{"replicas": n, "updateStrategy": one} for n, one in product((0, 1, 2), strategies)]
    else:
        names = ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable")
        spec = [{"updateStrategy": {"type": "RollingUpdate"}}]
    metadata = {"generation": 2}
    return [
        {
            "apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": one,
            "status": {"observedGeneration": 2, **dict(zip(names, values, strict=True))},
        }
        for one, values in product(spec, product((0, 1, 2), repeat=len(names)))
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@WITH_KUBECTL
def test_kubectl_says_the_same_of_every_combination_of_numbers(kind: str) -> None:
    objects = numbers(kind)
    theirs = rolled_out("kubectl", objects)
    for obj, said in zip(objects, theirs, strict=True):
        found = status(obj)
        assert (found.word == "done") is said or "too many" in found.message, (found, obj)
