"""Writes kbump's schemas as kubeconform reads them: `python benchmarks/schemas.py DIR [VERSION]`.

Prints the options that make kubeconform use them. A file for each kind, without references: the `standalone-strict`
layout of https://github.com/yannh/kubernetes-json-schema. Without descriptions too, so it is read somewhat faster.
"""

from __future__ import annotations

import json
import os
import sys
from shlex import quote
from typing import TYPE_CHECKING, Any

from kbump.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.catalog import Catalog

Schema = dict[str, Any]
Kind = tuple[str, str, str]

# For `kubeconform -schema-location`, below the directory; with `-strict` and `-kubernetes-version`.
LOCATION = "{{ .NormalizedKubernetesVersion }}-standalone{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json"
_DRAFT = "http://json-schema.org/schema#"
_REFERENCE = "#/definitions/"
_CHOICES = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": ("string", "integer"),
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ("string", "number"),
}


def make_schemas(directory: str, known: Catalog, kinds: Iterable[Kind]) -> str:
    """Write the schemas of kinds, (group, version, kind) each, and return what `-schema-location` is to be."""
    folder = os.path.join(directory, f"{known.release}-standalone-strict")
    os.makedirs(folder, exist_ok=True)
    for kind in kinds:
        with open(os.path.join(folder, _name(*kind)), "w", encoding="utf-8") as file:
            json.dump(standalone(known, kind), file, separators=(",", ":"))
    return f"{directory}/{LOCATION}"


def standalone(known: Catalog, kind: Kind) -> Schema:
    """Return the strict schema of a kind that the version serves, with everything that it refers to in its place."""
    root, definitions = known.closure(*kind) or ("", {})
    schema = _Inlining(definitions).definition(root, ())
    group, version, name = kind
    properties = dict(schema["properties"])
    properties["apiVersion"] = {"type": ["string", "null"], "enum": [f"{group}/{version}" if group else version]}
    properties["kind"] = {"type": ["string", "null"], "enum": [name]}
    return {**schema, "properties": properties, "$schema": _DRAFT}


class _Inlining:
    """Puts definitions in the place of the references to them."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self.definitions = definitions

    def definition(self, name: str, above: tuple[str, ...]) -> Schema:
        """Return a definition; `above` are the names of those that it is in, and within itself it is open."""
        if name in _CHOICES:
            return {"oneOf": [{"type": choice} for choice in _CHOICES[name]]}
        return {"type": "object"} if name in above else self.schema(self.definitions[name], (*above, name))

    def schema(self, schema: Schema, above: tuple[str, ...]) -> Schema:
        if "$ref" in schema:
            return self.definition(schema["$ref"].removeprefix(_REFERENCE), above)
        inlined = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
        for place in ("items", "additionalProperties"):
            if type(schema.get(place)) is dict:
                inlined[place] = self.schema(schema[place], above)
        if "properties" in schema:
            required = schema.get("required", ())
            inlined["properties"] = {
                name: one if name in required else _nullable(one)
                for name, one in ((name, self.schema(below, above)) for name, below in schema["properties"].items())
            }
            inlined.setdefault("additionalProperties", False)
        return inlined


def _nullable(schema: Schema) -> Schema:
    if "oneOf" in schema:
        return {**schema, "oneOf": [*schema["oneOf"], {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else schema


def _name(group: str, version: str, kind: str) -> str:
    label = group.partition(".")[0]
    return "-".join(filter(None, (kind.lower(), label, version))) + ".json"


def main() -> None:
    if not 2 <= len(sys.argv) <= 3:
        sys.exit((__doc__ or "").partition("\n")[0])
    known = catalog(*sys.argv[2:])
    location = make_schemas(sys.argv[1], known, known.kinds())
    version = known.release.removeprefix("v")
    print(f"-strict -kubernetes-version {version} -schema-location {quote(location)}")


if __name__ == "__main__":
    main()
