"""One directory under tests/cases/deliver/ is one case of `kbump set-image --repo`; its name is what it tests.

args        the command line behind `kbump set-image`, as a shell would split it; `--repo` is added
input/      the files of the repository
before      command lines that were run before it, one on each line
environ     variables that the run gets, NAME=VALUE on each line
expected/   the files that change; without it nothing may change
output.txt  exit code, standard output and standard error, and the messages of the commits that are new;
            KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import cases
from tests.git.conftest import add_commit, run_git
from tests.test_schemas import SCHEMAS

CASES = cases("deliver")


@pytest.mark.parametrize("case", CASES)
def test_set_image_delivers_as_the_case_says(case: Path, kbump, tmp_path: Path, monkeypatch) -> None:
    bare = lay_out(case, tmp_path)
    for line in read(case, "before").splitlines():
        assert kbump("set-image", *shlex.split(line), "--repo", f"file://{bare}", cwd=tmp_path).code == 0
    before, files = tip(bare), contents(bare)
    for line in read(case, "environ").splitlines():
        monkeypatch.setenv(*line.split("=", 1))
    arguments = [*shlex.split(read(case, "args")), "--repo", f"file://{bare}"]
    ran = kbump("set-image", *arguments, cwd=tmp_path)
    assert contents(bare) == {**files, **expected(case)}
    log = run_git("log", "--reverse", "--format=--- commit of %an <%ae>, by %cn <%ce>%n%B", f"{before}..main", cwd=bare)
    written = masked(f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}{log}\n", bare)
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_text(written)
    assert written == (case / "output.txt").read_text()


@pytest.mark.parametrize("case", [one for one in CASES if (one.values[0] / "expected").exists()])
def test_a_second_run_commits_nothing(case: Path, kbump, tmp_path: Path) -> None:
    bare = lay_out(case, tmp_path)
    arguments = [*shlex.split(read(case, "args")), "--repo", f"file://{bare}"]
    first = kbump("set-image", *arguments, cwd=tmp_path)
    after = tip(bare)
    assert kbump("set-image", *arguments, cwd=tmp_path).code == first.code
    assert tip(bare) == after


@pytest.mark.parametrize("case", CASES)
def test_the_json_of_a_delivery_is_as_its_schema_says(case: Path, kbump, tmp_path: Path) -> None:
    bare = lay_out(case, tmp_path)
    arguments = [*shlex.split(read(case, "args")), "--repo", f"file://{bare}", "-o", "json"]
    ran = kbump("set-image", *arguments, cwd=tmp_path)
    if ran.stdout:
        jsonschema.validate(json.loads(ran.stdout), SCHEMAS["set-image"])
    else:
        assert ran.code == 2


def lay_out(case: Path, folder: Path) -> Path:
    bare = folder / "infra.git"
    run_git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", bare)
    top = case / "input"
    files = {str(path.relative_to(top)): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    add_commit(bare, files, "first")
    return bare


def tip(bare: Path) -> str:
    return run_git("rev-parse", "main", cwd=bare)


def contents(bare: Path) -> dict[str, str]:
    names = run_git("ls-tree", "-r", "--name-only", "main", cwd=bare).splitlines()
    return {name: run_git("cat-file", "blob", f"main:{name}", cwd=bare) for name in names}


def expected(case: Path) -> dict[str, str]:
    top = case / "expected"
    return {str(path.relative_to(top)): path.read_text().strip() for path in top.rglob("*") if path.is_file()}


def read(case: Path, name: str) -> str:
    return (case / name).read_text() if (case / name).exists() else ""


def masked(text: str, bare: Path) -> str:
    """Return a text without what differs from run to run: commits, and where the repository is."""
    return re.sub(r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b", "<commit>", text.replace(str(bare), "/infra.git"))
