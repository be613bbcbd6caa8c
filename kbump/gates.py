"""Gates: may this promotion happen; one function for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import UsageError
from kbump.image import ImageReference
from kbump.pinning import unpinned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbump.finding import Finding
    from kbump.rewriting.result import Change

# From the least: what a limit lets through is itself and all before it.
_CLASSES = ("same", "digest", "prerelease", "patch", "minor", "major")
LIMITS = ("patch", "minor", "major")


class Verdict(NamedTuple):
    """What a gate says: whether it lets the promotion pass, why not, and what is worth a look all the same."""

    gate: str
    passed: bool
    reasons: list[str]
    notes: list[str]


class Settings(NamedTuple):
    """Which gates there are: `max_change` is one of LIMITS or empty, the others are on or off."""

    no_downgrade: bool = True
    max_change: str = ""
    immutable_tags: bool = False
    pinned: bool = False
    valid: bool = False


def verdicts(changes: Sequence[Change], settings: Settings, findings: Sequence[Finding] = ()) -> list[Verdict]:
    """Return what each gate that is on says of the changes; `findings` are those of the target after the edit.

    Raises UsageError for an unknown `max_change`.
    """
    if settings.max_change and settings.max_change not in LIMITS:
        raise UsageError(f"`{settings.max_change}` is no class of change", hint=f"known are {', '.join(LIMITS)}")
    found = [_GATES[name](changes) for name in _GATES if getattr(settings, name)]
    if settings.max_change:
        found.append(_max_change(changes, settings.max_change))
    return found + ([_valid(findings)] if settings.valid else [])


def _no_downgrade(changes: Sequence[Change]) -> Verdict:
    """Refuse lower versions; of what is no version nobody can say, so it passes with a note."""
    lower = [f"{_said(one)} is a downgrade" for one in changes if one.change == "downgrade"]
    unknown = [f"{_said(one)}: which one is newer is unknown" for one in changes if one.change == "unknown"]
    return Verdict("no-downgrade", not lower, lower, unknown)


def _max_change(changes: Sequence[Change], limit: str) -> Verdict:
    """Refuse what is more than the limit, and what nobody can say it of."""
    allowed = _CLASSES[: _CLASSES.index(limit) + 1]
    more = [f"{_said(one)} is {one.change}, not at most {limit}" for one in changes if one.change not in allowed]
    return Verdict("max-change", not more, more, [])


def _immutable_tags(changes: Sequence[Change]) -> Verdict:
    moving = {one.new: unpinned(ImageReference.parse(one.new)) for one in changes}
    reasons = [f"`{image}` {why}" for image, why in moving.items() if why]
    return Verdict("immutable-tags", not reasons, reasons, [])


def _pinned(changes: Sequence[Change]) -> Verdict:
    without = dict.fromkeys(one.new for one in changes if not ImageReference.parse(one.new).digest)
    reasons = [f"`{image}` has no digest" for image in without]
    return Verdict("pinned", not reasons, reasons, [])


def _valid(findings: Sequence[Finding]) -> Verdict:
    reasons = [f"{one.location}: {one.message}" for one in findings if one.severity == "error"]
    notes = [f"{one.location}: {one.message}" for one in findings if one.severity == "warning"]
    return Verdict("valid", not reasons, reasons, notes)


_GATES: Mapping[str, Callable[[Sequence[Change]], Verdict]] = {
    "no_downgrade": _no_downgrade,
    "immutable_tags": _immutable_tags,
    "pinned": _pinned,
}


def _said(change: Change) -> str:
    return f"{change.old} -> {change.new}"
