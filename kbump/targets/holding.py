"""HoldsFile: the holds of a target, as its checkout has them and as a run changes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump import files
from kbump.delivery.heads import head_of
from kbump.git import show
from kbump.holds import FILE_NAME, Hold, Holds, normal, read_holds
from kbump.image import ImageReference
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.delivery.checkout import Checkout
    from kbump.rewriting.result import Change


ROLLBACK = "rollback"
"""What a pull request that goes back is, and what its branch begins with."""
SUBJECT = "revert: go back to {images}"
"""The subject of a commit that does."""


class HoldsFile:
    """The file in the target's directory; `released` are the references that the run lets go."""

    def __init__(self, found: Checkout) -> None:
        """Read it; raise SourceError if it is not as kbump writes it."""
        self.found = found
        self.name = os.path.join(found.directory, FILE_NAME)
        self.released: list[ImageReference] = []
        path = found.path(self.name)
        there = os.path.lexists(path)
        self.holds = _read(self.name, files.read(path)[0] if there else None)

    def held(self, text: str) -> ImageReference:
        """Return the reference that a text is; raise UsageError if it is none, or is not held."""
        self.holds.released(text)
        return ImageReference.parse(text)

    def release(self, text: str) -> None:
        """Let a reference go; raise UsageError if it is not held."""
        self.holds = self.holds.released(text)
        self.released.append(ImageReference.parse(text))

    def release_as(self, branch: str) -> None:
        """Let go, too, what a branch of kbump's own lets go; what was held back again since then stays held."""
        head = head_of(self.found, branch, self.found.repository.tip())
        if head.fork and head.ours:
            before, after = (self._at(rev).holds for rev in (head.fork, head.tip))
            for one in self.holds.holds:
                if one in before and one not in after:
                    self.release(one.image)

    def _at(self, rev: str) -> Holds:
        return _read(self.name, show(self.found.repository, rev, self.name))

    def hold(self, holds: Iterable[Hold], restored: Iterable[ImageReference]) -> None:
        """Hold more back, and let go what is there again."""
        kept = Holds(tuple(one for one in self.holds.holds if not any(one.covers(other) for other in restored)))
        self.holds = kept.holding(holds)

    def roll_back(self, changes: Iterable[Change], back: str, tip: str) -> bool:
        """Hold back what a way back to a commit takes from the tip, and nothing else; return whether it takes any."""
        listed = list(changes)
        gone = [ImageReference.parse(change.old) for change in listed]
        holds = [Hold(normal(reference), f"rolled back to {back[:12]}", tip) for reference in gone]
        self.hold(holds, [ImageReference.parse(change.new) for change in listed])
        return bool(gone)

    def write(self) -> list[str]:
        """Write it into the checkout, or delete it if nothing is held; return its name from the top."""
        path, text = self.found.path(self.name), self.holds.text()
        if text:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        elif os.path.lexists(path):
            os.unlink(path)
        return [self.name]


def _read(name: str, content: bytes | None) -> Holds:
    return Holds() if content is None else read_holds(Source.from_bytes(name, content))
