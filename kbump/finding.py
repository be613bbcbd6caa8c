"""Finding: one thing that is to be said about one place in the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kbump.errors import Location


class Finding(NamedTuple):
    """A rule's statement about a place; `severity` is error, warning or note; `fix` says what to do, or is empty."""

    rule: str
    severity: str
    location: Location
    message: str
    fix: str = ""
