"""The hooks, installed by the real pre-commit from a git clone of this checkout into a real repository.

pre-commit makes one environment for both hooks, with pip, from the package index; the tests share it, in one process.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.once

# What pip says of the first package that it needs, which every index has.
UNREACHABLE = re.compile(r"requirement setuptools\S* \(from versions: none\)")
KUSTOMIZATION = """resources: [pod.yaml]
patches:
- path: replicas.yaml
- path: ports.json
  target: {kind: Deployment}
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: acme/web:1.4.2
"""
# Without `template` and `selector`, which the server requires.
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"
JSON_PATCH = '[{"op": "replace", "path": "/spec/replicas", "value": 3}]\n'
# Files that are in many repos and look a little like manifests.
OTHERS = {
    ".drone.yml": "kind: pipeline\ntype: docker\nname: default\nsteps: [{name: test, image: python}]\n",
    ".github/workflows/ci.yml": "on: [push]\njobs: {test: {runs-on: ubuntu-latest, container: {image: 'node:lts'}}}\n",
    ".gitlab-ci.yml": "image: ruby:latest\ntest:\n  script:\n  - !reference [.setup, script]\n",
    "docker-compose.yaml": "services: {web: {image: nginx, ports: ['80:80']}}\n",
    "cloudformation.yaml": "Resources: {Web: {Type: 'AWS::EC2::Instance', Properties: {ImageId: !Ref Image}}}\n",
    "tsconfig.json": '{\n  // comments\n  "compilerOptions": {"strict": true,},\n}\n',
    "answer.json": '{"kind": "youtube#video", "apiVersion": "2.0"}',
    "package.json": '{"name": "web", "version": "1.0.0"}\n',
    "empty.yaml": "",
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ntype: application\n",
    "chart/values.yaml": "image: {repository: acme/web, tag: ''}\nreplicas: 1\n",
    "chart/templates/plain.yaml": POD.replace("acme/web:1.4.2", '"{{ .Values.image.repository }}:{{ .Values.tag }}"'),
    "chart/templates/web.yaml": "{{- if .Values.web }}\n" + POD + "{{- end }}\n",
}


class Repository(NamedTuple):
    """A git repository with both hooks; `home` is where pre-commit keeps its environments."""

    path: Path
    home: Path

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)

    def git(self, *args: str) -> subprocess.CompletedProcess[str]:
        return run(self.path, self.home, "git", *args)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").stdout

    def commit(self, files: dict[str, str]) -> str:
        """Commit files with the hooks and return what was said; raise AssertionError if it was refused."""
        self.write(files)
        self.git("add", "--all")
        ran = self.git("commit", "--message", "test")
        assert ran.returncode == 0, ran.stderr
        return ran.stderr

    def refused(self, files: dict[str, str]) -> str:
        """Return what is said while the hooks refuse a commit of files."""
        before = self.head()
        self.write(files)
        self.git("add", "--all")
        ran = self.git("commit", "--message", "test")
        assert ran.returncode == 1
        assert self.head() == before
        return ran.stderr


def run(cwd: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "KBUMP_", "PRE_COMMIT"))
    }
    names = {f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    environment = {**inherited, **names, **nobody, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def pre_commit(cwd: Path, home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run(cwd, home, sys.executable, "-m", "pre_commit", *args)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory for all tests here."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="session")
def revision(shared: Path) -> tuple[Path, str]:
    """Return a git repository with this checkout as it is, also with what is not committed yet, and its commit."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs git, and a git checkout of kbump")
    repository = Repository(shared / "kbump-clone", shared / "pre-commit-home")
    copy_checkout(repository)
    return repository.path, repository.head().strip()


def copy_checkout(repository: Repository) -> None:
    repository.path.mkdir()
    listed = run(ROOT, repository.home, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (repository.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository.path / name)
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "as it is"]):
        ran = repository.git(*step)
        assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="session")
def hooked(tmp_path_factory: pytest.TempPathFactory, revision: tuple[Path, str], shared: Path) -> Repository:
    """Return an infra repo whose commits run both hooks, as `pre-commit install --install-hooks` sets it up."""
    pytest.importorskip("pre_commit", reason="needs pre-commit")
    repository = Repository(tmp_path_factory.mktemp("infra"), shared / "pre-commit-home")
    clone, commit = revision
    hooks = "[{id: kbump-validate}, {id: kbump-images-pinned}]"
    repository.git("init", "--quiet")
    repository.write({".pre-commit-config.yaml": f"repos: [{{repo: '{clone}', rev: {commit}, hooks: {hooks}}}]\n"})
    ran = pre_commit(repository.path, repository.home, "install", "--install-hooks")
    if UNREACHABLE.search(ran.stdout + ran.stderr):
        pytest.skip("needs the package index, which pip cannot reach")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    repository.commit({"overlay/pod.yaml": POD, "overlay/kustomization.yaml": KUSTOMIZATION})
    repository.git("tag", "start")
    return repository


@pytest.fixture
def repository(hooked: Repository) -> Repository:
    """Return the infra repo as it was at the start."""
    hooked.git("reset", "--quiet", "--hard", "start")
    hooked.git("clean", "--quiet", "-d", "--force")
    return hooked


def test_a_bad_manifest_is_refused_with_its_line(repository: Repository) -> None:
    said = repository.refused({"web.yaml": POD.replace("name: web}", "name: web, lables: {}}")})
    assert re.search("^kbump validate[.]+Failed$", said, re.MULTILINE)
    assert "web.yaml:3:23" in said
    assert "lables" in said


@pytest.mark.parametrize("reference", ["acme/web", "acme/web:latest", "acme/web:1.27"])
def test_an_image_that_is_not_pinned_is_refused_with_its_line(repository: Repository, reference: str) -> None:
    said = repository.refused({"web.yaml": POD.replace("acme/web:1.4.2", reference)})
    assert re.search("^kbump validate[.]+Passed$", said, re.MULTILINE)
    assert re.search("^kbump images --require-pinned[.]+Failed$", said, re.MULTILINE)
    assert f"web.yaml:7:12  Pod web  web  {reference}  has " in said


def test_a_good_manifest_is_committed(repository: Repository) -> None:
    said = repository.commit({"web.yaml": POD})
    assert said.count("Passed\n") == 2


def test_an_excused_image_is_committed(repository: Repository) -> None:
    repository.commit({"web.yaml": POD.replace("1.4.2", "latest # kbump: ignore")})


def test_files_that_are_no_manifests_are_committed(repository: Repository) -> None:
    said = repository.commit(OTHERS)
    assert said.count("Passed\n") == 2


@pytest.mark.parametrize("name", OTHERS)
def test_a_commit_of_one_file_that_is_no_manifest_passes(repository: Repository, name: str) -> None:
    chart = {"chart/Chart.yaml": OTHERS["chart/Chart.yaml"]} if name.startswith("chart/") else {}
    repository.commit({**chart, name: OTHERS[name]})


@pytest.mark.parametrize(("name", "text"), [("replicas.yaml", PATCH), ("ports.json", JSON_PATCH)])
def test_a_patch_passes_whose_kustomization_is_not_in_the_commit(repository: Repository, name: str, text: str) -> None:
    said = repository.commit({f"overlay/{name}": text})
    assert said.count("Passed\n") == 2


def test_the_same_object_is_refused_where_no_kustomization_lists_it_as_a_patch(repository: Repository) -> None:
    assert "elsewhere/replicas.yaml:4:" in repository.refused({"elsewhere/replicas.yaml": PATCH})


def test_hundreds_of_files_are_passed_in_batches(repository: Repository) -> None:
    files = {f"many/{number}/pod.yaml": POD.replace("name: web}", f"name: web-{number}}}") for number in range(400)}
    said = repository.commit({**files, **{f"many/{number}/ci.yml": "on: push\n" for number in range(400)}})
    assert said.count("Passed\n") == 2
