"""compose(): the nodes of a source, to locate and edit."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from kbump.errors import SourceError
from kbump.source import Span
from kbump.yaml.events import MAX_REPEATED, Repeats, is_sound, max_depth, read, split
from kbump.yaml.nodes import Document, Mapping, Node, Scalar, Sequence, is_merge

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from kbump.source import Source

MAX_MERGES = 100
# Between an explicit key and the colon of its value: comments and blank lines.
_COLON = re.compile("(?:[ \t\r\n\x85\u2028\u2029]++(?:#[^\r\n\x85\u2028\u2029]*+)?)*+:")


def compose(source: Source, repeated: list[SourceError] | None = None) -> list[Document]:
    """Return the documents of a source as nodes; raise SourceError, located, for what kubectl would refuse to read.

    A mapping that is a key, which kubectl refuses, too, is read, as `{{ .Values.tag }}` is one to YAML. Bounds: nesting
    of 1,000 (of 100 in a text above 1 MiB), merge keys of 100 mappings deep, 3,000,000 events of the parser, of which
    aliases and merge keys repeat at most 100,000 in a document.

    Keys that are there twice are refused, too, though kubectl takes the last; or `repeated` takes the errors.
    """
    whole = Span(0, len(source.text))
    return read(source, whole, lambda events, base: _Composer(source, base, 0, repeated).documents(events))


def compose_span(source: Source, span: Span, index: int, repeated: list[SourceError] | None = None) -> list[Document]:
    """Return the documents of one span from `split()`; the first has the given index; `repeated` as for compose()."""
    return read(source, span, lambda events, base: _Composer(source, base, index, repeated).documents(events))


def compose_documents(source: Source, numbers: Collection[int]) -> dict[int, Document]:
    """Return the documents with these numbers, in which keys may be there twice; of the others nothing is read.

    Raises SourceError, located, for one that kubectl would refuse to read.
    """
    spans = split(source.text)
    wanted = [(index, span) for index, span in spans if len(spans) == 1 or index in numbers]
    found = [one for index, span in wanted for one in compose_span(source, span, index, [])]
    return {one.number: one for one in found if one.number in numbers}


def compose_matching(source: Source, matches: Callable[[bytes], bool]) -> list[Document]:
    """Return the documents whose bytes match; the others are only checked for their syntax.

    Making nodes costs ten times what the parser needs, and most documents of a large file have nothing to edit.
    """
    spans = split(source.text)
    if len(spans) == 1:
        return compose(source)
    found: list[Document] = []
    for index, span in spans:
        text = source.text[span.start : span.end]
        if matches(text.encode("utf-8", "surrogatepass")):
            found += compose_span(source, span, index)
        elif not is_sound(text):
            return compose(source)
    return found


class _Composer:
    """One pass over the events. Children of the open collection are a flat list; the rest waits on a stack."""

    def __init__(self, source: Source, base: int, index: int, repeated: list[SourceError] | None = None) -> None:
        self.source = source
        self.repeated = repeated
        self.base = base
        self.index = index
        self.max_depth = max_depth(source)
        self.number = 0
        self.found: list[Document] = []
        self.children: list[Node] = []
        self.stack: list[tuple[list[Node], Any, int]] = []
        self.aliases: list[tuple[Span, Node]] = []
        self.flows: list[Span] = []
        self.forget()

    def forget(self) -> None:
        """Forget what must not reach from one document into the next."""
        # While an anchored collection is open, its event stands for it.
        self.anchors: dict[str, Any] = {}
        self.repeats = Repeats()
        self.widths: dict[int, int] = {}

    def documents(self, events: Iterator[Any]) -> list[Document]:
        handlers = {
            MappingStartEvent: self.start,
            SequenceStartEvent: self.start,
            MappingEndEvent: self.end_mapping,
            SequenceEndEvent: self.end_sequence,
            AliasEvent: self.alias,
            DocumentStartEvent: self.start_document,
            DocumentEndEvent: self.end_document,
            StreamStartEvent: _nothing,
            StreamEndEvent: _nothing,
        }
        base = self.base
        for number, event in enumerate(events):
            kind = type(event)
            if kind is not ScalarEvent:
                self.number = number
                handlers[kind](event)
                continue
            # Two of three events are scalars, so this is the loop's fast way.
            start, end = base + event.start_mark.index, base + event.end_mark.index
            anchor = event.anchor
            tag = event.ctag and event.tag
            node = Scalar(event.value, start, end, event.style or "", tag, anchor)
            if anchor:
                self.anchors[anchor] = node
                self.repeats.anchor(anchor)
            self.children.append(node)
        return self.found

    def alias(self, event: Any) -> None:
        span = Span(self.base + event.start_mark.index, self.base + event.end_mark.index)
        node = self.anchors.get(event.anchor)
        if not isinstance(node, Node):
            problem = "is inside the node it repeats" if node else "has no anchor before it"
            raise self.error(f"the alias `*{event.anchor}` {problem}", span.start)
        if self.repeats.alias(event.anchor):
            raise self.error(_BOMB, span.start)
        self.aliases.append((span, node))
        self.children.append(node)

    def start(self, event: Any) -> None:
        if len(self.stack) >= self.max_depth:
            raise self.error(f"is nested deeper than {self.max_depth:,}", self.base + event.start_mark.index)
        if event.anchor:
            self.anchors[event.anchor] = event
        self.stack.append((self.children, event, self.number + self.repeats.total))
        self.children = []

    def end_sequence(self, event: Any) -> None:
        items = self.children
        self.children, opened, before = self.stack.pop()
        start = self.base + opened.start_mark.index
        end = self.end_flow(start, event) if opened.flow_style else self.end_of(items[-1])
        tag = opened.ctag and opened.tag
        self.close(Sequence(items, start, end, bool(opened.flow_style), tag, opened.anchor), opened, before)

    def end_mapping(self, event: Any) -> None:
        flat = self.children
        self.children, opened, before = self.stack.pop()
        start = self.base + opened.start_mark.index
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        names = {key.value for key, _ in pairs if type(key) is Scalar}
        if len(names) < len(pairs):
            self.refuse_duplicates(pairs, start)
        # Without a bracket of its own a flow mapping is a pair in a sequence: `[a: b]`.
        bracket = opened.flow_style and event.start_mark.index < event.end_mark.index
        end = self.end_flow(start, event) if bracket else self.end_of_pair(*flat[-2:])
        tag = opened.ctag and opened.tag
        node = Mapping(pairs, start, end, bool(opened.flow_style), tag, opened.anchor, 0)
        if "<<" in names:
            self.merge(node)
        self.close(node, opened, before)

    def end_flow(self, start: int, event: Any) -> int:
        span = Span(start, self.base + event.end_mark.index)
        if not (self.stack and self.stack[-1][1].flow_style):
            self.flows.append(span)
        return span.end

    def end_of(self, last: Node) -> int:
        """Where a block ends: the parser says it of the next token, behind comments and blank lines."""
        return self.aliases[-1][0].end if self.aliases and self.aliases[-1][1] is last else last.end

    def end_of_pair(self, key: Node, value: Node) -> int:
        if type(value) is not Scalar or value.start < value.end:
            return self.end_of(value)
        # An empty value is right behind its colon; without one it is where the parser went on.
        end = self.end_of(key)
        colon = _COLON.match(self.source.text, end, value.end)
        return colon.end() if colon else end

    def close(self, node: Mapping | Sequence, opened: Any, before: int) -> None:
        # An anchor of the same name inside is the later one.
        if node.anchor and self.anchors[node.anchor] is opened:
            self.anchors[node.anchor] = node
            self.repeats.anchor(node.anchor, 1 + self.number + self.repeats.total - before)
        self.children.append(node)

    def merge(self, node: Mapping) -> None:
        """Check the merge keys of a mapping: what kubectl takes, not too deep, not too wide."""
        width = len(node.pairs)
        for key, value in node.pairs:
            if not is_merge(key):
                continue
            for item in self.merged(key, value):
                width += self.widths.get(id(item), len(item.pairs))
                node.merges = max(node.merges, 1 + item.merges)
            node.merges = max(node.merges, 1)
        self.widths[id(node)] = width
        if node.merges > MAX_MERGES:
            raise self.error(f"merge keys reach deeper than {MAX_MERGES} mappings", node.start)
        if node.merges and self.repeats.merge(width):
            raise self.error(_BOMB, node.start)

    def merged(self, key: Node, value: Node) -> Iterator[Mapping]:
        # What starts before its key is an alias: kubectl takes no alias of a list.
        for item in value.items if type(value) is Sequence and value.start > key.start else [value]:
            if type(item) is not Mapping:
                raise self.error("a merge key needs a mapping, or a list of mappings", key.start)
            yield item

    def refuse_duplicates(self, pairs: list[tuple[Node, Node]], start: int) -> None:
        seen: dict[str, int] = {}
        cursor = start - 1
        for key, value in pairs:
            at = self.place(key, cursor)
            if type(key) is Scalar and key.value in seen:
                first = self.source.location(seen[key.value]).line
                error = self.error(f"the key `{key.value}` is there twice, first in line {first}", at)
                if self.repeated is None:
                    raise error
                self.repeated.append(error)
            if type(key) is Scalar:
                seen[key.value] = at
            cursor = max(self.place(value, max(at, key.end - 1)), value.end - 1)

    def place(self, node: Node, cursor: int) -> int:
        """Where a node is said that follows another one: what starts before it is an alias."""
        if node.start >= cursor:
            return node.start
        return self.aliases[bisect_right(self.aliases, cursor, key=lambda alias: alias[0].start)][0].start

    def start_document(self, event: Any) -> None:
        self.begun = self.base + event.start_mark.index

    def end_document(self, event: Any) -> None:
        root = self.children[0]
        empty = type(root) is Scalar and not root.style and root.start == root.end
        span = Span(self.begun, self.base + event.end_mark.index)
        self.found.append(Document(self.index, None if empty else root, span, self.aliases, self.flows))
        self.index += 1
        self.children, self.aliases, self.flows = [], [], []
        if self.anchors or self.widths:
            self.forget()

    def error(self, message: str, offset: int) -> SourceError:
        return SourceError(message, location=self.source.location(offset))


_BOMB = f"aliases and merge keys repeat more than {MAX_REPEATED:,} values"


def _nothing(event: Any) -> None:
    """Pass over the start and end of the stream."""
