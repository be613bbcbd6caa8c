"""One directory under tests/cases/promote/ is one case of `kbump promote --dry-run`; its name is what it tests.

args        the command line behind `kbump promote`, as a shell would split it; --to, --from and --dry-run are added
from/       the files of the environment that images come from
to/         the files of the repository that gets them
earlier*/   the files that the repository had before, if that matters, one directory for each commit in their order
expected/   the files of the repository that change; without it nothing may change
output.txt  exit code, standard output and standard error; KBUMP_TEST_UPDATE=1 writes it, for a person to read
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import cases
from tests.git.conftest import add_commit, run_git
from tests.test_schemas import SCHEMAS

CASES = cases("promote")


@pytest.mark.parametrize("case", CASES)
def test_a_dry_run_says_what_the_case_says(case: Path, kbump, tmp_path: Path) -> None:
    arguments = lay_out(case, tmp_path)
    ran = kbump("promote", *arguments, cwd=tmp_path)
    written = f"exit {ran.code}\n--- stdout\n{ran.stdout}--- stderr\n{ran.stderr}"
    written = re.sub(r"\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b", "<commit>", written.replace(str(tmp_path), ""))
    written = re.sub(r"^index .*", "index <blobs>", written, flags=re.MULTILINE)
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_bytes(written.encode())
    assert written == (case / "output.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_what_would_be_committed_changes_what_the_case_says_and_nothing_else(case: Path, kbump, tmp_path: Path) -> None:
    arguments = lay_out(case, tmp_path)
    if "-o" in arguments:
        at = arguments.index("-o")
        arguments[at : at + 2] = []
    ran = kbump("promote", *arguments, "-o", "json", cwd=tmp_path)
    if ran.code == 2:
        assert not (case / "expected").exists()
        return
    told = json.loads(ran.stdout)
    jsonschema.validate(told, SCHEMAS["promote"])
    work = tmp_path / "work"
    run_git("clone", "--quiet", tmp_path / "infra.git", work)
    for one in told["promotions"]:
        if one["status"] == "planned" and one["patch"]:
            subprocess.run(
                ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"],
                input=one["patch"].encode(), cwd=work, check=True,
            )  # fmt: skip
    after = {**contents(case / "to"), **contents(case / "expected")}
    # Holds have commits in them: output.txt shows them.
    assert without_holds(contents(work)) == without_holds(after)


def lay_out(case: Path, folder: Path) -> list[str]:
    shutil.copytree(case / "from", folder / "from")
    bare = folder / "infra.git"
    run_git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", bare)
    for commit in [*sorted(case.glob("earlier*")), case / "to"]:
        add_commit(bare, contents(commit), commit.name)
    arguments = shlex.split((case / "args").read_text())
    to = [] if "--to" in arguments else ["--to", f"file://{bare}"]
    settings = folder / "from" / ".kbump.yaml"
    if settings.exists() and "{repo}" in settings.read_text():
        settings.write_text(settings.read_text().replace("{repo}", f"file://{bare}"))
        to = []
    return [*(word.replace("{repo}", f"file://{bare}") for word in arguments), *to, "--from", "from", "--dry-run"]


def without_holds(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != ".kbump-holds.json"}


def contents(top: Path) -> dict[str, bytes]:
    parts = {path: path.relative_to(top).parts for path in sorted(top.rglob("*")) if path.is_file()}
    paths = (path for path, names in parts.items() if ".git" not in names)
    return {str(path.relative_to(top)): path.read_bytes() for path in paths}
