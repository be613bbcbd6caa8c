"""One file under tests/cases/status/ is an object as a real API server had it, and what status() says of it.

tests/cluster/test_status.py takes them (KBUMP_TEST_UPDATE=1).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.status import BLOCKING, Status, status
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import CASES

FILES = sorted((CASES / "status").glob("*.yaml"))
WORKLOADS = [path for path in FILES if path.stem.startswith(("deployment", "daemonset", "statefulset"))]
READY = {"type": "Ready", "status": "True"}


def read(path: Path) -> Any:
    [case] = construct(Source(path.name, path.read_text()))
    return case


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_status_says_of_an_object(path: Path) -> None:
    case = read(path)
    before = copy.deepcopy(case)
    assert status(case["object"], **case.get("around", {})) == Status(**case["status"])
    assert case == before


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_an_object_that_is_being_deleted_is_said_to_be(path: Path) -> None:
    obj = read(path)["object"]
    obj["metadata"]["deletionTimestamp"] = "2026-11-28T00:00:00Z"
    assert status(obj).word == "deleting"


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem.replace("-", " "))
def test_a_newer_spec_than_the_controller_has_seen_is_waited_for(path: Path) -> None:
    obj = read(path)["object"]
    obj["metadata"]["generation"] += 1
    assert status(obj).word in ("waiting", "deleting")


def custom(status: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"generation": 2}, "status": status, **more}


def rollout(**status: Any) -> dict[str, Any]:
    return {**custom(status), "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}


DEFINITION = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {}}
UNESTABLISHED = {"type": "Established", "status": "False"}
DOOMED = {"type": "FailureTarget", "status": "True", "reason": "BackoffLimitExceeded"}
UNSEEN = Status("waiting", "no controller has looked at it yet")


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param(
            custom({"conditions": [{**READY, "observedGeneration": 1}]}), UNSEEN,
            id="a custom resource that was ready before its newest spec",
        ),
        pytest.param(
            custom({"observedGeneration": "x"}), Status("done", "it is there"),
            id="a custom resource whose controller counts in words",
        ),
        pytest.param(
            custom({"conditions": [{"type": "Ready", "status": "Unknown"}]}),
            Status("waiting", "it is not ready: it does not say why"), id="a custom resource that does not say why",
        ),
        pytest.param(custom({"conditions": "none"}), Status("done", "it is there"), id="conditions that are none"),
        pytest.param(
            rollout(observedGeneration="1", phase="Healthy"), UNSEEN, id="an Argo Rollout that was not looked at",
        ),
        pytest.param(
            rollout(observedGeneration="2", phase="Paused", message="CanaryPauseStep"),
            Status("paused", "CanaryPauseStep"), id="an Argo Rollout that is paused",
        ),
        pytest.param(rollout(phase="Healthy"), Status("done", "it is healthy"), id="an Argo Rollout that is done"),
        pytest.param(rollout(), Status("waiting", "it is new"), id="an Argo Rollout that is new"),
        pytest.param(
            {**DEFINITION, "status": {"conditions": [{**UNESTABLISHED, "reason": "Odd"}]}},
            Status("failed", "it is not established: Odd"), id="a definition that will not be established",
        ),
        pytest.param(
            {**DEFINITION, "status": {"conditions": [{**UNESTABLISHED, "reason": "Installing"}]}},
            Status("waiting", "it is not established"), id="a definition that is being established",
        ),
        pytest.param(
            {"apiVersion": "batch/v1", "kind": "Job", "status": {"conditions": [DOOMED]}},
            Status("failed", "it failed: BackoffLimitExceeded"), id="a job that has failed, and has pods that end",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Failed", "containerStatuses": [{"state": {}}]}},
            Status("failed", "it failed: it does not say why"), id="a pod that does not say why",
        ),
    ],
)  # fmt: skip
def test_of_states_that_are_hard_to_come_to(obj: dict[str, Any], expected: Status) -> None:
    assert status(obj) == expected


def test_every_kind_that_blocks_has_a_rule() -> None:
    from kbump.cluster.status.rules import _RULES

    assert {*BLOCKING} <= {kind for _, kind in _RULES}


def holes(obj: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of everything in an object."""
    items = obj.items() if isinstance(obj, dict) else enumerate(obj) if isinstance(obj, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from holes(value, (*path, key))


def without(obj: Any, path: tuple[Any, ...]) -> Any:
    """Return an object with null in the place of what is at a path."""
    if not path:
        return None
    found = copy.copy(obj)
    found[path[0]] = without(obj[path[0]], path[1:])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_whatever_is_absent_an_object_has_a_status(path: Path) -> None:
    case = read(path)
    for place in holes(case["object"]):
        assert status(without(case["object"], place), **case.get("around", {})).message
