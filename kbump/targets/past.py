"""What a target was at earlier commits."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kbump.environment import Environment
from kbump.git import export, history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.config import Config
    from kbump.delivery.checkout import Checkout

MOST = 50
"""So many commits are looked at for one with other images."""


def target_of(found: Checkout, config: Config, tip: str) -> Environment:
    """Return the target as an environment: called as its .kbump.yaml does, else by repository and directory."""
    name = next((name for name, at in config.environments.items() if os.path.normpath(at) == found.directory), "")
    below = f"//{found.directory}" if found.directory else ""
    return Environment(name or f"{found.remote.name}{below}", found.root, config, tip, found.remote, found.top, "")


def earlier(found: Checkout, directory: str) -> Iterator[str]:
    """Yield the commits before each that changed something in a directory, the newest first, on the branch itself."""
    paths = [directory] if directory else []
    for commit in history(found.repository, paths=paths, first_parent=True, most=MOST):
        if commit.parents:
            yield commit.parents[0]


@contextmanager
def exported(found: Checkout, sha: str) -> Iterator[Environment]:
    """Yield the target as it was at a commit, until the block ends."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kbump-") as folder:
        top = os.path.join(os.path.realpath(folder), "tree")
        # What looks upwards for a .kbump.yaml or a Chart.yaml stops at the root of a work tree.
        os.makedirs(os.path.join(top, ".git"))
        export(found.repository, sha, top)
        now = target_of(found, found.config(), "")
        path = os.path.join(top, found.directory) if found.directory else top
        if not os.path.isdir(path):
            os.makedirs(path)
        yield Environment(f"{now.name} at {sha[:12]}", path, now.config, sha, found.remote, top, f"{sha[:12]}:")
