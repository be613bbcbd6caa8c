"""One directory under tests/cases/init/ is one case; its name is the sentence that it tests.

input/         the repo
origin         the URL of its remote `origin`; the repo is a git work tree then
gitignore      its .gitignore, which makes it a git work tree, too
args           the command line behind `kbump init`, if there is one
expected.yaml  of the .kbump.yaml that is written, the settings, and the comments that are not in every one; without it,
               none is written
whole.yaml     all of the file, for one case
output.txt     exit code, standard output but for the file, and standard error
KBUMP_TEST_UPDATE=1 writes the last three, for a person to read
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from kbump.config import read_config
from kbump.report.settings import settings_yaml
from kbump.source import Source
from tests.conftest import CASES as CASES_FOLDER
from tests.conftest import Ran, cases
from tests.git.conftest import run_git
from tests.report.test_settings import SCHEMA, paths, read, uncommented
from tests.test_set_image_cases import contents

CASES = cases("init")
CRD = (CASES_FOLDER / "init" / "names-that-yaml-reads-as-something-else-are-quoted/input/crds/a, b #c.yaml").read_text()
SECRET = (CASES_FOLDER / "init" / "encrypted-files-are-said-and-left/input/qa/secret.yaml").read_text()
WRITING = [case for case in CASES if (case.values[0] / "expected.yaml").exists()]


@pytest.fixture(autouse=True)
def nobody_else_says_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the configuration of the user who runs the tests would say."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def lay_out(case: Path, into: Path) -> Path:
    """Copy the repo, and make a git work tree of it if the case says so."""
    repo = into / "infra"
    shutil.copytree(case / "input", repo)
    if (case / "origin").exists() or (case / "gitignore").exists():
        run_git("init", "--quiet", "--template=", repo)
    if (case / "origin").exists():
        run_git("remote", "add", "origin", (case / "origin").read_text().strip(), cwd=repo)
    if (case / "gitignore").exists():
        shutil.copy(case / "gitignore", repo / ".gitignore")
    return repo


def run(case: Path, kbump, repo: Path, *more: str) -> Ran:
    arguments = shlex.split((case / "args").read_text()) if (case / "args").exists() else []
    ran: Ran = kbump("init", *arguments, *more, cwd=repo)
    return ran


def own(text: str) -> str:
    """Return the lines of a file that are settings, or comments that are not in the file of every repo."""
    usual = {line.strip("# ") for line in settings_yaml(SCHEMA, {}, {}).splitlines()}
    lines = [line for line in text.splitlines() if not line.strip().startswith("#") or line.strip("# ") not in usual]
    return "".join(f"{line}\n" for line in lines if line)


@pytest.mark.parametrize("case", CASES)
def test_init_writes_what_the_case_says(case: Path, kbump, tmp_path: Path) -> None:
    repo = lay_out(case, tmp_path)
    before = contents(repo)
    ran = run(case, kbump, repo)
    after = contents(repo)
    changed = {name: data.decode() for name, data in after.items() if before.get(name) != data}
    assert {os.path.basename(name) for name in changed} <= {".kbump.yaml"}
    output = f"exit {ran.code}\n--- stdout\n{own(ran.stdout)}--- stderr\n{ran.stderr}"
    if os.environ.get("KBUMP_TEST_UPDATE"):
        (case / "output.txt").write_text(output)
        for text in changed.values():
            (case / "expected.yaml").write_text(own(text))
            if (case / "whole.yaml").exists():
                (case / "whole.yaml").write_text(text)
    assert output == (case / "output.txt").read_text()
    assert [own(text) for text in changed.values()] == [one.read_text() for one in case.glob("expected.yaml")]
    assert [one.read_text() for one in case.glob("whole.yaml")] in ([], list(changed.values()))


@pytest.mark.parametrize("case", WRITING)
def test_kbump_reads_what_is_written_and_every_key_is_in_it(case: Path, kbump, tmp_path: Path) -> None:
    text = run(case, kbump, lay_out(case, tmp_path), "--dry-run").stdout
    assert read_config(Source(".kbump.yaml", text), "/")
    whole = uncommented(text)
    assert read_config(Source(".kbump.yaml", whole), "/")
    for path in paths(SCHEMA):
        data = read(whole)
        for name in path:
            data = data[name]


@pytest.mark.parametrize("case", WRITING)
def test_a_second_run_leaves_the_file_and_says_so(case: Path, kbump, tmp_path: Path) -> None:
    repo = lay_out(case, tmp_path)
    run(case, kbump, repo)
    after = contents(repo)
    arguments = (case / "args").read_text().split() if (case / "args").exists() else []
    ran = kbump("init", *[one for one in arguments if one != "--force"], cwd=repo)
    assert (ran.code, contents(repo)) == (1, after)
    assert ".kbump.yaml` is there, and stays as it is" in ran.stderr


@pytest.mark.parametrize("case", WRITING)
def test_a_dry_run_prints_what_would_be_written_and_writes_nothing(case: Path, kbump, tmp_path: Path) -> None:
    repo = lay_out(case, tmp_path)
    before = contents(repo)
    ran = run(case, kbump, repo, "--dry-run")
    assert contents(repo) == before
    run(case, kbump, repo)
    assert (ran.code, ran.stdout.encode()) in [(0, data) for data in contents(repo).values()]


def test_commands_take_the_environments_that_were_found(kbump, tmp_path: Path) -> None:
    (case,) = (case.values[0] for case in CASES if "directories with the names" in case.id)
    repo = lay_out(case, tmp_path)
    kbump("init", cwd=repo)
    ran = kbump("images", "--environment", "production", cwd=repo)
    assert (ran.code, ran.stdout.partition(":")[0]) == (0, "k8s/production/web.yaml")


def test_a_file_that_another_program_writes_meanwhile_is_not_lost(tmp_path: Path) -> None:
    from kbump.files import create

    path = tmp_path / ".kbump.yaml"
    assert create(str(path), b"first\n")
    assert not create(str(path), b"second\n")
    assert path.read_bytes() == b"first\n"
    assert [one.name for one in tmp_path.iterdir()] == [".kbump.yaml"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_directory_that_cannot_be_written_to_is_an_error(kbump, tmp_path: Path) -> None:
    ran = kbump("init", str(tmp_path / "none"))
    assert (ran.code, ran.stderr.splitlines()[0]) == (2, f"error: `{tmp_path}/none` is no directory")


def test_a_file_that_cannot_be_read_is_passed_over_and_said(kbump, tmp_path: Path) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "huge.yaml").write_bytes(b"")
    os.truncate(tmp_path / "crds" / "huge.yaml", 17 * 1024 * 1024)
    ran = kbump("init", cwd=tmp_path)
    assert (ran.code, ran.stderr.splitlines()[3]) == (0, "could not be read, and was passed over: crds/huge.yaml")


def test_without_git_nothing_is_known_of_the_remote(kbump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git("init", "--quiet", "--template=", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    ran = kbump("init", cwd=tmp_path)
    assert (ran.code, ran.stderr.splitlines()[2].partition(" on ")[0]) == (0, "there is no remote origin")


def test_names_that_a_terminal_would_obey_are_drawn(kbump, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb").mkdir()
    (tmp_path / "a\x1b[31m\nb" / "crd.yaml").write_text(CRD)
    (tmp_path / "a\x1b[31m\nb" / "secret.yaml").write_text(SECRET)
    ran = kbump("init", cwd=tmp_path)
    assert "\x1b" not in ran.stderr + (tmp_path / ".kbump.yaml").read_text()
    config = read_config(Source(".kbump.yaml", (tmp_path / ".kbump.yaml").read_text()), "/")
    assert config.validate.crds == ("a\x1b[31m\nb/crd.yaml",)
