"""Observer: what there is of each workload, from lists of its kind and of what it owns, whoever keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from kbump.cluster.diagnosis import Around
from kbump.cluster.diagnosis.around import moment
from kbump.cluster.plain import dig, name
from kbump.errors import ClusterError
from kbump.rollouts.looking import Seen
from kbump.rollouts.revisions import CLASS, CONTROLLER_REVISION, EVENT, HELPERS, NODE, POD, REPLICA_SET, Owned

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from kbump.cluster.connection import Cluster
    from kbump.cluster.target import Kind
    from kbump.rollouts.looking import Watched

    Object = Mapping[str, Any]
    Scope = tuple[Kind, str]

# Clocks of the cluster and of this machine differ.
_SKEW = timedelta(seconds=5)


class Objects(Protocol):
    """Who has the objects of a kind in a namespace, by their uid."""

    def objects(self, kind: Kind, namespace: str, /) -> Mapping[str, Object]:
        """Return them as they are now."""


class Lists:
    """The objects as they were when they were first asked for; those with `names` by these, if none may be listed."""

    def __init__(self, cluster: Cluster, names: Mapping[Scope, Iterable[str]]) -> None:
        """Ask for nothing yet."""
        self._cluster, self._names = cluster, names
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
                named = (self._cluster.get(kind, namespace, name) for name in self._names.get((kind, namespace), ()))
                listed = [one for one in named if one]
            self._found[kind, namespace] = {str(one["metadata"]["uid"]): one for one in listed}
        return self._found[kind, namespace]


class Observer:
    """Finds a workload, its pods and its warnings; `since` is from when on warnings count."""

    def __init__(self, cluster: Cluster, source: Objects, since: datetime) -> None:
        """Ask for nothing yet."""
        self.cluster, self.source, self.since = cluster, source, since - _SKEW
        self.named: dict[Scope, dict[str, Object]] = {}
        self.owned: dict[Scope, Owned] = {}
        self.told: dict[Scope, dict[str, list[Object]]] = {}

    def forget(self, scopes: Iterable[Scope]) -> None:
        """Take what changed anew."""
        for scope in scopes:
            self.named.pop(scope, None)
            self.owned.pop(scope, None)
            self.told.pop(scope, None)

    def seen(self, watched: Watched) -> Seen:
        """Return what there is of a workload."""
        scope = scope_of(self.cluster, watched.api_version, watched.kind, watched.namespace)
        obj = self._named(scope).get(watched.name) if scope else None
        if obj is None:
            return Seen(None)
        return Seen(obj, self._around(watched, obj), self._helper(CLASS, watched).all)

    def _around(self, watched: Watched, obj: Object) -> Around:
        """Return what a workload controls, the events about all of it, and the nodes if they matter."""
        revisions = [
            one for kind in (REPLICA_SET, CONTROLLER_REVISION) for one in self._helper(kind, watched).by(obj)
        ]  # fmt: skip
        pods = [obj] if watched.kind == "Pod" else self._helper(POD, watched).by(obj, *revisions)
        told = self._about(watched)
        events = [event for one in (obj, *revisions, *pods) for event in told.get(name(one), ())]
        return Around(pods, revisions, events, nodes=self._helper(NODE, watched).all)

    def _about(self, watched: Watched) -> Mapping[str, list[Object]]:
        """Return the events of a workload's namespace since the rollout began, by the name of what they are about."""
        helps = EVENT in HELPERS.get(watched.kind, ())
        scope = scope_of(self.cluster, *EVENT, watched.namespace) if helps else None
        if scope is None:
            return {}
        if scope not in self.told:
            since, found = self.since.timestamp(), self.source.objects(*scope).values()
            self.told[scope] = {}
            for one in sorted((event for event in found if moment(event) >= since), key=moment):
                self.told[scope].setdefault(str(dig(one, "involvedObject", "name")), []).append(one)
        return self.told[scope]

    def _helper(self, kind: tuple[str, str], watched: Watched) -> Owned:
        """Return the objects of a kind that tells of a workload, none if it does not."""
        helps = kind in HELPERS.get(watched.kind, ())
        return self._owned(scope_of(self.cluster, *kind, watched.namespace) if helps else None)

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


def names_of(cluster: Cluster, watched: Iterable[Watched]) -> dict[Scope, list[str]]:
    """Return the names of what is watched, by its kind and namespace."""
    found: dict[Scope, list[str]] = {}
    for one in watched:
        if scope := scope_of(cluster, one.api_version, one.kind, one.namespace):
            found.setdefault(scope, []).append(one.name)
    return found


def denied_words(denied: Iterable[Scope], named: Container[Scope]) -> list[str]:
    """Say what could not be seen, each once; what is `named` was asked for by its name instead."""
    return [
        f"{kind.resource}{f' in {namespace}' if namespace else ''} may not be listed: "
        + ("asked for by name" if (kind, namespace) in named else "less can be explained")
        for kind, namespace in sorted(denied)
    ]


def now() -> datetime:
    """Return the moment, as the cluster writes it."""
    return datetime.now(UTC)
