"""Files: walking, reading, atomic writes, locks; the only part of kbump that touches the user's files."""

from __future__ import annotations

from kbump.files.reading import LIMIT, State, could_hold, read
from kbump.files.walking import Skipped, Tree, find
from kbump.files.writing import clean, create, replace, writable

__all__ = ["LIMIT", "Skipped", "State", "Tree", "clean", "could_hold", "create", "find", "read", "replace", "writable"]
