"""past(): a target as it was at an earlier commit."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kbump.environment import Environment
from kbump.errors import GitError
from kbump.git import export, history
from kbump.promotion.contents import read_contents
from kbump.promotion.holding import HoldsFile
from kbump.promotion.planning import fits
from kbump.promotion.promoter import target_of
from kbump.rewriting.carrying import restore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.holds import Holds
    from kbump.image import ImageReference
    from kbump.promotion.contents import Contents
    from kbump.promotion.wishes import Wishes

# So many commits are looked at for one with other images.
_MOST = 50


@contextmanager
def past(found: Checkout, rev: str, wishes: Wishes) -> Iterator[Environment]:
    """Yield the target as it was at a commit, "" for the newest with other images than now, on the branch itself.

    Only the images that are wished for count, and a commit with one that is held back, and that this run does not let
    go, is none to go back to. Raises GitError if there is no such commit.
    """
    if rev:
        with _exported(found, found.repository.resolve(rev)) as environment:
            yield environment
        return
    now = target_of(found, found.config(), "")
    contents, holds = _contents(now), HoldsFile(found).holds
    for text in wishes.release:
        holds = holds.released(text)
    for sha in _before(found):
        with _exported(found, sha) as environment:
            gone = _changes(_contents(environment), contents, wishes.only)
            if gone and not any(holds.of(reference) for reference in gone):
                yield environment
                return
    raise _nowhere(found, wishes.only, holds)


def _nowhere(found: Checkout, images: Sequence[str], holds: Holds) -> GitError:
    of = f" of {', '.join(f'`{image}`' for image in images)}" if images else ""
    held = ", but for what is held back" if holds.holds else ""
    words = f"no commit of `{found.branch}` of {found.remote.url}, of the last {_MOST}, has other images{of} than now"
    return GitError(f"{words}{held}", hint="name the one to go back to: `--rollback REV`")


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


def _contents(environment: Environment) -> Contents:
    return read_contents(environment.path, environment.config, str, ignore=not environment.commit)


def _changes(before: Contents, now: Contents, images: Sequence[str]) -> list[ImageReference]:
    """Return the references that the way back would bring."""
    carried = restore(before.decided(), now.decided()).carried
    gone = [one for one in carried if one.reference != one.field.reference]
    wanted = [one for one in gone if not images or any(fits(one, text) for text in images)]
    return [one.reference for one in wanted]
