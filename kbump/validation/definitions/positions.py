"""positions(): the places of a definition's schema that are schemas themselves, and what is special about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.yaml.nodes import Path

Schema = dict[str, Any]
CHOICES = ("allOf", "anyOf", "oneOf")
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_META = ("apiVersion", "kind", "metadata")


class Position(NamedTuple):
    """A schema at a path: the `root`, that of an `item` of a list, or of a `field`.

    Below allOf, anyOf, oneOf and not, `structure` is the schema at the same place that says which fields there are,
    None if there is none or it is not asked for; above them it is the schema itself. `meta` says that it is one of
    apiVersion, kind and metadata, or below. `undefaulted` says why there must not be a default, `unseen` that the
    server does not look at it. `typed` says that this is one of `anyOf: [{type: integer}, {type: string}]`, the one
    choice that may name types: that of a structure, or of the `first` of its `allOf`.
    """

    schema: Schema
    path: Path
    level: str = "root"
    nested: bool = False
    structure: Schema | None = None
    meta: bool = False
    undefaulted: str = ""
    unseen: bool = False
    typed: bool = False
    first: bool = False

    def at(self, *keys: str | int) -> Path:
        """Return the path of something in the schema."""
        return (*self.path, *keys)


def positions(root: Schema, path: Path) -> Iterator[Position]:
    """Yield the root and all schemas below it, from the top down."""
    pending = [Position(root, path, structure=root)]
    while pending:
        position = pending.pop()
        yield position
        pending += reversed([*(_nested(position) if position.nested else _structural(position)), *_choices(position)])


def _structural(here: Position) -> Iterator[Position]:
    holds_meta = here.level == "root" or here.schema.get("x-kubernetes-embedded-resource") is True
    for name, schema in mapping(here.schema.get("properties")).items():
        meta = here.meta or (holds_meta and name in _META)
        why = f"below the root's {name}" if here.level == "root" and name in _META else here.undefaulted
        below = mapping(schema)
        yield Position(below, here.at("properties", name), "field", False, below, meta, why, here.unseen)
    if type(here.schema.get("items")) is dict:
        items = here.schema["items"]
        yield Position(items, here.at("items"), "item", False, items, here.meta, here.undefaulted, here.unseen)
    others = here.schema.get("additionalProperties")
    if type(others) is dict:
        why = "below additionalProperties of metadata" if here.meta else here.undefaulted
        yield Position(others, here.at("additionalProperties"), "field", False, others, here.meta, why, True)


def _nested(here: Position) -> Iterator[Position]:
    structure = mapping(here.structure)
    known = mapping(structure.get("properties"))
    for name, schema in mapping(here.schema.get("properties")).items():
        below = mapping(known[name]) if name in known else None
        yield here._replace(
            schema=mapping(schema), path=here.at("properties", name), structure=below, typed=False, first=False
        )
    for key in ("items", "additionalProperties"):
        if type(here.schema.get(key)) is dict:
            above = structure.get(key) if key == "items" else None
            below = above if type(above) is dict else None
            yield here._replace(schema=here.schema[key], path=here.at(key), structure=below, typed=False, first=False)


def _choices(here: Position) -> Iterator[Position]:
    # The server compares the choices of the whole object only with what is above them.
    structure = here.structure if here.nested or here.level == "root" else None
    inner = here._replace(nested=True, structure=structure, typed=False, first=False)
    for key in CHOICES:
        listed = here.schema.get(key)
        typed = key == "anyOf" and listed == _INT_OR_STRING and (not here.nested or here.first)
        for number, schema in enumerate(listed if type(listed) is list else ()):
            first = key == "allOf" and number == 0 and not here.nested
            yield inner._replace(schema=mapping(schema), path=here.at(key, number), typed=typed, first=first)
    if type(here.schema.get("not")) is dict:
        yield inner._replace(schema=here.schema["not"], path=here.at("not"))


def mapping(value: Any) -> Schema:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if type(value) is dict else {}


def flag(schema: Schema, name: str) -> bool:
    """Whether a keyword is true."""
    return schema.get(name) is True
