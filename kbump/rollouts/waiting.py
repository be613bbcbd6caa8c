"""Waiter: watches all workloads at once until they are done, one is doomed, or the time is over."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from kbump.cluster.status import after
from kbump.cluster.watch import Watch
from kbump.errors import ClusterError
from kbump.rollouts.confirming import Confirmations, is_known_to_kubectl
from kbump.rollouts.looking import Look, Wishes, look
from kbump.rollouts.observing import Observer, denied_words, names_of, now, scope_of, scopes_of
from kbump.rollouts.result import Explanation, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from kbump.cluster.connection import Cluster
    from kbump.cluster.kubectl import Kubectl
    from kbump.rollouts.looking import Seen, Watched

# So often is looked, at least and at most; and so many times longer than a look takes is paused after it.
_IDLE_S, _BUSY_S = 1.0, 0.4
_PAUSES, _LONGEST_S = 12, 1.5
# What has no troubles, and of which nothing has changed, is looked at this often: its probes may be late by now.
_SAME_S = 3.0


class Moment(NamedTuple):
    """How far a rollout is: seconds since the wait began, all workloads, and those that have another word than before.

    Of a workload that waits, a trouble that is new counts, too.
    """

    seconds: float
    workloads: Sequence[Workload]
    changed: Sequence[Workload]


class Waiting(NamedTuple):
    """How to wait: until when, on the monotonic clock; how long all must stay done; whether one failure ends it.

    Events count from `since` on, when the rollout began.
    """

    deadline: float
    wishes: Wishes
    stable_s: float = 0.0
    keep_going: bool = False
    tell: Callable[[Moment], object] = bool
    since: datetime | None = None


class Waiter:
    """The loop of one rollout over what it watches."""

    def __init__(self, cluster: Cluster, kubectl: Kubectl, watched: Sequence[Watched], waiting: Waiting) -> None:
        """Take what is watched; nothing is asked yet."""
        self.cluster, self.kubectl, self.watched, self.waiting = cluster, kubectl, watched, waiting
        self.began = time.monotonic()
        self.looks: list[Look] = [Look("waiting", "asking how far it is") for _ in watched]
        self.ends: list[float] = [0.0 for _ in watched]
        self.confirmations = Confirmations(cluster, kubectl, waiting.deadline)
        self.seen: dict[int, tuple[Seen, float]] = {}
        self.took_s = 0.0
        self.steady_since: float | None = None
        self.told: dict[int, object] = {}
        self.notes: list[str] = []
        self.scopes = scopes_of(cluster, watched)
        self.names = names_of(cluster, watched)
        self.watch = Watch(cluster, self.scopes, self.names)
        self.observer = Observer(cluster, self.watch, waiting.since or now())

    def wait(self, explain: Callable[[Watched, Look, Seen], Explanation]) -> list[Workload]:
        """Wait; return what each workload came to, and an explanation of each that is not done."""
        try:
            with self.watch:
                while not self._is_over():
                    began = time.monotonic()
                    self.observer.forget(self.watch.wait(self._pause_s()))
                    rest_s = max(_BUSY_S, min(_LONGEST_S, _PAUSES * self.took_s))
                    time.sleep(max(0.0, min(began + rest_s, self.waiting.deadline) - time.monotonic()))
                self._blame()
                self.notes = self._notes()
                return [self._explained(number, one, explain) for number, one in enumerate(self.workloads())]
        finally:
            self.confirmations.close()

    def _pause_s(self) -> float:
        """Return how long nothing need be looked at, unless something changes."""
        idle_s = _BUSY_S if self.confirmations.is_open() else _IDLE_S
        return min(idle_s, max(0.0, self.waiting.deadline - time.monotonic()))

    def _notes(self) -> list[str]:
        """Return what could not be seen, each once."""
        broken = [
            f"{kind.resource} cannot be seen right now: {words}" for (kind, _), words in self.watch.broken.items()
        ]
        return [*denied_words(self.watch.denied, self.names), *broken]

    def _blame(self) -> None:
        """Say who deployed over this rollout: the watch does not keep who wrote what."""
        for number, (watched, found) in enumerate(zip(self.watched, self.looks, strict=True)):
            if found.word == "superseded":
                # That it was somebody is known without the name.
                with suppress(ClusterError):
                    self.looks[number] = found._replace(message=self._blamed(watched) or found.message)

    def _blamed(self, watched: Watched) -> str:
        kind = self.cluster.resolve(watched.api_version, watched.kind)
        obj = self.cluster.get(kind, watched.namespace, watched.name, managed=True) if kind else None
        told = after(watched.applied, obj) if obj and watched.applied else None
        return told.message if told else ""

    def _explained(self, number: int, one: Workload, explain: Callable[[Watched, Look, Seen], Explanation]) -> Workload:
        if one.settled or one.word in ("superseded", "deleted") or not one.blocking:
            return one
        watched = self.watched[number]
        return one._replace(explanation=explain(watched, self.looks[number], self.observer.seen(watched)))

    def _is_over(self) -> bool:
        """Look at everything once; return whether there is nothing more to wait for."""
        late = time.monotonic() >= self.waiting.deadline
        if late:
            self.watch.refresh()
            self.observer.forget(self.scopes)
            self.seen.clear()
        began = time.thread_time()
        for number in range(len(self.watched)):
            self._look(number)
        self.confirmations.ask()
        self._tell()
        self.took_s = time.thread_time() - began
        blocking = [look for one, look in zip(self.watched, self.looks, strict=True) if one.blocking]
        failed = any(one.word in ("failed", "superseded", "deleted") for one in blocking)
        if late or (failed and not self.waiting.keep_going):
            return True
        return self._is_steady(all(one.word != "waiting" for one in blocking))

    def _is_steady(self, settled: bool) -> bool:
        if not settled:
            self.steady_since = None
            return False
        now = time.monotonic()
        self.steady_since = self.steady_since or now
        return now - self.steady_since >= self.waiting.stable_s

    def _look(self, number: int) -> None:
        watched, before = self.watched[number], self.looks[number]
        if before.word in ("failed", "superseded", "deleted") or not self._is_known(watched):
            return
        seen = self.observer.seen(watched)
        if self._is_same(number, seen):
            return
        found = look(watched, seen, before.memory, self.waiting.wishes, now(), time.monotonic())
        if found.word == "done":
            found = self._confirmed(number, found, seen)
        else:
            self.confirmations.forget(number)
        if found.word != before.word:
            self.ends[number] = time.monotonic() - self.began
        self.looks[number] = found

    def _confirmed(self, number: int, found: Look, seen: Seen) -> Look:
        """Let kubectl confirm that a workload is done, if the rollout waits for it and kubectl can."""
        watched = self.watched[number]
        asks = watched.blocking and is_known_to_kubectl(watched, seen) and self._is_listed(watched)
        if not asks or self.looks[number].word == "done" or self.confirmations.has_answered(number, watched):
            return found
        return found._replace(word="waiting")

    def _is_same(self, number: int, seen: Seen) -> bool:
        """Whether a look would find what the last one has found."""
        before, moment = self.seen.get(number, (None, 0.0))
        found = self.looks[number]
        asking = self.confirmations.is_asked(number) and found.word == "waiting"
        quiet = not (found.troubles or asking)
        if before and quiet and before.is_same(seen) and time.monotonic() - moment < _SAME_S:
            return True
        self.seen[number] = (seen, time.monotonic())
        return False

    def _is_known(self, watched: Watched) -> bool:
        """Whether its kind has been listed: before that, that it is not there means nothing."""
        scope = scope_of(self.cluster, watched.api_version, watched.kind, watched.namespace)
        if scope is None or scope in self.watch.known:
            return True
        if scope in self.watch.denied and watched.blocking:
            words = f"the credentials may neither list nor get {scope[0].resource} in {scope[1] or 'the cluster'}"
            hint = "a Role with `get`, `list` and `watch`, and a RoleBinding, give the permission"
            raise ClusterError(f"{words}: nothing tells how far {watched.kind} {watched.name} is", hint=hint)
        return False

    def _is_listed(self, watched: Watched) -> bool:
        """Whether its kind may be listed: kubectl would ask for nothing else, until its time is over."""
        return scope_of(self.cluster, watched.api_version, watched.kind, watched.namespace) not in self.watch.denied

    def _tell(self) -> None:
        workloads = self.workloads()
        changed = []
        for number, (one, found) in enumerate(zip(workloads, self.looks, strict=True)):
            news = (one.word, one.change, frozenset(trouble.key for trouble in found.troubles))
            if self.told.get(number) != news and (number in self.told or one.word != "waiting" or found.troubles):
                changed.append(one)
            self.told[number] = news
        self.waiting.tell(Moment(time.monotonic() - self.began, workloads, changed))

    def workloads(self) -> list[Workload]:
        """Return what each workload has come to so far."""
        return [
            Workload(
                one.kind, one.namespace, one.name, one.change, one.blocking, found.word, found.message, ended,
                one.location, Explanation(found.troubles),
            )
            for one, found, ended in zip(self.watched, self.looks, self.ends, strict=True)
        ]  # fmt: skip
