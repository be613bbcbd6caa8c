"""Places: paths in which the items of keyed lists have names."""

from __future__ import annotations

import re
from typing import NamedTuple

from kbump.yaml.nodes import path_text

_SPECIAL = frozenset("[]\"' ")
_DIGITS = 20


class Key(NamedTuple):
    """What names an item of a list: `web` of a container, `8080/TCP` of a port."""

    text: str


Step = str | int | Key
Place = tuple[Step, ...]


def place_text(place: Place) -> str:
    """Write a place as people do: `spec.containers[web].args[0]`; what could be misread is quoted."""
    text = ""
    for step in place:
        if isinstance(step, Key):
            text += f"[{_quoted(step.text)}]"
        else:
            word = path_text((step,))
            text += f".{word}" if text and not word.startswith("[") else word
    return text


def place_order(text: str) -> str:
    """Return what sorts written places as people do: `[web]` is before `[web2]`, and `[2]` before `[10]`."""
    return re.sub(r"\d+", lambda match: match[0].zfill(_DIGITS), text).replace("]", "\0")


def _quoted(text: str) -> str:
    return f'"{text}"' if not text or text.isdecimal() or set(text) & _SPECIAL else text
