"""record(): what the cluster has of each object before anything is applied, so that undo has somewhere to go."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.diagnosis import restarts
from kbump.cluster.plain import text
from kbump.errors import ClusterError
from kbump.rollouts.revisions import HELPERS, REVISION, Owned, annotation, newest_revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbump.cluster.connection import Cluster
    from kbump.rollouts.planned import Key, Planned

    Object = Mapping[str, Any]

_AT_ONCE = 4
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Recorded(NamedTuple):
    """What there was of an object: None if it was not there; `revision` is that of a workload, 0 if it has none."""

    live: Object | None = None
    revision: int = 0

    @property
    def last_applied(self) -> str:
        """The annotation that kubectl's next apply compares with, "" if it is not there."""
        return annotation(self.live or {}, LAST_APPLIED)

    @property
    def applied(self) -> dict[str, Any]:
        """What kubectl applied last, empty if it did not, or if that cannot be read."""
        try:
            found = json.loads(self.last_applied or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def known(self) -> list[Object]:
        """What was there, and what kubectl applied of it last, which may be something else; both may be missing."""
        return [one for one in (self.live, self.applied) if one]


def record(cluster: Cluster, objects: Iterable[Planned]) -> dict[Key, Recorded]:
    """Ask for each object; of a kind that the server does not serve yet there is none."""
    listed = list(objects)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda one: _recorded(cluster, one), listed)
        return {one.key: recorded for one, recorded in zip(listed, found, strict=True)}


def _recorded(cluster: Cluster, one: Planned) -> Recorded:
    kind = cluster.resolve(one.api_version, one.kind)
    live = cluster.get(kind, one.namespace if kind.namespaced else "", one.name) if kind else None
    return Recorded(live, _revision(cluster, live) if live else 0)


def started_before(cluster: Cluster, recorded: Iterable[Recorded]) -> dict[tuple[str, str], int]:
    """Return how often the containers around workloads were started again so far: that is none of this rollout."""
    kind = cluster.resolve("v1", "Pod")
    found = [one.live for one in recorded if one.live and one.live.get("kind") in (*HELPERS, "Pod")]
    namespaces = dict.fromkeys(text(one, "metadata", "namespace") for one in found)
    before: dict[tuple[str, str], int] = {}
    for namespace in filter(None, namespaces):
        # Without the permission all restarts count.
        with suppress(ClusterError):
            before |= restarts(cluster.list(kind, namespace).objects if kind else ())
    return before


def _revision(cluster: Cluster, live: Object) -> int:
    """Return the revision that a workload has, as `kubectl rollout history` counts."""
    if live.get("kind") == "Deployment":
        return int(annotation(live, REVISION) or 0)
    if live.get("kind") not in ("DaemonSet", "StatefulSet"):
        return 0
    kind = cluster.resolve("apps/v1", "ControllerRevision")
    listed = cluster.list(kind, str(live["metadata"]["namespace"])).objects if kind else []
    newest = newest_revision(Owned(listed).by(live))
    return int(newest.get("revision", 0)) if newest else 0
