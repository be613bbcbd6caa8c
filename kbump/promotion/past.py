"""past(): a target as it was at an earlier commit."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kbump.environment import Environment
from kbump.errors import GitError
from kbump.git import export, history
from kbump.promotion.contents import read_contents
from kbump.promotion.promoter import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbump.delivery.checkout import Checkout

# So many commits are looked at for one with other images.
_MOST = 50


@contextmanager
def past(found: Checkout, rev: str) -> Iterator[Environment]:
    """Yield the target as it was at a commit, "" for the newest with other images than now, on the branch itself.

    Raises GitError if there is no such commit.
    """
    for sha in [found.repository.resolve(rev)] if rev else _before(found):
        with _exported(found, sha) as environment:
            if rev or _images(environment) != _images(target_of(found, found.config(), "")):
                yield environment
                return
    words = f"no commit of `{found.branch}` of {found.remote.url}, of the last {_MOST}, has other images than now"
    raise GitError(words, hint="name the one to go back to: `--rollback REV`")


def _before(found: Checkout) -> Iterator[str]:
    """Yield the commits before each that changed something in the directory, the newest first."""
    paths = [found.directory] if found.directory else []
    for commit in history(found.repository, paths=paths, first_parent=True, most=_MOST):
        if commit.parents:
            yield commit.parents[0]


@contextmanager
def _exported(found: Checkout, sha: str) -> Iterator[Environment]:
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


def _images(environment: Environment) -> list[tuple[str, str]]:
    contents = read_contents(environment.path, environment.config, str, ignore=not environment.commit)
    return sorted((one.file, one.field.raw) for one in contents.placed)
