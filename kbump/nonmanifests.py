"""Inputs that are no manifests, and must not pass for valid ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.errors import KbumpError, SourceError
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbump.validation.checking import Checked

_PASSING = "`--skip-non-manifests` passes over"
_HINT = "a manifest has apiVersion and kind"


def non_manifests(named: Iterable[Checked]) -> list[KbumpError]:
    """Return an error for each of the files that were named and hold no manifest."""
    return [_error(one) for one in named if one.other or one.skipped]


def no_manifest(found: Sequence[Checked], where: str) -> list[KbumpError]:
    """Return an error if there is nothing to check in what was looked at: `where`, or else files."""
    if any(one.findings or one.resources or one.unknown or one.error for one in found):
        return []
    return [SourceError(f"there is no manifest in {where or _counted(len(found))}", hint=_HINT)]


def _error(one: Checked) -> SourceError:
    place = Source(one.file, "").location(0)
    if one.skipped:
        return SourceError(one.skipped, location=place, hint=f"{_PASSING} it")
    return SourceError("is no manifest", location=place, hint=f"{_HINT}; {_PASSING} what has none")


def _counted(number: int) -> str:
    if not number:
        return "any file: no .yaml, .yml or .json is there"
    return "1 file" if number == 1 else f"{number:,} files"
