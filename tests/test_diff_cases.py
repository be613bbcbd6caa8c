"""A directory under tests/cases/diff/ with `args` is a case of `kbump diff`; its name is the sentence that it tests.

args          the command line behind `kbump diff`, as a shell would split it; {here} is where it runs
input/        the tree that it runs in
commits/      1/, 2/, ...: trees that were the content of a git repository before, tagged v1, v2, ...
stdin         what is on standard input
environ       variables that the run gets, NAME=VALUE on each line
output.txt    exit code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import Ran, cases
from tests.git.conftest import run_git
from tests.test_schemas import SCHEMAS
from tests.test_set_image_cases import contents

CASES = [case for case in cases("diff") if (case.values[0] / "args").exists()]


@pytest.fixture(autouse=True)
def nobody_else_says_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what the configuration of the user who runs the tests would say."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "GITEA_", "DRONE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize("case", CASES)
def test_diff_shows_what_the_case_says(case: Path, kbump, tmp_path: Path, monkeypatch) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    written = written.replace(f"{tmp_path}/infra", "{here}")
    written = re.sub(r"\b[0-9a-f]{40}\b", "<commit>", written)
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_bytes(written.encode())
    assert written == (case / "output.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_as_its_schema_says_and_the_exit_code_is_the_same(
    case: Path, kbump, tmp_path: Path, monkeypatch
) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch, "-o", "json")
    assert f"exit {ran.code}\n" in (case / "output.txt").read_text()
    if ran.stdout:
        jsonschema.validate(json.loads(ran.stdout), SCHEMAS["diff"], jsonschema.Draft202012Validator)
    else:
        assert ran.code == 2


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_written(case: Path, kbump, tmp_path: Path, monkeypatch) -> None:
    before: dict[str, bytes] = {}
    ran = run(case, kbump, tmp_path, monkeypatch, before=before)
    assert ran.code in (0, 1, 2)
    assert contents(tmp_path / "infra") == before


@pytest.mark.parametrize("case", [case for case in CASES if "secret" in case.id or "sops" in case.id])
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_no_form_shows_a_secret(case: Path, form: str, kbump, tmp_path: Path, monkeypatch) -> None:
    ran = run(case, kbump, tmp_path, monkeypatch, "-o", form, "-v")
    assert ran.stdout
    assert not [word for word in ("hunter", "aHVudGVy", "ENC[") if word in ran.stdout + ran.stderr]


def test_every_kind_of_note_has_been_seen(kbump, tmp_path: Path, monkeypatch) -> None:
    seen = set()
    for number, case in enumerate(CASES):
        ran = run(case.values[0], kbump, tmp_path / str(number), monkeypatch, "-o", "json", skip=False)
        seen |= {note["kind"] for note in json.loads(ran.stdout)["notes"]} if ran.stdout else set()
    kinds = "empty encrypted other skipped sources template unparsable unreadable unused"
    assert seen >= set(kinds.split())


def run(case: Path, kbump, folder: Path, monkeypatch, *more: str, before=None, skip: bool = True) -> Ran:
    """Run a case below a directory, with more arguments; `before` is filled with the files that were there."""
    here = folder / "infra"
    here.mkdir(parents=True)
    lay_out(case, here)
    if skip and not shutil.which("kubectl") and list((case / "input").rglob("kustomization.yaml")):
        pytest.skip("needs kubectl on PATH")
    if before is not None:
        before.update(contents(here))
    with monkeypatch.context() as patch:
        for line in (case / "environ").read_text().splitlines() if (case / "environ").exists() else ():
            patch.setenv(*line.split("=", 1))
        arguments = shlex.split((case / "args").read_text().replace("{here}", str(here)))
        if "-o" in more and "-o" in arguments:
            at = arguments.index("-o")
            arguments[at : at + 2] = []
        stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
        return kbump("diff", *arguments, *more, stdin=stdin, cwd=here)


def lay_out(case: Path, here: Path) -> None:
    commits = sorted((case / "commits").iterdir()) if (case / "commits").exists() else []
    if commits:
        run_git("init", "--quiet", "--initial-branch=main", "--template=", here)
    for commit in commits:
        for path in here.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # With the time of now: git tells files by size and time.
        shutil.copytree(commit, here, dirs_exist_ok=True, symlinks=True, copy_function=shutil.copy)
        run_git("add", "--all", cwd=here)
        run_git("commit", "--quiet", "--message=change", cwd=here)
        run_git("tag", f"v{commit.name}", cwd=here)
    if (case / "input").exists():
        shutil.copytree(case / "input", here, dirs_exist_ok=True, symlinks=True)
