"""A rollout for people: rows of workloads, the explanation of each that is not done, and the words at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kbump.report.findings import findings_text, flat, severities_text
from kbump.report.text import Palette, aligned, counted
from kbump.rollouts.reading import PASSED_OVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kbump.cluster.diagnosis import Trouble
    from kbump.rollouts.result import ClusterName, Log, RolloutResult, StatusResult, Workload

_COLOUR_OF = {
    "deleted": "red", "done": "green", "failed": "red", "manual": "yellow", "paused": "yellow", "superseded": "red",
    "waiting": "yellow",
}  # fmt: skip
_WORD_WIDTH = max(map(len, _COLOUR_OF))
# A log may be long, and a line of one longer than any terminal.
_LONGEST = 400


def workload_row(one: Workload, *, colour: bool, width: int = 0, seconds: bool = True) -> str:
    """Return one line: the word, the object, the sentence, what apply made of it, and the seconds that it took."""
    paint = Palette(colour)
    word = paint(one.word.ljust(_WORD_WIDTH), _COLOUR_OF[one.word])
    took = f"{one.seconds:.1f} s" if seconds and one.word != "waiting" else ""
    beside = ", ".join(filter(None, (one.change, took, "" if one.blocking else "not waited for")))
    more = paint(f" ({beside})", "dim") if beside else ""
    return f"{word}  {paint(flat(one.subject).ljust(width), 'bold')}  {flat(one.message)}{more}"


def rows(workloads: Sequence[Workload], *, colour: bool, seconds: bool = True) -> str:
    """Return a row for each workload."""
    width = max((len(flat(one.subject)) for one in workloads), default=0)
    return "".join(f"{workload_row(one, colour=colour, width=width, seconds=seconds)}\n" for one in workloads)


def applied_rows(result: RolloutResult, *, colour: bool) -> str:
    """Return a row for each object: what apply makes of it, what it is, and where it is written."""
    paint = Palette(colour)
    lines = aligned(
        [(one.change, flat(one.subject), flat(str(one.location))) for one in result.applied],
        [("green",), ("bold",), ("cyan",)], paint,
    )  # fmt: skip
    return "".join(f"{line.rstrip()}\n" for line in lines)


def missing_rows(subjects: Sequence[str], *, colour: bool) -> str:
    """Return a row for each object that is not there."""
    word = Palette(colour)("missing".ljust(_WORD_WIDTH), "red")
    return "".join(f"{word}  {flat(one)}\n" for one in subjects)


def explanations_text(workloads: Iterable[Workload], *, colour: bool) -> str:
    """Return why each workload that is not done is not: pods, logs, warnings, the command to look further."""
    paint = Palette(colour)
    return "".join(
        "".join(f"{line}\n" for line in ("", *_explained(one, paint))) for one in workloads if any(one.explanation[:3])
    )


def _explained(one: Workload, paint: Palette) -> Iterator[str]:
    yield paint(flat(f"{one.subject} {_is(one)}: {one.message}"), "bold")
    if one.location:
        yield f"  {paint('-->', 'cyan')} {flat(str(one.location))}"
    for trouble in one.explanation.troubles:
        if trouble_text(trouble) != one.message:
            yield f"  {flat(trouble_text(trouble))}"
    for hint in dict.fromkeys(trouble.hint for trouble in one.explanation.troubles if trouble.hint):
        yield f"  {paint('help', 'cyan')}: {flat(hint)}"
    for log in one.explanation.logs:
        yield from _log(log, paint)
    if one.explanation.warnings:
        yield f"  {paint('warnings', 'cyan')}:"
    for warning in one.explanation.warnings:
        times = f" ({warning.times} times)" if warning.times > 1 else ""
        yield _cut(f"    {flat(warning.about)}: {flat(warning.reason)}: {flat(warning.message)}{times}")
    if one.explanation.command:
        yield f"  {paint('look further', 'cyan')}: {flat(one.explanation.command)}"


def _is(one: Workload) -> str:
    return {"waiting": "is not done", "failed": "failed"}.get(one.word, f"is {one.word}")


def trouble_text(one: Trouble) -> str:
    """Say a trouble with the pod and the container that it is about."""
    place = ", ".join(f"{noun} {name}" for noun, name in (("pod", one.pod), ("container", one.container)) if name)
    return f"{place}: {one.message}" if place else one.message


def _log(log: Log, paint: Palette) -> Iterator[str]:
    which = "before it was started again" if log.previous else "now"
    yield f"  {paint(flat(f'log of pod {log.pod}, container {log.container}'), 'cyan')} ({which}):"
    for line in log.lines:
        yield _cut(f"    {paint('|', 'dim')} {flat(line)}")


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def undone_rows(result: RolloutResult, *, colour: bool) -> str:
    """Return a row for each object that an undo is about, what did not go back last."""
    paint = Palette(colour)
    order = ("left", "undone", "failed")
    ranked = sorted(result.undone, key=lambda one: order.index(one.word))
    width = max((len(flat(one.subject)) for one in ranked), default=0)
    words = [paint(one.word.ljust(_WORD_WIDTH), _UNDONE_COLOUR[one.word]) for one in ranked]
    lines = [
        f"{word}  {paint(flat(one.subject).ljust(width), 'bold')}  {flat(one.message)}\n"
        for word, one in zip(words, ranked, strict=True)
    ]
    return "".join(["\nundo:\n", *lines]) if lines else ""


_UNDONE_COLOUR = {"failed": "red", "left": "yellow", "undone": "green"}


def undone_words(result: RolloutResult, *, colour: bool) -> list[str]:
    """Return what is said last of an undo: what git has, what it still has, and loudest, what did not go back."""
    failed = [flat(one.subject) for one in result.undone if one.word == "failed"]
    reverted = list(_reverted(result, colour=colour))
    held = [flat(held_text(result.held))] if result.held else []
    words = [*held, *reverted] if result.reverted and result.reverted.status == "failed" else [*reverted, *held]
    if failed:
        loud = f"THE UNDO FAILED for {', '.join(failed)}: look at it now, the cluster is between two versions"
        words.append(Palette(colour)(loud, "red", "bold"))
    return words


def held_text(images: Iterable[str]) -> str:
    """Say which images git still has."""
    return f"git still holds {', '.join(images)}; the next rollout will try it again"


def _reverted(result: RolloutResult, *, colour: bool) -> Iterator[str]:
    if result.reverted:
        from kbump.report.reversion import reverted_words

        yield from reverted_words(result.reverted, colour=colour)


def cluster_text(name: ClusterName) -> str:
    """Name a cluster: `https://10.0.0.1:6443 (context qa, Kubernetes v1.36.3)`."""
    beside = ", ".join(
        text
        for text in (name.context and f"context {name.context}", name.version and f"Kubernetes {name.version}")
        if text
    )
    return f"{flat(name.server)} ({flat(beside)})" if beside else flat(name.server)


def refusals_text(result: RolloutResult, read: Callable[[str], str | None], *, colour: bool) -> str:
    """Return what a check refused, with places and hints; findings of validate() have their excerpts."""
    paint = Palette(colour)
    blocks = []
    if result.validated and result.ending == "refused":
        blocks.append(findings_text(result.validated.at_least("error"), read, colour=colour))
    for one in result.refusals:
        place = f"{flat(str(one.location))}: " if one.location else ""
        subject = f"{flat(one.subject)}: " if one.subject else ""
        lines = [f"{place}{paint('error', 'red', 'bold')}: {subject}{_lines(one.message)}"]
        blocks.append(
            "\n".join([*lines, *([f"  {paint('hint', 'cyan')}: {flat(one.hint)}"] if one.hint else [])]) + "\n"
        )
    return "".join(filter(None, blocks))


def _lines(text: str) -> str:
    return "\n  ".join(flat(line) for line in text.splitlines())


def rollout_words(result: RolloutResult, *, verbose: bool) -> list[str]:
    """Return what is said at the end: notes, and the sum in a line."""
    return [*_notes(result.notes, verbose=verbose), flat(sum_text(result))]


def _notes(notes: Sequence[str], *, verbose: bool) -> list[str]:
    """Return what a person should know; what was passed over is only counted, unless it is asked for."""
    said = [note for note in notes if verbose or not note.startswith(PASSED_OVER)]
    passed = len(notes) - len(said)
    words = [f"note: {flat(note)}" for note in said]
    return words + [f"{counted(passed, 'path')} passed over; `-v` names them"] * bool(passed)


def sum_text(result: RolloutResult) -> str:
    """Say in one line what a rollout came to."""
    took = f"{result.seconds:.1f} s"
    if result.ending in ("refused", "planned", "superseded"):
        return _nothing_applied(result)
    done = f"{applied_text(result)} applied to {cluster_text(result.cluster)}"
    if result.ending == "timed-out" and result.refusals:
        return f"timed out after {took}: {f'{done}, and no more' if result.applied else 'nothing was changed'}"
    if result.ending == "failed" and result.refusals:
        return f"failed: {done}, and no more"
    if result.ending == "done":
        return f"{done}; {_workloads(result)} in {took}"
    left = "; ".join(f"{one.subject}: {_why(one)}" for one in result.unfinished)
    many = f"{len(result.unfinished)} of {counted(len([one for one in result.workloads if one.blocking]), 'workload')}"
    return f"{'timed out' if result.ending == 'timed-out' else 'failed'} after {took}: {done}; {many} not done: {left}"


def _why(one: Workload) -> str:
    """Say what a workload waits for, and the first thing that keeps it from it."""
    first = next(iter(one.explanation.troubles), None) if one.word == "waiting" else None
    return f"{one.message} ({trouble_text(first)})" if first else one.message


def _nothing_applied(result: RolloutResult) -> str:
    if result.ending == "superseded":
        return "nothing was applied: a newer commit is there, whose own rollout counts"
    if result.ending == "refused":
        return f"refused: {_refused(result)}; nothing was changed"
    return f"dry run: {applied_text(result)} would be applied to {cluster_text(result.cluster)}; nothing was changed"


def _refused(result: RolloutResult) -> str:
    if result.refusals:
        return counted(len(result.refusals), "reason")
    if result.validated and result.validated.findings:
        return f"the manifests have {severities_text(result.validated.at_least('error'))}"
    return counted(len(result.errors), "error")


def applied_text(result: RolloutResult) -> str:
    """Count what was applied: `5 objects (1 created, 4 unchanged)`."""
    numbers = Counter(one.change for one in result.applied)
    parts = [f"{numbers[change]:,} {change}" for change in ("created", "changed", "unchanged") if numbers[change]]
    beside = f" ({', '.join(parts)})" if parts else ""
    return f"{counted(len(result.applied), 'object')}{beside}"


def _workloads(result: RolloutResult) -> str:
    numbers = Counter(one.word for one in result.workloads if one.blocking)
    parts = [f"{number:,} {word}" for word, number in numbers.items()]
    if not numbers:
        return "no workload to wait for"
    return f"{counted(sum(numbers.values()), 'workload')} {'done' if set(numbers) == {'done'} else ', '.join(parts)}"


def status_words(result: StatusResult, *, verbose: bool) -> list[str]:
    """Return what is said beside the rows of status()."""
    numbers = Counter(one.word for one in result.workloads)
    parts = [f"{number:,} {word}" for word, number in sorted(numbers.items())]
    if result.missing:
        parts.append(f"{len(result.missing):,} not there")
    return [
        *_notes(result.notes, verbose=verbose),
        f"{cluster_text(result.cluster)}: {', '.join(parts) or 'nothing to see'}",
    ]
