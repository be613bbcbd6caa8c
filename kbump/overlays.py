"""Overlays: what the kustomizations around a file make of it."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from kbump import files
from kbump.errors import KbumpError
from kbump.manifest import KUSTOMIZATION_NAMES
from kbump.source import STANDARD_INPUT, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _Kustomization(NamedTuple):
    """A kustomization with the real paths of what it lists."""

    directory: str
    resources: frozenset[str]
    components: frozenset[str]
    patches: frozenset[str]
    data: frozenset[str]
    selects: bool


class Overlays:
    """The kustomizations of the repos that files are in; read when they are first asked for.

    A repo is a git work tree. Outside of git it is the uppermost of the `directories` of the run that a file is in, and
    of those above it that have a kustomization.
    """

    def __init__(self, directories: Iterable[str] = ()) -> None:
        self._directories = frozenset(map(os.path.realpath, directories))
        self._paths: dict[str, str] = {}
        self._roots: dict[str, str] = {}
        self._repos: dict[str, _Repo] = {}
        self._data: dict[str, frozenset[str]] = {}

    def is_patch(self, file: str) -> bool:
        """Whether a kustomization anywhere in the same repo lists the file as a patch."""
        path = self._path(file)
        return path in self._repo(path).patches

    def is_labelled(self, file: str) -> bool:
        """Whether the labels of a kustomization that the file is a resource of bring it a selector."""
        path = self._path(file)
        return path in self._repo(path).labelled

    def is_data(self, file: str, *, anywhere: bool = False) -> bool:
        """Whether a kustomization takes the file for the data of a generator, and none for anything else.

        Only those in the directories above it are asked first: kustomize reads no other file unless it is told to. What
        they list as data, or everything if `anywhere`, is looked up in the whole repo.
        """
        above = self._data_above(os.path.dirname(file))
        if not (anywhere or above):
            return False
        path = self._path(file)
        if not (anywhere or path in above):
            return False
        repo = self._repo(path)
        return path in repo.data and path not in repo.patches and path not in repo.homes

    def homes(self, file: str) -> tuple[str, ...]:
        """Return the directories of the kustomizations that a file is a resource of.

        A file beside a kustomization, and in none, is its own home: nobody applies such a directory as it is.
        """
        path = self._path(file)
        listing = self._repo(path).homes.get(path, ())
        return tuple(sorted(listing)) or ((path,) if kustomization_file(os.path.dirname(path)) else ())

    def _path(self, file: str) -> str:
        """Return the real path of a file, which may be asked for once for each of its problems."""
        if file not in self._paths:
            self._paths[file] = os.path.realpath(file)
        return self._paths[file]

    def _data_above(self, directory: str) -> frozenset[str]:
        """Return the data that the kustomizations in a directory and those above it list."""
        if directory not in self._data:
            here = os.path.abspath(directory)
            data = _data_in(here)
            above = os.path.dirname(here)
            if above != here and not os.path.exists(os.path.join(here, ".git")):
                data |= self._data_above(above)
            self._data[directory] = data
        return self._data[directory]

    def _repo(self, path: str) -> _Repo:
        if path == self._path(STANDARD_INPUT):
            return _Repo([])  # such a text is in no repo, and to read the one around would take its time
        directory = os.path.dirname(path)
        if directory not in self._roots:
            self._roots[directory] = self._root(directory)
        root = self._roots[directory]
        if root not in self._repos:
            self._repos[root] = _Repo(list(_kustomizations(files.find([root]).files)))
        return self._repos[root]

    def _root(self, directory: str) -> str:
        from kbump.files.listing import top

        above = (one for one in _upwards(directory) if one in self._directories or kustomization_file(one))
        return top(directory) or next(reversed(list(above)), directory)


class _Repo:
    """What the kustomizations of a repo list together; all paths are real ones."""

    def __init__(self, found: list[_Kustomization]) -> None:
        self.patches = frozenset(chain.from_iterable(one.patches for one in found))
        self.data = frozenset(chain.from_iterable(one.data for one in found))
        self.homes: dict[str, frozenset[str]] = {}
        for one in found:
            for path in one.resources:
                self.homes[path] = self.homes.get(path, frozenset()) | {one.directory}
        self._found = {one.directory: one for one in found}
        self.labelled = self._labelled()

    def _labelled(self) -> frozenset[str]:
        """Return what a kustomization whose labels bring selectors reaches, through others or not."""
        reached: set[str] = set()
        pending = [directory for directory in self._found if self._selects(directory, set())]
        while pending:
            one = self._found.get(pending.pop())
            below = one.resources - reached if one else frozenset()
            reached |= below
            pending += below
        return frozenset(reached)

    def _selects(self, directory: str, seen: set[str]) -> bool:
        """Whether a kustomization, or a component that it takes in, brings selectors."""
        one = self._found.get(directory)
        if one is None or directory in seen:
            return False
        seen.add(directory)
        return one.selects or any(self._selects(component, seen) for component in one.components)


def _upwards(directory: str) -> Iterator[str]:
    """Yield a directory and those above it, up to the top of its git work tree."""
    while True:
        yield directory
        above = os.path.dirname(directory)
        if above == directory or os.path.exists(os.path.join(directory, ".git")):
            return
        directory = above


def kustomization_file(directory: str) -> str:
    """Return the path of the kustomization in a directory, "" if there is none."""
    return next(filter(os.path.isfile, _names_in(directory)), "")


def files_of(directory: str) -> list[str]:
    """Return the real paths of what a kustomization is built of: its own files, and those of what it builds on."""
    found: dict[str, None] = {}
    pending, seen = [os.path.realpath(directory)], set[str]()
    while pending:
        here = pending.pop()
        named = "" if here in seen else kustomization_file(here)
        seen.add(here)
        for one in _kustomizations([named] if named else []):
            below = sorted({*one.resources, *one.components, *one.patches})
            pending += filter(os.path.isdir, below)
            found.update(dict.fromkeys(map(os.path.realpath, (named, *filter(os.path.isfile, below)))))
    return list(found)


def _names_in(directory: str) -> list[str]:
    return [os.path.join(directory, name) for name in KUSTOMIZATION_NAMES]


def _data_in(directory: str) -> frozenset[str]:
    named = filter(os.path.isfile, _names_in(directory))
    return frozenset(chain.from_iterable(one.data for one in _kustomizations(named)))


def _kustomizations(names: Iterable[str]) -> Iterator[_Kustomization]:
    from kbump.validation.kustomizations import listed

    for file in names:
        if os.path.basename(file) in KUSTOMIZATION_NAMES:
            directory = os.path.realpath(os.path.dirname(file))
            for data in _read(file):
                found = listed(data)
                yield _Kustomization(
                    directory,
                    _real(directory, found.resources),
                    _real(directory, found.components),
                    _real(directory, found.patches),
                    _real(directory, found.data),
                    found.selects,
                )


def _real(directory: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(os.path.realpath(os.path.join(directory, name)) for name in names)


def _read(file: str) -> list[Any]:
    from kbump.yaml.constructor import construct

    try:
        return list(construct(Source.from_bytes(file, files.read(file)[0])))
    except KbumpError:
        return []  # it is said where the kustomization itself is checked
