"""Findings about what kustomize builds, where readers look for files."""

from __future__ import annotations

import json

import jsonschema
import pytest

from kbump.errors import Location
from kbump.finding import Built, Finding
from kbump.report.built import in_files
from kbump.report.findings import findings_concise, findings_text, sum_text
from kbump.report.json import validate_json
from kbump.report.markdown import validate_markdown
from tests.conftest import ROOT
from tests.report.samples import DEPLOYMENT, EVERYTHING, NOTHING

OVERLAY = Built("overlay", "overlay/kustomization.yaml")
PLACE = Location("overlay", 9, 3)
FINDING = Finding("unknown-field", "error", PLACE, "unknown field `a`", length=7, path="spec.a", **DEPLOYMENT)
WITHOUT = Finding("yaml-syntax", "error", PLACE, "is not YAML")
SETTING = Finding("unused-ignore", "warning", Location(".kbump.yaml", 4, 7), "ignores no `wrong-type`")
RESULT = NOTHING._replace(findings=[FINDING, WITHOUT, SETTING], built=[OVERLAY])


def test_a_result_about_files_stays_as_it_is() -> None:
    assert in_files(EVERYTHING) is EVERYTHING


@pytest.mark.parametrize(("named", "owner"), [(True, "spec.a of Deployment shop/web, "), (False, "")])
def test_what_is_in_a_built_text_is_at_the_top_of_the_kustomization(named: bool, owner: str) -> None:
    found = in_files(RESULT, named=named).findings
    place = "line 9, column 3 of `kubectl kustomize overlay`"
    assert [str(one.location) for one in found] == [*["overlay/kustomization.yaml:1:1"] * 2, ".kbump.yaml:4:7"]
    assert [one.message for one in found] == [
        f"unknown field `a` ({owner}{place})",
        f"is not YAML ({place})",
        "ignores no `wrong-type`",
    ]
    assert [one.length for one in found] == [1, 1, 1]


def test_the_excerpt_is_that_of_the_built_text() -> None:
    text = "\n" * 8 + "  replica: 3\n"
    printed = findings_text([FINDING, SETTING], lambda file: text, colour=False, built=[OVERLAY])
    assert (
        "\n  --> line 9, column 3 of `kubectl kustomize overlay`\n   |\n 9 |   replica: 3\n   |   ^^^^^^^\n" in printed
    )
    assert "\n  --> .kbump.yaml:4:7\n" in printed


def test_a_line_names_the_object() -> None:
    printed = findings_concise(in_files(RESULT, named=True).findings[:1], colour=False)
    assert printed == (
        "overlay/kustomization.yaml:1:1: [error] unknown field `a` (spec.a of Deployment shop/web, line 9, column 3 of "
        "`kubectl kustomize overlay`) (unknown-field)\n"
    )


def test_json_has_the_kustomization_as_the_file_and_the_place_in_the_text_beside_it() -> None:
    data = json.loads(validate_json(RESULT))
    jsonschema.validate(data, json.loads((ROOT / "schemas" / "validate.schema.json").read_text()))
    assert data["built"] == [{"directory": "overlay", "file": "overlay/kustomization.yaml"}]
    first, _, setting = data["findings"]
    place = {"file": "overlay/kustomization.yaml", "line": 1, "column": 1, "length": 1}
    assert {key: first[key] for key in place} == place
    assert first["built"] == {"file": "overlay", "line": 9, "column": 3, "length": 7}
    assert (setting["file"], setting["line"], setting["built"]) == (".kbump.yaml", 4, None)


def test_a_page_names_the_kustomization() -> None:
    page = validate_markdown(RESULT)
    assert "| `overlay/kustomization.yaml:1:1`<br>" in page
    assert "line 9, column 3 of `kubectl kustomize overlay`" in page
    assert page == validate_markdown(RESULT, shown=RESULT.findings)


def test_several_overlays_are_counted() -> None:
    both = RESULT._replace(files=2, resources=3, built=[Built("other", "other"), OVERLAY])
    assert sum_text(both).startswith(
        "2 errors and 1 warning in 1 of 2 overlays and .kbump.yaml; 3 objects checked for "
    )
    assert sum_text(both._replace(findings=[])).startswith("3 objects in 2 overlays are valid for ")
