"""native_schema(): the JSON Schema of a built-in kind, as strict as the API server's decoder.

The OpenAPI of a Kubernetes release says which fields there are; what their values may be is in the Go types. The rules
here were asked of an API server 1.36 (`?dryRun=All&fieldValidation=Strict`). A null is not spoken of: what it means
is for nulls.py to say before a schema is asked.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

# Both regular expression engines, Python's and Rust's, read these alike: `(?![\s\S])` is the end of the text.
_END = r"(?![\s\S])"
# https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity, func ParseQuantity: even the digits may be missing.
_QUANTITY = rf"^ *(?=[^ ])[+-]?[0-9]*\.?[0-9]*(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)? *{_END}"
_LEAP = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"
_MONTHS = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_CLOCK = r"T(?:[01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-4]):(?:[0-5][0-9]|60))"
# RFC 3339 as Go's time.Parse takes it; a MicroTime needs six digits behind its seconds.
_TIME = rf"^(?:{_LEAP}|[0-9]{{4}}-{_MONTHS}){_CLOCK}(?:[.,][0-9]+)?{_ZONE}{_END}"
_MICRO_TIME = rf"^(?:{_LEAP}|[0-9]{{4}}-{_MONTHS}){_CLOCK}[.,][0-9]{{6}}{_ZONE}{_END}"
# Standard base64 with padding; line breaks anywhere (https://pkg.go.dev/encoding/base64).
_CHARACTER, _BREAKS = r"[\r\n]*[A-Za-z0-9+/]", r"[\r\n]*"
_BASE64 = (
    rf"^(?:(?:{_CHARACTER}){{4}})*"
    rf"(?:(?:{_CHARACTER}){{2}}{_BREAKS}={_BREAKS}=|(?:{_CHARACTER}){{3}}{_BREAKS}=)?{_BREAKS}{_END}"
)
_INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
_INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
_APIMACHINERY = "io.k8s.apimachinery.pkg."
_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions."

# Definitions whose Go types decode themselves.
_DEFINITIONS: dict[str, Schema] = {
    f"{_APIMACHINERY}api.resource.Quantity": {
        "title": "quantity", "type": ["string", "number"], "pattern": _QUANTITY,
    },
    f"{_APIMACHINERY}util.intstr.IntOrString": {"type": ["integer", "string"], **_INT32},
    f"{_APIMACHINERY}apis.meta.v1.Time": {"title": "time", "type": "string", "pattern": _TIME},
    f"{_APIMACHINERY}apis.meta.v1.MicroTime": {
        "title": "time with microseconds", "type": "string", "pattern": _MICRO_TIME,
    },
}  # fmt: skip
_STRINGS = {"type": "array", "items": {"type": "string"}}
# These the OpenAPI leaves open, as its version 2 has no anyOf; `definitions` are those of the same API version.
_CHOICES: dict[str, tuple[Schema, ...]] = {
    "JSONSchemaPropsOrBool": ({"type": "boolean"}, {"$ref": "JSONSchemaProps"}),
    "JSONSchemaPropsOrArray": ({"$ref": "JSONSchemaProps"}, {"type": "array", "items": {"$ref": "JSONSchemaProps"}}),
    "JSONSchemaPropsOrStringArray": ({"$ref": "JSONSchemaProps"}, _STRINGS),
}
# Fields that the OpenAPI of some version requires and an API server does without, by API package and type (each asked
# of one, 1.36).
_OPTIONAL = {
    "apiextensions.CustomResourceDefinitionVersion": {"served", "storage"},
    "apps.ControllerRevision": {"revision"},
    "apps.StatefulSetSpec": {"serviceName"},
    "batch.PodFailurePolicyOnPodConditionsPattern": {"status"},
    "core.Event": {"involvedObject"},
    "core.HTTPHeader": {"value"},
    "core.ISCSIPersistentVolumeSource": {"lun"},
    "core.ISCSIVolumeSource": {"lun"},
    "core.LimitRangeSpec": {"limits"},
    "core.PreferredSchedulingTerm": {"preference"},
    "core.ScaleIOVolumeSource": {"secretRef"},
    "core.SleepAction": {"seconds"},
    "core.Sysctl": {"value"},
    "discovery.EndpointSlice": {"endpoints"},
    "networking.NetworkPolicySpec": {"podSelector"},
    "rbac.RoleRef": {"apiGroup"},
    "resource.DeviceClass": {"spec"},
    "resource.ResourceClaim": {"spec"},
    "resource.ResourceClaimTemplate": {"spec"},
    "resource.ResourceClaimTemplateSpec": {"spec"},
    "resource.ResourcePool": {"generation"},
    "scheduling.PriorityClass": {"value"},
    "storage.CSIDriver": {"spec"},
    "storage.CSINode": {"spec"},
    "storage.CSINodeSpec": {"drivers"},
    "storage.TokenRequest": {"audience"},
}


def native_schema(root: str, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a definition that refers to others: closed, and with the bounds of Go's types.

    Only places where the OpenAPI has a schema are looked at: a field may be named `properties`.
    """
    strict = {name: _definition(name, schema) for name, schema in definitions.items()}
    return {"$ref": f"#/definitions/{root}", "definitions": strict}


def _definition(name: str, schema: Schema) -> Schema:
    if name in _DEFINITIONS:
        return _DEFINITIONS[name]
    if name.startswith(_EXTENSIONS) and name.rpartition(".")[2] in _CHOICES:
        return {"anyOf": [_referring(name, choice) for choice in _CHOICES[name.rpartition(".")[2]]]}
    strict = _strict(schema)
    optional = _OPTIONAL.get(_type_of(name))
    if optional and "required" in strict:
        strict["required"] = [field for field in strict["required"] if field not in optional]
    return strict


def _type_of(name: str) -> str:
    """Return package and type of a definition without the version: `rbac.RoleRef` of io.k8s.api.rbac.v1.RoleRef."""
    *_, package, _, kind = name.split(".")
    return f"{package}.{kind}"


def _referring(name: str, choice: Schema) -> Schema:
    def full(schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        return {"$ref": f"#/definitions/{name.rpartition('.')[0]}.{schema['$ref']}"}

    return {**full(choice), "items": full(choice["items"])} if "items" in choice else full(choice)


def _strict(schema: Schema) -> Schema:
    """Return a schema with its own bounds and those of the schemas in it; what it does not change is shared."""
    strict = dict(schema)
    if schema.get("type") == "integer":
        strict |= _INT32 if schema.get("format") == "int32" else _INT64
    elif schema.get("format") == "byte":
        del strict["format"]
        strict |= {"title": "base64 text", "pattern": _BASE64}
    properties = schema.get("properties")
    if properties is not None:
        strict["properties"] = {name: _strict(below) for name, below in properties.items()}
        strict.setdefault("additionalProperties", False)
    for place in ("items", "additionalProperties"):
        if type(schema.get(place)) is dict:
            strict[place] = _strict(schema[place])
    return strict
