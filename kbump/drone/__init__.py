"""The variables of a CI system: which build this is, and what it was started for; settings.py has those of plugins.

Drone's own names are in https://docs.drone.io/pipeline/environment/reference/; Harness sets them, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kbump.provenance import Build, Occasion

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAGS = "refs/tags/"
_HARNESS = ("ACCOUNT", "ORG", "PROJECT", "PIPELINE")


def build_of(environ: Mapping[str, str]) -> Build:
    """Return the build that the variables of a CI system tell of, or an empty one.

    Known are Drone, Woodpecker, Harness, GitHub, Gitea and Forgejo Actions, and GitLab CI.
    """
    # Woodpecker has Drone's variables in steps of plugins only, its own in all.
    if environ.get("CI") == "woodpecker":
        return _woodpecker(environ)
    if environ.get("DRONE"):
        return _drone(environ)
    if environ.get("GITHUB_ACTIONS"):
        return _actions(environ)
    return _gitlab(environ) if environ.get("GITLAB_CI") else Build()


def _drone(environ: Mapping[str, str]) -> Build:
    name, address = environ.get("DRONE_COMMIT_AUTHOR_NAME", ""), environ.get("DRONE_COMMIT_AUTHOR_EMAIL", "")
    # DRONE_COMMIT_BRANCH is the branch that a pull request goes to.
    branch = environ.get("DRONE_SOURCE_BRANCH") or environ.get("DRONE_COMMIT_BRANCH", "")
    # Harness names a tag here, too: https://developer.harness.io/docs/continuous-integration/troubleshoot-ci/ci-env-var
    tagged = branch.startswith(_TAGS)
    return Build(
        repository=environ.get("DRONE_REPO", ""),
        branch="" if tagged else branch,
        commit=environ.get("DRONE_COMMIT_SHA", ""),
        number=_number(environ.get("DRONE_BUILD_NUMBER", "")),
        parent=_number(environ.get("DRONE_BUILD_PARENT", "")),
        tag=environ.get("DRONE_TAG") or (branch.removeprefix(_TAGS) if tagged else ""),
        link=environ.get("DRONE_BUILD_LINK", ""),
        author=_person(name or environ.get("DRONE_COMMIT_AUTHOR", ""), address),
        ci=_drone_counter(environ),
    )


def _drone_counter(environ: Mapping[str, str]) -> str:
    # Each pipeline of Harness counts for itself, and the host that it tells is the one that a build runs on.
    if environ.get("HARNESS_PIPELINE_ID"):
        return _counter("harness", *(environ.get(f"HARNESS_{name}_ID") for name in _HARNESS))
    return _counter("drone", environ.get("DRONE_SYSTEM_HOST"))


def _woodpecker(environ: Mapping[str, str]) -> Build:
    # https://woodpecker-ci.org/docs/usage/environment
    return Build(
        repository=environ.get("CI_REPO", ""),
        branch=environ.get("CI_COMMIT_SOURCE_BRANCH") or environ.get("CI_COMMIT_BRANCH", ""),
        commit=environ.get("CI_COMMIT_SHA", ""),
        number=_number(environ.get("CI_PIPELINE_NUMBER", "")),
        parent=_number(environ.get("CI_PIPELINE_PARENT", "")),
        tag=environ.get("CI_COMMIT_TAG", ""),
        link=environ.get("CI_PIPELINE_URL", ""),
        author=_person(environ.get("CI_COMMIT_AUTHOR", ""), environ.get("CI_COMMIT_AUTHOR_EMAIL", "")),
        ci=_counter("woodpecker", environ.get("CI_SYSTEM_HOST")),
    )


def _actions(environ: Mapping[str, str]) -> Build:
    # A run that is started again keeps its number: https://docs.github.com/en/actions/reference/variables-reference
    repository = environ.get("GITHUB_REPOSITORY", "")
    ref, tagged = environ.get("GITHUB_REF_NAME", ""), environ.get("GITHUB_REF_TYPE") == "tag"
    run = environ.get("GITHUB_RUN_ID", "")
    return Build(
        repository=repository,
        branch="" if tagged else environ.get("GITHUB_HEAD_REF") or ref,
        commit=environ.get("GITHUB_SHA", ""),
        number=_number(environ.get("GITHUB_RUN_NUMBER", "")),
        tag=ref if tagged else "",
        link=f"{environ.get('GITHUB_SERVER_URL', '')}/{repository}/actions/runs/{run}" if run else "",
        author=environ.get("GITHUB_ACTOR", ""),
        # Each workflow of a repository counts its runs for itself.
        ci=_counter("actions", _host(environ.get("GITHUB_SERVER_URL", "")), _workflow(environ)),
    )


def _gitlab(environ: Mapping[str, str]) -> Build:
    return Build(
        repository=environ.get("CI_PROJECT_PATH", ""),
        # A pipeline of a merge request has no CI_COMMIT_BRANCH: https://docs.gitlab.com/ci/variables/predefined_variables/
        branch=environ.get("CI_COMMIT_BRANCH") or environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", ""),
        commit=environ.get("CI_COMMIT_SHA", ""),
        number=_number(environ.get("CI_PIPELINE_IID", "")),
        tag=environ.get("CI_COMMIT_TAG", ""),
        link=environ.get("CI_PIPELINE_URL", ""),
        author=environ.get("CI_COMMIT_AUTHOR", ""),
        ci=_counter("gitlab", environ.get("CI_SERVER_HOST")),
    )


def occasion_of(environ: Mapping[str, str]) -> Occasion:
    """Return what the build was started for, by the variables of Drone, Woodpecker, GitHub, Gitea or Forgejo Actions.

    Of a pull request, the commit is the tip of its branch, where that is told. GitLab's merge requests are none.
    """
    if environ.get("GITHUB_ACTIONS"):
        return _occasion_of_actions(environ)
    # https://woodpecker-ci.org/docs/usage/environment
    own = environ.get("CI") == "woodpecker"
    if not (own or environ.get("DRONE")):
        return Occasion()
    names = ("CI_REPO_CLONE_URL", "CI_COMMIT_SHA", "CI_COMMIT_PULL_REQUEST", "CI_PIPELINE_URL")
    drones = ("DRONE_GIT_HTTP_URL", "DRONE_COMMIT_SHA", "DRONE_PULL_REQUEST", "DRONE_BUILD_LINK")
    url, commit, number, link = (environ.get(name, "") for name in (names if own else drones))
    return Occasion(url, commit, _number(number), link)


def _occasion_of_actions(environ: Mapping[str, str]) -> Occasion:
    server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    ref = re.fullmatch(r"refs/pull/(\d+)/\w+", environ.get("GITHUB_REF", ""))
    # GITHUB_REF and GITHUB_SHA are of a merge that GitHub makes, or, of `pull_request_target`, of the base branch.
    pull = _pull_request(environ.get("GITHUB_EVENT_PATH", ""))
    head = pull.get("head")
    commit = head.get("sha") if isinstance(head, dict) else None
    return Occasion(
        url=f"{server}/{repository}" if server and repository else "",
        commit=str(commit or environ.get("GITHUB_SHA", "")),
        pull_request=_number(ref[1] if ref else str(pull.get("number", ""))),
        link=_actions(environ).link,
    )


def _pull_request(path: str) -> dict[str, Any]:
    """Return what the file of an event says of the pull request that it is about; nothing if it cannot be read."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
    except (OSError, ValueError):
        return {}
    pull = event.get("pull_request") if isinstance(event, dict) else None
    return pull if isinstance(pull, dict) else {}


def _counter(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).netloc.rpartition("@")[2]


def _workflow(environ: Mapping[str, str]) -> str:
    """Return the file of a workflow, else its name: GITHUB_WORKFLOW_REF is OWNER/REPOSITORY/FILE@REF."""
    file = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    return file.removeprefix(f"{environ.get('GITHUB_REPOSITORY', '')}/") or environ.get("GITHUB_WORKFLOW", "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _person(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address
