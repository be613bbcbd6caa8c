"""How git is run: nothing of the environment or the user's configuration that could do harm gets to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import NOBODY, Credentials, Git, Repository, clone, default_branch, head, heads, session
from kbump.remote import Remote
from tests.git.conftest import Opened, add_commit, run_git


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("version", "words"),
    [
        pytest.param("echo git version 2.28.9", "git 2.28 is too old", id="is too old"),
        pytest.param("echo hello", "git does not tell its version", id="is something else"),
    ],
)
def test_a_git_that_cannot_be_used_is_refused(tmp_path: Path, version: str, words: str) -> None:
    script(tmp_path / "bin" / "git", version)
    with pytest.raises(GitError, match=words) as caught, session(None, {"PATH": f"{tmp_path}/bin:/bin:/usr/bin"}):
        pass
    assert caught.value.hint == "install git 2.29 or newer"


def test_a_git_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git cannot be run: No such file"), session(None, {"PATH": str(tmp_path)}):
        pass


def test_a_newer_git_is_taken(tmp_path: Path) -> None:
    script(tmp_path / "bin" / "git", "echo git version 3.0.windows.1")
    with session(None, {"PATH": f"{tmp_path}/bin:/bin"}) as git:
        assert isinstance(git, Git)


def test_only_what_reaches_servers_is_left_of_gits_variables(opened: Opened, remote: Remote) -> None:
    kept = {"GIT_SSH_COMMAND": "ssh -v", "GIT_SSL_CAINFO": "/ca", "GIT_CONFIG_COUNT": "0", "GIT_PROXY_COMMAND": "p"}
    gone = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_AUTHOR_NAME", "GIT_TRACE", "GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF"]
    gone += ["KBUMP_TOKEN", "GITHUB_TOKEN", "DRONE_NETRC_PASSWORD"]
    kept["HTTPS_PROXY"] = "http://proxy:3128"
    environment = opened(remote, {**kept, **dict.fromkeys(gone, "x")}).environment
    assert kept.items() <= environment.items()
    assert not set(gone) & environment.keys()
    assert environment["GIT_TERMINAL_PROMPT"] == "0"
    assert (environment["GIT_ASKPASS"], environment["GIT_ALLOW_PROTOCOL"]) == ("", "file")


def test_the_temporary_directory_goes_and_holds_no_secret(environ: dict[str, str]) -> None:
    remote = Remote.parse("https://host/a/b")
    given = Credentials("bot", "hidden", "KBUMP_TOKEN", "host")
    with session(remote, environ, credentials=given) as git:
        folder = Path(git.template).parent
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not [path for path in folder.rglob("*") if path.is_file() and "hidden" in path.read_text()]
        assert "hidden" not in f"{git!r} {git}"
    assert not folder.exists()


def test_a_secret_of_another_host_is_refused(environ: dict[str, str]) -> None:
    given = Credentials("bot", "hidden", "KBUMP_TOKEN", "other")
    with (
        pytest.raises(GitError, match="is for other, not for host"),
        session(Remote.parse("https://host/a/b"), environ, credentials=given),
    ):
        pass


def test_a_secret_is_not_given_to_ssh(environ: dict[str, str]) -> None:
    given = Credentials("bot", "hidden", "KBUMP_TOKEN", "host")
    with session(Remote.parse("git@host:a/b"), environ, credentials=given) as git:
        assert git.secrets == {}


def test_a_repository_without_a_remote_has_no_url(opened: Opened) -> None:
    with pytest.raises(GitError, match="has no remote"):
        heads(opened(None))


def test_nothing_is_run_when_no_time_is_left(opened: Opened, remote: Remote) -> None:
    with pytest.raises(GitError, match="no time is left"):
        heads(opened(remote, deadline=0.0))


def test_every_command_is_echoed_as_a_person_would_write_it(opened: Opened, remote: Remote, bare: Path) -> None:
    lines: list[str] = []
    heads(opened(remote, echo=lines.append))
    assert lines == [f"$ git ls-remote --quiet --heads -- file://{bare}"]


def test_a_directory_that_is_missing_is_said(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="No such file or directory"):
        Repository(opened(None), str(tmp_path / "none")).tip()


def test_the_users_configuration_runs_no_program_and_changes_no_byte(
    opened: Opened, bare: Path, remote: Remote, home: Path, tmp_path: Path
) -> None:
    from kbump.git import changed, commit, push
    from tests.git.conftest import ALICE

    trap = script(home / "trap", f"touch {tmp_path}/ran; exit 1")
    hooks = home / "hooks"
    # Not those of a server: over file:// that is run by the same user, whose configuration counts there, too.
    for name in ("pre-commit", "commit-msg", "post-commit", "post-checkout", "pre-push", "post-index-change"):
        script(hooks / name, f"touch {tmp_path}/ran; exit 1")
    (home / ".gitconfig").write_text(
        f"[core]\n\tautocrlf = true\n\tsafecrlf = true\n\thooksPath = {hooks}\n\tfsmonitor = {trap}\n"
        f"\taskPass = {trap}\n\tattributesFile = {home}/attributes\n\teditor = {trap}\n\tpager = {trap}\n"
        f'[credential]\n\thelper = {trap}\n[credential "file://"]\n\thelper = {trap}\n'
        f'[filter "lfs"]\n\tclean = {trap}\n\tsmudge = {trap}\n\trequired\n[gpg]\n\tprogram = {trap}\n'
        f"[commit]\n\tgpgSign\n\ttemplate = /nowhere\n[push]\n\tgpgSign = true\n"
        f"[color]\n\tui = always\n[log]\n\tshowSignature\n[fetch]\n\tprune = true\n"
        "[status]\n\tshowUntrackedFiles = no\n[i18n]\n\tcommitEncoding = latin1\n"
    )  # fmt: skip
    (home / "attributes").write_text("* text eol=crlf filter=lfs\n")
    attributes = b"* text=auto eol=lf ident filter=lfs\n*.yaml text eol=crlf working-tree-encoding=UTF-16\n"
    files = {".gitattributes": attributes, "sub/.gitattributes": b"* crlf\n"}
    files |= {"a.yaml": b"a\r\nb\n$Id$\r", "sub/b": b"\xff\xfe\r\n"}
    old = add_commit(bare, files)
    made = clone(opened(remote), str(tmp_path / "clone"))
    at = tmp_path / "clone"
    assert {name: (at / name).read_bytes() for name in files} == files
    assert changed(made) == []
    (at / "a.yaml").write_bytes(b"c\r\nd\n$Id: x$\r")
    (at / "sub" / "b").write_bytes(b"\r\n\n\xfe")
    sha = commit(made, "größer\n", ["a.yaml", "sub/b"], author=ALICE, committer=ALICE)
    assert sha
    assert push(made, sha, "main", old) == (sha,)
    assert run_git("cat-file", "-p", "main", cwd=bare).endswith("größer")
    assert run_git("cat-file", "-s", "main:a.yaml", cwd=bare) == "13"
    assert run_git("cat-file", "-s", "main:sub/b", cwd=bare) == "4"
    assert not (tmp_path / "ran").exists()


def test_an_instead_of_that_leads_to_a_command_is_refused(opened: Opened, home: Path, tmp_path: Path) -> None:
    (home / ".gitconfig").write_text(
        f'[protocol]\n\tallow = always\n[url "ext::touch {tmp_path}/ran "]\n\tinsteadOf = https://host/\n'
    )
    with pytest.raises(GitError, match="transport 'ext' not allowed") as caught:
        heads(opened(Remote.parse("https://host/a/b")))
    assert "insteadOf" in str(caught.value.hint)
    assert not (tmp_path / "ran").exists()


def test_branches_are_listed_without_a_clone(opened: Opened, remote: Remote, bare: Path) -> None:
    main = head(opened(remote), "main")
    other = add_commit(bare, {"x": b"x"}, branch="feature/größe")
    add_commit(bare, {"x": b"y"}, branch="odd/refs/heads/main")
    git = opened(remote)
    assert heads(git).items() >= {"main": main, "feature/größe": other}.items()
    assert (head(git, "main"), head(git, "feature/größe"), head(git, "none")) == (main, other, "")
    assert default_branch(git) == "main"


@pytest.mark.parametrize("branch", ["-x", "", "a..b"])
def test_a_branch_that_could_be_an_option_is_refused(opened: Opened, remote: Remote, branch: str) -> None:
    with pytest.raises(UsageError):
        head(opened(remote), branch)


def test_an_empty_remote_has_no_default_branch(opened: Opened, tmp_path: Path) -> None:
    run_git("init", "--quiet", "--bare", "--template=", tmp_path / "empty.git")
    git = opened(Remote.parse(f"file://{tmp_path}/empty.git"))
    assert heads(git) == {}
    with pytest.raises(GitError, match="is empty, or has no default branch"):
        default_branch(git)


def test_without_credentials_nothing_is_given(environ: dict[str, str]) -> None:
    with session(Remote.parse("https://host/a/b"), environ, credentials=NOBODY) as git:
        assert git.secrets == {}
