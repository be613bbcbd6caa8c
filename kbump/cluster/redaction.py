"""redacted(): kubectl's words without the values of Secrets, whose whole patch it shows if that is refused."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MASK = "***"
# Less than this is masked only where it stands in quotes, lest every `a` of a sentence be one.
_SHORT = 6


def redacted(words: str, objects: Iterable[Mapping[str, Any]]) -> str:
    """Return the words with each value of a Secret masked, in whatever spelling."""
    hidden = {spelling for obj in objects if obj.get("kind") == "Secret" for spelling in _spellings(obj)}
    for text in sorted(hidden, key=len, reverse=True):
        if len(text) < _SHORT:
            words = words.replace(f'"{text}"', f'"{_MASK}"').replace(f'\\"{text}\\"', f'\\"{_MASK}\\"')
        else:
            words = words.replace(text, _MASK)
    return words


def _spellings(secret: Mapping[str, Any]) -> Iterator[str]:
    for field in ("data", "stringData"):
        values = secret.get(field)
        for value in values.values() if isinstance(values, dict) else ():
            plain, encoded = (_decoded(str(value)), str(value)) if field == "data" else (str(value), "")
            # A value of several lines may be shown line by line.
            for text in (encoded, plain, *plain.splitlines(), base64.b64encode(plain.encode()).decode()):
                yield from (spelling for spelling in (text, json.dumps(text)[1:-1]) if spelling.strip())


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except ValueError:
        return ""
