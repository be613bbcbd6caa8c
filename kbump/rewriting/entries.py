"""The edits that add a key to an entry, or take one out, in block and in flow style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.rewriting.scalars import Rewrite, spelled
from kbump.source import Edit, Span

if TYPE_CHECKING:
    from kbump.source import Source
    from kbump.yaml.nodes import Document, Mapping, Node, Scalar


def add_key(source: Source, document: Document, entry: Mapping, after: Scalar, key: str, text: str) -> Rewrite:
    """Return the edits that add `key: text` in the entry's own style, behind the pair whose value is `after`.

    Where a merge key brings that pair in, the new one comes last.
    """
    values = [value for _, value in entry.pairs]
    index = next((n for n, value in enumerate(values) if value is after), len(values) - 1)
    end = _written(document, entry, index).end
    if entry.flow:
        return Rewrite([Edit(end, end, _flow_pair(source, entry, key, text))], False)
    line = source.line_span(max(end - 1, 0))
    end, ending = _line_end(source, line)
    return Rewrite([Edit(end, end, f"{ending}{_indent(source, entry)}{key}: {spelled(source, text)}")], False)


def remove_key(source: Source, document: Document, entry: Mapping, key: str) -> Rewrite | str:
    """Return the edits that take a key and its value out: with the line in block style."""
    index = next((n for n, (name, _) in enumerate(entry.pairs) if _value(name) == key), None)
    if index is None:
        return f"has its `{key}` from a merge key: take it out there"
    return (_remove_from_flow if entry.flow else _remove_line)(source, document, entry, index)


def _remove_line(source: Source, document: Document, entry: Mapping, index: int) -> Rewrite | str:
    names = [name for name, _ in entry.pairs]
    key = _value(names[index])
    line = source.line_span(names[index].start)
    if source.line_span(max(_written(document, entry, index).end - 1, 0)) != line:
        return f"has a `{key}` of more than one line: write it on one"
    before = source.text[line.start : names[index].start]
    if not before.strip():
        return Rewrite([_without(source, line)], False)
    # The entry begins on its `- ` line: the next key takes the place of this one; there is one, its name.
    following = names[index + 1].start
    if source.text[line.end : following].strip():
        return f"has a comment below `{key}`, which begins the entry: move one of them"
    return Rewrite([Edit(names[index].start, following, "")], False)


def _remove_from_flow(source: Source, document: Document, entry: Mapping, index: int) -> Rewrite | str:
    if index:
        start, end = _written(document, entry, index - 1).end, _written(document, entry, index).end
    else:
        start, end = entry.pairs[0][0].start, entry.pairs[1][0].start
    if "#" in source.text[start:end]:
        return f"has a comment beside `{_value(entry.pairs[index][0])}`, which would go with it: move it"
    return Rewrite([Edit(start, end, "")], False)


def _written(document: Document, entry: Mapping, index: int) -> Span:
    """Return the span of a pair's value in the entry itself: where the value is an alias, its node is elsewhere."""
    key, value = entry.pairs[index]
    if value.start >= key.end:
        return Span(value.start, value.end)
    return next(span for span, node in document.aliases if node is value and span.start >= key.end)


def _without(source: Source, line: Span) -> Edit:
    """Take a whole line out; before the end of a file without a last line end, the end of the line above it instead."""
    if source.text[line.start : line.end].endswith(("\n", "\r")) or not line.start:
        return Edit(line.start, line.end, "")
    return Edit(_line_end(source, source.line_span(line.start - 1))[0], line.end, "")


def _line_end(source: Source, line: Span) -> tuple[int, str]:
    """Return where the text of a line ends, and the line end that it has, or else that of the file's first line."""
    text, first = (source.text[one.start : one.end] for one in (line, source.line_span(0)))
    bare = text.rstrip("\r\n")
    return line.start + len(bare), text[len(bare) :] or first[len(first.rstrip("\r\n")) :]


def _flow_pair(source: Source, entry: Mapping, key: str, text: str) -> str:
    """Write a pair of a flow entry with the comma before it, spaced and quoted as its first pair is."""
    first, value = entry.pairs[0]
    quote = source.text[first.start]
    colon = source.text[first.end : value.start]
    name, written = key, spelled(source, text, flow=True)
    if quote in "\"'":
        name = f"{quote}{key}{quote}"
        written = written if written[0] in "\"'" else f"{quote}{text}{quote}"
    # The value of the first pair may be an alias.
    colon = colon if colon.strip() == ":" else ": "
    return f",{_flow_gap(source, entry, colon)}{name}{colon}{written}"


def _flow_gap(source: Source, entry: Mapping, colon: str) -> str:
    """Return what follows a comma in a flow entry: nothing, a space, or a line break with indent."""
    if len(entry.pairs) > 1:
        between = source.text[entry.pairs[0][1].end : entry.pairs[1][0].start]
        if between.strip() == ",":
            return between.partition(",")[2]
    return colon.partition(":")[2]


def _indent(source: Source, entry: Mapping) -> str:
    """Return the white space before a key of the entry; where its first key follows `- `, as many columns of spaces."""
    first = entry.pairs[0][0].start
    before = source.text[source.line_span(first).start : first]
    return "".join(char if char in " \t" else " " for char in before)


def _value(node: Node) -> str:
    return str(getattr(node, "value", ""))
