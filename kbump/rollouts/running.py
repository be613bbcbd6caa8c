"""Run: one rollout, phase by phase."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from kbump.errors import ClusterError
from kbump.rollouts.applying import Applying, Outcome, apply_all, identity
from kbump.rollouts.checking import forbidden, other_cluster, schema_version, skew
from kbump.rollouts.connecting import connected
from kbump.rollouts.explaining import explained
from kbump.rollouts.images import gone, still_held
from kbump.rollouts.looking import Wishes
from kbump.rollouts.naming import named
from kbump.rollouts.observing import now
from kbump.rollouts.options import REVERTING, UNDOING, Difference, Step
from kbump.rollouts.placing import later, placed
from kbump.rollouts.reading import passed_over
from kbump.rollouts.recording import record, started_before
from kbump.rollouts.result import Applied, Explanation, Refusal, RolloutResult
from kbump.rollouts.trying import Manner, tried
from kbump.rollouts.undoing import Undoing, undo
from kbump.rollouts.waiting import Waiter, Waiting
from kbump.rollouts.watching import found, is_blocking, is_shown, watched_as, watched_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from kbump.inspection import ValidateResult
    from kbump.reversion.place import Place
    from kbump.rollouts.connecting import Link
    from kbump.rollouts.looking import Watched
    from kbump.rollouts.options import Asked, Options
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.reading import Reading
    from kbump.rollouts.recording import Recorded
    from kbump.rollouts.result import Change, Ending, Workload
    from kbump.rollouts.waiting import Moment

# So much longer than the wait a cluster is asked, to explain what it came to.
_MORE_S = 30.0
_GIT_S = 60.0


class Run:
    """One rollout; `notes` are what a person should know of it."""

    def __init__(self, about: Asked, options: Options, tell: Callable[..., object]) -> None:
        """Take what was asked for; nothing is done yet."""
        self.about, self.options, self.config = about, options, about.config
        self.tell, self.doing = partial(self._told, tell), ""
        self.manner = Manner(
            options.server_side, options.force_conflicts, options.recreate_jobs, namespace=about.namespace
        )
        self.place: Place | None = None
        self.notes: list[str] = []
        self.objects: list[Planned] = []
        self.recorded: dict[Key, Recorded] = {}
        self.before: dict[tuple[str, str], int] = {}
        self.outcome = Outcome({}, {}, [])

    def _told(self, tell: Callable[..., object], news: Step | Moment | Difference) -> None:
        if not isinstance(news, Difference):
            self.doing = news.words if isinstance(news, Step) else "waiting for workloads"
        tell(news)

    @contextmanager
    def _connected(self) -> Iterator[Link]:
        """Connect for as long as a rollout may take from now on."""
        self.deadline, self.since = time.monotonic() + self.options.timeout_s, now()
        with connected(self.about.choice, self.deadline) as self.link:
            yield self.link

    def _in_time(self, act: Callable[[], RolloutResult]) -> RolloutResult:
        """Check and apply, and say what took so long if time is over before the wait begins."""
        try:
            result = act()
        except ClusterError as error:
            if time.monotonic() < self.deadline:
                raise
            words = f"time was over while {self.doing}: {error.message}"
            applied = list(self.outcome.applied.values())
            late = [Refusal("", words, error.hint or "")]
            return RolloutResult("timed-out", self.link.name, applied, refusals=late)
        if result.refusals and time.monotonic() >= self.deadline:
            late = [Refusal("", f"time was over while {self.doing}")]
            return result._replace(ending="timed-out", refusals=[*late, *result.refusals])
        return result

    def only_wait(self, objects: Sequence[Planned], names: Sequence[str]) -> RolloutResult:
        """Wait for what is there, or will be."""
        self.tell(Step("connecting"))
        with self._connected():
            self.tell(Step("looking at what is there"))
            return self._in_time(lambda: self._only_waited(objects, names))

    def _only_waited(self, objects: Sequence[Planned], names: Sequence[str]) -> RolloutResult:
        result = RolloutResult("refused", self.link.name)
        refusals = other_cluster(self.config.cluster, self.link.name)
        objects, unknown = placed(self.link.cluster, objects)
        if refusals or unknown:
            return result._replace(refusals=refusals or unknown)
        watched = [
            watched_as(one, self.options.wait_for)
            for one in objects
            if is_shown(one) or is_blocking(one, self.options.wait_for)
        ]
        watched += [named(one, self.link.cluster.namespace) for one in names]
        return self._waited([self._found(one) for one in watched], result)

    def _found(self, watched: Watched) -> Watched:
        """Return what is watched as it is now, so that it is seen if somebody deploys something else."""
        kind = self.link.cluster.resolve(watched.api_version, watched.kind)
        obj = self.link.cluster.get(kind, watched.namespace, watched.name) if kind else None
        return found(watched, obj, blocking=watched.blocking) if obj else watched

    def behind(self) -> str:
        """Return what to say if the checkout is not the tip of its branch any more."""
        from kbump.rollouts.tip import behind

        self.tell(Step("asking whether the checkout is still the tip of its branch"))
        return behind(
            self.about.start, self.about.environ, branch=self.options.build.branch,
            deadline=time.monotonic() + _GIT_S, allow_http=self.config.forge.allow_http,
        )  # fmt: skip

    def find_place(self) -> None:
        """Find where images would be put back in git; raise UsageError or GitError if that could not be done."""
        from kbump.rollouts.reverting import found_place

        self.tell(Step("asking the remote of the checkout, which images may go back in"))
        self.place = found_place(self.about, self.options, time.monotonic() + _GIT_S)

    def apply(self, reading: Reading, validated: Callable[[str], ValidateResult]) -> RolloutResult:
        """Check and apply what was read, wait, and undo it if it fails."""
        self.notes += passed_over(reading)
        self.tell(Step("connecting"))
        with self._connected():
            result = self._in_time(lambda: self._checked(reading, validated))
        wanted = self.options.undo or self.options.undo_git
        if wanted and self.outcome.applied and result.ending in ("failed", "timed-out"):
            result = self._undone(result)
        return result._replace(notes=self.notes)

    def _checked(self, reading: Reading, validated: Callable[[str], ValidateResult]) -> RolloutResult:
        """Check all that can be checked without the objects' own kinds and namespaces."""
        link = self.link
        result = RolloutResult("refused", link.name)
        refusals = other_cluster(self.config.cluster, link.name)
        if refusals:
            return result._replace(refusals=refusals)
        version, words = schema_version(link.name.version)
        self.notes += [*skew(link.kubectl.version()), *words]
        self.tell(Step(f"checking manifests for Kubernetes {version}"))
        checked = validated(version)
        result = result._replace(validated=checked)
        if checked.errors or checked.at_least("error"):
            return result._replace(errors=checked.errors)
        self.objects, refusals = placed(link.cluster, reading.objects)
        if not any(is_blocking(one, self.options.wait_for) for one in self.objects):
            refusals += [_NOTHING] if self.options.require_workloads else []
            self.notes.append(_NOTHING.message)
        return result._replace(refusals=refusals) if refusals else self._tried(result)

    def _tried(self, result: RolloutResult) -> RolloutResult:
        """Record what is there, let the server try everything, then apply."""
        self.tell(Step("looking at what is there"))
        self.notes += forbidden(self.link.cluster, self.objects)
        self.recorded = record(self.link.cluster, self.objects)
        self.before = started_before(self.link.cluster, self.recorded.values())
        postponed = {one.key for one in later(self.link.cluster, self.objects, self.recorded)}
        asked = [one for one in self.objects if one.key not in postponed]
        self.tell(Step("asking the server whether it would take them"))
        made, refusals = tried(self.link.cluster, self.link.kubectl, asked, self.recorded, self.manner)
        if refusals:
            return result._replace(refusals=refusals)
        if self.options.diff:
            result = result._replace(diff=self._differing(asked, len(postponed)))
        if not self.options.write:
            return result._replace(ending="planned", applied=_planned(self.objects, self.recorded, made))
        return self._applied(postponed, result)

    def _differing(self, asked: Sequence[Planned], left: int) -> str:
        """Tell what is about to change, before it does."""
        live = [obj for one in asked for obj in self.recorded[one.key].known]
        text = self.link.kubectl.diff([one.data for one in asked], live) if asked else ""
        self.tell(Difference(text))
        if left:
            self.notes.append(f"the diff leaves out what needs a namespace or kind of this same run: {left:,} of all")
        return text

    def _applied(self, postponed: Collection[Key], result: RolloutResult) -> RolloutResult:
        # What kubectl has applied when time is over is still to be asked.
        self.link.cluster.extend(self.deadline + _MORE_S)
        work = Applying(
            self.link.cluster, self.link.kubectl, self.manner, self.recorded, postponed, self.deadline,
            lambda words: self.tell(Step(words)),
        )  # fmt: skip
        apply_all(self.objects, work, self.outcome)
        result = result._replace(applied=list(self.outcome.applied.values()))
        if self.outcome.refusals:
            return result._replace(ending="failed", refusals=self.outcome.refusals)
        watched = [watched_of(one, self.outcome, self.options.wait_for) for one in self.objects]
        return self._waited([one for one in watched if one], result)

    def _undone(self, result: RolloutResult) -> RolloutResult:
        """Put back what this run changed, but for what somebody else has changed since."""
        self.tell(Step(UNDOING))
        taken = {one.subject for one in result.of("superseded", "deleted")}
        with self._connected() as link:
            self._extend()
            work = Undoing(
                link, self.recorded, self.outcome, {one.key for one in self.objects if one.subject in taken},
                self._undone_workloads,
            )  # fmt: skip
            told = undo(self.objects, work)
        back = {(one.kind, one.namespace, one.name) for one in told if one.word != "left"}
        undone = [one for one in self.objects if one.key[1:] in back]
        result = result._replace(undone=told, held=still_held(undone, self.recorded))
        return self._reverted(result, undone, self.place) if self.place else result

    def _reverted(self, result: RolloutResult, undone: Sequence[Planned], place: Place) -> RolloutResult:
        """Put the images of what was undone back in git, too."""
        from kbump.rollouts.reverting import put_back

        self.tell(Step(REVERTING))
        done = put_back(place, self.about, self.options.build, gone(undone, self.recorded))
        put = {change.old for change in done.changes} if done.status == "pushed" else ()
        return result._replace(reverted=done, held=[image for image in result.held if image not in put])

    def _undone_workloads(self, watched: Sequence[Watched]) -> list[Workload]:
        """Wait for what went back; what it comes to is said of the undo, not as a row of the rollout."""
        waiting = Waiting(
            self.deadline, Wishes(), tell=lambda moment: self.tell(moment._replace(changed=())), since=self.since
        )  # fmt: skip
        return Waiter(self.link.cluster, self.link.kubectl, watched, waiting).wait(lambda *_: Explanation())

    def _extend(self) -> None:
        """Go on for a while when time is over, to explain what it came to."""
        self.link.cluster.extend(self.deadline + _MORE_S)
        self.link.kubectl.extend(self.deadline + _MORE_S)

    def _waited(self, watched: Sequence[Watched], result: RolloutResult) -> RolloutResult:
        self._extend()
        wishes = Wishes(self.options.grace, self.options.wait_terminated, self.options.stable_s > 0, self.before)
        workloads, notes = self._watched(watched, wishes, self.options.stable_s)
        self.notes += notes
        return result._replace(ending=_ending(workloads), workloads=workloads, notes=self.notes)

    def _watched(
        self, watched: Sequence[Watched], wishes: Wishes, stable_s: float = 0.0
    ) -> tuple[list[Workload], list[str]]:
        waiting = Waiting(self.deadline, wishes, stable_s, self.options.keep_going, self.tell, self.since)
        waiter = Waiter(self.link.cluster, self.link.kubectl, watched, waiting)
        kubectl, lines = self.link.kubectl, self.options.log_lines
        workloads = waiter.wait(lambda one, look, seen: explained(kubectl, one, look, seen, log_lines=lines))
        return workloads, waiter.notes


_NOTHING = Refusal("", "there is no workload to wait for", "name files that have one")


def _ending(workloads: Sequence[Workload]) -> Ending:
    left = [one for one in workloads if one.blocking and not one.settled]
    if any(one.word in ("failed", "superseded", "deleted") for one in left):
        return "failed"
    return "timed-out" if left else "done"


def _planned(
    objects: Sequence[Planned], recorded: Mapping[Key, Recorded], made: Sequence[Mapping[str, Any]]
) -> list[Applied]:
    """Return what apply would make of the objects."""
    would = {identity(one): one for one in made}
    return [
        Applied(
            one.kind, one.namespace, one.name, _change(recorded[one.key].live, would.get(one.key[1:])), one.location
        )
        for one in objects
    ]


def _change(live: Mapping[str, Any] | None, would: Mapping[str, Any] | None) -> Change:
    if live is None:
        return "created"
    return "unchanged" if would is not None and _content(live) == _content(would) else "changed"


def _content(obj: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _VOLATILE}
    return {**obj, "metadata": metadata}


_VOLATILE = ("generation", "managedFields", "resourceVersion")
