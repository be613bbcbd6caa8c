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
    strict = bool(_STRICT.match(text)) and "\n" not in raw and "\r" not in raw
    if node.style:
        return Rewrite([Edit(start, end, _in_quotes(text, node.style))], strict)
    if node.tag:
        return Rewrite([Edit(start, end, _in_quotes(text, quote_style(source)))], False)
    flow = document.in_flow(start) and ":" not in raw
    if not raw:
        return _fill(source, start, text, flow)
    if needs_quotes(text, flow=flow):
        return Rewrite([Edit(start, end, _in_quotes(text, quote_style(source)))], False)
    return Rewrite([Edit(start, end, text)], strict)


def spelled(source: Source, text: str, *, flow: bool = False) -> str:
    """Write a text as a scalar: plain if that is read as this text everywhere, else in the file's own quotes."""
    return _in_quotes(text, quote_style(source)) if needs_quotes(text, flow=flow) else text


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
    if raw.count(old, offset) != 1:
        return "is a block scalar whose text kbump does not find in one piece"
    at = start + raw.index(old, offset)
    return Rewrite([Edit(at, at + len(old), text)], False)


def _fill(source: Source, start: int, text: str, flow: bool) -> Rewrite | str:
    """Give an empty scalar, `tag:`, a text: after its colon and one space."""
    colon = source.text.rfind(":", 0, start + 1)
    if colon < 0 or source.text[colon + 1 : start].strip():
        return "is empty, and kbump does not find its place"
    return Rewrite([Edit(colon + 1, colon + 1, " " + spelled(source, text, flow=flow))], False)
