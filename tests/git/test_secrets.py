"""The token of a run is nowhere to be found: not in argv, files, output, errors or the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kbump.git import clone, commit, fetch, heads, session
from kbump.remote import Remote
from tests.git.conftest import ALICE, OWN, Opened, hook
from tests.git.server import Server
from tests.git.watching import Watch

TOKEN = "s3cr3t-t0ken-of-the-run"
PROGRAM = """
import sys
from kbump.errors import GitError
from kbump.git import *
from kbump.remote import Remote

url, directory, token = sys.argv[1], sys.argv[2], sys.stdin.read()
remote = Remote.parse(url)
person = Person("A", "a@x")
environ = {"PATH": sys.argv[3], "HOME": sys.argv[4], "KBUMP_TOKEN": token}
with session(remote, environ, credentials=credentials(remote, environ), echo=print) as git:
    made = clone(git, directory)
    old = made.tip()
    open(directory + "/README", "w").write("new")
    sha = commit(made, "change", ["README"], author=person, committer=person)
    print(git, made, git.credentials, push(made, sha, "main", old), push(made, sha, "refused", ""))
    fetch(made)
    try:
        push(made, sha, "x", "")
        made.run("ls-remote", "--", url + "-none", what="it is not there", network=True)
    except GitError as error:
        print(repr(error), error.hint, error.args)
        raise
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no /proc to look at")
def test_a_token_is_found_nowhere(server: Server, bare: Path, home: Path, tmp_path: Path) -> None:
    server.users = {"x-access-token": TOKEN}
    hook(bare, "update", f'echo "the hook knows {TOKEN}"; [ "$1" != refs/heads/refused ]')
    watch = Watch()
    watch.start()
    command = [sys.executable, "-c", PROGRAM, f"{server.address}/acme/infra.git", str(tmp_path / "clone")]
    ran = subprocess.run(
        [*command, OWN["PATH"], str(home)], input=TOKEN.encode(), capture_output=True, check=False,
        env={**OWN, "TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path))},
    )  # fmt: skip
    watch.done.set()
    watch.join()
    assert TOKEN in server.passwords
    assert b"Refused(reason='hook declined', words='the hook knows ***" in ran.stdout
    assert b"Pushed(" in ran.stdout
    assert b"kbump.errors.GitError: it is not there" in ran.stderr
    assert TOKEN.encode() not in ran.stdout + ran.stderr
    assert any(b"remote-http" in line for line in watch.seen)
    assert not [line for line in watch.seen if TOKEN.encode() in line]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != bare / "hooks" / "update"]
    assert len(files) > 20
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert not list(tmp_path.glob("kbump-git-*"))


def test_the_programs_that_need_no_secret_get_none(
    opened: Opened, address: Remote, server: Server, tmp_path: Path
) -> None:
    server.users = {"x-access-token": TOKEN}
    git = opened(address, {"KBUMP_TOKEN": TOKEN})
    made = clone(git, str(tmp_path / "clone"))
    (tmp_path / "clone" / "README").write_text("new")
    signer = tmp_path / "signer"
    signer.write_text(f"#!/bin/sh\nenv >{tmp_path}/env\nexit 1\n")
    signer.chmod(0o755)
    (Path(git.environment["HOME"]) / ".gitconfig").write_text(f"[gpg]\n\tprogram = {signer}\n")
    with pytest.raises(Exception, match="git cannot commit"):
        commit(made, "x", ["README"], author=ALICE, committer=ALICE, sign=True)
    assert TOKEN not in (tmp_path / "env").read_text()
    assert fetch(made)


def test_a_repository_of_another_session_is_asked_with_its_own_secret(
    environ: dict[str, str], address: Remote, server: Server
) -> None:
    server.users = {"x-access-token": TOKEN}
    from kbump.git import credentials

    given = credentials(address, {**environ, "KBUMP_TOKEN": TOKEN})
    with session(address, environ, credentials=given) as git:
        assert heads(git)
