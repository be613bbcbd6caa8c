"""with_defaults(): a custom resource as the API server judges it, with what its definition fills in.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/defaulting/algorithm.go
"""

from __future__ import annotations

from typing import Any

from kbump.validation.nulls import nullable

Schema = dict[str, Any]


def has_defaults(schema: Schema) -> bool:
    """Whether a schema of a custom resource fills in anything."""
    below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return "default" in schema or any(has_defaults(one) for one in below if type(one) is dict)


def with_defaults(data: Any, schema: Schema) -> Any:
    """Return the data with the defaults of what it lacks, also within what is filled in; the data stays as it is.

    A null lacks its value, unless it may be null: also an item of a list, and an entry of a map.
    """
    if type(data) is dict:
        return _mapping(data, schema)
    items = schema.get("items")
    if type(data) is list and type(items) is dict:
        return [_value(item, items) for item in data]
    return data


def _value(value: Any, schema: Schema) -> Any:
    default = schema.get("default")
    lacks = value is None and default is not None and not nullable(schema)
    return with_defaults(default if lacks else value, schema)


def _mapping(data: dict[str, Any], schema: Schema) -> dict[str, Any]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    missing = {
        key: below["default"]
        for key, below in properties.items()
        if key not in data and below.get("default") is not None
    }
    known = others if type(others) is dict else {}
    return {key: _value(value, properties.get(key, known)) for key, value in {**data, **missing}.items()}
