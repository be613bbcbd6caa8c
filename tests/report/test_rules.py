"""docs/rules.md and every other form of the catalogue; KBUMP_TEST_UPDATE=1 writes docs/rules.md."""

from __future__ import annotations

import json
import os

import pytest

from kbump.inspection import ValidateResult, validate
from kbump.report.rules import rules_json, rules_markdown, rules_text
from kbump.validation.rules import RULES, Rule
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "rules.md"


def checked(text: str) -> ValidateResult:
    return validate(text=f"{text}\n", kubernetes_version="1.37", fail_on_skipped=True)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES.values()])
def test_the_bad_example_of_a_rule_is_a_manifest_that_breaks_it(rule: Rule) -> None:
    severities = {one.severity for one in checked(rule.bad).findings if one.rule == rule.id}
    assert severities == {rule.severity}


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES.values()])
def test_the_good_example_of_a_rule_is_a_manifest_without_any_finding(rule: Rule) -> None:
    result = checked(rule.good)
    assert (result.findings, result.errors, result.resources > 0) == ([], [], True)


def test_the_page_is_what_the_catalogue_says() -> None:
    if os.environ.get("KBUMP_TEST_UPDATE"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(rules_markdown())
    assert PAGE.read_text() == rules_markdown()


def test_the_rules_are_in_alphabetical_order_and_have_pages() -> None:
    assert list(RULES) == sorted(RULES)
    assert all(rule.url.startswith("https://") for rule in RULES.values())


def test_the_json_has_all_of_each_rule() -> None:
    document = json.loads(rules_json())
    assert document == {"version": 1, "rules": [rule._asdict() for rule in RULES.values()]}


def test_the_text_shows_each_rule_with_wrong_and_right() -> None:
    printed = rules_text(colour=False)
    assert printed.count("\n\n") == len(RULES) - 1
    rule = RULES["wrong-type"]
    bad, good = (example.replace("\n", "\n    ") for example in (rule.bad, rule.good))
    assert (
        f"\nerror[wrong-type]: {rule.title}\n  wrong\n    {bad}\n  right\n    {good}\n  {rule.url}\n" in printed
    )  # fmt: skip


def test_the_coloured_text_says_the_same() -> None:
    import re

    assert re.sub(r"\033\[[0-9;]*m", "", rules_text(colour=True)) == rules_text(colour=False) != rules_text(colour=True)
