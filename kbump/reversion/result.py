"""What came of putting images back in git: plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.delivery.result import Proposed
    from kbump.rewriting.result import Change


class Gone(NamedTuple):
    """An image that a container of a workload was given, and that was taken from it: it is back at `before`."""

    kind: str
    name: str
    container: str
    image: str
    before: str = ""


class Reverted(NamedTuple):
    """What came of putting images back on a branch.

    `status`: `pushed`; `proposed` by a pull request, since the repository's policy wants that (`proposal` says what
    came of it); `nothing` had to be, or could be, put back; `failed`. `reason` says why for the last two, `left` of
    single images. `commit` is what is on the branch now, or the tip of that of the pull request.
    """

    status: Literal["pushed", "proposed", "nothing", "failed"]
    repository: str
    branch: str
    changes: Sequence[Change] = ()
    commit: str = ""
    message: str = ""
    reason: str = ""
    left: Sequence[str] = ()
    proposal: Proposed | None = None
