"""Reading: the bytes of a regular file together with the state they were read in."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import SourceError
from kbump.files.reasons import beginning, not_a_file, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 16 * 1024 * 1024
"""The largest file that is read, in bytes: far above what an API server takes for an object (1.5 MiB)."""

# O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever. Windows has only O_BINARY of these.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

_WINDOW = 1024 * 1024
_OVERLAP = 64 * 1024


class State(NamedTuple):
    """What tells one version of a file from the next: device, inode, size in bytes, time of change in ns."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> State:
        """Pick the state out of what stat says."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def read(path: str) -> tuple[bytes, State]:
    """Read a regular file of at most LIMIT bytes; raise SourceError for anything else."""
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            # Before the content: a change in between then shows as a changed state, not as a lost update.
            status = _regular(path, descriptor)
            if status.st_size > LIMIT:
                raise _too_large(path, status.st_size)
            return _content(path, descriptor, status.st_size), State.of(status)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(path, error) from None


def could_hold(path: str, wanted: re.Pattern[bytes] | Sequence[bytes]) -> tuple[bytes, State] | None:
    """Read a file, but return it only if a pattern, or one of several literals, is found in it.

    A file above LIMIT is searched in windows of 1 MiB (matches of up to 64 KiB are found), and raises
    SourceError only if it matches; anything else that `read` refuses raises SourceError as there.
    Literals are found about 20 times faster than a pattern of alternatives, which `re` tries at every byte.
    """
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            status = _regular(path, descriptor)
            if status.st_size > LIMIT and not _found_in_windows(descriptor, wanted):
                return None
            if status.st_size > LIMIT:
                raise _too_large(path, status.st_size)
            data = _content(path, descriptor, status.st_size)
            return (data, State.of(status)) if _found(data, wanted) else None
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(path, error) from None


def _regular(path: str, descriptor: int) -> os.stat_result:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise not_a_file(path, status.st_mode)
    return status


def _content(path: str, descriptor: int, size: int) -> bytes:
    # Until the end, not until `size`: files of /proc say 0, others grow meanwhile.
    piece = os.read(descriptor, size + 1)
    if len(piece) == size > 0:
        return piece
    pieces, length = [piece], len(piece)
    while piece := os.read(descriptor, max(size + 1 - length, 4096)):
        pieces.append(piece)
        length += len(piece)
        if length > LIMIT:
            raise _too_large(path, length)
    return b"".join(pieces)


def _found(data: bytes, wanted: re.Pattern[bytes] | Sequence[bytes]) -> bool:
    if isinstance(wanted, re.Pattern):
        return wanted.search(data) is not None
    return any(literal in data for literal in wanted)


def _found_in_windows(descriptor: int, wanted: re.Pattern[bytes] | Sequence[bytes]) -> bool:
    # Read, not mapped: a mapped file that someone truncates meanwhile kills the process (SIGBUS).
    window = b""
    while piece := os.read(descriptor, _WINDOW):
        window = window[-_OVERLAP:] + piece
        if _found(window, wanted):
            return True
    return False


def _too_large(path: str, size: int) -> SourceError:
    message = f"is {size:,} bytes large, and kbump reads at most {LIMIT:,} (16 MiB)"
    return SourceError(message, location=beginning(path), hint="split it, or leave it out with `--exclude`")
