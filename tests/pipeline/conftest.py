from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forge.conftest import gitea_server
from tests.forge.hosts import GiteaServer
from tests.pipeline.cluster import Cluster
from tests.pipeline.company import ENVIRONMENTS, Company

__all__ = ["gitea_server"]


@pytest.fixture(scope="session")
def clusters() -> dict[str, Cluster]:
    """Return the three clusters of KBUMP_TEST_KUBECONFIG_STAGING, _QA and _PRODUCTION."""
    names = {one: f"KBUMP_TEST_KUBECONFIG_{one.upper()}" for one in ENVIRONMENTS}
    missing = [name for name in names.values() if not os.environ.get(name)]
    if missing:
        pytest.skip(f"{', '.join(missing)} name no disposable clusters")
    return {one: Cluster(one, os.environ[name]) for one, name in names.items()}


@pytest.fixture
def company(gitea_server: GiteaServer, clusters: dict[str, Cluster], tmp_path: Path) -> Iterator[Company]:
    """Return a company of its own, whose clusters run nothing yet."""
    with Company.open(gitea_server, clusters, tmp_path) as found:
        yield found
