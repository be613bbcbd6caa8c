"""Findings as a page of a pull request; tests/forge/test_pages.py looks at it as a forge renders it."""

from __future__ import annotations

import pytest

from kbump.report.comparison_markdown import LIMIT
from kbump.report.markdown import POINTER, prose, validate_markdown
from tests.report.samples import EVERYTHING, FINDINGS, NOTHING, VALID, expected


def test_a_page_has_the_sum_what_could_not_be_done_and_a_row_for_each_finding() -> None:
    page = validate_markdown(EVERYTHING, name="production")
    assert page == expected("validate.md", page)


def test_that_all_is_well_is_a_page_too() -> None:
    page = validate_markdown(VALID)
    assert page == expected("validate-valid.md", page)


def test_what_is_not_shown_is_counted() -> None:
    result = NOTHING._replace(findings=FINDINGS, resources=9, files=9)
    page = validate_markdown(result, shown=result.at_least("error"))
    assert page.count("\n| ") == 1 + len(result.at_least("error"))
    assert "3 errors, 2 warnings and 1 note" in page
    assert "- 3 findings of a lower severity not shown" in page


@pytest.mark.parametrize("limit", [600, 1_000, 5_000, LIMIT])
def test_what_is_too_long_ends_at_a_line_with_a_pointer(limit: int) -> None:
    page = validate_markdown(EVERYTHING._replace(findings=FINDINGS * 200), limit=limit)
    assert limit // 2 < len(page) <= limit
    assert page.endswith(f"\n\n{POINTER}\n")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert all(row.endswith(" |") for row in rows)


PROSE = [
    pytest.param("remove the quotes, or (better) don't", "remove the quotes, or (better) don't", id="plain words stay"),
    pytest.param("1,000 items and 12", "1,000 items and 12", id="numbers stay"),
    pytest.param("the key `a b` is", "the key `a b` is", id="what is quoted is code"),
    pytest.param("`a`'s, (`b`), '`c`'.", "`a`'s, (`b`), '`c`'.", id="punctuation stays around what is quoted"),
    pytest.param('found "1.10".', 'found "`1.10`".', id="what is no plain word is code"),
    pytest.param("apps/v1 @team #7 :x: *b*", "`apps/v1` `@team` `#7` `:x`: `*b*`", id="markup and mentions are code"),
    pytest.param("`a`b` `c``d`", "`` `a`b` `` ``` `c``d` ```", id="code never touches code"),
    pytest.param("a|b `|`", "<code>a&#124;b</code> <code>&#124;</code>", id="a table is not broken"),
    pytest.param("a\n  b\x1b", "a `b␛`", id="it is one line, and drawn"),
    pytest.param("... ?", "... ?", id="punctuation alone stays"),
]


@pytest.mark.parametrize(("text", "shown"), PROSE)
def test_words_of_a_message(text: str, shown: str) -> None:
    assert prose(text) == shown
