"""status() of objects on a real API server, and `kubectl rollout status` beside it.

With KBUMP_TEST_UPDATE=1 the objects are written to tests/cases/status/, of which tests/test_status.py makes cases.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from ruamel.yaml import YAML

from kbump.cluster.status import Status, status
from tests.cluster.scenarios import SCENARIOS, SIMULATED, Scenario
from tests.conftest import CASES

Kubectl = Callable[..., subprocess.CompletedProcess[str]]
_PATIENCE_S = 30.0
DUMPER = YAML(typ="safe", pure=True)
DUMPER.default_flow_style = False


@pytest.fixture
def kubectl(request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """Return kubectl in a namespace of its own, on a cluster whose nodes simulate containers."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("KBUMP_TEST_KUBECONFIG names no disposable cluster")
    namespace = f"status-{os.getpid()}-{time.monotonic_ns():x}"

    def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = ["kubectl", "--kubeconfig", kubeconfig, "--namespace", namespace, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    if not run("get", "nodes", "-l", SIMULATED, "-o", "name").stdout:
        pytest.skip("the cluster's nodes do not simulate containers")
    run("create", "namespace", namespace)
    yield run
    run("delete", "namespace", namespace, "--wait=false")


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS.items(), ids=SCENARIOS)
def test_status_says_of_a_real_object_what_it_comes_to(name: str, scenario: Scenario, kubectl: Kubectl) -> None:
    made = kubectl("apply", "-f", "-", text=scenario.manifest)
    assert not made.returncode, made.stderr
    kind = name.partition("-")[0]
    if scenario.after:
        until(kubectl, kind, lambda found: found.word == "done")
        assert not kubectl("apply", "-f", "-", text=scenario.after).returncode
    found, obj = until(kubectl, kind, lambda found: fits(found, scenario))
    assert fits(found, scenario), found
    if scenario.kubectl is not None:
        said = kubectl("rollout", "status", f"{kind}/web", "--timeout=1s")
        assert (said.returncode == 0) is scenario.kubectl, said.stdout + said.stderr
        if found.word not in ("paused", "manual"):
            assert (found.word == "done") is scenario.kubectl
    if os.environ.get("KBUMP_TEST_UPDATE"):
        with (CASES / "status" / f"{name}.yaml").open("w") as file:
            DUMPER.dump({"status": found._asdict(), "object": trimmed(obj)}, file)


def fits(found: Status, scenario: Scenario) -> bool:
    return found.word == scenario.word and fnmatchcase(found.message, scenario.message)


def until(kubectl: Kubectl, kind: str, ready: Callable[[Status], bool]) -> tuple[Status, dict[str, Any]]:
    """Look at the object until its status is as it should be, or patience ends; return the last look."""
    ends = time.monotonic() + _PATIENCE_S
    while True:
        obj = json.loads(kubectl("get", kind, "web", "-o", "json").stdout)
        found = status(obj)
        if ready(found) or time.monotonic() > ends:
            return found, obj
        time.sleep(0.1)


def trimmed(obj: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is only of this cluster and this day."""
    metadata = {
        key: value for key, value in obj["metadata"].items() if key in ("generation", "name", "deletionTimestamp")
    }
    return {**obj, "metadata": metadata}
