from __future__ import annotations

from typing import NamedTuple

import pytest

from kbump.errors import Location, SourceError
from kbump.files import Skipped
from kbump.finding import Finding
from kbump.inspection import ValidateResult
from kbump.report.findings import findings_concise, findings_text, validate_words
from kbump.validation.rules import RULES
from tests.report.samples import ERRORS, EVERYTHING, FINDINGS, NOTHING, VALID, expected, finding, read

SEE = f"see: {RULES['wrong-type'].url}\n"
LONG = "a" * 80 + "HERE" + "b" * 80


def place(text: str, needle: str, **more: str) -> Finding:
    return finding("a.yaml", needle, "wrong-type", "error", "is wrong", text=text, **more)


def excerpt(text: str, one: Finding) -> list[str]:
    """Return the line that is shown, and the carets below it."""
    rows = findings_text([one], lambda _: text, colour=False).splitlines()
    return rows[3:5]


def test_no_finding_is_no_text() -> None:
    assert findings_text([], read, colour=False) == ""
    assert findings_concise([], colour=False) == ""


@pytest.mark.parametrize("colour", [pytest.param(False, id="plain"), pytest.param(True, id="coloured")])
def test_findings_are_shown_with_what_where_why_and_how(colour: bool) -> None:
    printed = findings_text(FINDINGS, read, colour=colour)
    assert printed == expected("coloured.txt" if colour else "text.txt", printed)


@pytest.mark.parametrize("colour", [pytest.param(False, id="plain"), pytest.param(True, id="coloured")])
def test_a_concise_finding_is_one_line(colour: bool) -> None:
    printed = findings_concise(FINDINGS, colour=colour)
    assert printed == expected("concise-coloured.txt" if colour else "concise.txt", printed)


UNSEEN = [
    pytest.param("key: value", "line one\nline two", "line one line two", id="a line break is a blank"),
    pytest.param("key: value", "a\r\n  b\u2028c", "a b c", id="any line break and what indents behind it is one blank"),
    pytest.param("key: value", "\x1b[31mred\x7f\x9b", "␛[31mred␡\ufffd", id="what a terminal would obey is drawn"),
    pytest.param("key: value", "\u202etxt.exe", "\ufffdtxt.exe", id="what would turn the text around is drawn"),
]


@pytest.mark.parametrize(("text", "message", "shown"), UNSEEN)
def test_a_message_stays_on_its_line(text: str, message: str, shown: str) -> None:
    one = place(text, "value")._replace(message=message)
    assert findings_concise([one], colour=False) == f"a.yaml:1:6: [error] {shown} (wrong-type)\n"
    assert findings_text([one], lambda _: None, colour=False) == f"error[wrong-type]: {shown}\n  --> a.yaml:1:6\n{SEE}"


def test_a_file_name_that_no_terminal_can_print_is_drawn() -> None:
    one = place("key: value", "value")._replace(location=Location("a\udcff\nb.yaml", 1, 6))
    assert findings_concise([one], colour=False) == "a\ufffd b.yaml:1:6: [error] is wrong (wrong-type)\n"


WITHOUT = [
    pytest.param(None, place("key: value", "value"), id="the text cannot be had"),
    pytest.param("", place("key: value", "value"), id="the text is empty"),
    pytest.param("key: value\n", place("a: 1\nb: 2\n# c\n", "# c"), id="the text has fewer lines by now"),
    pytest.param("key: value", place("key: value", "value")._replace(secret=True), id="the place is secret"),
    pytest.param(
        "kind: Secret\ndata: {on: c2VjcmV0}",
        place("kind: Secret\ndata: {on: c2VjcmV0}", "on", subject="Secret a"),
        id="a key of a Secret has the value beside it",
    ),
    pytest.param(
        'stringData:\n  a: x\n  a: hunter2\n"kind" : "Secret"\n',
        place('stringData:\n  a: x\n  a: hunter2\n"kind" : "Secret"\n', "a: hunter2"),
        id="a finding of no object is in a file with a Secret",
    ),
    pytest.param(
        '{"kind":"List","items":[{"kind":"Pod","specs":1},{"kind":"Secret","stringData":{"a":"hunter2"}}]}',
        place(
            '{"kind":"List","items":[{"kind":"Pod","specs":1},{"kind":"Secret","stringData":{"a":"hunter2"}}]}',
            '"specs"',
            subject="Pod a",
        ),
        id="another object on the line is a Secret",
    ),
]


@pytest.mark.parametrize(("text", "one"), WITHOUT)
def test_no_line_is_shown_if(text: str | None, one: Finding) -> None:
    printed = findings_text([one], lambda _: text, colour=False)
    subject = f"   = {one.subject}\n" if one.subject else ""
    assert printed == f"error[wrong-type]: is wrong\n  --> {one.location}\n{subject}{SEE}"


def test_a_line_of_another_object_in_a_file_with_a_secret_is_shown() -> None:
    text = "kind: Secret\n---\nkind: Pod\nspecs: 1\n"
    assert excerpt(text, place(text, "specs", subject="Pod a")) == [" 4 | specs: 1", "   | ^^^^^"]


class Line(NamedTuple):
    """A text, the place in it, and the two rows that are to be shown."""

    text: str
    place: str
    shown: str
    carets: str


LINES = [
    pytest.param(Line("key: value\n", "value", " 1 | key: value", "   |      ^^^^^"), id="plain"),
    pytest.param(
        Line("a: 1\nkey: value", "value", " 2 | key: value", "   |      ^^^^^"), id="the last, without an end"
    ),
    pytest.param(Line("a: 1\r\nkey: value\r\n", "value", " 2 | key: value", "   |      ^^^^^"), id="CRLF"),
    pytest.param(Line("a: 1\rkey: value\rb: 2", "value", " 2 | key: value", "   |      ^^^^^"), id="CR"),
    pytest.param(Line("\ufeffkey: value", "value", " 1 | key: value", "   |      ^^^^^"), id="a byte order mark"),
    pytest.param(Line("key:\tvalue\t# x", "value", " 1 | key:    value    # x", "   |         ^^^^^"), id="tabs"),
    pytest.param(Line("\tkey: value", "\tkey", " 1 |     key: value", "   | ^^^^^^^"), id="a tab in the place"),
    pytest.param(Line("名前: 値: x", "値", " 1 | 名前: 値: x", "   |       ^^"), id="wide characters"),
    pytest.param(Line("e\u0301te\u0301: x", "x", " 1 | e\u0301te\u0301: x", "   |      ^"), id="combining characters"),
    pytest.param(Line("\u1112\u1161\u11ab: x", "x", " 1 | \u1112\u1161\u11ab: x", "   |     ^"), id="Hangul in parts"),
    pytest.param(Line("a\u200db: x", "x", " 1 | a\u200db: x", "   |     ^"), id="characters without width"),
    pytest.param(Line("🐳: x", "x", " 1 | 🐳: x", "   |     ^"), id="emoji"),
    pytest.param(Line("\x1b[2J: x", "x", " 1 | ␛[2J: x", "   |       ^"), id="what a terminal would obey"),
    pytest.param(Line("\u202ea: x", "x", " 1 | \ufffda: x", "   |     ^"), id="what would turn the line around"),
    pytest.param(
        Line(LONG, "HERE", f" 1 | …{'a' * 40}HERE{'b' * 56}…", f"   | {' ' * 41}^^^^"),
        id="long, the place in the middle",
    ),
    pytest.param(
        Line("HERE" + "b" * 200, "HERE", f" 1 | HERE{'b' * 96}…", "   | ^^^^"), id="long, the place at the beginning"
    ),
    pytest.param(
        Line("a" * 200 + "HERE", "HERE", f" 1 | …{'a' * 96}HERE", f"   | {' ' * 97}^^^^"),
        id="long, the place at the end",
    ),
    pytest.param(
        Line("key: " + "v" * 200, "v" * 200, f" 1 | key: {'v' * 95}…", f"   |      {'^' * 95}"),
        id="a place that is long",
    ),
]


@pytest.mark.parametrize("line", LINES)
def test_the_carets_are_below_the_place_in_a_line(line: Line) -> None:
    one = place(line.text.removeprefix("\ufeff"), line.place)
    assert excerpt(line.text, one) == [line.shown, line.carets]


def test_a_place_behind_the_end_of_its_line_has_a_caret_there() -> None:
    one = place("key: value", "value")
    assert excerpt("key:", one) == [" 1 | key:", "   |     ^"]
    assert excerpt("\nkey: value", one) == [" 1 |", "   | ^"]


def test_the_gutter_is_as_wide_as_the_number() -> None:
    text = "#\n" * 1233 + "key: value\n"
    assert findings_text([place(text, "value")], lambda _: text, colour=False) == (
        "error[wrong-type]: is wrong\n"
        "    --> a.yaml:1234:6\n"
        "     |\n"
        "1234 | key: value\n"
        "     |      ^^^^^\n"
        f"{SEE}"
    )  # fmt: skip


def test_the_page_of_a_rule_is_named_once() -> None:
    text = "key: value\n"
    one, other = place(text, "value"), place(text, "key")._replace(rule="unknown-field")
    printed = findings_text([one, other, one, other], lambda _: text, colour=False)
    assert [printed.count(f"\nsee: {RULES[rule].url}\n") for rule in ("wrong-type", "unknown-field")] == [1, 1]


def test_a_file_is_read_once_for_all_its_findings() -> None:
    files: list[str] = []
    findings_text(FINDINGS, lambda file: files.append(file) or read(file), colour=False)
    assert files == ["k8s/my app/100%.yaml", "k8s/prod/web.yaml", "widget.yaml", ".kbump.yaml"]


def words(result: ValidateResult, *, verbose: bool = False, summary: bool = False) -> list[str]:
    return validate_words(result, verbose=verbose, summary=summary, shown=len(result.findings))


WEB = finding("k8s/prod/web.yaml", "replica", "unknown-field", "error", "unknown field `replica` in `spec`")
SUMS = [
    pytest.param(NOTHING, "no findings; no object checked for Kubernetes 1.37 (schemas of v1.37.2)", id="nothing"),
    pytest.param(
        NOTHING._replace(files=1, findings=[WEB]),
        "1 error in 1 file; no object checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="an error and no object",
    ),
    pytest.param(
        VALID._replace(errors=ERRORS[:1]),
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="a file that cannot be read",
    ),
    pytest.param(
        VALID._replace(encrypted=9),
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="encrypted objects",
    ),
    pytest.param(
        VALID._replace(ignored=1),
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="an ignored finding",
    ),
    pytest.param(
        VALID._replace(unknown={"example.com/v1 Widget": 1}),
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="an object without a schema",
    ),
    pytest.param(
        VALID._replace(others=["mkdocs.yml"]),
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="a file that is no manifest",
    ),
    pytest.param(
        VALID._replace(findings=[FINDINGS[5]]),
        "1 warning in .kbump.yaml; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
        id="a finding of the settings only",
    ),
    pytest.param(
        VALID, "9 objects in 9 files are valid for Kubernetes 1.37 (schemas of v1.37.2)", id="nothing but valid objects"
    ),
    pytest.param(
        VALID._replace(files=1, resources=1),
        "1 object in 1 file is valid for Kubernetes 1.37 (schemas of v1.37.2)",
        id="one valid object",
    ),
]


@pytest.mark.parametrize(("result", "said"), SUMS)
def test_the_last_line_says_no_more_than_was_checked_of(result: ValidateResult, said: str) -> None:
    assert words(result)[-1] == said


def test_everything_that_was_passed_over_is_said() -> None:
    assert words(EVERYTHING) == [
        "skipped: chart/values.yaml holds Helm values",
        "skipped: chart/templates/a.yaml is a template",
        "skipped: 2 paths, each is no manifest (`-v` names them)",
        "skipped: 3 objects without a schema: cert-manager.io/v1 Certificate (1), example.com/v1 Widget (2)\n"
        "  hint: name their CustomResourceDefinitions with `--crds`",
        "2 encrypted objects were checked for their structure only",
        "1 finding is ignored by comments or settings",
        "3 errors, 2 warnings and 1 note in 3 of 9 files and .kbump.yaml; "
        "12 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
    ]


def test_verbose_words_name_each_path() -> None:
    result = VALID._replace(others=["mkdocs.yml", "compose.yaml"], encrypted=1, ignored=2)
    assert words(result, verbose=True) == [
        "skipped: mkdocs.yml is no manifest",
        "skipped: compose.yaml is no manifest",
        "1 encrypted object was checked for its structure only",
        "2 findings are ignored by comments or settings",
        "no findings; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
    ]


def test_a_path_that_is_an_error_is_not_said_twice() -> None:
    error = SourceError("is no manifest", location=Location("mkdocs.yml", 1, 1))
    result = NOTHING._replace(errors=[error], others=["mkdocs.yml"], skipped=[Skipped("mkdocs.yml", "is a template")])
    assert words(result) == ["no findings; no object checked for Kubernetes 1.37 (schemas of v1.37.2)"]


def test_findings_that_are_not_shown_are_counted() -> None:
    result = VALID._replace(findings=FINDINGS[1:4])
    assert validate_words(result, verbose=False, summary=False, shown=2) == [
        "1 finding of a lower severity not shown",
        "2 errors and 1 warning in 1 of 9 files; 9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
    ]


def test_a_summary_counts_findings_by_rule_and_by_file_the_most_first() -> None:
    twice = [*FINDINGS[1:4], FINDINGS[3], *FINDINGS[4:]]
    assert words(VALID._replace(findings=twice), summary=True) == [
        "by rule:",
        "  2  error    wrong-type",
        "  1  error    unknown-field",
        "  1  warning  surprising-scalar",
        "  1  note     non-string-key",
        "  1  warning  unused-ignore",
        "by file:",
        "  4  k8s/prod/web.yaml",
        "  1  widget.yaml",
        "  1  .kbump.yaml",
        "3 errors, 2 warnings and 1 note in 2 of 9 files and .kbump.yaml; "
        "9 objects checked for Kubernetes 1.37 (schemas of v1.37.2)",
    ]


def test_a_summary_of_no_finding_is_the_last_line_alone() -> None:
    assert words(VALID, summary=True) == words(VALID)
