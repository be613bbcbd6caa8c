"""`kbump rollout --comment`: what is said on the pull request, with a real cluster and each forge."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.rolling import Place, place
from tests.cluster.scenarios import IMAGE, pods, workload
from tests.commenting.conftest import Tree, gitea, gitea_server, github_host, infra, nothing_is_built, tree

__all__ = ["gitea", "gitea_server", "github_host", "infra", "nothing_is_built", "place", "tree"]


@pytest.fixture
def run(tree: Tree, place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run kbump in the work tree, with the token."""
    for name, value in tree.infra.secrets.items():
        monkeypatch.setenv(name, value)
    return lambda *args: place.run(*place.argv("rollout", *args), cwd=tree.path)


def test_a_rollout_is_said_on_its_pull_request_without_logs(tree: Tree, place: Place, run: Any) -> None:
    number = tree.pull_request()
    (tree.path / "qa" / "web.yaml").write_text(workload("Deployment", pods("crash")))
    ran = run("-f", "qa", "--comment=auto", "--grace", "0")
    assert ran.code == 1
    assert "| fatal: cannot connect to database" in ran.stdout
    assert f"commented on pull request {number}: http" in ran.stderr
    [text] = tree.comments(number)
    assert text.splitlines()[0] == "<!-- kbump:rollout of=qa -->"
    assert text.splitlines()[1].startswith("**kbump rollout**: failed after ")
    assert "| **failed** | `Deployment " in text
    assert "fatal" not in text
    (tree.path / "qa" / "web.yaml").write_text(workload("Deployment", pods()))
    assert run("-f", "qa", "--comment=auto").code == 0
    [text] = tree.comments(number)
    assert "1 workload done" in text
    assert IMAGE not in text
