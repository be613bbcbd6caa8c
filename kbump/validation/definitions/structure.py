"""structure_problems(): what keeps a schema from saying of each place which fields and which type there are.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.definitions.keywords import ONE_OF
from kbump.validation.definitions.positions import flag, mapping
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Position, Schema
    from kbump.yaml.nodes import Path

EMBEDDED = "x-kubernetes-embedded-resource"
INT_OR_STRING = "x-kubernetes-int-or-string"
PRESERVES = "x-kubernetes-preserve-unknown-fields"
# What of a root stays if the server cuts out of it the schema of the status alone.
_BESIDE_A_STATUS = {
    "description", "example", "exclusiveMaximum", "exclusiveMinimum", "externalDocs", "format", "items", "maxItems",
    "maxLength", "maximum", "minItems", "minLength", "minimum", "multipleOf", "pattern", "properties", "required",
    "title", "type", "uniqueItems", PRESERVES, "x-kubernetes-validations",
}  # fmt: skip


def root_problems(schema: Schema, path: Path, version: Schema) -> Iterator[Problem]:
    """Yield what is wrong with the schema of a whole object, of a version."""
    if schema.get("type") not in (None, "", "object"):
        yield Problem("invalid-value", (*path, "type"), "the type of the whole object must be `object`", "write object")
    if flag(schema, "nullable"):
        yield Problem("invalid-value", (*path, "nullable"), "the whole object cannot be null", "remove it")
    if schema.get("additionalProperties") is not None:
        message = "the whole object must not have `additionalProperties`"
        yield Problem("invalid-value", (*path, "additionalProperties"), message, "remove it", at_key=True)
    status = mapping(version.get("subresources")).get("status")
    others = [
        key
        for key, value in schema.items()
        if value and key not in {*_BESIDE_A_STATUS, "additionalProperties", "nullable"}
    ]
    if status is not None and others:
        message = f"the whole object must not have `{others[0]}` if there is a status subresource"
        yield Problem("invalid-value", (*path, others[0]), message, at_key=True)
    yield from _root_metadata(
        mapping(mapping(schema.get("properties")).get("metadata")), (*path, "properties", "metadata")
    )


def _root_metadata(metadata: Schema, path: Path) -> Iterator[Problem]:
    """Yield what is said of the metadata of a whole object beside the two names."""
    others = [key for key, value in metadata.items() if value and key not in ("type", "properties")]
    names = mapping(metadata.get("properties"))
    others += ["properties"] if names.keys() - {"name", "generateName"} else []
    if others:
        message = f"of metadata only `name` and `generateName` may be spoken of, not `{others[0]}`"
        yield Problem("invalid-value", (*path, others[0]), message, "remove it", at_key=True)


def structure_problems(position: Position) -> Iterator[Problem]:
    """Yield what is wrong at a position where a schema says which fields there are."""
    if position.nested:
        return
    schema = position.schema
    yield from _type(position)
    if schema.get("type") == "array" and not schema.get("items") and schema.get("items") != {}:
        yield Problem("missing-field", position.at("items"), "`items` is missing", at_key=True)
    if schema.get("properties") and schema.get("additionalProperties") not in (None, True):
        message = "`properties` and `additionalProperties` exclude each other"
        yield Problem("invalid-value", position.at("additionalProperties"), message, at_key=True)
    if flag(schema, INT_OR_STRING):
        for other in (PRESERVES, EMBEDDED):
            if flag(schema, other):
                message = f"`{other}` and `{INT_OR_STRING}` exclude each other"
                yield Problem("invalid-value", position.at(other), message, "remove one of them", at_key=True)
    if flag(schema, EMBEDDED) or position.level == "root":
        yield from _object(position)


def _type(position: Position) -> Iterator[Problem]:
    schema, kind = position.schema, position.schema.get("type")
    if flag(schema, EMBEDDED):
        if kind != "object":
            yield Problem(
                "invalid-value",
                position.at("type"),
                "an embedded resource must be an `object`",
                "write object",
                at_key=not kind,
            )
    elif not kind and not _is_free(schema):
        yield Problem("missing-field", position.at("type"), "`type` is missing", ONE_OF, at_key=True)


def _is_free(schema: Schema) -> bool:
    """Whether a schema needs no type."""
    return flag(schema, INT_OR_STRING) or flag(schema, PRESERVES)


def _object(position: Position) -> Iterator[Problem]:
    """Yield what is wrong with the schema of an object that has apiVersion, kind and metadata."""
    schema, fields = position.schema, mapping(position.schema.get("properties"))
    for name, kind in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
        field = mapping(fields.get(name))
        # That there is no type at all is said of the field.
        if name in fields and field.get("type") != kind and (field.get("type") or _is_free(field)):
            at = position.at("properties", name, "type")
            message = f"the type of `{name}` must be `{kind}`"
            yield Problem("invalid-value", at, message, f"write {kind}", at_key=not field.get("type"))
    if not flag(schema, EMBEDDED):
        return
    if schema.get("additionalProperties") is not None:
        message = "an embedded resource must not have `additionalProperties`"
        yield Problem("invalid-value", position.at("additionalProperties"), message, at_key=True)
    if not fields and not flag(schema, PRESERVES):
        message = f"an embedded resource needs `properties`, or `{PRESERVES}: true`"
        yield Problem("missing-field", position.at("properties"), message, at_key=True)
