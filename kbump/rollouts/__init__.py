"""Rollouts: check, record, apply, wait, explain, undo; one module for each phase."""

from __future__ import annotations

from kbump.rollouts.asking import status
from kbump.rollouts.result import (
    Applied,
    ClusterName,
    Explanation,
    Log,
    Refusal,
    RolloutResult,
    StatusResult,
    Warned,
    Workload,
)
from kbump.rollouts.rolling import Step, rollout

__all__ = [
    "Applied", "ClusterName", "Explanation", "Log", "Refusal", "RolloutResult", "StatusResult", "Step", "Warned",
    "Workload", "rollout", "status",
]  # fmt: skip
