from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory outside git that every user may enter; pytest's own are for one user only."""
    path = Path(os.path.realpath(tempfile.mkdtemp(prefix="kbump-")))
    path.chmod(0o777)
    monkeypatch.chdir(path)
    yield path
    for directory, subdirectories, _ in os.walk(path):
        for name in subdirectories:
            if not os.path.islink(os.path.join(directory, name)):
                os.chmod(os.path.join(directory, name), 0o700)
    shutil.rmtree(path)


@contextmanager
def _as_nobody() -> Iterator[None]:
    if os.geteuid():
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture
def as_nobody() -> Callable[[], AbstractContextManager[None]]:
    """Run a part of a test as a user to whom permissions apply."""
    return _as_nobody


@pytest.fixture
def git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run git, with no settings but its own; `git()` alone makes the working directory a repository."""
    if shutil.which("git") is None:
        pytest.skip("git is not on PATH")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    identity = ("-c", "user.name=kbump", "-c", "user.email=kbump@example.com", "-c", "protocol.file.allow=always")

    def run(*arguments: str, where: str = ".") -> str:
        command = ["git", *identity, *(arguments or ("init", "--quiet"))]
        return subprocess.run(command, cwd=folder / where, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def plant(folder: Path) -> Callable[..., None]:
    """Make files `a/b.yaml`, directories `a/`, symbolic links `a -> b` and FIFOs `a|`."""

    def run(*names: str) -> None:
        for name in names:
            path, _, target = name.partition(" -> ")
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            if target:
                os.symlink(target, path)
            elif path.endswith("|"):
                os.mkfifo(path[:-1])
            elif not path.endswith("/"):
                Path(path).write_text(f"name: {path!a}\n")

    return run
