from __future__ import annotations

import re
from typing import Any

import pytest

from kbump.comparison import Difference, ImageDifference, Object, PromotionDiff
from kbump.errors import Location
from kbump.report.comparison import diff_sum, diff_text, diff_words
from kbump.report.comparison_markdown import LIMIT, POINTER, code, diff_markdown

PLACE = Location("web.yaml", 1, 1)
WEB = Object("manifest", "apps/v1", "Deployment", "shop", "web", PLACE)
NOTHING = PromotionDiff("qa", "production", [], [], [], [], 3, [])
IMAGE = ImageDifference(WEB, WEB, "web", "spec.image", "acme/web:1", "acme/web:2", "major", PLACE, PLACE)


def changed(old: Any, new: Any, **more: Any) -> Difference:
    return Difference(WEB, WEB, "spec.a", **{"kind": "changed", "old": old, "new": new, **more})


def lines_of(one: Difference) -> list[str]:
    return diff_text(NOTHING._replace(differences=[one]), colour=False).splitlines()[3:]


def test_nothing_is_said_of_sides_that_do_not_differ() -> None:
    assert diff_text(NOTHING, colour=False) == "qa → production\n"
    assert diff_words(NOTHING, verbose=False) == ["nothing differs; 3 objects are the same"]
    assert diff_markdown(NOTHING) == "`qa` → `production`: nothing differs; 3 objects are the same\n"
    assert NOTHING.same


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(1, "1", ['  ~ spec.a: 1 → "1"'], id="a number and a text"),
        pytest.param(True, "true", ['  ~ spec.a: true → "true"'], id="true"),
        pytest.param(False, "no", ['  ~ spec.a: false → "no"'], id="a text that is false to kubectl"),
        pytest.param("", " a", ['  ~ spec.a: "" → " a"'], id="empty and with blanks"),
        pytest.param("- a", "a: b", ['  ~ spec.a: "- a" → "a: b"'], id="what YAML reads otherwise"),
        pytest.param("-a", "a:b", ["  ~ spec.a: -a → a:b"], id="what it does not"),
        pytest.param(".inf", "a", ['  ~ spec.a: ".inf" → a'], id="what kubectl refuses"),
        pytest.param("\x1b[31m", "a\x7fb", ['  ~ spec.a: "\\u001b[31m" → "a\\x7fb"'], id="what a terminal obeys"),
        pytest.param({}, [], ["  ~ spec.a: {} → []"], id="what is empty"),
        pytest.param(
            {"a": [{"b": 1, "c": [2]}, 3, ["x", "y\nz"]], "d": "e\nf\n"},
            "text",
            [
                "  - spec.a:",
                "  -   a:",
                "  -     - b: 1",
                "  -       c:",
                "  -         - 2",
                "  -     - 3",
                "  -     - - x",
                "  -       - |",
                "  -         y",
                "  -         z",
                "  -   d: |",
                "  -     e",
                "  -     f",
                "  -     ",
                "  + spec.a: text",
            ],
            id="a tree",
        ),
        pytest.param(
            "a\nb", "a\nc\x1b", ["  ~ spec.a:", "  @@ -1,2 +1,2 @@", "    a", "  - b", "  + c\\x1b"], id="lines"
        ),
    ],
)
def test_a_change_is_written(old: Any, new: Any, expected: list[str]) -> None:
    assert lines_of(changed(old, new)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("added", "  + spec.a: a secret value, added"),
        ("removed", "  - spec.a: a secret value, removed"),
        ("changed", "  ~ spec.a: a secret value, changed"),
    ],
)
def test_a_secret_is_not_shown(kind: str, expected: str) -> None:
    assert lines_of(changed(None, None, kind=kind, secret=True)) == [expected]


def test_with_colour_the_text_is_the_same() -> None:
    result = NOTHING._replace(
        images=[IMAGE],
        differences=[changed(1, 2), changed("a\nb", "a\nc"), changed(1, 3, expected="spec")],
        only_old=[WEB],
        only_new=[WEB],
    )
    coloured = diff_text(result, colour=True)
    assert re.sub(r"\033\[[\d;]*m", "", coloured) == diff_text(result, colour=False)
    for part in (
        "\033[33m~ spec.a: 1 → 2",
        "\033[31m- b",
        "\033[32m+ c",
        "\033[36m@@",
        "\033[31mmajor",
        "\033[2mexpected",
    ):
        assert part in coloured


def test_what_is_expected_is_counted_and_shown_only_if_asked_for() -> None:
    result = NOTHING._replace(differences=[changed(1, 2, expected="spec.a"), changed(1, 3, expected="spec.a")])
    assert diff_text(result, colour=False) == "qa → production\n\nexpected: spec.a 2\n"
    assert "spec.a: 1 → 2" in diff_text(result, colour=False, verbose=True)
    assert diff_sum(result, named=str) == "2 expected differences; 3 objects are the same"
    assert result.same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", "`web`"),
        ("@octocat #1 <b> [a](b) *c*", "`@octocat #1 <b> [a](b) *c*`"),
        ("a`b", "``a`b``"),
        ("`a``", "``` `a`` ```"),
        (" a", "`  a `"),
        ("a|b@c", "<code>a&#124;b&#64;c</code>"),
        ("", "<code></code>"),
        ("a\nb", "`a\\nb`"),
    ],
)
def test_code_is_code(text: str, expected: str) -> None:
    assert code(text) == expected


def test_a_link_is_in_the_table_if_there_is_one() -> None:
    linked = IMAGE._replace(link="https://x/a b|(c)")
    page = diff_markdown(NOTHING._replace(images=[linked, IMAGE._replace(old="acme/web", change="unknown")]))
    assert "| Change | Link |\n|---|---|---|---|---|---|---|\n" in page
    assert "| **major** | [changes](https://x/a%20b%7C%28c%29) |\n" in page
    assert "| `(no tag)` | `2` | **unknown** |  |\n" in page
    assert "Link" not in diff_markdown(NOTHING._replace(images=[IMAGE]))
    assert "Link" not in diff_markdown(NOTHING._replace(images=[IMAGE._replace(link="javascript:alert(1)")]))


@pytest.mark.parametrize("limit", [LIMIT, 2_000, 700])
def test_a_page_that_is_too_long_is_cut_at_a_line_and_closed(limit: int) -> None:
    differences = [changed(f"```{n}", f"old {n}", expected="spec.a" if n > 900 else "") for n in range(2_000)]
    page = diff_markdown(NOTHING._replace(images=[IMAGE], differences=differences), limit=limit)
    assert limit - 200 < len(page) <= limit
    assert page.endswith(f"\n{POINTER}\n")
    assert page.count("````diff\n") == page.count("````\n")
    assert page.count("<details>") == page.count("</details>")
    for line in page.splitlines():
        if line.startswith(("- spec.a", "+ spec.a")):
            assert re.fullmatch(r'[-+] spec\.a: ("```\d+"|old \d+)', line)


def test_of_a_page_that_has_no_room_only_the_pointer_is_left() -> None:
    assert diff_markdown(NOTHING, limit=10) == f"\n{POINTER}\n"


def test_a_long_line_is_shortened_on_a_page_and_not_in_a_text() -> None:
    result = NOTHING._replace(differences=[changed("x" * 5_000, 1)])
    assert "… (5,008 characters)\n" in diff_markdown(result)
    assert "x" * 5_000 in diff_text(result, colour=False)


def test_the_image_of_helm_values_is_named_by_its_path() -> None:
    values = Object("values", "", "", "", "values.yaml", PLACE)
    one = IMAGE._replace(old_object=values, new_object=values, path="api.image", container="image")
    assert "values.yaml  api.image  acme/web 1 → 2" in diff_text(NOTHING._replace(images=[one]), colour=False)
    assert "| `values.yaml` | `api.image` |" in diff_markdown(NOTHING._replace(images=[one]))
