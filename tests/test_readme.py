"""README is run: every console block, the library example, and the two commands for a fresh machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kbump.cli import COMMANDS
from tests.conftest import CASES, ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
FIRST, TESTS, *OTHERS = BLOCKS


def steps(block: str) -> list[tuple[str, str]]:
    """Return (command, output) of a console block."""
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in re.split(r"^\$ ", block, flags=re.M)[1:]]


def run(command: str, cwd: Path, path: str = "") -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("KBUMP_", "GIT_"))}
    environment |= {"PATH": f"{path}{os.pathsep}{environment['PATH']}", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of this checkout as it is, with what is not committed yet."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout of kbump")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    run("git init -q . && git add -A && git -c user.name=t -c user.email=t@t commit -qm t", tmp_path)
    return tmp_path


@pytest.mark.once
def test_the_first_command_does_the_main_job_on_a_fresh_machine(clone: Path) -> None:
    ((command, output),) = steps(FIRST)
    # The python3 that comes first on PATH is the one that runs the tests: the base of a virtual environment.
    python = Path(os.path.realpath(sys.executable)).parent
    assert run(command, clone, str(python)) == output


def test_ci_runs_the_second_command_word_for_word() -> None:
    ((command, output),) = steps(TESTS)
    assert output == ""
    assert f"\ncommand='{command}'\n" in (ROOT / ".ci" / "run").read_text()
    assert command in (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("block", OTHERS, ids=lambda block: block.partition("\n")[0])
def test_a_console_block_shows_what_is_printed(block: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / "readme", tmp_path, dirs_exist_ok=True)
    (tmp_path / "kbump").write_text(f'#!/bin/sh\nexec {sys.executable} -m kbump "$@"\n')
    (tmp_path / "kbump").chmod(0o755)
    if "/srv/git/" in block:
        held = "live" if "promote" in block else "shop"
        run(f"git init -q -b main w && cp -r {held} w && cd w && git add -A && " + _COMMIT, tmp_path)
        run("git clone -q --bare w infra.git", tmp_path)
    for command, output in steps(block):
        ran = run(command.replace("/srv/git", str(tmp_path)), tmp_path, str(tmp_path))
        assert ran.replace(str(tmp_path), "/srv/git") == output


_COMMIT = "git -c user.name=t -c user.email=t@t commit -qm t"


def test_the_library_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    manifest = (CASES / "readme" / "shop" / "web.yaml").read_text()
    for environment in ("staging", "production"):
        (tmp_path / "k8s" / environment).mkdir(parents=True)
        (tmp_path / "k8s" / environment / "web.yaml").write_text(manifest)
    monkeypatch.chdir(tmp_path)
    names = {"manifest": manifest}
    exec(example, names)
    printed = capsys.readouterr().out.splitlines()
    assert (
        printed[0]
        == "k8s/staging/web.yaml:12:38 Deployment shop/web ghcr.io/acme/web:1.4.1 → ghcr.io/acme/web:1.5.0 minor"
    )
    assert printed[2] == "ghcr.io/acme/web 1.4.1"
    assert names["text"].count(":1.5.0") == 2


def test_the_example_for_pre_commit_names_all_hooks() -> None:
    (example,) = re.findall(r"```yaml\n(repos:.*?)```", README, re.DOTALL)
    hooks = re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE)
    assert re.findall(r"- id: (\S+)", example) == hooks


def test_the_configuration_example_is_valid() -> None:
    from kbump.config import read_config
    from kbump.source import Source

    (example,) = re.findall(r"```yaml\n(environments:.*?)```", README, re.DOTALL)
    assert read_config(Source(".kbump.yaml", example), "/").defaults == {"set-image": {"no-downgrade": "true"}}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section(command: str) -> None:
    assert f"\n## `kbump {command}`\n" in README


def test_every_link_into_the_repository_leads_somewhere() -> None:
    for text in (README, (ROOT / "CONTRIBUTING.md").read_text()):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / target).exists(), target
