"""Every case of tests/cases/definitions/ is put to a real API server, whose verdict has to be ours.

A case that says under `server` why it is not must really have another one.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from kbump import validate
from tests.cluster.server import Server
from tests.validation.definitions import definition, definition_cases


@pytest.mark.parametrize("case", definition_cases())
def test_the_server_says_the_same_of_a_definition(case: dict[str, Any], server: Server) -> None:
    data = definition(case)
    mistakes = [one.message for one in validate(text=json.dumps(data)).at_least("error")]
    refusal = server.refusal(data)
    assert (bool(mistakes) == bool(refusal)) != ("server" in case), (mistakes, refusal)
