"""The definitions of tests/cases/definitions/: what a case says, put over one that is right."""

from __future__ import annotations

from typing import Any

import pytest

from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import CASES

ROOT = "spec.versions[0].schema.openAPIV3Schema."
SPEC = {"type": "object", "properties": {"a": {"type": "string"}}}


def definition_cases() -> list[Any]:
    """Return every case, named after its file and what it says."""
    found = []
    for path in sorted((CASES / "definitions").glob("*.yaml")):
        [listed] = construct(Source(path.name, path.read_text()))
        found += [pytest.param(case, id=f"{path.stem}, {case['case']}") for case in listed]
    return found


def definition(case: dict[str, Any]) -> dict[str, Any]:
    """Return the CustomResourceDefinition of a case."""
    fields = {"spec": case.get("schema", SPEC), **case.get("fields", {})}
    schema = {"openAPIV3Schema": case.get("root", {"type": "object", "properties": fields})}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema, **case.get("version", {})}
    names = {"kind": "Widget", "plural": "widgets"}
    spec = {
        "group": "example.com",
        "scope": "Namespaced",
        "names": names,
        "versions": [version],
        **case.get("spec", {}),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com", **case.get("metadata", {})},
        "spec": spec,
    }


def places(case: dict[str, Any]) -> list[str]:
    """Return the paths that a case says are refused, from the root; its own may begin at its schema."""
    of_schema = {"root", "schema", "fields"} & case.keys() and not case.get("whole")
    below = ROOT + "properties.spec." * ("schema" in case) if of_schema else ""
    return sorted(below + place for place in case.get("refused", ()))
