"""construct(): plain data, as kubectl would read it; no positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kbump.errors import SourceError
from kbump.source import Span
from kbump.yaml.composer import compose
from kbump.yaml.events import MAX_ALIASED, MAX_DEPTH, read
from kbump.yaml.scalars import resolve, resolve_key, resolve_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.source import Source

Data = dict[str, Any] | list[Any] | str | int | float | bool | None
_MERGE = object()


def construct(source: Source) -> list[Data]:
    """Return the data of every document, None for an empty one; equal aliases are the same object.

    Raises SourceError, located, for what kubectl would refuse to read. Bounds: as compose().
    """
    return read(source, Span(0, len(source.text)), lambda events: _Constructor(source).documents(events))


class _Constructor:
    """One pass over the events, as the composer's; whatever is wrong is left to compose(), which can locate it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Data] = []
        self.children: list[Any] = []
        self.stack: list[tuple[list[Any], str | None, bool]] = []
        self.in_mapping = False
        self.completed: list[Any] = []
        self.anchors: dict[str, Any] = {}
        self.aliased: list[Any] = []

    def documents(self, events: Iterator[Any]) -> list[Data]:
        handlers = {
            MappingStartEvent: self.start,
            SequenceStartEvent: self.start,
            MappingEndEvent: self.end_mapping,
            SequenceEndEvent: self.end_sequence,
            AliasEvent: self.alias,
            DocumentEndEvent: self.end_document,
        }
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                self.scalar(event)
            elif kind in handlers:
                handlers[kind](event)
        return self.found

    def scalar(self, event: Any) -> None:
        try:
            value = self.resolved(event)
        except SourceError as error:
            location = self.source.location(event.start_mark.index)
            raise SourceError(error.message, location=location, hint=error.hint) from None
        if event.anchor:
            self.anchors[event.anchor] = value
        self.children.append(value)

    def resolved(self, event: Any) -> Any:
        text, tag = event.value, event.tag or ""
        if event.style:
            return resolve_quoted(text, tag) if tag else text
        if text == "<<" and not tag:
            return _MERGE
        if self.in_mapping and not len(self.children) % 2:
            return resolve_key(text, tag)
        return resolve(text, tag)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise self.trouble()
        value = self.anchors[event.anchor]
        self.aliased.append(value)
        self.children.append(value)

    def start(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.trouble()
        self.anchors.pop(event.anchor, None)
        self.stack.append((self.children, event.anchor, self.in_mapping))
        self.children, self.in_mapping = [], type(event) is MappingStartEvent

    def end_sequence(self, event: Any) -> None:
        items = ["<<" if item is _MERGE else item for item in self.children]
        self.close(items)

    def end_mapping(self, event: Any) -> None:
        flat = self.children
        keys = flat[::2]
        if not all(type(name) is str or name is _MERGE for name in keys) or len(set(keys)) < len(keys):
            raise self.trouble()
        data: dict[str, Any] = {}
        for name, value in zip(keys, flat[1::2], strict=True):
            if name is _MERGE:
                data.update(_merged(value))
            else:
                data[name] = "<<" if value is _MERGE else value
        self.close(data)

    def close(self, data: dict[str, Any] | list[Any]) -> None:
        self.children, anchor, self.in_mapping = self.stack.pop()
        if anchor:
            self.anchors[anchor] = data
        self.completed.append(data)
        self.children.append(data)

    def end_document(self, event: Any) -> None:
        if self.aliased:
            self.refuse_bomb()
        root = self.children[0]
        self.found.append("<<" if root is _MERGE else root)
        self.children, self.completed, self.anchors, self.aliased = [], [], {}, []

    def refuse_bomb(self) -> None:
        sizes: dict[int, int] = {}
        for data in self.completed:
            values = data.values() if isinstance(data, dict) else data
            sizes[id(data)] = 1 + sum(sizes.get(id(value), 1) for value in values)
        if sum(sizes.get(id(value), 1) for value in self.aliased) > MAX_ALIASED:
            raise self.trouble()

    def trouble(self) -> SourceError:
        """Compose the source again: that raises the located error."""
        compose(self.source)
        start = self.source.location(0)
        return SourceError("a mapping key must be a scalar", location=start)


def _merged(data: Any) -> dict[str, Any]:
    """Return what a merge key brings in; of several mappings the first one wins (https://yaml.org/type/merge.html)."""
    found: dict[str, Any] = {}
    for item in reversed(data) if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            found.update(item)
    return found
