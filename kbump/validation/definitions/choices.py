"""choice_problems(): what must not be said below allOf, anyOf, oneOf and not, as it says which fields there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.definitions.positions import flag, mapping
from kbump.validation.definitions.structure import EMBEDDED, INT_OR_STRING, PRESERVES
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Position

_FLAGS = ("nullable", EMBEDDED, INT_OR_STRING, PRESERVES)
_WORDS = ("type", "title", "description", "x-kubernetes-list-map-keys", "x-kubernetes-validations")
_OTHERS = ("default", "x-kubernetes-list-type", "x-kubernetes-map-type")


def choice_problems(position: Position) -> Iterator[Problem]:
    """Yield what is wrong with a choice at a position: keywords that belong above it, and fields that are not there."""
    if not position.nested:
        return
    schema = position.schema
    for key in (*_FLAGS, *_WORDS, *_OTHERS, "additionalProperties"):
        if _is_said(position, key) and not (key == "type" and position.typed):
            message = f"`{key}` must not be below allOf, anyOf, oneOf or not"
            yield Problem("invalid-value", position.at(key), message, "say it above them", at_key=True)
    if "metadata" in mapping(schema.get("properties")):
        message = "`metadata` must not be below allOf, anyOf, oneOf or not"
        yield Problem("invalid-value", position.at("properties", "metadata"), message, at_key=True)
    yield from _unknown(position)


def _is_said(position: Position, key: str) -> bool:
    value = position.schema.get(key)
    if key in _FLAGS:
        return flag(position.schema, key)
    if key == "additionalProperties":
        return type(value) is dict or value is True
    return bool(value) if key in _WORDS else value is not None


def _unknown(position: Position) -> Iterator[Problem]:
    """Yield the fields that the schema above does not have; of those below them nothing more is said."""
    if position.structure is None:
        return
    known = mapping(position.structure.get("properties"))
    for name in mapping(position.schema.get("properties")):
        if name not in known and name != "metadata":
            message = f"`{name}` must be a field of the schema above, too"
            yield Problem("invalid-value", position.at("properties", name), message, at_key=True)
    if type(position.schema.get("items")) is dict and type(position.structure.get("items")) is not dict:
        message = "the schema above must have `items`, too"
        yield Problem("invalid-value", position.at("items"), message, at_key=True)
