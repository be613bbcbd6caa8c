"""The token of a promotion is nowhere: not in argv, output, JSON, commits, pages, or what is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.infra import Infra
from tests.git.conftest import run_git
from tests.git.watching import Watch

pytestmark = pytest.mark.once

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: acme/web:%s\n"
COMMANDS = {
    "a promotion": ["promote", "--to", "URL", "--from", "qa", "-v"],
    "a promotion as JSON": ["promote", "--to", "URL", "--from", "qa", "-o", "json"],
    "a dry run": ["promote", "--to", "URL", "--from", "qa", "--dry-run", "-v"],
    "a promotion from a repository": ["promote", "--to", "URL", "--from", "URL", "-v"],
    "a pull request for an image": ["set-image", "acme/web:3", "--repo", "URL", "--pull-request", "-v"],
    "a difference of repositories": ["diff", "URL", "qa", "-v", "-o", "json"],
    "a comment that finds no pull request": ["diff", "qa", "qa", "--comment=99"],
    "a comment of validate": ["validate", "qa", "--comment=99", "-v"],
    "a page of what is wrong": ["validate", "qa", "-o", "markdown"],
}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look at")
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_token_is_found_nowhere(words: list[str], infra: Infra, tmp_path: Path) -> None:
    infra.commit({"web.yaml": POD % "1"})
    folder = tmp_path / "run"
    here = tmp_path / "here"
    (here / "qa").mkdir(parents=True)
    folder.mkdir()
    (here / "qa" / "web.yaml").write_text(POD % "2")
    choice = infra.choice
    address = f", api_url: '{choice.api_url}'" if choice.api_url else ""
    (here / ".kbump.yaml").write_text(f"forge: {{kind: {choice.kind}{address}}}\n")
    run_git("init", "--quiet", here)
    run_git("remote", "add", "origin", infra.url, cwd=here)
    token = infra.secrets["KBUMP_TOKEN"]
    watch = Watch()
    watch.start()
    environment = {**os.environ, **infra.secrets, "TMPDIR": str(folder), "HOME": str(folder)}
    environment["PYTHONPATH"] = ":".join(filter(None, sys.path))
    command = [sys.executable, "-m", "kbump", *(word.replace("URL", infra.url) for word in words)]
    ran = subprocess.run(command, env=environment, cwd=here, capture_output=True, check=False)
    watch.done.set()
    watch.join()
    assert ran.stdout + ran.stderr
    assert token.encode() not in ran.stdout + ran.stderr
    assert not [line for line in watch.seen if token.encode() in line]
    assert list(folder.iterdir()) == []
    for branch in infra.branches():
        log = run_git("log", "-p", "--format=fuller", "FETCH_HEAD", cwd=infra.fetched(branch))
        assert token not in log
        pulls = infra.pulls(branch) if branch != "main" else []
        assert token not in "".join(f"{pull.title}{pull.body}{infra.forge.comments(pull.number)}" for pull in pulls)
    written = [path for path in here.rglob("*") if path.is_file()]
    assert not [path for path in written if token.encode() in path.read_bytes()]
