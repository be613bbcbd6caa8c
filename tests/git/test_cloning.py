"""Clones: of a branch, a tag or a commit, with their bytes as they are, brought up to date and reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import Repository, changed, clone, commit, fetch, history, push, reset
from kbump.remote import Remote
from tests.git.conftest import ALICE, WEB, Opened, add_commit, run_git
from tests.git.server import Server


@pytest.mark.parametrize("ref", ["-x", "--upload-pack=touch x", "a..b", "a\nb"])
def test_a_ref_that_could_be_an_option_is_refused(opened: Opened, remote: Remote, tmp_path: Path, ref: str) -> None:
    with pytest.raises(UsageError):
        clone(opened(remote), str(tmp_path / "clone"), ref)


@pytest.mark.parametrize(
    ("ref", "hint"),
    [
        pytest.param("no-such", "a branch, a tag or a full commit", id="a name"),
        pytest.param("0123abc", "all of its digits", id="a commit that is cut short"),
    ],
)
def test_a_ref_that_the_remote_lacks_is_said(
    opened: Opened, remote: Remote, tmp_path: Path, ref: str, hint: str
) -> None:
    with pytest.raises(GitError, match=f"has no branch or tag `{ref}`") as caught:
        clone(opened(remote), str(tmp_path / "clone"), ref)
    assert hint in str(caught.value.hint)


def test_a_commit_that_the_remote_lacks_is_said(opened: Opened, remote: Remote, tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"git cannot fetch from|is no commit"):
        clone(opened(remote), str(tmp_path / "clone"), "0" * 39 + "1")


def test_an_empty_repository_is_said(opened: Opened, tmp_path: Path) -> None:
    run_git("init", "--quiet", "--bare", "--template=", tmp_path / "empty.git")
    with pytest.raises(GitError, match="is empty"):
        clone(opened(Remote.parse(f"file://{tmp_path}/empty.git")), str(tmp_path / "clone"))


def test_a_repository_that_is_missing_is_said(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"does not appear to be a git repository|not found|does not exist") as caught:
        clone(opened(Remote.parse(f"file://{tmp_path}/none.git")), str(tmp_path / "clone"))
    assert "check the URL" in str(caught.value.hint)
    assert not (tmp_path / "clone").exists()


def test_a_directory_with_files_is_left_alone(opened: Opened, remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(GitError, match="not an empty directory"):
        clone(opened(remote), str(tmp_path))
    assert (tmp_path / "mine").read_text() == "x"


def test_the_default_branch_is_cloned_with_all_of_its_history(cloned: Repository, bare: Path, tmp_path: Path) -> None:
    assert (cloned.branch, cloned.tip()) == ("main", run_git("rev-parse", "main", cwd=bare))
    assert (tmp_path / "clone" / "k8s" / "web.yaml").read_bytes() == WEB
    assert not cloned.is_shallow()
    assert changed(cloned) == []
    assert [name for name in (tmp_path / "clone" / ".git").iterdir() if name.name == "hooks"] == []


@pytest.mark.parametrize(
    ("ref", "branch"),
    [
        pytest.param("side/way", "side/way", id="a branch"),
        pytest.param("refs/heads/side/way", "side/way", id="a branch by its whole name"),
        pytest.param("v1", "", id="a tag"),
    ],
)
def test_a_ref_is_cloned(opened: Opened, bare: Path, remote: Remote, tmp_path: Path, ref: str, branch: str) -> None:
    side = add_commit(bare, {"side": b"x"}, branch="side/way")
    run_git("tag", "v1", side, cwd=bare)
    made = clone(opened(remote), str(tmp_path / "clone"), ref)
    assert (made.tip(), made.branch) == (side, branch)


def test_a_commit_that_no_branch_ends_with_is_cloned(
    opened: Opened, bare: Path, remote: Remote, tmp_path: Path
) -> None:
    old = run_git("rev-parse", "main", cwd=bare)
    side = add_commit(bare, {"side": b"x"}, branch="side")
    add_commit(bare, {"side": b"y"}, branch="side")
    made = clone(opened(remote), str(tmp_path / "clone"), side)
    assert (made.tip(), made.branch, (tmp_path / "clone" / "side").read_bytes()) == (side, "", b"x")
    assert clone(opened(remote), str(tmp_path / "second"), old).tip() == old


def test_a_clone_is_brought_up_to_date_and_reset(cloned: Repository, bare: Path, tmp_path: Path) -> None:
    old, at = cloned.tip(), tmp_path / "clone"
    new = add_commit(bare, {"k8s/web.yaml": None, "k8s/new.yaml": b"new\r\n"})
    (at / "README").write_text("dirty")
    (at / "stray").mkdir()
    (at / "stray" / "file").write_text("x")
    assert sorted(changed(cloned)) == ["README", "stray/file"]
    assert fetch(cloned) == new
    reset(cloned, new)
    assert cloned.tip() == new
    assert sorted(path.name for path in at.rglob("*") if ".git" not in path.parts) == ["README", "k8s", "new.yaml"]
    reset(cloned, old)
    assert ((at / "k8s" / "web.yaml").read_bytes(), changed(cloned)) == (WEB, [])


def test_another_branch_is_fetched_and_a_missing_one_is_told(cloned: Repository, bare: Path) -> None:
    side = add_commit(bare, {"side": b"x"}, branch="side")
    assert (fetch(cloned, "side"), fetch(cloned, "none")) == (side, "")
    rewritten = run_git("commit-tree", "main^{tree}", "-m", "again", cwd=bare)
    run_git("update-ref", "refs/heads/side", rewritten, cwd=bare)
    assert fetch(cloned, "side") == rewritten


def test_a_remote_that_is_gone_is_an_error(cloned: Repository, bare: Path) -> None:
    bare.rename(bare.with_suffix(".away"))
    with pytest.raises(GitError, match="git cannot fetch from file://"):
        fetch(cloned)


@pytest.mark.parametrize("rev", ["none", "HEAD:k8s", "HEAD~9"])
def test_what_is_no_commit_is_said(cloned: Repository, rev: str) -> None:
    with pytest.raises(GitError, match="is no commit"):
        cloned.resolve(rev)


@pytest.mark.parametrize("rev", ["--all", "-x", "a\nb"])
def test_a_revision_like_an_option_is_refused(cloned: Repository, rev: str) -> None:
    with pytest.raises(UsageError):
        cloned.resolve(rev)


def test_a_remote_that_is_shallow_itself_is_told(opened: Opened, bare: Path, tmp_path: Path) -> None:
    add_commit(bare, {"x": b"x"})
    run_git("clone", "--quiet", "--bare", "--depth=1", f"file://{bare}", tmp_path / "shallow.git")
    made = clone(opened(Remote.parse(f"file://{tmp_path}/shallow.git")), str(tmp_path / "clone"))
    assert made.is_shallow()


def test_a_directory_that_a_clone_left_half_done_is_emptied(tmp_path: Path) -> None:
    from kbump.git.cloning import _empty

    _empty(str(tmp_path / "none"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("x")
    (tmp_path / "link").symlink_to("folder")
    _empty(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def blobs_missing(path: Path) -> int:
    return run_git("rev-list", "--objects", "--all", "--missing=print", cwd=path).count("?")


def test_old_contents_stay_on_a_server_that_can_keep_them(
    opened: Opened, bare: Path, address: Remote, tmp_path: Path
) -> None:
    run_git("config", "uploadpack.allowFilter", "true", cwd=bare)
    for number in range(3):
        add_commit(bare, {"k8s/web.yaml": b"%d\n" % number})
    made = clone(opened(address), str(tmp_path / "clone"))
    assert blobs_missing(tmp_path / "clone") == 3
    assert len(history(made, most=9)) == 4
    old = made.tip()
    (tmp_path / "clone" / "README").write_bytes(b"changed")
    sha = commit(made, "change", ["README"], author=ALICE, committer=ALICE)
    assert push(made, sha or "", "main", old) == (sha,)
    reset(made, "HEAD~4")
    assert (tmp_path / "clone" / "k8s" / "web.yaml").read_bytes() == WEB
    assert run_git("fsck", "--strict", cwd=bare) == ""


def test_a_server_that_does_not_give_what_it_left_out_is_cloned_whole(
    opened: Opened, bare: Path, address: Remote, server: Server, tmp_path: Path
) -> None:
    run_git("config", "uploadpack.allowFilter", "true", cwd=bare)
    server.protocol = False  # the old one gives no object that is not the tip of a branch
    target = tmp_path / "clone"
    target.mkdir()
    made = clone(opened(address), str(target))
    assert ((target / "k8s" / "web.yaml").read_bytes(), blobs_missing(target)) == (WEB, 0)
    assert changed(made) == []
