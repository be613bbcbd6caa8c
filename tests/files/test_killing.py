"""Processes that are killed, and processes that get in one another's way."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kbump.errors import WriteError
from kbump.files import clean, find, read, replace

pytestmark = pytest.mark.once

KILLS = int(os.environ.get("KBUMP_TEST_KILLS", "30"))
FILES = [f"{number // 20:02}/{number:03}.yaml" for number in range(200)]


def content(version: int) -> bytes:
    """A version of a file: longer than a page, and no two versions have a line in common."""
    return b"image: web:%d\n" % version * (400 + version % 50)


def version(path: str) -> int:
    """The version that a file is wholly."""
    data = read(path)[0]
    number = int(data[: data.index(b"\n")].removeprefix(b"image: web:"))
    assert data == content(number), f"{path} is neither old nor new"
    return number


def in_a_process(run: Callable[[], None]) -> int:
    """Run a function in a forked process, which ends with status 0 if it returns."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            run()
            status = 0
        finally:
            os._exit(status)
    return process


def write_for_ever() -> None:
    while True:
        for path in FILES:
            replace(path, content(version(path) + 1), read(path)[1])


@pytest.fixture
def files(folder: Path) -> list[str]:
    for path in FILES:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(content(1))
    return FILES


def test_a_killed_run_leaves_every_file_old_or_new_and_nothing_else(files: list[str]) -> None:
    left = 0
    for _ in range(KILLS):
        before = [version(path) for path in files]
        process = in_a_process(write_for_ever)
        time.sleep(random.uniform(0.0, 0.12))
        os.kill(process, signal.SIGKILL)
        assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
        assert all(new >= old for old, new in zip(before, map(version, files), strict=True))
        leftovers = find(["."]).leftovers
        left += len(leftovers)
        assert clean(leftovers) == leftovers
        assert sorted(os.path.join(where, name)[2:] for where, _, names in os.walk(".") for name in names) == files
    assert max(map(version, files)) > 1
    # A few kills may all have missed the moment between creating and renaming.
    assert left > 0 or KILLS < 200


def test_cleaning_does_no_harm_to_a_live_run(files: list[str]) -> None:
    def run() -> None:
        for path in files * 5:
            replace(path, content(version(path) + 1), read(path)[1])

    process = in_a_process(run)
    while True:
        clean(find(["."]).leftovers, {os.path.dirname(path) for path in files})
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            break
    assert os.waitstatus_to_exitcode(status) == 0
    assert {version(path) for path in files} == {6}
    assert find(["."]).leftovers == []


def test_of_two_runs_at_once_none_loses_what_the_other_wrote(files: list[str]) -> None:
    few, rounds = files[:3], 300
    start = time.time() + 0.2

    def run(name: str) -> None:
        written, refusals = 0, {"changed while kbump was working"}
        time.sleep(max(0, start - time.time()))
        for path in few * rounds:
            data, state = read(path)
            number = int(data[: data.index(b"\n")].removeprefix(b"image: web:"))
            try:
                replace(path, content(number + 1), state)
                written += 1
            except WriteError as error:
                refusals.add(error.message)
        assert len(refusals) == 1
        Path(name).write_text(str(written))

    processes = [in_a_process(lambda: run("one")), in_a_process(lambda: run("two"))]
    assert [os.waitpid(process, 0)[1] for process in processes] == [0, 0]
    one, two = (int(Path(name).read_text()) for name in ("one", "two"))
    assert min(one, two) > 0
    assert sum(version(path) - 1 for path in few) == one + two
    assert find(["."]).leftovers == []
