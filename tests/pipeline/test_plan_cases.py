"""Every directory of tests/cases/pipeline: what Drone does with a file at the events that `events` lists.

The file is `.drone.yml` of the directory, or the one that `of` names from the top of this repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT, cases
from tests.pipeline.planning import plan


def text_of(case: Path) -> str:
    named = case / "of"
    return (ROOT / named.read_text().strip() if named.is_file() else case / ".drone.yml").read_text()


@pytest.mark.parametrize("case", cases("pipeline"))
def test_what_runs_is_as_documented(case: Path) -> None:
    expected = case / "expected.txt"
    try:
        told = "".join(plan(text_of(case), event) for event in (case / "events").read_text().splitlines())
    except ValueError as error:
        told = f"error: {error}\n"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        expected.write_text(told)
    assert told == expected.read_text()
