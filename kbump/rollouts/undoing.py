"""undo(): workloads back at the revision that they had before; what cannot go back is said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.rollouts.leaving import REVISED, beside_pods, left_object, left_workload
from kbump.rollouts.recording import LAST_APPLIED
from kbump.rollouts.result import Undone, within
from kbump.rollouts.stuck import unstick
from kbump.rollouts.watching import found

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from kbump.cluster.target import Kind
    from kbump.rollouts.applying import Outcome
    from kbump.rollouts.connecting import Link
    from kbump.rollouts.looking import Watched
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.recording import Recorded
    from kbump.rollouts.result import Workload

    Object = Mapping[str, Any]

_LOOK_S = 0.2


class Undoing(NamedTuple):
    """What undo() works with: a cluster with time of its own, what there was and is, and what others took over."""

    link: Link
    recorded: Mapping[Key, Recorded]
    outcome: Outcome
    taken: Collection[Key]
    wait: Callable[[Sequence[Watched]], list[Workload]]


def undo(objects: Sequence[Planned], work: Undoing) -> list[Undone]:
    """Put back what this run changed, wait for it, and say what became of each object that it touched."""
    told: list[Undone] = []
    back: dict[Key, tuple[Planned, int]] = {}
    for one in objects:
        applied = work.outcome.applied.get(one.key)
        if applied is None or applied.change not in ("created", "changed"):
            continue
        left = _left(one, applied.change, objects, work) or _failure(one, work)
        if left:
            told.append(left)
        else:
            back[one.key] = one, work.recorded[one.key].revision
    return [*_verified(back, work), *told]


def _left(one: Planned, change: str, objects: Sequence[Planned], work: Undoing) -> Undone | None:
    """Say why an object stays as it is now, None if it can go back."""

    def left(message: str) -> Undone:
        return Undone(one.kind, one.namespace, one.name, "left", message)

    before, applied = work.recorded[one.key], work.outcome.applied
    if change == "created":
        command = f"kubectl delete {one.kind.lower()} {one.name}{within(one.namespace)}"
        return left(f"it is new, there is nothing before it: `{command}`")
    now = work.outcome.objects[one.key]
    if one.kind not in REVISED or before.live is None:
        return left(left_object(one, before.live or {}, now, objects))
    if one.key in work.taken:
        return left("somebody else has deployed or deleted it")
    if _template(now) == _template(before.live):
        wrote = [it for it in objects if it.key in applied and applied[it.key].change != "unchanged"]
        return left(left_workload(one, before.live, now, wrote))
    return None if before.revision else left("it has no revision to go back to")


def _template(obj: Object) -> Any:
    return (obj.get("spec") or {}).get("template")


def _failure(one: Planned, work: Undoing) -> Undone | None:
    """Put one workload back; return what went wrong."""
    kind = work.link.cluster.resolve(one.api_version, one.kind)
    before = work.recorded[one.key]
    if kind is None:
        return Undone(one.kind, one.namespace, one.name, "failed", "the cluster does not know its kind any more")
    ended = work.link.kubectl.undo(kind, one.namespace, one.name, before.revision)
    if ended.code:
        return Undone(one.kind, one.namespace, one.name, "failed", f"kubectl rollout undo failed: {ended.words}")
    if before.last_applied:
        # The next apply compares with what it believes to have applied last.
        body = {"metadata": {"annotations": {LAST_APPLIED: before.last_applied}}}
        work.link.cluster.patch(kind, one.namespace, one.name, body)
    return None


def _verified(back: Mapping[Key, tuple[Planned, int]], work: Undoing) -> Iterator[Undone]:
    watched: list[Watched] = []
    freed: dict[tuple[str, str, str], list[str]] = {}
    for one, _ in back.values():
        kind = work.link.cluster.resolve(one.api_version, one.kind)
        obj = _observed(kind, one, work) if kind else None
        if obj is not None:
            watched.append(found(one, obj))
            freed[one.key[1:]] = unstick(work.link.cluster, obj) if one.kind == "StatefulSet" else []
    ended = {(one.kind, one.namespace, one.name): one for one in work.wait(watched)} if watched else {}
    for one, revision in back.values():
        came = ended.get(one.key[1:])
        also = "".join(f"; pod {pod} was deleted, since it held it up" for pod in freed.get(one.key[1:], ()))
        good = came is not None and came.settled
        message = f"it is back at revision {revision}: {came.message}{also}" if came and good else (
            f"it was put back to revision {revision}, and is not done: {came.message if came else 'it is gone'}{also}"
        )  # fmt: skip
        message += beside_pods(one, work.recorded[one.key].live or {}, work.outcome.objects[one.key])
        yield Undone(one.kind, one.namespace, one.name, "undone" if good else "failed", message)


def _observed(kind: Kind, one: Planned, work: Undoing) -> Object | None:
    """Return a workload once its controller has seen what it is to go back to."""
    for _ in range(50):
        obj = work.link.cluster.get(kind, one.namespace, one.name)
        seen = (obj or {}).get("status", {}).get("observedGeneration", 0)
        if obj is None or seen >= obj["metadata"].get("generation", 0):
            return obj
        time.sleep(_LOOK_S)
    return obj
