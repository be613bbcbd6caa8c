"""Findings about what kustomize builds, where readers look for files."""

from __future__ import annotations

import pytest

from kbump.errors import Location
from kbump.finding import Built, Finding
from kbump.report.built import in_files
from kbump.report.findings import findings_concise, findings_text
from tests.report.samples import DEPLOYMENT, EVERYTHING, NOTHING

OVERLAY = Built("overlay", "overlay/kustomization.yaml")
PLACE = Location("overlay", 9, 3)
FINDING = Finding("unknown-field", "error", PLACE, "unknown field `a`", length=7, path="spec.a", **DEPLOYMENT)
WITHOUT = Finding("yaml-syntax", "error", PLACE, "is not YAML")
SETTING = Finding("unused-ignore", "warning", Location(".kbump.yaml", 4, 7), "ignores no `wrong-type`")
RESULT = NOTHING._replace(findings=[FINDING, WITHOUT, SETTING], built=OVERLAY)


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
    printed = findings_text([FINDING, SETTING], lambda file: text, colour=False, built=OVERLAY)
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
