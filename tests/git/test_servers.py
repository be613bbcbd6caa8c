"""Servers: passwords over http, to the right host only; SSH; what a failure is said to be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbump.errors import GitError
from kbump.git import Credentials, Pushed, Repository, clone, commit, head, heads, push, session
from kbump.git.words import failure, last_words, server_words
from kbump.remote import Remote
from tests.git.conftest import ALICE, Opened, run_git
from tests.git.server import Server, serving

TOKEN = "t0ken-/+%& ü"
BOT = {"x-access-token": TOKEN}
GIVEN = Credentials("x-access-token", TOKEN, "KBUMP_TOKEN", "git.acme.dev")


def delivered(git: object, directory: Path) -> Repository:
    """Clone, commit and push something."""
    made = clone(git, str(directory))
    old = made.tip()
    (directory / "README").write_text("new")
    sha = commit(made, "change", ["README"], author=ALICE, committer=ALICE) or ""
    assert push(made, sha, "main", old) == Pushed(sha)
    return made


def test_without_a_token_a_private_repository_is_not_readable(opened: Opened, address: Remote, server: Server) -> None:
    server.users = BOT
    with pytest.raises(GitError, match=r"git cannot read http://127.0.0.1:.*could not read Username") as caught:
        heads(opened(address))
    assert caught.value.hint == "give a token by KBUMP_TOKEN or KBUMP_TOKEN_FILE"


def test_a_wrong_token_is_said_by_the_name_of_its_variable(opened: Opened, address: Remote, server: Server) -> None:
    server.users = BOT
    with pytest.raises(GitError, match=r"Authentication failed for 'http://127.0.0.1:") as caught:
        heads(opened(address, {"KBUMP_TOKEN": "wr0ng-token"}))
    assert caught.value.hint == "the secret of KBUMP_TOKEN is wrong, expired, or may not do this"
    assert "wr0ng" not in f"{caught.value!r}"


@pytest.mark.parametrize(
    "open_reading", [pytest.param(True, id="that anyone may read"), pytest.param(False, id="that is private")]
)
def test_a_token_lets_kbump_read_and_push_a_repository(
    opened: Opened, address: Remote, server: Server, bare: Path, tmp_path: Path, open_reading: bool
) -> None:
    server.users, server.open_reading = BOT, open_reading
    made = delivered(opened(address, {"KBUMP_TOKEN": TOKEN}), tmp_path / "clone")
    assert run_git("rev-parse", "main", cwd=bare) == made.tip()
    assert server.passwords == {"x-access-token", TOKEN}


def test_a_token_beats_the_netrc_file_of_the_user(
    opened: Opened, address: Remote, server: Server, home: Path, tmp_path: Path
) -> None:
    # Drone writes one into every step; its user may read everything, and push nothing here.
    (home / ".netrc").write_text("machine 127.0.0.1 login reader password only-reads\n")
    server.users = {**BOT, "reader": "only-reads"}
    delivered(opened(address, {"KBUMP_TOKEN": TOKEN}), tmp_path / "clone")
    assert "only-reads" not in server.passwords


def test_the_rest_of_the_users_home_counts_beside_a_netrc_file(
    opened: Opened, address: Remote, server: Server, home: Path
) -> None:
    (home / ".netrc").write_text("")
    (home / "included").write_text(f'[url "{server.address}/acme/"]\n\tinsteadOf = {server.address}/short/\n')
    (home / ".gitconfig").write_text("[include]\n\tpath = ~/included\n")
    server.users = BOT
    assert heads(opened(Remote.parse(f"{server.address}/short/infra.git"), {"KBUMP_TOKEN": TOKEN}))


def test_the_netrc_file_is_used_where_nothing_else_is(
    opened: Opened, address: Remote, server: Server, home: Path, tmp_path: Path
) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login me password mine\n")
    server.users = {"me": "mine"}
    delivered(opened(address), tmp_path / "clone")


def test_another_user_in_gits_configuration_does_not_matter(
    opened: Opened, address: Remote, server: Server, home: Path
) -> None:
    (home / ".gitconfig").write_text(
        "[credential]\n\tusername = somebody\n\tuseHttpPath = true\n"
        f'[credential "{server.address}"]\n\tusername = other\n\tuseHttpPath = true\n'
    )
    server.users = BOT
    assert heads(opened(address, {"KBUMP_TOKEN": TOKEN}))


def test_another_host_gets_no_token_after_a_redirect(
    opened: Opened, address: Remote, server: Server, bare: Path
) -> None:
    server.users = BOT
    with serving(bare.parent.parent) as other:
        other.users = BOT
        server.redirect = other.address.replace("127.0.0.1", "localhost")
        with pytest.raises(GitError, match="could not read") as caught:
            heads(opened(address, {"KBUMP_TOKEN": TOKEN}))
        assert "which gets no secret" in str(caught.value.hint)
        assert other.seen
        assert other.passwords == set()


def test_another_port_of_the_host_gets_no_token_either(
    opened: Opened, address: Remote, server: Server, bare: Path
) -> None:
    with serving(bare.parent.parent) as other:
        other.users = BOT
        server.redirect = other.address
        with pytest.raises(GitError, match="could not read"):
            heads(opened(address, {"KBUMP_TOKEN": TOKEN}))
        assert other.passwords == set()


def test_the_users_configuration_cannot_send_the_token_elsewhere(
    opened: Opened, address: Remote, server: Server, bare: Path, home: Path
) -> None:
    with serving(bare.parent.parent) as other:
        other.users = BOT
        elsewhere = other.address.replace("127.0.0.1", "localhost")
        (home / ".gitconfig").write_text(f'[url "{elsewhere}/"]\n\tinsteadOf = {server.address}/\n')
        with pytest.raises(GitError, match="could not read") as caught:
            heads(opened(address, {"KBUMP_TOKEN": TOKEN}))
        assert "which gets no secret" in str(caught.value.hint)
        assert other.seen
        assert other.passwords == set()


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Username for 'https://other': ", id="another host"),
        pytest.param("Username for 'http://host': ", id="another scheme"),
        pytest.param("Password for 'https://x@host:444': ", id="another port"),
        pytest.param("Password for 'https://x@other/y@host': ", id="the host in a path"),
        pytest.param("Password for 'https://host@other': ", id="the host as the user"),
        pytest.param("Enter PIN for 'https://host': ", id="another question"),
        pytest.param("Enter passphrase for key '/home/x/.ssh/id': ", id="a key"),
    ],
)
def test_a_question_about_anything_else_is_not_answered(environ: dict[str, str], question: str) -> None:
    assert asked(environ, question) == (1, "")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("Username for 'https://host': ", "bot", id="the user"),
        pytest.param("Password for 'https://bot@host': ", "s$(id)`id`\\n'\"*", id="the secret, as it is"),
    ],
)
def test_a_question_about_the_remote_is_answered(environ: dict[str, str], question: str, answer: str) -> None:
    assert asked(environ, question) == (0, f"{answer}\n")


def asked(environ: dict[str, str], question: str) -> tuple[int, str]:
    import subprocess

    given = Credentials("bot", "s$(id)`id`\\n'\"*", "KBUMP_TOKEN", "host")
    with session(Remote.parse("https://host/a/b"), environ, credentials=given) as git:
        command = [git.secrets["GIT_ASKPASS"], question]
        ran = subprocess.run(command, env=dict(git.secrets), capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout


def test_a_temporary_directory_without_programs_is_said(opened: Opened, address: Remote, server: Server) -> None:
    server.users = BOT
    git = opened(address, {"KBUMP_TOKEN": TOKEN})
    os.chmod(git.secrets["GIT_ASKPASS"], 0o600)
    with pytest.raises(GitError, match="cannot exec") as caught:
        heads(git)
    assert "TMPDIR" in str(caught.value.hint)


def test_a_server_that_does_not_answer_is_given_up(opened: Opened, address: Remote, server: Server) -> None:
    server.delay_s = 2.0
    with pytest.raises(GitError, match=r"git cannot read http://127.0.0.1:.*: no end within 0.3 s") as caught:
        heads(opened(address, timeout_s=0.3))
    assert "more time" in str(caught.value.hint)


def test_a_server_that_is_down_is_said(opened: Opened) -> None:
    with pytest.raises(GitError, match=r"git cannot read http://127.0.0.1:9/a/b: ") as caught:
        heads(opened(Remote.parse("http://127.0.0.1:9/a/b")))
    assert caught.value.hint == "check host, port, network and proxy"


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        pytest.param(403, "give a token by", id="forbidden"),
        pytest.param(404, "check the URL", id="not found"),
    ],
)
def test_an_answer_of_the_server_is_explained(
    opened: Opened, address: Remote, server: Server, status: int, hint: str
) -> None:
    server.answer = status
    with pytest.raises(GitError) as caught:
        heads(opened(address))
    assert hint in str(caught.value.hint)


def ssh(home: Path, script: str) -> dict[str, str]:
    path = home / "ssh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"GIT_SSH_COMMAND": str(path), "GIT_SSH_VARIANT": "ssh"}


def test_ssh_is_run_as_the_user_says_and_gets_no_token(opened: Opened, bare: Path, home: Path, tmp_path: Path) -> None:
    # The last argument is what the server is to run.
    variables = ssh(home, f'echo "$@" >>{home}/asked\nenv >>{home}/asked\nfor last; do :; done\nexec sh -c "$last"')
    for number, url in enumerate((f"ssh://git@host:2222{bare}", f"git@host:{bare}")):
        delivered(opened(Remote.parse(url), {**variables, "KBUMP_TOKEN": TOKEN}), tmp_path / f"clone{number}")
        (tmp_path / f"clone{number}" / "README").unlink()
        run_git("update-ref", "refs/heads/main", run_git("rev-parse", "main^", cwd=bare), cwd=bare)
    said = (home / "asked").read_text()
    assert "-p 2222 git@host" in said
    assert TOKEN not in said


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        pytest.param("git@host: Permission denied (publickey).", "check the SSH key", id="no key"),
        pytest.param("Host key verification failed.", "known_hosts", id="an unknown host"),
        pytest.param("ssh: Could not resolve hostname host: Name or service not known", "host's name", id="no host"),
    ],
)
def test_what_ssh_complains_of_is_told_without_boilerplate(opened: Opened, home: Path, words: str, hint: str) -> None:
    variables = ssh(home, f'echo "Warning: added." >&2; echo "{words}" >&2; exit 255')
    with pytest.raises(GitError) as caught:
        head(opened(Remote.parse("git@host:a/b"), variables), "main")
    assert caught.value.message == f"git cannot read git@host:a/b: {words}"
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("stderr", "hint"),
    [
        pytest.param("fatal: SSL certificate problem: self-signed certificate", "GIT_SSL_CAINFO", id="a private CA"),
        pytest.param(
            "fatal: detected dubious ownership in repository at '/x'", "safe.directory", id="another's repository"
        ),
        pytest.param("fatal: write error: No space left on device", "room on the disk", id="a full disk"),
        pytest.param("remote: This repo is archived.\nfatal: error: 403", "unarchive it", id="an archived repository"),
        pytest.param("error: something else", "None", id="anything else has no hint"),
    ],
)
def test_a_frequent_failure_has_a_hint(stderr: str, hint: str) -> None:
    assert hint in str(failure("git cannot clone x", stderr, GIVEN).hint)


def test_words_are_short_printable_and_without_secrets() -> None:
    stderr = f"hint: x\nremote: \x1b[31mno {TOKEN}\x1b[0m\r\nfatal: no {TOKEN}\nfatal: second\n"
    assert last_words(stderr, GIVEN) == "no ***; second"
    assert last_words("", GIVEN) == "git did not say why"
    assert last_words("hint: only this", GIVEN) == "hint: only this"
    assert len(last_words("x" * 900, GIVEN)) == 500
    assert server_words(stderr, GIVEN) == "no ***"
    assert server_words("remote: error:\nremote: error: Not allowed\nremote: \n", GIVEN) == "Not allowed"
    assert len(server_words("remote: " + "x" * 9000, GIVEN)) == 2000
