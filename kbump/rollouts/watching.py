"""watched_of(): what of an applied object is watched, and whether the rollout waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.cluster.status import BLOCKING
from kbump.rollouts.looking import Watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.cluster.plain import Object
    from kbump.rollouts.applying import Outcome
    from kbump.rollouts.planned import Planned

# What is shown, and not waited for unless a rollout is told to; custom resources are like it.
_SHOWN = ("CronJob", "Ingress", "PersistentVolumeClaim")
_ALL = "all"


def watched_as(planned: Planned, wait_for: Sequence[str] = ()) -> Watched:
    """Return what is to be watched of an object that is not applied."""
    return Watched(
        planned.api_version, planned.kind, planned.namespace, planned.name, is_blocking(planned, wait_for),
        location=planned.location,
    )  # fmt: skip


def found(planned: Planned | Watched, obj: Object, **more: Any) -> Watched:
    """Return what is watched, as the server has it right now."""
    return Watched(
        planned.api_version, planned.kind, planned.namespace, planned.name, location=planned.location,
        applied=obj, **more,
    )  # fmt: skip


def watched_of(planned: Planned, outcome: Outcome, wait_for: Sequence[str]) -> Watched | None:
    """Return what is to be watched of an object, None if there is nothing to see."""
    obj = outcome.objects.get(planned.key)
    blocking = is_blocking(planned, wait_for)
    if obj is None or not (blocking or is_shown(planned)):
        return None
    applied = outcome.applied.get(planned.key)
    return found(planned, obj, blocking=blocking, change=applied.change if applied else "")


def is_blocking(planned: Planned, wait_for: Sequence[str]) -> bool:
    """Whether a rollout waits for an object: its kind does without a word, is named, or all are."""
    wanted = {kind.lower() for kind in wait_for}
    named = _ALL in wanted and is_shown(planned)
    return _is_known(planned) or named or planned.kind.lower() in wanted


def _is_known(planned: Planned) -> bool:
    return planned.kind in BLOCKING and not _is_custom(planned.group)


def is_shown(planned: Planned) -> bool:
    """Whether there is something to see of an object that a rollout does not wait for."""
    spec = planned.data.get("spec")
    balanced = planned.kind == "Service" and isinstance(spec, dict) and spec.get("type") == "LoadBalancer"
    return planned.kind in _SHOWN or balanced or _is_custom(planned.group)


def _is_custom(group: str) -> bool:
    return "." in group and not group.endswith(".k8s.io")
