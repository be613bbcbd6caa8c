"""What the parsers say of a text that is no YAML, at the place where it is wrong, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.errors import SourceError
from kbump.yaml.events import FLOW_COLON, NO_JSON, NO_START

if TYPE_CHECKING:
    from kbump.source import Source, Span

# It takes 5 ms to compile: `re` does it where it is met first.
_CONTROL = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# What is wrong is where the context begins, not where the parser noticed it.
_EARLIER = ("found unexpected end of stream", "found unexpected document indicator", "could not find expected ':'")
_NO_KEY = "did not find expected key"
_UNCLOSED = "did not find expected ','"
_CONFLICT = re.compile(r"(?m)^<{7} ")
_HINTS = {
    FLOW_COLON: "put the text that has the colon in quotes",
    f"{NO_JSON}, as the value before it is": "between JSON values may be white space, but no comma and no `---`",
    NO_START: "begin each document with `---`",
    "block sequence entries are not allowed in this context": "begin the list on a line of its own",
    "could not find expected ':'": "write `KEY: VALUE`, or put a text of several lines in quotes",
    "did not find expected ',' or ']'": "close the bracket, or put a `,` between its items",
    "did not find expected ',' or '}'": "close the brace, or put a `,` between its entries",
    "did not find expected '-' indicator": "indent the items of a list alike, and nothing but items",
    "did not find expected alphabetic or numeric character": "put a text that starts with `*` or `&` in quotes",
    _NO_KEY: "indent the keys of a mapping alike, or mend the quotes before this place",
    "found a tab character that violates indentation": "indent with spaces",
    "found incompatible YAML document": "kubectl reads YAML 1.1: leave the %YAML line out",
    "found unexpected document indicator": "close the quotes",
    "found unexpected end of stream": "close the quotes",
    "mapping values are not allowed in this context": "put a text with `: ` in quotes, or mend the indentation",
}


def located(source: Source, start: int, error: Any) -> SourceError:
    """Return the error of a parser at its place; its marks count from `start`."""
    offset = start + (error.context_mark if _is_earlier(source, start, error) else error.problem_mark).index
    location = source.location(offset)
    found = source.text[offset : offset + 1]
    if error.problem.startswith("found character") and found == "\t":
        return SourceError("is not YAML: found a tab", location=location, hint="indent with spaces")
    if error.problem.startswith("found character"):
        return SourceError(f"is not YAML: found a text that starts with `{found}`", location=location, hint="quote it")
    message = error.problem if error.problem.startswith(NO_JSON) else f"is not YAML: {error.problem}"
    if error.context:
        begun = source.location(start + error.context_mark.index)
        message += f" {error.context}" + (f" that begins in line {begun.line}" if begun.line < location.line else "")
    return SourceError(message, location=location, hint=_hint(source, error.problem, found))


def _is_earlier(source: Source, start: int, error: Any) -> bool:
    # That a bracket is open at the end of the text, no line there can show.
    at_end = error.problem.startswith(_UNCLOSED) and not source.text[start + error.problem_mark.index :].strip()
    return bool(error.context_mark) and (error.problem in _EARLIER or at_end)


def _hint(source: Source, problem: str, found: str) -> str | None:
    conflict = _CONFLICT.search(source.text)
    if conflict:
        return f"resolve the merge conflict that begins in line {source.location(conflict.start()).line}"
    if problem.startswith(f"{NO_JSON}:"):
        return "mend the JSON: what begins with it goes on with it"
    if problem in (NO_START, _NO_KEY) and found in ("}", "]"):
        return f"remove the `{found}`, or open it before"
    return _HINTS.get(problem)


def unprintable(source: Source, span: Span) -> SourceError:
    """Locate the first character that YAML forbids: the C parser counts it in bytes."""
    offset = next(match.start() for match in re.compile(_CONTROL).finditer(source.text, *span))
    return SourceError(
        f"is not YAML: U+{ord(source.text[offset]):04X} is not allowed",
        location=source.location(offset),
        hint="remove the control character, or escape it in double quotes",
    )
