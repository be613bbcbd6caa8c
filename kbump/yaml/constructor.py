"""construct(): plain data, as kubectl would read it; no positions."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from kbump.errors import SourceError
from kbump.source import Span
from kbump.yaml.composer import MAX_MERGES, compose
from kbump.yaml.events import Repeats, max_depth, read
from kbump.yaml.nodes import Mapping, Scalar, is_merge, is_merge_key, walk
from kbump.yaml.scalars import resolve, resolve_key, resolve_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.source import Source
    from kbump.yaml.nodes import Document

Data = dict[str, Any] | list[Any] | str | int | float | bool | None
_MERGE = object()
_AS_JSON = ("true", "false")
# Plain texts that are known to be strings: a tenth of the time goes into looking at `name` and `type` again and again.
_STRINGS: set[str] = set()
_MOST_STRINGS = 1_000


def construct(source: Source, strange: list[str] | None = None) -> list[Data]:
    """Return the data of every document, None for an empty one; equal aliases are the same object.

    `strange` takes the plain scalars that kubectl reads as something else than a string and that JSON writes
    otherwise, and the keys that are no strings.

    Raises SourceError, located, for what kubectl would refuse to read. Bounds: as compose().
    """
    whole = Span(0, len(source.text))
    taking = [] if strange is None else strange
    return read(source, whole, lambda events, base: _Constructor(source, base, taking).documents(events))


def construct_repeating(source: Source, strange: list[str]) -> tuple[list[Data], list[SourceError]]:
    """Return the data, in which the last of several equal keys counts as for kubectl, and an error for each repetition.

    Raises SourceError, located, for anything else that kubectl would refuse to read.
    """
    repeated: list[SourceError] = []
    repeated += _equal_keys(source, compose(source, repeated))
    whole = Span(0, len(source.text))
    data = read(source, whole, lambda events, base: _Constructor(source, base, strange, strict=False).documents(events))
    # A text that both parsers read says it twice.
    return data, list({error.location: error for error in repeated}.values())


class _Constructor:
    """One pass over the events, as the composer's, to which it leaves what is wrong in both: that can locate it."""

    def __init__(self, source: Source, base: int, strange: list[str], *, strict: bool = True) -> None:
        self.source = source
        self.strict = strict
        self.strange = strange
        self.base = base
        self.max_depth = max_depth(source)
        self.number = 0
        self.found: list[Data] = []
        self.stack: list[tuple[list[Any], Any, bool, int]] = []
        self.in_mapping = False
        self.begin_document()

    def begin_document(self) -> None:
        self.children: list[Any] = []
        # Of a scalar the event, as it is read otherwise where it is a key; of a collection the data, or while it is
        # open the event.
        self.anchors: dict[str, Any] = {}
        self.repeats = Repeats()
        # Of mappings with merge keys: themselves, so that they live as long, the depth and the width of the merge.
        self.merges: dict[int, tuple[Any, int, int]] = {}

    def documents(self, events: Iterator[Any]) -> list[Data]:
        handlers = {
            MappingStartEvent: self.start,
            SequenceStartEvent: self.start,
            MappingEndEvent: self.end_mapping,
            SequenceEndEvent: self.end_sequence,
            AliasEvent: self.alias,
            DocumentEndEvent: self.end_document,
        }
        for number, event in enumerate(events):
            kind = type(event)
            if kind is ScalarEvent:
                # Two of three events are scalars, and most of these are strings: this is the loop's fast way.
                if (event.style or event.value in _STRINGS) and not (event.ctag or event.anchor):
                    self.children.append(event.value)
                else:
                    self.scalar(event)
            elif kind in handlers:
                self.number = number
                handlers[kind](event)
        return self.found

    def scalar(self, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = event
            self.repeats.anchor(event.anchor)
        if event.value == "<<" and self.expects_key() and is_merge_key(event.style, event.ctag and event.tag):
            self.children.append(_MERGE)
        else:
            self.children.append(self.resolved(event, event))

    def expects_key(self) -> bool:
        return self.in_mapping and not len(self.children) % 2

    def resolved(self, event: Any, place: Any) -> Any:
        """Return what a scalar is as a key or value at a place, the event where it is said."""
        text, tag = event.value, (event.ctag and event.tag) or ""
        if event.style and not tag:
            return text
        try:
            if self.in_mapping and not len(self.children) % 2:
                value: Any = resolve_key(text, tag)
            else:
                value = resolve_quoted(text, tag) if event.style else resolve(text, tag)
        except SourceError as error:
            # The text may be a Secret's.
            raise self.error(error.message.replace(f" {text!r} ", " it "), place) from None
        # What stays a string stays the same object.
        if value is text:
            if not tag and text != "<<" and len(_STRINGS) < _MOST_STRINGS:
                _STRINGS.add(text)
        elif type(value) is str or (value is not None and text not in _AS_JSON and str(value) != text):
            self.strange.append(text)
        return value

    def alias(self, event: Any) -> None:
        target = self.anchors.get(event.anchor, event)
        if isinstance(target, (AliasEvent, CollectionStartEvent)) or self.repeats.alias(event.anchor):
            raise self.trouble()
        if type(target) is ScalarEvent:
            self.children.append(self.resolved(target, event))
            return
        if type(target) is list and self.children and self.children[-1] is _MERGE:
            raise self.trouble()
        self.add(target, event)

    def start(self, event: Any) -> None:
        if len(self.stack) >= self.max_depth:
            raise self.trouble()
        if event.anchor:
            self.anchors[event.anchor] = event
        self.stack.append((self.children, event, self.in_mapping, self.number + self.repeats.total))
        self.children, self.in_mapping = [], type(event) is MappingStartEvent

    def end_sequence(self, event: Any) -> None:
        self.close(self.children)

    def end_mapping(self, event: Any) -> None:
        names, values = self.children[::2], self.children[1::2]
        data = dict(zip(names, values, strict=True))
        if len(data) < len(names) and self.strict:
            raise self.trouble()
        self.close(self.merged(names, values) if _MERGE in data else data)

    def close(self, data: dict[str, Any] | list[Any]) -> None:
        self.children, opened, self.in_mapping, before = self.stack.pop()
        if opened.anchor and self.anchors[opened.anchor] is opened:
            self.anchors[opened.anchor] = data
            self.repeats.anchor(opened.anchor, 1 + self.number + self.repeats.total - before)
        self.add(data, opened)

    def add(self, data: dict[str, Any] | list[Any], place: Any) -> None:
        if self.expects_key():
            raise self.error("a mapping key must be a scalar", place)
        self.children.append(data)

    def merged(self, names: list[Any], values: list[Any]) -> dict[str, Any]:
        """Return a mapping with what its merge keys bring in, as Mapping.items() does."""
        data: dict[str, Any] = {}
        depth, width = 1, len(names)
        for name, value in zip(names, values, strict=True):
            if name is not _MERGE:
                data[name] = value
                continue
            for item in reversed(value) if type(value) is list else [value]:
                if type(item) is not dict:
                    raise self.trouble()
                data.update(item)
                _, inner, keys = self.merges.get(id(item), (None, 0, len(item)))
                depth, width = max(depth, 1 + inner), width + keys
        self.merges[id(data)] = (data, depth, width)
        if depth > MAX_MERGES or self.repeats.merge(width):
            raise self.trouble()
        return data

    def end_document(self, event: Any) -> None:
        self.found += self.children
        self.begin_document()

    def error(self, message: str, place: Any) -> SourceError:
        return SourceError(message, location=self.source.location(self.base + place.start_mark.index))

    def trouble(self) -> SourceError:
        """Compose the source, which raises the located error, or else two keys are one to kubectl: 1 and 0x1."""
        return next(_equal_keys(self.source, compose(self.source, None if self.strict else [])))


def _equal_keys(source: Source, documents: list[Document]) -> Iterator[SourceError]:
    """Yield errors for keys that are different texts and the same string to kubectl."""
    for document in documents:
        for node, _ in walk(document.root) if document.root else ():
            seen: dict[str, Scalar] = {}
            for key, name in _names(node) if type(node) is Mapping else ():
                if name in seen and seen[name].value != key.value:
                    message = f"the keys `{seen[name].value}` and `{key.value}` are both `{name}` to kubectl"
                    yield SourceError(message, location=source.location(key.start))
                seen[name] = key


def _names(node: Mapping) -> Iterator[tuple[Scalar, str]]:
    for key, _ in node.pairs:
        # Keys that are refused for another reason may come after those that are sought.
        with suppress(SourceError):
            if type(key) is Scalar and not is_merge(key):
                yield key, key.value if key.style and not key.tag else resolve_key(key.value, key.tag or "")
