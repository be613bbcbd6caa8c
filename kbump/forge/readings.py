"""What GitHub and Gitea write in the same way, as kbump's values."""

from __future__ import annotations

from typing import Any

from kbump.forge import Comment, Repository


def login(user: Any) -> str:
    """Return a user's login; a deleted user is null."""
    return str(user["login"]) if user else ""


def comment(data: Any) -> Comment:
    """Read a comment."""
    return Comment(int(data["id"]), data["body"] or "", login(data["user"]), data["html_url"])


def newest(comments: list[Comment], body: str) -> Comment | None:
    """Return the last comment if it has this text."""
    return comments[-1] if comments and comments[-1].body == body else None


def repository(data: Any) -> Repository:
    """Read a repository; without a token there are no permissions."""
    may = data.get("permissions") or {}
    return Repository(
        name=data["full_name"],
        url=data["html_url"],
        default_branch=data["default_branch"],
        archived=bool(data["archived"]),
        private=bool(data["private"]),
        can_push=bool(may.get("push")),
        can_administer=bool(may.get("admin")),
    )
