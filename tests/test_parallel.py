from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from kbump.errors import KbumpError, Location, SourceError
from kbump.parallel import fork_map

ITEMS = list(range(101))
HERE = os.getpid()

several_processors = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="this machine has one processor for us",
)


def squares(items: Sequence[int]) -> list[int]:
    return [item * item for item in items]


def processes(items: Sequence[int]) -> list[int]:
    return [os.getpid() for _ in items]


def there(act: Callable[[], Any]) -> Callable[[Sequence[int]], list[int]]:
    """Work that acts in the other process only."""

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() != HERE:
            act()
        return squares(items)

    return work


def here(act: Callable[[], Any]) -> Callable[[Sequence[int]], list[int]]:
    """Work that acts in this process only, while the other would take an hour."""

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() == HERE:
            act()
        time.sleep(3600)
        return squares(items)

    return work


def throw(error: BaseException) -> None:
    raise error


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No test leaves a child, a descriptor, a signal mask or a handler."""
    before = os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    yield
    after = os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert after == before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.fixture
def limited_to() -> Iterator[Callable[[int], None]]:
    """Let this process use so many processors, as if there were no more."""
    before = os.sched_getaffinity(0)
    yield lambda count: os.sched_setaffinity(0, set(sorted(before)[:count]))
    os.sched_setaffinity(0, before)


ALONE: dict[str, tuple[Sequence[int], dict[str, int]]] = {
    "no items": ([], {}),
    "one item, however few are enough": ([3], {"least": 1}),
    "fewer items than are worth it": (ITEMS[:63], {}),
    "one job": (ITEMS, {"jobs": 1}),
}


@pytest.mark.parametrize(("items", "options"), ALONE.values(), ids=ALONE)
def test_this_process_does_it_alone(items: Sequence[int], options: dict[str, int]) -> None:
    assert fork_map(processes, items, **options) == [HERE] * len(items)
    assert fork_map(squares, items, **options) == squares(items)


def test_with_one_processor_this_process_does_it_alone(limited_to: Callable[[int], None]) -> None:
    limited_to(1)
    assert fork_map(processes, ITEMS) == [HERE] * len(ITEMS)


def test_with_other_threads_this_process_does_it_alone() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert fork_map(processes, ITEMS) == [HERE] * len(ITEMS)
    done.set()
    thread.join()


def test_without_room_for_a_process_this_one_does_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: throw(BlockingIOError()))
    assert fork_map(processes, ITEMS) == [HERE] * len(ITEMS)
    assert fork_map(squares, ITEMS) == squares(ITEMS)


@several_processors
def test_items_are_dealt_out_between_two_processes() -> None:
    found = fork_map(processes, ITEMS)
    assert set(found[::2]) == {HERE}
    assert len(set(found[1::2]) - {HERE}) == 1


@several_processors
def test_there_are_no_more_processes_than_processors(limited_to: Callable[[int], None]) -> None:
    limited_to(2)
    assert len(set(fork_map(processes, ITEMS, jobs=8))) == 2


@pytest.mark.parametrize("jobs", [2, 3, 8])
@pytest.mark.parametrize("count", [2, 64, 65, 100, 101])
def test_results_are_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch, jobs: int, count: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert fork_map(squares, ITEMS[:count], jobs=jobs, least=2) == squares(ITEMS[:count])


def test_without_affinities_the_processors_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert fork_map(squares, ITEMS) == squares(ITEMS)


def test_results_that_are_larger_than_a_pipe_come_back() -> None:
    assert fork_map(lambda items: [bytes(100_000) + bytes([item]) for item in items], ITEMS) == [
        bytes(100_000) + bytes([item]) for item in ITEMS
    ]


def test_without_a_way_to_enlarge_the_pipe_results_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert fork_map(squares, ITEMS) == squares(ITEMS)


@several_processors
def test_an_error_comes_back_whole() -> None:
    error = SourceError("is not UTF-8", location=Location("a.yaml", 3, 7), hint="save it as UTF-8")
    with pytest.raises(SourceError) as caught:
        fork_map(there(lambda: throw(error)), ITEMS)
    assert caught.value is not error
    assert (str(caught.value), caught.value.hint) == ("a.yaml:3:7: is not UTF-8", "save it as UTF-8")


@several_processors
def test_an_unexpected_error_tells_where_it_was_raised() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        fork_map(there(lambda: 1 // 0), ITEMS)
    (note,) = caught.value.__notes__
    assert note.startswith("in another process:\nTraceback ")
    assert "fork_map(there(lambda: 1 // 0), ITEMS)" in note


class StubbornError(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


@several_processors
def test_an_error_that_cannot_be_pickled_comes_back_as_text() -> None:
    with pytest.raises(RuntimeError, match=r"StubbornError: ab\n$"):
        fork_map(there(lambda: throw(StubbornError("a", "b"))), ITEMS)


@several_processors
def test_results_that_cannot_be_pickled_are_an_error() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        fork_map(lambda items: [lambda: None for _ in items], ITEMS)


@several_processors
def test_a_wrong_number_of_results_is_an_error() -> None:
    with pytest.raises(ValueError, match="one result for every item"):
        fork_map(lambda items: [1], ITEMS)


DEATHS: dict[str, tuple[Callable[[], Any], str]] = {
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "was killed by signal 9"),
    "terminated": (lambda: os.kill(os.getpid(), signal.SIGTERM), "was killed by signal 15"),
    "interrupted": (lambda: os.kill(os.getpid(), signal.SIGINT), "was killed by signal 2"),
    "gone with a status": (lambda: os._exit(7), "ended with status 7"),
    "gone without a word": (lambda: os._exit(0), "ended with status 0"),
    "left by SystemExit": (lambda: throw(SystemExit(3)), "ended with status 1"),
}


@several_processors
@pytest.mark.parametrize(("die", "how"), DEATHS.values(), ids=DEATHS)
def test_a_process_that_dies_is_an_error(die: Callable[[], Any], how: str) -> None:
    with pytest.raises(SourceError) as caught:
        fork_map(there(die), ITEMS)
    assert caught.value.message == f"a process that did part of the work {how}"
    assert caught.value.hint == "run again; if memory is short, name fewer files at a time"


@several_processors
@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KbumpError("refused"), id="an error of ours"),
        pytest.param(KeyboardInterrupt(), id="an interrupt"),
        pytest.param(SystemExit(143), id="a termination"),
    ],
)
def test_an_error_here_ends_the_other_process(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        fork_map(here(lambda: throw(error)), ITEMS)
    assert caught.value is error


@several_processors
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_waiting_ends_the_other_process(number: int) -> None:
    def handler(*_: object) -> None:
        raise SystemExit(128 + number)

    def work(items: Sequence[int]) -> list[int]:
        if os.getpid() == HERE:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            return squares(items)
        time.sleep(3600)
        return []

    before = signal.signal(number, handler)
    alarm = signal.signal(signal.SIGALRM, lambda *_: os.kill(HERE, number))
    try:
        with pytest.raises(SystemExit):
            fork_map(work, ITEMS)
    finally:
        signal.signal(number, before)
        signal.signal(signal.SIGALRM, alarm)


@several_processors
def test_a_signal_that_is_ignored_here_is_ignored_there() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert fork_map(there(lambda: os.kill(os.getpid(), signal.SIGINT)), ITEMS) == squares(ITEMS)
    finally:
        signal.signal(signal.SIGINT, before)


@several_processors
def test_children_that_the_system_reaps_are_no_trouble() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert fork_map(squares, ITEMS) == squares(ITEMS)
    finally:
        signal.signal(signal.SIGCHLD, before)


def run(script: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@several_processors
def test_what_is_buffered_here_is_printed_once_and_exit_handlers_run_once() -> None:
    process = run("""
        import atexit
        from kbump.parallel import fork_map

        atexit.register(print, "exit")
        print("buffered", end=" ")
        print(sum(fork_map(list, range(1000))))
    """)
    assert process.communicate()[0] == "buffered 499500\nexit\n"


@several_processors
def test_the_other_process_does_not_outlive_a_killed_one() -> None:
    process = run("""
        import os, time
        from kbump.parallel import fork_map

        here = os.getpid()

        def work(items):
            if os.getpid() == here:
                print("ready", flush=True)
                time.sleep(3600)
            time.sleep(0.2)
            return [bytes(100_000) for _ in items]

        fork_map(work, range(1000))
    """)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.kill()
    # The other process has standard output open, too: its end is the end of the stream.
    assert process.communicate(timeout=60)[0] == ""
