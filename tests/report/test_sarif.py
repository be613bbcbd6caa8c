from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import jsonschema
import pytest

from kbump.errors import Location
from kbump.finding import Finding
from kbump.inspection import ValidateResult, validate
from kbump.report.sarif import validate_sarif
from kbump.validation.rules import RULES
from tests.conftest import ROOT
from tests.report.samples import EVERYTHING, FINDINGS, NOTHING, VALID, expected

# What it is and where it is from is in tests/data/README.md.
SCHEMA = json.loads((ROOT / "tests" / "data" / "sarif-schema-2.1.0.json").read_text())
RESULTS = [
    pytest.param(NOTHING, id="nothing"),
    pytest.param(VALID, id="valid objects"),
    pytest.param(EVERYTHING, id="everything there may be"),
    pytest.param(validate(text="kind: Pod\nmetadata: {}\n---\na: &a [*a]\n"), id="a broken manifest"),
    pytest.param(validate(text=""), id="empty input"),
]


def run(result: ValidateResult) -> dict[str, Any]:
    [one] = json.loads(validate_sarif(result))["runs"]
    return one


def values(data: Any) -> list[Any]:
    below = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [data, *(found for one in below for found in values(one))]


@pytest.mark.parametrize("result", RESULTS)
def test_a_log_is_valid_against_the_schema_of_the_standard_of(result: ValidateResult) -> None:
    jsonschema.validate(json.loads(validate_sarif(result)), SCHEMA, jsonschema.Draft7Validator)


@pytest.mark.parametrize("result", RESULTS)
def test_a_log_has_no_empty_object_and_no_line_zero_of(result: ValidateResult) -> None:
    everything = values(json.loads(validate_sarif(result)))
    assert {} not in everything
    assert all(one["startLine"] >= 1 for one in everything if isinstance(one, dict) and "startLine" in one)


def test_the_whole_log_is_as_it_was_read_but_for_the_version_and_the_rules() -> None:
    log = json.loads(validate_sarif(EVERYTHING))
    driver = log["runs"][0]["tool"]["driver"]
    assert driver["version"] == version("kbump")
    driver["version"], driver["rules"] = "0", []
    for one in log["runs"][0]["results"]:
        one["ruleIndex"] = 0
    printed = json.dumps(log, indent=2, ensure_ascii=False) + "\n"
    assert printed == expected("validate.sarif", printed)


def test_every_rule_of_the_catalogue_is_there_with_its_level_page_and_examples() -> None:
    rules = run(VALID)["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == list(RULES)
    for one, rule in zip(rules, RULES.values(), strict=True):
        assert one["defaultConfiguration"] == {"level": rule.severity}
        assert one["helpUri"] == rule.url
        assert one["help"]["text"] == f"Wrong:\n\n{rule.bad}\n\nRight:\n\n{rule.good}\n\n{rule.url}"
        assert f"```yaml\n{rule.good}\n```" in one["help"]["markdown"]


def test_a_result_points_to_its_rule() -> None:
    result = run(EVERYTHING)
    rules = result["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in result["results"]] == [one.rule for one in FINDINGS]


def test_the_level_is_error_for_errors_only() -> None:
    levels = ["error", "error", "warning", "error", "note", "warning"]
    assert [one["level"] for one in run(EVERYTHING)["results"]] == levels


def test_a_secret_value_is_nowhere_in_the_log() -> None:
    assert "hunter2" not in validate_sarif(EVERYTHING)


URIS = [
    pytest.param("./k8s//web.yaml", {"uri": "k8s/web.yaml", "uriBaseId": "%SRCROOT%"}, id="is normal"),
    pytest.param(
        "my app/100%#é.yaml", {"uri": "my%20app/100%25%23%C3%A9.yaml", "uriBaseId": "%SRCROOT%"}, id="encoded"
    ),
    pytest.param("a:b.yaml", {"uri": "a%3Ab.yaml", "uriBaseId": "%SRCROOT%"}, id="has a colon that starts no scheme"),
    pytest.param("a\udcff.yaml", {"uri": "a%FF.yaml", "uriBaseId": "%SRCROOT%"}, id="is not even UTF-8"),
    pytest.param("/srv/my app/a.yaml", {"uri": "file:///srv/my%20app/a.yaml"}, id="absolute"),
    pytest.param("../other/a.yaml", {"uri": "../other/a.yaml"}, id="leads out of the directory"),
]


@pytest.mark.parametrize(("path", "location"), URIS)
def test_the_uri_of_a_path_that(path: str, location: dict[str, str]) -> None:
    one = Finding("wrong-type", "error", Location(path, 1, 1), "is wrong")
    [found] = run(VALID._replace(findings=[one]))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == location


def prints(*findings: Finding) -> list[str]:
    return [
        one["partialFingerprints"]["kbumpFinding/v1"] for one in run(VALID._replace(findings=list(findings)))["results"]
    ]


def test_a_fingerprint_stays_when_lines_move_and_values_change() -> None:
    moved = FINDINGS[1]._replace(location=Location("k8s/prod/web.yaml", 99, 9), message="another text")
    assert prints(FINDINGS[1]) == prints(moved)


def test_fingerprints_differ_also_of_findings_that_are_alike() -> None:
    assert len(set(prints(*FINDINGS, *FINDINGS))) == 2 * len(FINDINGS)
