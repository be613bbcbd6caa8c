"""Rollouts on a real API server, each in a namespace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cluster.scenarios import SIMULATED
from tests.conftest import Ran


class Place(NamedTuple):
    """A namespace on a disposable cluster whose nodes simulate containers, and the command line."""

    namespace: str
    kubeconfig: str
    run: Callable[..., Ran]

    def kubectl(self, *arguments: str, text: str = "", check: bool = True) -> str:
        """Run kubectl in the namespace and return what it prints."""
        command = ["kubectl", "--kubeconfig", self.kubeconfig, "--namespace", self.namespace, *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert not (check and done.returncode), done.stderr
        return done.stdout

    def get(self, kind: str, name: str = "web") -> dict[str, Any]:
        """Return an object, empty if it is not there."""
        text = self.kubectl("get", kind, name, "-o", "json", "--ignore-not-found")
        return dict(json.loads(text)) if text else {}

    def rollout(self, manifest: str, *arguments: str, output: str = "json") -> tuple[Ran, dict[str, Any]]:
        """Roll a manifest out; return what was printed, and as data."""
        ran = self.run(
            "rollout", "-f", "-", "-n", self.namespace, "--kubeconfig", self.kubeconfig, "-o", output, *arguments,
            stdin=manifest.encode(),
        )  # fmt: skip
        return ran, json.loads(ran.stdout) if output == "json" and ran.stdout else {}

    def argv(self, *arguments: str) -> list[str]:
        """Return a command line for this place, to be run by itself."""
        return [*arguments, "-n", self.namespace, "--kubeconfig", self.kubeconfig]


def until(ready: Callable[[], object], patience_s: float = 30.0) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + patience_s
    while not ready():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.1)


@pytest.fixture
def place(kbump: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return a namespace of its own."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("KBUMP_TEST_KUBECONFIG names no disposable cluster")
    # Never the user's own.
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    found = Place(f"rollout-{os.getpid()}-{time.monotonic_ns():x}", kubeconfig, kbump)
    if not found.kubectl("get", "nodes", "-l", SIMULATED, "-o", "name"):
        pytest.skip("the cluster's nodes do not simulate containers")
    found.kubectl("create", "namespace", found.namespace)
    yield found
    found.kubectl("delete", "namespace", found.namespace, "--wait=false")
