"""The runner: steps as sh scripts in a clone, what they are given and kept from, and builds one behind the other."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.drone.building import Build
from tests.pipeline.drone.running import Netrc, Secret
from tests.pipeline.drone.server import Drone, Repository, Stage, kill

NAME = "acme/web"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Alice", "-c", "user.email=alice@example.com"]
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a repository with a branch `main`, a branch `feature/login` and a tag."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "Dockerfile").write_text("FROM scratch\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "First")
    git(folder, "tag", "v1.0.0")
    git(folder, "checkout", "-q", "-b", "feature/login")
    git(folder, "commit", "-q", "--allow-empty", "-m", "Second")
    git(folder, "update-ref", "refs/pull/7/head", "feature/login")
    return folder


Run = Callable[..., Stage]


@pytest.fixture
def drone(tmp_path: Path) -> Iterator[Drone]:
    with Drone(tmp_path / "drone") as found:
        yield found


@pytest.fixture
def run(drone: Drone, origin: Path) -> Run:
    """Run the steps of a pipeline, for a push of feature/login if nothing else is said; return the stage."""

    def start(steps: list[dict[str, Any]], secrets: dict[str, Secret] | None = None, **about: Any) -> Stage:
        more = {key: about.pop(key) for key in ("volumes", "concurrency", "environment") if key in about}
        netrc = about.pop("netrc", None)
        config = json.dumps({"kind": "pipeline", "type": "docker", "name": "default", "steps": steps, **more})
        drone.repositories[NAME] = Repository(secrets or {}, lambda build: config, netrc)
        drone.start(build(origin, **about))
        drone.wait()
        return drone.stages[-1]

    return start


def build(origin: Path, **about: Any) -> Build:
    given = {"event": "push", "ref": "refs/heads/feature/login", "branch": "feature/login", **about}
    commit = git(origin, "rev-parse", given["ref"])
    return Build(NAME, commit=commit, clone_url=str(origin), **given)


def step(*commands: str, name: str = "test", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "alpine", "commands": list(commands), **more}


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, "feature/login Second"),
        ({"event": "tag", "ref": "refs/tags/v1.0.0", "branch": "v1.0.0"}, "HEAD First"),
        ({"event": "pull_request", "ref": "refs/pull/7/head", "branch": "main"}, "main Second"),
    ],
    ids=["a push", "a tag", "a pull request, merged into its target"],
)
def test_the_commit_is_checked_out(run: Run, about: dict[str, str], expected: str) -> None:
    stage = run([step("echo $(git rev-parse --abbrev-ref HEAD) $(git log -1 --format=%s)")], **about)
    assert stage.status == "success", stage.log
    assert stage.steps[-1].log.splitlines()[-1] == expected


def test_a_step_gets_the_documented_variables_and_nothing_of_this_machine(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KBUMP_TOKEN", "mine")
    found = dict(line.split("=", 1) for line in run([step("env")]).steps[-1].log.splitlines() if "=" in line)
    assert {name: found[name] for name in ("CI", "DRONE_REPO_NAME", "DRONE_COMMIT_BRANCH", "DRONE_BUILD_NUMBER")} == {
        "CI": "true",
        "DRONE_REPO_NAME": "web",
        "DRONE_COMMIT_BRANCH": "feature/login",
        "DRONE_BUILD_NUMBER": "1",
    }
    assert (found["GIT_AUTHOR_NAME"], found["GIT_COMMITTER_EMAIL"]) == ("Alice", "alice@example.com")
    assert found["HOME"] != os.environ["HOME"]
    assert "KBUMP_TOKEN" not in found


def test_steps_share_the_workspace_and_volumes_and_no_home(run: Run) -> None:
    volume = {"volumes": [{"name": "kube", "path": "/kube"}]}
    stage = run(
        [
            step("echo a > file; echo b > /kube/config; echo c > $HOME/file", name="one", **volume),
            step("cat file $KUBECONFIG; ls $HOME", name="two", environment={"KUBECONFIG": "/kube/config"}, **volume),
        ],
        volumes=[{"name": "kube", "temp": {}}],
    )
    assert stage.steps[-1].log.splitlines()[1:] == ["a", "b"]


def test_the_first_command_that_fails_ends_its_step_and_the_build(run: Run) -> None:
    stage = run(
        [
            step("echo before", "false", "echo after", name="fails"),
            step("echo next", name="next"),
            step("echo cleaned", name="cleaned", when={"status": ["failure"]}),
        ]
    )
    assert [(one.name, one.status) for one in stage.steps[1:]] == [
        ("fails", "failure"), ("next", "skipped"), ("cleaned", "success"),
    ]  # fmt: skip
    assert stage.status == "failure"
    assert "before" in stage.log
    assert "after" not in stage.log


def test_a_failure_that_is_ignored_is_none(run: Run) -> None:
    stage = run([step("false", name="fails", failure="ignore"), step("true", name="next")])
    assert [one.status for one in stage.steps[1:]] == ["ignored", "success"]
    assert stage.status == "success"


def test_secrets_are_masked_and_kept_from_pull_requests(run: Run) -> None:
    secrets = {"token": Secret("sesame-1"), "comment": Secret("sesame-2", pull_requests=True)}
    given = {"TOKEN": {"from_secret": "token"}, "COMMENT": {"from_secret": "comment"}}
    told = [step('echo "${#TOKEN} ${#COMMENT} $TOKEN"'.replace("${", "$${"), environment=given)]
    assert run(told, secrets).steps[-1].log.splitlines()[-1] == "8 8 ******"
    about = {"event": "pull_request", "ref": "refs/pull/7/head", "branch": "main"}
    assert run(told, secrets, **about).steps[-1].log.splitlines()[-1] == "0 8 "


def test_commands_of_a_private_repository_get_a_netrc_file_and_no_variables(run: Run) -> None:
    told = [step("cat $HOME/.netrc", 'echo "$DRONE_NETRC_PASSWORD"')]
    stage = run(told, private=True, netrc=Netrc("git.example.com", "bot", "sesame"))
    lines = ["machine git.example.com", "login bot", "password ******", '+ echo "$DRONE_NETRC_PASSWORD"', ""]
    assert stage.steps[-1].log.splitlines()[1:] == lines
    assert "No such file" in run(told, netrc=Netrc("git.example.com", "bot", "sesame")).log


@pytest.mark.parametrize(
    ("before", "settings", "tags"),
    [
        ("true", {"tags": ["1.0", "latest"]}, ("1.0", "latest")),
        ("echo feature-login-1,latest > .tags", {}, ("feature-login-1", "latest")),
        ("true", {}, ("latest",)),
    ],
    ids=["its settings", "a file", "nothing"],
)
def test_what_a_build_would_push_is_recorded(run: Run, before: str, settings: Any, tags: tuple[str, ...]) -> None:
    build = {"name": "publish", "image": "plugins/docker:20", "settings": {"repo": "acme/web", **settings}}
    assert [(one.repository, one.tags) for one in run([step(before), build]).images] == [("acme/web", tags)]


def test_builds_are_numbered_and_a_restart_names_the_one_before(drone: Drone, run: Run) -> None:
    first = run([step("echo $DRONE_BUILD_NUMBER of $DRONE_BUILD_PARENT")])
    drone.restart(first.build)
    drone.wait()
    assert [one.steps[-1].log.splitlines()[-1] for one in drone.stages] == ["1 of 0", "2 of 1"]


@pytest.mark.parametrize(("limit", "expected"), [(1, "aabbcc"), (0, "")], ids=["one", "any number"])
def test_so_many_builds_of_a_pipeline_run_at_once(
    drone: Drone, origin: Path, tmp_path: Path, limit: int, expected: str
) -> None:
    log = tmp_path / "log"
    told = step(f"printf $DRONE_COMMIT_MESSAGE >> {log}; sleep 0.2; printf $DRONE_COMMIT_MESSAGE >> {log}")
    text = {
        "kind": "pipeline",
        "type": "docker",
        "steps": [told],
        **({"concurrency": {"limit": limit}} if limit else {}),
    }
    drone.repositories[NAME] = Repository({}, lambda build: json.dumps(text))
    drone.hold()
    for message in "abc":
        drone.start(build(origin, message=message))
    drone.hold(False)
    drone.wait()
    assert sorted(log.read_text()) == list("aabbcc")
    assert not expected or log.read_text() == expected


def test_a_step_that_is_killed_ends_the_build(drone: Drone, run: Run) -> None:
    drone.on_step = lambda stage, name, process: kill(process) if name == "test" else None
    stage = run([step("sleep 60"), step("echo next", name="next", when={"status": ["failure"]})])
    assert [one.status for one in stage.steps] == ["success", "killed", "skipped"]


def send(drone: Drone, event: str, data: dict[str, Any], secret: str) -> int:
    body = json.dumps(data).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Gitea-Event": event, "X-Gitea-Signature": signature}
    try:
        with urllib.request.urlopen(urllib.request.Request(drone.url, body, headers)) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_webhook_starts_a_build_unless_its_signature_is_wrong_or_it_asks_for_none(drone: Drone, origin: Path) -> None:
    commit = git(origin, "rev-parse", "feature/login")
    about = {"full_name": NAME, "clone_url": str(origin), "default_branch": "main", "private": False}
    push = {
        "ref": "refs/heads/feature/login", "before": "0" * 40, "after": commit, "repository": about,
        "head_commit": {"id": commit, "message": "Second"}, "sender": {"login": "alice"},
    }  # fmt: skip
    text = json.dumps({"kind": "pipeline", "type": "docker", "steps": [step("true")]})
    drone.repositories[NAME] = Repository({}, lambda build: text)
    quiet = {**push, "head_commit": {"id": commit, "message": "Second [ci skip]"}}
    gone = {**push, "after": "0" * 40}
    assert [send(drone, "push", one, drone.secret) for one in (quiet, gone)] == [204, 204]
    assert send(drone, "push", push, "guessed") == 403
    assert drone.stages == []
    assert send(drone, "push", push, drone.secret) == 204
    # It is answered before it is heeded.
    drone.until(lambda: drone.stages)
    drone.wait()
    assert [one.status for one in drone.of("web")] == ["success"]
