"""list_problems(): what is wrong with the types of lists and mappings that server-side apply merges by.

https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.definitions.positions import flag, mapping
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Position, Schema

_TYPE, _KEYS, _MAP = "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"
_OF_LISTS, _OF_MAPS = ("atomic", "set", "map"), ("atomic", "granular")


def list_problems(position: Position) -> Iterator[Problem]:
    """Yield what is wrong with the list or map type at a position."""
    schema = position.schema
    for key, kind, known in ((_TYPE, "array", _OF_LISTS), (_MAP, "object", _OF_MAPS)):
        value = schema.get(key)
        if value is not None and value not in known:
            yield Problem(
                "invalid-value", position.at(key), f"`{value}` is no {key}", f"write one of {', '.join(known)}"
            )
        if value is not None and schema.get("type") != kind:
            yield Problem("invalid-value", position.at(key), f"`{key}` needs `type: {kind}`", at_key=True)
    if schema.get(_KEYS) and schema.get(_TYPE) != "map":
        yield Problem("invalid-value", position.at(_KEYS), f"`{_KEYS}` needs `{_TYPE}: map`", at_key=True)
    items = schema.get("items")
    if type(items) is dict and schema.get(_TYPE) in ("set", "map"):
        if flag(items, "nullable"):
            message = f"items of a `{schema[_TYPE]}` must not be nullable"
            yield Problem("invalid-value", position.at("items", "nullable"), message, "remove it")
        yield from _set(position, items) if schema[_TYPE] == "set" else _map(position, items)


def _set(position: Position, items: Schema) -> Iterator[Problem]:
    """Yield what keeps the items of a set from being compared as a whole."""
    if items.get("type") == "object" and items.get(_MAP) != "atomic":
        message = f"mappings in a set need `{_MAP}: atomic`"
        yield Problem("invalid-value", position.at("items", _MAP), message, at_key=_MAP not in items)
    if items.get("type") == "array" and items.get(_TYPE) not in (None, "atomic"):
        message = f"lists in a set need `{_TYPE}: atomic`"
        yield Problem("invalid-value", position.at("items", _TYPE), message, "write atomic")


def _map(position: Position, items: Schema) -> Iterator[Problem]:
    keys = position.schema.get(_KEYS)
    listed = [key for key in keys if type(key) is str] if type(keys) is list else []
    if not listed:
        yield Problem(
            "missing-field",
            position.at(_KEYS),
            f"`{_KEYS}` is missing: it says by which fields items differ",
            at_key=True,
        )
    if len(set(listed)) < len(listed):
        yield Problem("invalid-value", position.at(_KEYS), f"`{_KEYS}` has a key twice", at_key=True)
    if items.get("type") != "object":
        message = "items of a `map` must be of type `object`"
        yield Problem("invalid-value", position.at("items", "type"), message, at_key="type" not in items)
        return
    for key in dict.fromkeys(listed):
        yield from _key(position, items, key)


def _key(position: Position, items: Schema, key: str) -> Iterator[Problem]:
    fields, required = mapping(items.get("properties")), items.get("required")
    field, at = mapping(fields.get(key)), position.at("items", "properties", key)
    if key not in fields:
        number = position.schema[_KEYS].index(key)
        yield Problem("invalid-value", position.at(_KEYS, number), f"`{key}` is no field of the items")
        return
    if field.get("type") in ("array", "object"):
        message = f"`{key}` is a key of the list, and must be a plain value"
        yield Problem("invalid-value", (*at, "type"), message)
    if field.get("default") is None and (type(required) is not list or key not in required):
        message = f"`{key}` is a key of the list, and must be required or have a default"
        yield Problem("missing-field", at, message, f"add it to `required` of the items: [{key}]", at_key=True)
    if flag(field, "nullable"):
        yield Problem(
            "invalid-value", (*at, "nullable"), f"`{key}` is a key of the list, and must not be null", "remove it"
        )
