"""chosen(): which pods of a workload are of its newest revision, by their owners' UIDs, as its controller sees it.

Labels alone never decide: two workloads may share them. What tells a controller its own revision is in
https://github.com/kubernetes/kubernetes/tree/master/pkg/controller (deployment/util, statefulset, daemon/util).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.plain import dig, group_kind, name, number, owner, text, uid
from kbump.cluster.status.workloads import is_observed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kbump.cluster.plain import Object

_HASH = "controller-revision-hash"
_TEMPLATE_HASH = "pod-template-hash"
_REVISION = "deployment.kubernetes.io/revision"
_GENERATION = "deprecated.daemonset.template.generation"


class Chosen(NamedTuple):
    """The pods of a workload's newest revision, those of older ones, and the revision itself, if it has one.

    A controller that has not seen the newest spec has made no pod of it.
    """

    newest: list[Object]
    older: list[Object]
    revision: Object | None = None


def chosen(workload: Object, pods: Iterable[Object], revisions: Iterable[Object] = ()) -> Chosen:
    """Return the pods that a workload controls; `revisions` are ReplicaSets and ControllerRevisions.

    Others' pods and revisions may be among those given. A pod itself is its own newest; all pods of a Job, or of a kind
    that has no revisions, are.
    """
    if group_kind(workload) == ("", "Pod"):
        return Chosen([one for one in pods if uid(one) == uid(workload)] or [workload], [])
    own = [one for one in revisions if owner(one) == uid(workload)]
    rule = _RULES.get(group_kind(workload), _all)
    return rule(workload, list(pods), own)


def _deployment(workload: Object, pods: list[Object], own: list[Object]) -> Chosen:
    newest = _newest_set(workload, own)
    owners = {uid(one) for one in own}
    new = [one for one in pods if newest and owner(one) == uid(newest)]
    return Chosen(new, [one for one in pods if owner(one) in owners and one not in new], newest)


def _newest_set(workload: Object, own: list[Object]) -> Object | None:
    """Return the ReplicaSet with the Deployment's template, the oldest of several, as FindNewReplicaSet does."""
    same = [one for one in own if _template(one) == _template(workload)]
    if same:
        return min(same, key=lambda one: (text(one, "metadata", "creationTimestamp"), name(one)))
    # A template may be written differently after an upgrade of the API server; the revision is the controller's word.
    revision = text(workload, "metadata", "annotations", _REVISION)
    told = (one for one in own if text(one, "metadata", "annotations", _REVISION) == revision)
    return next(told, None) if revision and is_observed(workload) else None


def _template(obj: Object) -> Mapping[str, object]:
    """Return a pod template without the label by which ReplicaSets tell their pods apart."""
    template, labels = dig(obj, "spec", "template") or {}, dig(obj, "spec", "template", "metadata", "labels") or {}
    labels = {key: value for key, value in labels.items() if key != _TEMPLATE_HASH}
    return {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}}


def _stateful_set(workload: Object, pods: list[Object], own: list[Object]) -> Chosen:
    newest = text(workload, "status", "updateRevision") if is_observed(workload) else ""
    revision = next((one for one in own if newest and name(one) == newest), None)
    return _split(workload, pods, lambda one: bool(newest) and _label(one, _HASH) == newest, revision)


def _daemon_set(workload: Object, pods: list[Object], own: list[Object]) -> Chosen:
    """Choose as IsPodUpdated does, by the newest ControllerRevision, or the generation of the template."""
    seen = is_observed(workload)
    revision = max(own, key=lambda one: number(one, "revision"), default=None) if seen else None
    hashed = _label(revision, _HASH) if revision else ""
    generation = text(workload, "metadata", "annotations", _GENERATION) if seen else ""

    def is_new(pod: Object) -> bool:
        told = hashed and _label(pod, _HASH) == hashed
        return bool(told or (generation and _label(pod, "pod-template-generation") == generation))

    return _split(workload, pods, is_new, revision)


def _all(workload: Object, pods: list[Object], own: list[Object]) -> Chosen:
    owners = {uid(workload), *(uid(one) for one in own)}
    return Chosen([one for one in pods if owner(one) in owners], [])


def _split(workload: Object, pods: list[Object], is_new: Callable[[Object], bool], revision: Object | None) -> Chosen:
    own = [one for one in pods if owner(one) == uid(workload)]
    return Chosen([one for one in own if is_new(one)], [one for one in own if not is_new(one)], revision)


def _label(obj: Object, key: str) -> str:
    return text(obj, "metadata", "labels", key)


_RULES: Mapping[tuple[str, str], Callable[[Object, list[Object], list[Object]], Chosen]] = {
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
}
