"""troubles() of pods that a real control plane made, on nodes that let their containers fail.

With KBUMP_TEST_UPDATE=1 what is seen is written to tests/cases/diagnosis/, for tests/test_diagnosis.py.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest

from kbump.cluster.diagnosis import Trouble, pull_messages, troubles
from tests.cluster.scenarios import IMAGE, NOWHERE, batch, job, pods, workload
from tests.cluster.test_status import DUMPER, Kubectl, kubectl
from tests.conftest import CASES

__all__ = ["kubectl"]
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: none}\nspec: {hard: {pods: '0'}}\n---\n"
PROBE = ", readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1, failureThreshold: 1}"
INIT = f", initContainers: [{{name: prepare, image: '{IMAGE}-crash'}}]"
# Manifest, reason, sentence.
CASES_OF = {
    "an image that is missing": (
        workload("Deployment", pods("missing")), "image-missing", f"the image `{IMAGE}-missing` does not exist",
    ),
    "a registry that does not answer": (
        workload("Deployment", pods("flaky")), "image-unreachable", f"`{IMAGE}-flaky` cannot be pulled: *i/o timeout*",
    ),
    "a secret that is missing": (
        workload("Deployment", pods("misconfigured")), "config",
        'the container cannot be made: secret "database" not found',
    ),
    "a container that crashes": (workload("Deployment", pods("crash")), "crash", "it ended with exit code 1*"),
    "a container that crashes after it was ready": (
        workload("Deployment", pods("flap")), "crash", "it ended with exit code 1*",
    ),
    "a container that runs out of memory": (
        workload("Deployment", pods("oom")), "out-of-memory", "it ran out of memory*",
    ),
    "an init container that crashes": (
        workload("Deployment", pods(more=INIT)), "crash", "it ended with exit code 2*",
    ),
    "a probe that keeps failing": (
        workload("Deployment", pods("unready").replace("unready'", f"unready'{PROBE}")), "unready",
        "it runs, and its readiness probe keeps failing",
    ),
    "a pod that no node takes": (
        workload("Deployment", pods(more=NOWHERE)), "unschedulable",
        "no node takes it: 0/3 nodes are available: 3 node(s) didn't match*",
    ),
    "a quota that is full": (
        QUOTA + workload("Deployment", pods()), "refused", "its pods may not be made: *exceeded quota*",
    ),
    "a quota that is full for a stateful set": (
        QUOTA + workload("StatefulSet", pods()), "refused", "its pods may not be made: *exceeded quota*",
    ),
    "a job that fails": (
        batch(job("fails", ", backoffLimit: 0")), "failed", "it failed: Job has reached the specified backoff limit",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "case"), CASES_OF.items(), ids=CASES_OF)
def test_what_keeps_pods_from_being_ready_is_said(name: str, case: tuple[str, str, str], kubectl: Kubectl) -> None:
    manifest, reason, message = case
    made = kubectl("apply", "-f", "-", text=manifest)
    assert not made.returncode, made.stderr
    pulls: dict[tuple[str, str], str] = {}
    ends = time.monotonic() + 30
    while True:
        seen = {kind: listed(kubectl, kind) for kind in ("pods", "replicasets", "jobs", "events")}
        pulls.update(pull_messages(seen["pods"]))
        now = datetime.now(UTC)
        owners = seen["replicasets"] + seen["jobs"]
        found = troubles(seen["pods"], owners=owners, events=seen["events"], now=now, pulls=pulls)
        if any(fits(one, reason, message) for one in found) or time.monotonic() > ends:
            break
        time.sleep(0.1)
    assert any(fits(one, reason, message) for one in found), found
    if os.environ.get("KBUMP_TEST_UPDATE"):
        case_data = {
            "now": now.isoformat(), "pods": trimmed(seen["pods"]), "owners": trimmed(owners),
            "events": trimmed(seen["events"]), "troubles": [one._asdict() for one in found],
            "pulls": [[*key, text] for key, text in pulls.items()],
        }  # fmt: skip
        with (CASES / "diagnosis" / f"{name.replace(' ', '-')}.yaml").open("w") as file:
            DUMPER.dump(case_data, file)


def fits(one: Trouble, reason: str, message: str) -> bool:
    return one.reason == reason and fnmatchcase(one.message, message.replace("[", "[[]"))


def listed(kubectl: Kubectl, kind: str) -> list[Any]:
    return list(json.loads(kubectl("get", kind, "-o", "json").stdout)["items"])


def trimmed(objects: list[Any]) -> list[Any]:
    """Leave out what nothing is said of."""
    keys = ("kind", "spec", "status", "type", "reason", "message", "involvedObject")
    return [
        {"metadata": {"name": one["metadata"]["name"]}, **{key: one[key] for key in keys if key in one}}
        for one in objects
    ]
