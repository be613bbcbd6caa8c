"""after(): what others did to an object since it was applied."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from kbump.cluster.status import Status, after
from tests.test_status_revisions import meta


def applied(**more: Any) -> dict[str, Any]:
    container = {"name": "web", "image": "acme/web:2", "args": ["serve"], "ports": [{"containerPort": 80}]}
    spec = {"replicas": 2, "template": {"spec": {"containers": [container]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", **meta("web", generation=4), "spec": spec, **more}


def changed(change: Callable[[Any], None], *writers: tuple[str, str]) -> dict[str, Any]:
    found = copy.deepcopy(applied())
    change(found)
    found["metadata"] |= {
        "generation": 5,
        "managedFields": [
            {"manager": who, "time": when, "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}}
            for who, when in writers
        ],
    }
    return found


def container(obj: Any) -> Any:
    return obj["spec"]["template"]["spec"]["containers"][0]


def test_somebody_else_who_deploys_meanwhile_is_named() -> None:
    now = changed(
        lambda obj: container(obj).update(image="acme/web:3"),
        ("kubectl-client-side-apply", "2026-11-28T12:00:00Z"), ("kubectl-set", "2026-11-28T12:00:07Z"),
    )  # fmt: skip
    said = "somebody else has deployed it meanwhile, by `kubectl-set` at 2026-11-28T12:00:07Z"
    assert after(applied(), now) == Status("superseded", said)


def test_of_two_who_write_in_one_second_the_one_that_changed_one_field_deployed() -> None:
    now = changed(
        lambda obj: container(obj).update(image="acme/web:3"),
        ("kubectl-client-side-apply", "2026-11-28T12:00:07Z"), ("kubectl-set", "2026-11-28T12:00:07Z"),
    )  # fmt: skip
    now["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:template"]["f:spec"] = {"f:containers": {"f:args": {}}}
    found = after(applied(), now)
    assert found
    assert "by `kubectl-set` at" in found.message


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda obj: container(obj).update(args=["serve", "--all"]), id="arguments"),
        pytest.param(lambda obj: container(obj).pop("ports"), id="ports"),
        pytest.param(lambda obj: container(obj).update(name="api"), id="the name of a container"),
    ],
)
def test_who_changes_what_was_applied_has_deployed_something_else(change: Callable[[Any], None]) -> None:
    assert after(applied(), changed(change)) == Status("superseded", "somebody else has deployed it meanwhile")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda obj: obj["spec"].update(replicas=7), id="an autoscaler that moves the replicas"),
        pytest.param(
            lambda obj: obj["spec"]["template"].update(metadata={"annotations": {"restartedAt": "now"}}), id="a restart"
        ),
        pytest.param(lambda obj: container(obj).update(env=[{"name": "A", "value": "1"}]), id="a variable more"),
        pytest.param(
            lambda obj: obj["spec"]["template"]["spec"]["containers"].append({"name": "proxy"}), id="a container more"
        ),
    ],
)
def test_who_leaves_what_was_applied_has_deployed_nothing_else(change: Callable[[Any], None]) -> None:
    assert after(applied(), changed(change)) is None


def test_an_object_that_nobody_has_touched_is_as_it_was_applied() -> None:
    assert after(applied(), applied(status={"replicas": 1})) is None


def test_an_object_that_was_deleted_or_made_again_meanwhile_is_said_to_be() -> None:
    assert after(applied(), None) == Status("gone", "it was deleted meanwhile")
    assert after(applied(), applied(metadata={"uid": "other"})) == Status(
        "superseded", "it was deleted and made again meanwhile"
    )


def test_a_job_that_is_removed_after_its_end_has_not_failed() -> None:
    job = {"apiVersion": "batch/v1", "kind": "Job", **meta("web"), "spec": {"ttlSecondsAfterFinished": 0}}
    assert after(job, None, Status("done", "it is complete")) == Status("done", "it was complete, and is deleted")
    unseen = "it is deleted, as `ttlSecondsAfterFinished` says, and how it ended was not seen"
    assert after(job, None, Status("waiting", "")) == Status("gone", unseen)
    assert after({**job, "spec": {}}, None) == Status("gone", "it was deleted meanwhile")


def test_an_image_of_a_pod_and_a_template_of_a_cron_job_are_looked_at_where_they_are() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        **meta("web", generation=1),
        "spec": {"containers": [{"image": "acme/web:1"}]},
    }
    now = {**pod, **meta("web", generation=2), "spec": {"containers": [{"image": "acme/web:2"}]}}
    assert after(pod, now) == Status("superseded", "somebody else has deployed it meanwhile")
