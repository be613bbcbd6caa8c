from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from kbump.comparison import Side, compare
from kbump.report.comparison import diff_text, diff_words
from kbump.report.comparison_json import diff_json
from kbump.report.comparison_markdown import diff_markdown
from kbump.source import Source
from tests.comparison.cases import CASES, compared, settings_of, side
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "diff.schema.json").read_text())


def expected(path: Path, printed: str) -> str:
    if os.environ.get("KBUMP_TEST_UPDATE"):
        path.write_bytes(printed.encode())
    return path.read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_the_reports_are_as_the_case_says(case: Path) -> None:
    result = compared(case)
    words = "".join(f"{word}\n" for word in diff_words(result, verbose=True))
    text = f"{diff_text(result, colour=False, verbose=True)}--- stderr\n{words}"
    assert text == expected(case / "text.txt", text)
    page = diff_markdown(result)
    assert page == expected(case / "page.md", page)
    printed = diff_json(result)
    assert printed == expected(case / "diff.json", printed)


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_as_its_schema_says(case: Path) -> None:
    jsonschema.validate(json.loads(diff_json(compared(case))), SCHEMA, jsonschema.Draft202012Validator)


def test_every_property_of_the_schema_is_there_and_no_other() -> None:
    documents = [json.loads((case.values[0] / "diff.json").read_text()) for case in CASES]
    for name, items in (("image", "images"), ("difference", "differences"), ("rule", "expected"), ("note", "notes")):
        seen = {key for document in documents for item in document[items] for key in item}
        assert seen == set(SCHEMA["$defs"][name]["properties"])
    assert all(set(document) == set(SCHEMA["properties"]) for document in documents)
    kinds = {item["kind"] for document in documents for item in document["notes"]}
    of_files = {"empty", "skipped", "sources", "unreadable"}
    assert kinds == set(SCHEMA["$defs"]["note"]["properties"]["kind"]["enum"]) - of_files


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_side_does_not_differ_from_itself_however_its_files_are_laid_out(case: Path, name: str) -> None:
    one = side(case, name)
    images = settings_of(case).get("images")
    result = compare(one, one, images=images)
    assert (result.images, result.differences, result.only_old, result.only_new) == ([], [], [], [])
    # Other texts, so that everything is parsed.
    other = one._replace(sources=[Source(source.name, f"{source.text}\n# the end\n") for source in one.sources])
    result = compare(one, other, images=images)
    assert (result.images, result.differences, result.only_old, result.only_new) == ([], [], [], [])


@pytest.mark.parametrize("case", CASES)
def test_the_other_way_round_everything_is_mirrored(case: Path) -> None:
    forth, back = compared(case), compared(case, mirrored=True)
    turned = {"added": "removed", "removed": "added"}
    assert sorted((one.path, one.old, one.new) for one in forth.images) == sorted(
        (one.path, one.new, one.old) for one in back.images
    )
    assert sorted((one.path, one.kind, str(one.old), str(one.new)) for one in forth.differences) == sorted(
        (one.path, turned.get(one.kind, one.kind), str(one.new), str(one.old)) for one in back.differences
    )
    assert (forth.only_old, forth.only_new, forth.equal) == (back.only_new, back.only_old, back.equal)


@pytest.mark.parametrize("case", [case for case in CASES if "secrets" in case.id or "sops" in case.id])
def test_no_report_has_a_value_of_a_secret(case: Path) -> None:
    result = compared(case)
    printed = [diff_text(result, colour=True, verbose=True), diff_markdown(result), diff_json(result), repr(result)]
    assert not [text for text in printed if "hunter" in text or "aHVudGVy" in text or "ENC[" in text]


@pytest.mark.parametrize("case", CASES)
def test_nothing_in_a_report_moves_the_cursor_or_colours(case: Path) -> None:
    result = compared(case)
    printed = diff_text(result, colour=False, verbose=True) + diff_markdown(result)
    assert not [one for one in printed if not one.isprintable() and one not in "\n\t"]


def test_a_side_that_is_empty_leaves_all_of_the_other() -> None:
    pod = Source("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
    result = compare(Side("a", []), Side("b", [pod]))
    assert ([one.subject for one in result.only_new], result.only_old, result.equal) == (["Pod p"], [], 0)
    assert not result.same
