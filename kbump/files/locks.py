"""Exclusive locks (flock), which the kernel drops with the process that holds them, however it dies."""

from __future__ import annotations


def lock(descriptor: int) -> bool | None:
    """Take the exclusive lock of an open file without waiting.

    True: it is ours until the file is closed. False: another open file has it. None: there are no locks here
    (no flock on this platform or this file system), so nothing is known.
    """
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True
