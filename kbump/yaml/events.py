"""The one event stream of ruamel.yaml's C parser, with the pure parser as a narrow fallback."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from ruamel.yaml.events import NodeEvent

from kbump.errors import SourceError
from kbump.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbump.source import Source

MAX_EVENTS = 3_000_000
MAX_DEPTH = 1_000
MAX_REPEATED = 100_000
# The C parser takes 5 ns for each token and each level that it is deep in flow collections.
_LARGE = 1024 * 1024
_MAX_DEPTH_IN_LARGE = 100
_MAX_RAW_WORK = 1_000_000_000
# It compares each %TAG with all before it, and each tag with all of them.
_MAX_TAG_DIRECTIVES = 100
_PURE_LIMIT = 256 * 1024
# The C parser follows YAML 1.1, where a colon ends a plain scalar of a flow collection; 1.2, kubectl and the pure
# parser read `{image: nginx:1.2}` (https://github.com/yaml/libyaml/issues/12).
FLOW_COLON = "found unexpected ':'"
_SURROGATE = "found invalid Unicode character escape code"
NO_JSON = "is not JSON"
NO_START = "did not find expected <document start>"
# Line breaks of YAML 1.1, which the C parser and kubectl follow; to YAML 1.2 and the pure parser only CR and LF are.
_OLD_BREAK = re.compile("[\x85\u2028\u2029]")
_LINE = r"(?:\A\ufeff*|(?<=[\r\n\x85\u2028\u2029]))"
# At the start of a line. `re` looks for what a pattern begins with, so what is rare stands first, and the line's start
# is looked at from behind it: 15 times faster.
_BOUNDARY = re.compile(r"---(?<![^\r\n\x85\u2028\u2029\ufeff]---)(?=[ \t\r\n\x85\u2028\u2029]|\Z)")
_UNSPLIT = re.compile(r"%(?<![^\r\n\x85\u2028\u2029\ufeff]%)|\.\.\.(?<![^\r\n\x85\u2028\u2029\ufeff]\.\.\.)")
_JSON = re.compile(r"\s*\{")
_CONTENT = rf"{_LINE}[ \t]*[^# \t\r\n\x85\u2028\u2029\ufeff]"
_TAG_FIRST = re.compile(r"!\S*(?:\s+(?:#[^\r\n]*)?)+\Z")
_TAG_DIRECTIVE = rf"{_LINE}%TAG"
_Result = TypeVar("_Result")


class Mark:
    """A place in a text, as the parsers' own marks are."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


class Repeats:
    """Counts, in events, what the aliases of a document repeat, and the keys that its merge keys bring in.

    Both readers count alike, so that they refuse the same. `number` is the running number of an event.
    """

    __slots__ = ("_merged", "_sizes", "total")

    def __init__(self) -> None:
        self.total = 0
        self._merged = 0
        self._sizes: dict[str, int] = {}

    def anchor(self, name: str, size: int = 1) -> None:
        """Remember what an anchor holds; later ones of the same name take its place."""
        self._sizes[name] = size

    def alias(self, name: str) -> bool:
        """Count what an alias repeats; return whether the document has gone too far."""
        self.total += self._sizes[name]
        return self.total > MAX_REPEATED

    def merge(self, keys: int) -> bool:
        """Count the keys of a mapping that has merge keys; return whether the document has gone too far."""
        self._merged += keys
        return self._merged > MAX_REPEATED


def read(source: Source, span: Span, reader: Callable[[Iterator[Any], int], _Result]) -> _Result:
    """Give a reader the events of a span of the source, and the offset from which their marks count.

    Raises SourceError, located, for what is no YAML. The span must hold whole documents (see `split`).
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    start = span.start
    while source.text.startswith("\ufeff", start):
        start += 1  # The C parser drops a byte order mark and does not count it.
    text = source.text[start : span.end]
    _refuse_tag_directives(source, text, start)
    try:
        return _read(text, lambda events: reader(_bounded(events, source, start), start))
    except MarkedYAMLError as error:
        from kbump.yaml.mistakes import located

        raise located(source, start, error) from None
    except (YAMLError, UnicodeEncodeError):
        from kbump.yaml.mistakes import unprintable

        raise unprintable(source, Span(start, span.end)) from None


def max_depth(source: Source) -> int:
    """Return how deep the collections of a source may be nested."""
    return MAX_DEPTH if len(source.text) <= _LARGE else _MAX_DEPTH_IN_LARGE


def _read(text: str, reader: Callable[[Iterator[Any]], _Result]) -> _Result:
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return reader(c_events(text))
    except MarkedYAMLError as error:
        if error.problem == FLOW_COLON and len(text) <= _PURE_LIMIT and not _OLD_BREAK.search(text):
            return _read_pure(text, reader, error)
        # What begins with a brace is JSON to kubectl, whatever YAML has against it, such as tabs where no token starts.
        if _JSON.match(text) or (error.problem == _SURROGATE and text.lstrip()[:1] == "["):
            from kbump.yaml.streams import json_events

            return reader(json_events(text))
        raise


def c_events(text: str) -> Iterator[Any]:
    """Return the events of the C parser."""
    from _ruamel_yaml import CParser

    return iter(CParser(text).get_event, None)


def pure_events(text: str) -> Iterator[Any]:
    """Yield the events of the pure parser, which accepts flow text that the C parser refuses."""
    from ruamel.yaml import YAML

    before = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        # Its mark is that of the anchor even if the tag comes first.
        if isinstance(event, NodeEvent) and event.anchor and getattr(event, "ctag", None):
            match = _TAG_FIRST.search(text, before, event.start_mark.index)
            event.start_mark = Mark(match.start()) if match else event.start_mark
        before = event.end_mark.index
        yield event


def is_sound(text: str) -> bool:
    """Whether the C parser accepts a text; False also where only a reader that counts depth is bounded in time."""
    if (text.count("[") + text.count("{")) * len(text) > _MAX_RAW_WORK:
        return False
    from _ruamel_yaml import CParser
    from ruamel.yaml.error import YAMLError

    try:
        CParser(text).raw_parse()
    except (YAMLError, UnicodeEncodeError):
        return False
    return True


def split(text: str) -> list[tuple[int, Span]]:
    """Return the document indexes and spans of a stream without parsing it.

    `---` at the start of a line always begins a document, whatever surrounds it (YAML 1.2.2, section 9.1.2);
    a text with directives or document end markers, or one that may be a stream of JSON, is returned as one span with
    index 0.
    """
    starts = list(_boundaries(text))
    if not starts or _UNSPLIT.search(text) or _JSON.match(text):
        return [(0, Span(0, len(text)))]
    spans = [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if re.search(_CONTENT, text[: starts[0]]):
        spans.insert(0, Span(0, starts[0]))
    return list(enumerate(spans))


def _boundaries(text: str) -> Iterator[int]:
    for match in _BOUNDARY.finditer(text):
        start = match.start()
        if text[start - 1 : start] != "\ufeff":
            yield start
        elif not text[:start].strip("\ufeff"):
            yield 0  # byte order marks stand before the first line only, and belong to it


def _bounded(events: Iterator[Any], source: Source, start: int) -> Iterator[Any]:
    def excess() -> Iterator[Any]:
        for event in events:
            location = source.location(start + event.start_mark.index)
            raise SourceError(f"has more than {MAX_EVENTS:,} values and brackets", location=location)
        yield from ()

    return chain(islice(events, MAX_EVENTS), excess())


def _refuse_tag_directives(source: Source, text: str, start: int) -> None:
    if text.count("%TAG") <= _MAX_TAG_DIRECTIVES:
        return
    found = [match.end() - 4 for match in re.finditer(_TAG_DIRECTIVE, text)]
    if len(found) > _MAX_TAG_DIRECTIVES:
        location = source.location(start + found[_MAX_TAG_DIRECTIVES])
        raise SourceError(f"has more than {_MAX_TAG_DIRECTIVES} %TAG directives", location=location)


def _read_pure(text: str, reader: Callable[[Iterator[Any]], _Result], refused: Exception) -> _Result:
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return reader(pure_events(text))
    except MarkedYAMLError as error:
        # The pure parser takes fewer tabs than the C parser and kubectl do.
        raise (refused if text.startswith("\t", error.problem_mark.index) else error) from None
