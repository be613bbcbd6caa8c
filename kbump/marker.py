"""Marker: the hidden line by which kbump knows a page on a forge for its own, and what that page proposes."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote

_MARKER = re.compile(r"<!-- kbump:([a-z-]+)(?: of=(\S+))?(?: content=([0-9a-f]+))? -->")


class Marker(NamedTuple):
    """What a page is: its kind (`promotion`, `diff`), what it is of, and the name of what it would change, if it does.

    `of` tells pages of one kind apart, such as the directory and group of a promotion; `content` is a name as
    kbump.git.content() gives it.
    """

    kind: str
    of: str = ""
    content: str = ""

    def __str__(self) -> str:
        of = f" of={quote(self.of, safe='/').replace('--', '-%2D')}" if self.of else ""
        return f"<!-- kbump:{self.kind}{of}{f' content={self.content}' if self.content else ''} -->"


def read_marker(body: str) -> Marker | None:
    """Return the first marker in the text of a page, None if there is none."""
    match = _MARKER.search(body)
    return Marker(match[1], unquote(match[2] or ""), match[3] or "") if match else None


def content_of(body: str) -> str:
    """Return the name of what a page proposes, "" if it has no marker."""
    marker = read_marker(body)
    return marker.content if marker else ""


def without_content(body: str) -> str:
    """Return the text of a page that proposes nothing any more."""
    return _MARKER.sub(lambda match: str(Marker(match[1], unquote(match[2] or ""))), body)
