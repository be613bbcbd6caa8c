"""Lists: items of a list that must differ, and do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.validation.nulls import resolved
from kbump.validation.problem import Problem
from kbump.validation.wording import named, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.yaml.nodes import Path

Schema = dict[str, Any]
# Of built-in kinds the server refuses these; of the other lists it warns, and server-side apply refuses them, as a
# merge needs to know which item is which (asked of an API server 1.36).
_REFUSED = {
    "claims", "containers", "drivers", "ephemeralContainers", "initContainers", "matchConditions", "requests",
    "resourceClaims", "schedulingGates", "topologySpreadConstraints", "volumeDevices", "volumeMounts", "volumes",
    "webhooks",
}  # fmt: skip
_OF_A_SERVICE = ("spec", "ports")


_LEAVES = ("boolean", "integer", "number", "string")


class _Place:
    """What there is to look at in a place of a schema: fields that are collections, and items if it is a list.

    `keys` are the fields in which items must differ, with their defaults; empty if whole items must; None if it is no
    such list.
    """

    __slots__ = ("fields", "items", "keys")

    def __init__(self, schema: Schema, root: Schema) -> None:
        self.fields = {key: one for key, one in schema.get("properties", {}).items() if one.get("type") not in _LEAVES}
        self.items: Schema | None = schema.get("items")
        self.keys: dict[str, Any] | None = None
        if schema.get("x-kubernetes-list-type") in ("map", "set"):
            items = resolved(self.items or {}, root).get("properties", {})
            keys = schema.get("x-kubernetes-list-map-keys", [])
            self.keys = {key: items.get(key, {}).get("default") for key in keys}


class Lists:
    """The places of a schema where lists have a type `set` or `map`, to be looked at in many objects."""

    def __init__(self, schema: Schema, *, custom: bool) -> None:
        self.custom = custom
        self._schema = schema
        # Made when data is there first: objects have few of all the fields of a schema.
        self._places: dict[int, _Place] = {}

    def repeated(self, data: Any) -> list[Problem]:
        """Return a problem for each item that is there before."""
        found: list[Problem] = []
        self._look(data, self._schema, (), found)
        return found

    def _look(self, data: Any, schema: Schema, path: Path, found: list[Problem]) -> None:
        place = self._places.get(id(schema))
        if place is None:
            place = self._places[id(schema)] = _Place(resolved(schema, self._schema), self._schema)
        if type(data) is dict:
            fields = place.fields
            for key, value in data.items():
                if key in fields and value:
                    self._look(value, fields[key], (*path, key), found)
        elif type(data) is list:
            if place.keys is not None and len(data) > 1:
                found += self._equal(data, place.keys, path)
            if place.items:
                for index, item in enumerate(data):
                    self._look(item, place.items, (*path, index), found)

    def _equal(self, data: Sequence[Any], keys: dict[str, Any], path: Path) -> Iterator[Problem]:
        seen: dict[Any, int] = {}
        for index, item in enumerate(data):
            key = _key(item, keys)
            if key in seen:
                yield self._problem(item, keys, (*path, index), (*path, seen[key]))
            elif key is not None:
                seen[key] = index

    def _problem(self, item: Any, keys: dict[str, Any], path: Path, first: Path) -> Problem:
        there = [key for key in keys if type(item) is dict and key in item]
        said = " and ".join(f"`{key}` {shown(item[key])}" for key in there)
        same = f"has the same {said} as" if said else "repeats"
        message = f"{named(path)} {same} {named(first)}"
        refused = self.custom or path[-2] in _REFUSED or path[:-1] == _OF_A_SERVICE
        fix = "" if refused else "the server takes it with a warning, and server-side apply refuses it"
        place = (*path, there[0]) if there else path
        return Problem("duplicate-item", place, message, fix, severity="" if refused else "warning")


def _key(item: Any, keys: dict[str, Any]) -> Any:
    """Return what must differ; None for an item without any of its keys, of which is said that they are missing."""
    from json import dumps

    if not (keys and type(item) is dict):
        return dumps(item)
    values = [item.get(key, default) for key, default in keys.items()]
    return None if values.count(None) == len(values) else tuple(map(str, values))
