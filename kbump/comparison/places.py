"""Places: paths in which the items of keyed lists have names."""

from __future__ import annotations

from typing import NamedTuple

from kbump.yaml.nodes import path_text

_SPECIAL = frozenset("[]\"' ")


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


def _quoted(text: str) -> str:
    return f'"{text}"' if not text or text.isdecimal() or set(text) & _SPECIAL else text
