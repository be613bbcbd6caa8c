"""Writing: a file is the old one or the new one, whatever kills the process.

The new content goes to a temporary file beside the target, which is renamed over it. That is safe against any
kill of the process, not against a loss of power: there is no fsync, as manifests are under version control.
A temporary file is locked by its writer as long as it lives, which tells it from those of killed runs.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from kbump.errors import WriteError
from kbump.files.locks import lock
from kbump.files.names import is_temporary, temporary
from kbump.files.reading import State
from kbump.files.reasons import beginning, changed, kind, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _COMMON
_LOOK = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _COMMON

_PATIENCE_S = 1.0
_TRIES = 16
# Without locks nothing tells a live temporary file from a dead one but its age: no write takes that long.
_ABANDONED_S = 3600


def replace(path: str, data: bytes, state: State, *, break_links: bool = False) -> None:
    """Replace the content of a file that was read in the given state, atomically.

    Symbolic links, mode, owner, group and extended attributes (ACLs) are kept. Raises WriteError, and leaves
    the file as it was, if it is not in that state any more, has other hard links (unless `break_links`), or
    cannot be written.
    """
    try:
        target = os.path.realpath(path) if os.path.islink(path) else path
        descriptor, name = _create(target)
        try:
            _write(descriptor, data)
            _swap(path, target, (descriptor, name), state, break_links=break_links)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unwritable(path, error) from None


def create(path: str, data: bytes) -> bool:
    """Write a new file, whole or not at all; return False, with nothing changed, if there is one of that name.

    Raises WriteError if it cannot be written.
    """
    try:
        descriptor, name = _create(path)
        try:
            _write(descriptor, data)
            os.fchmod(descriptor, 0o666 & ~_umask())
            return _name(name, path)
        finally:
            os.close(descriptor)
            with suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise unwritable(path, error) from None


def _name(made: str, path: str) -> bool:
    """Give a temporary file its name, if nothing has it."""
    try:
        # Unlike a rename, a link takes no name that another program has just taken.
        os.link(made, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP} or os.path.lexists(path):
            raise
        os.rename(made, path)  # a file system without hard links
    return True


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def writable(path: str, *, break_links: bool = False) -> WriteError | None:
    """Make the checks of `replace` that can be made before the first file of a run is written."""
    try:
        status = os.stat(path)
        directory = os.path.dirname(os.path.realpath(path) if os.path.islink(path) else path) or "."
        if not stat.S_ISREG(status.st_mode):
            return WriteError(f"is {kind(status.st_mode)}, not a file", location=beginning(path))
        if status.st_nlink > 1 and not break_links:
            return _hard_linked(path, status.st_nlink)
        if not os.access(directory, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            read_only = os.statvfs(directory).f_flag & os.ST_RDONLY
            return unwritable(path, OSError(errno.EROFS if read_only else errno.EACCES, ""))
        return None if _may_keep_owner(status, os.stat(directory)) else _owned_by_others(path, status)
    except OSError as error:
        return unwritable(path, error)


def clean(leftovers: Iterable[str], directories: Iterable[str] = ()) -> list[str]:
    """Remove the temporary files of killed runs, given or found in directories; return those removed.

    Temporary files of live runs, and whatever has another name or is not a regular file, stay.
    """
    found = [*leftovers, *(path for directory in directories for path in _temporaries(directory))]
    return [path for path in dict.fromkeys(found) if is_temporary(os.path.basename(path)) and _remove(path)]


def _create(target: str) -> tuple[int, str]:
    directory, name = os.path.split(target)
    for _ in range(_TRIES):
        path = os.path.join(directory, temporary(name))
        descriptor = os.open(path, _CREATE, 0o600)
        # Between these two lines another run may take the file for an abandoned one, lock it and remove it.
        if lock(descriptor) is not False and os.fstat(descriptor).st_nlink:
            return descriptor, path
        os.close(descriptor)
        with suppress(FileNotFoundError):
            os.unlink(path)
    raise OSError(errno.EBUSY, "its temporary files are removed as fast as they are made")


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    # Network file systems say only on close that they lost the data; the file itself stays open, and locked.
    os.close(os.dup(descriptor))


def _swap(path: str, target: str, new: tuple[int, str], state: State, *, break_links: bool) -> None:
    descriptor, name = new
    original = os.open(target, _LOOK)
    try:
        _wait_for_lock(path, original)
        status = os.fstat(original)
        # The path, too: another run has put a new file there, and we hold the lock of the old one.
        if not State.of(os.stat(path)) == State.of(status) == state:
            raise changed(path)
        if status.st_nlink > 1 and not break_links:
            raise _hard_linked(path, status.st_nlink)
        _keep_owner(path, descriptor, status)
        _keep_attributes(descriptor, original)
        # By descriptor where that exists: someone else may have put a link under the name.
        handle = descriptor if os.utime in os.supports_fd else name
        os.chmod(handle, stat.S_IMODE(status.st_mode))
        # Inodes are used again and clocks are coarse: a time of its own makes every version differ.
        now = time.time_ns()
        os.utime(handle, ns=(now, max(now, state.mtime_ns + 1)))
        os.replace(name, target)
    finally:
        os.close(original)


def _wait_for_lock(path: str, descriptor: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while lock(descriptor) is False:
        if time.monotonic() > deadline:
            hint = "run again when it is done"
            raise WriteError("is locked by another program", location=beginning(path), hint=hint)
        time.sleep(0.01)


def _keep_owner(path: str, descriptor: int, status: os.stat_result) -> None:
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) == (status.st_uid, status.st_gid):
        return
    try:
        os.chown(descriptor, status.st_uid, status.st_gid)
    except OSError:
        raise _owned_by_others(path, status) from None


def _may_keep_owner(status: os.stat_result, directory: os.stat_result) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return True
    inherited = directory.st_gid if directory.st_mode & stat.S_ISGID else os.getegid()
    return status.st_uid == os.geteuid() and status.st_gid in {inherited, os.getegid(), *os.getgroups()}


def _keep_attributes(descriptor: int, original: int) -> None:
    if not hasattr(os, "listxattr"):
        return
    try:
        kept, given = set(os.listxattr(original)), set(os.listxattr(descriptor))
    except OSError:
        return  # a file system without extended attributes
    # A directory's default ACL gives the new file rights that the old one did not grant.
    for name in given - kept:
        if name.startswith("system."):
            os.removexattr(descriptor, name)
    for name in kept:
        value = os.getxattr(original, name)
        # security.* and trusted.* belong to the administrator, and signatures among them to the old content.
        if name.startswith(("user.", "system.")):
            os.setxattr(descriptor, name, value)


def _temporaries(directory: str) -> Iterator[str]:
    try:
        with os.scandir(directory or ".") as entries:
            names = [entry.name for entry in entries if is_temporary(entry.name)]
    except OSError:
        return  # whoever wants to write there will say why it cannot be read
    yield from (os.path.join(directory, name) for name in names)


def _remove(path: str) -> bool:
    try:
        descriptor = os.open(path, _LOOK)
    except OSError:
        return False
    try:
        mine = os.fstat(descriptor)
        if not stat.S_ISREG(mine.st_mode) or not _abandoned(descriptor, mine):
            return False
        # With the lock in hand, the name may be gone: renamed over its target, or removed by another cleaner.
        if not os.path.samestat(mine, os.lstat(path)):
            return False
        os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _abandoned(descriptor: int, status: os.stat_result) -> bool:
    locked = lock(descriptor)
    return time.time() - status.st_mtime > _ABANDONED_S if locked is None else locked


def _hard_linked(path: str, links: int) -> WriteError:
    message = f"has {links} hard links: the other names would keep the old content"
    hint = "use `--break-links` to replace it under this name only"
    return WriteError(message, location=beginning(path), hint=hint)


def _owned_by_others(path: str, status: os.stat_result) -> WriteError:
    message = f"belongs to user {status.st_uid} and group {status.st_gid}, which this user cannot keep"
    return WriteError(message, location=beginning(path), hint="run as its owner, or change the owner")
