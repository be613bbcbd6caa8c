"""The case of `kbump rollout`: on the disposable cluster of KBUMP_TEST_KUBECONFIG, left out without it."""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from measuring import Command
from peers import kbump
from workload import make_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKLOADS = 10
# Small, on a registry that every cluster may ask, and nothing but ready.
_IMAGES = {"1.4.1": "registry.k8s.io/pause:3.9", "1.4.2": "registry.k8s.io/pause:3.10"}
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{number}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web-{number}}}}}
  template:
    metadata: {{labels: {{app: web-{number}}}}}
    spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: web, image: '{image}'}}]}}
"""


def roll_out(directory: str) -> Iterator[Command]:
    """Yield the commands, each for workloads in a namespace of its own; none without a cluster."""
    kubeconfig = os.environ.get("KBUMP_TEST_KUBECONFIG", "")
    if not (kubeconfig and shutil.which("kubectl")):
        return
    texts = {
        f"{tag}.yaml": "---\n".join(_DEPLOYMENT.format(number=number, image=image) for number in range(WORKLOADS))
        for tag, image in _IMAGES.items()
    }
    work = make_files(f"{directory}/rollout", texts)
    spaces = [f"kbump-bench-{os.getpid()}-{number}" for number in range(3)]
    options = [["--kubeconfig", kubeconfig, "--namespace", space] for space in spaces]
    for space in spaces:
        _kubectl(kubeconfig, "create", "namespace", space)
        atexit.register(_kubectl, kubeconfig, "delete", "namespace", space, "--wait=false")
    yield Command("kbump rollout", lambda tag: [*kbump(), "rollout", "-f", f"{tag}.yaml", *options[0]], work)
    names = [f"deployment/web-{number}" for number in range(WORKLOADS)]
    yield Command("kubectl apply, rollout status one by one", _script(options[1], *([name] for name in names)), work)
    yield Command("kubectl apply, one rollout status of all", _script(options[2], names), work)


def _kubectl(kubeconfig: str, *arguments: str) -> None:
    subprocess.run(["kubectl", "--kubeconfig", kubeconfig, *arguments], check=True, stdout=subprocess.DEVNULL)


def _script(options: list[str], *waits: list[str]) -> Callable[[str], list[str]]:
    """Return a shell's script that applies the manifests of a tag, and waits."""

    def argv(tag: str) -> list[str]:
        steps = [["apply", "-f", f"{tag}.yaml"], *(["rollout", "status", *names] for names in waits)]
        shell = shutil.which("sh") or "/bin/sh"
        return [shell, "-ec", "\n".join(shlex.join(["kubectl", *options, *step]) for step in steps)]

    return argv
