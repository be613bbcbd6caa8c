"""The two forges as the tests use them: what a person does there, or git; for tests only."""

from __future__ import annotations

import base64
import itertools
import time
from typing import TYPE_CHECKING, Any, Protocol

from kbump.forge.http import Client
from kbump.forge.kinds import Place, connect
from kbump.forge.settings import Settings, Timing
from tests.forge.github_api import OWNER, PERSON, REPO, STRANGER
from tests.forge.github_server import FakeGitHub

if TYPE_CHECKING:
    from kbump.forge import Forge

SLEPT: list[float] = []
# Pauses are noted, not slept.
FAST = Timing(sleep=SLEPT.append, chance=lambda: 0.5)


class Host(Protocol):
    """A forge with one repository: branch `main`, a member PERSON and a STRANGER who may read."""

    bot: str

    def forge(self, timing: Timing = FAST, **settings: Any) -> Forge:
        """Return the repository as kbump sees it."""

    def branch(self, name: str) -> str:
        """Make a branch from `main` with a commit of its own, or another commit on it; return the commit."""

    def merge(self, number: int, how: str) -> None:
        """Merge a pull request, as the person: merge or squash."""

    def close(self, number: int) -> None:
        """Close a pull request, as the person."""

    def fork(self, branch: str, body: str) -> None:
        """Open a pull request into main from a fork of the stranger's, whose branch has this name."""

    def comment(self, number: int, body: str) -> None:
        """Write a comment, as the stranger."""

    @property
    def person_name(self) -> str:
        """Return the login of the member."""

    def asked(self, number: int) -> dict[str, set[str]]:
        """Return whose review is asked for, and who is assigned."""

    def take_off(self, number: int) -> None:
        """Take all reviewers and assignees off, as the person."""

    def archive(self) -> None:
        """Archive the repository."""

    def protect(self, branch: str) -> None:
        """Protect a branch."""

    def rename_default(self, name: str) -> None:
        """Rename the default branch."""


class GitHubHost:
    """The fake GitHub."""

    bot = "kbump-bot"

    def __init__(self, base: str = "") -> None:
        self.github = FakeGitHub(base)

    def forge(self, timing: Timing = FAST, **settings: Any) -> Forge:
        given = {"api_url": self.github.url, "token": "ghp_secret", "timeout_s": 5.0, **settings}
        return connect(Place("github", given["api_url"], OWNER, REPO), Settings(**given), timing)

    def branch(self, name: str) -> str:
        return self.github.branch(name)

    def merge(self, number: int, how: str) -> None:
        self.github.close_pull(number, PERSON, merged=True)

    def close(self, number: int) -> None:
        self.github.close_pull(number, PERSON)

    def fork(self, branch: str, body: str) -> None:
        self.github.open_pull(branch, "main", "Mine", body, STRANGER, source=8)

    def comment(self, number: int, body: str) -> None:
        self.github.add_comment(number, body, STRANGER)

    person_name = PERSON

    def asked(self, number: int) -> dict[str, set[str]]:
        pull = self.github.pulls[number]
        names = {"reviewer": "requested_reviewers", "assignee": "assignees"}
        return {role: {one["login"] for one in pull[key]} for role, key in names.items()}

    def take_off(self, number: int) -> None:
        self.github.pulls[number].update(requested_reviewers=[], assignees=[])

    def archive(self) -> None:
        self.github.archived = True

    def protect(self, branch: str) -> None:
        self.github.protected[branch] = ["pull_request", "non_fast_forward"]

    def rename_default(self, name: str) -> None:
        self.github.branches[name] = self.github.branches.pop(self.github.default_branch)
        self.github.default_branch = name


class GiteaServer:
    """A disposable Gitea, with its users made once."""

    def __init__(self, url: str, bot: str, password: str, token: str) -> None:
        self.url, self.bot, self.password = url, bot, password
        self.admin = self.client(token)
        self.counter = itertools.count(1)
        # Several processes may test at the same time.
        self.stamp = stamp = f"{time.time_ns():x}"
        self.person, self.stranger, self.organization = (f"{name}-{stamp}" for name in ("alice", "mallory", "acme"))
        for name in (self.person, self.stranger):
            made = {
                "username": name,
                "password": password,
                "email": f"{name}@example.com",
                "must_change_password": False,
            }
            self.admin.ask("POST", "/admin/users", body=made)
        self.admin.ask("POST", "/orgs", body={"username": self.organization})

    def client(self, token: str) -> Client:
        return Client(Settings(api_url=f"{self.url}/api/v1", token=token), scheme="token")

    def signed_in(self, name: str) -> Client:
        """Return a client with name and password: what makes tokens."""
        basic = base64.b64encode(f"{name}:{self.password}".encode()).decode()
        return Client(Settings(api_url=f"{self.url}/api/v1", token=basic), scheme="Basic")

    def token(self, name: str, *scopes: str) -> str:
        """Make a token with these scopes."""
        made = {"name": f"{self.stamp}-{next(self.counter)}", "scopes": list(scopes)}
        answer = self.signed_in(name).ask("POST", f"/users/{name}/tokens", body=made)
        return str(answer.data["sha1"])


class GiteaHost:
    """A repository of its own on the Gitea."""

    def __init__(self, server: GiteaServer, owner: str = "", *, private: bool = False) -> None:
        self.server, self.bot = server, server.bot
        self.owner, self.name = owner or server.bot, f"infra-{server.stamp}-{next(server.counter)}"
        self.admin, self.person, self.stranger = (
            server.admin,
            server.signed_in(server.person),
            server.signed_in(server.stranger),
        )
        self.token = server.token(server.bot, "write:repository", "write:issue", "read:user", "read:organization")
        made = {"name": self.name, "auto_init": True, "default_branch": "main", "private": private}
        self.admin.ask("POST", f"/orgs/{owner}/repos" if owner else "/user/repos", body=made)
        self.at = f"/repos/{self.owner}/{self.name}"
        self.admin.ask("PUT", f"{self.at}/collaborators/{server.person}", body={"permission": "write"})

    def forge(self, timing: Timing = FAST, **settings: Any) -> Forge:
        given = {"api_url": f"{self.server.url}/api/v1", "token": self.token, **settings}
        return connect(Place("gitea", given["api_url"], self.owner, self.name), Settings(**given), timing)

    def branch(self, name: str) -> str:
        there = self.admin.ask("GET", f"{self.at}/branches/{name}", accept=(404,)).status == 200
        return self._commit(self.admin, self.at, name if there else "main", name)

    def _commit(self, client: Client, at: str, source: str, branch: str) -> str:
        made = {"branch": source, "new_branch": branch, "message": "Change", "content": "eAo="}
        if source == branch:
            del made["new_branch"]
        answer = client.ask("POST", f"{at}/contents/file-{next(self.server.counter)}", body=made)
        return str(answer.data["commit"]["sha"])

    def merge(self, number: int, how: str) -> None:
        for _ in range(50):  # Gitea looks for conflicts in the background, and says 405 "Please try again later"
            answer = self.person.ask("POST", f"{self.at}/pulls/{number}/merge", body={"Do": how}, accept=(405,))
            if answer.status != 405:
                return
            time.sleep(0.1)
        raise AssertionError("Gitea does not merge")

    def close(self, number: int) -> None:
        self.person.ask("PATCH", f"{self.at}/pulls/{number}", body={"state": "closed"})

    def fork(self, branch: str, body: str) -> None:
        self.stranger.ask("POST", f"{self.at}/forks", body={})
        self._commit(self.stranger, f"/repos/{self.server.stranger}/{self.name}", "main", branch)
        head = f"{self.server.stranger}:{branch}"
        self.stranger.ask(
            "POST", f"{self.at}/pulls", body={"head": head, "base": "main", "title": "Mine", "body": body}
        )

    def comment(self, number: int, body: str) -> None:
        self.stranger.ask("POST", f"{self.at}/issues/{number}/comments", body={"body": body})

    @property
    def person_name(self) -> str:
        return self.server.person

    def asked(self, number: int) -> dict[str, set[str]]:
        pull = self.admin.ask("GET", f"{self.at}/pulls/{number}").data
        names = {"reviewer": "requested_reviewers", "assignee": "assignees"}
        return {role: {one["login"] for one in pull[key] or []} for role, key in names.items()}

    def take_off(self, number: int) -> None:
        asked = {"reviewers": [self.server.person]}
        self.admin.ask("DELETE", f"{self.at}/pulls/{number}/requested_reviewers", body=asked)
        self.admin.ask("PATCH", f"{self.at}/issues/{number}", body={"assignees": []})

    def archive(self) -> None:
        self.admin.ask("PATCH", self.at, body={"archived": True})

    def protect(self, branch: str) -> None:
        rules = {"rule_name": branch, "enable_push": False, "required_approvals": 2, "enable_status_check": True}
        self.admin.ask("POST", f"{self.at}/branch_protections", body={**rules, "status_check_contexts": ["ci"]})

    def rename_default(self, name: str) -> None:
        self.admin.ask("PATCH", f"{self.at}/branches/main", body={"name": name})
