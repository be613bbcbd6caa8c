"""Options: how a rollout behaves, beside what it applies and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEOUT_S = 600.0


class Options(NamedTuple):
    """How a rollout behaves; see rollout()."""

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
    undo: bool = False
    require_tip: bool = False
    branch: str = ""
    write: bool = True


class Step(NamedTuple):
    """A phase of a rollout that begins, in words."""

    words: str
