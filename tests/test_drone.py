"""The build that a CI system's variables tell of, and what it was started for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kbump.drone import build_of, occasion_of
from kbump.provenance import Build, Occasion

DRONE = {
    "CI": "true",
    "DRONE": "true",
    "DRONE_REPO": "acme/web",
    "DRONE_SOURCE_BRANCH": "feature/login",
    "DRONE_COMMIT_BRANCH": "master",
    "DRONE_COMMIT_SHA": "c0ffee",
    "DRONE_BUILD_NUMBER": "12",
    "DRONE_BUILD_PARENT": "0",
    "DRONE_BUILD_LINK": "https://drone.example.com/acme/web/12",
    "DRONE_COMMIT_AUTHOR": "alice",
    "DRONE_SYSTEM_HOST": "drone.example.com",
    "DRONE_COMMIT_AUTHOR_NAME": "Alice Doe",
    "DRONE_COMMIT_AUTHOR_EMAIL": "alice@example.com",
}
OF_DRONE = Build(
    "acme/web", "feature/login", "c0ffee", 12, link="https://drone.example.com/acme/web/12",
    author="Alice Doe <alice@example.com>", ci="drone drone.example.com",
)  # fmt: skip
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/web",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_SHA": "c0ffee",
    "GITHUB_RUN_NUMBER": "7",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_ACTOR": "alice",
    "GITHUB_WORKFLOW": "Build",
    "GITHUB_WORKFLOW_REF": "acme/web/.github/workflows/build.yml@refs/heads/main",
}
OF_ACTIONS = Build(
    "acme/web",
    "main",
    "c0ffee",
    7,
    link="https://github.com/acme/web/actions/runs/4711",
    author="alice",
    ci="actions github.com .github/workflows/build.yml",
)
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "acme/web",
    "CI_COMMIT_BRANCH": "main",
    "CI_COMMIT_SHA": "c0ffee",
    "CI_PIPELINE_IID": "7",
    "CI_PIPELINE_URL": "https://gitlab.example.com/acme/web/-/pipelines/99",
    "CI_COMMIT_AUTHOR": "Alice Doe <alice@example.com>",
    "CI_SERVER_HOST": "gitlab.example.com",
}

OF_GITLAB = Build(
    "acme/web", "main", "c0ffee", 7, link="https://gitlab.example.com/acme/web/-/pipelines/99",
    author="Alice Doe <alice@example.com>", ci="gitlab gitlab.example.com",
)  # fmt: skip
WOODPECKER = {
    "CI": "woodpecker",
    "CI_REPO": "acme/web",
    "CI_COMMIT_BRANCH": "feature/login",
    "CI_COMMIT_SHA": "c0ffee",
    "CI_COMMIT_AUTHOR": "alice",
    "CI_COMMIT_AUTHOR_EMAIL": "alice@example.com",
    "CI_PIPELINE_NUMBER": "12",
    "CI_PIPELINE_PARENT": "0",
    "CI_PIPELINE_URL": "https://ci.example.com/repos/1/pipeline/12",
    "CI_SYSTEM_HOST": "ci.example.com",
}
OF_WOODPECKER = Build(
    "acme/web", "feature/login", "c0ffee", 12, link="https://ci.example.com/repos/1/pipeline/12",
    author="alice <alice@example.com>", ci="woodpecker ci.example.com",
)  # fmt: skip
HARNESS = {
    "DRONE_SYSTEM_HOST": "10.0.0.7",
    "HARNESS_ACCOUNT_ID": "A",
    "HARNESS_ORG_ID": "default",
    "HARNESS_PROJECT_ID": "shop",
    "HARNESS_PIPELINE_ID": "build_web",
}


@pytest.mark.parametrize(
    ("environ", "build"),
    [
        pytest.param({}, Build(), id="no CI system"),
        pytest.param({"DRONE_REPO": "acme/web"}, Build(), id="variables that were left over"),
        pytest.param({"DRONE": "true", "DRONE_BUILD_NUMBER": "x"}, Build(ci="drone"), id="Drone that says nothing"),
        pytest.param(DRONE, OF_DRONE, id="a push to Drone"),
        pytest.param({**DRONE, "DRONE_BUILD_PARENT": "9"}, OF_DRONE._replace(parent=9), id="a restart in Drone"),
        pytest.param({**DRONE, "DRONE_TAG": "v1.5.0"}, OF_DRONE._replace(tag="v1.5.0"), id="a tag in Drone"),
        pytest.param(
            {**DRONE, "DRONE_COMMIT_AUTHOR_EMAIL": "", "DRONE_SOURCE_BRANCH": ""},
            OF_DRONE._replace(branch="master", author="Alice Doe"),
            id="a build of Drone without an address",
        ),
        pytest.param(ACTIONS, OF_ACTIONS, id="a push to GitHub Actions"),
        pytest.param(
            {**ACTIONS, "GITHUB_WORKFLOW_REF": ""}, OF_ACTIONS._replace(ci="actions github.com Build"),
            id="Actions that name no file",
        ),
        pytest.param(WOODPECKER, OF_WOODPECKER, id="a push to Woodpecker, which sets none of Drone's in commands"),
        pytest.param(
            {**WOODPECKER, "CI_COMMIT_BRANCH": "main", "CI_COMMIT_SOURCE_BRANCH": "fix", "CI_PIPELINE_PARENT": "3"},
            OF_WOODPECKER._replace(branch="fix", parent=3),
            id="a restarted pull request in Woodpecker",
        ),
        pytest.param(
            {**DRONE, **HARNESS}, OF_DRONE._replace(ci="harness A default shop build_web"),
            id="Harness, whose pipelines count for themselves and whose host is the one that builds",
        ),
        pytest.param(
            {**DRONE, **HARNESS, "DRONE_SOURCE_BRANCH": "refs/tags/v1.5.0", "DRONE_TAG": ""},
            OF_DRONE._replace(branch="", tag="v1.5.0", ci="harness A default shop build_web"),
            id="a tag in Harness, which names it as the branch",
        ),
        pytest.param(
            {**GITLAB, "CI_COMMIT_BRANCH": "", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix"},
            OF_GITLAB._replace(branch="fix"),
            id="a merge request in GitLab",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_REF_NAME": "v1.5.0", "GITHUB_REF_TYPE": "tag"},
            OF_ACTIONS._replace(branch="", tag="v1.5.0"),
            id="a tag in GitHub Actions",
        ),
        pytest.param(
            {**ACTIONS, "GITHUB_REF_NAME": "3/merge", "GITHUB_HEAD_REF": "fix", "GITHUB_RUN_ID": ""},
            OF_ACTIONS._replace(branch="fix", link=""),
            id="a pull request in GitHub Actions",
        ),
        pytest.param(GITLAB, OF_GITLAB, id="a push to GitLab"),
    ],
)  # fmt: skip
def test_the_build_of(environ: dict[str, str], build: Build) -> None:
    assert build_of(environ) == build


URL, PAGE = "https://git.example.com/acme/infra", "https://ci.example.com/acme/infra/12"
OF_PULL_REQUEST = Occasion(f"{URL}.git", "c0ffee", 7, PAGE)
DRONES = {
    "DRONE": "true", "DRONE_GIT_HTTP_URL": f"{URL}.git", "DRONE_COMMIT_SHA": "c0ffee", "DRONE_PULL_REQUEST": "7",
    "DRONE_BUILD_LINK": PAGE,
}  # fmt: skip
WOODPECKERS = {
    "CI": "woodpecker", "CI_REPO_CLONE_URL": f"{URL}.git", "CI_COMMIT_SHA": "c0ffee", "CI_COMMIT_PULL_REQUEST": "7",
    "CI_PIPELINE_URL": PAGE,
}  # fmt: skip
MERGE = {
    "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REPOSITORY": "acme/infra",
    "GITHUB_SHA": "facade", "GITHUB_RUN_ID": "12",
}  # fmt: skip
OF_ACTION = Occasion(URL, "facade", 0, f"{URL}/actions/runs/12")


@pytest.mark.parametrize(
    ("environ", "occasion"),
    [
        pytest.param({}, Occasion(), id="no CI system"),
        pytest.param({"CI_COMMIT_PULL_REQUEST": "7", "GITLAB_CI": "true"}, Occasion(), id="GitLab"),
        pytest.param({"DRONE_PULL_REQUEST": "7"}, Occasion(), id="variables that were left over"),
        pytest.param(DRONES, OF_PULL_REQUEST, id="a pull request in Drone"),
        pytest.param({**DRONES, "DRONE_PULL_REQUEST": ""}, OF_PULL_REQUEST._replace(pull_request=0), id="a push"),
        pytest.param(WOODPECKERS, OF_PULL_REQUEST, id="a pull request in Woodpecker"),
        pytest.param(MERGE, OF_ACTION, id="a push to Actions"),
        pytest.param({**MERGE, "GITHUB_REF": "refs/pull/7/merge"}, OF_ACTION._replace(pull_request=7), id="GitHub"),
        pytest.param({**MERGE, "GITHUB_REF": "refs/pull/7/head"}, OF_ACTION._replace(pull_request=7), id="Gitea"),
        pytest.param({**MERGE, "GITHUB_REF": "refs/heads/7"}, OF_ACTION, id="a branch with the name of a number"),
    ],
)
def test_what_a_build_was_started_for(environ: dict[str, str], occasion: Occasion) -> None:
    assert occasion_of(environ) == occasion


@pytest.mark.parametrize(
    ("event", "occasion"),
    [
        pytest.param(
            {"pull_request": {"number": 7, "head": {"sha": "c0ffee"}}},
            OF_ACTION._replace(commit="c0ffee", pull_request=7),
            id="of a pull request with the tip of its branch",
        ),
        pytest.param({"pull_request": {"number": 7}}, OF_ACTION._replace(pull_request=7), id="without the tip"),
        pytest.param({"pull_request": None, "ref": "refs/heads/main"}, OF_ACTION, id="of a push"),
        pytest.param([], OF_ACTION, id="that is none"),
        pytest.param(None, OF_ACTION, id="that is not there"),
    ],
)
def test_the_event_of_an_action(event: object, occasion: Occasion, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    if event is not None:
        file.write_text(json.dumps(event))
    assert occasion_of({**MERGE, "GITHUB_EVENT_PATH": str(file)}) == occasion
