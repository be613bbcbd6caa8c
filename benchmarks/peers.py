"""The programs that are timed: kbump as it is installed for this Python, and the peers found on PATH."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

from measuring import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VERSIONS = {
    "kubectl": ("version", "--client"),
    "kustomize": ("version",),
    "kubeconform": ("-v",),
    "kubernetes-validate": ("--version",),
    "yq": ("--version",),
    "dyff": ("version",),
    "sed": ("--version",),
    "grep": ("--version",),
    "git": ("--version",),
}


def kbump() -> list[str]:
    """Return how kbump is called: its console script, else the module."""
    script = shutil.which("kbump", path=sysconfig.get_path("scripts"))
    return [script] if script else [sys.executable, "-m", "kbump"]


def peer(
    label: str, argv: Callable[[str], list[str]], directory: str, target: str = "", share: float = 1
) -> Iterator[Command]:
    """Yield a peer's command with its full path, if it is there."""
    program = _program(argv("")[0])
    if program:
        yield Command(label, lambda tag: [*program, *argv(tag)[1:]], directory, target, share)


def absent() -> list[str]:
    """Return the peers that are not on PATH."""
    return [name for name in _VERSIONS if not shutil.which(name)]


def facts(load: float) -> Iterator[str]:
    """Yield what the figures depend on: the machine, how busy it was, and the versions of the programs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"{cores} cores, load {load:.1f} at the start"
    yield f"{platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}"
    for name, arguments in _VERSIONS.items():
        program = _program(name)
        yield _version(name, [*program, *arguments]) if program else f"{name} absent"


def _program(name: str) -> list[str]:
    """Return how a program is called: with its full path, behind that of its Python if it is a Python script."""
    path = shutil.which(name)
    if not path:
        return []
    with open(path, "rb") as file:
        line = file.readline(256)
    interpreter = line[2:].decode(errors="replace").strip() if line.startswith(b"#!") else ""
    return [interpreter, path] if os.path.basename(interpreter).startswith("python") else [path]


def _version(name: str, command: list[str]) -> str:
    words = subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition("\n")[0].split()
    # A version manager's shim may cost more than the program.
    with open(command[0], "rb") as file:
        script = " (a script)" if file.read(2) == b"#!" else ""
    version = words[-1].partition("+")[0] if words else "of unknown version"
    return f"{name} {version}{script}"
