"""The fewest directories and globs that mean some files, and no others."""

from __future__ import annotations

from fnmatch import fnmatchcase
from glob import escape
from posixpath import commonpath, dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def directories_of(chosen: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return the directories in which all files are chosen ones, as few as there can be; and the files in others.

    The root is no such directory.
    """
    mixed = {above for path in others for above in _above(path)}
    groups: dict[str, list[str]] = {}
    for path in chosen:
        outermost = next((one for one in _above(path) if one not in mixed), path)
        groups.setdefault(outermost, []).append(path)
    return sorted(commonpath(map(dirname, paths)) if paths != [first] else first for first, paths in groups.items())


def globs_of(chosen: Sequence[str], others: Iterable[str]) -> list[str]:
    """Return globs that mean the chosen files; of files that differ in one directory, one glob, if no other fits it.

    `*` is any text, with `/` too, as fnmatch has it.
    """
    rest = list(others)
    groups: dict[str, list[str]] = {}
    for path in chosen:
        groups.setdefault(_star(path), []).append(path)
    found: list[str] = []
    for pattern, paths in groups.items():
        general = len(paths) > 1 and not any(fnmatchcase(one, pattern) for one in rest)
        found += [pattern] if general else [escape(path) for path in paths]
    return sorted(found)


def _star(path: str) -> str:
    """Return a path with a star for the directory that it is in."""
    parts = [escape(part) for part in path.split("/")]
    return "/".join([*parts[:-2], "*", parts[-1]]) if len(parts) > 1 else parts[0]


def _above(path: str) -> list[str]:
    """Return the directories that a path is in, the outermost first, without the root."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]
