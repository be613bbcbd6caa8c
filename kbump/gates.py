"""Gates: may this promotion happen; one function for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kbump.config import MAX_CHANGES, Gates
from kbump.errors import UsageError
from kbump.image import ImageReference
from kbump.pinning import unpinned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kbump.finding import Finding
    from kbump.rewriting.result import Change

# From the least: what a limit lets through is itself and all before it.
_CLASSES = ("same", "digest", "prerelease", "patch", "minor", "major")


class Verdict(NamedTuple):
    """What a gate says: whether it lets the promotion pass, why not, and what is worth a look all the same."""

    gate: str
    passed: bool
    reasons: list[str]
    notes: list[str]


_ON = {"no-downgrade": True}
"""What a gate is if nobody says it."""


def merged(*said: Gates) -> Gates:
    """Return what several say of the gates, the first the strongest, on top of what they are if nobody says it."""
    switches = {name: on for gates in (Gates(_ON), *reversed(said)) for name, on in gates.switches.items()}
    return Gates(switches, next((gates.max_change for gates in said if gates.max_change), ""))


def verdicts(
    changes: Sequence[Change], gates: Gates, findings: Sequence[Finding] = (), known: Sequence[Finding] = ()
) -> list[Verdict]:
    """Return what each gate that is on says of the changes.

    `findings` are those of the target after the edit, `known` those that it had before: they refuse nothing.
    Raises UsageError for an unknown `max_change`.
    """
    if gates.max_change and gates.max_change not in MAX_CHANGES:
        raise UsageError(f"`{gates.max_change}` is no class of change", hint=f"known are {', '.join(MAX_CHANGES)}")
    found = [gate(changes) for name, gate in _GATES.items() if gates.switches.get(name)]
    if gates.max_change:
        found.append(_max_change(changes, gates.max_change))
    return found + ([_valid(findings, known)] if gates.switches.get("valid") else [])


def _no_downgrade(changes: Sequence[Change]) -> Verdict:
    """Refuse lower versions; of what is no version nobody can say, so it passes with a note."""
    lower = _once(f"{_said(one)} is a downgrade" for one in changes if one.change == "downgrade")
    unknown = _once(f"{_said(one)}: which one is newer is unknown" for one in changes if one.change == "unknown")
    return Verdict("no-downgrade", not lower, lower, unknown)


def _max_change(changes: Sequence[Change], limit: str) -> Verdict:
    """Refuse what is more than the limit, and what nobody can say it of."""
    allowed = _CLASSES[: _CLASSES.index(limit) + 1]
    more = _once(f"{_said(one)} is {one.change}, not at most {limit}" for one in changes if one.change not in allowed)
    return Verdict("max-change", not more, more, [])


def _immutable_tags(changes: Sequence[Change]) -> Verdict:
    moving = [(one.new, unpinned(ImageReference.parse(one.new))) for one in changes]
    reasons = _once(f"`{image}` {why}" for image, why in moving if why)
    return Verdict("immutable-tags", not reasons, reasons, [])


def _pinned(changes: Sequence[Change]) -> Verdict:
    reasons = _once(f"`{one.new}` has no digest" for one in changes if not ImageReference.parse(one.new).digest)
    return Verdict("pinned", not reasons, reasons, [])


def _valid(findings: Sequence[Finding], known: Sequence[Finding]) -> Verdict:
    """Refuse errors that the edit makes; lines may have moved, so that what was there before is told by its words."""
    before = Counter(map(_identity, known))
    reasons, notes = [], []
    for one in findings:
        was_there = before[_identity(one)] > 0
        before[_identity(one)] -= 1
        words = f"{one.location}: {one.message}{' (as before)' if was_there else ''}"
        if one.severity == "error" and not was_there:
            reasons.append(words)
        elif one.severity in ("error", "warning"):
            notes.append(words)
    return Verdict("valid", not reasons, reasons, notes)


def _identity(one: Finding) -> tuple[str, str, str]:
    return one.rule, one.location.file, one.message


_GATES: Mapping[str, Callable[[Sequence[Change]], Verdict]] = {
    "no-downgrade": _no_downgrade,
    "immutable-tags": _immutable_tags,
    "pinned": _pinned,
}


def _once(reasons: Iterable[str]) -> list[str]:
    """Return each reason once, with the number of places that it is about."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return [reason if count == 1 else f"{reason} (in {count:,} places)" for reason, count in counts.items()]


def _said(change: Change) -> str:
    return f"{change.old} -> {change.new}"
