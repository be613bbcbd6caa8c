"""What a promotion found and did: plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.comparison import PromotionDiff
    from kbump.delivery.proposing import Page
    from kbump.delivery.result import Proposed
    from kbump.errors import KbumpError
    from kbump.forge import PullRequest
    from kbump.gates import Verdict
    from kbump.rewriting.result import Change
    from kbump.targets.planning import Held

Status = Literal["opened", "refreshed", "unchanged", "blocked", "closed", "withdrawn", "planned", "refused", "nothing"]


class Promotion(NamedTuple):
    """One pull request of a promotion: that of a group, or of all that no group has (`group` is "" then).

    `status`: what became of the pull request (see Proposed); `planned` (of a dry run); `refused` by a gate; `nothing`
    to promote. `changes` are the fields that pair with one of the source, `left` says of others why they are left.
    `message` is that of the commit, `patch` and `page` are what the pull request changes and says; `rollback` is the
    commit that it goes back to; `released` are the references that it holds back no more. `standing` is the pull
    request that was open before; `replaces` names the source that it was from, if that was another one.
    """

    group: str
    branch: str
    status: Status
    changes: Sequence[Change] = ()
    held: Sequence[Held] = ()
    verdicts: Sequence[Verdict] = ()
    proposal: Proposed | None = None
    message: str = ""
    patch: str = ""
    page: Page | None = None
    rollback: str = ""
    released: Sequence[str] = ()
    standing: PullRequest | None = None
    replaces: str = ""

    @property
    def changed(self) -> list[Change]:
        """The fields whose text changes."""
        return [change for change in self.changes if change.status == "changed"]

    @property
    def refused(self) -> list[Change]:
        """The fields that may not hold what the source has."""
        return [change for change in self.changes if change.status == "refused"]


class PromoteResult(NamedTuple):
    """What promote() found and did.

    `source` and `target` are what both are called, `repository` and `branch` where the target is. `diff` is what
    differs between the target, as it was, and the source. `left` says which images were left, and why; `errors` are
    files that could hold images and cannot be read: then nothing was done.
    """

    source: str
    target: str
    repository: str
    branch: str
    promotions: list[Promotion]
    diff: PromotionDiff
    left: list[str]
    errors: list[KbumpError]

    @property
    def blocked(self) -> bool:
        """Whether a branch was left alone, for there are commits of somebody else on it."""
        return any(one.status == "blocked" for one in self.promotions)

    @property
    def exit_code(self) -> int:
        """0: done or nothing to do; 1: a gate or a field was refused; 2: a file could not be read."""
        if self.errors:
            return 2
        return int(any(one.status == "refused" or one.refused for one in self.promotions))
