"""One directory under tests/cases/images/ is one case; its name is the sentence that it tests, or the kind it is for.

input.yaml    the file to look at; or input/, a tree (a name such as input.json is taken as it is)
expected.txt  LINE:COLUMN REFERENCE for every image, in a tree with FILE: before it; columns count characters
output.text, output.json, output.github
              exit code, standard output and standard error of a format; KBUMP_TEST_UPDATE=1 writes them
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import cases
from tests.test_set_image_cases import lay_out

CASES = cases("images")
SINGLE = [case for case in CASES if not (case.values[0] / "input").is_dir()]
OUTPUTS = [
    pytest.param(case.values[0], output.suffix[1:], id=f"{case.id} in the format {output.suffix[1:]}")
    for case in CASES
    for output in sorted(case.values[0].glob("output.*"))
]


@pytest.mark.parametrize("case", CASES)
def test_images_lists_what_the_case_says(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("images", "-o", "json", cwd=tmp_path)
    images = json.loads(ran.stdout)["images"]
    places = [f"{one['line']}:{one['column']} {one['reference']}" for one in images]
    if (case / "input").is_dir():
        places = [f"{one['file']}:{place}" for one, place in zip(images, places, strict=True)]
    assert sorted(places) == sorted((case / "expected.txt").read_text().splitlines())


@pytest.mark.parametrize(("case", "form"), OUTPUTS)
def test_the_whole_output_is_as_it_was_read(case: Path, form: str, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("images", "-o", form, cwd=tmp_path)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / f"output.{form}").write_text(written)
    assert written == (case / f"output.{form}").read_text()


@pytest.mark.parametrize("case", SINGLE)
def test_a_file_on_standard_input_has_the_images_that_it_has_by_name(case: Path, kbump, tmp_path: Path) -> None:
    [(file, data)] = lay_out(case, "input", tmp_path).items()
    named = kbump("images", "-o", "json", cwd=tmp_path)
    piped = kbump("images", "-o", "json", "-", stdin=data, cwd=tmp_path)
    assert piped.stdout.replace('"file": "-"', f'"file": "{file}"') == named.stdout
