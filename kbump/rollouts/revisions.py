"""Which kinds tell how a workload is, and objects by what controls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.cluster.plain import number, owner, uid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Object = Mapping[str, Any]

REVISION = "deployment.kubernetes.io/revision"
POD, EVENT, NODE, CLASS = ("v1", "Pod"), ("v1", "Event"), ("v1", "Node"), ("storage.k8s.io/v1", "StorageClass")
REPLICA_SET, CONTROLLER_REVISION = ("apps/v1", "ReplicaSet"), ("apps/v1", "ControllerRevision")
HELPERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DaemonSet": (CONTROLLER_REVISION, POD, EVENT, NODE),
    "Deployment": (REPLICA_SET, POD, EVENT),
    "Job": (POD, EVENT),
    "PersistentVolumeClaim": (CLASS,),
    "Pod": (EVENT,),
    "ReplicaSet": (POD, EVENT),
    "StatefulSet": (POD, EVENT),
}
"""The kinds, by apiVersion and kind, that tell how a workload of a kind is."""


class Owned:
    """Objects by the uid of what controls them."""

    def __init__(self, objects: Iterable[Object]) -> None:
        """Index the objects."""
        self.all = list(objects)
        self._of: dict[str, list[Object]] = {}
        for one in self.all:
            self._of.setdefault(owner(one), []).append(one)

    def by(self, *owners: Object) -> list[Object]:
        """Return the objects that owners control."""
        return [one for found in owners for one in self._of.get(uid(found), ())]


def newest_revision(revisions: Iterable[Object]) -> Object | None:
    """Return the newest of the ControllerRevisions of a workload, None if there is none."""
    return max(revisions, key=lambda one: number(one, "revision"), default=None)


def annotation(obj: Object, name: str) -> str:
    """Return an annotation, "" if it is not there."""
    return str((obj.get("metadata", {}).get("annotations") or {}).get(name, ""))
