"""keyword_problems(): keywords of JSON Schema that a definition must not have, and values that they must not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbump.validation.definitions.expressions import expression_flaw
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.validation.definitions.positions import Position

TYPES = ("array", "boolean", "integer", "number", "object", "string")
ONE_OF = f"write one of {', '.join(TYPES)}"
_WRITTEN_OUT = "write the schema out where it is used"
# Of these an empty value is as good as none.
_FORBIDDEN = {
    "$schema": "remove it", "definitions": _WRITTEN_OUT, "id": "remove it",
    "patternProperties": "write `additionalProperties`, or the fields under `properties`",
}  # fmt: skip
_FORBIDDEN_EMPTY = {"$ref": _WRITTEN_OUT, "additionalItems": "remove it", "dependencies": "remove it"}
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")


def keyword_problems(position: Position) -> Iterator[Problem]:
    """Yield the keywords at a position that the server forbids anywhere, and the values that it does not take."""
    schema = position.schema
    for key, fix in (_FORBIDDEN | _FORBIDDEN_EMPTY).items():
        if schema.get(key) is not None and (schema[key] or key in _FORBIDDEN_EMPTY):
            message = f"a CustomResourceDefinition must not have `{key}`"
            yield Problem("invalid-value", position.at(key), message, fix, at_key=True)
    yield from _type(position)
    if schema.get("uniqueItems") is True:
        message = "`uniqueItems` must not be true: it takes the square of the time"
        fix = "write `x-kubernetes-list-type: set` for a list of plain values"
        yield Problem("invalid-value", position.at("uniqueItems"), message, fix)
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        at = position.at("x-kubernetes-preserve-unknown-fields")
        yield Problem("invalid-value", at, "must be true, or left out", "remove it")
    if position.meta and schema.get("x-kubernetes-embedded-resource") is True:
        message = "there is no embedded resource in apiVersion, kind and metadata"
        yield Problem("invalid-value", position.at("x-kubernetes-embedded-resource"), message, "remove it", at_key=True)
    flaw = expression_flaw(schema["pattern"]) if type(schema.get("pattern")) is str else ""
    if flaw:
        message = f"`pattern` is no regular expression to Go: {flaw}"
        yield Problem("invalid-value", position.at("pattern"), message)
    for number, rule in enumerate(schema.get("x-kubernetes-validations") or ()):
        if type(rule) is dict:
            yield from _rule(position, number, rule)


def _type(position: Position) -> Iterator[Problem]:
    kind, items = position.schema.get("type"), position.schema.get("items")
    if kind and kind not in TYPES:
        fix = "write `nullable: true` beside the type" if kind == "null" else ONE_OF
        yield Problem("invalid-value", position.at("type"), f"`{kind}` is no type of a schema", fix)
    if type(items) is list and items:
        yield Problem(
            "invalid-value", position.at("items"), "`items` must be one schema, not a list of them", at_key=True
        )


def _rule(position: Position, number: int, rule: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a rule in CEL beside its expression."""
    texts = {key: value if type(value := rule.get(key)) is str else "" for key in ("rule", "message", "fieldPath")}
    at = position.at("x-kubernetes-validations", number)
    if not texts["rule"].strip():
        yield Problem("missing-field", (*at, "rule"), "`rule` is empty", at_key=True)
    for key in ("message", "fieldPath", "messageExpression"):
        if rule.get(key) and not str(rule[key]).strip():
            yield Problem("invalid-value", (*at, key), f"`{key}` must not be blank")
        elif key != "messageExpression" and _broken(texts[key]):
            yield Problem("invalid-value", (*at, key), f"`{key}` must be on one line")
    if _broken(texts["rule"]) and not texts["message"].strip():
        message = "a rule of several lines needs a `message`"
        yield Problem("missing-field", (*at, "message"), message, at_key=True)
    if rule.get("reason") is not None and rule["reason"] not in _REASONS:
        yield Problem(
            "invalid-value", (*at, "reason"), f"`{rule['reason']}` is no reason", f"write one of {', '.join(_REASONS)}"
        )


def _broken(text: str) -> bool:
    return "\n" in text.strip() or "\r" in text.strip()
