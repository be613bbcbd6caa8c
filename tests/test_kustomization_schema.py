"""One directory under tests/cases/kustomization/ is one case of the schema; its name is the sentence that it tests.

Below invalid/, expected.txt has the places and keywords that jsonschema names, and in its last line words of kubectl.
Below valid/, why-not.txt has words of a kubectl that refuses what a schema cannot know; its last line is the reason.
`args` are more arguments for kubectl.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest

from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import ROOT, cases

SCHEMA = json.loads((ROOT / "schemas" / "kustomization.schema.json").read_text())
VALID, INVALID = cases("kustomization/valid"), cases("kustomization/invalid")
OBJECTS = {"": SCHEMA} | {name: one for name, one in SCHEMA["$defs"].items() if "properties" in one and "type" in one}
DECIDES = jsonschema_rs.Draft202012Validator(SCHEMA)
EXPLAINS = jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("case", INVALID)
def test_what_kustomize_refuses_is_refused_at_its_place(case: Path) -> None:
    *places, _ = (case / "expected.txt").read_text().splitlines()
    data = read(case)
    assert sorted(f"{error.json_path} {error.validator}" for error in EXPLAINS.iter_errors(data)) == places
    assert not DECIDES.is_valid(data)


@pytest.mark.parametrize("case", VALID)
def test_what_kustomize_reads_is_valid(case: Path) -> None:
    data = read(case)
    assert [error.message for error in EXPLAINS.iter_errors(data)] == []
    assert DECIDES.is_valid(data)


@pytest.mark.parametrize("case", INVALID)
def test_kubectl_refuses_what_is_not_valid(case: Path, kubectl: str) -> None:
    code, words = kustomize(kubectl, case)
    assert code
    assert (case / "expected.txt").read_text().splitlines()[-1] in words


@pytest.mark.parametrize("case", VALID)
def test_kubectl_builds_what_is_valid_or_the_case_says_why_not(case: Path, kubectl: str) -> None:
    code, words = kustomize(kubectl, case)
    if not code or not (case / "why-not.txt").exists():
        assert not code, words
        return
    expected, reason = (case / "why-not.txt").read_text().splitlines()
    assert expected in words
    assert reason


@pytest.mark.parametrize("name", OBJECTS)
def test_a_field_in_another_case_is_matched_once_and_its_own_case_never(name: str) -> None:
    patterns = OBJECTS[name].get("patternProperties", {})
    for field in OBJECTS[name]["properties"] if name != "openapi" else ():
        assert [one for one in patterns if re.search(one, field)] == []
        assert [one["deprecated"] for pattern, one in patterns.items() if re.search(pattern, field.upper())] == [True]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_a_field_requires_is_asked_of_objects_that_are_spelt_right(name: str) -> None:
    one = OBJECTS[name]
    guard = one.get("if", {}).get("propertyNames", {"enum": list(one["properties"])})
    assert guard["enum"] == list(one["properties"])


def test_every_field_is_described_in_one_sentence() -> None:
    for one in OBJECTS.values():
        for field in one["properties"].values():
            assert re.fullmatch(r"[A-Z][^\n]{3,}\.", field["description"])


def test_a_field_that_is_deprecated_names_its_successor() -> None:
    for one in OBJECTS.values():
        for field in one["properties"].values():
            named = re.findall(r"`(\w+)`", field["description"])
            assert not field.get("deprecated") or (named and named[0] in one["properties"])


def test_every_field_is_seen_in_a_valid_case() -> None:
    seen = {place for case in VALID for place in fields(read(case.values[0]), SCHEMA, "")}
    assert {f"{name}.{field}" for name, one in OBJECTS.items() for field in one["properties"]} <= seen


def read(case: Path) -> object:
    """Return the first document, as kustomize does."""
    documents = construct(Source.from_bytes("kustomization.yaml", (case / "kustomization.yaml").read_bytes()))
    return documents[0] if documents else None


@pytest.fixture(scope="module")
def kubectl() -> str:
    """Return a kubectl that has the kustomize of the schema, or a newer one."""
    binary = shutil.which("kubectl") or pytest.skip("needs kubectl on PATH")
    shown = subprocess.run([binary, "version", "--client"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"Kustomize Version: v(\d+)\.(\d+)", shown)
    if not found or (int(found[1]), int(found[2])) < (5, 8):
        pytest.skip(f"needs a kubectl with kustomize 5.8, found {found[0] if found else 'none'}")
    return binary


def kustomize(binary: str, case: Path) -> tuple[int, str]:
    """Return the exit code and what kubectl says; texts in its own log lines have quotes of their own."""
    args = shlex.split((case / "args").read_text()) if (case / "args").exists() else []
    ran = subprocess.run([binary, "kustomize", *args, str(case)], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stderr.replace('\\"', '"')


def fields(data: object, schema: dict, name: str) -> set[str]:
    """Return the fields of data by the object of the schema that has them: `image.newTag`."""
    reference = schema.get("$ref", "")
    if reference:
        name = reference.rpartition("/")[2]
        schema = SCHEMA["$defs"][name]
    if isinstance(data, list):
        return {place for item in data for place in fields(item, schema.get("items", {}), name)}
    below = schema.get("properties", {})
    known = [key for key in data if key in below] if isinstance(data, dict) else []
    inner = {place for key in known for place in fields(data[key], below[key], name)}
    return inner | {f"{name}.{key}" for key in known}
