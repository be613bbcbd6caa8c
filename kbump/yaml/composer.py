"""compose(): the nodes of a source, to locate and edit."""

from __future__ import annotations

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
from kbump.yaml.events import MAX_ALIASED, MAX_DEPTH, is_sound, read, split
from kbump.yaml.nodes import Document, Mapping, Node, Scalar, Sequence, is_merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbump.source import Source

_MAX_MERGES = 100


def compose(source: Source) -> list[Document]:
    """Return the documents of a source as nodes; raise SourceError, located, for what kubectl would refuse to read.

    Bounds: nesting of 1,000, merge keys of 100 mappings deep, aliases that repeat at most 100,000 nodes.
    """
    return compose_span(source, Span(0, len(source.text)), 0)


def compose_span(source: Source, span: Span, index: int) -> list[Document]:
    """Return the documents of one span from `split()`; the first has the given index."""
    return read(source, span, lambda events: _Composer(source, span.start, index).documents(events))


def compose_matching(source: Source, matches: Callable[[bytes], bool]) -> list[Document]:
    """Return the documents whose bytes match; the others are only checked for their syntax.

    Making nodes costs ten times what the parser needs, and most documents of a large file have nothing to edit.
    """
    spans = split(source.text)
    if len(spans) == 1:
        return compose(source)
    hits = [(index, span) for index, span in spans if matches(source.text[span.start : span.end].encode())]
    if len(hits) < len(spans) and is_sound(source.text):
        return [document for index, span in hits for document in compose_span(source, span, index)]
    return compose(source)


class _Composer:
    """One pass over the events. Children of the open collection are a flat list; the rest waits on a stack."""

    def __init__(self, source: Source, base: int, index: int) -> None:
        self.source = source
        self.base = base
        self.index = index
        self.found: list[Document] = []
        self.children: list[Node] = []
        self.stack: list[tuple[list[Node], Any]] = []
        self.completed: list[Mapping | Sequence] = []
        self.anchors: dict[str, Node | None] = {}
        self.aliases: list[tuple[Span, Node]] = []
        self.flows: list[Span] = []

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
        for event in events:
            if type(event) is not ScalarEvent:
                handlers[type(event)](event)
                continue
            # Two of three events are scalars, so this is the loop's fast way.
            start, end = base + event.start_mark.index, base + event.end_mark.index
            anchor = event.anchor
            node = Scalar(event.value, start, end, event.style or "", event.tag, anchor)
            if anchor:
                self.anchors[anchor] = node
            self.children.append(node)
        return self.found

    def alias(self, event: Any) -> None:
        span = Span(self.base + event.start_mark.index, self.base + event.end_mark.index)
        node = self.anchors.get(event.anchor)
        if node is None:
            inside = event.anchor in self.anchors
            problem = "is inside the node it repeats" if inside else "has no anchor before it"
            raise self.error(f"the alias `*{event.anchor}` {problem}", span.start)
        self.aliases.append((span, node))
        self.children.append(node)

    def start(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.error(f"is nested deeper than {MAX_DEPTH:,}", self.base + event.start_mark.index)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append((self.children, event))
        self.children = []

    def end_sequence(self, event: Any) -> None:
        items = self.children
        self.children, opened = self.stack.pop()
        start = self.base + opened.start_mark.index
        end = self.end(opened, event, items)
        self.close(Sequence(items, start, end, bool(opened.flow_style), opened.tag, opened.anchor))

    def end_mapping(self, event: Any) -> None:
        flat = self.children
        self.children, opened = self.stack.pop()
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        names = {key.value for key, _ in pairs if type(key) is Scalar}
        if len(names) < len(pairs):
            self.refuse_duplicates(pairs)
        start = self.base + opened.start_mark.index
        end = self.end(opened, event, flat)
        merges = self.merges(pairs) if "<<" in names else 0
        self.close(Mapping(pairs, start, end, bool(opened.flow_style), opened.tag, opened.anchor, merges))

    def end(self, opened: Any, event: Any, children: list[Node]) -> int:
        """Where a collection ends: the parser puts the end of a block collection after comments and blank lines."""
        if opened.flow_style:
            span = Span(self.base + opened.start_mark.index, self.base + event.end_mark.index)
            self.flows.append(span)
            return span.end
        if not children:
            return self.base + int(opened.end_mark.index)
        last = children[-1]
        if self.aliases and self.aliases[-1][1] is last:
            return self.aliases[-1][0].end
        # An empty last value is where the parser went on after its key.
        return max(last.end, children[-2].end) if len(children) > 1 else last.end

    def close(self, node: Mapping | Sequence) -> None:
        if node.anchor:
            self.anchors[node.anchor] = node
        self.completed.append(node)
        self.children.append(node)

    def merges(self, pairs: list[tuple[Node, Node]]) -> int:
        depth = 0
        for key, value in pairs:
            if is_merge(key):
                merged = value.items if type(value) is Sequence else [value]
                depth = max([depth, *(1 + item.merges if type(item) is Mapping else 1 for item in merged)])
        if depth > _MAX_MERGES:
            raise self.error(f"merge keys reach deeper than {_MAX_MERGES} mappings", pairs[0][0].start)
        return depth

    def refuse_duplicates(self, pairs: list[tuple[Node, Node]]) -> None:
        seen: dict[str, Node] = {}
        for key, _ in pairs:
            if type(key) is not Scalar:
                continue
            if key.value in seen:
                first = self.source.location(seen[key.value].start)
                raise self.error(f"the key `{key.value}` is there twice, first in line {first.line}", key.start)
            seen[key.value] = key

    def start_document(self, event: Any) -> None:
        self.begun = self.base + event.start_mark.index

    def end_document(self, event: Any) -> None:
        if self.aliases:
            self.refuse_bomb()
        root = self.children[0]
        empty = type(root) is Scalar and not root.style and root.start == root.end
        span = Span(self.begun, self.base + event.end_mark.index)
        self.found.append(Document(self.index, None if empty else root, span, self.aliases, self.flows))
        self.index += 1
        self.children, self.completed, self.anchors, self.aliases, self.flows = [], [], {}, [], []

    def refuse_bomb(self) -> None:
        sizes: dict[int, int] = {}
        for node in self.completed:
            sizes[id(node)] = 1 + sum(sizes.get(id(child), 1) for child in node.children())
        if sum(sizes.get(id(node), 1) for _, node in self.aliases) > MAX_ALIASED:
            raise self.error(f"aliases repeat more than {MAX_ALIASED:,} nodes", self.aliases[-1][0].start)

    def error(self, message: str, offset: int) -> SourceError:
        return SourceError(message, location=self.source.location(offset))


def _nothing(event: Any) -> None:
    """Pass over the start and end of the stream."""
