"""Build: what a push, tag or pull request starts, and the variables that its steps get.

https://docs.drone.io/pipeline/environment/reference/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = "0" * 40
_VERSION = re.compile(r"v?(?P<SHORT>(?P<MAJOR>\d+)\.(?P<MINOR>\d+)\.(?P<PATCH>\d+))(?:-(?P<PRERELEASE>[\w.-]+))?")


class Build(NamedTuple):
    """One build; `branch` is what is pushed to, or what a pull request goes to, and of a tag the tag's name."""

    repository: str
    event: str
    ref: str
    branch: str
    commit: str
    clone_url: str
    before: str = NOTHING
    source: str = ""
    action: str = ""
    message: str = ""
    author: str = "alice"
    author_name: str = "Alice"
    author_email: str = "alice@example.com"
    default_branch: str = "master"
    title: str = ""
    number: int = 1
    parent: int = 0
    private: bool = False

    @property
    def tag(self) -> str:
        """The tag of a ref that is one."""
        return self.ref.removeprefix("refs/tags/") if self.ref.startswith("refs/tags/") else ""

    @property
    def pull_request(self) -> str:
        """The number of the pull request that is built."""
        return self.ref.split("/")[2] if self.event == "pull_request" else ""

    @property
    def skipped(self) -> bool:
        """Whether the commit, or the pull request's title, asks for no build: docs.drone.io/pipeline/skipping."""
        return "[CI SKIP]" in f"{self.message} {self.title}".upper()

    def facts(self) -> dict[str, str]:
        """Return what conditions are about."""
        return {
            "event": self.event,
            "branch": self.branch,
            "ref": self.ref,
            "repo": self.repository,
            "action": self.action,
            "instance": HOST,
        }


HOST = "drone.example.com"


def variables(build: Build, stage: str = "default", step: str = "") -> dict[str, str]:
    """Return the variables of a build, without those that a step is told of secrets and of git."""
    owner, _, name = build.repository.partition("/")
    page = build.clone_url.removesuffix(".git")
    found = {
        "CI": "true",
        "DRONE": "true",
        "DRONE_SYSTEM_HOST": HOST,
        "DRONE_SYSTEM_PROTO": "https",
        "DRONE_REPO": build.repository,
        "DRONE_REPO_OWNER": owner,
        "DRONE_REPO_NAMESPACE": owner,
        "DRONE_REPO_NAME": name,
        "DRONE_REPO_LINK": page,
        "DRONE_REPO_BRANCH": build.default_branch,
        "DRONE_REPO_SCM": "git",
        "DRONE_REPO_PRIVATE": str(build.private).lower(),
        "DRONE_GIT_HTTP_URL": build.clone_url,
        "DRONE_REMOTE_URL": build.clone_url,
        **_of_the_build(build),
        **_of_the_commit(build, page),
        "DRONE_STAGE_NAME": stage,
        "DRONE_STEP_NAME": step,
    }
    return found | (_of_a_tag(build.tag) if build.tag else {})


def _of_the_build(build: Build) -> dict[str, str]:
    found = {
        "DRONE_BUILD_NUMBER": str(build.number),
        "DRONE_BUILD_PARENT": str(build.parent),
        "DRONE_BUILD_EVENT": build.event,
        "DRONE_BUILD_ACTION": build.action,
        "DRONE_BUILD_LINK": f"https://{HOST}/{build.repository}/{build.number}",
        "DRONE_BUILD_STATUS": "success",
    }
    if build.event == "pull_request":
        found |= {"DRONE_PULL_REQUEST": build.pull_request, "DRONE_PULL_REQUEST_TITLE": build.title}
    return found


def _of_the_commit(build: Build, page: str) -> dict[str, str]:
    return {
        "DRONE_COMMIT": build.commit,
        "DRONE_COMMIT_SHA": build.commit,
        "DRONE_COMMIT_AFTER": build.commit,
        "DRONE_COMMIT_BEFORE": build.before,
        "DRONE_COMMIT_REF": build.ref,
        "DRONE_COMMIT_BRANCH": build.branch,
        "DRONE_BRANCH": build.branch,
        "DRONE_TARGET_BRANCH": build.branch,
        "DRONE_SOURCE_BRANCH": build.source or build.branch,
        "DRONE_COMMIT_LINK": f"{page}/commit/{build.commit}",
        "DRONE_COMMIT_MESSAGE": build.message,
        "DRONE_COMMIT_AUTHOR": build.author,
        "DRONE_COMMIT_AUTHOR_NAME": build.author_name,
        "DRONE_COMMIT_AUTHOR_EMAIL": build.author_email,
    }


def _of_a_tag(tag: str) -> dict[str, str]:
    match = _VERSION.fullmatch(tag)
    if not match:
        return {"DRONE_TAG": tag, "DRONE_SEMVER_ERROR": f"{tag} is not in dotted-tri format"}
    parts = {f"DRONE_SEMVER_{name}": value or "" for name, value in match.groupdict().items()}
    return {"DRONE_TAG": tag, "DRONE_SEMVER": tag.removeprefix("v"), **parts}


def identity(build: Build) -> dict[str, str]:
    """Return who git takes for author and committer in every step: whoever made the commit that is built."""
    found = {"GIT_TERMINAL_PROMPT": "0"}
    for role in ("AUTHOR", "COMMITTER"):
        found[f"GIT_{role}_NAME"] = build.author_name or "drone"
        found[f"GIT_{role}_EMAIL"] = build.author_email or "noreply@drone"
    return found


def of_hook(event: str, data: Mapping[str, Any]) -> Build | None:
    """Return the build that a webhook of Gitea starts, if it starts one."""
    reader = {"push": _push, "pull_request": _pull}.get(event)
    return reader(data, _repository(data)) if reader else None


def _repository(data: Mapping[str, Any]) -> dict[str, Any]:
    found = data["repository"]
    return {
        "repository": found["full_name"],
        "clone_url": found["clone_url"],
        "default_branch": found["default_branch"],
        "private": found["private"],
    }


def _push(data: Mapping[str, Any], repository: dict[str, Any]) -> Build | None:
    if data["after"] == NOTHING:  # a branch or tag is gone
        return None
    kind, _, name = data["ref"].removeprefix("refs/").partition("/")
    head = data.get("head_commit") or {}
    author = head.get("author") or {}
    return Build(
        **repository,
        event="tag" if kind == "tags" else "push",
        ref=data["ref"],
        branch=name,
        commit=head.get("id") or data["after"],
        before=data["before"],
        message=head.get("message", ""),
        author=data["sender"]["login"],
        author_name=author.get("name", ""),
        author_email=author.get("email", ""),
    )


_BUILT = {"opened": "opened", "reopened": "opened", "synchronized": "synchronized"}


def _pull(data: Mapping[str, Any], repository: dict[str, Any]) -> Build | None:
    pull = data["pull_request"]
    if data["action"] not in _BUILT:
        return None
    return Build(
        **repository,
        event="pull_request",
        action=_BUILT[data["action"]],
        ref=f"refs/pull/{pull['number']}/head",
        branch=pull["base"]["ref"],
        source=pull["head"]["ref"],
        commit=pull["head"]["sha"],
        before=pull["base"]["sha"],
        message=pull["body"] or "",
        title=pull["title"],
        author=pull["user"]["login"],
        author_name=pull["user"]["login"],
        author_email=pull["user"]["email"],
    )
