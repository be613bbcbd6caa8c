"""pods_of(): which pods are of the newest revision of a workload, and which are older; all from plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Object = Mapping[str, Any]

REVISION = "deployment.kubernetes.io/revision"
_HASH = "controller-revision-hash"
HELPERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DaemonSet": (("apps/v1", "ControllerRevision"), ("v1", "Pod")),
    "Deployment": (("apps/v1", "ReplicaSet"), ("v1", "Pod")),
    "Job": (("v1", "Pod"),),
    "Pod": (),
    "ReplicaSet": (("v1", "Pod"),),
    "StatefulSet": (("v1", "Pod"),),
}
"""The kinds, by apiVersion and kind, that tell how a workload of a kind is."""


class Pods(NamedTuple):
    """The pods of a workload: of its newest revision, and all others; and its newest ReplicaSet, if it has some."""

    new: Sequence[Object] = ()
    old: Sequence[Object] = ()
    replica_set: Object | None = None


class Owned:
    """Objects by the uid of what controls them."""

    def __init__(self, objects: Iterable[Object]) -> None:
        """Index the objects."""
        self._of: dict[str, list[Object]] = {}
        for one in objects:
            for owner in one.get("metadata", {}).get("ownerReferences") or ():
                if owner.get("controller"):
                    self._of.setdefault(str(owner.get("uid")), []).append(one)

    def by(self, owner: Object) -> list[Object]:
        """Return the objects that an owner controls."""
        return self._of.get(uid(owner), [])


def pods_of(workload: Object, pods: Owned, helpers: Owned) -> Pods:
    """Return the pods of a workload; `helpers` are the ReplicaSets, or the ControllerRevisions of DaemonSets."""
    kind = workload.get("kind")
    if kind == "Pod":
        return Pods([workload])
    if kind == "Deployment":
        return _of_deployment(workload, pods, helpers)
    mine = pods.by(workload)
    if kind not in ("DaemonSet", "StatefulSet"):
        return Pods(mine)
    newest = _hash(workload, helpers)
    return Pods([one for one in mine if _label(one) == newest], [one for one in mine if _label(one) != newest])


def _of_deployment(workload: Object, pods: Owned, helpers: Owned) -> Pods:
    sets = helpers.by(workload)
    revision = annotation(workload, REVISION)
    newest = next((one for one in sets if annotation(one, REVISION) == revision), None) if revision else None
    old = [pod for one in sets if one is not newest for pod in pods.by(one)]
    return Pods(pods.by(newest) if newest else [], old, newest)


def _hash(workload: Object, helpers: Owned) -> str:
    """Return the newest revision's hash as pods have it in a label."""
    if workload.get("kind") == "StatefulSet":
        return str(workload.get("status", {}).get("updateRevision", ""))
    newest = newest_revision(helpers.by(workload))
    return _label(newest) if newest else ""


def newest_revision(revisions: Iterable[Object]) -> Object | None:
    """Return the newest of the ControllerRevisions of a workload, None if there is none."""
    return max(revisions, key=lambda one: int(one.get("revision", 0)), default=None)


def ending(pods: Iterable[Object]) -> list[Object]:
    """Return the pods that are not there for good: those that are being deleted."""
    return [one for one in pods if one.get("metadata", {}).get("deletionTimestamp")]


def uid(obj: Object) -> str:
    """Return what makes an object this one, and none of its name that was or will be."""
    return str(obj.get("metadata", {}).get("uid", ""))


def annotation(obj: Object, name: str) -> str:
    """Return an annotation, "" if it is not there."""
    return str((obj.get("metadata", {}).get("annotations") or {}).get(name, ""))


def _label(obj: Object) -> str:
    return str((obj.get("metadata", {}).get("labels") or {}).get(_HASH, ""))
