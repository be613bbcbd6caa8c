"""Commits: what is in them, who made them, and when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import Person, Repository, changed, clone, commit, commit_of
from kbump.remote import Remote
from tests.git.conftest import ALICE, Opened, run_git

BOT = Person("kbump", "kbump@example.com")


def committed(cloned: Repository, *files: str, message: str = "change\n", **options: object) -> str | None:
    return commit(cloned, message, files, **{"author": ALICE, "committer": BOT, **options})


def test_nothing_changed_is_no_commit(cloned: Repository, tmp_path: Path) -> None:
    tip = cloned.tip()
    os.utime(tmp_path / "clone" / "README")
    assert committed(cloned, "README", "k8s/web.yaml") is None
    assert committed(cloned) is None
    assert cloned.tip() == tip


def test_only_the_given_files_are_committed(cloned: Repository, tmp_path: Path) -> None:
    at = tmp_path / "clone"
    for name in ("README", "k8s/web.yaml", "new", "ignored", ".gitignore"):
        (at / name).write_bytes(b"other\r\n")
    (at / ".gitignore").write_text("ignored\n")
    old = cloned.tip()
    sha = committed(cloned, "k8s/web.yaml", "ignored")
    assert sha == cloned.tip()
    assert run_git("diff", "--name-only", f"{old}..{sha}", cwd=at).split() == ["ignored", "k8s/web.yaml"]
    assert sorted(changed(cloned)) == [".gitignore", "README", "new"]


def test_a_file_that_is_gone_is_removed(cloned: Repository, tmp_path: Path) -> None:
    (tmp_path / "clone" / "README").unlink()
    assert changed(cloned) == ["README"]
    committed(cloned, "README")
    assert run_git("ls-tree", "-r", "--name-only", "HEAD", cwd=tmp_path / "clone") == "k8s/web.yaml"


@pytest.mark.parametrize("name", ["*", ":!x", "größe", "a b", "line\nbreak", "-x", '"quoted"'])
def test_a_name_is_taken_as_it_is(cloned: Repository, tmp_path: Path, name: str) -> None:
    (tmp_path / "clone" / name).write_bytes(b"x")
    assert changed(cloned) == [name]
    assert committed(cloned, name)
    assert changed(cloned) == []
    assert run_git("ls-tree", "-r", "-z", "--name-only", "HEAD", cwd=tmp_path / "clone").count("\0") == 3


@pytest.mark.parametrize("name", ["../outside", ".git/config", "sub/.GIT/x", "none/x/../../../y", "", "/README", "./x"])
def test_a_file_outside_of_the_repository_is_refused(cloned: Repository, name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a file in the repository"):
        committed(cloned, name)


def test_a_file_behind_a_link_is_refused(cloned: Repository, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("x")
    (tmp_path / "clone" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(GitError, match="beyond a symbolic link"):
        committed(cloned, "link/file")


@pytest.mark.parametrize("message", ["", " \n", "a\0b"])
def test_a_message_that_git_could_not_keep_is_refused(cloned: Repository, message: str) -> None:
    with pytest.raises(UsageError, match="a commit message"):
        committed(cloned, "README", message=message)


def test_the_message_the_people_and_the_date_are_kept(cloned: Repository, tmp_path: Path) -> None:
    (tmp_path / "clone" / "README").write_text("x")
    message = "größer: a subject\n\n# no comment\n\n\nKbump-Image: acme/web:2  \n\n"
    sha = committed(cloned, "README", message=message, date=1_700_000_001, author=Person(" A <b>\n", "a@x"))
    found = commit_of(cloned, "HEAD")
    assert found == (sha, (found.parents[0],), "A b", "a@x", *BOT, 1_700_000_001, message)
    assert found.subject == "größer: a subject"


def test_a_person_without_a_name_is_refused(cloned: Repository, tmp_path: Path) -> None:
    (tmp_path / "clone" / "README").write_text("x")
    with pytest.raises(GitError, match="the author of the commit has no name"):
        committed(cloned, "README", author=Person("<>", "a@x"))


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is missing")
def test_a_commit_is_signed_as_the_users_configuration_says(
    opened: Opened, remote: Remote, home: Path, tmp_path: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / "key"], check=True)
    (home / ".gitconfig").write_text("[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = ~/key.pub\n[commit]\n\tgpgSign\n")
    made = clone(opened(remote), str(tmp_path / "clone"))
    for content, sign in (("unsigned", False), ("signed", True)):
        (tmp_path / "clone" / "README").write_text(content)
        assert committed(made, "README", sign=sign)
        raw = run_git("cat-file", "commit", "HEAD", cwd=tmp_path / "clone")
        assert ("BEGIN SSH SIGNATURE" in raw) is sign


def test_a_key_that_cannot_sign_is_said(opened: Opened, remote: Remote, home: Path, tmp_path: Path) -> None:
    (home / ".gitconfig").write_text("[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = ~/none.pub\n")
    made = clone(opened(remote), str(tmp_path / "clone"))
    tip = made.tip()
    (tmp_path / "clone" / "README").write_text("x")
    with pytest.raises(GitError, match="git cannot commit") as caught:
        committed(made, "README", sign=True)
    assert "user.signingKey" in str(caught.value.hint)
    assert made.tip() == tip
