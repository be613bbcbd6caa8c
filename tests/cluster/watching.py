"""kubectl in a namespace of its own, and every version of an object that its watch shows."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.scenarios import SIMULATED
from tests.cluster.server import Server

APIS = {
    "api/v1": ("pods", "events", "persistentvolumeclaims"),
    "apis/apps/v1": ("replicasets", "controllerrevisions", "deployments", "statefulsets", "daemonsets"),
    "apis/batch/v1": ("jobs",),
}
PATHS = {f"{kind}": f"/{api}/namespaces/NAMESPACE/{kind}" for api, kinds in APIS.items() for kind in kinds}


class Kubectl:
    """kubectl on the disposable cluster, in a namespace that ends with the test."""

    def __init__(self, kubeconfig: str, namespace: str, server: Server) -> None:
        self.command = ["kubectl", "--kubeconfig", kubeconfig, "--namespace", namespace]
        self.namespace, self.server = namespace, server

    def __call__(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run kubectl; NAMESPACE is the namespace's name."""
        arguments = tuple(one.replace("NAMESPACE", self.namespace) for one in arguments)
        text = text.replace("NAMESPACE", self.namespace)
        return subprocess.run([*self.command, *arguments], input=text, capture_output=True, text=True, check=False)

    def apply(self, manifest: str) -> list[dict[str, Any]]:
        """Apply a manifest, which is to succeed; return the objects as the server then has them."""
        made = self("apply", "-f", "-", "-o", "json", text=manifest)
        assert not made.returncode, made.stderr
        return _objects(json.loads(made.stdout))

    def listed(self, kind: str) -> list[Any]:
        """Return all objects of a kind; those that are asked for often without a kubectl, which takes its time."""
        kind = {one.removesuffix("s"): one for one in PATHS}.get(kind, kind)
        path = "/api/v1/nodes" if kind == "nodes" else PATHS.get(kind, "").replace("NAMESPACE", self.namespace)
        if not path:
            return list(json.loads(self("get", kind, "-o", "json").stdout)["items"])
        answer = self.server.ask("GET", path)[1]
        named = {"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List")}
        return [{**named, **one} for one in answer["items"]]

    @contextmanager
    def watched(self, resource: str, name: str = "") -> Iterator[list[dict[str, Any]]]:
        """Yield the versions of an object, or of all, to which new ones are appended as the API server tells them."""
        only = [f"--field-selector=metadata.name={name}".replace("NAMESPACE", self.namespace)] if name else []
        command = [*self.command, "get", resource, *only, "-o", "json", "--watch"]
        found: list[dict[str, Any]] = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            reader = threading.Thread(target=_read, args=(process.stdout, found))
            reader.start()
            try:
                yield found
            finally:
                process.kill()
                reader.join()


def _read(stream: Any, found: list[dict[str, Any]]) -> None:
    text, decoder = "", json.JSONDecoder()
    while chunk := os.read(stream.fileno(), 1 << 16):
        text += chunk.decode()
        while (text := text.lstrip()) and "}" in text:
            try:
                one, end = decoder.raw_decode(text)
            except ValueError:
                break
            text = text[end:]
            found.extend(_objects(one))


def _objects(one: Any) -> list[dict[str, Any]]:
    return list(one["items"]) if one["kind"] == "List" else [one]


@pytest.fixture
def kubectl(tmp_path: Path) -> Iterator[Kubectl]:
    """Return kubectl in a namespace of its own, on a cluster whose nodes simulate containers."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("KBUMP_TEST_KUBECONFIG names no disposable cluster")
    server = Server(kubeconfig, tmp_path)
    run = Kubectl(kubeconfig, f"status-{os.getpid()}-{time.monotonic_ns():x}", server)
    if not run("get", "nodes", "-l", SIMULATED, "-o", "name").stdout:
        pytest.skip("the cluster's nodes do not simulate containers")
    run("create", "namespace", run.namespace)
    until(lambda: not run("get", "serviceaccount", "default").returncode)
    yield run
    server.connection.close()
    run("delete", "namespace", run.namespace, "--wait=false")
    run("delete", "nodes", "-l", f"own={run.namespace}", "--wait=false")
    run("delete", "crd", "widgets.NAMESPACE.example.com", "gadgets.NAMESPACE.example.com", "--wait=false")
    run("delete", "pv,storageclass", "NAMESPACE", "--wait=false")


def until(holds: Callable[[], Any], patience_s: float = 60.0) -> bool:
    """Wait until something holds; return whether it does."""
    ends = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True
