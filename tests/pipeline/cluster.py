"""A disposable cluster of an environment, and the credentials of a rollout in it, which may do no more than that."""

from __future__ import annotations

import fcntl
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from kbump.source import Source
from kbump.yaml.constructor import construct
from tests.conftest import ROOT

NAME = "pipeline-application"
ACCESS = ROOT / "examples" / "variants" / "access.yaml"
_KINDS = "deployments,services,ingresses"


class Cluster:
    """The cluster of KBUMP_TEST_KUBECONFIG_<ENVIRONMENT>; `kubeconfig` is that of its administrator."""

    def __init__(self, environment: str, kubeconfig: str) -> None:
        self.environment, self.kubeconfig = environment, kubeconfig
        self.address = self._config()["clusters"][0]["cluster"]["server"]
        # Where the pipeline finds it: a test may put something in between.
        self.server = self.address

    def _config(self) -> dict[str, Any]:
        [config] = construct(Source(self.kubeconfig, Path(self.kubeconfig).read_text()))
        return dict(config)

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl as the administrator."""
        command = ["kubectl", "--kubeconfig", self.kubeconfig, "--namespace", "default", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only test that uses the cluster, whichever processes test."""
        with open(f"{self.kubeconfig}.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def clean(self) -> None:
        """Take away what an earlier test rolled out."""
        if self.deployment():
            self.kubectl("delete", _KINDS, NAME, "--ignore-not-found", "--now", "--wait=true")

    @cached_property
    def token(self) -> str:
        """A token of the service account of examples/variants/access.yaml, for an hour."""
        self.kubectl("apply", "-f", str(ACCESS))
        return self.kubectl("create", "token", "kbump").strip()

    def grant(self) -> str:
        """Return the kubeconfig of a service account that may do what examples/variants/access.yaml says."""
        config = self._config()
        config["clusters"][0]["cluster"]["server"] = self.server
        config["users"][0]["user"] = {"token": self.token}
        return json.dumps(config)

    def deployment(self) -> dict[str, Any]:
        """Return the deployment of the application, empty if there is none."""
        text = self.kubectl("get", "deployment", NAME, "-o", "json", "--ignore-not-found")
        return dict(json.loads(text)) if text else {}

    def running(self) -> set[str]:
        """Return the tags of the images that pods of the application run, without those that are going."""
        text = self.kubectl("get", "pods", "-l", f"app={NAME}", "-o", "json")
        pods = [one for one in json.loads(text)["items"] if "deletionTimestamp" not in one["metadata"]]
        return {one["spec"]["containers"][0]["image"].rpartition(":")[2] for one in pods}

    def settles(self, *tags: str, patience_s: float = 20.0) -> bool:
        """Whether the pods come to run these tags and no others."""
        ends = time.monotonic() + patience_s
        while self.running() != set(tags):
            if time.monotonic() > ends:
                return False
            time.sleep(0.1)
        return True
