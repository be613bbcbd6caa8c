"""The one event stream of ruamel.yaml's C parser, with the pure parser as a narrow fallback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from kbump.errors import SourceError
from kbump.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbump.source import Source

MAX_DEPTH = 1_000
MAX_ALIASED = 100_000
_PURE_LIMIT = 256 * 1024
_RAW_BRACKETS = 5_000
# The C parser follows YAML 1.1, where a colon ends a plain scalar of a flow collection; 1.2, kubectl and the pure
# parser read `{image: nginx:1.2}` (https://github.com/yaml/libyaml/issues/12).
_FLOW_COLON = "found unexpected ':'"
_SURROGATE = "found invalid Unicode character escape code"
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)(?:\\u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|\\u[dD][89a-fA-F][\da-fA-F]{2})"
)
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOUNDARY = re.compile(r"(?:\A|(?<=[\r\n\x85\u2028\u2029]))---(?=[ \t\r\n\x85\u2028\u2029]|\Z)")
_UNSPLIT = re.compile(r"(?:\A|(?<=[\r\n\x85\u2028\u2029]))(?:%|\.\.\.)")
_CONTENT = re.compile(r"^[ \t]*[^#\s]", re.MULTILINE)
_Result = TypeVar("_Result")


def read(source: Source, span: Span, reader: Callable[[Iterator[Any]], _Result]) -> _Result:
    """Give the events of a span of the source to a reader; marks count from the span's start.

    Raises SourceError, located, for what is no YAML. The span must hold whole documents (see `split`).
    """
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = source.text[span.start : span.end]
    try:
        return _read(text, reader)
    except MarkedYAMLError as error:
        raise _located(source, span, error) from None
    except YAMLError as error:
        raise _unprintable(source, span, str(error)) from None


def _read(text: str, reader: Callable[[Iterator[Any]], _Result]) -> _Result:
    from ruamel.yaml.scanner import ScannerError

    try:
        return reader(c_events(text))
    except ScannerError as error:
        if error.problem == _FLOW_COLON and len(text) <= _PURE_LIMIT:
            return reader(pure_events(text))
        if error.problem == _SURROGATE and text.lstrip()[:1] in ("{", "["):
            return reader(c_events(_PAIR.sub(_joined, text)))
        raise


def c_events(text: str) -> Iterator[Any]:
    """Yield the events of the C parser."""
    from _ruamel_yaml import CParser

    parser = CParser(text)
    get = parser.get_event
    while (event := get()) is not None:
        yield event


def pure_events(text: str) -> Iterator[Any]:
    """Yield the events of the pure parser, which accepts flow text that the C parser refuses."""
    from ruamel.yaml import YAML

    yield from YAML(typ="safe", pure=True).parse(text)


def is_sound(text: str) -> bool:
    """Whether the C parser accepts a text; False also where only a reader that counts depth is bounded in time."""
    if text.count("[") + text.count("{") > _RAW_BRACKETS:
        return False
    from _ruamel_yaml import CParser
    from ruamel.yaml.error import YAMLError

    try:
        CParser(text).raw_parse()
    except YAMLError:
        return False
    return True


def split(text: str) -> list[tuple[int, Span]]:
    """Return the document indexes and spans of a stream without parsing it.

    `---` at the start of a line always begins a document, whatever surrounds it (YAML 1.2.2, section 9.1.2);
    a text with directives or document end markers is returned as one span with index 0.
    """
    starts = [match.start() for match in _BOUNDARY.finditer(text)]
    if not starts or _UNSPLIT.search(text):
        return [(0, Span(0, len(text)))]
    spans = [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if _CONTENT.search(text, 0, starts[0]):
        spans.insert(0, Span(0, starts[0]))
    return list(enumerate(spans))


def _joined(match: re.Match[str]) -> str:
    r"""Write a JSON surrogate pair as YAML in the same 12 characters: an escaped line break and `\\U0001F600`.

    A lone surrogate becomes U+FFFD, as in Go's encoding/json (https://pkg.go.dev/encoding/json#Unmarshal).
    """
    before, high, low = match.groups()
    if not high:
        return f"{before}\\uFFFD"
    code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    return f"{before}\\\n\\U{code:08X}"


def _located(source: Source, span: Span, error: Any) -> SourceError:
    mark = error.problem_mark or error.context_mark
    offset = min(span.start + mark.index, len(source.text))
    message = f"is not YAML: {error.problem}" + (f" {error.context}" if error.context else "")
    return SourceError(message, location=source.location(offset), hint=_HINTS.get(error.problem))


_HINTS = {
    "found character that cannot start any token": "indent with spaces; a text that starts with @, ` or % needs quotes",
    "found unexpected end of stream": "close the quotes",
}


def _unprintable(source: Source, span: Span, reason: str) -> SourceError:
    """Locate the first character that YAML forbids: the C parser counts it in bytes."""
    match = _CONTROL.search(source.text, span.start, span.end)
    if not match:
        return SourceError(f"is not YAML: {reason}", location=source.location(span.start))
    return SourceError(
        f"is not YAML: U+{ord(match.group()):04X} is not allowed",
        location=source.location(match.start()),
        hint="remove the control character, or escape it in double quotes",
    )
