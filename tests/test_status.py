"""One file under tests/cases/status/ is an object as a real API server had it, and what status() says of it.

tests/cluster/test_status.py takes them (KBUMP_TEST_UPDATE=1).
"""

from __future__ import annotations

import copy
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
    before = copy.deepcopy(case["object"])
    assert status(case["object"]) == Status(**case["status"])
    assert case["object"] == before


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem.replace("-", " "))
def test_an_object_that_is_being_deleted_is_said_to_be(path: Path) -> None:
    obj = read(path)["object"]
    obj["metadata"]["deletionTimestamp"] = "2026-11-28T00:00:00Z"
    assert status(obj).word == "deleting"


@pytest.mark.parametrize("path", WORKLOADS, ids=lambda path: path.stem.replace("-", " "))
def test_a_newer_spec_than_the_controller_has_seen_is_waited_for(path: Path) -> None:
    obj = read(path)["object"]
    obj["metadata"]["generation"] += 1
    assert status(obj).word in ("waiting", "paused")


def custom(conditions: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    found = {"conditions": conditions, **more.pop("status", {})}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"generation": 2}, "status": found, **more}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param(custom([]), Status("done", "it is there"), id="without conditions"),
        pytest.param(custom([READY]), Status("done", "it is ready"), id="that is ready"),
        pytest.param(
            custom([{"type": "Ready", "status": "False", "message": "no node"}]), Status("waiting", "no node"),
            id="that is not ready",
        ),
        pytest.param(
            custom([{"type": "Reconciling", "status": "True", "reason": "Working"}, READY]),
            Status("waiting", "Working"), id="that is worked on",
        ),
        pytest.param(
            custom([{"type": "Stalled", "status": "True", "message": "bad spec"}]),
            Status("failed", "it is stalled: bad spec"), id="that is stalled",
        ),
        pytest.param(
            custom([], status={"observedGeneration": "1"}), Status("waiting", "no controller has looked at it yet"),
            id="whose newest spec was not seen, told as a text",
        ),
        pytest.param(
            custom([], status={"observedGeneration": "x"}), Status("done", "it is there"),
            id="whose controller counts in words",
        ),
    ],
)  # fmt: skip
def test_of_a_custom_resource(obj: dict[str, Any], expected: Status) -> None:
    assert status(obj) == expected


DEFINITION = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {}}
TAKEN = {"type": "NamesAccepted", "status": "False"}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param(
            {**DEFINITION, "status": {"conditions": [{"type": "Established", "status": "True"}]}},
            Status("done", "it is established"), id="a definition that is established",
        ),
        pytest.param(DEFINITION, Status("waiting", "it is not established"), id="a definition that is new"),
        pytest.param(
            {**DEFINITION, "status": {"conditions": [{**TAKEN, "message": "taken"}]}},
            Status("failed", "its names are not accepted: taken"), id="a definition whose names are taken",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Lost"}},
            Status("failed", "its volume is lost"), id="a claim whose volume is lost",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Bound"}},
            Status("done", "it is bound"), id="a claim that is bound",
        ),
        pytest.param(
            {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "status": {"loadBalancer": {"ingress": [{}]}}},
            Status("done", "it has an address"), id="an ingress with an address",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Succeeded"}},
            Status("done", "it has ended well"), id="a pod that has ended",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "status": {"phase": "Failed", "reason": "Evicted"}},
            Status("failed", "it failed: Evicted"), id="a pod that was evicted",
        ),
        pytest.param(
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"generation": 1}},
            Status("waiting", "no controller has looked at it yet"), id="a replica set that is new",
        ),
        pytest.param(
            {
                "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"generation": 1},
                "status": {
                    "observedGeneration": 1,
                    "conditions": [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}],
                },
            },
            Status("failed", "exceeded quota"), id="a replica set that may make no pods",
        ),
        pytest.param(
            {
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"generation": 1}, "spec": {"replicas": 1},
                "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1},
            },
            Status("waiting", "1 old replica to end"), id="a deployment with an old replica",
        ),
        pytest.param(
            {
                "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"generation": 1}, "spec": {"replicas": 2},
                "status": {"observedGeneration": 1, "readyReplicas": 2, "updatedReplicas": 1},
            },
            Status("waiting", "1 of 2 new pods updated"), id="a stateful set with an old pod",
        ),
        pytest.param(
            {
                "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"generation": 1},
                "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 1},
            },
            Status("waiting", "1 of 2 new pods updated"), id="a daemon set with an old pod",
        ),
        pytest.param(
            {
                "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"generation": 1},
                "spec": {"updateStrategy": {"type": "OnDelete"}},
                "status": {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2},
            },
            Status("done", "2 pods updated"), id="a daemon set whose pods a person has deleted",
        ),
    ],
)  # fmt: skip
def test_of_states_that_are_hard_to_come_to(obj: dict[str, Any], expected: Status) -> None:
    assert status(obj) == expected


def test_every_kind_that_blocks_has_a_rule() -> None:
    from kbump.cluster.status import _RULES

    assert {*BLOCKING} <= {kind for _, kind in _RULES}
