"""Exclusion: which paths the patterns of `--exclude` leave out."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Exclusion:
    """Globs (fnmatch: `*` also matches `/`) on a path as shown, on it below its argument, and on its name.

    A pattern that ends in `/` is for directories only. `**/x` is for `x` at the top, too, as in .gitignore.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._files = _compile(pattern for pattern in patterns if not pattern.endswith("/"))
        self._directories = _compile(pattern.rstrip("/") for pattern in patterns)

    def covers(self, relative: str, shown: str, *, directory: bool) -> bool:
        """Whether a path itself is left out; callers do not ask about what is below an excluded directory."""
        pattern = self._directories if directory else self._files
        if pattern is None:
            return False
        name = relative.rpartition("/")[2]
        return any(map(pattern.fullmatch, (relative, shown.removeprefix("./"), name)))

    def covers_argument(self, path: str, *, directory: bool) -> bool:
        """Whether a path that was named is left out; `.` and `..` are no names that a pattern could mean."""
        name = os.path.basename(path.rstrip("/"))
        return name not in ("", ".", "..") and self.covers(name, path.rstrip("/"), directory=directory)


def _compile(patterns: Iterable[str]) -> re.Pattern[str] | None:
    spellings = {spelling for pattern in patterns for spelling in (pattern, pattern.removeprefix("**/"))}
    if not spellings:
        return None
    from fnmatch import translate

    return re.compile("|".join(translate(spelling.removeprefix("./")) for spelling in sorted(spellings)))
