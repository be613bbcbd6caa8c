"""RolloutResult: what a rollout came to, as a value; status() has the same of one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbump.cluster.diagnosis import Trouble
    from kbump.errors import KbumpError, Location
    from kbump.inspection import ValidateResult
    from kbump.reversion.result import Reverted

Change = Literal["created", "changed", "unchanged", ""]
Word = Literal["done", "waiting", "failed", "paused", "manual", "superseded", "deleted"]
Ending = Literal["done", "failed", "timed-out", "refused", "superseded", "planned"]
# What nobody has to wait for any longer: it is as it should be, or a person has decided it.
SETTLED = ("done", "manual", "paused")
TIMED_OUT = 3


class ClusterName(NamedTuple):
    """Which cluster it was: the URL of its API server, the context ("" within a cluster), its version."""

    server: str = ""
    context: str = ""
    version: str = ""


class Log(NamedTuple):
    """The last lines that a container wrote; `previous` says that it was the one before the last restart."""

    pod: str
    container: str
    previous: bool
    lines: Sequence[str]


class Warned(NamedTuple):
    """A warning of the cluster's since the rollout began: about what, why, and how often."""

    about: str
    reason: str
    message: str
    times: int


class Explanation(NamedTuple):
    """What a workload that is not done stands on, and the command to look further."""

    troubles: Sequence[Trouble] = ()
    logs: Sequence[Log] = ()
    warnings: Sequence[Warned] = ()
    command: str = ""


class Applied(NamedTuple):
    """An object that was applied, or would be: what apply made of it, and where it is written."""

    kind: str
    namespace: str
    name: str
    change: Change
    location: Location

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`."""
        return subject(self.kind, self.namespace, self.name)


def subject(kind: str, namespace: str, name: str) -> str:
    """Return an object as people name it: `Deployment shop/web`."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def within(namespace: str) -> str:
    """Return what names a namespace at the end of a command of kubectl: ` -n shop`, "" for none."""
    return f" -n {namespace}" if namespace else ""


class Workload(NamedTuple):
    """What a rollout watches, and what became of it, `seconds` after the wait began.

    `blocking` says whether the rollout waits for it. `word` is `done`; `waiting`: not yet, or not in time; `failed`;
    `paused` or `manual`: a person has to go on; `superseded`: somebody else deployed; `deleted`.
    """

    kind: str
    namespace: str
    name: str
    change: Change
    blocking: bool
    word: Word
    message: str
    seconds: float = 0.0
    location: Location | None = None
    explanation: Explanation = Explanation()

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`."""
        return subject(self.kind, self.namespace, self.name)

    @property
    def settled(self) -> bool:
        """Whether nobody has to wait for it any longer, and nothing is wrong."""
        return self.word in SETTLED


class Refusal(NamedTuple):
    """Why an object may not be applied, said before anything is written; `hint` is what to do."""

    subject: str
    message: str
    hint: str = ""
    location: Location | None = None


class Undone(NamedTuple):
    """What became of an object when a rollout that failed was undone.

    `word` is `undone`; `failed`: it should have gone back, and has not; `left`: it is as the rollout made it.
    """

    kind: str
    namespace: str
    name: str
    word: Literal["undone", "failed", "left"]
    message: str

    @property
    def subject(self) -> str:
        """The object as people name it: `Deployment shop/web`."""
        return subject(self.kind, self.namespace, self.name)


class RolloutResult(NamedTuple):
    """What a rollout did and came to.

    `ending` is `done`, `failed` or `timed-out`; `refused`: a check said no, and nothing was written; `superseded`: the
    checkout is not the tip of its branch any more, and nothing was written; `planned`: a dry run. `validated` is what
    validate() found, `notes` are what a person should know all the same, `undone` says what became of each object that
    an undo is about, `held` which images of those git still has, `reverted` what came of putting others back in git.
    """

    ending: Ending
    cluster: ClusterName = ClusterName()
    applied: Sequence[Applied] = ()
    workloads: Sequence[Workload] = ()
    refusals: Sequence[Refusal] = ()
    notes: Sequence[str] = ()
    errors: Sequence[KbumpError] = ()
    validated: ValidateResult | None = None
    seconds: float = 0.0
    diff: str = ""
    undone: Sequence[Undone] = ()
    held: Sequence[str] = ()
    reverted: Reverted | None = None

    @property
    def exit_code(self) -> int:
        """0 done, or nothing to do; 1 refused or failed; 2 could not answer; 3 timed out."""
        if self.errors:
            return 2
        return _CODES.get(self.ending, 0)

    def of(self, *words: Word) -> list[Workload]:
        """Return the workloads with one of the words."""
        return [one for one in self.workloads if one.word in words]

    @property
    def unfinished(self) -> list[Workload]:
        """The workloads that the rollout waited for, and that are not as they should be."""
        return [one for one in self.workloads if one.blocking and not one.settled]


_CODES: Mapping[str, int] = {"failed": 1, "refused": 1, "timed-out": TIMED_OUT}


class StatusResult(NamedTuple):
    """How far objects are at one moment; `missing` are those that are not there."""

    cluster: ClusterName
    workloads: Sequence[Workload]
    missing: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def exit_code(self) -> int:
        """0 if all is as it should be, 1 if something is not, or is not there."""
        return int(bool(self.missing) or any(one.blocking and not one.settled for one in self.workloads))
