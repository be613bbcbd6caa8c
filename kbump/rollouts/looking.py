"""look(): what a watched workload has come to at one moment, from plain data."""

from __future__ import annotations

import operator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.diagnosis import Around, Trouble, diagnosed, fallen, judged, pull_messages, restarts
from kbump.cluster.plain import counted, is_ending
from kbump.cluster.status import Status, after, status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kbump.cluster.plain import Object
    from kbump.errors import Location
    from kbump.rollouts.result import Change, Word

    Place = tuple[str, str]


class Watched(NamedTuple):
    """A workload to watch; `blocking` says whether the rollout waits for it.

    `applied` is the object as it was right after it was applied, or first looked at; None if it was not there.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    blocking: bool = True
    change: Change = ""
    applied: Object | None = None
    location: Location | None = None


class Seen(NamedTuple):
    """What there is of a workload at a moment, None if it is not there, and what is around it."""

    obj: Object | None
    around: Around = Around()
    classes: Sequence[Object] = ()

    @property
    def newest(self) -> list[Object]:
        """The pods of the newest revision."""
        return self.around.chosen(self.obj).newest if self.obj else []

    def is_same(self, other: Seen) -> bool:
        """Whether nothing has changed: an object that changes is another one in memory."""
        mine, its = self._lists(), other._lists()
        return (
            self.obj is other.obj
            and [*map(len, mine)] == [*map(len, its)]
            and all(map(operator.is_, chain(*mine), chain(*its)))
        )

    def _lists(self) -> list[Sequence[Object]]:
        around = self.around
        return [[*around.pods], [*around.revisions], [*around.events], [*around.nodes], self.classes]


class Memory(NamedTuple):
    """What is to be remembered of a workload.

    Since when it has which trouble, what was said of images, its last status, and how often its containers had been
    started again when it was done for the first time, None before that.
    """

    since: Mapping[tuple[str, str, str], float] = {}
    pulls: Mapping[Place, str] = {}
    last: Status | None = None
    steady: Mapping[Place, int] | None = None


class Wishes(NamedTuple):
    """How to judge: `grace` multiplies all patience; `terminated` waits for old pods to be gone, too.

    `stable` has no patience with a container that ends after its workload was done; `before` says how often containers
    were started before all.
    """

    grace: float = 1.0
    terminated: bool = False
    stable: bool = False
    before: Mapping[Place, int] = {}


class Look(NamedTuple):
    """What a workload has come to: the word, the sentence, the troubles that it stands on, and what to remember."""

    word: Word
    message: str
    troubles: Sequence[Trouble] = ()
    memory: Memory = Memory()


_ABSENT = Status("waiting", "it is not there")


def look(watched: Watched, seen: Seen, memory: Memory, wishes: Wishes, now: datetime, clock: float) -> Look:
    """Say what a workload has come to; `clock` is the moment in seconds that patience is measured by."""
    found = after(watched.applied, seen.obj, memory.last) if watched.applied else None
    if found is None and seen.obj is not None:
        around = seen.around
        about = {"pods": around.pods, "revisions": around.revisions, "nodes": around.nodes}
        found = status(seen.obj, **about, classes=seen.classes)
    found = found or _ABSENT
    memory = memory._replace(last=found)
    if seen.obj is None or found.word not in ("done", "failed", "waiting"):
        return Look(_word(found), found.message, memory=memory)
    if wishes.stable and memory.steady is not None:
        gone = fallen(seen.newest, events=seen.around.events, now=now, before=memory.steady)
        if gone:
            return Look("failed", _sentence(gone[0]), gone, memory)
    if found.word == "done":
        return _done(found, seen, memory, wishes)
    return _unfinished(seen, seen.obj, found, memory, wishes, now, clock)


def _word(found: Status) -> Word:
    """Return what the result calls it: what is deleted, or on its way to be, is one word there."""
    if found.word == "deleting" or found.word == "gone":  # noqa: PLR1714 (mypy narrows only this)
        return "deleted"
    return found.word


def _done(found: Status, seen: Seen, memory: Memory, wishes: Wishes) -> Look:
    steady = restarts(seen.newest) if memory.steady is None else memory.steady
    memory = memory._replace(steady=steady, since={})
    if wishes.terminated and seen.obj:
        newest, older, _ = seen.around.chosen(seen.obj)
        left = [*older, *filter(is_ending, newest)]
        if left:
            return Look("waiting", f"{counted(len(left), 'old pod')} to be gone", memory=memory)
    return Look("done", found.message, memory=memory)


def _unfinished(
    seen: Seen, obj: Object, found: Status, memory: Memory, wishes: Wishes, now: datetime, clock: float
) -> Look:
    pulls = {**memory.pulls, **pull_messages(seen.newest)}
    told = diagnosed(obj, seen.around, now=now, pulls=pulls, before=wishes.before)
    verdict = judged(told, memory.since, clock, grace=wishes.grace)
    memory = memory._replace(since=verdict.since, pulls=pulls)
    if found.word == "failed":
        return Look("failed", found.message, told, memory)
    if verdict.fatal:
        return Look("failed", _sentence(verdict.fatal[0]), [*verdict.fatal, *verdict.passing], memory)
    return Look("waiting", found.message, told, memory)


def _sentence(trouble: Trouble) -> str:
    """Say a trouble of the workload that its pod is of."""
    place = f"container {trouble.container}" if trouble.container else f"pod {trouble.pod}" if trouble.pod else ""
    return f"{place}: {trouble.message}" if place else trouble.message
