"""The remotes of the tests of git, and the command line in an environment in which no CI builds anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.infra import GiteaInfra, GitHubInfra, Infra
from tests.forge.conftest import gitea, gitea_server, github_host
from tests.git.conftest import bare, cloned, environ, home, opened, remote, server
from tests.git.server import serving

__all__ = [
    "bare", "cloned", "environ", "gitea", "gitea_server", "github_host", "home", "opened", "remote", "server",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what a CI system, a forge and a user's configuration would say."""
    for name in list(os.environ):
        if name.startswith(("DRONE", "CI_", "GITHUB_", "GITEA_", "GITLAB_", "FORGEJO_", "GIT_", "KBUMP_TOKEN")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.fixture(params=["github", "gitea"])
def infra(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Infra]:
    """Return an infra repository on each of the two forges."""
    if request.param == "github":
        with serving(tmp_path) as served:
            yield GitHubInfra(request.getfixturevalue("github_host"), tmp_path, served)
    else:
        yield GiteaInfra(request.getfixturevalue("gitea"), tmp_path)
