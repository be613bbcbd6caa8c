"""The token of a command is nowhere to be found: not in argv, output, JSON, commits, or what is left on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git.conftest import add_commit, hook, run_git
from tests.git.server import Server
from tests.git.watching import Watch

pytestmark = pytest.mark.once

TOKEN = "s3cr3t-t0ken-of-the-run"
POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: acme/web:1\n"
COMMANDS = {
    "a delivery": ["set-image", "acme/web:2", "--repo", "URL", "-v"],
    "a delivery as JSON": ["set-image", "acme/web:2", "--repo", "URL", "-o", "json"],
    "a dry run": ["set-image", "acme/web:2", "--repo", "URL", "--dry-run", "-v"],
    "a refusal": ["set-image", "acme/web:3", "--repo", "URL", "-v", "--branch", "refused"],
    "a repository that is not there": ["set-image", "acme/web:2", "--repo", "URL-none", "-v"],
    "the token as a source": ["set-image", "acme/web:2", "--repo", "https://x:TOKEN@git.example.com/a/b"],
}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look at")
@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_token_is_found_nowhere(words: list[str], server: Server, bare: Path, tmp_path: Path) -> None:
    server.users = {"x-access-token": TOKEN}
    add_commit(bare, {"web.yaml": POD}, "a manifest")
    run_git("branch", "refused", "main", cwd=bare)
    hook(bare, "update", f'echo "the hook knows {TOKEN}"; [ "$1" != refs/heads/refused ]')
    folder = tmp_path / "run"
    folder.mkdir()
    watch = Watch()
    watch.start()
    url = f"{server.address}/acme/infra.git"
    arguments = [word.replace("URL", url).replace("TOKEN", "elsewhere") for word in words]
    environment = {**os.environ, "TMPDIR": str(folder), "KBUMP_TOKEN": TOKEN, "HOME": str(folder)}
    environment["PYTHONPATH"] = ":".join(filter(None, sys.path))
    command = [sys.executable, "-m", "kbump", *arguments]
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False)
    watch.done.set()
    watch.join()
    if "URL" in words:
        assert TOKEN in server.passwords
        assert any(b"kbump" in line for line in watch.seen)
    assert TOKEN.encode() not in ran.stdout + ran.stderr
    assert b"elsewhere" not in ran.stdout + ran.stderr
    assert not [line for line in watch.seen if TOKEN.encode() in line]
    objects = run_git("cat-file", "--batch-all-objects", "--batch", cwd=bare)
    assert TOKEN not in objects
    assert list(folder.iterdir()) == []
    assert TOKEN not in (bare / "config").read_text()
