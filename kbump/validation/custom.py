"""custom_schema(): the schema of a custom resource, from its CustomResourceDefinition.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
and what an API server 1.36 answered. Rules in CEL (x-kubernetes-validations) are not evaluated.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from kbump.validation.formats import formats

if TYPE_CHECKING:
    from kbump.resource import Resource

Schema = dict[str, Any]
GROUP, KIND = "apiextensions.k8s.io", "CustomResourceDefinition"
_METADATA = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
# What every object has, and an embedded one, whatever the schema says of it.
OBJECT_FIELDS: Schema = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": _METADATA}
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_COUNTS = ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties")
_NUMBERS = ("maximum", "minimum")
# Levels of mappings and lists: jsonschema-rs reads a schema of 255, and pickle stops a little above.
_DEEPEST = 240


def is_definition(resource: Resource) -> bool:
    """Whether a resource is a CustomResourceDefinition."""
    return resource.kind == KIND and resource.group == GROUP


def is_too_deep(resource: Resource) -> bool:
    """Whether a resource is a CustomResourceDefinition that is nested too deep to be used."""
    return is_definition(resource) and is_deep(resource.data)


def is_deep(data: Any) -> bool:
    """Whether data is nested deeper than a schema may be."""
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            below
            for one in level
            for below in (one.values() if type(one) is dict else one)
            if type(below) in (dict, list)
        ]
        if not level:
            return False
    return True


def custom_schema(schema: Schema, *, closed: bool = True) -> Schema:
    """Return the JSON Schema of a custom resource from its structural schema; `definitions` are for the caller to add.

    `closed` is false where unknown fields are kept everywhere.
    """
    root = _structural({**schema, "type": "object"}, closed)
    return {**root, "properties": {**root.get("properties", {}), **OBJECT_FIELDS}}


def default_schema(schema: Schema) -> Schema:
    """Return the JSON Schema of the default of a structural schema: nothing is filled in before it is judged."""
    return {**_structural(schema, closed=True, fills=False), "definitions": {_METADATA["$ref"].rpartition("/")[2]: {}}}


def _structural(schema: Schema, closed: bool, *, fills: bool = True) -> Schema:
    """Convert a schema at a place where it says which fields there are; `fills` says that defaults are filled in."""
    found = _validation(schema, fills=fills)
    embedded = schema.get("x-kubernetes-embedded-resource") is True
    properties = {
        name: _structural(_mapping(one), closed, fills=fills)
        for name, one in _mapping(schema.get("properties")).items()
    }
    if embedded:
        properties |= OBJECT_FIELDS
        found["required"] = sorted({*found.get("required", []), "apiVersion", "kind"})
    if properties:
        found["properties"] = properties
    if type(schema.get("items")) is dict:
        found["items"] = _structural(schema["items"], closed, fills=fills)
    others = schema.get("additionalProperties")
    if type(others) is dict:
        found["additionalProperties"] = _structural(others, closed, fills=fills)
    elif closed and schema.get("type") == "object" and not others and not _preserves(schema):
        found["additionalProperties"] = False
    if found.get("default") is not None and not _fits(schema):
        # What is wrong with it is said of the definition; no object has it.
        del found["default"]
    return found


def _fits(schema: Schema) -> bool:
    """Whether a schema takes its own default."""
    from kbump.validation.deciding import compiled

    return bool(compiled(default_schema({**schema, "default": None})).is_valid(schema["default"]))


def _preserves(schema: Schema) -> bool:
    return schema.get("x-kubernetes-preserve-unknown-fields") is True


def _validation(schema: Schema, *, fills: bool = False) -> Schema:
    """Convert what a schema says of values; below allOf, anyOf, oneOf and not it says nothing of unknown fields."""
    found = {name: value for name, value in schema.items() if _is_sound(name, value)}
    _type(schema, found)
    _bounds(schema, found)
    _required(schema, found, fills=fills)
    pattern = schema.get("pattern")
    if type(pattern) is str and _is_portable(pattern):
        found["pattern"] = pattern
    for name in ("allOf", "anyOf", "oneOf"):
        if type(schema.get(name)) is list and schema[name]:
            found[name] = [_nested(_mapping(one)) for one in schema[name]]
    if type(schema.get("not")) is dict:
        found["not"] = _nested(schema["not"])
    return found


def _is_sound(name: str, value: Any) -> bool:
    """Whether a keyword is one that is taken as it is, and has a value that the validators compile.

    What is wrong with another value is said where the CustomResourceDefinition itself is checked.
    """
    if name in _COUNTS:
        return type(value) in (int, float) and value >= 0 and value == int(value)
    if name in _NUMBERS:
        return type(value) in (int, float)
    if name == "format":
        # Of others the server says nothing; the validators would, and not the same.
        return value in formats()
    if name == "x-kubernetes-list-type":
        return type(value) is str
    if name == "x-kubernetes-list-map-keys":
        return type(value) is list and all(type(key) is str for key in value)
    # Of a fraction, each of the two validators has errors of its own.
    return (
        name == "default"
        or (name == "enum" and type(value) is list and bool(value))
        or (name == "multipleOf" and type(value) is int and value > 0)
    )


def _nested(schema: Schema) -> Schema:
    found = _validation(schema)
    if type(schema.get("properties")) is dict:
        found["properties"] = {name: _nested(_mapping(one)) for name, one in schema["properties"].items()}
    if type(schema.get("items")) is dict:
        found["items"] = _nested(schema["items"])
    return found


def _type(schema: Schema, found: Schema) -> None:
    kinds = [schema["type"]] if schema.get("type") in _TYPES else []
    if schema.get("x-kubernetes-int-or-string") is True or schema.get("format") == "int-or-string":
        kinds = ["integer", "string"]
        found.pop("format", None)
    if schema.get("nullable") is True and kinds:
        kinds = [*kinds, "null"]
    if kinds:
        found["type"] = kinds if len(kinds) > 1 else kinds[0]
    if kinds[:1] == ["integer"] and "string" not in kinds:
        # The server reads a number as an int64 where it is one; of others only small ones are whole to it.
        bits = 31 if schema.get("format") == "int32" else 63
        found.setdefault("minimum", -(2**bits))
        found.setdefault("maximum", 2**bits - 1)


def _bounds(schema: Schema, found: Schema) -> None:
    """OpenAPI 3.0 says with a boolean that a bound is exclusive (JSON Schema draft 4)."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in found:
            found[exclusive] = found.pop(bound)


def _required(schema: Schema, found: Schema, *, fills: bool) -> None:
    """Leave out what has a default, if the server fills it in before it looks."""
    properties = _mapping(schema.get("properties"))
    required = schema.get("required")
    if type(required) is list:
        names = dict.fromkeys(name for name in required if type(name) is str)
        found["required"] = [
            name for name in names if not fills or _mapping(properties.get(name)).get("default") is None
        ]


@cache
def _is_portable(pattern: str) -> bool:
    """Whether Go and both validators read a regular expression, and alike as far as one can see."""
    import warnings

    from jsonschema_rs import Draft202012Validator

    from kbump.validation.definitions.expressions import expression_flaw

    if expression_flaw(pattern):
        return False
    try:
        with warnings.catch_warnings():
            # Of what is read otherwise elsewhere, as [[:alpha:]], Python warns.
            warnings.simplefilter("error")
            re.compile(pattern)
        Draft202012Validator({"pattern": pattern})
    except (re.error, ValueError, Warning):
        return False
    return True


def _mapping(value: Any) -> Schema:
    return value if type(value) is dict else {}
