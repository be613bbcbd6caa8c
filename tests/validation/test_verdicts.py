"""jsonschema-rs decides and jsonschema explains: both have the same verdict, on every fixture and on mutated ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import Draft202012Validator

from kbump.catalog import catalog
from kbump.errors import SourceError
from kbump.resource import Resource, resources
from kbump.source import Source
from kbump.validation.custom import is_definition
from kbump.validation.deciding import KUSTOMIZATION, Schemas
from kbump.validation.formats import checker
from kbump.validation.kinds import CustomKinds, Place, custom_kinds
from kbump.validation.kustomizations import is_kustomization
from kbump.validation.nulls import without_nulls
from kbump.yaml.constructor import construct
from tests.conftest import CASES, ROOT

MUTANTS_OF_EACH = 25
VALUES = (None, True, 0, 5, -1, 2**40, 2**70, 1.5, "", "x", "5", "true", "12Gi", "10.0.0.1", [], ["a"], {}, {"a": "b"})


def found(folder: Path) -> list[Resource]:
    """Return the objects of a folder's files that kubectl could read."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".yml", ".json")]
    objects = []
    for path in files:
        try:
            objects += list(resources(construct(Source.from_bytes(str(path), path.read_bytes()))))
        except SourceError:
            continue
    return objects


def fixtures() -> Iterator[Any]:
    folders = [*sorted((CASES / "validate").iterdir()), *sorted((CASES / "kustomization").glob("*/*/"))]
    for folder in [CASES / "seed", ROOT / "examples", *folders]:
        yield pytest.param(folder, id=folder.name.replace("-", " "))


def mutants(data: dict[str, Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield copies of an object with one thing changed: retyped, dropped, doubled, or with a new field."""
    for _ in range(MUTANTS_OF_EACH if data else 0):
        mutant = copy.deepcopy(data)
        holders: list[Any] = [mutant]
        for holder in holders:
            below = holder.values() if isinstance(holder, dict) else holder
            holders += [one for one in below if isinstance(one, (dict, list)) and one]
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        change = chance.choice(("retype", "retype", "drop", "add"))
        if change == "drop":
            del holder[key]
        elif change == "add" and isinstance(holder, dict):
            holder[f"{key}x"] = holder[key]
        elif change == "add":
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = chance.choice(VALUES)
        yield mutant


@pytest.mark.parametrize("folder", list(fixtures()))
def test_both_validators_have_the_same_verdict(folder: Path) -> None:
    objects = found(folder)
    defined = [kind for one in objects if is_definition(one) for kind in custom_kinds(one, "crd.yaml")]
    schemas = Schemas(catalog("1.36"), CustomKinds(defined, lambda _: Place((), "")))
    chance = random.Random(folder.name)
    for one in objects:
        [*_, kind] = schemas.kinds((one.group, one.version, one.kind), "")
        if is_kustomization("", one) or "kustomization" in folder.parts:
            kind = KUSTOMIZATION
        schema = schemas.schema(kind)
        if not schema:
            continue
        explaining = Draft202012Validator(schema, format_checker=checker())
        for data in [one.data, *mutants(one.data, chance)]:
            for seen in (data, without_nulls(data, schema, schema)):
                assert schemas.accepts(kind, seen) == explaining.is_valid(seen), seen
