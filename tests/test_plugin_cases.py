"""One directory under tests/cases/plugin/ is one case; its name is the sentence that it tests.

environ     the variables that the step has, NAME=VALUE, one a line
input/      the files that are there
expected/   the files that are changed afterwards; without it nothing may change
output.txt  exit code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import cases
from tests.test_set_image_cases import contents

CASES = cases("plugin")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: web, image: 'acme/web:1.0.0'}]}\n"


@pytest.fixture
def variables() -> Iterator[Callable[[dict[str, str]], None]]:
    """Give this process the variables of a step, which a run may change: its own process would end."""
    before = dict(os.environ)

    def give(step: dict[str, str]) -> None:
        for name in [name for name in os.environ if name.startswith(("CI", "DRONE", "GIT_", "HARNESS", "PLUGIN_"))]:
            del os.environ[name]
        os.environ.update(step)

    yield give
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("case", CASES)
def test_plugin_does_what_the_case_says(case: Path, kbump, tmp_path: Path, variables) -> None:
    if (case / "input").is_dir():
        shutil.copytree(case / "input", tmp_path, dirs_exist_ok=True)
    (tmp_path / "pod.yaml").write_text(POD)
    before = contents(tmp_path)
    variables(dict(line.split("=", 1) for line in (case / "environ").read_text().splitlines()))
    ran = kbump("plugin", cwd=tmp_path)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_text(written)
    assert written == (case / "output.txt").read_text()
    changed = contents(case / "expected") if (case / "expected").is_dir() else {}
    assert contents(tmp_path) == {**before, **changed}
