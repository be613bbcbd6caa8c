from __future__ import annotations

import json

import jsonschema
import pytest

from kbump.errors import Location, SourceError
from kbump.inspection import ValidateResult, validate
from kbump.report.github import validate_github
from kbump.report.json import validate_json
from tests.conftest import ROOT
from tests.report.samples import EVERYTHING, NOTHING, VALID, expected

SCHEMA = json.loads((ROOT / "schemas" / "validate.schema.json").read_text())
BROKEN = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {container: []}\n---\nkind: Pod\n---\n- 1\n"


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(NOTHING, id="nothing"),
        pytest.param(VALID, id="valid objects"),
        pytest.param(EVERYTHING, id="everything there may be"),
        pytest.param(validate(text=BROKEN), id="a broken manifest"),
    ],
)
def test_the_json_is_as_its_schema_says_of(result: ValidateResult) -> None:
    jsonschema.validate(json.loads(validate_json(result)), SCHEMA, jsonschema.Draft202012Validator)


def test_every_property_of_the_schema_is_there_and_no_other() -> None:
    document = json.loads(validate_json(EVERYTHING))
    assert set(document) == set(SCHEMA["properties"])
    for name, key in (("finding", "findings"), ("error", "errors"), ("skipped", "skipped"), ("unknown", "unknown")):
        assert set(document[key][0]) == set(SCHEMA["$defs"][name]["properties"])


def test_the_whole_document_is_as_it_was_read() -> None:
    printed = validate_json(EVERYTHING)
    assert printed == expected("validate.json", printed)


def test_nothing_found_is_no_annotation() -> None:
    assert validate_github(VALID) == ""


def test_each_finding_is_an_annotation_with_its_line_and_columns() -> None:
    printed = validate_github(EVERYTHING)
    assert printed == expected("github.txt", printed)


def test_an_annotation_cannot_end_its_line_or_its_property() -> None:
    error = SourceError("is wrong:\n::warning::x 100%", location=Location("a,b:c\n.yaml", 1, 1))
    assert validate_github(NOTHING._replace(errors=[error])) == (
        "::error file=a%2Cb%3Ac%0A.yaml,line=1,col=1,title=kbump error::is wrong:%0A::warning::x 100%25\n"
    )
