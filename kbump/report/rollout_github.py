"""A rollout as GitHub workflow commands: an annotation for all that is refused, or not done, at its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.report.github import annotation
from kbump.report.rollout import held_text, trouble_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.rollouts.result import RolloutResult, Workload


def rollout_github(result: RolloutResult) -> str:
    """Return errors for refusals and for what is not done, notices for what is, and warnings for notes."""
    found = result.validated.at_least("error") if result.validated and result.ending == "refused" else []
    lines = [annotation("error", one.location, one.rule, f"{one.message}\n{one.fix}".rstrip()) for one in found]
    lines += [
        annotation("error", one.location, "rollout", "\n".join(filter(None, (one.subject, one.message, one.hint))))
        for one in result.refusals
    ]
    lines += [annotation("error", error.location, "rollout", error.message) for error in result.errors]
    lines += [_workload(one) for one in result.workloads]
    lines += [
        annotation(
            "error" if one.word == "failed" else "warning", None, f"undo {one.word}", f"{one.subject}: {one.message}"
        )
        for one in result.undone
    ]
    lines += list(_reverted(result))
    return "".join(lines + [annotation("warning", None, "rollout", note) for note in result.notes])


def _reverted(result: RolloutResult) -> Iterator[str]:
    if result.reverted:
        from kbump.report.reversion import reverted_words

        level = {"failed": "error", "pushed": "notice"}.get(result.reverted.status, "warning")
        yield annotation(level, None, "undo-git", "\n".join(reverted_words(result.reverted, colour=False)))
    if result.held:
        yield annotation("warning", None, "undo", held_text(result.held))


def _workload(one: Workload) -> str:
    level = "notice" if one.settled or not one.blocking else "error"
    told = [f"{one.subject}: {one.message}", *map(trouble_text, one.explanation.troubles)]
    return annotation(level, one.location, one.word, "\n".join(told))
