"""Shape: what a place of an object is by the schema of its kind."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from kbump.catalog import catalog

_REFERENCE = "#/definitions/"


class Shape(NamedTuple):
    """A schema with a name: `core.Container` for a type, `core.Container.env` for a list or map of it.

    Nothing is known of a place if `schema` is empty.
    """

    name: str
    schema: dict[str, Any]
    definitions: dict[str, Any]

    @property
    def quantity(self) -> bool:
        """Whether this is an amount of a resource: 500m, 1Gi."""
        return self.name == "api.Quantity"

    @property
    def mapping(self) -> bool:
        """Whether this is a map of names that people choose, such as labels."""
        return "additionalProperties" in self.schema

    def below(self, key: str) -> Shape:
        """Return the shape of the value of a key."""
        schema = self.schema.get("properties", {}).get(key) or self.schema.get("additionalProperties")
        return self._resolved(schema, f"{self.name}.{key}")

    @property
    def item(self) -> Shape:
        """The shape of the items of a list."""
        return self._resolved(self.schema.get("items"), f"{self.name}[]")

    def _resolved(self, schema: Any, name: str) -> Shape:
        if type(schema) is not dict:
            return UNKNOWN
        if "$ref" in schema:
            return _defined(schema["$ref"][len(_REFERENCE) :], self.definitions)
        return Shape(name, schema, self.definitions)


UNKNOWN = Shape("", {}, {})


@cache
def shape_of(group: str, version: str, kind: str, kubernetes: str = "") -> Shape:
    """Return the shape of a kind of Kubernetes' own; of one that is not served any more, that of its replacement."""
    known = catalog(kubernetes)
    closure = known.closure(group, version, kind)
    if closure is None:
        api = known.api(group, version, kind)
        instead = known.replacement(api) if api else ""
        api_version, _, kind = instead.partition(" ")
        group, _, version = api_version.rpartition("/")
        closure = known.closure(group, version, kind) if instead else None
    return _defined(*closure) if closure else UNKNOWN


@cache
def pod_spec(kubernetes: str = "") -> Shape:
    """Return the shape of what a Pod runs, which custom resources have, too."""
    return shape_of("", "v1", "Pod", kubernetes).below("spec")


def _defined(name: str, definitions: dict[str, Any]) -> Shape:
    *_, package, _, kind = name.split(".")
    return Shape(f"{package}.{kind}", definitions[name], definitions)
