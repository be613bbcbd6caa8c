"""Walking: from the paths that were named to the files that are meant."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import SourceError
from kbump.files.exclusion import Exclusion
from kbump.files.listing import listing, top
from kbump.files.names import is_temporary
from kbump.files.reasons import beginning, kind, not_a_file, spoken, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SUFFIXES = (".yaml", ".yml", ".json")
# The third name of a kustomization: https://github.com/kubernetes-sigs/kustomize/blob/master/api/konfig/general.go
_NAMES = ("Kustomization",)


class Skipped(NamedTuple):
    """A path that was met and left out, and why."""

    path: str
    reason: str


class Tree(NamedTuple):
    """What was found: files to read, paths left out, and temporary files of other runs, live or killed."""

    files: list[str]
    skipped: list[Skipped]
    leftovers: list[str]


def find(paths: Sequence[str], *, exclude: Sequence[str] = (), ignore: bool = True) -> Tree:
    """Find the files that paths mean: a file itself, of a directory the .yaml, .yml and .json files below it.

    Without dot-files, and without what git ignores unless `ignore` is false. In the order of the arguments,
    sorted within each, every file once, named as its argument was. Raises SourceError for an argument that is
    neither a file nor a directory, and for a directory that cannot be read.
    """
    exclusion = Exclusion(exclude)
    walks = [_Walk(path, exclusion, ignore=ignore) for path in paths]
    for walk in walks:
        _take_argument(walk)
    files = [path for walk in walks for path in sorted(walk.files)]
    leftovers = [path for walk in walks for path in sorted(walk.leftovers)]
    skipped = [skipped for walk in walks for skipped in sorted(walk.skipped)]
    if len(walks) > 1 or any(walk.linked for walk in walks):
        files, leftovers = _once(files), _once(leftovers)
    return Tree(files, list(dict.fromkeys(skipped)), leftovers)


def _take_argument(walk: _Walk) -> None:
    path = walk.root
    try:
        mode = os.stat(path).st_mode
        if walk.exclusion.covers_argument(path, directory=stat.S_ISDIR(mode)):
            return
        if stat.S_ISDIR(mode):
            walk.start()
        elif stat.S_ISREG(mode):
            walk.files.append(path)
        else:
            raise not_a_file(path, mode)
    except OSError as error:
        raise unreadable(_shown(error.filename or path), error) from None
    except ValueError:
        raise SourceError("is no possible path", location=beginning(path), hint="check the path") from None


def _once(paths: Iterable[str]) -> list[str]:
    first: dict[tuple[int, int] | str, str] = {}
    for path in paths:
        first.setdefault(_identity(path), path)
    return list(first.values())


def _identity(path: str) -> tuple[int, int] | str:
    try:
        status = os.stat(path)
    except OSError:
        return path  # gone since it was seen; whoever reads it will say so
    # The names of a file with hard links are files of their own: replacing one leaves the others.
    return (status.st_dev, status.st_ino) if status.st_nlink == 1 else os.path.realpath(path)


def _shown(directory: str) -> str:
    return directory.rstrip("/") or directory


class _Walk:
    """The walk below one argument; directories are paths below it with a `/` at the end, itself is ""."""

    def __init__(self, root: str, exclusion: Exclusion, *, ignore: bool) -> None:
        self.root = root
        self.exclusion = exclusion
        self.files: list[str] = []
        self.skipped: list[Skipped] = []
        self.leftovers: list[str] = []
        self.linked = False
        self._prefix = "" if root.rstrip("/") == "." else root.rstrip("/") + "/"
        self._ignore = ignore
        self._plain: set[str] = set()
        self._entered = {"": True}
        self._bounds: tuple[str, ...] = ()

    def start(self) -> None:
        """Walk the whole argument, as git sees it if a git work tree holds it."""
        if self._ignore and top(self.root):
            self._repository("")
        else:
            self._scan("")

    def _scan(self, below: str) -> None:
        pending = [below]
        while pending:
            below = pending.pop()
            entries = self._entries(below)
            if self._ignore and below not in self._plain and any(entry.name == ".git" for entry in entries):
                self._repository(below)
            else:
                pending += self._take_entries(below, entries)

    def _entries(self, below: str) -> list[os.DirEntry[str]]:
        with os.scandir(self._prefix + below or ".") as entries:
            return list(entries)

    def _take_entries(self, below: str, entries: list[os.DirEntry[str]]) -> list[str]:
        """Take the files of a directory and return its subdirectories."""
        subdirectories = []
        for entry in entries:
            name, relative = entry.name, below + entry.name
            if name.startswith("."):
                self._take_hidden(relative, name)
            elif entry.is_dir(follow_symlinks=False):
                if not self._excludes(relative, directory=True):
                    subdirectories.append(relative + "/")
            elif not _is_wanted(name) and not entry.is_symlink():
                continue
            elif not self._excludes(relative, directory=False):
                self._take(relative, regular=entry.is_file(follow_symlinks=False))
        return subdirectories

    def _repository(self, below: str) -> None:
        """Take what git lists; all there is, where git does not answer or ignores the argument itself."""
        names, unopened, problem = listing(self._prefix + below or ".")
        if problem:
            reason = f"{problem}: ignored files are not left out"
            self.skipped.append(Skipped(_shown(self._prefix + below or "."), reason))
        if problem or not (names or below):
            self._plain.add(below)
            self._scan(below)
        for relative in unopened:
            self._refuse_unopened(below, relative)
        listed: dict[str, set[str]] = {}
        for path in names:
            directory, slash, name = path.rstrip("/").rpartition("/")
            listed.setdefault(below + directory + slash, set()).add(name)
        for directory in filter(self._enters, listed):
            self._take_listed(directory, listed[directory])

    def _refuse_unopened(self, below: str, relative: str) -> None:
        directory = self._prefix + below or "."
        unopened = os.path.join(top(directory) or "", relative)
        inside = below + (os.path.relpath(unopened, os.path.realpath(directory)) + "/").removeprefix("./")
        if self._enters(inside):
            self._entries(inside)

    def _take_listed(self, directory: str, names: set[str]) -> None:
        try:
            # git knows the names; the directory says which of them are there, and what they are.
            entries = [entry for entry in self._entries(directory) if entry.name in names]
        except (FileNotFoundError, NotADirectoryError):
            return  # tracked and deleted
        for nested in self._take_entries(directory, entries):
            self._scan(nested)

    def _enters(self, directory: str) -> bool:
        """Whether a listed directory is walked: neither hidden nor excluded nor a link, nor any above it."""
        unknown = []
        while directory not in self._entered:
            unknown.append(directory)
            directory = directory[: directory[:-1].rfind("/") + 1]
        walked = self._entered[directory]
        for below in reversed(unknown):
            walked = self._entered[below] = walked and self._steps_into(below[:-1])
        return walked

    def _steps_into(self, relative: str) -> bool:
        if relative.rpartition("/")[2].startswith(".") or self._excludes(relative, directory=True):
            return False
        return not os.path.islink(self._prefix + relative)

    def _excludes(self, relative: str, *, directory: bool) -> bool:
        return self.exclusion.covers(relative, self._prefix + relative, directory=directory)

    def _take_hidden(self, relative: str, name: str) -> None:
        if is_temporary(name):
            self.leftovers.append(self._prefix + relative)

    def _take(self, relative: str, *, regular: bool) -> None:
        path = self._prefix + relative
        if regular:
            self.files.append(path)
        elif os.path.islink(path):
            self._take_link(path)
        else:
            self.skipped.append(Skipped(path, f"is {kind(os.lstat(path).st_mode)}, not a file"))

    def _take_link(self, path: str) -> None:
        if not _is_wanted(os.path.basename(path)) and not os.path.isdir(path):
            return
        reason = self._refused_link(path)
        if reason:
            self.skipped.append(Skipped(path, reason))
        else:
            self.files.append(path)
            self.linked = True

    def _refused_link(self, path: str) -> str:
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            return "is a broken symbolic link"
        except OSError as error:
            return f"is a symbolic link that cannot be followed: {spoken(error)}"
        if stat.S_ISDIR(mode):
            return "is a symbolic link to a directory, and is followed only if it is named"
        if not stat.S_ISREG(mode):
            return f"is a symbolic link to {kind(mode)}, not to a file"
        return "" if self._holds(os.path.realpath(path)) else "is a symbolic link to a file outside"

    def _holds(self, target: str) -> bool:
        if not self._bounds:
            roots = (top(self.root), os.path.realpath(self.root))
            self._bounds = tuple(root.rstrip("/") + "/" for root in roots if root)
        return target.startswith(self._bounds)


def _is_wanted(name: str) -> bool:
    return name.endswith(_SUFFIXES) or name in _NAMES
