"""Comments: where a text that looks like one is one."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbump.source import Source
    from kbump.yaml.nodes import Scalar

_HEADER = re.compile(r"[|>][-+0-9]*")


def real_comments(source: Source, found: Iterable[re.Match[str]], scalars: Iterable[Scalar]) -> Iterator[re.Match[str]]:
    """Yield the matches that are not inside the text of one of the scalars, where a `#` begins no comment."""
    spans = sorted((_text_start(source, scalar), scalar.end) for scalar in scalars)
    for match in found:
        before = bisect_right(spans, (match.start(), len(source.text)))
        if not before or match.start() >= spans[before - 1][1]:
            yield match


def _text_start(source: Source, scalar: Scalar) -> int:
    """Where the text of a scalar begins: comments may stand before it, behind an anchor or a block's header."""
    start = scalar.content(source.text).start
    header = _HEADER.match(source.text, start) if scalar.style in ("|", ">") else None
    return source.line_span(start).end if header else start
