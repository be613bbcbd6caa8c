"""A program that is run leaves no child behind, however its run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kbump.process import Children, execute
from tests.git.conftest import alive, until

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def test_output_and_words_are_told_apart() -> None:
    done = execute(["sh", "-c", "cat; echo words >&2; exit 3"], ENVIRONMENT, None, b"data")
    assert done == (3, b"data", "words\n", False)


def test_a_program_that_does_not_read_its_input_is_no_error() -> None:
    assert execute(["true"], ENVIRONMENT, None, b"x" * 1_000_000).code == 0


def test_a_program_that_is_missing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        execute(["kbump-has-no-such-program"], ENVIRONMENT)


def test_a_child_that_keeps_stderr_open_is_not_waited_for() -> None:
    started = time.monotonic()
    done = execute(["sh", "-c", "setsid sleep 30 >/dev/null & echo said >&2"], ENVIRONMENT, None, None, 20.0)
    assert (done.stderr, done.expired) == ("said\n", False)
    assert time.monotonic() - started < 15


@pytest.mark.once
@pytest.mark.parametrize(
    "trap", [pytest.param("", id="at once"), pytest.param("trap '' TERM; ", id="although they ignore SIGTERM")]
)
def test_when_time_runs_out_the_program_and_its_children_are_ended(tmp_path: Path, trap: str) -> None:
    script = f"{trap}sleep 60 & echo $! >{tmp_path}/pid; echo begun; wait; sleep 60"
    done = execute(["sh", "-c", script], ENVIRONMENT, None, b"x" * 1_000_000, 0.3)
    assert (done.expired, done.stdout) == (True, b"begun\n")
    # What was killed takes a moment to go.
    pid = int((tmp_path / "pid").read_text())
    until(lambda: not alive(pid))


PROGRAM = """
import os, signal, sys
from kbump.process import execute

class Interrupted(BaseException):
    pass

def interrupt(number, frame):
    raise Interrupted

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, interrupt)
try:
    execute(["sh", "-c", "sleep 60 & echo $! $$ >pids.new; mv pids.new pids; wait"], dict(os.environ))
except Interrupted:
    sys.exit(7)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_children(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=tmp_path) as program:
        until((tmp_path / "pids").exists)
        program.send_signal(number)
        assert program.wait(10) == 7
    until(lambda: not any(alive(int(pid)) for pid in (tmp_path / "pids").read_text().split()))


def test_a_signal_that_comes_while_the_program_starts_ends_it(tmp_path: Path) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    # Until it runs its own script, the new program holds its parent up: there the signal comes.
    script = tmp_path / "program"
    script.write_text(f"#!/bin/sh\nkill -TERM {os.getpid()}\necho $$ >{tmp_path}/pid\nexec sleep 60\n")
    script.chmod(0o755)
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        for _ in range(5):
            with pytest.raises(Interrupted):
                execute([str(script)], ENVIRONMENT)
    finally:
        signal.signal(signal.SIGTERM, before)
    pid = (tmp_path / "pid").read_text().strip() if (tmp_path / "pid").exists() else ""
    until(lambda: not pid or not alive(int(pid)))


def test_programs_of_other_threads_are_ended_together_and_no_more_are_started(tmp_path: Path) -> None:
    children, found = Children(), []

    def run(trap: str) -> None:
        script = f"{trap}sleep 60 & echo $! >{tmp_path}/$!; echo >{tmp_path}/$$; wait; sleep 60"
        found.append(execute(["sh", "-c", script], ENVIRONMENT, children=children).code)

    threads = [threading.Thread(target=run, args=(trap,)) for trap in ("", "", "trap '' TERM; ")]
    for thread in threads:
        thread.start()
    until(lambda: len(list(tmp_path.iterdir())) == 6)
    children.end()
    for thread in threads:
        thread.join(5)
    assert sorted(found) == [-signal.SIGTERM, -signal.SIGTERM, -signal.SIGKILL]
    until(lambda: not any(alive(int(path.name)) for path in tmp_path.iterdir()))
    with pytest.raises(ProcessLookupError):
        execute(["true"], ENVIRONMENT, children=children)


def test_output_that_comes_slowly_is_whole() -> None:
    script = "cat; for word in a b c; do sleep 0.6; echo $word; done"
    data = b"x" * 1_000_000
    assert execute(["sh", "-c", script], ENVIRONMENT, None, data).stdout == data + b"a\nb\nc\n"


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert execute(["sh", "-c", "kill -INT $$; echo alive"], ENVIRONMENT).stdout == b"alive\n"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_program_can_be_run_from_any_thread() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(execute(["echo", "x"], ENVIRONMENT).stdout))
    thread.start()
    thread.join()
    assert found == [b"x\n"]


def test_a_signal_is_held_back_until_the_program_is_known() -> None:
    from kbump.process import _uninterrupted

    got: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
    try:
        with _uninterrupted():
            os.kill(os.getpid(), signal.SIGTERM)
            assert got == []
        assert got == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
