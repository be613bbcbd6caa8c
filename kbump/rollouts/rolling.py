"""rollout(): check, record, apply, wait, explain; each phase ends before the next begins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.config import NO_CONFIG
from kbump.rollouts.applying import Applying, apply_all, identity
from kbump.rollouts.checking import forbidden, other_cluster, schema_version, skew
from kbump.rollouts.connecting import Connection, connected
from kbump.rollouts.explaining import explained
from kbump.rollouts.looking import Watched, Wishes
from kbump.rollouts.naming import named
from kbump.rollouts.placing import later, placed
from kbump.rollouts.reading import read
from kbump.rollouts.recording import record
from kbump.rollouts.result import Applied, Refusal, RolloutResult
from kbump.rollouts.trying import Manner, tried
from kbump.rollouts.waiting import Waiter, Waiting
from kbump.rollouts.watching import found, is_blocking, is_shown, watched_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.config import Config
    from kbump.inspection import ValidateResult
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.reading import Reading
    from kbump.rollouts.recording import Recorded
    from kbump.rollouts.result import Change, Ending, Workload
    from kbump.rollouts.waiting import Moment

TIMEOUT_S = 600.0


class Step(NamedTuple):
    """A phase of a rollout that begins, in words."""

    words: str


class Options(NamedTuple):
    """How a rollout behaves, beside what it applies; see rollout()."""

    timeout_s: float = TIMEOUT_S
    server_side: bool = False
    force_conflicts: bool = False
    recreate_jobs: bool = False
    grace: float = 1.0
    keep_going: bool = False
    wait_for: Sequence[str] = ()
    wait_terminated: bool = False
    only_wait: bool = False
    stable_s: float = 0.0
    log_lines: int = 20
    require_workloads: bool = False
    diff: bool = False
    write: bool = True


def rollout(
    paths: str | Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    text: str | None = None,
    name: str = "-",
    names: Sequence[str] = (),
    config: Config = NO_CONFIG,
    kubeconfig: str = "",
    context: str = "",
    namespace: str = "",
    tell: Callable[[Step | Moment], object] = bool,
    **options: Any,
) -> RolloutResult:
    """Apply the manifests in files and directories, or in one `text`, and wait until their workloads are as they say.

    `name` stands for the text in locations. The cluster is chosen by `kubeconfig`, `context` and `namespace` as
    kubectl has them, and by `environ`, which kubectl and credential plugins run with; `config` may name the only one
    that is allowed. Options are `timeout_s` (for all together), `server_side` and `force_conflicts` (of apply),
    `recreate_jobs` (finished ones that cannot be changed), `grace` (multiplies the patience with troubles),
    `keep_going` (though one workload is doomed), `wait_for` (kinds, or `all`), `wait_terminated` (old pods are gone),
    `only_wait` (nothing is applied; then there may be `names`, such as deployment/web, instead of manifests),
    `stable_s` (all stay done for so long), `log_lines`, `require_workloads`, `diff` (of kubectl) and `write` (False:
    only check). `tell` is called with the phases and with how far the wait is.

    Raises UsageError, ConfigError, SourceError and ClusterError; what a check refuses is in the result.
    """
    given = Options(**options)
    began = time.monotonic()
    choice = Connection(environ, kubeconfig, context, namespace, began + given.timeout_s)
    run = _Run(given, config, choice, tell)
    if given.only_wait and names:
        result = run.only_wait([], names)
    else:
        tell(Step("reading manifests"))
        reading = read(paths, text, name)
        if reading.errors:
            return RolloutResult("refused", errors=reading.errors)
        if given.only_wait:
            result = run.only_wait(reading.objects, ())
        else:
            result = run.apply(reading, lambda version: _validated(paths, text, name, version))
    return result._replace(seconds=time.monotonic() - began)


def _validated(paths: str | Sequence[str], text: str | None, name: str, version: str) -> ValidateResult:
    from kbump.inspection import validate

    return validate(paths or None, text=text, name=name, kubernetes_version=version, jobs=1)


class _Run:
    """One rollout; `notes` are what a person should know of it."""

    def __init__(self, options: Options, config: Config, choice: Connection, tell: Callable[..., object]) -> None:
        self.options, self.config, self.choice, self.tell = options, config, choice, tell
        self.manner = Manner(
            options.server_side, options.force_conflicts, options.recreate_jobs, namespace=choice.namespace
        )
        self.notes: list[str] = []

    def only_wait(self, objects: Sequence[Planned], names: Sequence[str]) -> RolloutResult:
        """Wait for what is there, or will be."""
        self.tell(Step("connecting"))
        with connected(self.choice) as self.link:
            result = RolloutResult("refused", self.link.name)
            refusals = other_cluster(self.config.cluster, self.link.name)
            objects, unknown = placed(self.link.cluster, objects)
            if refusals or unknown:
                return result._replace(refusals=refusals or unknown)
            watched = [
                Watched(one.api_version, one.kind, one.namespace, one.name, is_blocking(one, self.options.wait_for),
                        location=one.location)
                for one in objects
                if is_shown(one) or is_blocking(one, self.options.wait_for)
            ]  # fmt: skip
            watched += [named(one, self.link.cluster.namespace) for one in names]
            return self._waited([self._found(one) for one in watched], result)

    def _found(self, watched: Watched) -> Watched:
        """Return what is watched as it is now, so that it is seen if somebody deploys something else."""
        kind = self.link.cluster.resolve(watched.api_version, watched.kind)
        obj = self.link.cluster.get(kind, watched.namespace, watched.name) if kind else None
        return found(watched, obj, blocking=watched.blocking) if obj else watched

    def apply(self, reading: Reading, validated: Callable[[str], ValidateResult]) -> RolloutResult:
        """Check and apply what was read, then wait."""
        self.notes += [f"passed over: {path} {reason}" for path, reason in reading.skipped]
        self.tell(Step("connecting"))
        with connected(self.choice) as self.link:
            link = self.link
            result = RolloutResult("refused", link.name)
            refusals = other_cluster(self.config.cluster, link.name)
            if refusals:
                return result._replace(refusals=refusals)
            version, words = schema_version(link.name.version)
            self.notes += [*skew(link.kubectl.version()), *words]
            self.tell(Step(f"checking manifests for Kubernetes {version}"))
            checked = validated(version)
            result = result._replace(validated=checked, notes=self.notes)
            if checked.errors or checked.at_least("error"):
                return result._replace(errors=checked.errors)
            objects, refusals = placed(link.cluster, reading.objects)
            return result._replace(refusals=refusals) if refusals else self._checked(objects, result)

    def _checked(self, objects: list[Planned], result: RolloutResult) -> RolloutResult:
        """Record what is there, let the server try everything, then apply."""
        self.notes += forbidden(self.link.cluster, objects)
        recorded = record(self.link.cluster, objects)
        postponed = {one.key for one in later(self.link.cluster, objects, recorded)}
        asked = [one for one in objects if one.key not in postponed]
        self.tell(Step("asking the server whether it would take them"))
        made, refusals = tried(self.link.kubectl, asked, recorded, self.manner)
        if refusals:
            return result._replace(refusals=refusals)
        if self.options.diff:
            result = result._replace(diff=self.link.kubectl.diff([one.data for one in asked]))
        if not self.options.write:
            return result._replace(ending="planned", applied=_planned(objects, recorded, made))
        work = Applying(
            self.link.cluster, self.link.kubectl, self.manner, recorded, postponed, self.choice.deadline,
            lambda words: self.tell(Step(words)),
        )  # fmt: skip
        outcome = apply_all(objects, work)
        result = result._replace(applied=list(outcome.applied.values()))
        if outcome.refusals:
            return result._replace(ending="failed", refusals=outcome.refusals)
        watched = [one for planned in objects if (one := watched_of(planned, outcome, self.options.wait_for))]
        return self._waited(watched, result)

    def _waited(self, watched: Sequence[Watched], result: RolloutResult) -> RolloutResult:
        if not any(one.blocking for one in watched):
            if self.options.require_workloads:
                refusal = Refusal("", "there is no workload to wait for", "name files that have one")
                return result._replace(ending="failed", refusals=[refusal])
            self.notes.append("there is no workload to wait for")
        options = self.options
        wishes = Wishes(options.grace, options.wait_terminated, options.stable_s > 0)
        waiting = Waiting(self.choice.deadline, wishes, options.stable_s, options.keep_going, self.tell)
        waiter = Waiter(self.link.cluster, self.link.kubectl, watched, waiting)
        workloads = waiter.wait(
            lambda one, look, seen: explained(self.link.kubectl, one, look, seen, log_lines=options.log_lines)
        )
        self.notes += waiter.notes
        return result._replace(ending=_ending(workloads), workloads=workloads, notes=self.notes)


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
