"""What came of a pull request: plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from kbump.forge import PullRequest

Status = Literal["opened", "refreshed", "unchanged", "blocked", "closed", "withdrawn"]


class Proposed(NamedTuple):
    """What came of a proposal.

    `status`: `opened`; `refreshed`; `unchanged`; `blocked` by commits of somebody else; `closed` by a person with this
    very content; `withdrawn`, for there is nothing to propose any more (then `pull_request` is the one that was
    closed). `commit` is the tip of the branch; `notes` say what the forge refused on the side.
    """

    status: Status
    pull_request: PullRequest | None
    commit: str = ""
    notes: tuple[str, ...] = ()
