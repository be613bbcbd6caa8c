"""Findings as JUnit XML, for CI servers.

There is no standard; this is what Jenkins, GitLab and Drone's plugins read:
https://docs.gitlab.com/ci/testing/unit_test_reports/ and https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbump.report.findings import Pages, about, severities_text, sum_text, validate_words
from kbump.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree.ElementTree import Element

    from kbump.errors import KbumpError
    from kbump.finding import Finding
    from kbump.inspection import ValidateResult

_SUITE = "kbump.validate"
# https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def validate_junit(result: ValidateResult) -> str:
    """Return a validate() result as one suite: a test case for each file with findings, and each kind without schema.

    A case fails for errors, and passes with its warnings as output; one of an object without a schema is skipped. A run
    without any such case has one for the whole, as CI servers refuse an empty suite.
    """
    from xml.etree.ElementTree import Element, indent, tostring

    cases = _cases(result) or [_whole(result)]
    numbers = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    counts = {key: str(number) for key, number in numbers.items()}
    root = Element("testsuites", {"name": _SUITE, **counts})
    suite = _add(root, "testsuite", name=_SUITE, **counts)
    properties = _add(suite, "properties")
    _add(properties, "property", name="kubernetesVersion", value=result.version)
    _add(properties, "property", name="release", value=result.release)
    suite.extend(cases)
    words = validate_words(result, verbose=False, summary=False, shown=len(result.findings))
    _add(suite, "system-out", "\n".join(words))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _cases(result: ValidateResult) -> list[Element]:
    """Return the cases; names are unique, since GitLab reads only the first of a name."""
    found: dict[str, list[Finding]] = {}
    for finding in result.findings:
        found.setdefault(finding.location.file, []).append(finding)
    wrong: dict[str, list[KbumpError]] = {}
    for error in result.errors:
        wrong.setdefault(error.location.file if error.location else "", []).append(error)
    files = dict.fromkeys([*found, *wrong])
    cases = [_case(file, found.get(file, ()), wrong.get(file, ()), result) for file in files]
    return cases + [_unknown(kind, number) for kind, number in result.unknown.items()]


def _case(file: str, findings: Sequence[Finding], wrong: Sequence[KbumpError], result: ValidateResult) -> Element:
    case = _element("testcase", classname=_SUITE, name=file or "all files", **({"file": file} if file else {}))
    failing = [one for one in findings if one.severity == "error"]
    others = [one for one in findings if one.severity != "error"]
    if wrong:
        _add(case, "error", "\n".join(_error_line(error) for error in wrong), message=wrong[0].message, type="error")
    elif failing:
        _add(case, "failure", _lines(failing), message=_title(failing), type=failing[0].rule)
    elif any(_kind(one) in result.unknown for one in findings):
        _add(case, "skipped", message="has objects without a schema")
    # Beside an error, GitLab reads no failure.
    output = others + failing if wrong else others
    if output:
        _add(case, "system-out", _lines(output))
    return case


def _unknown(kind: str, number: int) -> Element:
    case = _element("testcase", classname=_SUITE, name=kind)
    _add(case, "skipped", message=f"{counted(number, 'object')} without a schema")
    return case


def _whole(result: ValidateResult) -> Element:
    case = _element("testcase", classname=_SUITE, name="all files")
    if not result.resources:
        _add(case, "skipped", message=sum_text(result))
    return case


def _kind(finding: Finding) -> str:
    """Return `apiVersion Kind` of a finding's object, as a result names it."""
    return f"{finding.context.partition(',')[0]} {finding.subject.partition(' ')[0]}"


def _title(findings: Sequence[Finding]) -> str:
    return findings[0].message if len(findings) == 1 else severities_text(findings)


def _lines(findings: Iterable[Finding]) -> str:
    pages = Pages()
    return "\n".join(_line(one, pages.of(one)) for one in findings)


def _line(finding: Finding, page: str) -> str:
    first = f"{finding.location}: [{finding.severity}] {finding.message} ({finding.rule})"
    return "\n  ".join(row for row in (first, finding.fix, about(finding), page) if row)


def _error_line(error: KbumpError) -> str:
    return f"{error}\n  {error.hint}" if error.hint else str(error)


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    child = _element(tag, text, **attributes)
    parent.append(child)
    return child


def _element(tag: str, text: str = "", **attributes: str) -> Element:
    from xml.etree.ElementTree import Element

    element = Element(tag, {key: _allowed(value) for key, value in attributes.items()})
    element.text = _allowed(text) or None
    return element


def _allowed(text: str) -> str:
    """Replace what XML cannot hold, not even escaped."""
    return _FORBIDDEN.sub("\ufffd", text)
