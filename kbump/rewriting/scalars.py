"""The edits that give one scalar a new text in the style it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.source import Edit
from kbump.yaml.scalars import needs_quotes, quoted

if TYPE_CHECKING:
    from kbump.source import Source
    from kbump.yaml.nodes import Document, Scalar

# Of a text like this nothing is special in any style once `needs_quotes` has passed it.
_STRICT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@:-]*\Z")
# What makes the text that is replaced more than characters on one line.
_SIMPLE = frozenset("\\\r\n")
# One character of a double-quoted scalar, or a line break that is escaped and so none.
_UNIT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(/)|(?:\r\n?|\n)[ \t]*)|([^\\\r\n])")


class Rewrite(NamedTuple):
    """Edits of one file region; `plain` says that they need no second parse: one line, own style, strict text."""

    edits: list[Edit]
    plain: bool


def rewrite_scalar(source: Source, document: Document, node: Scalar, text: str) -> Rewrite | str:
    """Return the edits that make a scalar read as `text`, or why that is not to be done."""
    start, end = node.content(source.text)
    raw = source.text[start:end]
    if node.style in ("|", ">"):
        return _rewrite_block(raw, start, node.value, text)
    strict = bool(_STRICT.match(text)) and _SIMPLE.isdisjoint(raw)
    if node.style:
        return Rewrite([Edit(start, end, _requoted(raw, text, node.style))], strict)
    flow = document.in_flow(start) and ":" not in raw
    if not raw:
        return _fill(source, start, text, flow)
    # A tag says how a plain text is to be read, so that only its syntax matters.
    ambiguous = not _STRICT.match(text) or (flow and ":" in text) if node.tag else needs_quotes(text, flow=flow)
    if ambiguous:
        return Rewrite([Edit(start, end, _in_quotes(text, quote_style(source)))], False)
    return Rewrite([Edit(start, end, text)], strict and not node.tag)


def spelled(source: Source, text: str, *, flow: bool = False) -> str:
    """Write a text as a scalar: plain if that is read as this text everywhere, else in the file's own quotes."""
    return _in_quotes(text, quote_style(source)) if needs_quotes(text, flow=flow) else text


def _requoted(raw: str, text: str, quote: str) -> str:
    r"""Quote a text, and leave what it begins with as it was escaped: some write `ghcr.io\/acme` in JSON."""
    if quote == "'" or "\\" not in raw:
        return _in_quotes(text, quote)
    at, done = 1, 0
    while match := _UNIT.match(raw, at, len(raw) - 1):
        code, short, slash, plain = match.groups()
        unit = chr(int(code or short, 16)) if code or short else slash or plain or ""
        if not text.startswith(unit, done):
            break
        at, done = match.end(), done + len(unit)
    return raw[:at] + _in_quotes(text[done:], quote)[1:]


def _in_quotes(text: str, quote: str) -> str:
    """Quote a reference or a part of one: they are ASCII, and any quotes hold them."""
    return quoted(text, quote) or text


def quote_style(source: Source) -> str:
    """Return the quotes that the file uses for values; double quotes if it uses none or both alike."""
    single = len(re.findall(r"[:\-,\[{][ \t]+'", source.text))
    double = len(re.findall(r'[:\-,\[{][ \t]+"', source.text))
    return "'" if single > double else '"'


def _rewrite_block(raw: str, start: int, old: str, text: str) -> Rewrite | str:
    header = re.match(r"[^\r\n]*", raw)
    offset = header.end() if header else 0
    if not old:
        return "is an empty block of text: write it on one line"
    at = start + raw.index(old, offset)
    return Rewrite([Edit(at, at + len(old), text)], False)


def _fill(source: Source, start: int, text: str, flow: bool) -> Rewrite | str:
    """Give an empty scalar, `tag:`, a text: after its colon and one space."""
    colon = source.text.rfind(":", 0, start + 1)
    if colon < 0 or source.text[colon + 1 : start].strip():
        return "is empty, and kbump does not see where: write `''`"
    return Rewrite([Edit(colon + 1, colon + 1, " " + spelled(source, text, flow=flow))], False)
