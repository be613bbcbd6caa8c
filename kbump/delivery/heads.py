"""Head: a branch that kbump proposes from, as the remote has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.git import content, fetch, fork, history
from kbump.provenance import CONTENT, IMAGE

if TYPE_CHECKING:
    from kbump.delivery.checkout import Checkout

_MOST_COMMITS = 200


class Head(NamedTuple):
    """The branch: its tip, where it left the target, what it changes, whether all is kbump's, and the images it sets.

    All is empty if there is none.
    """

    tip: str
    fork: str = ""
    content: str = ""
    ours: bool = True
    images: tuple[str, ...] = ()


def head_of(found: Checkout, branch: str, tip: str) -> Head:
    """Fetch a branch and look at what it changes of the target, whose newest commit is `tip`."""
    there = fetch(found.repository, branch)
    if not there:
        return Head("")
    left = fork(found.repository, tip, there)
    if not left:
        return Head(there, ours=False)
    now = content(found.repository, left, there)
    commits = history(found.repository, there, without=tip, most=_MOST_COMMITS)
    recorded = {name for commit in commits for name in commit.trailers.get(CONTENT, ())}
    images = {image: None for commit in commits for image in commit.trailers.get(IMAGE, ())}
    # What a forge's "update branch" merges changes nothing of this; a branch that changes nothing has nothing to lose.
    return Head(there, left, now, not now or now in recorded, tuple(images))
