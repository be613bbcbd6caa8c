"""The cases of `kbump validate`. All validators are for the same Kubernetes version, and have its schemas on disk."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from measuring import Command
from peers import kbump, peer
from workload import deployment, deployment_and_service, make_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas.py")
_GOOD, _BROKEN = "good.yaml", "broken.yaml"


def validate_one(directory: str) -> Iterator[Command]:
    work = make_files(f"{directory}/one", {"deployment.yaml": deployment("shop")})
    kubeconform, python_peer = _peers(directory)
    file = "deployment.yaml"
    yield Command("kbump validate", _fixed(*kbump(), "validate", file), work)
    yield from peer("kubernetes-validate --strict", _fixed(*python_peer, file), work, "<= 0.8")
    yield from peer("kubeconform -strict", _fixed(*kubeconform, file), work, "<= 2.0")
    yield Command("python -c pass", _fixed(sys.executable, "-c", "pass"), work)


def validate_files(directory: str) -> Iterator[Command]:
    texts = {f"shop-{number:04}.yaml": deployment_and_service(f"shop-{number:04}") for number in range(1_000)}
    work = make_files(f"{directory}/files", texts)
    kubeconform, python_peer = _peers(directory)
    yield Command("kbump validate", _fixed(*kbump(), "validate"), work, "<= 100 MB")
    yield Command("kbump validate --jobs 1", _fixed(*kbump(), "validate", "--jobs", "1"), work, "<= 100 MB")
    for jobs, target in (("2", "<= 1.3"), ("1", ""), ("4", "")):
        argv = _fixed(*kubeconform, "-n", jobs, ".")
        yield from peer(f"kubeconform -strict -n {jobs}", argv, work, target)
    # It takes 17 s for all of them, as it reads its schemas again for every object.
    some = _fixed(*python_peer, *sorted(texts)[:100])
    yield from peer("kubernetes-validate --strict, 100 files, by file", some, work, share=0.1)


def validate_objects(directory: str) -> Iterator[Command]:
    names = [f"shop-{number:04}" for number in range(5_000)]
    texts = {
        f"{count * 2}.yaml": "---\n".join(deployment_and_service(name) for name in names[:count])
        for count in (500, 5_000)
    }
    work = make_files(f"{directory}/objects", texts)
    kubeconform, _ = _peers(directory)
    yield Command("kbump validate", _fixed(*kbump(), "validate", "10000.yaml"), work)
    few = _fixed(*kbump(), "validate", "1000.yaml")
    yield Command("kbump validate, 1,000 objects, by object", few, work, "<= 1.1", share=0.1)
    yield from peer("kubeconform -strict -n 2", _fixed(*kubeconform, "-n", "2", "10000.yaml"), work)


def _fixed(*argv: str) -> Callable[[str], list[str]]:
    """Return what makes the same arguments for every tag."""
    return lambda _: list(argv)


def _peers(directory: str) -> tuple[list[str], list[str]]:
    """Return how kubeconform and kubernetes-validate are called, once all are seen to say the same as kbump."""
    options = shlex.split(subprocess.check_output([sys.executable, _SCHEMAS, f"{directory}/schemas"], text=True))
    kubeconform = ["kubeconform", *options]
    # It knows one patch of every minor version.
    version = options[options.index("-kubernetes-version") + 1].rpartition(".")[0]
    python_peer = ["kubernetes-validate", "--strict", "-k", f"{version}.0"]
    good = deployment_and_service("shop")
    work = make_files(f"{directory}/verdicts", {_GOOD: good, _BROKEN: good.replace("replicas:", "replica:")})
    _agree(work, [[*kbump(), "validate"], kubeconform, python_peer])
    return kubeconform, python_peer


def _agree(directory: str, validators: Sequence[list[str]]) -> None:
    """End the run unless each validator takes the valid file and refuses an unknown field: else times say nothing."""
    for validator in validators:
        for command in peer("", _fixed(*validator), directory):
            for file, status in ((_GOOD, 0), (_BROKEN, 1)):
                done = subprocess.run(
                    [*command.argv(""), file], cwd=directory, capture_output=True, text=True, check=False
                )
                if done.returncode != status:
                    name = os.path.basename(validator[0])
                    sys.exit(f"{name} ends with {done.returncode} for {file}:\n{done.stdout}{done.stderr}")
