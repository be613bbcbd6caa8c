"""without_nulls(): data as the API server reads it where it says null."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
_ZERO: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def without_nulls(data: Any, schema: Schema, root: Schema, *, zero: bool = True) -> Any:
    """Return the data without nulls: a field or map entry that is null is absent, an item of a list has its zero value.

    So decodes Go (https://pkg.go.dev/encoding/json#Unmarshal). For custom resources (`zero` is false) an item that is
    null stays, and so does a field that is nullable. An unknown field stays: the server complains of it all the same.
    References are looked up in `root`.
    """
    schema = _fitting(resolved(schema, root), data, root)
    if type(data) is dict:
        below = {key: (value, _schema_of(schema, key)) for key, value in data.items()}
        return {
            key: without_nulls(value, inner or {}, root, zero=zero)
            for key, (value, inner) in below.items()
            if value is not None or inner is None or nullable(inner)
        }
    if type(data) is list:
        items = schema.get("items", {})
        return [_item(item, items, root, zero) for item in data]
    return data


def _fitting(schema: Schema, data: Any, root: Schema) -> Schema:
    """Return the choice of a schema that is nothing but choices which is for data of this kind."""
    if "anyOf" not in schema or "type" in schema:
        return schema
    kind = "object" if type(data) is dict else "array" if type(data) is list else ""
    choices = [resolved(choice, root) for choice in schema["anyOf"]]
    return next((choice for choice in choices if choice.get("type", "object") == kind), {})


def resolved(schema: Schema, root: Schema) -> Schema:
    """Follow the references of a schema."""
    while "$ref" in schema:
        _, section, name = schema["$ref"].split("/")
        schema = root[section][name]
    return schema


def _schema_of(schema: Schema, key: str) -> Schema | None:
    """Return the schema of a field or map entry; None where there is none, so that null is kept."""
    properties: Schema = schema.get("properties", {})
    others = schema.get("additionalProperties")
    found: Schema | None = properties.get(key, others if type(others) is dict else None)
    return found


def nullable(schema: Schema) -> bool:
    """Whether a value may be null."""
    return "null" in schema.get("type", ())


def _item(item: Any, schema: Schema, root: Schema, zero: bool) -> Any:
    if item is not None or not zero:
        return without_nulls(item, schema, root, zero=zero)
    kind = resolved(schema, root).get("type")
    if kind == "object":
        return {}
    return [] if kind == "array" else _ZERO.get(str(kind))
