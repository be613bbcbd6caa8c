"""Observer: what there is of each workload, from lists of its kind and of what it owns, whoever keeps them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from kbump.cluster.diagnosis import Around
from kbump.cluster.plain import dig, name
from kbump.errors import ClusterError
from kbump.rollouts.looking import Seen
from kbump.rollouts.revisions import CLASS, CONTROLLER_REVISION, HELPERS, NODE, POD, REPLICA_SET, Owned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind
    from kbump.rollouts.looking import Watched

    Object = Mapping[str, Any]
    Scope = tuple[Kind, str]

_EVENTS_EVERY_S = 2.0
# Clocks of the cluster and of this machine differ.
_SKEW = timedelta(seconds=5)


class Objects(Protocol):
    """Who has the objects of a kind in a namespace, by their uid."""

    def objects(self, kind: Kind, namespace: str, /) -> Mapping[str, Object]:
        """Return them as they are now."""


class Lists:
    """The objects as they were when they were first asked for."""

    def __init__(self, cluster: Cluster) -> None:
        """Ask for nothing yet."""
        self._cluster = cluster
        self._found: dict[Scope, Mapping[str, Object]] = {}
        self.denied: set[Scope] = set()

    def objects(self, kind: Kind, namespace: str, /) -> Mapping[str, Object]:
        """Return the objects of a kind in a namespace; none if they may not be read."""
        if (kind, namespace) not in self._found:
            try:
                listed = self._cluster.list(kind, namespace).objects
            except ClusterError as error:
                if error.status != 403:
                    raise
                self.denied.add((kind, namespace))
                listed = []
            self._found[kind, namespace] = {str(one["metadata"]["uid"]): one for one in listed}
        return self._found[kind, namespace]


class Observer:
    """Finds a workload, its pods and its warnings; `since` is from when on warnings count."""

    def __init__(self, cluster: Cluster, source: Objects, since: datetime) -> None:
        """Ask for nothing yet."""
        self.cluster, self.source, self.since = cluster, source, since - _SKEW
        self.named: dict[Scope, dict[str, Object]] = {}
        self.owned: dict[Scope, Owned] = {}
        self.events: dict[str, tuple[float, list[Object]]] = {}
        self.unread: dict[str, None] = {}

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Take what changed anew."""
        for scope in scopes:
            self.named.pop(scope, None)
            self.owned.pop(scope, None)

    def seen(self, watched: Watched, *, events: bool) -> Seen:
        """Return what there is of a workload; with `events` also its warnings, which are asked for now and then."""
        scope = scope_of(self.cluster, watched.api_version, watched.kind, watched.namespace)
        obj = self._named(scope).get(watched.name) if scope else None
        if obj is None:
            return Seen(None)
        around = self._around(watched, obj)
        told = self._warnings(watched, around) if events and watched.namespace else []
        return Seen(obj, around._replace(events=told), self._helper(CLASS, watched).all)

    def _around(self, watched: Watched, obj: Object) -> Around:
        """Return what a workload controls, and the nodes if they matter."""
        if watched.kind == "Pod":
            return Around([obj])
        revisions = [
            one for kind in (REPLICA_SET, CONTROLLER_REVISION) for one in self._helper(kind, watched).by(obj)
        ]  # fmt: skip
        return Around(self._helper(POD, watched).by(obj, *revisions), revisions, nodes=self._helper(NODE, watched).all)

    def _helper(self, kind: tuple[str, str], watched: Watched) -> Owned:
        """Return the objects of a kind that tells of a workload, none if it does not."""
        helps = kind in HELPERS.get(watched.kind, ())
        return self._owned(scope_of(self.cluster, *kind, watched.namespace) if helps else None)

    def _warnings(self, watched: Watched, around: Around) -> list[Object]:
        about = {watched.name, *(name(one) for one in (*around.pods, *around.revisions))}
        return [one for one in self._events(watched.namespace) if dig(one, "involvedObject", "name") in about]

    def _events(self, namespace: str) -> list[Object]:
        asked, found = self.events.get(namespace, (0.0, []))
        if not asked or time.monotonic() - asked >= _EVENTS_EVERY_S:
            try:
                found = list(self.cluster.events(namespace, self.since))
            except ClusterError as error:
                self.unread[f"warnings are not known: {error.message}"] = None
            self.events[namespace] = (time.monotonic(), found)
        return found

    def _named(self, scope: Scope) -> dict[str, Object]:
        if scope not in self.named:
            self.named[scope] = {str(one["metadata"]["name"]): one for one in self.source.objects(*scope).values()}
        return self.named[scope]

    def _owned(self, scope: Scope | None) -> Owned:
        if scope is None:
            return Owned(())
        if scope not in self.owned:
            self.owned[scope] = Owned(self.source.objects(*scope).values())
        return self.owned[scope]


def scopes_of(cluster: Cluster, watched: Iterable[Watched]) -> list[Scope]:
    """Return the kinds to look at, and in which namespaces, each once."""
    kinds = [
        (*kind, one.namespace) for one in watched for kind in ((one.api_version, one.kind), *HELPERS.get(one.kind, ()))
    ]
    return [scope for one in dict.fromkeys(kinds) if (scope := scope_of(cluster, *one))]


def scope_of(cluster: Cluster, api_version: str, kind: str, namespace: str) -> Scope | None:
    """Return a kind as the cluster has it, with the namespace if it is in one; None if the cluster has it not."""
    found = cluster.resolve(api_version, kind)
    return (found, namespace if found.namespaced else "") if found else None


def denied_words(denied: Iterable[Scope], unread: Iterable[str]) -> list[str]:
    """Say what could not be seen, each once."""
    words = [
        f"{kind.resource}{f' in {namespace}' if namespace else ''} may not be read: less can be explained"
        for kind, namespace in sorted(denied)
    ]
    return [*words, *unread]


def now() -> datetime:
    """Return the moment, as the cluster writes it."""
    return datetime.now(UTC)
