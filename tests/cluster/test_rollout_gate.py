"""The gate `deployed` of `kbump promote`, with a real cluster that runs the source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import pods, workload
from tests.conftest import Ran

__all__ = ["place"]


@pytest.fixture
def repos(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a directory with the source `qa`, and a bare repository `live` with an older image."""
    monkeypatch.setenv("KUBECONFIG", place.kubeconfig)
    manifest = workload("Deployment", pods("slow")).replace(
        "{name: web}", f"{{name: web, namespace: {place.namespace}}}", 1
    )
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "web.yaml").write_text(manifest.replace("1.4.0", "1.5.0"))
    work = tmp_path / "work"
    work.mkdir()
    (work / "web.yaml").write_text(manifest)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t"]
    for command in (["init", "-q", "-b", "main", "."], ["add", "-A"], ["commit", "-qm", "t"]):
        subprocess.run([*git, *command], cwd=work, check=True)
    subprocess.run([*git, "clone", "-q", "--bare", "work", "live.git"], cwd=tmp_path, check=True)
    return tmp_path


def promoted(place: Place, repos: Path) -> Ran:
    return place.run("promote", "--to", f"file://{repos}/live.git", "--from", "qa", "--deployed", "--dry-run")


def test_what_the_cluster_does_not_run_is_not_promoted(place: Place, repos: Path) -> None:
    ran = promoted(place, repos)
    assert ran.code == 1
    assert f"Deployment {place.namespace}/web is not there" in ran.stdout + ran.stderr
    place.kubectl("apply", "-f", "-", text=(repos / "work" / "web.yaml").read_text())
    ran = promoted(place, repos)
    assert ran.code == 1
    assert f"Deployment {place.namespace}/web does not run `registry.local/web:1.5.0-slow`" in ran.stdout + ran.stderr
    place.kubectl("apply", "-f", "qa")
    ran = promoted(place, repos)
    assert ran.code == 1
    assert f"Deployment {place.namespace}/web is not rolled out: " in ran.stdout + ran.stderr


def test_what_is_rolled_out_is_promoted(place: Place, repos: Path) -> None:
    assert place.run("rollout", "-f", "qa", "--kubeconfig", place.kubeconfig).code == 0
    ran = promoted(place, repos)
    assert ran.code == 0, ran
    assert "registry.local/web:1.5.0-slow" in ran.stdout


def test_another_cluster_than_that_of_the_source_is_a_reason(place: Place, repos: Path) -> None:
    (repos / "qa" / ".kbump.yaml").write_text("cluster: {server: 'https://10.0.0.1:6443'}\n")
    ran = promoted(place, repos)
    assert ran.code == 1
    assert "this is another cluster" in ran.stdout + ran.stderr
