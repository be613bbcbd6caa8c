"""execute(): a program run to its end or its time-out, with no child of it left behind; Children: several of them."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from subprocess import Popen
    from types import FrameType

# So long a program may take to tidy up (git removes its locks and half a clone), and then its children.
_GRACE_S = 2.0
_MORE_GRACE_S = 0.2
_SLICE_S = 0.5


class Done(NamedTuple):
    """How a program ended: its exit status, what it wrote, and whether its time ran out."""

    code: int
    stdout: bytes
    stderr: str
    expired: bool


class Children:
    """The programs that several threads run side by side, so that one of them can end them all.

    A thread that waits for its program is not woken by a signal, whose handler runs in the main thread.
    """

    def __init__(self) -> None:
        from threading import Lock

        self._lock = Lock()
        self._running: set[Popen[bytes]] = set()
        self.ended = False

    def start(self, launch: Callable[[], Popen[bytes]]) -> Popen[bytes]:
        """Start a program; raise ProcessLookupError if all are ended already."""
        with self._lock:
            if self.ended:
                raise ProcessLookupError
            process = launch()
            self._running.add(process)
            return process

    def forget(self, process: Popen[bytes]) -> None:
        """Leave out a program that has ended."""
        with self._lock:
            self._running.discard(process)

    def end(self) -> None:
        """End all that run, with their own children, and start no more; who waits for them collects them."""
        with self._lock:
            self.ended = True
            running = list(self._running)
        for number, patience_s in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, _MORE_GRACE_S)):
            running = [process for process in running if process.poll() is None]
            for process in running:
                _signal_group(process, number)
            limit = time.monotonic() + patience_s
            while any(process.poll() is None for process in running) and time.monotonic() < limit:
                time.sleep(0.01)


def execute(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None,
    directory: str | None = None,
    data: bytes | None = None,
    allowed_s: float | None = None,
    children: Children | None = None,
) -> Done:
    """Run a program in a process group of its own and return how it ended; OSError if it cannot be started.

    Without an environment it gets the one of this process; it has `allowed_s`, or all the time that it takes.
    Whatever ends the wait, an exception raised by a signal's handler too, ends the whole group. One of `children` ends
    with them, too.
    """
    import tempfile
    from subprocess import DEVNULL, PIPE, Popen

    started: list[Popen[bytes]] = []
    together = children or Children()
    # No pipe for stderr: SSH's shared connections keep it open long after git has ended.
    with tempfile.TemporaryFile() as words:

        def launch() -> Popen[bytes]:
            source = DEVNULL if data is None else PIPE
            # A session of its own: no terminal, so nothing asks a question there and waits for ever.
            return Popen(
                arguments, cwd=directory, env=environment, stdin=source, stdout=PIPE, stderr=words,
                start_new_session=True,
            )  # fmt: skip

        try:
            with _uninterrupted():
                started.append(together.start(launch))
            output, expired = _output(started[0], data, allowed_s)
        except BaseException:
            for process in started:
                _end(process)
            raise
        finally:
            for process in started:
                together.forget(process)
        words.seek(0)
        return Done(started[0].returncode, output, words.read().decode(errors="replace"), expired)


def _output(process: Popen[bytes], data: bytes | None, allowed_s: float | None) -> tuple[bytes, bool]:
    from subprocess import TimeoutExpired

    ends = float("inf") if allowed_s is None else time.monotonic() + allowed_s
    while True:
        try:
            # A signal that comes just before the wait begins does not end it.
            return process.communicate(data, max(0.0, min(_SLICE_S, ends - time.monotonic())))[0], False
        except TimeoutExpired as late:
            data = None
            if time.monotonic() >= ends:
                _end(process)
                return late.output or b"", True


def _end(process: Popen[bytes]) -> None:
    """End a process and all of its group: asked first, then made to."""
    from subprocess import TimeoutExpired

    try:
        _signal_group(process, signal.SIGTERM)
        with suppress(TimeoutExpired):
            process.wait(_GRACE_S)
        # Not for long: children that ended count, too, where no init collects them.
        limit = time.monotonic() + _MORE_GRACE_S
        while _signal_group(process, 0) and time.monotonic() < limit:
            time.sleep(0.01)
    finally:
        _signal_group(process, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                # What was not written yet has no reader.
                with suppress(BrokenPipeError):
                    pipe.close()


def _signal_group(process: Popen[bytes], number: int) -> bool:
    """Send a signal to the processes of the group; return whether there are any."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off what handlers of SIGINT and SIGTERM do: a child that just started must not be lost.

    A mask would be inherited by the child, which could not be asked to end then.
    """
    import threading

    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        held.append(number)

    main = threading.current_thread() is threading.main_thread()
    ways = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM) if main}
    # One that is ignored stays ignored, in the child, too.
    handlers = {number: way for number, way in ways.items() if callable(way)}
    for number in handlers:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for number in held:
        signal.raise_signal(number)
