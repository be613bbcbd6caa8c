"""propose(): one branch with one commit on the target's tip, and one pull request for it, opened or refreshed.

Ensuring the branch and ensuring the pull request do not build on one another: a run that died in between is finished
by the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.delivery.asking import Wanted, ask, with_asked
from kbump.delivery.committing import commit_files
from kbump.delivery.heads import head_of
from kbump.delivery.landing import refusal
from kbump.delivery.result import Proposed
from kbump.delivery.withdrawing import blocked, is_of_another, oldest
from kbump.errors import ForgeError, GitError
from kbump.git import Pushed, Refused, content, differs, push, stage
from kbump.marker import content_of, read_marker, without_content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbump.delivery.checkout import Checkout
    from kbump.delivery.committing import Style
    from kbump.forge import Forge, PullRequest

# So many times somebody else may push to kbump's own branch while it is rebuilt, or open and close its pull request.
_MOST_ATTEMPTS = 5


class Page(NamedTuple):
    """The title and the text of a pull request."""

    title: str
    body: str


class Proposal(NamedTuple):
    """A pull request that is wanted.

    `message` and `page` are given the name of what the branch changes (kbump.git.content), which the page has in its
    marker (kbump.marker); the page leaves kbump.delivery.asking.ROOM of what the forge takes. `reopen`: open one though
    a person closed it with this content.
    """

    branch: str
    message: Callable[[str], str]
    page: Callable[[str], Page]
    labels: Sequence[str] = ()
    reviewers: Sequence[str] = ()
    assignees: Sequence[str] = ()
    draft: bool = False
    reopen: bool = False

    @property
    def wanted(self) -> Wanted:
        """Whom and what to ask for."""
        return Wanted(self.labels, self.reviewers, self.assignees)


def propose(found: Checkout, forge: Forge, wanted: Proposal, files: Sequence[str], style: Style) -> Proposed:
    """Bring the files, edited on the tip that is checked out, onto the branch, and see to its pull request.

    Raises GitError and ForgeError.
    """
    tip = found.repository.tip()
    changed = content(found.repository, tip, stage(found.repository, files))
    ensuring = _Ensuring(found, forge, wanted, wanted.page(changed), changed)
    opened = ensuring.looked()
    before = head_of(found, wanted.branch, tip)
    if not opened and ensuring.closed:
        return Proposed("closed", ensuring.closed, before.tip)
    made = commit_files(found, wanted.message(changed), files, style) or tip
    for _ in range(_MOST_ATTEMPTS):
        if not before.ours:
            return blocked(forge, opened, before)
        if before.content == changed and not differs(found.repository, before.fork, tip, list(files)):
            # Rebuilding it would only throw away the reviews that it has.
            return ensuring.ensured(opened, before.tip)
        outcome = push(found.repository, made, wanted.branch, before.tip)
        if isinstance(outcome, Refused):
            raise refusal(found, outcome, wanted.branch)
        if isinstance(outcome, Pushed):
            return ensuring.ensured(opened, made, pushed=True)
        before = head_of(found, wanted.branch, tip)
    raise GitError(f"`{wanted.branch}` of {found.remote.url} moved each time kbump pushed to it", hint="run it again")


class _Ensuring:
    """Sees to it that there is one pull request for the branch, with the page; `closed` is one of a person's."""

    def __init__(self, found: Checkout, forge: Forge, wanted: Proposal, page: Page, changed: str) -> None:
        self.found, self.forge, self.wanted, self.page, self.changed = found, forge, wanted, page, changed
        self.closed: PullRequest | None = None

    def looked(self) -> PullRequest | None:
        """Return the pull request that is open; raise ForgeError if it is of something else."""
        pulls = self.forge.find_by_head(self.wanted.branch, self.found.branch)
        opened = oldest(self.forge, pulls)
        same = [one for one in pulls if content_of(one.body) == self.changed]
        last = max(same, key=lambda one: one.number, default=None)
        self.closed = last if last and last.state == "closed" and not self.wanted.reopen else None
        marker = read_marker(self.page.body)
        if opened and marker and is_of_another(opened, marker):
            words = f"{opened.url} comes from `{self.wanted.branch}`, but its page says that it is of something else"
            raise ForgeError(words, hint="close it and delete its branch, then run again")
        return opened

    def ensured(self, opened: PullRequest | None, commit: str, *, pushed: bool = False) -> Proposed:
        for _ in range(_MOST_ATTEMPTS):
            done = self.refreshed(opened, commit, pushed=pushed) if opened else self.created(commit)
            if done:
                return done
            # Another run was here at the same moment: it sees to the oldest one, and so do we.
            opened = self.looked()
            if not opened and self.closed:
                return Proposed("closed", self.closed, commit)
        words = f"the pull request of `{self.wanted.branch}` was opened and closed each time kbump looked"
        raise ForgeError(words, hint="run it again")

    def created(self, commit: str) -> Proposed | None:
        """Open one, unless somebody else was faster."""
        wanted = self.wanted
        if self.looked() or self.closed:
            return None
        title, body = self.page
        made = self.forge.create(
            head=wanted.branch, base=self.found.branch, title=title, body=body, draft=wanted.draft
        )  # fmt: skip
        kept = oldest(self.forge, self.forge.find_by_head(wanted.branch, self.found.branch)) or made
        if kept.number != made.number:
            return None
        done, notes = ask(self.forge, made, wanted.wanted)
        if done:
            kept = self.forge.update(made.number, body=with_asked(body, done))
        return Proposed("opened", kept, commit, notes)

    def overtaken(self, one: PullRequest, commit: str) -> Proposed | None:
        """Heed who closed a pull request while it was looked at: a person, or another run."""
        by, me = self.forge.pull_request(one.number).closed_by, self.forge.who_am_i().login
        if by and me and by.casefold() != me.casefold():
            return Proposed("closed", one, commit)
        # What another run closed must not look like what a person closed.
        self.forge.update(one.number, body=without_content(one.body))
        return None

    def refreshed(self, opened: PullRequest, commit: str, *, pushed: bool) -> Proposed | None:
        """Give one the page, and ask for what is missing; None if it was closed meanwhile."""
        done, notes = ask(self.forge, opened, self.wanted.wanted)
        page = self.page._replace(body=with_asked(self.page.body, done))
        # As a forge may give it back: with other line ends, and no white space at the end.
        same = opened.title == page.title and opened.body.replace("\r\n", "\n").strip() == page.body.strip()
        after = opened if same else self.forge.update(opened.number, title=page.title, body=page.body)
        if after.state == "closed":
            return self.overtaken(after, commit)
        return Proposed("unchanged" if same and not pushed else "refreshed", after, commit, notes)
