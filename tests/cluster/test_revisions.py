"""chosen() and after() of workloads that a real control plane changes, on nodes that simulate containers."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.cluster.diagnosis import Around
from kbump.cluster.status import Status, after, status
from tests.cluster.scenarios import batch, deployment, job, pods, stateful_set, workload
from tests.cluster.watching import Kubectl, kubectl, until

__all__ = ["kubectl"]
OF_EACH_KIND = pytest.mark.parametrize(
    ("kind", "manifest"),
    [
        pytest.param("deployment", lambda word="": deployment(2, word), id="deployment"),
        pytest.param("statefulset", lambda word="": stateful_set(2, word), id="stateful set"),
        pytest.param("daemonset", lambda word="": workload("DaemonSet", pods(word)), id="daemon set"),
    ],
)


def rolled_out(kubectl: Kubectl, kind: str) -> Any:
    """Wait until a workload is rolled out; return it."""
    assert until(lambda: status(kubectl.listed(kind)[0]).word == "done")
    return kubectl.listed(kind)[0]


def words(kubectl: Kubectl, kind: str) -> tuple[set[str], set[str]]:
    """Return the last words of the images of a workload's newest pods, and of its older ones."""
    [found] = kubectl.listed(kind)
    revisions = kubectl.listed("replicaset") + kubectl.listed("controllerrevision")
    newest, older, _ = Around(pods=kubectl.listed("pod"), revisions=revisions).chosen(found)
    new, old = ({one["spec"]["containers"][0]["image"].rpartition("-")[2] for one in some} for some in (newest, older))
    return new, old


@OF_EACH_KIND
def test_pods_of_the_newest_revision_are_told_from_older_ones_also_after_an_undo(
    kind: str, manifest: Any, kubectl: Kubectl
) -> None:
    kubectl.apply(manifest("lingers"))
    rolled_out(kubectl, kind)
    assert words(kubectl, kind) == ({"lingers"}, set())
    kubectl.apply(manifest("unready"))
    assert until(lambda: words(kubectl, kind) == ({"unready"}, {"lingers"}))
    kubectl("rollout", "undo", f"{kind}/web")
    assert until(lambda: words(kubectl, kind)[0] == {"lingers"})


@pytest.mark.parametrize("kind", ["ReplicaSet", "StatefulSet"])
def test_pods_of_another_workload_with_the_same_labels_are_not_of_this_one(kind: str, kubectl: Kubectl) -> None:
    kubectl.apply(workload(kind, pods("unready")).replace("name: web}\n", "name: other}\n"))
    kubectl.apply(deployment(1, "lingers"))
    rolled_out(kubectl, "deployment")
    assert len(kubectl.listed("pod")) == 2
    assert words(kubectl, "deployment") == ({"lingers"}, set())


@OF_EACH_KIND
def test_who_deploys_meanwhile_is_named(kind: str, manifest: Any, kubectl: Kubectl) -> None:
    [applied] = kubectl.apply(manifest())
    kubectl("set", "image", f"{kind}/web", "web=registry.local/web:1.5.0")
    found = after(applied, kubectl.listed(kind)[0])
    assert found
    assert found.word == "superseded"
    assert found.message.startswith("somebody else has deployed it meanwhile, by `kubectl-set` at 20")


@OF_EACH_KIND
def test_who_applies_something_else_meanwhile_is_named(kind: str, manifest: Any, kubectl: Kubectl) -> None:
    [applied] = kubectl.apply(manifest())
    kubectl.apply(manifest("slow"))
    found = after(applied, kubectl.listed(kind)[0])
    assert found
    assert found.message.startswith("somebody else has deployed it meanwhile, by `kubectl-client-side-apply` at 20")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("scale", "deployment/web", "--replicas=3"), id="scales"),
        pytest.param(("autoscale", "deployment/web", "--min=3", "--max=4"), id="lets an autoscaler scale"),
        pytest.param(("rollout", "restart", "deployment/web"), id="restarts"),
        pytest.param(("rollout", "pause", "deployment/web"), id="pauses"),
        pytest.param(("annotate", "deployment/web", "note=x"), id="annotates"),
        pytest.param(("set", "env", "deployment/web", "A=1"), id="adds a variable to"),
    ],
)
def test_whoever_does_this_to_a_workload_has_not_deployed_anything_else(
    command: tuple[str, ...], kubectl: Kubectl
) -> None:
    [applied] = kubectl.apply(deployment(2))
    assert not kubectl(*command).returncode
    if command[0] == "autoscale":
        assert until(lambda: kubectl.listed("deployment")[0]["spec"]["replicas"] == 3)
    now = rolled_out(kubectl, "deployment")
    assert after(applied, now) is None


def test_what_is_deleted_or_made_again_meanwhile_is_said_to_be(kubectl: Kubectl) -> None:
    [applied] = kubectl.apply(deployment(1))
    kubectl("delete", "deployment", "web")
    assert kubectl.listed("deployment") == []
    assert after(applied, None) == Status("gone", "it was deleted meanwhile")
    kubectl.apply(deployment(1))
    found = after(applied, kubectl.listed("deployment")[0])
    assert found
    assert found.message.startswith("it was deleted and made again meanwhile, by `kubectl-client-side-apply` at 20")


def test_a_job_that_is_removed_after_its_end_was_complete(kubectl: Kubectl) -> None:
    manifest = batch(job(more=", ttlSecondsAfterFinished: 2"))
    [applied] = kubectl.apply(manifest)
    last = status(rolled_out(kubectl, "job"))
    assert until(lambda: not kubectl.listed("job"))
    assert after(applied, None, last) == Status("done", "it was complete, and is deleted")
