"""GitHub's published description of its API, to hold requests and answers to."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from jsonschema import Draft4Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.conftest import ROOT

FILE = ROOT / "tests/data/github/api.github.com.json"
ERROR = "#/components/schemas/basic-error"


class Operation(NamedTuple):
    """One method of one path of the description."""

    place: str
    method: str
    description: dict[str, Any]

    def pointer(self, *keys: str) -> str:
        parts = [part.replace("~", "~0").replace("/", "~1") for part in ("paths", self.place, self.method, *keys)]
        return "#/" + "/".join(parts)


class Contract:
    """The description; what breaks it is said in words, and nothing is raised."""

    def __init__(self) -> None:
        self.description = nullable(json.loads(FILE.read_text()))
        resource = Resource.from_contents(self.description, default_specification=DRAFT4)
        self.registry: Registry[Any] = Registry().with_resource("urn:github", resource)
        self.patterns = [(re.compile(pattern(place)), place) for place in self.description["paths"]]

    def example(self, name: str) -> Any:
        """Return a copy of one of GitHub's examples."""
        return json.loads(json.dumps(self.description["components"]["examples"][name]["value"]))

    def names(self, schema: str) -> set[str]:
        """Return the names of a schema's properties."""
        return set(self.description["components"]["schemas"][schema]["properties"])

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is; what is literal beats what is a parameter."""
        fitting = [place for pattern, place in self.patterns if pattern.fullmatch(path)]
        for place in sorted(fitting, key=lambda one: one.count("{")):
            if method.lower() in self.description["paths"][place]:
                return Operation(place, method.lower(), self.description["paths"][place][method.lower()])
        return None

    def request(self, operation: Operation, query: dict[str, str], body: Any) -> list[str]:
        """Say what is wrong with a request; what the description does not know is wrong too."""
        parameters = [self.resolved(one) for one in operation.description.get("parameters", [])]
        schemas = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
        wrong = [f"query parameter {name}" for name in query if name not in schemas]
        for name, value in query.items():
            wrong += self.against(typed(value, schemas.get(name, {})), schemas.get(name, {}))
        content = operation.description.get("requestBody", {}).get("content", {})
        if body is None:
            return wrong
        if not content:
            return [*wrong, "a body was sent"]
        pointer = operation.pointer("requestBody", "content", "application/json", "schema")
        known = content["application/json"]["schema"].get("properties")
        unknown = [f"member {name}" for name in body if known and name not in known]
        return [*wrong, *unknown, *self.against(body, {"$ref": f"urn:github{pointer}"})]

    def answer(self, operation: Operation, status: int, body: Any) -> list[str]:
        """Say what is wrong with an answer; errors that the description does not list have the common form."""
        described = operation.description["responses"].get(str(status))
        if described is None and status < 400:
            return [f"status {status}"]
        has_form = described is not None and "content" in self.resolved(described)
        if status < 400 and not has_form:
            return [] if body is None else ["a body was sent"]
        place = described.get("$ref", operation.pointer("responses", str(status))) if has_form else ""
        pointer = f"{place}/content/application~1json/schema" if has_form else ERROR
        return self.against(body, {"$ref": f"urn:github{pointer}"})

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        """Return what a reference refers to."""
        if "$ref" not in part:
            return part
        found: Any = self.description
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return dict(found)

    def against(self, value: Any, schema: dict[str, Any]) -> list[str]:
        worst = best_match(Draft4Validator(schema, registry=self.registry).iter_errors(value))
        return [f"{worst.json_path}: {worst.message[:300]}"] if worst else []


def nullable(node: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema's null (https://spec.openapis.org/oas/v3.0.3, Schema Object)."""
    if isinstance(node, list):
        return [nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    turned = {key: nullable(value) for key, value in node.items()}
    if turned.get("nullable") is True:
        del turned["nullable"]
        return {"anyOf": [{"type": "null"}, turned]}
    return turned


def pattern(place: str) -> str:
    """Return the regular expression of a path; only a reference may have slashes, quoted or not."""
    quoted = re.sub(r"\\\{(\w+)\\\}", r"{\1}", re.escape(place))
    return re.sub(r"\{(\w+)\}", lambda match: "(.+)" if match[1] in {"ref", "branch"} else "([^/]+)", quoted)


def typed(value: str, schema: dict[str, Any]) -> Any:
    """Return a query's value as its schema wants it."""
    return int(value) if schema.get("type") == "integer" and value.isdecimal() else value
