"""GitHub: github.com, Enterprise Cloud with its own host, Enterprise Server.

Paths and bodies are those of https://github.com/github/rest-api-description; only drafts need GraphQL.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kbump.forge import Comment, Identity, Limits, Protection, PullRequest, ordered
from kbump.forge.http import Client, path
from kbump.forge.readings import comment, login, newest, repository
from kbump.forge.refusals import said, scopes
from kbump.forge.settings import TIMING
from kbump.forge.upkeep import each_reviewer, split_teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbump.forge import Repository, State
    from kbump.forge.settings import Settings, Timing

# Characters are code points: pull requests with 65,536 emoji are taken (dead-claudia/github-limits#13). Comments may
# have 262,144 bytes, which is as many characters if each has four.
LIMITS = Limits(title=256, body=65_536, label=50)
_PAGE = 50
_GONE = "reference does not exist"
_LABEL_COLOR = "ededed"
_DRAFT = {
    True: ("convertPullRequestToDraft", "ConvertPullRequestToDraftInput"),
    False: ("markPullRequestReadyForReview", "MarkPullRequestReadyForReviewInput"),
}
# https://docs.github.com/rest/repos/rules: the types that stop a push or a merge, in words.
_RULES = {
    "pull_request": "changes need a pull request",
    "required_status_checks": "status checks must pass",
    "non_fast_forward": "no forced pushes",
    "required_signatures": "commits must be signed",
    "required_linear_history": "no merge commits",
    "update": "only some may push",
    "creation": "only some may create it",
    "deletion": "only some may delete it",
}


class GitHub:
    """A repository on GitHub, as kbump.forge.Forge describes."""

    kind = "github"
    limits = LIMITS

    def __init__(self, settings: Settings, owner: str, name: str, timing: Timing = TIMING) -> None:
        """Take the API's root from the settings: https://api.github.com, or https://HOST/api/v3."""
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._client = Client(settings, timing, headers=headers)
        root = settings.api_url.rstrip("/")
        # GHES has GraphQL beside /api/v3, not below it.
        self._graphql = Client(settings._replace(api_url=root.removesuffix("/v3")), timing, headers=headers)
        self._owner, self._name = owner, name
        self._web = _web(root)

    def _at(self, *parts: str | int) -> str:
        return path("repos", self._owner, self._name, *parts)

    def repository(self) -> Repository:
        """Return what GitHub tells about the repository."""
        return self._client.read(self._client.ask("GET", self._at()), repository)

    @cached_property
    def _identity(self) -> Identity:
        # A GitHub App's installation token has no user: 403 "Resource not accessible by integration".
        answer = self._client.ask("GET", "/user", accept=(403,))
        login = self._client.read(answer, lambda data: str(data["login"])) if answer.status == 200 else ""
        return Identity(login, scopes(answer, "x-oauth-scopes"))

    def who_am_i(self) -> Identity:
        """Return whose token it is; scopes are told for classic tokens only."""
        return self._identity

    def protection(self, branch: str) -> Protection:
        """Return whether a branch is protected, by itself or by a ruleset."""
        answer = self._client.ask("GET", self._at("branches", branch), accept=(404,))
        if answer.status == 404:
            return Protection(branch, protected=False)
        listed = self._client.ask("GET", self._at("rules", "branches", branch), accept=(403, 404))
        kinds = self._client.read(listed, lambda data: [rule["type"] for rule in data]) if listed.status == 200 else []
        rules = tuple(dict.fromkeys(_RULES[kind] for kind in kinds if kind in _RULES))
        protected = self._client.read(answer, lambda data: bool(data["protected"]))
        return Protection(branch, protected or bool(rules), rules)

    def compare_url(self, base: str, head: str) -> str:
        """Return the page that compares two branches, tags or commits."""
        return f"{self._web}{path(self._owner, self._name, 'compare', f'{base}...{head}').replace('%2F', '/')}"

    def pull_request(self, number: int) -> PullRequest:
        """Return one pull request, with who closed it."""
        found = self._client.read(self._client.ask("GET", self._at("pulls", number)), _pull_request)
        if found.state == "open" or found.closed_by:
            return found
        answer = self._client.ask("GET", self._at("issues", number), accept=(403, 404, 410))
        if answer.status != 200:
            return found
        return found._replace(closed_by=self._client.read(answer, lambda data: login(data["closed_by"])))

    def find_by_head(self, head: str, base: str = "") -> list[PullRequest]:
        """Return the pull requests from branch `head` into branch `base`, "" for any."""
        into: dict[str, str | int] = {"base": base} if base else {}
        return self._listed({"state": "all", "head": f"{self._owner}:{head}", **into})

    def find_by_marker(self, marker: str, *, state: Literal["open", "all"] = "open") -> list[PullRequest]:
        """Return the pull requests whose body holds `marker`, of the 1,000 newest."""
        return [one for one in self._listed({"state": state}) if marker in one.body]

    def _listed(self, query: dict[str, str | int]) -> list[PullRequest]:
        newest: dict[str, str | int] = {"sort": "created", "direction": "desc", "per_page": _PAGE}
        return ordered([one for one in self._client.pages(self._at("pulls"), {**query, **newest}, _own) if one])

    def find_by_commit(self, sha: str) -> list[PullRequest]:
        """Return the open pull requests with this commit, and those that brought it into the base."""
        where = self._at("commits", sha, "pulls")
        # 422 "No commit found for SHA": no pull request of this repository has it.
        answer = self._client.ask("GET", where, query={"per_page": _PAGE}, accept=(422,))
        if answer.status == 422:
            return []
        found = self._client.read(answer, lambda data: [_own(one) for one in data])
        return ordered([one for one in found if one and one.state != "closed"])

    def create(self, *, head: str, base: str, title: str, body: str, draft: bool = False) -> PullRequest:
        """Open a pull request; if there is an open one for these branches, give that one the title and body."""
        wanted = {"head": head, "base": base, "title": title, "body": body, "draft": draft}
        answer = self._client.ask(
            "POST", self._at("pulls"), body=wanted, accept=(422,), found=lambda: self._open(head, base)
        )
        if answer.status == 201:
            return self._client.read(answer, _pull_request)
        # 422 "A pull request already exists for owner:branch.": GitHub's list may lag behind (changesets/action#396).
        exists = answer.status == 200 or "already exists" in said(answer).lower()
        found = answer.data if answer.status == 200 else self._open(head, base) if exists else None
        if found is None:
            self._client.refuse(answer)
        same = (found.title, found.body) == (title, body)
        return found if same else self.update(found.number, title=title, body=body)

    def _open(self, head: str, base: str) -> PullRequest | None:
        found = self._listed({"state": "open", "head": f"{self._owner}:{head}", "base": base})
        return found[0] if found else None

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
        given = {"title": title, "body": body, "state": state}
        wanted = {key: value for key, value in given.items() if value is not None}
        method = "PATCH" if wanted else "GET"
        answer = self._client.ask(method, self._at("pulls", number), body=wanted or None)
        found = self._client.read(answer, _pull_request)
        if draft is None or draft == found.draft or found.state != "open":
            return found
        self._set_draft(self._client.read(answer, lambda data: str(data["node_id"])), draft=draft)
        return found._replace(draft=draft)

    def _set_draft(self, node: str, *, draft: bool) -> None:
        mutation, kind = _DRAFT[draft]
        query = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ pullRequest {{ isDraft }} }} }}"
        body = {"query": query, "variables": {"input": {"pullRequestId": node}}}
        answer = self._graphql.ask("POST", "/graphql", body=body, repeatable=True)
        # GraphQL refuses with status 200.
        if not answer.data or answer.data.get("errors"):
            self._graphql.refuse(answer)

    def add_labels(self, number: int, names: Sequence[str]) -> None:
        """Add labels, leave the others; labels that do not exist are made."""
        for name in names:
            if self._client.ask("GET", self._at("labels", name), accept=(404,)).status == 404:
                made = {"name": name, "color": _LABEL_COLOR}
                answer = self._client.ask("POST", self._at("labels"), body=made, accept=(422,), repeatable=True)
                if answer.status == 422 and "already_exists" not in said(answer):
                    self._client.refuse(answer)
        if names:
            wanted = {"labels": list(names)}
            self._client.ask("POST", self._at("issues", number, "labels"), body=wanted, repeatable=True)

    def remove_labels(self, number: int, names: Sequence[str]) -> None:
        """Take labels off; one that is not there is no error."""
        for name in names:
            answer = self._client.ask("DELETE", self._at("issues", number, "labels", name), accept=(404,))
            if answer.status == 404 and "label does not exist" not in said(answer).lower():
                self._client.refuse(answer)

    def request_reviewers(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Ask for reviews, of users and of teams (`org/team`); return a warning for each that GitHub refused."""
        where = self._at("pulls", number, "requested_reviewers")

        def ask(some: Sequence[str]) -> str:
            answer = self._client.ask("POST", where, body=split_teams(some), accept=(422,), repeatable=True)
            return said(answer) if answer.status == 422 else ""

        return each_reviewer(names, ask)

    def assign(self, number: int, names: Sequence[str]) -> tuple[str, ...]:
        """Add assignees, leave the others; return a warning for each whom GitHub, without a word, passed over."""
        if not names:
            return ()
        wanted = {"assignees": list(names)}
        answer = self._client.ask("POST", self._at("issues", number, "assignees"), body=wanted, repeatable=True)
        got = self._client.read(answer, lambda data: {login(one).casefold() for one in data["assignees"]})
        return tuple(f"`{name}` cannot be assigned here" for name in names if name.casefold() not in got)

    def comments(self, number: int) -> list[Comment]:
        """Return the comments of the conversation, the oldest first."""
        return list(self._client.pages(self._at("issues", number, "comments"), {"per_page": _PAGE}, comment))

    def create_comment(self, number: int, body: str) -> Comment:
        """Add a comment."""
        where = self._at("issues", number, "comments")
        answer = self._client.ask("POST", where, body={"body": body}, found=lambda: newest(self.comments(number), body))
        return answer.data if isinstance(answer.data, Comment) else self._client.read(answer, comment)

    def update_comment(self, number: int, body: str) -> Comment:
        """Replace the text of a comment."""
        where = self._at("issues", "comments", number)
        return self._client.read(self._client.ask("PATCH", where, body={"body": body}), comment)

    def delete_branch(self, branch: str) -> bool:
        """Delete a branch; return whether it was there."""
        answer = self._client.ask("DELETE", self._at("git", "refs", "heads", *branch.split("/")), accept=(422,))
        if answer.status == 422 and _GONE not in said(answer).lower():
            self._client.refuse(answer)
        return answer.status != 422


def _web(api_url: str) -> str:
    if api_url.endswith("/api/v3"):
        return api_url.removesuffix("/api/v3")
    return api_url.replace("://api.", "://", 1)


def _own(data: Any) -> PullRequest | None:
    """Read an entry of a list; None for one from a fork, also from one that was deleted (null)."""
    source = data["head"]["repo"]
    return _pull_request(data) if source and source["id"] == data["base"]["repo"]["id"] else None


def _pull_request(data: Any) -> PullRequest:
    state: State = "merged" if data["merged_at"] else "open" if data["state"] == "open" else "closed"
    return PullRequest(
        number=int(data["number"]),
        url=data["html_url"],
        title=data["title"],
        body=data["body"] or "",
        state=state,
        head=data["head"]["ref"],
        head_sha=data["head"]["sha"],
        base=data["base"]["ref"],
        draft=bool(data.get("draft")),
        author=login(data["user"]),
        labels=tuple(label["name"] for label in data["labels"]),
        closed_by=login(data.get("merged_by")),
    )
