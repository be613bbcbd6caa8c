from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kbump.cluster.target import Target
from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.cluster.network import Middle, Wire
from tests.cluster.scenarios import SIMULATED
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


@pytest.fixture
def space() -> Iterator[Target]:
    """Return a namespace of its own in the cluster, whose nodes simulate containers."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("KBUMP_TEST_KUBECONFIG names no disposable cluster")
    name = f"test-{os.getpid()}-{time.monotonic_ns():x}"
    target = Target(dict(os.environ), kubeconfig=kubeconfig, namespace=name)
    if not plain(target, "get", "nodes", "-l", SIMULATED, "-o", "name"):
        pytest.skip("the cluster's nodes do not simulate containers")
    plain(target, "create", "namespace", name)
    yield target
    plain(target, "delete", "namespace", name, "--wait=false")


def plain(target: Target, *arguments: str) -> str:
    """Run kubectl by itself, and return what it writes."""
    command = ["kubectl", *target.options(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


Changed = Callable[..., Target]


@pytest.fixture
def changed(space: Target, tmp_path: Path) -> Changed:
    """Return what makes a target of the same namespace, with more of the cluster and another user."""

    def change(cluster: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> Target:
        [config] = construct(Source("kubeconfig", Path(space.kubeconfig).read_text()))
        config["clusters"][0]["cluster"].update(cluster or {})
        config["users"][0]["user"] = config["users"][0]["user"] if user is None else user
        path = tmp_path / f"kubeconfig-{len(list(tmp_path.iterdir()))}"
        path.write_text(json.dumps(config))
        return space._replace(kubeconfig=str(path))

    return change


@pytest.fixture
def wire(space: Target, changed: Changed) -> Iterator[tuple[Wire, Target]]:
    """Return a wire before the API server, and the target behind it."""
    [config] = construct(Source("kubeconfig", Path(space.kubeconfig).read_text()))
    found = Wire(config["clusters"][0]["cluster"]["server"].removeprefix("https://"))
    yield found, changed({"server": f"https://{found.place}"})
    found.close()


@pytest.fixture
def middle(space: Target, server: Server, changed: Changed) -> Iterator[tuple[Middle, Target]]:
    """Return a server in the middle, and the target behind it, whose user has the token `first`."""
    found = Middle(server.place, server.context, server.authorization)
    yield found, changed({"server": f"http://{found.place}"}, {"token": "first"})
    found.close()
