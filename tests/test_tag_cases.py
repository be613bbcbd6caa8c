"""One directory under tests/cases/tag/ is one case; its name is the sentence that it tests.

args        the command line behind `kbump tag`, if there is one
environ     the variables of CI, NAME=VALUE, one a line
checkout    what git does in the current directory before, one command a line; without it there is no checkout
input/      files that are there
expected/   the files that are there afterwards, with these contents
output.txt  exit code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from kbump.image import ImageReference
from tests.conftest import ROOT, Ran, cases

CASES = cases("tag")
SCHEMA = json.loads((ROOT / "schemas" / "tag.schema.json").read_text())
SEED = ("init --quiet --template= -b main", "commit --quiet --allow-empty -m seed")
# The commit is the same one on every machine.
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Seed", "EMAIL": "seed@example.com", "DATE": "1700000000 +0000"}.items()
}


def lay_out(case: Path, into: Path) -> None:
    if (case / "input").is_dir():
        shutil.copytree(case / "input", into, dirs_exist_ok=True)
    if (case / "checkout").exists():
        for line in (*SEED, *(case / "checkout").read_text().splitlines()):
            subprocess.run(["git", *shlex.split(line)], cwd=into, env={**os.environ, **WHO}, check=True)


def run(case: Path, kbump, directory: Path, monkeypatch: pytest.MonkeyPatch, form: str = "") -> Ran:
    for name in [name for name in os.environ if name.startswith(("CI", "DRONE", "GIT", "HARNESS"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    # What is above the temporary directory is no part of the case.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(directory.parent))
    lay_out(case, directory)
    for line in (case / "environ").read_text().splitlines() if (case / "environ").exists() else ():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value)
    arguments = shlex.split((case / "args").read_text()) if (case / "args").exists() else []
    if form:
        said = arguments.index("-o") if "-o" in arguments else len(arguments)
        arguments[said : said + 2] = ["-o", form]
    return kbump("tag", *arguments, cwd=directory)


@pytest.mark.parametrize("case", CASES)
def test_tag_does_what_the_case_says(case: Path, kbump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_text(written)
    assert written == (case / "output.txt").read_text()
    expected = sorted(one for one in (case / "expected").rglob("*") if one.is_file())
    assert [(tmp_path / one.relative_to(case / "expected")).read_text() for one in expected] == [
        one.read_text() for one in expected
    ]


@pytest.mark.parametrize("case", [case for case in CASES if "json" not in case.id])
def test_what_is_printed_is_a_tag_that_set_image_takes(
    case: Path, kbump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch)
    if ran.code:
        assert (ran.code, ran.stdout) == (2, "")
        return
    first = ran.stdout.replace(",", "\n").split("\n")[0]
    assert str(ImageReference.parse(f"acme/web:{first}")) == f"acme/web:{first}"
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: acme/web:1.0.0}]}\n")
    (tmp_path / ".tags").write_text(ran.stdout)
    done = kbump("set-image", "acme/web", "--tag-from", ".tags", "-f", "pod.yaml", cwd=tmp_path)
    assert done.code == 0
    assert f"acme/web:{first}" in (tmp_path / "pod.yaml").read_text()


@pytest.mark.parametrize("case", CASES)
def test_the_json_of_tag_is_as_its_schema_says(
    case: Path, kbump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch, form="json")
    if ran.code:
        assert (ran.code, ran.stdout) == (2, "")
    else:
        jsonschema.validate(json.loads(ran.stdout), SCHEMA)


def test_set_image_takes_the_tag_from_a_pipe(kbump, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: acme/web:1.0.0}]}\n")
    ran = kbump("set-image", "acme/web", "--tag-from", "-", "-f", "pod.yaml", stdin=b"v1.5.0\n", cwd=tmp_path)
    assert (ran.code, "acme/web:v1.5.0" in (tmp_path / "pod.yaml").read_text()) == (0, True)
