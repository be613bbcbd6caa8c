from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from tests.forge.elsewhere import Elsewhere
from tests.forge.github_server import FakeGitHub
from tests.forge.hosts import SLEPT, GiteaHost, GiteaServer, GitHubHost, Host
from tests.web import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def gitea_server() -> GiteaServer:
    """Return the disposable Gitea of KBUMP_TEST_GITEA_URL."""
    url = os.environ.get("KBUMP_TEST_GITEA_URL")
    if not url:
        pytest.skip("KBUMP_TEST_GITEA_URL names no disposable Gitea")
    return GiteaServer(url, *(os.environ[f"KBUMP_TEST_GITEA_{name}"] for name in ("USER", "PASSWORD", "TOKEN")))


@pytest.fixture
def gitea(gitea_server: GiteaServer) -> GiteaHost:
    """Return a repository of its own on the Gitea."""
    return GiteaHost(gitea_server)


@pytest.fixture
def github_host() -> Iterator[GitHubHost]:
    """Return the fake GitHub; at the end, nothing must have broken GitHub's description."""
    host = GitHubHost()
    SLEPT.clear()
    yield host
    host.github.close()
    assert host.github.violations == []


@pytest.fixture
def github(github_host: GitHubHost) -> FakeGitHub:
    """Return the state of the fake GitHub."""
    return github_host.github


@pytest.fixture(params=["github", "gitea"])
def host(request: pytest.FixtureRequest) -> Host:
    """Return each of the two forges."""
    found: Host = request.getfixturevalue("github_host" if request.param == "github" else "gitea")
    return found


@pytest.fixture
def elsewhere() -> Iterator[type[Elsewhere]]:
    """Return another server, which keeps what it is asked."""
    Elsewhere.seen.clear()
    server = WebServer(("127.0.0.1", 0), Elsewhere)
    Elsewhere.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Elsewhere
    server.shutdown()
    server.server_close()
