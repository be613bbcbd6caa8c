from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from kbump.errors import Location, SourceError
from kbump.finding import Finding
from kbump.inspection import ValidateResult, validate
from kbump.report.junit import validate_junit
from kbump.validation.rules import RULES
from tests.report.samples import ERRORS, EVERYTHING, FINDINGS, NOTHING, VALID, expected


def suite(result: ValidateResult) -> ET.Element:
    [one] = ET.fromstring(validate_junit(result).encode())
    return one


def outcomes(result: ValidateResult) -> dict[str, str]:
    """Return of each case whether it failed, had an error, was skipped or, without any of these, passed."""
    wanted = ("failure", "error", "skipped")
    return {
        case.get("name", ""): next((child.tag for child in case if child.tag in wanted), "passed")
        for case in suite(result).iter("testcase")
    }


WIDGET = VALID._replace(findings=[FINDINGS[4]], unknown={"example.com/v1 Widget": 1})
UNCHECKED = [
    pytest.param(NOTHING, {"all files": "skipped"}, id="a run that checked no object"),
    pytest.param(validate(text=""), {"all files": "error"}, id="empty input"),
    pytest.param(validate(text="a: 1\n", name="x.yaml"), {"all files": "error"}, id="no manifest"),
    pytest.param(
        validate(text="apiVersion: v1\n a: 1\n", name="x.yaml"), {"x.yaml": "failure"}, id="a file that is no YAML"
    ),
    pytest.param(
        VALID._replace(unknown={"example.com/v1 Widget": 1}),
        {"example.com/v1 Widget": "skipped"},
        id="an object without a schema",
    ),
    pytest.param(
        WIDGET,
        {"widget.yaml": "skipped", "example.com/v1 Widget": "skipped"},
        id="a file with a note and an object without a schema",
    ),
    pytest.param(
        VALID._replace(errors=[SourceError("is wrong", location=FINDINGS[2].location)], findings=[FINDINGS[2]]),
        {"k8s/prod/web.yaml": "error"},
        id="a file with a warning that cannot be read",
    ),
]


@pytest.mark.parametrize(("result", "cases"), UNCHECKED)
def test_nothing_unchecked_is_a_passed_test_of(result: ValidateResult, cases: dict[str, str]) -> None:
    assert outcomes(result) == cases


def test_valid_objects_are_one_passed_test() -> None:
    assert outcomes(VALID) == {"all files": "passed"}


def test_warnings_alone_pass_and_are_output() -> None:
    result = VALID._replace(findings=[FINDINGS[2]])
    assert outcomes(result) == {"k8s/prod/web.yaml": "passed"}
    assert "[warning] `yes` is the boolean true" in (suite(result).findtext("testcase/system-out") or "")


def test_an_error_beside_findings_is_one_test_with_all_of_them() -> None:
    error = SourceError("is wrong", location=Location("k8s/prod/web.yaml", 1, 1))
    [case] = suite(VALID._replace(errors=[error], findings=FINDINGS[1:3])).iter("testcase")
    assert [child.tag for child in case] == ["error", "system-out"]
    assert (case.findtext("system-out") or "").count("web.yaml") == 2


def test_the_whole_report_is_as_it_was_read() -> None:
    printed = validate_junit(EVERYTHING)
    assert printed == expected("junit.xml", printed)


def test_the_suite_counts_its_cases() -> None:
    counts = {key: suite(EVERYTHING).get(key) for key in ("tests", "failures", "errors", "skipped")}
    # bad.yaml, all files; 100%.yaml, web.yaml; widget.yaml and two kinds; .kbump.yaml passes.
    assert counts == {"tests": "8", "failures": "2", "errors": "2", "skipped": "3"}
    assert len(outcomes(EVERYTHING)) == 8


@pytest.mark.parametrize(
    ("message", "read"),
    [
        pytest.param("]]> <b> & \"quoted\" 'too'", "]]> <b> & \"quoted\" 'too'", id="markup"),
        pytest.param("tab\tline\nend", "tab\tline\nend", id="white space that XML has"),
        pytest.param(
            "\0\x1b[31m\x0b\ufffe\udcff", "\ufffd\ufffd[31m\ufffd\ufffd\ufffd", id="characters that XML forbids"
        ),
        pytest.param("日本 🐳", "日本 🐳", id="any language"),
    ],
)
def test_a_message_comes_through_with(message: str, read: str) -> None:
    one = Finding("wrong-type", "error", Location("a.yaml", 1, 1), message)
    [failure] = suite(VALID._replace(findings=[one])).iter("failure")
    assert failure.get("message") == read
    assert failure.text == f"a.yaml:1:1: [error] {read} (wrong-type)\n  {RULES['wrong-type'].url}"


def test_the_page_of_a_rule_is_named_once_in_a_case() -> None:
    one = Finding("wrong-type", "error", Location("a.yaml", 1, 1), "is wrong")
    [failure] = suite(VALID._replace(findings=[one, one])).iter("failure")
    assert (failure.text or "").count(RULES["wrong-type"].url) == 1


def test_an_error_says_what_to_do() -> None:
    [error] = suite(NOTHING._replace(errors=ERRORS[:1])).iter("error")
    assert error.text == "bad.yaml:3:1: is not UTF-8: byte 0xff\n  save it as UTF-8"
