"""tried(): the server-side dry run of objects, and why each that fails does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.rollouts.immutability import immutable_changes
from kbump.rollouts.result import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    kubectl: Kubectl, objects: Sequence[Planned], recorded: Mapping[Key, Recorded], manner: Manner
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Return what the server would make of the objects, or why it refuses some of them; nothing is changed."""
    asked = [one for one in objects if not is_made_anew(one, recorded[one.key], manner)]
    if not asked:
        return [], []
    done = apply(kubectl, asked, manner, dry_run=True)
    if not done.code:
        return list(done.objects), []
    found = [refusal for one in asked for refusal in _immutable(one, recorded[one.key])]
    explained = {one.subject for one in found}
    rest = [one for one in asked if one.subject not in explained]
    return [], [*found, *_one_by_one(kubectl, rest, manner)] or [Refusal("", done.words)]


def _immutable(one: Planned, recorded: Recorded) -> list[Refusal]:
    if recorded.live is None:
        return []
    return [
        Refusal(one.subject, _changed(change.path, change.old, change.new), change.remedy, one.location)
        for change in immutable_changes(one.data, recorded.live)
    ]


def _changed(path: str, old: str, new: str) -> str:
    return f"`{path}` cannot change{f' from {old} to {new}' if old or new else ''}"


def _one_by_one(kubectl: Kubectl, objects: Sequence[Planned], manner: Manner) -> list[Refusal]:
    """Ask for each object by itself, so that each refusal has its place; what kubectl says is quoted."""
    with ThreadPoolExecutor(_KUBECTLS) as pool:
        done = list(pool.map(lambda one: apply(kubectl, [one], manner, dry_run=True), objects))
    return [
        Refusal(one.subject, f"the server refuses it: {ended.words}", "", one.location)
        for one, ended in zip(objects, done, strict=True)
        if ended.code
    ]


def is_made_anew(one: Planned, recorded: Recorded, manner: Manner) -> bool:
    """Whether an object is a finished Job that no apply can change, and that is to be deleted and made again."""
    live = recorded.live
    if one.kind != "Job" or live is None or not immutable_changes(one.data, live):
        return False
    noted = (one.data.get("metadata") or {}).get("annotations") or {}
    conditions = live.get("status", {}).get("conditions") or ()
    finished = any(item.get("type") in FINISHED and item.get("status") == "True" for item in conditions)
    return finished and (manner.recreate_jobs or noted.get(RECREATE) == "true")
