"""HoldsFile: the holds of a target, as its checkout has them and as a run changes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kbump import files
from kbump.holds import FILE_NAME, Holds, read_holds
from kbump.image import ImageReference
from kbump.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.delivery.checkout import Checkout
    from kbump.holds import Hold


class HoldsFile:
    """The file in the target's directory; `released` are the references that the run lets go."""

    def __init__(self, found: Checkout) -> None:
        """Read it; raise SourceError if it is not as kbump writes it."""
        self.found = found
        self.name = os.path.join(found.directory, FILE_NAME)
        self.released: list[ImageReference] = []
        path = found.path(self.name)
        there = os.path.lexists(path)
        self.holds = read_holds(Source.from_bytes(self.name, files.read(path)[0])) if there else Holds()

    def release(self, text: str) -> None:
        """Let a reference go; raise UsageError if it is not held."""
        self.holds = self.holds.released(text)
        self.released.append(ImageReference.parse(text))

    def hold(self, holds: Iterable[Hold], restored: Iterable[ImageReference]) -> None:
        """Hold more back, and let go what is there again."""
        kept = Holds(tuple(one for one in self.holds.holds if not any(one.covers(other) for other in restored)))
        self.holds = kept.holding(holds)

    def write(self) -> list[str]:
        """Write it into the checkout, or delete it if nothing is held; return its name from the top."""
        path, text = self.found.path(self.name), self.holds.text()
        if text:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        elif os.path.lexists(path):
            os.unlink(path)
        return [self.name]
