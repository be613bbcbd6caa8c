"""Characters: texts of others, as they may be shown on a terminal, in a commit, on a page."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text that is on one line and has no character that a terminal obeys."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
