"""Streams of JSON: what kubectl reads in a text that begins with `{`, and YAML does not."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import MarkedYAMLError

from kbump.source import Span
from kbump.yaml.events import NO_JSON, Mark, c_events

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)(?:\\u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})|\\u[dD][89a-fA-F][\da-fA-F]{2})"
)
_SPACE = re.compile(r"[ \t\r\n]*")
# A key and its colon are on one line in YAML, which strings need not be looked into for.
_COLON_BELOW = re.compile(r'("(?:[^"\\]|\\.)*")([ \t]*[\r\n][ \t\r\n]*)(?=:)')
_BEFORE = f"{NO_JSON}, as the value before it is"


def json_events(text: str) -> Iterator[Any]:
    """Yield the events of a text that begins with JSON, or looks like it: those of all its documents.

    JSON values may stand one behind the other, with or without space between them
    (https://pkg.go.dev/k8s.io/apimachinery/pkg/util/yaml#YAMLOrJSONDecoder). kubectl goes on with YAML behind a single
    one, or reads YAML in braces, since 1.33: see `end_of_json`.
    """
    for span in _parts(text):
        yield from _moved(text[span.start : span.end], span.start)


def end_of_json(text: str) -> int | None:
    """Return where a text that begins with a brace is no JSON any more, None if all of it is, or if it does not.

    kubectl before 1.33 reads no further.
    """
    at = _after_space(text, 0)
    if not text.startswith("{", at):
        return None
    try:
        while at < len(text):
            at = _after_space(text, _end_of_value(text, at))
    except RecursionError:
        return None
    except ValueError as error:
        return getattr(error, "pos", at)
    return None


def _parts(text: str) -> list[Span]:
    found: list[Span] = []
    at = _after_space(text, 0)
    # To kubectl a text that begins with a list is no JSON.
    while at < len(text) and (found or text[at] != "["):
        try:
            end = _end_of_value(text, at)
        except RecursionError:
            end = len(text)  # too deep, which is for the readers to say
        except ValueError as error:
            # YAML in braces, or documents of which the parser knows where they are wrong.
            if not found or (len(found) == 1 and text.startswith("---", at)):
                break
            raise _no_json(error, at) from None
        found.append(Span(at, end))
        at = _after_space(text, end)
    return found if at == len(text) else [Span(0, len(text))]


def _no_json(error: ValueError, at: int) -> MarkedYAMLError:
    """Return the error of a value that begins at an offset, behind another one."""
    place, words = getattr(error, "pos", at), getattr(error, "msg", "")
    problem = _BEFORE if place == at or not words else f"{NO_JSON}: {words[0].lower()}{words[1:]}"
    return MarkedYAMLError(problem=problem, problem_mark=Mark(place))


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _end_of_value(text: str, at: int) -> int:
    """Return where the JSON value ends that begins at an offset; raise ValueError if none does."""
    from json import JSONDecoder

    return JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse).raw_decode(text, at)[1]


def _refuse(name: str) -> None:
    raise ValueError(name)


def _moved(part: str, offset: int) -> Iterator[Any]:
    """Yield the events of a part of a text, with the marks that they have in the text.

    Surrogate pairs are written as YAML has them, which takes two characters less.
    """
    pairs: list[int] = []

    def moved(mark: Any) -> Mark:
        return Mark(offset + mark.index + 2 * bisect_left(pairs, mark.index))

    try:
        part = _COLON_BELOW.sub(lambda match: match[1] + " " * len(match[2]), part)
        for event in c_events(_PAIR.sub(lambda match: _joined(match, pairs), part)):
            event.start_mark, event.end_mark = moved(event.start_mark), moved(event.end_mark)
            yield event
    except MarkedYAMLError as error:
        error.problem_mark = moved(error.problem_mark)
        error.context_mark = error.context_mark and moved(error.context_mark)
        raise


def _joined(match: re.Match[str], pairs: list[int]) -> str:
    before, high, low = match.groups()
    if not high:
        return f"{before}\\uFFFD"  # as encoding/json does: https://pkg.go.dev/encoding/json#Unmarshal
    pairs.append(match.end() - 12 - 2 * len(pairs))
    code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
    return f"{before}\\U{code:08X}"
