"""A rollout as markdown: what a comment on a pull request says of it. Logs are the job's own, and never in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.report.comparison_markdown import LIMIT, Line, capped, code
from kbump.report.findings import flat
from kbump.report.markdown import prose
from kbump.report.rollout import held_text, sum_text, trouble_text
from kbump.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.errors import Location
    from kbump.rollouts.result import RolloutResult, Workload

POINTER = "_The rest is too long for this page: the job's own output has all of it._"
_DETAILS = "\n</details>\n"
_STRONG = ("deleted", "failed", "superseded")


def rollout_markdown(result: RolloutResult, *, limit: int = LIMIT) -> str:
    """Return a page of at most `limit` characters, without logs."""
    lines = [
        Line(f"**kbump rollout**: {prose(sum_text(result))}"),
        *_refusals(result),
        *_table(result),
        *(line for one in result.unfinished for line in _explained(one)),
        *_undone(result),
        *_notes(result),
    ]
    return capped(lines, limit, f"\n{POINTER}\n")


def _refusals(result: RolloutResult) -> Iterator[Line]:
    found = result.validated.at_least("error") if result.validated and result.ending == "refused" else []
    told: list[tuple[Location | None, str, str, str]] = [
        (one.location, one.subject, one.message, one.fix) for one in found
    ]
    told += [(one.location, one.subject, one.message, one.hint) for one in result.refusals]
    if told or result.errors:
        yield Line("")
    for location, subject, message, hint in told:
        place = f"{code(flat(str(location)))}: " if location else ""
        about = f"{code(flat(subject))}: " if subject else ""
        yield Line(f"- {place}{about}{prose(message)}{f' ({prose(hint)})' if hint else ''}")
    for error in result.errors:
        yield Line(f"- {prose(str(error))}")


def _table(result: RolloutResult) -> Iterator[Line]:
    if result.workloads:
        yield Line("\n| | Workload | What it came to | Change |\n|---|---|---|---|")
    for one in result.workloads:
        word = f"**{one.word}**" if one.word in _STRONG or (one.word == "waiting" and one.blocking) else one.word
        yield Line(f"| {word} | {code(flat(one.subject))} | {prose(one.message)} | {one.change} |")


def _explained(one: Workload) -> Iterator[Line]:
    why = one.explanation
    if not (why.troubles or why.warnings):
        return
    yield Line(f"\n{code(flat(one.subject))}\n")
    for trouble in why.troubles:
        hint = f" ({prose(trouble.hint)})" if trouble.hint else ""
        yield Line(f"- {prose(trouble_text(trouble))}{hint}")
    if why.command:
        yield Line(f"- look further: {code(flat(why.command))}")
    if why.warnings:
        summary = f"<summary>{counted(len(why.warnings), 'warning')} of the cluster</summary>"
        yield Line(f"\n<details>\n{summary}\n", _DETAILS)
        for warning in why.warnings:
            times = f" ({warning.times} times)" if warning.times > 1 else ""
            words = prose(f"{warning.about}: {warning.reason}: {warning.message}{times}")
            yield Line(f"- {words}", _DETAILS)
        yield Line("\n</details>")


def _undone(result: RolloutResult) -> Iterator[Line]:
    if not result.undone:
        return
    yield Line("\n| | Undo | |\n|---|---|---|")
    for one in result.undone:
        word = f"**{one.word}**" if one.word == "failed" else one.word
        yield Line(f"| {word} | {code(flat(one.subject))} | {prose(one.message)} |")
    if result.held:
        yield Line(f"\n{held_text(code(flat(image)) for image in result.held)}")
    if result.reverted:
        from kbump.report.reversion import reverted_words

        strong = "**" if result.reverted.status == "failed" else ""
        told = (f"{strong}{prose(line)}{strong}" for line in reverted_words(result.reverted, colour=False))
        yield Line("\n" + "\\\n".join(told))


def _notes(result: RolloutResult) -> Iterator[Line]:
    if not result.notes:
        return
    yield Line(f"\n<details>\n<summary>{counted(len(result.notes), 'note')}</summary>\n", _DETAILS)
    for note in result.notes:
        yield Line(f"- {prose(note)}", _DETAILS)
    yield Line("\n</details>")
