"""Objects that are nested deeper than the validators can go: an error, not a crash."""

from __future__ import annotations

import pytest

from kbump import validate

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nbinaryData: "


@pytest.mark.parametrize(
    ("depth", "message"),
    [
        pytest.param(200, "`a` must be a base64 text, found a mapping", id="within both validators"),
        pytest.param(300, "`a` must be a base64 text, found a mapping", id="beyond jsonschema-rs"),
        pytest.param(900, "the ConfigMap is nested too deep to be checked", id="beyond Python"),
    ],
)
def test_a_deep_object_is_an_error(depth: int, message: str) -> None:
    (finding,) = validate(text=OBJECT + "{a: " * depth + "null" + "}" * depth).findings
    assert (finding.severity, finding.message) == ("error", message)


@pytest.mark.parametrize("depth", [1_001, 10_000])
def test_what_the_reader_does_not_read_is_a_finding_with_its_place(depth: int) -> None:
    (finding,) = validate(text=OBJECT + "[" * depth + "]" * depth).findings
    assert (finding.rule, finding.location.line) == ("yaml-syntax", 4)
    assert finding.message == "is nested deeper than 1,000"
