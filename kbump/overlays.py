"""Overlays: what the kustomizations around a file make of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from kbump import files
from kbump.errors import KbumpError
from kbump.manifest import KUSTOMIZATION_NAMES
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator


class Overlays:
    """The kustomizations of the repos that files are in; read when they are first asked for."""

    def __init__(self) -> None:
        self._patches: dict[str, frozenset[str]] = {}
        self._homes: dict[str, str] = {}

    def is_patch(self, file: str) -> bool:
        """Whether a kustomization anywhere in the same git work tree lists the file as a patch.

        Outside of git: one in a directory above it, or below such a one.
        """
        path = os.path.realpath(file)
        root = _root(path)
        if root not in self._patches:
            self._patches[root] = frozenset(_patches(root))
        return path in self._patches[root]

    def home(self, file: str) -> str:
        """Return the nearest directory above a file that has a kustomization, or else its own directory."""
        directory = os.path.dirname(os.path.abspath(file))
        if directory not in self._homes:
            self._homes[directory] = next(filter(_kustomized, _upwards(directory)), directory)
        return self._homes[directory]


def _upwards(directory: str) -> Iterator[str]:
    """Yield a directory and those above it, up to the top of its git work tree."""
    while True:
        yield directory
        above = os.path.dirname(directory)
        if above == directory or os.path.exists(os.path.join(directory, ".git")):
            return
        directory = above


def _kustomized(directory: str) -> bool:
    return any(os.path.isfile(os.path.join(directory, name)) for name in KUSTOMIZATION_NAMES)


def _root(path: str) -> str:
    """Return the directory below which kustomizations are looked for."""
    from kbump.files.listing import top

    directory = os.path.dirname(path)
    return top(directory) or next(reversed([one for one in _upwards(directory) if _kustomized(one)]), directory)


def _patches(root: str) -> Iterator[str]:
    from kbump.validation.kustomizations import patch_files

    for file in files.find([root]).files:
        if os.path.basename(file) in KUSTOMIZATION_NAMES:
            for data in _read(file):
                for path in patch_files(data):
                    yield os.path.realpath(os.path.join(os.path.dirname(file), path))


def _read(file: str) -> list[Any]:
    from kbump.yaml.constructor import construct

    try:
        return list(construct(Source.from_bytes(file, files.read(file)[0])))
    except KbumpError:
        return []  # it is said where the kustomization itself is checked
