"""past(): a target as it was at an earlier commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kbump.errors import GitError
from kbump.promotion.planning import fits
from kbump.rewriting.carrying import restore
from kbump.targets.contents import read_contents
from kbump.targets.holding import HoldsFile
from kbump.targets.past import MOST, earlier, exported, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.environment import Environment
    from kbump.holds import Holds
    from kbump.image import ImageReference
    from kbump.promotion.wishes import Wishes
    from kbump.targets.contents import Contents


@contextmanager
def past(found: Checkout, rev: str, wishes: Wishes) -> Iterator[Environment]:
    """Yield the target as it was at a commit, "" for the newest with other images than now, on the branch itself.

    Only the images that are wished for count, and a commit with one that is held back, and that this run does not let
    go, is none to go back to. Raises GitError if there is no such commit.
    """
    if rev:
        with exported(found, found.repository.resolve(rev)) as environment:
            yield environment
        return
    now = target_of(found, found.config(), "")
    contents, holds = _contents(now), HoldsFile(found).holds
    for text in wishes.release:
        holds = holds.released(text)
    for sha in earlier(found, found.directory):
        with exported(found, sha) as environment:
            gone = _changes(_contents(environment), contents, wishes.only)
            if gone and not any(holds.of(reference) for reference in gone):
                yield environment
                return
    raise _nowhere(found, wishes.only, holds)


def _nowhere(found: Checkout, images: Sequence[str], holds: Holds) -> GitError:
    of = f" of {', '.join(f'`{image}`' for image in images)}" if images else ""
    held = ", but for what is held back" if holds.holds else ""
    words = f"no commit of `{found.branch}` of {found.remote.url}, of the last {MOST}, has other images{of} than now"
    return GitError(f"{words}{held}", hint="name the one to go back to: `--rollback REV`")


def _contents(environment: Environment) -> Contents:
    return read_contents(environment.path, environment.config, str, ignore=not environment.commit)


def _changes(before: Contents, now: Contents, images: Sequence[str]) -> list[ImageReference]:
    """Return the references that the way back would bring."""
    carried = restore(before.decided(), now.decided()).carried
    gone = [one for one in carried if one.reference != one.field.reference]
    wanted = [one for one in gone if not images or any(fits(one, text) for text in images)]
    return [one.reference for one in wanted]
