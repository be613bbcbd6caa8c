"""The names of temporary files: `.<name>.<random>.kbump~`, dot-files, which no walk takes for manifests."""

from __future__ import annotations

import os
import re

_TEMPORARY = r"(?s)\..*\.[0-9a-f]{12}\.kbump~"
# NAME_MAX of every file system that people keep repositories on, in bytes.
_LONGEST = 255


def temporary(name: str) -> str:
    """Return a new name for the temporary file of a file, at most 255 bytes long."""
    ending = f".{os.urandom(6).hex()}.kbump~"
    room = _LONGEST - len(".") - len(ending)
    encoded = os.fsencode(name)
    # Half a character at the cut is dropped: some file systems take only valid UTF-8.
    short = name if len(encoded) <= room else encoded[:room].decode(errors="ignore")
    return f".{short}{ending}"


def is_temporary(name: str) -> bool:
    """Whether a file name (no directory) is one that `temporary` makes."""
    return name.endswith(".kbump~") and re.fullmatch(_TEMPORARY, name) is not None
