"""One directory under tests/cases/set_image/ is one case; its name is the sentence that it tests.

args          the command line behind `kbump set-image`, as a shell would split it
input.yaml    the file that it runs on; or input/, a tree (a name such as input.json is taken as it is)
stdin         what is on standard input, and stdout, what comes out, byte for byte
gitignore     the .gitignore of the tree, which is then a git work tree
expected.yaml the file afterwards; or expected/, the files that change; without it nothing may change
output.txt    exit code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import cases

CASES = cases("set_image")
CHANGING = [case for case in CASES if list(case.values[0].glob("expected*"))]


@pytest.mark.parametrize("case", CASES)
def test_set_image_does_what_the_case_says(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    ran = kbump("set-image", *arguments(case), stdin=standard_input(case), cwd=tmp_path)
    assert contents(tmp_path) == afterwards(case, tmp_path)
    if (case / "stdout").exists():
        assert ran.stdout.encode() == (case / "stdout").read_bytes()
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}".encode()
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_bytes(written)
    assert written.decode() == (case / "output.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CHANGING)
def test_a_second_run_changes_nothing_and_finds_nothing_to_do(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    first = kbump("set-image", *arguments(case), cwd=tmp_path)
    after = contents(tmp_path)
    second = kbump("set-image", *arguments(case), cwd=tmp_path)
    assert contents(tmp_path) == after
    assert second.code == first.code
    again = kbump("set-image", *arguments(case), "--check", cwd=tmp_path)
    assert again.code == first.code


@pytest.mark.parametrize("case", CHANGING)
def test_git_apply_makes_of_the_printed_patch_what_the_run_writes(case: Path, kbump, tmp_path: Path) -> None:
    lay_out(case, "input", tmp_path)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    ran = kbump("set-image", *arguments(case), "--diff", cwd=tmp_path)
    command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"]
    subprocess.run(command, cwd=tmp_path, input=ran.stdout.encode(), check=True)
    assert contents(tmp_path) == afterwards(case, tmp_path)


@pytest.mark.parametrize("case", CHANGING)
def test_check_exits_1_and_a_dry_run_as_the_run_and_neither_writes(case: Path, kbump, tmp_path: Path) -> None:
    before = lay_out(case, "input", tmp_path)
    check = kbump("set-image", *arguments(case), "--check", cwd=tmp_path)
    dry = kbump("set-image", *arguments(case), "--dry-run", cwd=tmp_path)
    assert contents(tmp_path) == before
    ran = kbump("set-image", *arguments(case), cwd=tmp_path)
    assert check.code == max(1, ran.code)
    assert dry.code == ran.code


def arguments(case: Path) -> list[str]:
    return shlex.split((case / "args").read_text())


def standard_input(case: Path) -> bytes:
    return (case / "stdin").read_bytes() if (case / "stdin").exists() else b""


def lay_out(case: Path, stem: str, into: Path) -> dict[str, bytes]:
    """Copy a case's files of a stem, named as the input is, and return what is there then."""
    into.mkdir(exist_ok=True)
    if (case / stem).is_dir():
        shutil.copytree(case / stem, into, dirs_exist_ok=True)
    for file in case.glob(f"{stem}.*"):
        shutil.copy(file, into / file.name.replace("expected.", "input."))
    if stem == "input" and (case / "gitignore").exists():
        shutil.copy(case / "gitignore", into / ".gitignore")
        subprocess.run(["git", "init", "--quiet", str(into)], check=True)
    return contents(into)


def afterwards(case: Path, beside: Path) -> dict[str, bytes]:
    """Return what the tree is to hold after the run."""
    trees = [beside.with_name(f"{beside.name}-{stem}") for stem in ("input", "expected")]
    before, changed = (lay_out(case, tree.name.rpartition("-")[2], tree) for tree in trees)
    return {**before, **changed}


def contents(tree: Path) -> dict[str, bytes]:
    """Return the files of a tree by their path, without git's own."""
    files = {file.relative_to(tree): file for file in sorted(tree.rglob("*")) if file.is_file()}
    return {str(path): file.read_bytes() for path, file in files.items() if path.parts[0] != ".git"}
