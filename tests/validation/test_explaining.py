"""What schemas may say that none of the bundled ones does, put into words all the same."""

from __future__ import annotations

import pytest

from kbump.catalog import catalog
from kbump.validation.deciding import Schemas
from kbump.validation.explaining import explain


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        pytest.param(
            {"anyOf": [{"type": "integer", "enum": [1]}, {"type": ["boolean", "null"]}]},
            'the object must be true, false or an integer, found the string "x"',
            id="no choice is of the type",
        ),
        pytest.param(
            {"oneOf": [{"maxLength": 1}, {"maxLength": 2}]},
            'the object must match exactly one of the schemas under `oneOf`, found the string "x"',
            id="two choices fit",
        ),
        pytest.param({"not": {"maxLength": 1}}, "the object must not match the schema under `not`", id="an exclusion"),
    ],
)
def test_a_value_is_refused_in_words(schema, message: str) -> None:
    assert [one.message for one in explain("x", schema)] == [message]


def test_a_long_value_is_in_no_message() -> None:
    [problem] = explain({"a": "x" * 10_000}, {"dependentRequired": {"a": ["b"]}})
    assert problem.message == "the object is not valid by `dependentRequired`"


def test_a_text_that_is_no_unicode_is_not_accepted() -> None:
    assert not Schemas(catalog()).accepts(("", "v1", "Secret"), {"data": {"a": "\ud800"}})
