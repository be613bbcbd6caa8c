"""One directory under tests/cases/validate/ is one case; its name is the sentence that it tests.

input.yaml    the file to check; or input/, a tree; a file `gitignore` makes a git work tree of it
args          options and paths, if there are any
expected.txt  LINE:COLUMN SEVERITY RULE for every finding, in a tree with FILE: before it
output.text   exit code, standard output and standard error, for some; KBUMP_TEST_UPDATE=1 writes it
server.txt    why an API server need not agree that there is, or is not, an error
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.conftest import cases
from tests.test_set_image_cases import lay_out

CASES = cases("validate")
OUTPUTS = [pytest.param(case.values[0], id=case.id) for case in CASES if (case.values[0] / "output.text").exists()]


def arguments(case: Path) -> list[str]:
    return shlex.split((case / "args").read_text()) if (case / "args").exists() else []


@pytest.mark.parametrize("case", CASES)
def test_validate_finds_what_the_case_says(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("validate", *arguments(case), "-o", "concise", cwd=tmp_path)
    found = []
    for line in ran.stdout.splitlines():
        place, _, rest = line.partition(": [")
        file, line_number, column = place.rsplit(":", 2)
        named = f"{file}:" if (case / "input").is_dir() else ""
        severity, rule = rest.partition("]")[0], rest.rpartition("(")[2].rstrip(")")
        found.append(f"{named}{line_number}:{column} {severity} {rule}")
    assert found == (case / "expected.txt").read_text().splitlines()
    assert ran.code == any(" error " in one for one in found)


@pytest.mark.parametrize("case", OUTPUTS)
def test_the_whole_output_is_as_it_was_read(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("validate", *arguments(case), cwd=tmp_path)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.text").write_text(written)
    assert written == (case / "output.text").read_text()
