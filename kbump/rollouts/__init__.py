"""Rollouts: check, record, apply, wait, explain, undo; one module for each phase."""

from __future__ import annotations

from kbump.rollouts.asking import status
from kbump.rollouts.options import Step
from kbump.rollouts.result import (
    Applied,
    ClusterName,
    Explanation,
    Log,
    Refusal,
    RolloutResult,
    StatusResult,
    Undone,
    Warned,
    Workload,
)
from kbump.rollouts.rolling import rollout

__all__ = [
    "Applied", "ClusterName", "Explanation", "Log", "Refusal", "RolloutResult", "StatusResult", "Step", "Undone",
    "Warned", "Workload", "rollout", "status",
]  # fmt: skip
