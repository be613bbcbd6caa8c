"""A progress bar on a terminal, once a run takes more than a second."""

from __future__ import annotations

import os
import sys
import time

_WIDTH = 30
_PATIENCE_S = 1.0


class CountingLine:
    """The last line of a terminal on stderr, written anew each time."""

    def __init__(self) -> None:
        self.drawn = False

    def draw(self, text: str) -> None:
        """Write the line in place of the one before."""
        sys.stderr.write(f"\r{text}\033[K")
        sys.stderr.flush()
        self.drawn = True

    def clear(self) -> None:
        """Remove the line, before anything else is written."""
        if self.drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
            self.drawn = False


class Progress:
    """Draws on stderr if that is a terminal; silent in a forked child."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.process = os.getpid()
        self.began = time.monotonic()
        self.line = CountingLine()
        self.clear = self.line.clear

    def __call__(self, done: int, total: int) -> None:
        """Draw what is done; counts are files."""
        if os.getpid() != self.process or time.monotonic() - self.began < _PATIENCE_S:
            return
        filled = _WIDTH * done // max(total, 1)
        self.line.draw(f"{self.label} [{'#' * filled}{' ' * (_WIDTH - filled)}] {done:,}/{total:,}")


def progress_bar(label: str) -> Progress | None:
    """Return a bar, or None if nobody looks."""
    return Progress(label) if sys.stderr.isatty() else None
