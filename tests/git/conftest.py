"""Real remotes in a temporary directory, and an environment in which nothing of this machine's user counts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kbump.git import Git, Person, Repository, clone, credentials, session
from kbump.remote import Remote
from tests.git.server import Server, serving

ALICE = Person("Alice Doe", "alice@example.com")
WEB = b"apiVersion: v1\r\nkind: Pod\r\nspec: {containers: [{name: c, image: acme/web:1}]}\r\n"
OWN = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Seed", "GIT_AUTHOR_EMAIL": "seed@example.com",
    "GIT_COMMITTER_NAME": "Seed", "GIT_COMMITTER_EMAIL": "seed@example.com",
}  # fmt: skip
Opened = Callable[..., Git]


def run_git(*arguments: str | Path, cwd: Path | None = None, data: bytes | None = None) -> str:
    """Run git as somebody else would, without kbump; return its output."""
    words = [str(word) for word in arguments]
    environment = {**OWN, "HOME": "/nonexistent"}
    ran = subprocess.run(["git", *words], cwd=cwd, env=environment, input=data, capture_output=True, check=False)
    assert not ran.returncode, ran.stderr
    return ran.stdout.decode(errors="surrogateescape").strip()


def add_commit(bare: Path, files: Mapping[str, bytes | None], message: str = "change", branch: str = "main") -> str:
    """Commit files to a branch of a bare repository from nowhere, on top of it if it is there; return the commit."""
    lines = [f"commit refs/heads/{branch}\ncommitter Seed <seed@example.com> 1700000000 +0000\n".encode()]
    lines.append(b"data %d\n%s\n" % (len(message.encode()), message.encode()))
    exists = subprocess.run(["git", "show-ref", "--verify", "-q", f"refs/heads/{branch}"], cwd=bare, check=False)
    lines += [f"from refs/heads/{branch}^0\n".encode()] if not exists.returncode else []
    for name, content in files.items():
        path = name.encode()
        mode = b"120000" if content and content.startswith(b"link:") else b"100644"
        data = (content or b"").removeprefix(b"link:")
        put = b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(data), data)
        lines.append(b"D %s\n" % path if content is None else put)
    run_git("fast-import", "--quiet", cwd=bare, data=b"".join(lines))
    return run_git("rev-parse", f"refs/heads/{branch}", cwd=bare)


def hook(bare: Path, name: str, script: str) -> None:
    """Install a hook of the server."""
    path = bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def alive(pid: int) -> bool:
    """Say whether a process runs; a zombie, which waits for its parent, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the user's home directory, which is empty."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    """Return the environment that kbump is given."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a bare repository with one commit on main."""
    path = tmp_path / "served" / "acme" / "infra.git"
    run_git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", path)
    run_git("config", "http.receivepack", "true", cwd=path)
    add_commit(path, {"k8s/web.yaml": WEB, "README": b"hello\n"}, "first")
    return path


@pytest.fixture
def remote(bare: Path) -> Remote:
    """Return the bare repository's file URL."""
    return Remote.parse(f"file://{bare}")


@pytest.fixture
def opened(environ: dict[str, str]) -> Iterator[Opened]:
    """Open sessions that end with the test: `opened(remote)`, with the credentials that the environment has."""
    with ExitStack() as stack:

        def open_session(remote: Remote | None, variables: Mapping[str, str] | None = None, **options: Any) -> Git:
            given = {**environ, **(variables or {})}
            found = {"credentials": credentials(remote, given)} if remote else {}
            return stack.enter_context(session(remote, given, **{**found, **options}))

        yield open_session


@pytest.fixture
def cloned(opened: Opened, remote: Remote, tmp_path: Path) -> Repository:
    """Return a clone of the bare repository."""
    return clone(opened(remote), str(tmp_path / "clone"))


@pytest.fixture
def server(bare: Path) -> Iterator[Server]:
    """Serve the bare repository as /acme/infra.git."""
    with serving(bare.parent.parent) as running:
        yield running


@pytest.fixture
def address(server: Server) -> Remote:
    """Return the http URL of the bare repository."""
    return Remote.parse(f"{server.address}/acme/infra.git")
