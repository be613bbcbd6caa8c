"""Taking back: pull requests that are closed by kbump, and branches that are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbump.delivery.heads import head_of
from kbump.delivery.result import Proposed
from kbump.forge.upkeep import close_with_comment, upsert_comment
from kbump.git import Refused, delete_branch
from kbump.marker import read_marker, without_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.delivery.heads import Head
    from kbump.forge import Forge, PullRequest
    from kbump.marker import Marker

_BLOCKED = "<!-- kbump:blocked -->"
_LEFT = (
    "There are commits on this branch that kbump did not make, so it leaves the branch and this page as they are. "
    "Merge it, or close it and delete the branch: then the next run opens a new one."
)


def withdraw(found: Checkout, forge: Forge, branch: str, marker: Marker, words: str) -> Proposed | None:
    """Close the open pull request of a branch, with a word why, and delete the branch; None if there is neither.

    A branch with commits of somebody else is left, and so is one that another pull request comes from, or whose page
    is of something else than the marker says.
    """
    before = head_of(found, branch, found.repository.tip())
    pulls = [one for one in forge.find_by_head(branch) if one.state == "open"]
    opened = oldest(forge, [one for one in pulls if one.base == found.branch])
    if not (before.tip or opened) or (opened and is_of_another(opened, marker)):
        return None
    if not before.ours:
        return blocked(forge, opened, before)
    if opened:
        opened = _close(forge, opened, words)
    elsewhere = [one for one in pulls if one.base != found.branch]
    notes = () if elsewhere or not before.tip else _deleted(found, branch, before.tip)
    return Proposed("withdrawn", opened, notes=notes)


def _deleted(found: Checkout, branch: str, tip: str) -> tuple[str, ...]:
    """Delete a branch, unless somebody else just moved it; return a warning if the server does not let us."""
    outcome = delete_branch(found.repository, branch, tip)
    if not isinstance(outcome, Refused):
        return ()
    said = "; ".join((outcome.words or outcome.reason).splitlines())
    return (f"the branch `{branch}` could not be deleted: {said}",)


def is_of_another(pull: PullRequest, marker: Marker) -> bool:
    """Whether the page of a pull request says that it is of something else; one without a marker says nothing."""
    said = read_marker(pull.body)
    return said is not None and (said.kind, said.of) != (marker.kind, marker.of)


def blocked(forge: Forge, opened: PullRequest | None, before: Head) -> Proposed:
    """Leave a branch with commits of somebody else, and say so once."""
    if opened:
        upsert_comment(forge, opened.number, _BLOCKED, _LEFT)
    return Proposed("blocked", opened, before.tip)


def oldest(forge: Forge, pulls: Sequence[PullRequest]) -> PullRequest | None:
    """Return the oldest open one, and close the others: runs at the same moment may each have opened one."""
    opened = sorted((one for one in pulls if one.state == "open"), key=lambda one: one.number)
    for one in opened[1:]:
        _close(forge, one, f"Another run opened #{opened[0].number} for the same branch, so this is closed.")
    return opened[0] if opened else None


def _close(forge: Forge, one: PullRequest, words: str) -> PullRequest:
    """Close a pull request with a word why; what it proposed is taken out of its page: that may be proposed again."""
    forge.update(one.number, body=without_content(one.body))
    return close_with_comment(forge, one.number, words)
