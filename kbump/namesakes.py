"""Namesakes: objects of a run that are there twice, and definitions of one kind that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.validation.identity import repetitions
from kbump.validation.kinds import order
from kbump.validation.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kbump.finding import Finding
    from kbump.rereading import Rereader
    from kbump.validation.checking import Checked, Identity
    from kbump.validation.kinds import CustomKind

_ONE_OF = "keep one, or put each beside its objects: now an object is right that one of them takes"
_TWICE = Problem("duplicate-resource", ("metadata", "name"), "", "rename one, or remove one")


class Namesakes:
    """Finds what is there twice: objects in a scope of files, but for patches, and definitions where both count."""

    def __init__(
        self, scopes: Callable[[str], Sequence[str]], is_patch: Callable[[str], bool], rereader: Rereader
    ) -> None:
        self.scopes = scopes
        self.is_patch = is_patch
        self.rereader = rereader

    def findings(self, found: Sequence[Checked]) -> tuple[list[Finding], int]:
        """Return a finding for each object that is there already, and how many more are ignored by comments.

        Comments that wait for such a finding in vain have one of their own.
        """
        repeated = [*self._repeated(found), *self._rivals(found)]
        waiting = {(one.file, line): unused for one in found for line, unused in one.waiting}
        met = {(one.location.file, one.location.line) for one in repeated}
        kept = [one for one in repeated if (one.location.file, one.location.line) not in waiting]
        unused = [finding for place, finding in waiting.items() if place not in met]
        return kept + unused, len(repeated) - len(kept)

    def _repeated(self, found: Sequence[Checked]) -> list[Finding]:
        places = ((one.file, identity) for one in found for identity in one.identities)
        listed = list(repetitions(places, self.scopes, self.is_patch))
        both = [(one.file, one.identity) for one in listed] + [(one.first_file, one.first) for one in listed]
        named = self._named(dict.fromkeys(both))
        repeated = []
        for one in listed:
            finding, first = named[one.file, one.identity], named[one.first_file, one.first].location
            place = f"line {first.line}" if one.file == one.first_file else str(first)
            repeated.append(finding._replace(message=f"{finding.subject} is there twice, first in {place}"))
        return repeated

    def _rivals(self, found: Sequence[Checked]) -> Iterator[Finding]:
        """Yield a finding for each kind of objects that several definitions are equally near to, at the second one."""
        rivals: dict[str, set[CustomKind]] = {}
        for kind in (kind for one in found for kind in one.rivals):
            rivals.setdefault(f"{kind.kind} {kind.group}/{kind.version}", set()).add(kind)
        listed = {name: sorted(kinds, key=order) for name, kinds in rivals.items()}
        places = {kind: (kind.file, kind.definition, _rival(kind)) for kinds in listed.values() for kind in kinds[:2]}
        placed = self.rereader.findings(places)
        for name, (first, second, *more) in listed.items():
            others = f" and {len(more)} more" if more else ""
            message = f"{name} is defined otherwise in {placed[first].location}{others}"
            yield placed[second]._replace(message=message)

    def _named(self, places: Iterable[tuple[str, Identity]]) -> dict[tuple[str, Identity], Finding]:
        """Return a finding at the name of each object; a file is read again once, for all of its objects."""
        return self.rereader.findings({(file, one): (file, one.resource, _TWICE) for file, one in places})


def _rival(kind: CustomKind) -> Problem:
    return Problem("ambiguous-definition", ("spec", "versions", kind.number, "name"), "", _ONE_OF)
