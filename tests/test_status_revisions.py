"""chosen(): which pods are of the newest revision, and what a DaemonSet need not wait for."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.cluster.status import Chosen, Status, chosen, status

READY = {"type": "Ready", "status": "True"}


def meta(name: str, owner: str = "", **more: Any) -> dict[str, Any]:
    owners = {"ownerReferences": [{"uid": owner, "controller": True}]} if owner else {}
    return {"metadata": {"name": name, "uid": name, **owners, **more}}


def template(image: str, **labels: str) -> dict[str, Any]:
    return {"spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}}}


def deployed(image: str, seen: int = 1) -> dict[str, Any]:
    found = meta("web", generation=1, annotations={"deployment.kubernetes.io/revision": "2"})
    return {
        **found,
        **template(image),
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "status": {"observedGeneration": seen},
    }


def replica_set(name: str, image: str, created: str = "", revision: str = "") -> dict[str, Any]:
    annotations = {"deployment.kubernetes.io/revision": revision} if revision else {}
    found = meta(name, "web", creationTimestamp=created, annotations=annotations)
    return {**found, **template(image, **{"pod-template-hash": name})}


OLD, NEW = replica_set("web-1", "acme/web:1", revision="1"), replica_set("web-2", "acme/web:2", revision="2")
OLD_POD, NEW_POD, OTHER = meta("a", "web-1"), meta("b", "web-2"), meta("c", "else")
THREE = [OLD_POD, NEW_POD, OTHER]


def test_the_newest_replica_set_is_that_with_the_deployments_template() -> None:
    assert chosen(deployed("acme/web:2"), THREE, [OLD, NEW]) == Chosen([NEW_POD], [OLD_POD], NEW)
    assert chosen(deployed("acme/web:1"), THREE, [OLD, NEW]) == Chosen([OLD_POD], [NEW_POD], OLD)


def test_of_replica_sets_with_the_same_template_the_oldest_is_the_newest_revision() -> None:
    twin = replica_set("web-0", "acme/web:2", "2026-01-01T00:00:00Z")
    later = replica_set("web-2", "acme/web:2", "2026-01-02T00:00:00Z")
    assert chosen(deployed("acme/web:2"), [], [later, twin]).revision == twin


def test_before_its_replica_set_is_made_a_deployment_has_no_pods_of_its_newest_revision() -> None:
    assert chosen(deployed("acme/web:3", seen=0), THREE, [OLD, NEW]) == Chosen([], [OLD_POD, NEW_POD], None)


def test_where_no_template_is_written_alike_the_revision_decides() -> None:
    assert chosen(deployed("docker.io/acme/web:2"), THREE, [OLD, NEW]) == Chosen([NEW_POD], [OLD_POD], NEW)


def stateful(seen: int = 1) -> dict[str, Any]:
    status = {"observedGeneration": seen, "updateRevision": "web-2"}
    return {**meta("web", generation=1), "apiVersion": "apps/v1", "kind": "StatefulSet", "status": status}


def test_pods_of_a_stateful_set_are_told_by_its_update_revision_and_its_uid() -> None:
    old, new, other = (
        meta(name, owner, labels={"controller-revision-hash": hashed})
        for name, owner, hashed in (("a", "web", "web-1"), ("b", "web", "web-2"), ("c", "else", "web-2"))
    )
    assert chosen(stateful(), [old, new, other], [OLD, NEW]) == Chosen([new], [old], NEW)
    assert chosen(stateful(seen=0), [old, new, other], [OLD, NEW]) == Chosen([], [old, new], None)


def test_pods_of_a_daemon_set_are_told_by_the_newest_controller_revision_or_the_generation() -> None:
    kind = {"apiVersion": "apps/v1", "kind": "DaemonSet", "status": {"observedGeneration": 1}}
    daemons = {**kind, **meta("web", generation=1, annotations={"deprecated.daemonset.template.generation": "7"})}
    revisions = [
        {**meta(f"web-{one}", "web", labels={"controller-revision-hash": str(one)}), "revision": one} for one in (1, 2)
    ]
    old, new, told = (
        meta("a", "web", labels={"controller-revision-hash": "1", "pod-template-generation": "6"}),
        meta("b", "web", labels={"controller-revision-hash": "2"}),
        meta("c", "web", labels={"pod-template-generation": "7"}),
    )
    assert chosen(daemons, [old, new, told, OTHER], revisions) == Chosen([new, told], [old], revisions[1])
    unseen = {**daemons, "status": {}}
    assert chosen(unseen, [old, new], revisions) == Chosen([], [old, new], None)


def test_all_pods_of_a_job_are_of_its_only_revision_and_a_pod_is_its_own() -> None:
    job = {**meta("web-1"), "apiVersion": "batch/v1", "kind": "Job"}
    assert chosen(job, THREE) == Chosen([OLD_POD], [])
    single = {**OTHER, "apiVersion": "v1", "kind": "Pod"}
    assert chosen(single, THREE) == Chosen([OTHER], [])
    assert chosen(single, []) == Chosen([single], [])


def daemons(**status: int) -> dict[str, Any]:
    numbers = {"observedGeneration": 1, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}
    found = {"apiVersion": "apps/v1", "kind": "DaemonSet", **meta("web", generation=1)}
    return {**found, "status": {**numbers, **status}}


def on_node(name: str, node: str, *, ready: bool, bound: bool = True) -> dict[str, Any]:
    fields = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    wanted = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [fields]}}}
    conditions = {"conditions": [{"type": "Ready", "status": str(ready)}]}
    found = meta(name, "web", labels={"controller-revision-hash": "1"})
    return {**found, "spec": {"nodeName": node} if bound else {"affinity": wanted}, "status": conditions}


GOOD, BAD = {**meta("good"), "status": {"conditions": [READY]}}, {**meta("bad"), "status": {"conditions": []}}
FIRST = {**meta("web-1", "web", labels={"controller-revision-hash": "1"}), "revision": 1}


@pytest.mark.parametrize("bound", [True, False])
def test_a_daemon_set_does_not_wait_for_a_node_that_is_not_ready(bound: bool) -> None:
    pods = [on_node("a", "good", ready=True), on_node("b", "bad", ready=False, bound=bound)]
    found = status(daemons(), pods=pods, revisions=[FIRST], nodes=[GOOD, BAD])
    assert found == Status("done", "1 pod ready, 1 node not ready or cordoned")


def test_a_daemon_set_waits_for_a_pod_on_a_good_node_and_for_what_is_not_known() -> None:
    waiting = Status("waiting", "1 of 2 updated pods available")
    pods = [on_node("a", "bad", ready=True), on_node("b", "good", ready=False)]
    assert status(daemons(), pods=pods, revisions=[FIRST], nodes=[GOOD, BAD]) == waiting
    assert status(daemons(), pods=pods[:1], revisions=[FIRST], nodes=[GOOD, BAD]) == waiting
    assert status(daemons()) == waiting
