"""Around: what there is around workloads, found by what it belongs to; made once for all that are looked at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from kbump.cluster.plain import dig, group_kind, instant, name, owner, text, uid
from kbump.cluster.status.revisions import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kbump.cluster.plain import Object
    from kbump.cluster.status.revisions import Chosen

_Key = TypeVar("_Key")
_NORMAL = ("Killing", "Nominated", "Pulled", "Pulling", "TriggeredScaleUp")


@dataclass(frozen=True)
class Around:
    """What there is in the namespaces of workloads, theirs or not, and the nodes; empty what may not be looked at.

    `revisions` are ReplicaSets and ControllerRevisions, `events` those since the rollout began that is_telling().
    """

    pods: Iterable[Object] = ()
    revisions: Iterable[Object] = ()
    events: Iterable[Object] = ()
    claims: Iterable[Object] = ()
    nodes: Iterable[Object] = ()

    def revisions_of(self, workload: Object) -> list[Object]:
        """Return the revisions that a workload controls."""
        return self._revisions.get(uid(workload), [])

    def pods_of(self, workload: Object) -> list[Object]:
        """Return the pods that a workload controls, or its revisions do; a pod's is itself."""
        if group_kind(workload) == ("", "Pod"):
            return [workload]
        owners = (workload, *self.revisions_of(workload))
        return [pod for one in owners for pod in self._pods.get(uid(one), ())]

    def chosen(self, workload: Object) -> Chosen:
        """Return which pods of a workload are of its newest revision, without a look at those of others."""
        return chosen(workload, self.pods_of(workload), self.revisions_of(workload))

    def claim(self, namespace: str, named: str) -> Object:
        """Return a claim, empty if it is not known."""
        return next(iter(self._claims.get((namespace, named), ())), {})

    def node(self, named: str) -> Object | None:
        """Return a node, None if it is not known."""
        return next(iter(self._nodes.get(named, ())), None)

    def said(self, about: str, reason: str, *, start: str = "", container: str = "") -> Object:
        """Return the last event of a reason, empty if there is none.

        `about` is a UID, or the kind, namespace and name, as in `PersistentVolumeClaim/shop/data`; `start` that of the
        message; `container` one of a pod's.
        """
        for event in reversed(self._events.get(about, ())):
            if event.get("reason") != reason or not text(event, "message").startswith(start):
                continue
            place = text(event, "involvedObject", "fieldPath")
            if not (container and place) or place.endswith(f"{{{container}}}"):
                return event
        return {}

    @cached_property
    def _events(self) -> Mapping[str, list[Object]]:
        found: dict[str, list[Object]] = defaultdict(list)
        for event in sorted(self.events, key=moment):
            about: Object = event.get("involvedObject") or {}
            named = f"{about.get('kind')}/{about.get('namespace', '')}/{about.get('name')}"
            for subject in (text(about, "uid"), named):
                found[subject].append(event)
        return found

    @cached_property
    def _claims(self) -> Mapping[tuple[str, str], list[Object]]:
        return _grouped(self.claims, lambda one: (text(one, "metadata", "namespace"), name(one)))

    @cached_property
    def _nodes(self) -> Mapping[str, list[Object]]:
        return _grouped(self.nodes, name)

    @cached_property
    def _revisions(self) -> Mapping[str, list[Object]]:
        return _grouped(self.revisions, owner)

    @cached_property
    def _pods(self) -> Mapping[str, list[Object]]:
        return _grouped(self.pods, owner)


def is_telling(event: Object) -> bool:
    """Whether anything is made of an event: of warnings, and of a few that are none."""
    return event.get("type") == "Warning" or event.get("reason") in _NORMAL


def moment(event: Object) -> float:
    """Return when an event came last, 0 if it does not say; what repeats says so in one of three places."""
    series = dig(event, "series", "lastObservedTime")
    for written in (series, event.get("lastTimestamp"), event.get("eventTime"), event.get("firstTimestamp")):
        if written and (found := instant(written)):
            return found.timestamp()
    return 0.0


def _grouped(objects: Iterable[Object], key: Callable[[Object], _Key]) -> dict[_Key, list[Object]]:
    found: dict[_Key, list[Object]] = {}
    for one in objects:
        found.setdefault(key(one), []).append(one)
    return found
