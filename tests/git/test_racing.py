"""Several processes push to one branch at once: every commit lands, and none is called refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.git.conftest import OWN, run_git

PROGRAM = """
import os, sys
from kbump.git import *
from kbump.remote import Remote

url, directory, name, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
person = Person(name, "x@example.com")
with session(Remote.parse(url), {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}) as git:
    made = clone(git, directory)
    for number in range(rounds):
        while True:
            old = made.tip()
            with open(f"{directory}/log", "a") as file:
                file.write(f"{name} {number}\\n")
            sha = commit(made, "change", ["log"], author=person, committer=person)
            outcome = push(made, sha, "main", old)
            if isinstance(outcome, Pushed):
                break
            assert isinstance(outcome, Moved), outcome
            fetch(made)
            reset(made, "refs/remotes/origin/main")
"""


def race(bare: Path, tmp_path: Path, processes: int, rounds: int) -> None:
    environment = {**OWN, "PYTHONPATH": ":".join(filter(None, sys.path))}
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                PROGRAM,
                f"file://{bare}",
                str(tmp_path / f"clone{number}"),
                str(number),
                str(rounds),
            ],
            env=environment,
        )
        for number in range(processes)
    ]
    assert [process.wait() for process in running] == [0] * processes


def test_all_commits_of_racing_processes_land(bare: Path, tmp_path: Path) -> None:
    race(bare, tmp_path, processes=6, rounds=2)
    lines = run_git("cat-file", "blob", "main:log", cwd=bare).splitlines()
    assert sorted(lines) == sorted(f"{name} {number}" for name in range(6) for number in range(2))
    assert run_git("rev-list", "--count", "main", cwd=bare) == "13"
    assert run_git("rev-list", "--min-parents=2", "main", cwd=bare) == ""
