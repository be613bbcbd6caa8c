"""The operating system's refusals in plain words, located at the file, with what to do about them."""

from __future__ import annotations

import errno
import os
import stat

from kbump.errors import Location, SourceError, WriteError

_CHECK = "check the path"
_UNREADABLE = {
    errno.ENOENT: ("does not exist", _CHECK),
    errno.ENOTDIR: ("does not exist: a part of its path is a file, not a directory", _CHECK),
    errno.ENAMETOOLONG: ("has a longer name than the file system allows", _CHECK),
    errno.ELOOP: ("is a symbolic link that leads back to itself", "correct or remove the link"),
    errno.EACCES: ("permission denied", "make it readable for this user, or leave it out with `--exclude`"),
    errno.ENXIO: ("is a socket or a device, not a file", "name a regular file, or pipe its content to `-`"),
}
_UNWRITABLE = {
    errno.EACCES: ("permission denied", "make the file readable and its directory writable for this user"),
    errno.EPERM: ("the system forbids it", "look for an immutable attribute with `lsattr`"),
    errno.EROFS: ("the file system is read-only", "mount it writable, or work on a copy"),
    errno.ENOSPC: ("no space is left on the file system", "free some space and run again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run again"),
    errno.EFBIG: ("it would be larger than this process may write", "raise the limit with `ulimit -f`"),
}
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ESTALE}
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}


def beginning(path: str) -> Location:
    """Where an error about a whole file points."""
    return Location(path, 1, 1)


def spoken(error: OSError) -> str:
    """Say why the system refuses to read something."""
    return _UNREADABLE[error.errno or 0][0] if error.errno in _UNREADABLE else _system_words(error)


def kind(mode: int) -> str:
    """Name the kind of a file that is not a regular one."""
    return _KINDS.get(stat.S_IFMT(mode), "something else")


def unreadable(path: str, error: OSError) -> SourceError:
    """Say why a path cannot be read."""
    hint = _UNREADABLE.get(error.errno or 0, ("", "look at it with `ls -l`"))[1]
    if error.errno == errno.ENOENT and os.path.islink(path):
        hint = "correct or remove the link"
        return SourceError("is a broken symbolic link", location=beginning(path), hint=hint)
    return SourceError(spoken(error), location=beginning(path), hint=hint)


def not_a_file(path: str, mode: int) -> SourceError:
    """Say what a path is, if not a regular file."""
    hint = "name a regular file, or pipe its content to `-`"
    return SourceError(f"is {kind(mode)}, not a file", location=beginning(path), hint=hint)


def unwritable(path: str, error: OSError) -> WriteError:
    """Say why a file cannot be replaced."""
    if error.errno in _GONE:
        return changed(path)
    unknown = (_system_words(error), "look at its directory with `ls -la`")
    words, hint = _UNWRITABLE.get(error.errno or 0, unknown)
    return WriteError(f"cannot be written: {words}", location=beginning(path), hint=hint)


def changed(path: str) -> WriteError:
    """Say that a file is not the one that was read any more; it was left as it is."""
    hint = "run again: the file is as the other program left it"
    return WriteError("changed while kbump was working", location=beginning(path), hint=hint)


def _system_words(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
