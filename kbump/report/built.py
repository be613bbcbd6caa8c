"""Findings about what kustomize builds, a text that is in no file, for readers who look for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.errors import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.finding import Built, Finding
    from kbump.inspection import ValidateResult


def built_place(location: Location, built: Built) -> str:
    """Say where something is in what an overlay builds."""
    return f"line {location.line}, column {location.column} of `{built.command}`"


def built_of(finding: Finding, built: Sequence[Built]) -> Built | None:
    """Return the overlay that a finding is in what it builds, None for one in a file."""
    return next((one for one in built if one.directory == finding.location.file), None)


def in_files(result: ValidateResult, *, named: bool = False) -> ValidateResult:
    """Return a result whose findings are in files: those about a built text in the kustomization that it begins with.

    Their messages say where they are in the text, and if `named` in which object.
    """
    if not result.built:
        return result
    return result._replace(findings=[_in_file(one, result.built, named) for one in result.findings])


def _in_file(finding: Finding, overlays: Sequence[Built], named: bool) -> Finding:
    built = built_of(finding, overlays)
    if built is None:
        return finding
    owner = f"{finding.path} of {finding.subject}, ".removeprefix(" of ") if named and finding.subject else ""
    message = f"{finding.message} ({owner}{built_place(finding.location, built)})"
    return finding._replace(message=message, location=Location(built.file, 1, 1), length=1)
