"""Standard input, for which `-` stands, as a source."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kbump.errors import UsageError
from kbump.source import STANDARD_INPUT, Source

if TYPE_CHECKING:
    from collections.abc import Collection


def standard_input(paths: Collection[str] = (), named: str = STANDARD_INPUT) -> Source:
    """Read it; raise UsageError if `paths` has more than what is `named` so, SourceError for what is no UTF-8."""
    if len(paths) > 1:
        raise UsageError(f"`{named}` cannot be combined with other paths", hint="leave one of them out")
    return Source.from_bytes(STANDARD_INPUT, sys.stdin.buffer.read())
