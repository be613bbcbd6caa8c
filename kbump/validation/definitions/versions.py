"""version_problems(): what is wrong with the versions of a definition beside their schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.validation.definitions.positions import mapping
from kbump.validation.definitions.spec import is_label, label
from kbump.validation.problem import Problem
from kbump.validation.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Schema
    from kbump.yaml.nodes import Path

_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_MOST_SELECTABLE = 8
_FIELD = re.compile(r"(\.[A-Za-z_][A-Za-z0-9_]*)+")


def version_problems(spec: Schema) -> Iterator[Problem]:
    """Yield what is wrong with the list of versions, and with each one."""
    listed = spec.get("versions")
    versions = [mapping(one) for one in listed] if type(listed) is list else []
    if type(listed) is list and sum(one.get("storage") is True for one in versions) != 1:
        message = "exactly one version must have `storage: true`"
        yield Problem("invalid-value", ("spec", "versions"), message, at_key=True)
    names: set[Any] = set()
    for number, one in enumerate(versions):
        at, name = ("spec", "versions", number), one.get("name")
        if type(name) is str and not is_label(name):
            yield label((*at, "name"), name)
        if name in names:
            yield Problem("invalid-value", (*at, "name"), f"the version `{name}` is there twice")
        names.add(name)
        yield from _version(one, at)


def _version(one: Schema, at: Path) -> Iterator[Problem]:
    schema = mapping(one.get("schema")).get("openAPIV3Schema")
    if schema is None:
        message = "`schema.openAPIV3Schema` is missing"
        fix = "write at least `{type: object, x-kubernetes-preserve-unknown-fields: true}`"
        yield Problem("missing-field", (*at, "schema", "openAPIV3Schema"), message, fix, at_key=True)
    yield from _warning(one, at)
    for number, column in enumerate(_list(one, "additionalPrinterColumns")):
        yield from _column(column, (*at, "additionalPrinterColumns", number))
    yield from _scale(mapping(mapping(one.get("subresources")).get("scale")), (*at, "subresources", "scale"))
    yield from _selectable(_list(one, "selectableFields"), mapping(schema), (*at, "selectableFields"))


def _list(one: Schema, key: str) -> list[Schema]:
    listed = one.get(key)
    return [mapping(item) for item in listed] if type(listed) is list else []


def _warning(one: Schema, at: Path) -> Iterator[Problem]:
    text = one.get("deprecationWarning")
    if type(text) is not str:
        return
    if one.get("deprecated") is not True:
        message = "only a deprecated version has a `deprecationWarning`"
        yield Problem("invalid-value", (*at, "deprecationWarning"), message, "write `deprecated: true`", at_key=True)
    elif not text or len(text.encode()) > 256 or not text.isprintable():
        message = "`deprecationWarning` must be 1 to 256 characters on one line"
        yield Problem("invalid-value", (*at, "deprecationWarning"), message)


def _column(column: Schema, at: Path) -> Iterator[Problem]:
    for key, known in (("type", _COLUMN_TYPES), ("format", _COLUMN_FORMATS)):
        value = column.get(key)
        if value is not None and value not in known and (value or key == "type"):
            message = f"{shown(value)} is no {key} of a column"
            yield Problem("invalid-value", (*at, key), message, f"write one of {', '.join(known)}")
    if column.get("name") == "":
        yield Problem("invalid-value", (*at, "name"), "`name` must not be empty")
    path = column.get("jsonPath")
    if type(path) is str and not path.startswith("."):
        yield Problem("invalid-value", (*at, "jsonPath"), f"`jsonPath` must begin with a dot, found {shown(path)}")


def _scale(scale: Schema, at: Path) -> Iterator[Problem]:
    wanted = (("specReplicasPath", (".spec.",)), ("statusReplicasPath", (".status.",)))
    for key, starts in (*wanted, ("labelSelectorPath", (".spec.", ".status."))):
        path = scale.get(key)
        if type(path) is str and not path.startswith(starts) and (path or key != "labelSelectorPath"):
            message = f"`{key}` must begin with `{'` or `'.join(starts)}`, found {shown(path)}"
            yield Problem("invalid-value", (*at, key), message)


def _selectable(fields: list[Schema], schema: Schema, at: Path) -> Iterator[Problem]:
    paths = [field.get("jsonPath") for field in fields]
    if len(set(map(str, paths))) > _MOST_SELECTABLE:
        yield Problem("invalid-value", at, f"there must be at most {_MOST_SELECTABLE} selectable fields", at_key=True)
    for number, path in enumerate(paths):
        place = (*at, number, "jsonPath")
        if path in paths[:number]:
            yield Problem("invalid-value", place, f"{shown(path)} is there twice", "remove it")
        elif type(path) is str and path.startswith(".metadata."):
            yield Problem("invalid-value", place, "a selectable field must not be one of metadata", "remove it")
        # What is written with brackets is left to the server.
        elif (
            type(path) is str
            and (_FIELD.fullmatch(path) or path[:1] not in (".", "["))
            and not _is_selectable(schema, path)
        ):
            message = f"a selectable field must be a string, a boolean or an integer of the schema, found {shown(path)}"
            yield Problem("invalid-value", place, message)


def _is_selectable(schema: Schema, path: str) -> bool:
    for name in path.split(".")[1:]:
        schema = mapping(mapping(schema.get("properties")).get(name))
    return schema.get("type") in ("string", "boolean", "integer")
