"""A server that has one object, as a file has it, for `kubectl rollout status` to look at."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.web import WebHandler, WebServer

KINDS = {"Deployment": "deployments", "DaemonSet": "daemonsets", "StatefulSet": "statefulsets"}


@contextmanager
def serving(objects: list[dict[str, Any]]) -> Iterator[str]:
    """Serve objects, each in a namespace with the number that it has in the list; yield the server's URL."""

    class Handler(WebHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            code, answer = answered(objects, url.path.strip("/").split("/"), parse_qs(url.query))
            text = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = WebServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answered(objects: list[dict[str, Any]], path: list[str], query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
    """Return the status and the body for a request: discovery, the object, a list of it; a watch is refused."""
    found: dict[str, Any] | None = None
    match path:
        case ["api"]:
            found = {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            version = {"groupVersion": "apps/v1", "version": "v1"}
            group = {"name": "apps", "versions": [version], "preferredVersion": version}
            found = {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}
        case ["api", "v1"]:
            found = {"kind": "APIResourceList", "groupVersion": "v1", "resources": []}
        case ["apis", "apps", "v1"]:
            resources = [
                {"name": name, "singularName": name[:-1], "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
                for kind, name in KINDS.items()
            ]
            found = {"kind": "APIResourceList", "groupVersion": "apps/v1", "resources": resources}
        case ["apis", "apps", "v1", "namespaces", number, _] if "watch" not in query:
            one = objects[int(number)]
            listed = {"kind": f"{one['kind']}List", "apiVersion": "apps/v1", "metadata": {"resourceVersion": "1"}}
            found = {**listed, "items": [one]}
        case ["apis", "apps", "v1", "namespaces", number, _, "web"]:
            found = objects[int(number)]
    refused = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotAcceptable", "code": 406}
    return (200, found) if found else (406, refused)


def rollout_status(
    kubectl: Callable[..., subprocess.CompletedProcess[str]], name: str
) -> subprocess.CompletedProcess[str]:
    """Ask `kubectl rollout status` of a workload as it is now; with more patience if it did not get to look at it."""
    for timeout in ("1s", "10s", "60s"):
        said = kubectl("rollout", "status", name, f"--timeout={timeout}")
        if said.stdout or "timed out" not in said.stderr:
            break
    return said


def verdict(kubectl: str, server: str, number: int, kind: str) -> bool:
    """Return whether a kubectl takes the object of a number for rolled out."""
    options = (kubectl, "--kubeconfig", "/dev/null", "--server", server, "--namespace", str(number))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*options, *arguments], capture_output=True, text=True, check=False)

    return not rollout_status(run, f"{kind}/web").returncode
