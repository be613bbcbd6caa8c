"""What anybody on the machine can see of the programs that run."""

from __future__ import annotations

import threading
from pathlib import Path


class Watch(threading.Thread):
    """Reads the command lines of all processes, again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.seen: set[bytes] = set()

    def run(self) -> None:
        while not self.done.wait(0.001):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue
