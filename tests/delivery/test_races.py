"""Twenty writers at once, and runs that are killed: nothing is lost, and the next run goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.git.conftest import add_commit, run_git, until

pytestmark = pytest.mark.once

WRITERS, IMAGES = 20, 5
# How often a run is killed: `KBUMP_TEST_KILLS=100` for more.
KILLS = int(os.environ.get("KBUMP_TEST_KILLS", "6"))


def manifest(writer: int) -> bytes:
    containers = "".join(f"  - name: c{n}\n    image: acme/w{writer}-{n}:1\n" for n in range(IMAGES))
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: w{writer}}}\nspec:\n  containers:\n{containers}".encode()


def start(bare: Path, folder: Path, *images: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": ":".join(filter(None, sys.path))}
    command = [sys.executable, "-m", "kbump", "set-image", *images, "--repo", f"file://{bare}", "--timeout", "5m", "-q"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_of_twenty_writers_of_five_images_each_no_edit_is_lost(bare: Path, tmp_path: Path) -> None:
    add_commit(bare, {f"k8s/w{writer}.yaml": manifest(writer) for writer in range(WRITERS)}, "manifests")
    before = run_git("rev-parse", "main", cwd=bare)
    running = [
        start(bare, tmp_path / str(writer), *(f"acme/w{writer}-{n}:2" for n in range(IMAGES)))
        for writer in range(WRITERS)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in running]
    assert ended == [(b"", 0)] * WRITERS
    for writer in range(WRITERS):
        text = run_git("cat-file", "blob", f"main:k8s/w{writer}.yaml", cwd=bare)
        assert text.encode() + b"\n" == manifest(writer).replace(b":1\n", b":2\n")
    commits = run_git("log", "--format=%h %p %s", "--shortstat", f"{before}..main", cwd=bare)
    assert commits.count("5 insertions") == WRITERS
    assert run_git("rev-list", "--count", "--max-parents=1", f"{before}..main", cwd=bare) == str(WRITERS)
    assert run_git("rev-list", "--count", "--min-parents=2", f"{before}..main", cwd=bare) == "0"


def test_after_a_run_was_killed_the_next_one_succeeds(bare: Path, tmp_path: Path) -> None:
    add_commit(bare, {"w.yaml": manifest(0)}, "manifest")
    chance = random.Random(5)
    for number in range(2, KILLS + 2):
        with start(bare, tmp_path / "killed", f"acme/w0-0:{number}") as process:
            time.sleep(chance.uniform(0.02, 0.3))
            process.kill()
        with start(bare, tmp_path / "next", f"acme/w0-0:{number}") as process:
            assert process.communicate()[1] == b""
        assert f"acme/w0-0:{number}" in run_git("cat-file", "blob", "main:w.yaml", cwd=bare)
        assert os.listdir(tmp_path / "next") == []
    assert run_git("fsck", "--strict", cwd=bare) == ""
    assert run_git("rev-list", "--count", "main", cwd=bare) == str(2 + KILLS)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_interrupted_leaves_nothing_behind(bare: Path, tmp_path: Path, number: int, code: int) -> None:
    add_commit(bare, {"w.yaml": manifest(0)}, "manifest")
    folder = tmp_path / "interrupted"
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pushing\nexec sleep 30\n")
    hook.chmod(0o755)
    with start(bare, folder, "acme/w0-0:2") as process:
        until((tmp_path / "pushing").exists)
        process.send_signal(number)
        words = process.communicate()[1].decode()
    assert process.returncode == code
    assert os.listdir(folder) == []
    assert "interrupted" in words
