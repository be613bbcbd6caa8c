"""What a CustomResourceDefinition must be: tests/cases/definitions/, which tests/cluster puts to a server, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kbump import validate
from tests.validation.definitions import definition, definition_cases, places


@pytest.mark.parametrize("case", definition_cases())
def test_a_definition_is_refused_for_what_the_case_says(case: dict[str, Any]) -> None:
    findings = validate(text=json.dumps(definition(case))).at_least("error")
    assert sorted(one.path for one in findings) == places(case), [one.message for one in findings]
