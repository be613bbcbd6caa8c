"""look(): what a watched workload has come to at one moment, from plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.diagnosis import Trouble, judged, pull_messages, troubles
from kbump.cluster.status import status
from kbump.rollouts.revisions import Pods, ending, uid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kbump.cluster.status import Status
    from kbump.errors import Location
    from kbump.rollouts.result import Change, Word

    Object = Mapping[str, Any]

# A Job starts another pod until its `backoffLimit`; what it comes to is said of the Job.
_TRIED_AGAIN = ("crash", "out-of-memory", "failed", "evicted")


class Watched(NamedTuple):
    """A workload to watch, as it was right after it was applied; `blocking` says whether the rollout waits for it.

    `uid` and `generation` are empty where nothing was applied, and `template` is that of its pods.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    blocking: bool = True
    change: Change = ""
    uid: str = ""
    generation: int = 0
    template: Any = None
    location: Location | None = None


class Seen(NamedTuple):
    """What there is of a workload at a moment; None if it is not there."""

    obj: Object | None
    pods: Pods = Pods()
    events: Sequence[Object] = ()


class Memory(NamedTuple):
    """What is to be remembered of a workload: since when it has which trouble, and what was said of images."""

    since: Mapping[tuple[str, str, str], float] = {}
    pulls: Mapping[tuple[str, str], str] = {}
    was_done: bool = False


class Wishes(NamedTuple):
    """How to judge: `grace` multiplies all patience; `terminated` waits for old pods to be gone, too."""

    grace: float = 1.0
    terminated: bool = False
    stable: bool = False


class Look(NamedTuple):
    """What a workload has come to: the word, the sentence, the troubles that it stands on, and what to remember."""

    word: Word
    message: str
    troubles: Sequence[Trouble] = ()
    memory: Memory = Memory()


def look(watched: Watched, seen: Seen, memory: Memory, wishes: Wishes, now: datetime, clock: float) -> Look:
    """Say what a workload has come to; `clock` is the moment in seconds that patience is measured by."""
    if seen.obj is None or is_superseded(watched, seen.obj):
        return _absent(watched, seen)._replace(memory=memory)
    found = status(seen.obj)
    if found.word == "done":
        return _done(found, seen, memory, wishes)
    if found.word in _OTHERS:
        return Look(_OTHERS[found.word], found.message, memory=memory)
    return _unfinished(watched, found, seen, memory, wishes, now, clock)


_OTHERS: Mapping[str, Word] = {"deleting": "deleted", "manual": "manual", "paused": "paused"}


def _absent(watched: Watched, seen: Seen) -> Look:
    if seen.obj is not None:
        return Look("superseded", "somebody else deployed it meanwhile")
    if watched.uid:
        return Look("deleted", "somebody deleted it meanwhile")
    return Look("waiting", "it is not there")


def is_superseded(watched: Watched, obj: Object) -> bool:
    """Whether somebody else put another template, or another object, in the place of what was applied."""
    if watched.uid and uid(obj) != watched.uid:
        return True
    newer = int(obj.get("metadata", {}).get("generation", 0)) > watched.generation > 0
    # What scales a workload raises its generation, too.
    return newer and bool(obj.get("spec", {}).get("template") != watched.template)


def _done(found: Status, seen: Seen, memory: Memory, wishes: Wishes) -> Look:
    memory = memory._replace(was_done=True, since={})
    left = ending([*seen.pods.old, *seen.pods.new]) or seen.pods.old
    if wishes.terminated and left:
        return Look("waiting", f"{len(left)} old pod{'s' * (len(left) != 1)} to be gone", memory=memory)
    return Look("done", found.message, memory=memory)


def _unfinished(
    watched: Watched, found: Status, seen: Seen, memory: Memory, wishes: Wishes, now: datetime, clock: float
) -> Look:
    pulls = {**memory.pulls, **pull_messages(seen.pods.new)}
    # A Deployment repeats what its ReplicaSet says.
    owners = [one for one in (seen.pods.replica_set or seen.obj,) if one]
    told = troubles(seen.pods.new, owners=owners, events=seen.events, now=now, pulls=pulls)
    # What was well and is not any more has had its time.
    grace = 0.0 if wishes.stable and memory.was_done else wishes.grace
    verdict = judged(told, memory.since, clock, grace=grace)
    fatal = [one for one in verdict.fatal if watched.kind != "Job" or one.reason not in _TRIED_AGAIN]
    memory = memory._replace(since=verdict.since, pulls=pulls)
    if found.word == "failed":
        return Look("failed", found.message, told, memory)
    if fatal:
        rest = [one for one in told if one not in fatal]
        return Look("failed", _sentence(fatal[0]), [*fatal, *rest], memory)
    return Look("waiting", found.message, told, memory)


def _sentence(trouble: Trouble) -> str:
    """Say a trouble of the workload that its pod is of."""
    place = f"container {trouble.container}" if trouble.container else f"pod {trouble.pod}" if trouble.pod else ""
    return f"{place}: {trouble.message}" if place else trouble.message
