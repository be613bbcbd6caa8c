"""Objects that are nested deeper than the validators can go: an error, not a crash."""

from __future__ import annotations

import sys

import pytest

from kbump import validate

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nbinaryData: "


# How deep Python goes depends on its version: 3.12 has no frames for comprehensions any more.
MESSAGES = {"`a` must be a base64 text, found a mapping", "the ConfigMap is nested too deep to be checked"}


@pytest.mark.parametrize("depth", [200, 300, 900])
def test_a_deep_object_is_an_error(depth: int) -> None:
    (finding,) = validate(text=OBJECT + "{a: " * depth + "null" + "}" * depth).findings
    assert finding.severity == "error"
    assert finding.message in MESSAGES


def test_an_object_that_python_is_too_shallow_for_is_an_error() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(700)
    try:
        (finding,) = validate(text=OBJECT + "{a: " * 900 + "null" + "}" * 900).findings
    finally:
        sys.setrecursionlimit(limit)
    assert finding.message == "the ConfigMap is nested too deep to be checked"


@pytest.mark.parametrize("depth", [1_001, 10_000])
def test_what_the_reader_does_not_read_is_a_finding_with_its_place(depth: int) -> None:
    (finding,) = validate(text=OBJECT + "[" * depth + "]" * depth).findings
    assert (finding.rule, finding.location.line) == ("yaml-syntax", 4)
    assert finding.message == "is nested deeper than 1,000"
