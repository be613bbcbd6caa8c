"""definition_problems(): why an API server would not take the schema of a CustomResourceDefinition.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.resource import Resource
    from kbump.yaml.nodes import Path

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_ONE_OF = f"write one of {', '.join(_TYPES)}"


def definition_problems(resource: Resource) -> Iterator[Problem]:
    """Yield what is wrong with the names, the versions and the schemas of a definition that its own schema takes."""
    spec: dict[str, Any] = resource.data["spec"]
    yield from _name(resource, spec)
    versions = spec.get("versions")
    listed = [one for one in versions if type(one) is dict] if type(versions) is list else []
    if listed and sum(one.get("storage") is True for one in listed) != 1:
        message = "exactly one version must have `storage: true`"
        yield Problem("invalid-value", ("spec", "versions"), message, at_key=True)
    for index, one in enumerate(listed):
        schema = one.get("schema")
        root = schema.get("openAPIV3Schema") if type(schema) is dict else None
        place = ("spec", "versions", index, "schema", "openAPIV3Schema")
        if type(root) is dict:
            if root.get("type") not in (None, "object"):
                yield Problem("invalid-value", (*place, "type"), "the type of the whole object must be `object`")
            else:
                yield from _structural(root, place)


def _name(resource: Resource, spec: dict[str, Any]) -> Iterator[Problem]:
    names = spec.get("names")
    plural = names.get("plural") if type(names) is dict else None
    if type(plural) is str and type(spec.get("group")) is str and resource.name:
        wanted = f"{plural}.{spec['group']}"
        if resource.name != wanted:
            message = f"the name must be `{wanted}`, the plural and the group, found `{resource.name}`"
            yield Problem("invalid-value", ("metadata", "name"), message, f"write {wanted}")


def _structural(schema: dict[str, Any], place: Path) -> Iterator[Problem]:
    """Yield what is wrong at a place where a schema says which fields there are."""
    kind = schema.get("type")
    free = schema.get("x-kubernetes-int-or-string") is True or _preserves(schema)
    if kind is None and not free:
        yield Problem(
            "missing-field", (*place, "type"), "`type` is missing", f"write one of {', '.join(_TYPES)}", at_key=True
        )
    elif type(kind) is str and kind not in _TYPES:
        message = f"`{kind}` is no type of a schema"
        yield Problem("invalid-value", (*place, "type"), message, _ONE_OF)
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        at = (*place, "x-kubernetes-preserve-unknown-fields")
        yield Problem("invalid-value", at, "must be true, or left out", "remove it")
    if kind == "array" and type(schema.get("items")) is not dict and not _preserves(schema):
        yield Problem("missing-field", (*place, "items"), "`items` is missing", at_key=True)
    if schema.get("properties") and schema.get("additionalProperties"):
        message = "`properties` and `additionalProperties` exclude each other"
        yield Problem("invalid-value", (*place, "additionalProperties"), message, at_key=True)
    yield from _below(schema, place)


def _below(schema: dict[str, Any], place: Path) -> Iterator[Problem]:
    properties = schema.get("properties")
    for name, below in properties.items() if type(properties) is dict else ():
        # What every object has may be left to the server.
        if type(below) is dict and not (len(place) == 5 and name in ("apiVersion", "kind", "metadata")):
            yield from _structural(below, (*place, "properties", name))
    for key in ("items", "additionalProperties"):
        if type(schema.get(key)) is dict:
            yield from _structural(schema[key], (*place, key))


def _preserves(schema: dict[str, Any]) -> bool:
    return schema.get("x-kubernetes-preserve-unknown-fields") is True
