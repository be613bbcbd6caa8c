"""Pushing: a branch moves from one known commit to another or not at all, and what happened is told by its head."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import Moved, Pushed, Refused, Repository, clone, commit, delete_branch, fetch, push, reset
from kbump.remote import Remote
from tests.git.conftest import ALICE, Opened, add_commit, alive, hook, run_git, until
from tests.git.server import Server


def committed(cloned: Repository, content: str = "new") -> tuple[str, str]:
    """Commit something; return the tip before and the commit."""
    old = cloned.tip()
    (Path(cloned.path) / "README").write_text(content)
    sha = commit(cloned, "change", ["README"], author=ALICE, committer=ALICE)
    assert sha
    return old, sha


def head_of(bare: Path, branch: str = "main") -> str:
    return run_git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}", cwd=bare)


def never(seconds: float) -> None:
    raise AssertionError("nothing was to be waited for")


@pytest.mark.parametrize("branch", ["", "-d", "+main", "a:b", "--all"])
def test_a_branch_that_could_be_something_else_is_refused(cloned: Repository, branch: str) -> None:
    with pytest.raises(UsageError):
        push(cloned, cloned.tip(), branch, "")


def test_a_branch_is_moved(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    assert push(cloned, sha, "main", old, sleep=never) == Pushed(sha)
    assert head_of(bare) == sha
    assert push(cloned, sha, "main", old, sleep=never) == Pushed(sha)


def test_a_branch_that_moved_is_not_touched_and_its_head_is_told(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    theirs = add_commit(bare, {"x": b"x"})
    assert push(cloned, sha, "main", old, sleep=never) == Moved(theirs)
    assert head_of(bare) == theirs
    reset(cloned, fetch(cloned))
    base, again = committed(cloned)
    assert push(cloned, again, "main", base, sleep=never) == Pushed(again)
    assert run_git("rev-list", "--count", "main", cwd=bare) == "3"


def test_a_branch_that_was_set_back_is_not_brought_forward(cloned: Repository, bare: Path) -> None:
    first, second = committed(cloned)
    push(cloned, second, "main", first)
    _, third = committed(cloned, "third")
    run_git("update-ref", "refs/heads/main", first, cwd=bare)
    assert push(cloned, third, "main", second, sleep=never) == Moved(first)
    assert head_of(bare) == first


def test_a_branch_that_is_gone_is_told(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    run_git("update-ref", "-d", "refs/heads/main", cwd=bare)
    assert push(cloned, sha, "main", old, sleep=never) == Moved("")


def test_a_new_branch_must_not_be_there(cloned: Repository, bare: Path) -> None:
    _, sha = committed(cloned)
    assert push(cloned, sha, "kbump/web", "", sleep=never) == Pushed(sha)
    theirs = add_commit(bare, {"x": b"x"}, branch="kbump/web")
    assert push(cloned, sha, "kbump/web", "", sleep=never) == Moved(theirs)


def test_a_branch_of_our_own_is_rebuilt_if_it_is_still_ours(cloned: Repository, bare: Path) -> None:
    base, sha = committed(cloned)
    push(cloned, sha, "kbump/web", "")
    reset(cloned, base)
    _, again = committed(cloned, "again")
    assert push(cloned, again, "kbump/web", sha, sleep=never) == Pushed(again)
    assert run_git("rev-list", "--count", "main..kbump/web", cwd=bare) == "1"
    theirs = add_commit(bare, {"x": b"x"}, branch="kbump/web")
    assert push(cloned, sha, "kbump/web", again, sleep=never) == Moved(theirs)


def test_a_branch_is_deleted_once(cloned: Repository, bare: Path) -> None:
    tip = cloned.tip()
    push(cloned, tip, "side", "")
    assert delete_branch(cloned, "side", "0" * 39 + "1") == Moved(tip)
    assert delete_branch(cloned, "side", tip) == Pushed("")
    assert delete_branch(cloned, "side", tip) == Pushed("")
    assert head_of(bare, "side") == ""


REFUSING = 'echo "no pushes on Fridays,"; printf "\\033[31mask ops\\033[0m\\n"; echo once >>count; exit 1'


def test_a_hooks_refusal_is_final_and_quoted(cloned: Repository, bare: Path) -> None:
    hook(bare, "pre-receive", REFUSING)
    old, sha = committed(cloned)
    refused = Refused("pre-receive hook declined", "no pushes on Fridays,\nask ops")
    assert push(cloned, sha, "main", old, sleep=never) == refused
    assert (bare / "count").read_text() == "once\n"
    assert head_of(bare) == old


def test_a_hooks_refusal_of_a_branch_that_moved_is_no_refusal(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    theirs = run_git("commit-tree", "main^{tree}", "-p", "main", "-m", "theirs", cwd=bare)
    # In quarantine nothing can be changed: https://git-scm.com/docs/git-receive-pack#_quarantine_environment
    hook(bare, "pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main {theirs}; exit 1")
    assert push(cloned, sha, "main", old, sleep=never) == Moved(theirs)


def test_a_branch_that_moves_while_the_server_takes_the_push_is_told(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    theirs = run_git("commit-tree", "main^{tree}", "-p", "main", "-m", "theirs", cwd=bare)
    hook(bare, "update", f"git update-ref refs/heads/main {theirs} {old} || exit 0")
    assert push(cloned, sha, "main", old, sleep=never) == Moved(theirs)
    assert head_of(bare) == theirs


def test_a_server_that_refuses_a_rewritten_branch_is_quoted(cloned: Repository, bare: Path) -> None:
    base, sha = committed(cloned)
    push(cloned, sha, "side", "")
    reset(cloned, base)
    _, other = committed(cloned, "other")
    run_git("config", "receive.denyNonFastForwards", "true", cwd=bare)
    refused = push(cloned, other, "side", sha, sleep=lambda seconds: None)
    assert isinstance(refused, Refused)
    assert (refused.reason, head_of(bare, "side")) == ("non-fast-forward", sha)


def test_a_lock_that_is_held_for_a_moment_is_waited_for(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    lock = bare / "refs" / "heads" / "main.lock"
    lock.touch()
    assert push(cloned, sha, "main", old, sleep=lambda seconds: lock.unlink()) == Pushed(sha)


def test_a_lock_whose_holder_moves_the_branch_is_told(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    lock = bare / "refs" / "heads" / "main.lock"
    lock.touch()
    theirs = []

    def finish(seconds: float) -> None:
        lock.unlink()
        theirs.append(add_commit(bare, {"x": b"x"}))

    assert push(cloned, sha, "main", old, sleep=finish) == Moved(theirs[0])


def test_a_lock_that_stays_is_a_refusal(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    (bare / "refs" / "heads" / "main.lock").touch()
    pauses: list[float] = []
    outcome = push(cloned, sha, "main", old, sleep=pauses.append)
    assert isinstance(outcome, Refused)
    assert "main.lock': File exists" in outcome.words
    assert pauses == [0.3, 1.0]


def test_a_push_that_takes_too_long_leaves_nothing_running(
    opened: Opened, bare: Path, remote: Remote, tmp_path: Path
) -> None:
    made = clone(opened(remote, timeout_s=1.0), str(tmp_path / "c"))
    hook(bare, "pre-receive", f"sleep 60 & echo $! >{tmp_path}/pid; wait")
    old, sha = committed(made)
    with pytest.raises(GitError, match=r"git cannot push to .*: no end within 1 s"):
        push(made, sha, "main", old)
    until(lambda: not alive(int((tmp_path / "pid").read_text())))
    (bare / "hooks" / "pre-receive").unlink()
    assert push(made, sha, "main", old) == Pushed(sha)


def test_an_answer_that_gets_lost_is_found_out(opened: Opened, address: Remote, server: Server, tmp_path: Path) -> None:
    made = clone(opened(address), str(tmp_path / "c"))
    old, sha = committed(made)
    server.after = lambda path: 502 if path.endswith("/git-receive-pack") else None
    assert push(made, sha, "main", old, sleep=never) == Pushed(sha)


def test_an_answer_that_gets_lost_while_another_pushes_is_a_move(
    opened: Opened, address: Remote, bare: Path, server: Server, tmp_path: Path
) -> None:
    made = clone(opened(address), str(tmp_path / "c"))
    old, sha = committed(made)
    theirs: list[str] = []

    def lose(path: str) -> int | None:
        if not path.endswith("/git-receive-pack"):
            return None
        theirs.append(add_commit(bare, {"x": b"x"}))
        return 502

    server.after = lose
    assert push(made, sha, "main", old, sleep=never) == Moved(theirs[0])
    assert run_git("rev-list", "--count", "main", cwd=bare) == "3"


def test_a_server_that_is_gone_is_an_error(cloned: Repository, bare: Path) -> None:
    old, sha = committed(cloned)
    bare.rename(bare.with_suffix(".away"))
    with pytest.raises(GitError, match=r"git cannot push to file://.*does not appear to be a git repository"):
        push(cloned, sha, "main", old)


def test_a_server_that_fails_without_having_moved_is_an_error(
    opened: Opened, address: Remote, server: Server, tmp_path: Path
) -> None:
    made = clone(opened(address), str(tmp_path / "c"))
    old, sha = committed(made)
    server.read_only = True
    with pytest.raises(GitError, match=r"git cannot push to http://127.0.0.1:.*403") as caught:
        push(made, sha, "main", old)
    assert "KBUMP_TOKEN" in str(caught.value.hint)
