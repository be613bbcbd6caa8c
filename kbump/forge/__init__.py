"""Forges: pull requests, labels and comments on GitHub and Gitea, in the same words; kinds.py chooses, this file names.

Nothing is imported here that speaks HTTP: `kbump.forge.kinds.connect` gives a Forge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Literal["open", "closed", "merged"]
_RANK: dict[State, int] = {"open": 0, "merged": 1, "closed": 2}


class Limits(NamedTuple):
    """How long texts may be, in characters (code points); the caller cuts, the forge refuses."""

    title: int
    body: int
    label: int


class PullRequest(NamedTuple):
    """A pull request whose branch is in the same repository as its base.

    `title` is without a forge's draft prefix. `head_sha` is the tip of the branch, or what it was when the branch was
    deleted. `closed_by` is the login of who closed or merged it: "" while open, if unknown, and in lists.
    """

    number: int
    url: str
    title: str
    body: str
    state: State
    head: str
    head_sha: str
    base: str
    draft: bool
    author: str
    labels: tuple[str, ...] = ()
    closed_by: str = ""


class Comment(NamedTuple):
    """A comment on a pull request; `id` is the forge's own."""

    id: int
    body: str
    author: str
    url: str = ""


class Repository(NamedTuple):
    """What a forge tells about a repository; the permissions are those of the token's user."""

    name: str
    url: str
    default_branch: str
    archived: bool
    private: bool
    can_push: bool
    can_administer: bool


class Identity(NamedTuple):
    """Whose token it is: `login` is "" and `scopes` None where the forge does not tell."""

    login: str
    scopes: tuple[str, ...] | None = None


class Protection(NamedTuple):
    """Whether a branch is protected, and the rules of it that a reader should know, in words."""

    branch: str
    protected: bool
    rules: tuple[str, ...] = ()


class Forge(Protocol):
    """One repository on a forge. Every method raises ForgeError when the forge does not do what was asked.

    Lists are ordered: open ones, then merged, then closed ones, the newest first. Pull requests from forks are never
    listed: anyone may open them, with any branch name and any text.
    """

    @property
    def kind(self) -> str:
        """Return the kind: github or gitea."""

    @property
    def limits(self) -> Limits:
        """Return how long texts may be."""

    def repository(self) -> Repository:
        """Return what the forge tells about the repository."""

    def who_am_i(self) -> Identity:
        """Return whose token it is, asked once."""

    def protection(self, branch: str) -> Protection:
        """Return whether a branch is protected; one that does not exist is not."""

    def compare_url(self, base: str, head: str) -> str:
        """Return the page that compares two branches, tags or commits."""

    def pull_request(self, number: int) -> PullRequest:
        """Return one pull request, with who closed it."""

    def find_by_head(self, head: str, base: str = "") -> list[PullRequest]:
        """Return the pull requests from branch `head` into branch `base`, "" for any."""

    def find_by_marker(self, marker: str, *, state: Literal["open", "all"] = "open") -> list[PullRequest]:
        """Return the pull requests whose body holds `marker`."""

    def find_by_commit(self, sha: str) -> list[PullRequest]:
        """Return the open pull requests of a commit (Gitea: at their tip), and those that brought it into the base."""

    def create(self, *, head: str, base: str, title: str, body: str, draft: bool = False) -> PullRequest:
        """Open a pull request; if there is an open one for these branches, give that one the title and body."""

    def update(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
        draft: bool | None = None,
    ) -> PullRequest:
        """Change what is given, leave the rest."""

    def add_labels(self, number: int, names: Sequence[str]) -> None:
        """Add labels, leave the others; labels that do not exist are made."""

    def remove_labels(self, number: int, names: Sequence[str]) -> None:
        """Take labels off; one that is not there is no error."""

    def request_reviewers(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Ask for reviews, of users and of teams (`org/team`); return a warning for each that the forge refused."""

    def assign(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Add assignees, leave the others; return a warning for each that the forge refused."""

    def comments(self, number: int) -> list[Comment]:
        """Return the comments of the conversation, the oldest first."""

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""

    def update_comment(self, number: int, body: str) -> Comment:
        """Replace the text of a comment; `number` is its own, Comment.id."""

    def delete_branch(self, branch: str) -> bool:
        """Delete a branch; return whether it was there."""


def ordered(found: list[PullRequest]) -> list[PullRequest]:
    """Sort: open ones, then merged, then closed ones, the newest first."""
    return sorted(found, key=lambda one: (_RANK[one.state], -one.number))
