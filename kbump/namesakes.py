"""Namesakes: objects of a run that are there twice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kbump import files
from kbump.errors import SourceError
from kbump.source import Source
from kbump.validation.identity import repetitions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.finding import Finding
    from kbump.validation.checking import Checked, Identity
    from kbump.validation.identity import Repetition
    from kbump.validation.locating import Names


class Namesakes:
    """Finds what is there twice in a scope of files; patches are no objects. `text` stands for the only file."""

    def __init__(
        self, scopes: Callable[[str], Sequence[str]], is_patch: Callable[[str], bool], version: str, text: str | None
    ) -> None:
        self.scopes = scopes
        self.is_patch = is_patch
        self.version = version
        self.text = text
        self._names: dict[str, Names] = {}

    def findings(self, found: Sequence[Checked]) -> tuple[list[Finding], int]:
        """Return a finding for each object that is there already, and how many more are ignored by comments.

        Comments that wait for such a finding in vain have one of their own.
        """
        places = [(one.file, identity) for one in found for identity in one.identities]
        repeated = [self._finding(one) for one in repetitions(places, self.scopes, self.is_patch)]
        waiting = {(one.file, line): unused for one in found for line, unused in one.waiting}
        met = {(one.location.file, one.location.line) for one in repeated}
        kept = [one for one in repeated if (one.location.file, one.location.line) not in waiting]
        unused = [finding for place, finding in waiting.items() if place not in met]
        return kept + unused, len(repeated) - len(kept)

    def _finding(self, one: Repetition) -> Finding:
        finding, first = self._named_at(one.file, one.identity), self._named_at(one.first_file, one.first)
        place = f"line {first.location.line}" if one.file == one.first_file else str(first.location)
        return finding._replace(message=f"{one.identity.subject} is there twice, first in {place}")

    def _named_at(self, file: str, identity: Identity) -> Finding:
        """Return a finding at the name of an object, whose file is read again, once."""
        if file not in self._names:
            from kbump.validation.locating import Names

            text = self.text or ""
            # What vanished since it was checked has no lines any more.
            with suppress(SourceError):
                text = text or Source.from_bytes(file, files.read(file)[0]).text
            self._names[file] = Names(Source(file, text), self.version)
        return self._names[file].finding(identity.document, identity.path)
