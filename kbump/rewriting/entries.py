"""The edits that add a key to an entry, or take one out, in block and in flow style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.rewriting.scalars import Rewrite, spelled
from kbump.source import Edit

if TYPE_CHECKING:
    from kbump.source import Source
    from kbump.yaml.nodes import Mapping, Node, Scalar


def add_key(source: Source, entry: Mapping, after: Scalar, key: str, text: str) -> Rewrite | str:
    """Return the edits that add `key: text` behind the pair whose value is `after`, in the entry's own style."""
    if entry.flow:
        quote = source.text[entry.pairs[0][0].start]
        name, value = key, spelled(source, text, flow=True)
        if quote in "\"'":
            name = f"{quote}{key}{quote}"
            value = value if value[0] in "\"'" else f"{quote}{text}{quote}"
        colon = source.text[entry.pairs[0][0].end : entry.pairs[0][1].start]
        return Rewrite([Edit(after.end, after.end, f",{_flow_gap(source, entry)}{name}{colon}{value}")], False)
    line = source.line_span(max(after.end - 1, after.start))
    text_of_line = source.text[line.start : line.end]
    ending = text_of_line[len(text_of_line.rstrip("\r\n")) :]
    indent = _indent(source, entry)
    added = f"{indent}{key}: {spelled(source, text)}"
    if ending:
        return Rewrite([Edit(line.end, line.end, added + ending)], False)
    return Rewrite([Edit(line.end, line.end, _line_end(source) + added)], False)


def remove_key(source: Source, entry: Mapping, key: str) -> Rewrite | str:
    """Return the edits that take a key and its value out: with the line in block style."""
    names = [name for name, _ in entry.pairs]
    index = next(n for n, name in enumerate(names) if _value(name) == key)
    node = entry.pairs[index][1]
    if entry.flow:
        return _remove_from_flow(entry, index)
    line = source.line_span(names[index].start)
    if source.line_span(max(node.end - 1, node.start)) != line:
        return f"has a `{key}` of more than one line"
    before = source.text[line.start : names[index].start]
    if not before.strip():
        return Rewrite([Edit(line.start, line.end, "")], False)
    # The entry begins on its `- ` line: the next key takes the place of this one.
    if index + 1 == len(names):
        return f"has only the key `{key}`"
    following = names[index + 1].start
    if source.text[line.end : following].strip():
        return f"has a comment below `{key}`, which begins the entry"
    return Rewrite([Edit(names[index].start, following, "")], False)


def _remove_from_flow(entry: Mapping, index: int) -> Rewrite | str:
    if len(entry.pairs) == 1:
        return "has only one key"
    if index:
        return Rewrite([Edit(entry.pairs[index - 1][1].end, entry.pairs[index][1].end, "")], False)
    return Rewrite([Edit(entry.pairs[0][0].start, entry.pairs[1][0].start, "")], False)


def _flow_gap(source: Source, entry: Mapping) -> str:
    """Return what follows a comma in a flow entry: nothing, a space, or a line break with indent."""
    if len(entry.pairs) > 1:
        between = source.text[entry.pairs[0][1].end : entry.pairs[1][0].start]
        if between.strip() == ",":
            return between.partition(",")[2]
    return " "


def _indent(source: Source, entry: Mapping) -> str:
    """Return the white space before a key of the entry; where its first key follows `- `, as many columns of spaces."""
    first = entry.pairs[0][0].start
    before = source.text[source.line_span(first).start : first]
    return "".join(char if char in " \t" else " " for char in before)


def _line_end(source: Source) -> str:
    starts = source.line_starts
    if len(starts) < 2:
        return "\n"
    line = source.text[starts[0] : starts[1]]
    return line[len(line.rstrip("\r\n")) :]


def _value(node: Node) -> str:
    return str(getattr(node, "value", ""))
