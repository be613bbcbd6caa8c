"""deliver(): what becomes of a push while others push, too, and of files that are not what they seem."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbump.delivery import Delivery, deliver
from kbump.errors import GitError, UsageError
from kbump.forge.settings import Timing
from kbump.provenance import Build
from tests.git.conftest import add_commit, hook, run_git
from tests.git.server import Server

POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: acme/web:1\n"
TOKEN = "t0ken-that-is-a-secret"
FAST = Timing(sleep=lambda _: None, chance=lambda: 0.5)


@pytest.fixture
def infra(bare: Path) -> Path:
    """Return a bare repository with one manifest."""
    add_commit(bare, {"k8s/web.yaml": POD, "README": None}, "a manifest")
    return bare


def run(bare: Path, image: str = "acme/web:2", **options: Any) -> Delivery:
    return deliver(image, f"file://{bare}", **{"environ": os.environ, "timing": FAST, **options})


def before_each_push(*steps: Callable[[], object]) -> Callable[[str], None]:
    """Return an echo that takes the next step whenever kbump is about to push."""
    left = list(steps)

    def echo(line: str) -> None:
        if line.startswith("$ git push") and left:
            left.pop(0)()

    return echo


def file(bare: Path, name: str = "k8s/web.yaml") -> bytes:
    return run_git("cat-file", "blob", f"main:{name}", cwd=bare).encode() + b"\n"


def count(bare: Path) -> int:
    return int(run_git("rev-list", "--count", "main", cwd=bare))


def test_if_the_branch_moved_the_edit_is_made_again_on_the_new_tip(infra: Path) -> None:
    moved = b"# who moved it\n" + POD.replace(b"acme/web:1", b'"acme/web:1.1" # more')
    done = run(infra, echo=before_each_push(lambda: add_commit(infra, {"k8s/web.yaml": moved}, "other")))
    assert (done.status, done.attempts) == ("pushed", 2)
    assert file(infra) == moved.replace(b"1.1", b"2")
    assert count(infra) == 4
    assert "acme/web:1.1 -> acme/web:2" in done.message


def test_if_somebody_else_was_faster_with_the_same_there_is_nothing_left_to_do(infra: Path) -> None:
    right = POD.replace(b"web:1", b"web:2")
    done = run(infra, echo=before_each_push(lambda: add_commit(infra, {"k8s/web.yaml": right}, "other")))
    assert (done.status, done.commit, count(infra)) == ("unchanged", "", 3)


def test_if_a_newer_build_was_faster_this_one_is_superseded(infra: Path) -> None:
    older, newer = (Build("acme/web", "main", "", number) for number in (4, 5))
    faster = before_each_push(lambda: run(infra, "acme/web:3", build=newer))
    done = run(infra, build=older, echo=faster)
    assert done.status == "superseded"
    assert b"web:3" in file(infra)


def test_builds_that_come_out_of_order_end_on_the_newest(infra: Path) -> None:
    for number in (3, 1, 5, 2, 4, 5, 1):
        run(infra, f"acme/web:{number + 1}", build=Build("acme/web", "main", "", number))
    assert b"web:6" in file(infra)
    assert count(infra) == 4


def built(number: int, parent: int = 0, commit: str = "c0ffee", ci: str = "drone") -> Build:
    return Build("acme/web", "main", commit, number, parent, ci=ci)


def test_the_restart_of_a_restart_counts_as_the_first_of_them(infra: Path) -> None:
    run(infra, "acme/web:5", build=built(5))
    run(infra, "acme/web:6", build=built(6, commit="beef"))
    again = run(infra, "acme/web:5", build=built(7, 5))
    assert again.status == "superseded"
    assert run(infra, "acme/web:5", build=built(8, 7)).status == "superseded"
    assert run(infra, "acme/web:5", build=built(8, 7), force=True).message.endswith(
        "-Build: 5\nKbump-Source-CI: drone\n"
    )


def test_builds_that_others_count_are_not_compared(infra: Path) -> None:
    run(infra, "acme/web:900", build=built(900, ci="actions nightly"))
    assert run(infra, "acme/web:3", build=built(3, ci="actions release")).status == "pushed"
    assert run(infra, "acme/web:2", build=built(2, ci="actions release")).status == "superseded"


def test_a_newer_build_is_known_though_the_file_was_renamed(infra: Path) -> None:
    run(infra, "acme/web:5", build=built(5))
    add_commit(infra, {"k8s/web.yaml": None, "k8s/shop.yaml": file(infra)}, "rename")
    assert run(infra, "acme/web:4", build=built(4)).status == "superseded"
    assert run(infra, "acme/web:6", build=built(6)).status == "pushed"


def test_a_newer_build_of_another_file_says_nothing_of_this_one(infra: Path) -> None:
    add_commit(infra, {"qa/web.yaml": POD}, "qa")
    run(infra, "acme/web:5", build=built(5), paths=["k8s"])
    assert run(infra, "acme/web:4", build=built(4), paths=["qa"]).status == "pushed"


def test_if_the_branch_is_gone_it_is_said(infra: Path) -> None:
    def delete() -> None:
        run_git("update-ref", "-d", "refs/heads/main", cwd=infra)

    with pytest.raises(GitError, match="has no branch `main` any more"):
        run(infra, echo=before_each_push(delete))


def test_a_branch_that_never_rests_ends_the_run_in_time(infra: Path) -> None:
    clock = iter(range(1000))

    def echo(line: str) -> None:
        if line.startswith("$ git push"):
            add_commit(infra, {"log": os.urandom(8).hex().encode()}, "again")

    timing = Timing(clock=lambda: 1e9 + 10.0 * next(clock), sleep=lambda _: None, chance=lambda: 0.5)
    with pytest.raises(GitError, match="moved 12 times while kbump tried to push") as caught:
        run(infra, echo=echo, timing=timing)
    assert "--timeout" in str(caught.value.hint)
    assert b"web:1" in file(infra)


def test_the_refusal_of_a_hook_is_final_and_quoted(infra: Path) -> None:
    hook(infra, "pre-receive", "echo 'Only on weekdays.' >&2; echo x >> $GIT_DIR/asked; exit 1")
    with pytest.raises(GitError) as caught:
        run(infra)
    assert str(caught.value) == (
        f"file://{infra} refused the push to `main` (pre-receive hook declined):\n  Only on weekdays."
    )
    assert (infra / "asked").read_text() == "x\n"


def test_a_refusal_is_told_from_a_branch_that_moved_by_where_it_is(infra: Path) -> None:
    add_commit(infra, {"k8s/web.yaml": POD, "log": b"1"}, "other", branch="other")
    # The server says no such thing as "fetch first", and yet the branch has moved.
    moving = 'touch "$GIT_DIR/moved"; git update-ref refs/heads/main refs/heads/other; echo Busy. >&2; exit 1'
    hook(infra, "update", f'test -e "$GIT_DIR/moved" || {{ {moving}; }}')
    done = run(infra)
    assert (done.status, done.attempts) == ("pushed", 2)
    assert file(infra, "log") == b"1\n"


def test_a_hook_that_hangs_ends_with_the_time(infra: Path, tmp_path: Path) -> None:
    hook(infra, "pre-receive", "exec sleep 60")
    with pytest.raises(GitError, match="no end within"):
        run(infra, timeout_s=1.5, timing=Timing())
    assert b"web:1" in file(infra)


def test_what_a_link_leads_to_is_what_is_committed(infra: Path) -> None:
    add_commit(infra, {"k8s/web.yaml": b"link:../base/pod", "base/pod": POD}, "link")
    assert run(infra).status == "pushed"
    assert b"web:2" in file(infra, "base/pod")
    assert run_git("ls-tree", "main", "k8s/web.yaml", cwd=infra).startswith("120000")


@pytest.mark.parametrize("inside", ["k8s/web.yaml", ".kbump.yaml"])
def test_a_link_that_leads_out_of_the_repository_is_not_followed(infra: Path, tmp_path: Path, inside: str) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(POD)
    add_commit(infra, {inside: f"link:{outside}".encode()}, "link")
    with pytest.raises(UsageError, match=f"`{inside}` of file:"):
        run(infra, paths=["k8s/web.yaml"])
    assert outside.read_bytes() == POD


def test_a_directory_that_is_a_link_to_elsewhere_is_not_entered(infra: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    add_commit(infra, {"qa": f"link:{tmp_path}/elsewhere".encode()}, "link")
    with pytest.raises(UsageError, match="leads out of the repository"):
        run(infra, directory="qa")


@pytest.mark.parametrize("path", ["../x", "/etc/../..", ".git", "--upload-pack=x"])
def test_a_path_that_leaves_the_repository_is_refused(infra: Path, path: str) -> None:
    with pytest.raises(UsageError):
        run(infra, paths=[path])
    with pytest.raises(UsageError):
        run(infra, directory=path)


@pytest.mark.parametrize("branch", ["--upload-pack=x", "a..b", "-x"])
def test_a_branch_that_is_an_option_is_refused(infra: Path, branch: str) -> None:
    with pytest.raises(UsageError):
        run(infra, branch=branch)


def test_a_tag_is_no_branch_to_push_to(infra: Path) -> None:
    run_git("tag", "v1", "main", cwd=infra)
    with pytest.raises(GitError, match="is no branch"):
        run(infra, branch="v1")


def test_over_http_a_token_pushes_and_without_it_nothing_is_written(infra: Path, server: Server) -> None:
    server.users = {"x-access-token": TOKEN}
    url = f"{server.address}/acme/infra.git"
    with pytest.raises(GitError):
        deliver("acme/web:2", url, environ=os.environ)
    done = deliver("acme/web:2", url, environ={**os.environ, "KBUMP_TOKEN": TOKEN})
    assert done.status == "pushed"
    assert TOKEN not in repr(done)
    assert b"web:2" in file(infra)


def test_a_history_that_is_cut_off_is_said_and_it_goes_ahead(infra: Path, tmp_path: Path) -> None:
    for tag in ("2", "3", "4"):
        run(infra, f"acme/web:{tag}", build=Build("acme/web", "main", "", int(tag)))
    cut = tmp_path / "cut.git"
    run_git("clone", "--quiet", "--bare", "--depth=1", f"file://{infra}", cut)
    done = run(cut, "acme/web:9", build=Build("acme/other", "main", "", 1))
    assert done.status == "pushed"
    assert "cut off" in done.notes[0]


@pytest.mark.parametrize("closed", ["production", "base"])
def test_a_link_is_closed_to_pushes_by_where_it_is_and_by_where_it_leads(infra: Path, closed: str) -> None:
    files = {"production/web.yaml": b"link:../base/web.yaml", "base/web.yaml": POD}
    add_commit(infra, {**files, f"{closed}/.kbump.yaml": b"delivery: pull-request\n"}, "link")
    done = run(infra, paths=["production/web.yaml"])
    assert (done.status, done.result.written, done.exit_code) == ("refused", [], 1)
    assert f"its {closed}/.kbump.yaml says" in done.reason
    assert file(infra, "base/web.yaml") == POD
