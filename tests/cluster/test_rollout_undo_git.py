"""`kbump rollout --undo-git` on a real API server, with a real remote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import IMAGE, pods, workload
from tests.conftest import Ran
from tests.delivery.conftest import nothing_is_built
from tests.git.conftest import hook, run_git

__all__ = ["nothing_is_built", "place"]
GOOD, BAD = workload("Deployment", pods()), workload("Deployment", pods("missing"))


class Infra:
    """A checkout of an infra repository that is rolled out to a place."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.bare, self.work = place, folder / "infra.git", folder / "work"
        run_git("init", "-q", "--bare", "-b", "main", self.bare)
        run_git("clone", "-q", f"file://{self.bare}", self.work)
        run_git("checkout", "-q", "-B", "main", cwd=self.work)

    def commit(self, name: str, text: str) -> None:
        (self.work / name).parent.mkdir(parents=True, exist_ok=True)
        (self.work / name).write_text(text)
        run_git("add", "--all", cwd=self.work)
        run_git("commit", "-q", "-m", "by hand", cwd=self.work)
        run_git("push", "-q", "origin", "HEAD:main", cwd=self.work)

    def rollout(self, *arguments: str, output: str = "json") -> tuple[Ran, dict[str, Any]]:
        paths = () if "-k" in arguments else ("-f", str(self.work))
        more = self.place.argv("rollout", *paths, "-o", output, *arguments)
        ran = self.place.run(*more)
        return ran, json.loads(ran.stdout) if output == "json" and ran.stdout else {}

    def read(self, name: str) -> str:
        return run_git("cat-file", "blob", f"main:{name}", cwd=self.bare) + "\n"


@pytest.fixture
def infra(place: Place, tmp_path: Path) -> Infra:
    """Return a checkout whose last commit has an image that does not exist; the one before runs."""
    found = Infra(place, tmp_path)
    found.commit("web.yaml", GOOD)
    assert found.rollout()[0].code == 0
    found.commit("web.yaml", BAD)
    return found


def test_git_goes_back_with_the_cluster_and_the_next_rollout_has_nothing_to_do(infra: Infra) -> None:
    ran, data = infra.rollout("--undo-git")
    assert (ran.code, data["undone"][0]["word"], data["held"]) == (1, "undone", []), data
    assert (data["reverted"]["status"], data["reverted"]["branch"]) == ("pushed", "main")
    assert [(one["old"], one["new"]) for one in data["reverted"]["changes"]] == [(f"{IMAGE}-missing", IMAGE)]
    assert infra.read("web.yaml") == GOOD
    assert json.loads(infra.read(".kbump-holds.json"))["holds"][0]["image"] == f"{IMAGE}-missing"
    subject = run_git("log", "-1", "--format=%s", "main", cwd=infra.bare)
    assert subject == "revert: go back to web:1.4.0"
    run_git("pull", "-q", "origin", "main", cwd=infra.work)
    ran, data = infra.rollout("--undo-git")
    assert (ran.code, data["undone"], data["reverted"]) == (0, [], None)


def test_what_was_committed_takes_the_place_of_what_git_still_holds(
    infra: Infra, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_git("checkout", "-q", "--detach", cwd=infra.work)
    ran, _ = infra.rollout("--undo-git", output="text")
    assert ran.code == 2
    assert "no branch is checked out" in ran.stderr
    assert infra.place.get("Deployment")["spec"]["template"]["spec"]["containers"][0]["image"] == IMAGE
    for name, value in {"": "true", "_COMMIT_BRANCH": "main", "_REPO": "acme/infra", "_BUILD_NUMBER": "7"}.items():
        monkeypatch.setenv(f"DRONE{name}", value)
    ran, _ = infra.rollout("--undo-git", output="text")
    assert ran.code == 1
    tip = run_git("rev-parse", "main", cwd=infra.bare)
    [last] = ran.stderr.splitlines()[-1:]
    assert last == f"`main` of file://{infra.bare} is back at {IMAGE} by {tip[:12]}; promotions hold back what it had"
    assert "git still holds" not in ran.stderr
    message = run_git("log", "-1", "--format=%B", "main", cwd=infra.bare)
    assert f"Kbump-Image: {IMAGE}\nKbump-Source-Repo: acme/infra\n" in message
    assert "Kbump-Source-Build: 7" in message


def test_a_push_that_is_refused_is_said_loudest_and_the_cluster_is_undone(infra: Infra) -> None:
    hook(infra.bare, "pre-receive", "echo frozen >&2; exit 1")
    ran, _ = infra.rollout("--undo-git", output="text")
    assert ran.code == 1
    assert "undone      Deployment" in ran.stdout
    assert f"git still holds {IMAGE}-missing; the next rollout will try it again" in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith(f"GIT WAS NOT PUT BACK, `main` of file://{infra.bare}: ")
    again = f"`kbump promote --to file://{infra.bare} --branch main --rollback` proposes the same"
    assert ran.stderr.rstrip().endswith(again)
    assert "--pull-request" not in ran.stderr
    assert infra.read("web.yaml") == BAD


def test_of_an_overlay_the_entry_goes_back(infra: Infra) -> None:
    images = "images:\n  - name: web\n    newName: registry.local/web\n    newTag: %s\n"
    entry = f"resources: [../base]\nnamePrefix: qa-\n{images}"
    infra.commit("base/web.yaml", workload("Deployment", pods()).replace(IMAGE, "web"))
    infra.commit("base/kustomization.yaml", "resources: [web.yaml]\n")
    infra.commit("qa/kustomization.yaml", entry % "1.4.0")
    assert infra.rollout("-k", str(infra.work / "qa"))[0].code == 0
    infra.commit("qa/kustomization.yaml", entry % "1.5.0-missing")
    ran, data = infra.rollout("-k", str(infra.work / "qa"), "--undo-git")
    assert (ran.code, data["reverted"]["status"], data["held"]) == (1, "pushed", []), data
    assert infra.read("qa/kustomization.yaml") == entry % "1.4.0"
    assert infra.read("base/web.yaml") == workload("Deployment", pods()).replace(IMAGE, "web")


def test_a_change_of_other_things_than_images_puts_nothing_back(infra: Infra) -> None:
    wrong = GOOD.replace("containers:", "nodeSelector: {nowhere: 'true'}, containers:")
    infra.commit("web.yaml", wrong)
    ran, data = infra.rollout("--undo-git", "--grace", "0", "--timeout", "20s")
    assert ran.code in (1, 3)
    assert (data["undone"][0]["word"], data["reverted"]["status"]) == ("undone", "nothing"), data
    assert data["reverted"]["reason"] == "no image was undone"
    assert infra.read("web.yaml") == wrong
