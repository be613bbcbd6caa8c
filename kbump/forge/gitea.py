"""Gitea and Forgejo, whose API under /api/v1 is the same for all that is asked here.

What the description (/swagger.v1.json) leaves open was read in Gitea 1.26: routers/api/v1/repo/pull.go and beside it.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kbump.forge import Comment, Identity, Limits, Protection, PullRequest, ordered
from kbump.forge.http import Client, path
from kbump.forge.readings import comment, login, newest, repository
from kbump.forge.refusals import said
from kbump.forge.settings import TIMING
from kbump.forge.upkeep import each_reviewer, split_teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.forge import Repository, State
    from kbump.forge.settings import Settings, Timing

_WIP = "WIP: "
# Longer titles are cut at 255 without a word (models/issues/issue_update.go), and a draft has a prefix. No limit of
# bodies is stated, but MySQL kept 65,535 bytes of them before Gitea 1.15; GitHub's is taken.
LIMITS = Limits(title=255 - len(_WIP), body=65_536, label=50)
# The prefixes of Gitea's own configuration and of Forgejo's; both take any case.
_DRAFT = re.compile(r"\s*(?:\[WIP\]|WIP:)\s*", re.IGNORECASE)
_PAGE = 50  # MAX_RESPONSE_ITEMS of a server that was not configured otherwise
_LABEL_COLOR = "#ededed"
_SCOPES = re.compile(r"token scope=(\S+)")


class Gitea:
    """A repository on Gitea or Forgejo, as kbump.forge.Forge describes."""

    kind = "gitea"
    limits = LIMITS

    def __init__(self, settings: Settings, owner: str, name: str, timing: Timing = TIMING) -> None:
        """Take the API's root from the settings: https://HOST/api/v1."""
        self._client = Client(settings, timing, scheme="token")
        self._owner, self._name = owner, name
        self._web = settings.api_url.rstrip("/").removesuffix("/api/v1")

    def _at(self, *parts: str | int) -> str:
        return path("repos", self._owner, self._name, *parts)

    def repository(self) -> Repository:
        """Return what Gitea tells about the repository."""
        return self._client.read(self._client.ask("GET", self._at()), repository)

    @cached_property
    def _identity(self) -> Identity:
        # Without the scope read:user it is not told whose token it is, but the refusal tells the scopes.
        answer = self._client.ask("GET", "/user", accept=(403,))
        if answer.status == 200:
            return Identity(self._client.read(answer, lambda data: str(data["login"])))
        told = _SCOPES.search(said(answer))
        return Identity("", tuple(told[1].split(",")) if told else None)

    def who_am_i(self) -> Identity:
        """Return whose token it is; scopes are told only by a token without read:user."""
        return self._identity

    def protection(self, branch: str) -> Protection:
        """Return whether a branch is protected; one that does not exist is not."""
        answer = self._client.ask("GET", self._branch(branch), accept=(404,))
        if answer.status == 404:
            return Protection(branch, protected=False)
        return self._client.read(answer, lambda data: _protection(branch, data))

    def _branch(self, branch: str) -> str:
        return self._at("branches", *branch.split("/"))

    def compare_url(self, base: str, head: str) -> str:
        """Return the page that compares two branches, tags or commits."""
        return f"{self._web}{path(self._owner, self._name, 'compare', f'{base}...{head}').replace('%2F', '/')}"

    def pull_request(self, number: int) -> PullRequest:
        """Return one pull request, with who closed it."""
        answer = self._client.ask("GET", self._at("pulls", number))
        found = self._client.read(answer, _pull_request)
        if found.state != "closed":
            return found
        # Gitea tells who merged, but who closed only in the history, where the closing is the last of its kind.
        query = {"since": self._client.read(answer, lambda data: str(data["closed_at"]))}
        history = self._client.ask("GET", self._at("issues", number, "timeline"), query=query, accept=(403, 404))
        return found._replace(closed_by=self._client.read(history, _closer)) if history.status == 200 else found

    def find_by_head(self, head: str, base: str = "") -> list[PullRequest]:
        """Return the pull requests from branch `head` into `base`, of the 1,000 newest open and closed ones."""
        # /pulls/{base}/{head} gives any one of them, so that the open one may be missed (renovatebot/renovate#14336).
        found = [*self._listed(state="open", base=base), *self._listed(state="closed", base=base)]
        return [one for one in found if one.head == head]

    def find_by_marker(self, marker: str, *, state: Literal["open", "all"] = "open") -> list[PullRequest]:
        """Return the pull requests whose body holds `marker`, of the 1,000 newest."""
        return [one for one in self._listed(state=state) if marker in one.body]

    def _listed(self, *, state: str, base: str = "") -> list[PullRequest]:
        query: dict[str, str | int] = {"state": state, "limit": _PAGE, **({"base_branch": base} if base else {})}
        found = [one for one in self._client.pages(self._at("pulls"), query, _own) if one]
        # Servers from before the parameter `base_branch` do not heed it.
        return ordered([one for one in found if base in {"", one.base}])

    def find_by_commit(self, sha: str) -> list[PullRequest]:
        """Return the open pull requests with this commit at their tip, and the one that was merged as it."""
        opened = [one for one in self._listed(state="open") if one.head_sha == sha]
        answer = self._client.ask("GET", self._at("commits", sha, "pull"), accept=(404, 422))
        merged = self._client.read(answer, _own) if answer.status == 200 else None
        return [*opened, *([merged] if merged else [])]

    def create(self, *, head: str, base: str, title: str, body: str, draft: bool = False) -> PullRequest:
        """Open a pull request; if there is an open one for these branches, give that one the title and body."""
        wanted = {"head": head, "base": base, "title": f"{_WIP}{title}" if draft else title, "body": body}
        answer = self._client.ask(
            "POST", self._at("pulls"), body=wanted, accept=(409,), found=lambda: self._open(head, base)
        )
        if answer.status == 201:
            return self._client.read(answer, _pull_request)
        found = answer.data if answer.status == 200 else self._open(head, base)
        if found is None:
            self._client.refuse(answer)
        same = (found.title, found.body) == (title, body)
        return found if same else self.update(found.number, title=title, body=body)

    def _open(self, head: str, base: str) -> PullRequest | None:
        return next((one for one in self._listed(state="open", base=base) if one.head == head), None)

    def update(
        self,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: Literal["open", "closed"] | None = None,
        draft: bool | None = None,
    ) -> PullRequest:
        """Change what is given, leave the rest; a draft is one by the prefix of its title."""
        wanted: dict[str, Any] = {"body": body, "state": state}
        if title is not None or draft is not None:
            now = self._client.read(self._client.ask("GET", self._at("pulls", number)), _pull_request)
            prefix = _WIP if (now.draft if draft is None else draft) else ""
            wanted["title"] = prefix + (now.title if title is None else title)
        wanted = {key: value for key, value in wanted.items() if value is not None}
        method = "PATCH" if wanted else "GET"
        return self._client.read(
            self._client.ask(method, self._at("pulls", number), body=wanted or None), _pull_request
        )

    def add_labels(self, number: int, names: Sequence[str]) -> None:
        """Add labels, leave the others; those that neither the repository nor its organization has are made."""
        if not names:
            return
        known = self._labels(self._at("labels"))
        if any(name.casefold() not in known for name in names):
            # 404: the owner is a user; 403: the token lacks read:organization.
            known = {**self._labels(path("orgs", self._owner, "labels"), accept=(403, 404)), **known}
        ids = [known.get(name.casefold()) or self._make_label(name) for name in names]
        self._client.ask("POST", self._at("issues", number, "labels"), body={"labels": ids}, repeatable=True)

    def _labels(self, where: str, accept: tuple[int, ...] = ()) -> dict[str, int]:
        """Return the ids of labels by name."""
        return dict(self._client.pages(where, {"limit": _PAGE}, _label, accept=accept))

    def _make_label(self, name: str) -> int:
        # Gitea takes a second label of the same name: it is looked for before the request is sent again.
        answer = self._client.ask(
            "POST",
            self._at("labels"),
            body={"name": name, "color": _LABEL_COLOR},
            found=lambda: self._labels(self._at("labels")).get(name.casefold()),
        )
        return answer.data if isinstance(answer.data, int) else self._client.read(answer, _label)[1]

    def remove_labels(self, number: int, names: Sequence[str]) -> None:
        """Take labels off; one that is not there is no error."""
        where = self._at("issues", number, "labels")
        unwanted = {name.casefold() for name in names}
        there = self._client.read(self._client.ask("GET", where), lambda data: [_label(one) for one in data])
        for name, number_of_label in there:
            if name in unwanted:
                self._client.ask("DELETE", f"{where}/{number_of_label}", accept=(404, 422))

    def request_reviewers(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Ask for reviews, of users and of teams (`org/team`); return a warning for each that Gitea refused."""
        where = self._at("pulls", number, "requested_reviewers")

        def ask(some: Sequence[str]) -> str:
            answer = self._client.ask("POST", where, body=split_teams(some), accept=(404, 422), repeatable=True)
            return said(answer) if answer.status != 201 else ""

        return each_reviewer(names, ask)

    def assign(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Add assignees, leave the others; return a warning for each who cannot be one here."""
        if not names:
            return ()
        # Gitea answers 500 for a user without access, and takes the whole list of assignees.
        possible = set(self._client.read(self._client.ask("GET", self._at("assignees")), _logins))
        now = self._client.read(
            self._client.ask("GET", self._at("pulls", number)), lambda data: _logins(data.get("assignees") or [])
        )
        wanted = [*now, *(name for name in names if name.casefold() in possible and name.casefold() not in now)]
        if len(wanted) > len(now):
            self._client.ask("PATCH", self._at("pulls", number), body={"assignees": wanted})
        return tuple(f"`{name}` cannot be assigned here" for name in names if name.casefold() not in possible)

    def comments(self, number: int) -> list[Comment]:
        """Return the comments of the conversation, the oldest first; Gitea gives all at once."""
        return list(self._client.pages(self._at("issues", number, "comments"), {"limit": _PAGE}, comment))

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""
        where = self._at("issues", number, "comments")
        answer = self._client.ask("POST", where, body={"body": body}, found=lambda: newest(self.comments(number), body))
        return answer.data if isinstance(answer.data, Comment) else self._client.read(answer, comment)

    def update_comment(self, number: int, body: str) -> Comment:
        """Replace the text of a comment; `number` is its own, Comment.id."""
        where = self._at("issues", "comments", number)
        return self._client.read(self._client.ask("PATCH", where, body={"body": body}), comment)

    def delete_branch(self, branch: str) -> bool:
        """Delete a branch; return whether it was there."""
        return self._client.ask("DELETE", self._branch(branch), accept=(404,)).status != 404


def _label(data: Any) -> tuple[str, int]:
    return data["name"].casefold(), int(data["id"])


def _logins(users: Any) -> list[str]:
    return [login(user).casefold() for user in users]


def _closer(events: Any) -> str:
    return next((login(event["user"]) for event in reversed(events or []) if event["type"] == "close"), "")


def _protection(branch: str, data: Any) -> Protection:
    if not data["protected"]:
        return Protection(branch, protected=False)
    rules = {
        "the token's user may not push": not data.get("user_can_push"),
        f"approvals needed: {data.get('required_approvals')}": data.get("required_approvals"),
        "status checks must pass": data.get("enable_status_check"),
    }
    return Protection(branch, protected=True, rules=tuple(rule for rule, holds in rules.items() if holds))


def _own(data: Any) -> PullRequest | None:
    """Read an entry of a list; None for one from a fork, also from one that was deleted (-1)."""
    return _pull_request(data) if data["head"]["repo_id"] == data["base"]["repo_id"] else None


def _pull_request(data: Any) -> PullRequest:
    state: State = "merged" if data["merged"] else "open" if data["state"] == "open" else "closed"
    draft = bool(data.get("draft"))
    return PullRequest(
        number=int(data["number"]),
        url=data["html_url"],
        title=_DRAFT.sub("", data["title"], count=1) if draft and _DRAFT.match(data["title"]) else data["title"],
        body=data["body"] or "",
        state=state,
        head=data["head"]["label"],  # `ref` is refs/pull/N/head once the branch is deleted
        head_sha=data["head"]["sha"],
        base=data["base"]["ref"],
        draft=draft,
        author=login(data["user"]),
        labels=tuple(label["name"] for label in data.get("labels") or []),
        closed_by=login(data.get("merged_by")),
    )
