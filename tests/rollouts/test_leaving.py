"""What an undo leaves is said with what it was and what gets it back; the objects are as a server has them."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.errors import Location
from kbump.rollouts.leaving import beside_pods, left_object, left_workload
from kbump.rollouts.planned import Planned


def planned(kind: str, name: str, data: dict[str, Any] | None = None) -> Planned:
    api = "apps/v1" if kind in ("Deployment", "DaemonSet") else "v1"
    return Planned(api, kind, "shop", name, data or {}, Location("a.yaml", 1, 1))


def deployment(**spec: Any) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {}, **spec}}


SCALE = "kubectl scale deployment/web --replicas=1 -n shop"
WEB = planned("Deployment", "web")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (deployment(replicas=1), ""),
        (
            deployment(replicas=3),
            "`spec.replicas` was 1, and is 3: `kubectl scale deployment/web --replicas=1 -n shop`",
        ),
        (
            deployment(replicas=1, strategy={"type": "Recreate"}),
            '`spec.strategy` was not set, and is {"type": "Recreate"}: put that back in git, and apply it',
        ),
        (
            deployment(replicas=1, a=[1], b="x" * 60, c=None, d=1),
            f'`spec.a` was not set, and is [1], `spec.b` was not set, and is "{"x" * 39}…, '
            "`spec.c` was not set, and is null, and 1 more: put that back in git, and apply it",
        ),
    ],
)
def test_what_else_was_changed_is_said_of_a_workload(now: dict[str, Any], words: str) -> None:
    assert beside_pods(WEB, deployment(replicas=1), now) == (f"; {words}" if words else "")
    assert left_workload(WEB, deployment(replicas=1), now, []) == (
        f"its pods were not changed{f'; {words}' if words else ''}"
    )


@pytest.mark.parametrize(
    ("pods", "kind"),
    [
        ({"containers": [{"envFrom": [{"configMapRef": {"name": "a"}}]}]}, "ConfigMap"),
        ({"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]}]}, "Secret"),
        ({"volumes": [{"configMap": {"name": "a"}}]}, "ConfigMap"),
        ({"volumes": [{"secret": {"secretName": "a"}}]}, "Secret"),
        ({"volumes": [{"projected": {"sources": [{"secret": {"name": "a"}}]}}]}, "Secret"),
        ({"imagePullSecrets": [{"name": "a"}]}, "Secret"),
    ],
)
def test_each_way_to_refer_to_config_is_found(pods: dict[str, Any], kind: str) -> None:
    spec = deployment(template={"spec": pods})
    told = left_workload(WEB, spec, spec, [planned("ConfigMap", "a"), planned("Secret", "a"), planned(kind, "b")])
    assert told == f"its pods were not changed; its pods read {kind} shop/a, which this rollout wrote"
    reads, other = planned("Deployment", "web", spec), planned("Job", "web", spec)
    told = left_object(planned(kind, "a"), {"kind": kind}, {"kind": kind}, [reads, other])
    assert told == (
        "kubectl undoes no object of its kind; put back in git what it was, and apply that, "
        "then `kubectl rollout restart deployment/web -n shop`"
    )


def test_labels_and_annotations_are_told_without_those_of_controllers() -> None:
    last = "kubectl.kubernetes.io/last-applied-configuration"
    before = {"kind": "Service", "metadata": {"labels": {"a": "b"}, "annotations": {last: "1"}, "resourceVersion": "1"}}
    now = {
        "kind": "Service",
        "metadata": {"annotations": {last: "2", "deployment.kubernetes.io/revision": "2", "c": "d"}},
    }
    assert left_object(planned("Service", "web"), before, now, []) == (
        'kubectl undoes no object of its kind: `metadata.annotations.c` was not set, and is "d", '
        '`metadata.labels.a` was "b", and is not set; put back in git what it was, and apply that'
    )


def test_values_of_secrets_are_hidden() -> None:
    before, now = ({"kind": "Secret", "data": {"token": value}} for value in ("b25l", "dHdv"))
    told = left_object(planned("Secret", "a"), before, now, [])
    assert "`data.token` was ***, and is ***;" in told
