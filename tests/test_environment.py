"""Environments elsewhere: which text is what, what is written where and for how long, who gets which secret."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kbump.config import NO_CONFIG, ForgeChoice
from kbump.environment import Environment, open_environment
from kbump.errors import ConfigError, GitError, UsageError
from tests.git.conftest import add_commit, bare, environ, home, run_git, server, until
from tests.git.server import Server

__all__ = ["bare", "environ", "home", "server"]

POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'acme/web:1'}]}\n"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of temporary files, which has nothing else in it."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(path))
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work tree with one commit, and make it the current directory."""
    path = tmp_path / "work"
    run_git("init", "--quiet", "--initial-branch=main", "--template=", path)
    (path / "k8s" / "live").mkdir(parents=True)
    (path / "k8s" / "live" / "web.yaml").write_bytes(POD)
    (path / ".kbump.yaml").write_text("environments: {live: k8s/live}\n")
    run_git("add", "--all", cwd=path)
    run_git("commit", "--quiet", "--message=first: of all", cwd=path)
    monkeypatch.chdir(path)
    return path


def soon() -> float:
    return time.monotonic() + 30


def test_a_path_that_is_there_is_that_path_whatever_else_it_could_be(repository: Path, environ) -> None:
    for name in ("main:k8s", "user@host:path", "live"):
        Path(name).mkdir()
        with open_environment(name, environ, deadline=soon()) as found:
            assert found == Environment(name, name, found.config)
            assert found.shown("x/y.yaml") == "x/y.yaml"
            assert found.said("words") == "words"


def test_a_revision_is_written_whole_and_goes_with_the_block(repository: Path, environ, temporary: Path) -> None:
    with open_environment("main:k8s/live", environ, deadline=soon()) as found:
        assert found.commit == run_git("rev-parse", "main", cwd=repository)
        assert (Path(found.path) / "web.yaml").read_bytes() == POD
        assert found.config.environments == {"live": "k8s/live"}
        assert found.shown(f"{found.path}/web.yaml") == "main:k8s/live/web.yaml"
        assert found.shown(found.top) == "main:"
        assert found.said(f"in {found.top}/a of {found.top}") == "in main:a of main:"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("HEAD:./live", "HEAD:k8s/live/web.yaml", id="from here"),
        pytest.param("HEAD:../k8s/live", "HEAD:k8s/live/web.yaml", id="from above"),
        pytest.param("HEAD:.", "HEAD:k8s/live/web.yaml", id="all that is here"),
        pytest.param("HEAD:k8s/live", "HEAD:k8s/live/web.yaml", id="from the top"),
        pytest.param("HEAD^{/first: of}:", "HEAD^{/first: of}:k8s/live/web.yaml", id="a colon in the revision"),
    ],
)
def test_the_path_of_a_revision_is_read_as_git_reads_it(
    text: str, shown: str, repository: Path, environ, monkeypatch
) -> None:
    monkeypatch.chdir(repository / "k8s")
    with open_environment(text, environ, deadline=soon()) as found:
        (file,) = Path(found.path).rglob("web.yaml")
        assert found.shown(str(file)) == shown


@pytest.mark.parametrize("text", ["HEAD:../../k8s", "HEAD:.git", "HEAD:a/../../b", "HEAD:k8s/.git/config"])
def test_a_path_outside_of_the_revision_is_refused(text: str, repository: Path, environ) -> None:
    with pytest.raises(UsageError, match="outside"), open_environment(text, environ, deadline=soon()):
        pass


def test_a_clone_goes_with_the_block_whatever_ends_it(bare: Path, environ, temporary: Path) -> None:
    def fail_in_it() -> None:
        with open_environment(f"file://{bare}//k8s?ref=main", environ, deadline=soon()) as found:
            assert found.commit == run_git("rev-parse", "main", cwd=bare)
            assert found.remote
            assert found.name == f"file://{bare}//k8s?ref=main"
            assert found.shown(f"{found.path}/web.yaml") == "infra@main//k8s/web.yaml"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_it()
    assert list(temporary.iterdir()) == []


def test_a_repository_is_cloned_once_for_both_sides(bare: Path, environ) -> None:
    from kbump import diff

    add_commit(bare, {"k8s/web.yaml": POD, "live/web.yaml": POD}, branch="main")
    add_commit(bare, {"k8s/web.yaml": POD}, branch="other")
    for old, new, count in (("//k8s", "//live", 1), ("//k8s?ref=main", "//live", 2), ("//k8s?ref=other", "//k8s", 2)):
        said: list[str] = []
        result = diff(f"file://{bare}{old}", f"file://{bare}{new}", environ=environ, echo=said.append)
        assert (result.equal, sum(line.startswith("$ git clone") for line in said)) == (1, count)


def test_a_link_of_a_repository_does_not_lead_to_files_of_this_machine(bare: Path, environ, tmp_path: Path) -> None:
    (tmp_path / "private.yaml").write_bytes(POD)
    add_commit(bare, {"out": f"link:{tmp_path}".encode(), "in": b"link:k8s"})
    refused = pytest.raises(UsageError, match="has no `out`")
    with refused, open_environment(f"file://{bare}//out", environ, deadline=soon()):
        pass
    with open_environment(f"file://{bare}//in", environ, deadline=soon()) as found:
        assert found.shown(found.path) == "infra//in"


def test_a_mistake_in_the_settings_of_a_repository_is_located_there(bare: Path, environ) -> None:
    add_commit(bare, {".kbump.yaml": b"environment: {}\n"})
    refused = pytest.raises(ConfigError, match=r"^infra//.kbump.yaml:1:1: unknown key `environment`")
    with refused, open_environment(f"file://{bare}//k8s", environ, deadline=soon()):
        pass


def test_no_step_goes_beyond_the_deadline(bare: Path, environ, repository: Path, temporary: Path) -> None:
    late = time.monotonic() - 1
    for text in (f"file://{bare}", "main:k8s"):
        with pytest.raises(GitError, match="no time is left"), open_environment(text, environ, deadline=late):
            pass
    assert list(temporary.iterdir()) == []


def test_a_secret_goes_over_http_to_another_machine_only_if_the_caller_says_so(environ, tmp_path: Path) -> None:
    text, given = "http://git.example.com/acme/infra", {**environ, "KBUMP_TOKEN": "secret"}
    with pytest.raises(UsageError, match="in the clear"), open_environment(text, given, deadline=soon()):
        pass
    caller = NO_CONFIG._replace(forge=ForgeChoice(allow_http=True))
    late = time.monotonic() - 1
    allowed = open_environment(text, given, deadline=late, caller=caller)
    with pytest.raises(GitError, match="no time is left"), allowed:
        pass


def test_the_token_is_for_the_host_of_the_new_side(server: Server, bare: Path, environ) -> None:
    from kbump import diff

    server.users = {"x-access-token": "secret-of-to"}
    here = f"{server.address}/acme/infra.git//k8s"
    there = here.replace("127.0.0.1", "localhost")
    given = {**environ, "KBUMP_TOKEN": "secret-of-to"}
    with pytest.raises(GitError, match="localhost"):
        diff(there, here, environ=given)
    assert not server.passwords
    assert diff(here, here, environ=given).equal == 1
    assert server.passwords == {"x-access-token", "secret-of-to"}
    assert diff(here, f"file://{bare}//k8s", environ=given).equal == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(number: int, bare: Path, tmp_path: Path) -> None:
    add_commit(bare, {"k8s/kustomization.yaml": b"resources: [web.yaml]\n"})
    temporary, programs = tmp_path / "temporary", tmp_path / "programs"
    temporary.mkdir()
    programs.mkdir()
    (programs / "kubectl").write_text(f'#!/bin/sh\necho $$ > "{tmp_path}/pid"\nexec sleep 60\n')
    (programs / "kubectl").chmod(0o755)
    variables = {"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(temporary), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "kbump", "diff", f"file://{bare}//k8s", f"file://{bare}//k8s"]
    running = subprocess.Popen(
        command, env={**variables, "PYTHONPATH": ":".join(filter(None, sys.path))}, stderr=subprocess.PIPE
    )
    pid = tmp_path / "pid"
    until(lambda: pid.exists() and pid.read_text().strip())
    assert list(temporary.iterdir())
    running.send_signal(number)
    _, words = running.communicate(timeout=20)
    assert (running.returncode, words) == (128 + number, b"")
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
