"""propose(): one branch with one commit on the target's tip, and one pull request for it, opened or refreshed.

Ensuring the branch and ensuring the pull request do not build on one another: a run that died in between is finished
by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from kbump.delivery.committing import commit_files
from kbump.delivery.landing import refusal
from kbump.errors import GitError
from kbump.forge.upkeep import close_with_comment, upsert_comment
from kbump.git import Pushed, Refused, content, delete_branch, differs, fetch, fork, history, push, stage
from kbump.marker import content_of, without_content
from kbump.provenance import CONTENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.delivery.committing import Style
    from kbump.forge import Forge, PullRequest

Status = Literal["opened", "refreshed", "unchanged", "blocked", "closed", "withdrawn"]
# So many times somebody else may push to kbump's own branch while it is rebuilt.
_MOST_ATTEMPTS = 5
_MOST_COMMITS = 200
_BLOCKED = "<!-- kbump:blocked -->"
_LEFT = (
    "There are commits on this branch that kbump did not make, so it leaves the branch and this page as they are. "
    "Merge it, or close it and delete the branch: then the next run opens a new one."
)


class Page(NamedTuple):
    """The title and the text of a pull request."""

    title: str
    body: str


class Proposal(NamedTuple):
    """A pull request that is wanted.

    `message` and `page` are given the name of what the branch changes (kbump.git.content), which the page has in its
    marker (kbump.marker). `reopen`: open one though a person closed it with this content.
    """

    branch: str
    message: Callable[[str], str]
    page: Callable[[str], Page]
    labels: Sequence[str] = ()
    reviewers: Sequence[str] = ()
    assignees: Sequence[str] = ()
    draft: bool = False
    reopen: bool = False


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


class _Branch(NamedTuple):
    """The branch as it is on the remote: its tip, where it left the target, what it changes, whether all is kbump's."""

    tip: str
    fork: str = ""
    content: str = ""
    ours: bool = True


def propose(found: Checkout, forge: Forge, wanted: Proposal, files: Sequence[str], style: Style) -> Proposed:
    """Bring the files, edited on the tip that is checked out, onto the branch, and see to its pull request.

    Raises GitError and ForgeError.
    """
    tip = found.repository.tip()
    changed = content(found.repository, tip, stage(found.repository, files))
    pulls = forge.find_by_head(wanted.branch, found.branch)
    opened = _only(forge, pulls)
    before = _branch(found, wanted.branch, tip)
    last = max(pulls, key=lambda one: one.number, default=None)
    if not (opened or wanted.reopen) and last and last.state == "closed" and content_of(last.body) == changed:
        return Proposed("closed", last, before.tip)
    made = commit_files(found, wanted.message(changed), files, style) or tip
    for _ in range(_MOST_ATTEMPTS):
        if not before.ours:
            return _blocked(forge, opened, before)
        if before.content == changed and not differs(found.repository, before.fork, tip, list(files)):
            # Rebuilding it would only throw away the reviews that it has.
            return _ensure(found, forge, wanted, wanted.page(changed), opened, before.tip)
        outcome = push(found.repository, made, wanted.branch, before.tip)
        if isinstance(outcome, Refused):
            raise refusal(found, outcome)
        if isinstance(outcome, Pushed):
            return _ensure(found, forge, wanted, wanted.page(changed), opened, made, pushed=True)
        before = _branch(found, wanted.branch, tip)
    raise GitError(f"`{wanted.branch}` of {found.remote.url} moved each time kbump pushed to it", hint="run it again")


def withdraw(found: Checkout, forge: Forge, branch: str, words: str) -> Proposed | None:
    """Close the open pull request of a branch, with a word why, and delete the branch; None if there is neither.

    A branch with commits of somebody else is left.
    """
    tip = found.repository.tip()
    before = _branch(found, branch, tip)
    opened = _only(forge, forge.find_by_head(branch, found.branch))
    if not before.tip and not opened:
        return None
    if not before.ours:
        return _blocked(forge, opened, before)
    if opened:
        opened = _close(forge, opened, words)
    if before.tip:
        delete_branch(found.repository, branch, before.tip)
    return Proposed("withdrawn", opened)


def _only(forge: Forge, pulls: Sequence[PullRequest]) -> PullRequest | None:
    """Return the oldest open one, and close the others: runs at the same moment may each have opened one."""
    opened = sorted((one for one in pulls if one.state == "open"), key=lambda one: one.number)
    for one in opened[1:]:
        _close(forge, one, f"Another run opened #{opened[0].number} for the same branch, so this is closed.")
    return opened[0] if opened else None


def _close(forge: Forge, one: PullRequest, words: str) -> PullRequest:
    """Close a pull request with a word why; what it proposed is taken out of its page: that may be proposed again."""
    forge.update(one.number, body=without_content(one.body))
    return close_with_comment(forge, one.number, words)


def _branch(found: Checkout, branch: str, tip: str) -> _Branch:
    there = fetch(found.repository, branch)
    if not there:
        return _Branch("")
    left = fork(found.repository, tip, there)
    if not left:
        return _Branch(there, ours=False)
    now = content(found.repository, left, there)
    commits = history(found.repository, there, without=tip, most=_MOST_COMMITS)
    recorded = {name for commit in commits for name in commit.trailers.get(CONTENT, ())}
    # What a forge's "update branch" merges changes nothing of this; a branch that changes nothing has nothing to lose.
    return _Branch(there, left, now, ours=not now or now in recorded)


def _blocked(forge: Forge, opened: PullRequest | None, before: _Branch) -> Proposed:
    if opened:
        upsert_comment(forge, opened.number, _BLOCKED, _LEFT)
    return Proposed("blocked", opened, before.tip)


def _ensure(
    found: Checkout,
    forge: Forge,
    wanted: Proposal,
    page: Page,
    opened: PullRequest | None,
    commit: str,
    *,
    pushed: bool = False,
) -> Proposed:
    """See to it that there is one pull request for the branch, with this page."""
    if opened is None:
        made = forge.create(head=wanted.branch, base=found.branch, title=page.title, body=page.body, draft=wanted.draft)
        asked = forge.request_reviewers(made.number, wanted.reviewers) + forge.assign(made.number, wanted.assignees)
        forge.add_labels(made.number, wanted.labels)
        kept = _only(forge, forge.find_by_head(wanted.branch, found.branch)) or made
        return Proposed("opened" if kept.number == made.number else "unchanged", kept, commit, asked)
    # As a forge may give it back: with other line ends, and no white space at the end.
    same = opened.title == page.title and opened.body.replace("\r\n", "\n").strip() == page.body.strip()
    if not same:
        opened = forge.update(opened.number, title=page.title, body=page.body)
    missing = [one for one in wanted.labels if one not in opened.labels]
    forge.add_labels(opened.number, missing)
    return Proposed("unchanged" if same and not missing and not pushed else "refreshed", opened, commit)
