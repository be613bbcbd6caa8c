"""explain(): what jsonschema says of data that is not valid, as problems that a person can act on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.errors import SourceError
from kbump.validation.nulls import resolved
from kbump.validation.problem import RAW, Problem
from kbump.validation.wording import close, expected, found, named, shown
from kbump.yaml.nodes import path_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kbump.yaml.nodes import Path

Schema = dict[str, Any]
# How deep a misplaced field is looked for.
_DEPTH = 3
_KINDS: dict[type, str] = {
    bool: "boolean", dict: "object", float: "number", int: "integer", list: "array", str: "string", type(None): "null",
}  # fmt: skip


def explain(data: Any, schema: Schema, *, secret: Callable[[Path], bool] | None = None) -> list[Problem]:
    """Return the problems of data that a schema refuses, in the order of the data's keys; none if it is valid.

    `secret` says of a path whether its value must not be shown. Raises RecursionError for data nested too deep.
    """
    from jsonschema.validators import Draft202012Validator

    from kbump.validation.formats import checker

    errors = list(Draft202012Validator(schema, format_checker=checker()).iter_errors(data))
    explainer = _Explainer(schema, secret or _shown)
    # What is missing may be there under another name.
    errors.sort(key=lambda error: error.validator == "required")
    problems = [one for error in errors for one in explainer.problems(error)]
    return list(dict.fromkeys(problems))


def _shown(path: Path) -> bool:
    return False


class _Explainer:
    def __init__(self, root: Schema, secret: Callable[[Path], bool]) -> None:
        self.root = root
        self.secret = secret
        self.misspelt: set[Path] = set()

    def problems(self, error: Any) -> Iterator[Problem]:
        """Yield what one error of jsonschema comes down to."""
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and not error.validator_value:
            yield from self.unknown(error, path)
        elif error.validator == "required":
            yield from self.missing(error, path)
        elif error.validator == "type":
            yield self.mistyped(error.instance, error.validator_value, path, error.schema.get("title", ""))
        elif error.validator in ("anyOf", "oneOf") and error.context:
            yield from self.chosen(error, path)
        else:
            yield self.invalid(error, path)

    def unknown(self, error: Any, path: Path) -> Iterator[Problem]:
        properties = error.schema.get("properties", {})
        patterns = error.schema.get("patternProperties", {})
        owner = f" in `{path_text(path)}`" if path else ""
        for key in error.instance:
            if key not in properties and not any(re.search(pattern, key) for pattern in patterns):
                message = f"unknown field `{key}`{owner}"
                self.misspelt.add((*path, close(key, properties)))
                yield Problem("unknown-field", (*path, key), message, self.meant(key, error.schema), at_key=True)

    def missing(self, error: Any, path: Path) -> Iterator[Problem]:
        for key in error.validator_value:
            if key not in error.instance and (*path, key) not in self.misspelt:
                name = path_text((*path, key))
                yield Problem("missing-field", path, f"`{name}` is missing", at_key=True)

    def meant(self, key: str, schema: Schema) -> str:
        """Say which field an unknown one may be: one of the same object, or of one below it."""
        alike = close(key, schema.get("properties", {}))
        if alike:
            return f"did you mean `{alike}`?"
        place = next(self.places(key, schema, ()), None)
        if place:
            return f"it belongs to `{'.'.join(place)}`"
        known = sorted(schema.get("properties", {}))
        return f"known are {', '.join(f'`{one}`' for one in known)}" if 0 < len(known) <= 8 else ""

    def places(self, key: str, schema: Schema, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield where a field is known below an object, the nearest ones first."""
        below = {name: resolved(one, self.root) for name, one in schema.get("properties", {}).items()}
        for name, one in below.items():
            if key in one.get("properties", {}):
                yield (*above, name)
        for name, one in below.items() if len(above) < _DEPTH else ():
            yield from self.places(key, one, (*above, name))

    def mistyped(self, value: Any, types: str | list[str], path: Path, title: str = "") -> Problem:
        secret = self.secret(path)
        # A null is as good as no value wherever it is allowed, and not what one would write.
        listed = [one for one in ([types] if isinstance(types, str) else types) if one != "null"]
        message = f"{named(path)} must be {expected(listed, title)}, found {found(value, secret=secret)}"
        return Problem("wrong-type", path, message, _repair(value, listed), secret=secret)

    def chosen(self, error: Any, path: Path) -> Iterator[Problem]:
        """Yield the problems of the choice that fits best: of the right type, and refused for what is deepest in it."""
        choices: dict[int, list[Any]] = {}
        for below in error.context:
            choices.setdefault(below.relative_schema_path[0], []).append(below)
        fitting = [errors for errors in choices.values() if not any(_mistypes(one, path) for one in errors)]
        if not fitting:
            types = {kind for errors in choices.values() for one in errors for kind in _types(one, path)}
            yield self.mistyped(error.instance, sorted(types), path)
        elif len(fitting) > 1 and all(one.validator == "format" for errors in fitting for one in errors):
            formats = " or ".join(dict.fromkeys(one.validator_value for errors in fitting for one in errors))
            shows = "" if self.secret(path) else f", found {found(error.instance)}"
            message = f"{named(path)} must be in the format {formats}{shows}"
            yield Problem("invalid-value", path, message, secret=self.secret(path))
        elif all(one.validator == "required" for errors in fitting for one in errors):
            yield _one_of(error, fitting, path)
        else:
            best = max(fitting, key=lambda errors: (max(len(one.absolute_path) for one in errors), -len(errors)))
            for one in best:
                yield from self.problems(one)

    def invalid(self, error: Any, path: Path) -> Problem:
        secret = self.secret(path)
        message = f"{named(path)} {_refusal(error, secret)}"
        return Problem("invalid-value", path, message, _correction(error), secret=secret)


def _one_of(error: Any, choices: Iterable[list[Any]], path: Path) -> Problem:
    needed = [" and ".join(sorted(f"`{key}`" for one in errors for key in one.validator_value)) for errors in choices]
    return Problem("missing-field", path, f"{named(path)} needs {' or '.join(dict.fromkeys(needed))}", at_key=True)


def _mistypes(error: Any, path: Path) -> bool:
    return error.validator == "type" and tuple(error.absolute_path) == path


def _types(error: Any, path: Path) -> list[str]:
    if not _mistypes(error, path):
        return []
    return [error.validator_value] if isinstance(error.validator_value, str) else list(error.validator_value)


def _repair(value: Any, types: list[str]) -> str:
    """Say how a value becomes one of the right type."""
    kind = _KINDS[type(value)]
    if "string" in types and "integer" not in types and kind in ("boolean", "integer", "number"):
        return f'write it in quotes: "{RAW}"'
    if kind == "string" and _unquoted(value) in types:
        return "remove the quotes"
    if kind == "string" and "boolean" in types:
        return "write true or false"
    if types == ["array"] and kind != "object":
        return f"write a list: `- {RAW}`" if kind != "null" else "write a list"
    return "remove the `-` before it" if types == ["object"] and kind == "array" and len(value) == 1 else ""


def _unquoted(text: str) -> str:
    """Return the type that a text has to kubectl without quotes."""
    from kbump.yaml.scalars import resolve

    try:
        return _KINDS[type(resolve(text))]
    except SourceError:
        return "string"  # .inf and .nan, which kubectl refuses


def _refusal(error: Any, secret: bool) -> str:
    """Say what a value must be that has the right type."""
    value, wanted = error.instance, error.validator_value
    shows = "" if secret else f", found {found(value)}"
    if error.validator == "pattern":
        title = error.schema.get("title")
        return f"must be a {title}{shows}" if title else f"must match `{wanted}`{shows}"
    if error.validator == "enum":
        listed = [shown(one) for one in wanted if one not in (None, "")]
        return f"must be {'one of ' if len(listed) > 1 else ''}{', '.join(listed)}{shows}"
    if error.validator == "not":
        return _excluded(wanted)
    words = _BOUNDS.get(error.validator)
    if type(value) in (dict, list) and words:
        shows = f", found {len(value)}" if error.validator in _COUNTS else ""
    # The words of jsonschema would have the whole value in them.
    return f"{_one(words.format(wanted), wanted)}{shows}" if words else f"is not valid by `{error.validator}`"


def _one(text: str, bound: Any) -> str:
    """Write a noun behind 1 in the singular."""
    return re.sub(r"ies$", "y", text).removesuffix("s") if bound == 1 else text


def _excluded(wanted: Schema) -> str:
    if wanted == {"const": None}:
        return "must not be null"
    fields = wanted["required"] if "required" in wanted and wanted.keys() <= {"type", "required"} else ()
    listed = " and ".join(f"`{field}`" for field in fields)
    both = "both " if len(fields) == 2 else ""
    return f"must not have {both}{listed}" if listed else "must not match the schema under `not`"


_BOUNDS = {
    "const": "must be {!r}",
    "exclusiveMaximum": "must be less than {}",
    "exclusiveMinimum": "must be greater than {}",
    "format": "must be in the format {}",
    "maxItems": "must have at most {} items",
    "maxLength": "must have at most {} characters",
    "maxProperties": "must have at most {} entries",
    "maximum": "must be at most {}",
    "minItems": "must have at least {} items",
    "minLength": "must have at least {} characters",
    "minProperties": "must have at least {} entries",
    "minimum": "must be at least {}",
    "multipleOf": "must be a multiple of {}",
    "oneOf": "must match exactly one of the schemas under `oneOf`",
}
_COUNTS = ("maxItems", "maxProperties", "minItems", "minProperties")
_HELP = {
    "base64 text": "encode it (`base64`), or write it as it is under `stringData`",
    "quantity": "write a number and a unit: 500m, 2, 1.5Gi",
    "time": "write it as 2026-01-31T23:59:59Z",
}


def _correction(error: Any) -> str:
    if error.validator == "enum" and isinstance(error.instance, str):
        alike = close(error.instance, [one for one in error.validator_value if isinstance(one, str)])
        return f"did you mean `{alike}`?" if alike else ""
    return _HELP.get(error.schema.get("title", ""), "") if error.validator == "pattern" else ""
