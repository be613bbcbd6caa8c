from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the API server of KBUMP_TEST_KUBECONFIG, which is a disposable cluster."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("KBUMP_TEST_KUBECONFIG names no disposable cluster")
    found = Server(kubeconfig, Path(tmp_path_factory.mktemp("client")))
    found.prepare()
    yield found
    found.connection.close()
