"""Files that are made to cost: what is done for them grows with their size, and has an end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from kbump import validate
from kbump.report.findings import findings_text
from tests.validation.samples import CRD, VALID, WIDGET, write

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
MANY = {
    "unknown fields": lambda count: POD + "  - {name: a}\n" + "".join(f"  field{n}: 1\n" for n in range(count)),
    "wrong types": lambda count: VALID + "data:\n" + "".join(f"  field{n}: 1\n" for n in range(count)),
    "wrong types on one line": lambda count: VALID + "data: {" + ", ".join(f"field{n}: 1" for n in range(count)) + "}",
    "wrong items": lambda count: POD + "".join(f"  - {{name: c{n}, img: 1}}\n" for n in range(count)),
    "equal items": lambda count: POD + "  - {name: c}\n" * count,
    "surprises": lambda count: VALID + "data:\n" + "".join(f"  y{n}: yes\n  {n}: '1'\n" for n in range(count)),
    "objects": lambda count: "---\n".join(f"{VALID}dta{n}: 1\n" for n in range(count)),
    "equal objects": lambda count: f"{VALID}---\n" * count,
    "items of a List that are none": lambda count: "apiVersion: v1\nkind: List\nitems:\n" + "- 1\n" * count,
    "keys that are there twice": lambda count: (
        VALID + "data:\n" + "".join(f"  k{n}: a\n  k{n}: b\n" for n in range(count))
    ),
    "one key again and again": lambda count: VALID + "data:\n" + "  k: a\n" * (count + 1),
    "objects with a key twice": lambda count: "---\n".join(f"{VALID}data: {{a: b, a: {n}}}\n" for n in range(count)),
    "merge keys": lambda count: VALID + "x: &x {a: b}\ndata:\n" + "  <<: *x\n" * (count + 1),
    "comments that ignore nothing": lambda count: VALID + "# kbump: ignore[wrong-type]\n" * count,
}
ALIASES = "".join(f"b{n}: &b{n} [{', '.join(9 * [f'*b{n - 1}'])}]\n" for n in range(1, 12))
BOMB = f"{VALID}b0: &b0 [a, b, c, d, e, f, g, h, i]\n{ALIASES}"


def work(act: Callable[[], object]) -> int:
    """Count the calls of functions, of Python and of C, that an act takes: the same on every machine."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.once
@pytest.mark.parametrize("text", [pytest.param(text, id=what) for what, text in MANY.items()])
def test_the_work_for_a_file_grows_with_its_findings(text: Callable[[int], str]) -> None:
    few, many = 100, 1_000
    for count in (2, few):
        # Once before, so that what is imported and compiled does not count.
        assert len(validate(text=text(count)).findings) >= count - 1
    assert work(lambda: validate(text=text(many))) < 12 * work(lambda: validate(text=text(few)))


# What a single call does with a long text, the number of calls does not show.
SECRET = '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}'
LONG = {
    "keys that are there twice": MANY["keys that are there twice"],
    "JSON on one line with a Secret": lambda count: (
        '{"apiVersion":"v1","kind":"List","items":['
        + "".join(f'{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{n}"}},"a":1}},' for n in range(count))
        + f"{SECRET}]}}"
    ),
}


@pytest.mark.once
@pytest.mark.parametrize("text", [pytest.param(text, id=what) for what, text in LONG.items()])
def test_the_time_for_a_file_and_its_report_grows_with_its_findings(text: Callable[[int], str]) -> None:
    def seconds(count: int) -> float:
        before, written = process_time(), text(count)
        result = validate(text=written)
        assert len(result.findings) == count
        assert findings_text(result.findings, lambda _: written, colour=False)
        return process_time() - before

    seconds(2)
    # Ten times; a hundred times, where every finding looks at the whole text.
    assert seconds(5_000) < 40 * seconds(500)


def test_an_alias_bomb_is_a_finding_at_its_place() -> None:
    [finding] = validate(text=BOMB).findings
    assert (finding.rule, finding.location.line) == ("yaml-syntax", 9)
    assert finding.message == "aliases and merge keys repeat more than 100,000 values"


@pytest.mark.parametrize(
    ("schema", "depth"),
    [
        pytest.param("{type: object, properties: {a: DEEPER}}", 120, id="of properties"),
        pytest.param("{type: object, properties: {a: DEEPER}}", 450, id="of very many properties"),
        pytest.param("{type: array, items: DEEPER}", 900, id="of items"),
        pytest.param("{anyOf: [DEEPER]}", 450, id="of choices"),
        pytest.param("{not: DEEPER}", 900, id="of negations"),
    ],
)
@pytest.mark.parametrize("files", [2, 80], ids=["in one process", "in another process"])
def test_a_definition_that_is_nested_too_deep_is_an_error(tmp_path: Path, schema: str, depth: int, files: int) -> None:
    before, after = schema.split("DEEPER")
    definition = CRD.replace("{type: string}", before * depth + "{type: string}" + after * depth)
    write(tmp_path, {f"{number:02}.yaml": VALID.replace("name: a", f"name: a{number}") for number in range(files)})
    write(tmp_path, {"01.yaml": definition, "00.yaml": WIDGET})
    result = validate(str(tmp_path))
    assert [(one.location.line, one.message) for one in result.findings] == [
        (2, "the CustomResourceDefinition is nested too deep to be checked")
    ]
    assert (result.errors, result.unknown) == ([], {"example.com/v1 Widget": 1})
    assert validate(str(tmp_path / "00.yaml"), crds=[str(tmp_path / "01.yaml")]).unknown == result.unknown


def test_a_definition_that_is_nested_as_deep_as_can_be_is_used() -> None:
    schema = "{type: object, properties: {a: " * 110 + "{type: string}" + "}}" * 110
    data = "{a: " * 110 + "5" + "}" * 110
    [finding] = validate(text=f"{CRD.replace('{type: string}', schema)}---\n{WIDGET.replace('5', data)}").findings
    assert finding.message == "`a` must be a string, found the integer 5"


@pytest.mark.parametrize("key", ["data", "more"], ids=["known", "unknown"])
def test_an_integer_beyond_all_bounds_is_an_error(key: str) -> None:
    [finding] = validate(text=f"{VALID}{key}: {'9' * 400}\n").findings
    assert finding.severity == "error"
    assert len(finding.message) < 200
