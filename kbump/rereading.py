"""Rereader: places in files that were checked before, for what can be said only when all files were seen."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from kbump import files
from kbump.errors import SourceError
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.finding import Finding
    from kbump.resource import Resource
    from kbump.validation.problem import Problem

K = TypeVar("K")


class Rereader:
    """Reads files again; `texts` are those of names that are no files."""

    def __init__(self, version: str, texts: Mapping[str, str]) -> None:
        self.version = version
        self.texts = texts

    def findings(self, wanted: Mapping[K, tuple[str, Resource, Problem]]) -> dict[K, Finding]:
        """Return the finding for each (file, resource, problem), under the same key; each file is read once."""
        of_file: dict[str, dict[K, tuple[Resource, Problem]]] = {}
        for key, (file, resource, problem) in wanted.items():
            of_file.setdefault(file, {})[key] = (resource, problem)
        found: dict[K, Finding] = {}
        for file, places in of_file.items():
            from kbump.validation.locating import relocated

            found |= zip(places, relocated(self._source(file), list(places.values()), self.version), strict=True)
        return found

    def _source(self, file: str) -> Source:
        if file not in self.texts:
            # What vanished since it was checked has no lines any more.
            with suppress(SourceError):
                return Source.from_bytes(file, files.read(file)[0])
        return Source(file, self.texts.get(file, ""))
