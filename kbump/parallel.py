"""Parallel: one function over many items in forked processes, which start in a millisecond."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, NoReturn, TypeVar

from kbump.errors import KbumpError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")

_PIPE_SIZE = 1024 * 1024


class _Worker(NamedTuple):
    process: int
    pipe: int


def fork_map(work: Callable[[Sequence[T]], list[R]], items: Sequence[T], *, jobs: int = 2, least: int = 64) -> list[R]:
    """Return one result for every item, in their order; `work` gets a share of the items and returns theirs.

    From `least` items on they are dealt out, like cards, to `jobs` processes, this one among them, but to no
    more than there are processors. Results and exceptions come back pickled: an exception is raised here (of
    this process first), a process that dies is a SourceError. What `work` prints in another one is lost.
    """
    jobs = min(jobs, _processors(), len(items))
    if jobs < 2 or len(items) < least or not _may_fork():
        return work(items)
    shares = [items[first::jobs] for first in range(jobs)]
    workers: list[_Worker | None] = []
    try:
        for share in shares[1:]:
            _start(work, share, workers)
        parts = [work(shares[0])]
        # Not read before: a worker that has more to say than its pipe holds waits until this share is done.
        for share, worker in zip(shares[1:], workers, strict=True):
            parts.append(_result(worker) if worker else work(share))
    finally:
        _end(workers)
    return _collected(parts, len(items))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _may_fork() -> bool:
    # A lock that another thread holds stays locked for ever in the child; Python 3.12 warns of it.
    threading = sys.modules.get("threading")
    return hasattr(os, "fork") and (threading is None or threading.active_count() == 1)


def _start(work: Callable[[Sequence[T]], list[R]], share: Sequence[T], workers: list[_Worker | None]) -> None:
    """Add a worker, or None where the system has no room for another process."""
    import signal

    reader, writer = os.pipe()
    # An interrupt waits until the process is in the list: only those are ended.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        inherited = [reader, *(worker.pipe for worker in workers if worker)]
        workers.append(_Worker(os.fork() or _serve(work, share, writer, inherited), reader))
    except OSError:
        os.close(reader)
        workers.append(None)
    finally:
        os.close(writer)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _serve(work: Callable[[Sequence[T]], list[R]], share: Sequence[T], pipe: int, inherited: list[int]) -> NoReturn:
    """Do a share in the child and send what came of it; nothing of the parent's runs again here."""
    status = 1
    try:
        _die_quietly()
        for descriptor in inherited:
            os.close(descriptor)  # so that writing fails, and this process ends, once the parent is gone
        _send(pipe, _answer(work, share))
        status = 0
    finally:
        os._exit(status)  # no exit handlers, and no second flush of what the parent had buffered


def _die_quietly() -> None:
    import signal

    endings = (signal.SIGINT, signal.SIGTERM)
    for ending in endings:
        if callable(signal.getsignal(ending)):
            signal.signal(ending, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, endings)


def _answer(work: Callable[[Sequence[T]], list[R]], share: Sequence[T]) -> bytes:
    import pickle

    try:
        return pickle.dumps(work(share))
    except KbumpError as error:
        return pickle.dumps(error)
    except Exception as error:
        return pickle.dumps(_portable(error))


def _portable(error: Exception) -> Exception:
    """Return an exception that survives pickling and tells where it was raised."""
    import pickle
    from traceback import format_exc

    text = format_exc()
    error.add_note(f"in another process:\n{text}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(text)
    return error


def _send(pipe: int, payload: bytes) -> None:
    # Linux has it, up to what /proc/sys/fs/pipe-max-size allows.
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
    rest = memoryview(payload)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _result(worker: _Worker) -> list[R]:
    payload = bytearray()
    while piece := os.read(worker.pipe, _PIPE_SIZE):
        payload += piece
    status = _wait(worker.process)
    if status or not payload:
        raise _died(status)
    import pickle

    outcome: list[R] | Exception = pickle.loads(payload)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _wait(process: int) -> int:
    """Wait for a worker's end; return its exit status, or the signal that killed it as a negative number."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0  # SIGCHLD is ignored in this process, so the system keeps no statuses


def _end(workers: list[_Worker | None]) -> None:
    for worker in filter(None, workers):
        os.close(worker.pipe)
        # One that was waited for is no child any more, and its number may be another's.
        with suppress(ChildProcessError, ProcessLookupError):
            if os.waitpid(worker.process, os.WNOHANG) == (0, 0):
                os.kill(worker.process, 9)
                os.waitpid(worker.process, 0)


def _died(status: int) -> SourceError:
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    hint = "run again; if memory is short, name fewer files at a time"
    return SourceError(f"a process that did part of the work {how}", hint=hint)


def _collected(parts: list[list[R]], count: int) -> list[R]:
    if sum(map(len, parts)) != count:
        raise ValueError("work has to return one result for every item")
    return [parts[index % len(parts)][index // len(parts)] for index in range(count)]
