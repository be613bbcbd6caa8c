"""tried(): the server-side dry run of objects, and why each that fails does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.rollouts.result import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbump.cluster.connection import Cluster
    from kbump.cluster.kubectl import Applied, Kubectl
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.recording import Recorded

_KUBECTLS = 4
FINISHED = ("Complete", "Failed")
RECREATE = "kbump.dev/recreate"


class Manner(NamedTuple):
    """How objects are applied: by kubectl's own options, and whether finished Jobs are made anew."""

    server_side: bool = False
    force_conflicts: bool = False
    recreate_jobs: bool = False
    namespace: str = ""


def apply(kubectl: Kubectl, objects: Iterable[Planned], manner: Manner, *, dry_run: bool = False) -> Applied:
    """Run `kubectl apply` once."""
    return kubectl.apply(
        [one.data for one in objects],
        server_side=manner.server_side,
        force_conflicts=manner.force_conflicts,
        dry_run=dry_run,
        namespace=manner.namespace,
    )


def tried(
    cluster: Cluster,
    kubectl: Kubectl,
    objects: Sequence[Planned],
    recorded: Mapping[Key, Recorded],
    manner: Manner,
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Return what the server would make of the objects, or why it refuses some of them; nothing is changed."""
    asked = [one for one in objects if not is_made_anew(cluster, one, recorded[one.key], manner)]
    if not asked:
        return [], []
    done = apply(kubectl, asked, manner, dry_run=True)
    if not done.code:
        return list(done.objects), []
    refused = _one_by_one(kubectl, asked, manner)
    found = [refusal for one, words in refused for refusal in _explained(cluster, one, recorded[one.key], words)]
    return [], found or [Refusal("", done.words)]


def _one_by_one(kubectl: Kubectl, objects: Sequence[Planned], manner: Manner) -> list[tuple[Planned, str]]:
    """Ask for each object by itself, so that each refusal has its place; return what is refused, with the words."""
    with ThreadPoolExecutor(_KUBECTLS) as pool:
        done = list(pool.map(lambda one: apply(kubectl, [one], manner, dry_run=True), objects))
    return [(one, ended.words) for one, ended in zip(objects, done, strict=True) if ended.code]


def _explained(cluster: Cluster, one: Planned, recorded: Recorded, words: str) -> list[Refusal]:
    """Say which fields are refused, as the server's own answer has them, or quote what kubectl says."""
    # What compares objects takes a tenth of a second to import, and most rollouts need none of it.
    from kbump.rollouts.refusing import refusals

    quoted = Refusal(one.subject, f"the server refuses it: {words}", "", one.location)
    return refusals(cluster, one, recorded) or [quoted]


def is_made_anew(cluster: Cluster, one: Planned, recorded: Recorded, manner: Manner) -> bool:
    """Whether an object is a finished Job that no apply can change, and that is to be deleted and made again."""
    live = recorded.live
    noted = (one.data.get("metadata") or {}).get("annotations") or {}
    wanted = manner.recreate_jobs or noted.get(RECREATE) == "true"
    if one.kind != "Job" or live is None or not wanted:
        return False
    conditions = live.get("status", {}).get("conditions") or ()
    finished = any(item.get("type") in FINISHED and item.get("status") == "True" for item in conditions)
    if not finished:
        return False
    from kbump.rollouts.refusing import cannot_change

    return cannot_change(cluster, one, recorded)
