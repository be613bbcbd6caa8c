"""Images that a rollout took from workloads go back on the branch of the checkout, with real remotes."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kbump.config import NO_CONFIG
from kbump.delivery.checkout import Access
from kbump.errors import GitError, UsageError
from kbump.provenance import Build
from kbump.reversion.place import place_of
from kbump.reversion.result import Gone, Reverted
from kbump.reversion.reverting import revert
from kbump.workspace import find_config
from tests.git.conftest import hook, run_git

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  template:
    spec:
      containers:
        - name: main
          image: acme/web:TAG  # set by kbump
"""
WEB = Gone("Deployment", "web", "main", "acme/web:3", "acme/web:2")


def deployment(tag: str, name: str = "web") -> str:
    return DEPLOYMENT.replace("TAG", tag).replace("NAME", name)


def access() -> Access:
    return Access(os.environ, time.monotonic() + 60)


class Repo(NamedTuple):
    """A bare remote, and a clone of it."""

    bare: Path
    clone: Path

    def commit(self, files: dict[str, str], *, push: bool = True) -> str:
        for name, text in files.items():
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / name).write_text(text)
        run_git("add", "--all", cwd=self.clone)
        run_git("commit", "-q", "--allow-empty", "-m", "by hand", cwd=self.clone)
        if push:
            run_git("push", "-q", "origin", "HEAD:main", cwd=self.clone)
        return run_git("rev-parse", "HEAD", cwd=self.clone)

    def revert(self, *gone: Gone, paths: str = ".", built: bool = False, **more: Any) -> Reverted:
        at = str(self.clone / paths)
        config = find_config(at)
        place = place_of([at], config, access(), built=built, branch=more.pop("branch", ""))
        return revert(place, gone or [WEB], config, more.pop("build", Build()), access())

    def read(self, name: str) -> str:
        return run_git("cat-file", "blob", f"main:{name}", cwd=self.bare) + "\n"

    def log(self, form: str = "%s") -> list[str]:
        return run_git("log", f"--format={form}", "main", cwd=self.bare).splitlines()

    def held(self, directory: str = "") -> dict[str, str]:
        rows = json.loads(self.read(f"{directory}.kbump-holds.json"))["holds"]
        return {row["image"]: row["reason"] for row in rows}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Return a repository whose Deployment had the images 1, 2 and 3, one after another."""
    found = Repo(tmp_path / "infra.git", tmp_path / "clone")
    run_git("init", "-q", "--bare", "-b", "main", found.bare)
    run_git("clone", "-q", f"file://{found.bare}", found.clone)
    run_git("checkout", "-q", "-B", "main", cwd=found.clone)
    for tag in "123":
        found.commit({"k8s/web.yaml": deployment(tag)})
    return found


def test_one_commit_brings_back_what_was_there_and_holds_back_the_other(repo: Repo) -> None:
    [had, tip] = run_git("rev-parse", "HEAD~1", "HEAD", cwd=repo.clone).splitlines()
    done = repo.revert(build=Build("acme/infra", "main", tip, 7, author="Ada <a@b>"), paths="k8s")
    assert (done.status, done.branch, done.commit) == ("pushed", "main", run_git("rev-parse", "main", cwd=repo.bare))
    assert repo.read("k8s/web.yaml") == deployment("2")
    assert repo.held() == {"docker.io/acme/web:3": f"rolled back to {had[:12]}"}
    [message] = run_git("log", "-1", "--format=%B", "main", cwd=repo.bare).split("\0")
    assert message == done.message.strip()
    assert message.startswith("revert: go back to web:2\n\n- Deployment web, main: acme/web:3 -> acme/web:2 (")
    assert "\nKbump-Image: acme/web:2\nKbump-Source-Repo: acme/infra\n" in message
    assert "CI SKIP" not in message
    [parent, *_] = run_git("log", "-1", "--format=%P", "main", cwd=repo.bare).splitlines()
    assert parent == tip


def test_it_goes_back_to_what_the_workload_runs_again_though_git_had_another_in_between(repo: Repo) -> None:
    repo.commit({"k8s/web.yaml": deployment("4")})
    assert repo.revert(WEB._replace(image="acme/web:4")).status == "pushed"
    assert repo.read("k8s/web.yaml") == deployment("2")


def test_it_goes_back_to_the_newest_other_image_if_git_never_had_what_runs(repo: Repo) -> None:
    assert repo.revert(WEB._replace(before="acme/web:by-hand")).status == "pushed"
    assert repo.read("k8s/web.yaml") == deployment("2")


def test_what_is_held_back_is_nothing_to_go_back_to(repo: Repo) -> None:
    holds = {"version": 1, "holds": [{"image": "docker.io/acme/web:2", "reason": "bad", "commit": ""}]}
    repo.commit({".kbump-holds.json": json.dumps(holds)})
    assert repo.revert().status == "pushed"
    assert repo.read("k8s/web.yaml") == deployment("1")
    assert set(repo.held()) == {"docker.io/acme/web:2", "docker.io/acme/web:3"}


def test_only_the_workload_that_was_undone_goes_back(repo: Repo) -> None:
    repo.commit({"k8s/api.yaml": deployment("1", "api")})
    repo.commit({"k8s/api.yaml": deployment("3", "api")})
    assert repo.revert().status == "pushed"
    assert (repo.read("k8s/web.yaml"), repo.read("k8s/api.yaml")) == (deployment("2"), deployment("3", "api"))


def test_each_of_several_goes_back_to_its_own_last_image(repo: Repo) -> None:
    repo.commit({"k8s/api.yaml": deployment("7", "api")})
    repo.commit({"k8s/api.yaml": deployment("8", "api")})
    api = Gone("Deployment", "api", "main", "acme/web:8", "acme/web:7")
    done = repo.revert(WEB, api)
    assert [(one.old, one.new) for one in done.changes] == [("acme/web:8", "acme/web:7"), ("acme/web:3", "acme/web:2")]
    assert len(set(repo.held().values())) == 2
    assert repo.log() == ["revert: go back to web:2, web:7", *["by hand"] * 5]


def test_who_pushed_meanwhile_keeps_what_he_pushed(repo: Repo) -> None:
    repo.commit({"other.txt": "new\n"})
    run_git("reset", "-q", "--hard", "HEAD~1", cwd=repo.clone)
    assert repo.revert().status == "pushed"
    assert (repo.read("other.txt"), repo.read("k8s/web.yaml")) == ("new\n", deployment("2"))


def test_a_branch_that_has_moved_on_to_another_image_is_left(repo: Repo) -> None:
    repo.commit({"k8s/web.yaml": deployment("4")})
    done = repo.revert()
    assert (done.status, done.commit) == ("nothing", "")
    assert done.reason == "`main` does not hold acme/web:3 for Deployment web any more"
    assert repo.log()[0] == "by hand"


def test_an_image_that_never_was_another_is_left(repo: Repo) -> None:
    repo.commit({"k8s/api.yaml": deployment("9", "api")})
    done = repo.revert(Gone("Deployment", "api", "main", "acme/web:9", "acme/web:8"))
    assert done.status == "nothing"
    assert done.reason.endswith(": no commit of `main`, of the last 50, has another image than acme/web:9")


def test_what_goes_back_goes_back_though_another_cannot(repo: Repo) -> None:
    done = repo.revert(WEB, Gone("Deployment", "api", "main", "acme/api:1"))
    assert (done.status, list(done.left)) == (
        "pushed", ["`main` does not hold acme/api:1 for Deployment api any more"],
    )  # fmt: skip


def test_no_image_that_was_undone_is_nothing_to_put_back(repo: Repo) -> None:
    place = place_of([str(repo.clone)], NO_CONFIG, access())
    done = revert(place, [], NO_CONFIG, Build(), access())
    assert (done.status, done.reason) == ("nothing", "no image was undone")


def test_a_field_that_may_not_be_edited_is_said(repo: Repo) -> None:
    fixed = deployment("3").replace("# set by kbump", "# kbump:ignore")
    repo.commit({"k8s/web.yaml": fixed})
    done = repo.revert()
    assert done.status == "nothing"
    assert done.reason
    assert repo.read("k8s/web.yaml") == fixed


def test_of_an_overlay_the_entry_that_sets_the_image_goes_back(repo: Repo) -> None:
    entry = "resources: [../../k8s]\nnamePrefix: qa-\nimages:\n  - name: acme/web\n    newTag: '%s'\n"
    repo.commit({"k8s/kustomization.yaml": "resources: [web.yaml]\n", "qa/v/kustomization.yaml": entry % 7})
    repo.commit({"qa/v/kustomization.yaml": entry % 8})
    done = repo.revert(Gone("Deployment", "qa-web", "main", "acme/web:8", "acme/web:7"), paths="qa/v", built=True)
    assert done.status == "pushed"
    assert repo.read("qa/v/kustomization.yaml") == entry % 7
    assert repo.read("k8s/web.yaml") == deployment("3")


def test_of_an_overlay_without_an_entry_the_base_goes_back_and_no_neighbour(repo: Repo) -> None:
    entry = "resources: [../k8s]\nnamePrefix: p-\nimages:\n  - name: acme/web\n    newTag: '3'\n"
    repo.commit({
        "k8s/kustomization.yaml": "resources: [web.yaml]\n",
        "qa/kustomization.yaml": "resources: [../k8s]\nnamePrefix: qa-\n",
        "production/kustomization.yaml": entry,
    })  # fmt: skip
    assert repo.revert(WEB._replace(name="qa-web"), paths="qa", built=True).status == "pushed"
    assert repo.read("k8s/web.yaml") == deployment("2")
    assert repo.read("production/kustomization.yaml") == entry


def test_the_hold_is_where_the_environment_is_that_promotions_go_to(repo: Repo) -> None:
    repo.commit({".kbump.yaml": "environments: {qa: envs/qa}\n", "envs/qa/k8s/web.yaml": deployment("3")})
    repo.commit({"envs/qa/k8s/web.yaml": deployment("4")})
    assert repo.revert(WEB._replace(image="acme/web:4"), paths="envs/qa/k8s").status == "pushed"
    assert set(repo.held("envs/qa/")) == {"docker.io/acme/web:4"}
    assert repo.read("k8s/web.yaml") == deployment("3")


def test_a_detached_head_takes_the_branch_that_ci_names(repo: Repo) -> None:
    run_git("checkout", "-q", "--detach", cwd=repo.clone)
    with pytest.raises(UsageError, match="no branch is checked out, and no variables of CI name one"):
        repo.revert()
    assert repo.revert(branch="main").status == "pushed"


def test_what_cannot_be_put_back_is_known_before(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is in no git repository"):
        place_of([str(tmp_path)], NO_CONFIG, access())
    with pytest.raises(UsageError, match="in several git repositories"):
        place_of([str(repo.clone), str(_repository(tmp_path / "other"))], NO_CONFIG, access())
    with pytest.raises(UsageError, match="no remote `origin`"):
        place_of([str(tmp_path / "other")], NO_CONFIG, access())
    run_git("checkout", "-q", "-b", "mine", cwd=repo.clone)
    with pytest.raises(GitError, match="has no branch `mine` to put images back on"):
        place_of([str(repo.clone)], NO_CONFIG, access())


def _repository(path: Path) -> Path:
    run_git("init", "-q", "-b", "main", path)
    return path


def test_a_push_that_the_server_refuses_is_an_error(repo: Repo) -> None:
    hook(repo.bare, "pre-receive", "echo frozen >&2; exit 1")
    with pytest.raises(GitError, match="refused the push to `main`"):
        repo.revert()


def test_a_file_that_cannot_be_read_stops_it(repo: Repo) -> None:
    from kbump.errors import SourceError

    repo.commit({"k8s/bad.yaml": "apiVersion: v1\nkind: Pod\nspec: {image: acme/web:3\n"})
    with pytest.raises(SourceError):
        repo.revert()
    assert repo.read("k8s/web.yaml") == deployment("3")
