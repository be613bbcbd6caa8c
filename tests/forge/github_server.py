"""A GitHub with one repository, in memory, held to GitHub's own description of its API; for tests only.

Each request and each answer is checked; what breaks the description is in `violations`. Faults (faults.py) may be put
in front of any request.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.forge.github_api import BOT, CONTRACT, OWNER, PERSON, REPO, ROUTES, Account, Asked, Reply, refusal, user
from tests.web import WebHandler, WebServer


class Fault(NamedTuple):
    """What happens to the next requests that fit; `after` lets GitHub do what was asked before."""

    method: str
    path: str
    send: Callable[[Handler, Reply], None]
    after: bool = False


class FakeGitHub:
    """The state of the one repository."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.accounts = {"ghp_secret": Account(BOT, "repo")}
        self.commits, self.branches = 1, {"main": f"{1:040x}"}
        self.protected: dict[str, list[str]] = {}
        self.pulls: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, tuple[int, dict[str, Any]]] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.members = {BOT, PERSON}
        self.bare: Path | None = None
        self.archived, self.default_branch, self.private, self.drafts = False, "main", False, True
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.violations: list[str] = []
        self.lock = threading.RLock()
        handler = type("Bound", (Handler,), {"github": self})
        self.server = WebServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{self.base}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def fault(self, method: str, path: str, *sends: Callable[[Handler, Reply], None], after: bool = False) -> None:
        """Let the next requests whose path is found by `path` go wrong, one after the other."""
        self.faults += [Fault(method, path, send, after) for send in sends]

    def branch(self, name: str) -> str:
        """Make a branch, or a commit on it; return the commit."""
        self.commits += 1
        self.branches[name] = f"{self.commits:040x}"
        for pull in self.pulls.values():
            if pull["head"]["ref"] == name and pull["state"] == "open":
                pull["head"]["sha"] = self.branches[name]
        return self.branches[name]

    def open_pull(
        self, head: str, base: str, title: str, body: str, login: str, *, draft: bool = False, source: int = 7
    ) -> dict[str, Any]:
        """Make a pull request; `source` is the repository of its branch."""
        pull = CONTRACT.example("pull-request")
        number = len(self.pulls) + 1
        pull.update(
            number=number, title=title, body=body, state="open", draft=draft, merged_at=None, merged=False,
            merged_by=None, closed_at=None, labels=[], assignees=[], assignee=None, requested_reviewers=[],
            requested_teams=[], node_id=f"PR_{number}", html_url=f"https://github.com/{OWNER}/{REPO}/pull/{number}",
            milestone=None,
        )  # fmt: skip
        pull["user"]["login"] = login
        pull["head"].update(ref=head, sha=self.branches.get(head, "f" * 40), label=f"{OWNER}:{head}")
        pull["base"].update(ref=base, sha=self.branches[base], label=f"{OWNER}:{base}")
        pull["head"]["repo"]["id"], pull["base"]["repo"]["id"] = source, 7
        self.pulls[number] = pull
        return pull

    def close_pull(self, number: int, login: str, *, merged: bool = False) -> None:
        """Close a pull request, as somebody."""
        pull = self.pulls[number]
        pull.update(state="closed", closed_at="2026-01-02T03:04:05Z", closer=login)
        if merged:
            pull.update(merged=True, merged_at="2026-01-02T03:04:05Z", merged_by=user(login))

    def add_comment(self, number: int, body: str, login: str) -> dict[str, Any]:
        """Write a comment, as somebody."""
        comment = CONTRACT.example("issue-comment")
        comment.update(id=len(self.comments) + 1, body=body, user=user(login))
        self.comments[comment["id"]] = (number, comment)
        return dict(comment)

    def look(self) -> None:
        """See which branches there are, if a real repository holds them: whoever pushes does not say so here."""
        if self.bare:
            listed = subprocess.run(
                ["git", "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads"],
                cwd=self.bare,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            self.branches = {name.removeprefix("refs/heads/"): sha for sha, name in map(str.split, listed.splitlines())}
            for pull in self.pulls.values():
                if pull["state"] == "open" and pull["head"]["ref"] in self.branches:
                    pull["head"]["sha"] = self.branches[pull["head"]["ref"]]

    def delete(self, name: str) -> bool:
        """Delete a branch; say whether it was there."""
        if self.bare and name in self.branches:
            subprocess.run(["git", "update-ref", "-d", f"refs/heads/{name}"], cwd=self.bare, check=True)
        return bool(self.branches.pop(name, None))

    def answer(self, asked: Asked, account: Account | None) -> Reply:
        """Do what was asked."""
        if account is None:
            return refusal(401, "Bad credentials")
        self.look()
        if asked.method != "GET" and self.archived and asked.path.startswith("/repos/"):
            return refusal(403, "Repository was archived so is read-only.")
        for method, pattern, operation in ROUTES:
            match = re.fullmatch(pattern, asked.path)
            if match and method == asked.method:
                return operation(self, asked, account, *map(unquote, match.groups()))
        return refusal(404, "Not Found")


class Handler(WebHandler):
    """HTTP around the state."""

    github: FakeGitHub
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        where = parts.path.removeprefix("/api" if parts.path == "/api/graphql" else self.github.base)
        asked = Asked(self.command, where, dict(parse_qsl(parts.query)), body, dict(self.headers.items()))
        with self.github.lock:
            self.github.asked.append(asked)
            faults = self.github.faults
            fault = next((one for one in faults if one.method == asked.method and re.search(one.path, where)), None)
            if fault:
                faults.remove(fault)
            reply = self.done(asked) if not fault or fault.after else Reply(500)
        (fault.send if fault else Handler.send)(self, reply)

    def done(self, asked: Asked) -> Reply:
        """Do what was asked, and hold it to the contract."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        account = self.github.accounts.get(token)
        operation = CONTRACT.operation(asked.method, asked.path)
        wrong = CONTRACT.request(operation, asked.query, asked.body) if operation else []
        if not operation and asked.path != "/graphql":
            wrong = ["no such operation"]
        reply = self.github.answer(asked, account)
        if operation:
            wrong += [f"answer {reply.status}: {one}" for one in CONTRACT.answer(operation, reply.status, reply.body)]
        self.github.violations += [f"{asked.method} {asked.path}: {one}" for one in wrong]
        scopes = {"X-OAuth-Scopes": account.scopes} if account and account.scopes is not None else {}
        return reply._replace(headers={**scopes, **reply.headers})

    def send(self, reply: Reply, content: bytes | None = None, *, length: int | None = None) -> None:
        """Send an answer; other content or another length may be told."""
        content = content if content is not None else b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        usual = {"Date": self.date_time_string(), "Content-Type": "application/json", "X-GitHub-Request-Id": "1"}
        for name, value in {**usual, **reply.headers}.items():
            if value or name not in usual:
                self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)


for _method in ("DELETE", "GET", "PATCH", "POST", "PUT"):
    setattr(Handler, f"do_{_method}", Handler.handle_one)
