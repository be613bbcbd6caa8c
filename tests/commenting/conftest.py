"""What comments are tested with: both forges, and an environment in which no CI builds anything."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kbump.commenting import Posted, post
from kbump.config import ForgeChoice
from kbump.marker import Marker
from kbump.provenance import Occasion
from tests.delivery.conftest import gitea, gitea_server, github_host, infra, nothing_is_built
from tests.delivery.infra import Infra
from tests.forge.hosts import FAST
from tests.git.conftest import run_git

__all__ = ["gitea", "gitea_server", "github_host", "infra", "nothing_is_built"]
NO_BUILD = Occasion()
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: web, image: acme/web:1}\n"


class Tree:
    """A clone of an infra repository on a branch with a commit of its own, and what kbump does there."""

    def __init__(self, infra: Infra, path: Path) -> None:
        self.infra, self.path = infra, path
        self.commit = infra.commit({"qa/web.yaml": POD}, branch="change")
        run_git("clone", "--quiet", "--branch", "change", infra.pushed, path)
        self.lead_to(infra.url)
        # JSON is YAML, too.
        forge = {name: value for name, value in infra.choice._asdict().items() if value}
        (path / ".kbump.yaml").write_text(json.dumps({"forge": forge, "environments": {"qa": "qa"}}))

    def lead_to(self, url: str) -> None:
        """Let the remote `origin` be another."""
        run_git("remote", "set-url", "origin", url, cwd=self.path)

    def pull_request(self) -> int:
        """Open a pull request of the branch."""
        number: int = self.infra.forge.create(head="change", base="main", title="Change", body="Change").number
        return number

    def post(self, text: str, occasion: Occasion = NO_BUILD, *, of: str = "qa", **options: Any) -> Posted:
        given: dict[str, Any] = {"said": self.infra.choice, "environ": {**os.environ, **self.infra.secrets}, **options}
        return post(lambda limit: text[:limit], Marker("validate", of), str(self.path), occasion, timing=FAST, **given)

    def comments(self, number: int) -> list[str]:
        """Return the texts of the comments, the oldest first."""
        return [one.body.replace("\r\n", "\n") for one in self.infra.forge.comments(number)]


@pytest.fixture
def tree(infra: Infra, tmp_path: Path) -> Tree:
    """Return a work tree whose commit is proposed nowhere yet."""
    return Tree(infra, tmp_path / "tree")


def elsewhere(choice: ForgeChoice) -> ForgeChoice:
    """Return what a file says that wants the token to go to another host."""
    return choice._replace(api_url="https://evil.example.com/api/v1")
