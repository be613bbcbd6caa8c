"""Killed in the middle: the remote is sound, and the next run works; interrupted: nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.git.conftest import OWN, alive, hook, run_git, until

pytestmark = pytest.mark.once

PROGRAM = """
import signal, sys
from kbump.git import *
from kbump.remote import Remote

class Interrupted(BaseException):
    pass

def interrupt(number, frame):
    raise Interrupted

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, interrupt)
remote, directory = Remote.parse(sys.argv[1]), sys.argv[2]
person = Person("A", "a@x")
try:
    with session(remote, {"PATH": sys.argv[3], "HOME": "/nonexistent"}) as git:
        made = clone(git, directory)
        old = made.tip()
        with open(directory + "/README", "a") as file:
            file.write("line\\n")
        sha = commit(made, "change", ["README"], author=person, committer=person)
        print("pushing", flush=True)
        print(push(made, sha, "main", old), flush=True)
except Interrupted:
    sys.exit(7)
"""


def start(bare: Path, folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir()
    command = [sys.executable, "-c", PROGRAM, f"file://{bare}", str(folder / "clone"), OWN["PATH"]]
    environment = {**OWN, "TMPDIR": str(folder), "PYTHONPATH": ":".join(filter(None, sys.path))}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def count(bare: Path) -> int:
    assert run_git("fsck", "--strict", cwd=bare) == ""
    return int(run_git("rev-list", "--count", "main", cwd=bare))


def test_a_run_that_is_killed_leaves_the_remote_sound(bare: Path, tmp_path: Path) -> None:
    for number, delay_s in enumerate((0.08, 0.14, 0.2, 0.26, 0.32)):
        before = count(bare)
        with start(bare, tmp_path / f"killed{number}") as program:
            time.sleep(delay_s)
            program.kill()
        # A push that was on its way may still land.
        time.sleep(0.2)
        assert count(bare) - before in {0, 1}
    before = count(bare)
    with start(bare, tmp_path / "next") as program:
        assert b"Pushed(" in program.communicate()[0]
    assert count(bare) == before + 1


def test_a_run_that_is_killed_while_it_pushes_has_pushed_whole_or_not_at_all(bare: Path, tmp_path: Path) -> None:
    hook(bare, "pre-receive", f"touch {tmp_path}/begun; sleep 0.5")
    with start(bare, tmp_path / "killed") as program:
        until((tmp_path / "begun").exists)
        program.kill()
    time.sleep(0.8)
    assert count(bare) in {1, 2}
    (bare / "hooks" / "pre-receive").unlink()
    with start(bare, tmp_path / "next") as program:
        assert b"Pushed(" in program.communicate()[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_nothing_behind(bare: Path, tmp_path: Path, number: signal.Signals) -> None:
    hook(bare, "pre-receive", f"echo $$ >{tmp_path}/new; mv {tmp_path}/new {tmp_path}/begun; sleep 60")
    with start(bare, tmp_path / "run") as program:
        until((tmp_path / "begun").exists)
        assert list((tmp_path / "run").glob("kbump-git-*"))
        os.kill(program.pid, number)
        assert program.wait(10) == 7
    assert not list((tmp_path / "run").glob("kbump-git-*"))
    until(lambda: not alive(int((tmp_path / "begun").read_text())))
    assert count(bare) == 1
