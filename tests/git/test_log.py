"""The history: which commits touched a file or carry a trailer."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.git import Commit, Repository, clone, commit_of, history
from kbump.remote import Remote
from tests.git.conftest import Opened, add_commit, run_git

WEB = "Kbump-Image: acme/web:"


@pytest.fixture
def written(bare: Path, remote: Remote, opened: Opened, tmp_path: Path) -> Repository:
    """Return a clone with a history of seven commits."""
    messages = {
        "web 1": "web 1\n\nKbump-Image: acme/web:1\nKbump-Source-Build: 7\n",
        "api": "api\n\nKbump-Image: acme/api:1\n",
        "web 2": "web 2\n\nbody\n\nKbump-Image: acme/api:2\nKbump-Image: acme/web:2\n",
        "talk": "talk\n\nKbump-Image: acme/web:9 is only spoken of here.\n\nThe end.\n",
        "like": "like\n\nKbump-Image: acme/website:1\n",
        "größe": "größe\n",
    }
    for number, message in enumerate(messages.values()):
        add_commit(bare, {f"{'k8s' if number % 2 else 'docs'}/{number}": b"x"}, message)
    return clone(opened(remote), str(tmp_path / "written"))


def subjects(commits: list[Commit]) -> list[str]:
    return [commit.subject for commit in commits]


def test_an_unknown_revision_is_said(written: Repository) -> None:
    with pytest.raises(GitError, match="`none` is no commit"):
        history(written, "none")


@pytest.mark.parametrize("text", ["a\nb", "a\0b"])
def test_a_line_break_is_refused(written: Repository, text: str) -> None:
    with pytest.raises(UsageError, match="line break"):
        history(written, trailers=[text])
    with pytest.raises(UsageError, match="line break"):
        history(written, paths=[text])


def test_the_newest_commits_come_first(written: Repository) -> None:
    assert subjects(history(written, most=3)) == ["größe", "like", "talk"]
    assert subjects(history(written, "HEAD~5")) == ["web 1"]
    assert commit_of(written, "HEAD~6").parents == ()


def test_paths_and_trailers_are_found(written: Repository) -> None:
    assert subjects(history(written, trailers=[WEB], most=9)) == ["web 2", "web 1"]
    assert subjects(history(written, trailers=[WEB])) == ["web 2"]
    assert subjects(history(written, trailers=[WEB, "Kbump-Image: acme/api:"], most=9)) == ["web 2", "api", "web 1"]
    assert subjects(history(written, paths=["k8s"], most=9)) == ["größe", "talk", "api", "first"]
    assert subjects(history(written, paths=["k8s"], trailers=["Kbump-Image: "], most=9)) == ["api"]
    assert history(written, trailers=["Kbump-Image: acme/none"]) == []
    assert history(written, paths=["*"]) == []


def test_trailers_are_read(written: Repository) -> None:
    found = history(written, "HEAD~5")[0]
    assert found.trailers == {"Kbump-Image": ["acme/web:1"], "Kbump-Source-Build": ["7"]}
    assert (found.author, found.committer_email, found.date) == ("Seed", "seed@example.com", 1700000000)


def test_a_trailer_below_much_talk_of_it_is_found(bare: Path, remote: Remote, opened: Opened, tmp_path: Path) -> None:
    add_commit(bare, {"x": b"x"}, "web 1\n\nKbump-Image: acme/web:1\n")
    for number in range(18):
        add_commit(bare, {"x": b"%d" % number}, f"talk\n\n{WEB}{number} is spoken of.\n\nEnd.\n")
    assert subjects(history(clone(opened(remote), str(tmp_path / "c")), trailers=[WEB])) == ["web 1"]


def test_a_message_in_another_encoding_is_read(bare: Path, remote: Remote, opened: Opened, tmp_path: Path) -> None:
    tree = run_git("rev-parse", "main^{tree}", cwd=bare)
    raw = f"tree {tree}\nauthor Ö <o@x> 1 +0000\ncommitter Ö <o@x> 1 +0000\nencoding ISO-8859-1\n\ngrößer\n"
    sha = run_git("hash-object", "-t", "commit", "-w", "--stdin", cwd=bare, data=raw.encode("latin-1"))
    run_git("update-ref", "refs/heads/main", sha, cwd=bare)
    found = commit_of(clone(opened(remote), str(tmp_path / "c")), "HEAD")
    assert (found.author, found.subject) == ("Ö", "größer")
