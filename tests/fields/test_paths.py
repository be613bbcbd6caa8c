from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kbump.fields.paths import IMAGE_PATHS

CASES = Path(__file__).parent.parent / "cases" / "images"
ROW = re.compile(r"[a-z0-9.-]+/[A-Za-z0-9]+")
PATH = re.compile(r"[A-Za-z0-9_]+(\[\*\])*(\.[A-Za-z0-9_]+(\[\*\])*)*")
STEP = re.compile(r"\[\*\]|[^.\[\]]+")
WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

ROWS = [pytest.param(row, id=f"{row} has a fixture") for row in IMAGE_PATHS]
PATHS = [
    pytest.param(row, path, id=f"the fixture of {row} has {path}")
    for row, paths in IMAGE_PATHS.items()
    for path in paths
]


def fixture(row: str) -> Path:
    """Where the fixture of a row is: the kind in kebab-case."""
    return CASES / WORD.sub("-", row.partition("/")[2]).lower()


def objects(row: str) -> list[dict[str, Any]]:
    """The fixture's objects of the row's group and kind, those in a List too."""
    # The C parser refuses the plain `image: a:b` in a flow mapping that one of the fixtures has.
    documents = YAML(typ="safe", pure=True).load_all((fixture(row) / "input.yaml").read_bytes())
    found = [item for document in documents for item in document.get("items", [document])]
    return [item for item in found if f"{item['apiVersion'].rpartition('/')[0]}/{item['kind']}" == row]


def reached(value: Any, steps: list[str]) -> list[Any]:
    """What a path's steps reach below a value."""
    if not steps:
        return [value]
    step, *rest = steps
    below = value if step == "[*]" else [value[step]] if step in value else []
    return [one for item in below for one in reached(item, rest)]


def test_the_rows_are_in_alphabetical_order() -> None:
    assert list(IMAGE_PATHS) == sorted(IMAGE_PATHS)


@pytest.mark.parametrize("row", [pytest.param(row, id=f"the paths of {row}") for row in IMAGE_PATHS])
def test_the_paths_of_a_row_are_there_once_and_in_alphabetical_order(row: str) -> None:
    assert list(IMAGE_PATHS[row]) == sorted(set(IMAGE_PATHS[row]))


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row} is group/Kind") for row in IMAGE_PATHS])
def test_a_row_is_named_by_group_and_kind(row: str) -> None:
    assert ROW.fullmatch(row)


@pytest.mark.parametrize(("row", "path"), PATHS)
def test_a_path_is_dotted_keys_and_stars(row: str, path: str) -> None:
    assert PATH.fullmatch(path)
    assert ".".join(STEP.findall(path)).replace(".[*]", "[*]") == path


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_fixture_of_its_kind(row: str) -> None:
    assert objects(row)


@pytest.mark.parametrize("row", ROWS)
def test_no_two_rows_share_a_fixture(row: str) -> None:
    assert [other for other in IMAGE_PATHS if fixture(other) == fixture(row)] == [row]


@pytest.mark.parametrize(("row", "path"), PATHS)
def test_every_path_occurs_in_the_fixture_and_is_expected_there(row: str, path: str) -> None:
    found = [value for one in objects(row) for value in reached(one, STEP.findall(path))]
    expected = (fixture(row) / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert found
    assert set(found) <= {line.partition(" ")[2] for line in expected}
