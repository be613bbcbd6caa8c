"""Every JSON output is valid against its published schema, and every property of a schema has been seen."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import ROOT, cases
from tests.test_set_image_cases import lay_out

FILES = sorted((ROOT / "schemas").glob("*.schema.json"))
SCHEMAS = {path.name.partition(".")[0]: json.loads(path.read_text()) for path in FILES}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_closed(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["additionalProperties"] is False


@pytest.mark.parametrize("case", cases("set_image"))
def test_the_json_of_set_image_is_as_its_schema_says(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
    args = [argument for argument in shlex.split((case / "args").read_text()) if argument != "--diff"]
    ran = kbump("set-image", *args, "-o", "json", "--dry-run", stdin=stdin, cwd=tmp_path)
    printed = ran.stderr if "-" in args and not ran.stdout.startswith('{\n  "version"') else ran.stdout
    if printed.startswith("{"):
        jsonschema.validate(json.loads(printed), SCHEMAS["set-image"])
    else:
        assert ran.code == 2


@pytest.mark.parametrize("case", cases("set_image"))
def test_the_json_of_images_is_as_its_schema_says(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("images", "-o", "json", cwd=tmp_path)
    if ran.code != 2 or ran.stdout:
        jsonschema.validate(json.loads(ran.stdout), SCHEMAS["images"])
