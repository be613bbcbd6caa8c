"""What is in a commit: shown, listed and written, byte by byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import Repository, clone, export, show, tree
from kbump.remote import Remote
from tests.git.conftest import WEB, Opened, add_commit, run_git
from tests.git.server import Server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return an empty directory."""
    path = tmp_path / "target"
    path.mkdir()
    return path


def written(target: Path) -> dict[str, bytes]:
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return {str(path.relative_to(target)): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("none", id="a name that is not there"),
        pytest.param("k8s", id="a directory"),
        pytest.param("k8s/web.yaml/x", id="below a file"),
        pytest.param("none at 7 all 12", id="a name with spaces and numbers"),
        pytest.param("--batch", id="a name like an option"),
    ],
)
def test_what_is_no_file_shows_as_none(cloned: Repository, path: str) -> None:
    assert show(cloned, "HEAD", path) is None


def test_a_file_is_shown_as_it_is(cloned: Repository, bare: Path) -> None:
    assert show(cloned, "HEAD", "k8s/web.yaml") == WEB


def test_an_unknown_commit_is_said(cloned: Repository) -> None:
    with pytest.raises(GitError, match="`none` is no commit"):
        show(cloned, "none", "README")


@pytest.mark.parametrize("path", ["a\nb", "a\0b"])
def test_a_path_with_a_line_break_is_refused(cloned: Repository, path: str) -> None:
    with pytest.raises(UsageError, match="line break"):
        show(cloned, "HEAD", path)


def test_a_directory_that_is_missing_is_said(cloned: Repository, target: Path) -> None:
    for directory in ("none", "README"):
        with pytest.raises(GitError, match=f"`HEAD` has no directory `{directory}`"):
            tree(cloned, "HEAD", directory)
    with pytest.raises(UsageError, match="outside of"):
        export(cloned, "HEAD", str(target), "../x")


def test_files_are_listed_with_their_modes(cloned: Repository) -> None:
    sha = run_git("hash-object", "--stdin", data=WEB)
    assert [entry.path for entry in tree(cloned, "HEAD")] == ["README", "k8s/web.yaml"]
    assert tree(cloned, "HEAD", "./k8s/") == [("100644", sha, "web.yaml")]


def test_a_directory_of_an_old_commit_is_written(
    opened: Opened, bare: Path, remote: Remote, tmp_path: Path, target: Path
) -> None:
    files = {
        ".gitattributes": b"* text eol=lf ident export-subst export-ignore filter=x\n",
        "k8s/a/b": b"$Id$\r\n$Format:%H$",
    }
    add_commit(bare, files)
    add_commit(bare, {"k8s/web.yaml": None, "k8s/a/b": b"newer"})
    made = clone(opened(remote), str(tmp_path / "c"))
    assert export(made, "HEAD~1", str(target), "k8s") == []
    assert written(target) == {"a/b": files["k8s/a/b"], "web.yaml": WEB}


def test_the_users_own_repository_can_be_read(opened: Opened, bare: Path, target: Path) -> None:
    assert export(Repository(opened(None), str(bare)), "main", str(target)) == []
    assert written(target) == {"README": b"hello\n", "k8s/web.yaml": WEB}


def test_links_that_lead_out_and_submodules_are_left_out(
    opened: Opened, bare: Path, remote: Remote, tmp_path: Path, target: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    links = {
        "inside": b"link:k8s/web.yaml",
        "folder": b"link:k8s",
        "nowhere": b"link:none",
        "out": b"link:../secret",
        "root": b"link:/etc/hostname",
        "s/up": b"link:..",
        "through": b"link:s/up/../secret",
        "self": b"link:self",
    }
    add_commit(bare, links)
    data = f"160000 {'1' * 40}\tsub\0".encode()
    made = clone(opened(remote), str(tmp_path / "c"))
    made.run("update-index", "-z", "--index-info", what="setup", data=data)
    sha = made.run("write-tree", what="setup").decode().strip()
    with_sub = run_git("commit-tree", sha, "-m", "sub", cwd=tmp_path / "c")
    assert sorted(export(made, with_sub, str(target))) == ["out", "root", "sub", "through"]
    assert sorted(os.listdir(target)) == ["README", "folder", "inside", "k8s", "nowhere", "s", "self"]
    assert (target / "inside").read_bytes() == WEB


def test_what_no_checkout_could_hold_is_refused(cloned: Repository, bare: Path) -> None:
    blob = run_git("rev-parse", "main:README", cwd=bare)
    inner = run_git(
        "hash-object",
        "-t",
        "tree",
        "-w",
        "--stdin",
        "--literally",
        cwd=Path(cloned.path),
        data=b"100644 config\0" + bytes.fromhex(blob),
    )
    evil = run_git(
        "hash-object",
        "-t",
        "tree",
        "-w",
        "--stdin",
        "--literally",
        cwd=Path(cloned.path),
        data=b"40000 .GIT\0" + bytes.fromhex(inner),
    )
    sha = run_git("commit-tree", evil, "-m", "evil", cwd=Path(cloned.path))
    with pytest.raises(GitError, match="no checkout could hold"):
        tree(cloned, sha)


def test_a_directory_that_is_not_empty_is_said(cloned: Repository, target: Path) -> None:
    (target / "README").write_text("mine")
    with pytest.raises(GitError, match="cannot be written: File exists"):
        export(cloned, "HEAD", str(target))
    assert (target / "README").read_text() == "mine"


def test_a_script_stays_one(cloned: Repository, target: Path) -> None:
    cloned.run("update-index", "--chmod=+x", "README", what="setup")
    sha = cloned.run("write-tree", what="setup").decode().strip()
    commit = run_git("commit-tree", sha, "-m", "x", cwd=Path(cloned.path))
    export(cloned, commit, str(target))
    assert (target / "README").stat().st_mode & 0o777 == 0o755
    assert (target / "k8s" / "web.yaml").stat().st_mode & 0o111 == 0


def test_contents_that_were_left_on_the_server_come_in_one_go(
    opened: Opened, bare: Path, address: Remote, server: Server, tmp_path: Path, target: Path
) -> None:
    run_git("config", "uploadpack.allowFilter", "true", cwd=bare)
    files = {f"k8s/{number}.yaml": b"%d\n" % number for number in range(50)}
    add_commit(bare, files)
    add_commit(bare, dict.fromkeys(files, b"new\n"))
    made = clone(opened(address), str(tmp_path / "c"))
    second = clone(opened(address), str(tmp_path / "second"))
    server.seen.clear()
    export(made, "HEAD~1", str(target), "k8s")
    assert len(written(target)) == 51
    assert len(server.seen) < 6
    assert show(made, "HEAD~1", "k8s/7.yaml") == b"7\n"
    bare.rename(bare.with_suffix(".away"))
    with pytest.raises(GitError, match="git cannot fetch files: "):
        export(second, "HEAD~1", str(target), "k8s")


def test_a_content_that_is_lost_is_said(opened: Opened, cloned: Repository, target: Path) -> None:
    tree_of = b"100644 lost\0" + b"\x11" * 20
    sha = run_git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", cwd=Path(cloned.path), data=tree_of)
    commit = run_git("commit-tree", sha, "-m", "x", cwd=Path(cloned.path))
    with pytest.raises(GitError, match="git cannot fetch files: "):
        export(cloned, commit, str(target))
    with pytest.raises(GitError, match="lacks the content of `lost`"):
        export(Repository(opened(None), cloned.path), commit, str(target))
