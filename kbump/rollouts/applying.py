"""apply_all(): kubectl applies the objects of one phase after the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump.cluster.status import status
from kbump.rollouts.ordering import FOUNDATIONS, PHASES, in_phases
from kbump.rollouts.recording import Recorded
from kbump.rollouts.result import Applied, Refusal
from kbump.rollouts.trying import Manner, apply, is_made_anew, tried

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from kbump.cluster.connection import Cluster
    from kbump.cluster.kubectl import Kubectl
    from kbump.rollouts.planned import Key, Planned
    from kbump.rollouts.result import Change

    Object = dict[str, Any]

_LOOK_S = 0.2


class Outcome(NamedTuple):
    """What was applied, the objects as the server has them now, and why it ended before all was."""

    applied: dict[Key, Applied]
    objects: dict[Key, Object]
    refusals: list[Refusal]


class Applying(NamedTuple):
    """What apply_all() works with; `later` is what could not be tried before its namespace or kind is there."""

    cluster: Cluster
    kubectl: Kubectl
    manner: Manner
    recorded: Mapping[Key, Recorded]
    later: Collection[Key]
    deadline: float
    step: Callable[[str], object]


def apply_all(objects: Sequence[Planned], work: Applying, outcome: Outcome) -> None:
    """Apply the objects, phase by phase; end with the first phase of which something is refused.

    The outcome is filled as it comes, so that it is there if an error ends it.
    """
    for phase, mine in enumerate(in_phases(objects)):
        late = [one for one in mine if one.key in work.later]
        outcome.refusals.extend(_late_refusals(late, work))
        if mine and not outcome.refusals:
            work.step(f"applying {PHASES[phase]}")
            _apply_phase(mine, work, outcome)
        if outcome.refusals:
            break
        if phase == FOUNDATIONS:
            outcome.refusals.extend(_established(mine, work))


def _late_refusals(objects: Sequence[Planned], work: Applying) -> list[Refusal]:
    """Try what could not be tried before: its namespace and its kind are there now."""
    return tried(work.cluster, work.kubectl, objects, work.recorded, work.manner)[1] if objects else []


def _apply_phase(objects: Sequence[Planned], work: Applying, outcome: Outcome) -> None:
    for one in objects:
        kind = work.cluster.resolve(one.api_version, one.kind)
        if kind and is_made_anew(work.cluster, one, work.recorded[one.key], work.manner):
            work.kubectl.delete(kind, one.namespace, one.name)
    done = apply(work.kubectl, objects, work.manner)
    if done.code:
        outcome.refusals.append(Refusal("", f"kubectl apply failed: {done.words}"))
    made = {identity(one): one for one in done.objects}
    for one in objects:
        # If one object fails, kubectl prints none of those that it has applied.
        found = made.get((one.kind, one.namespace, one.name)) or (_asked(one, work) if done.code else None)
        change = _change(found, work.recorded[one.key])
        if found is not None:
            outcome.objects[one.key] = found
        if change and not (done.code and change == "unchanged"):
            outcome.applied[one.key] = Applied(one.kind, one.namespace, one.name, change, one.location)


def _asked(one: Planned, work: Applying) -> Object | None:
    kind = work.cluster.resolve(one.api_version, one.kind)
    return work.cluster.get(kind, one.namespace, one.name) if kind else None


def identity(obj: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return kind, namespace and name of an object as the server has it."""
    metadata = obj.get("metadata", {})
    return str(obj.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name"))


def _change(found: Object | None, recorded: Recorded) -> Change:
    """Return what apply made of an object; any write gives it another version."""
    if found is None:
        return ""
    if recorded.live is None:
        return "created"
    versions = (one.get("metadata", {}).get("resourceVersion") for one in (found, recorded.live))
    return "unchanged" if len(set(versions)) == 1 else "changed"


def _established(objects: Sequence[Planned], work: Applying) -> list[Refusal]:
    """Wait until definitions are served and namespaces are there, for what comes next needs them."""
    for one in objects:
        if one.kind != "CustomResourceDefinition":
            continue
        while True:
            found = _asked(one, work)
            word, message = status(found) if found else ("waiting", "it is not there")
            if word == "done":
                break
            if word == "failed" or time.monotonic() > work.deadline:
                return [Refusal(one.subject, message, location=one.location)]
            time.sleep(_LOOK_S)
    return []
