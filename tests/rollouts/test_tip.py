"""Whether a checkout is still the tip of its branch, with real repositories."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from kbump.errors import GitError, UsageError
from kbump.rollouts import rollout
from kbump.rollouts.tip import behind


def git(*arguments: str, cwd: Path) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone with one commit, whose origin is beside it."""
    for name in ("origin", "clone"):
        (tmp_path / name).mkdir()
    git("init", "-q", "-b", "main", ".", cwd=tmp_path / "origin")
    git("commit", "-q", "--allow-empty", "-m", "one", cwd=tmp_path / "origin")
    git("clone", "-q", f"file://{tmp_path}/origin", ".", cwd=tmp_path / "clone")
    return tmp_path / "clone"


def asked(clone: Path, branch: str = "") -> str:
    return behind(str(clone), os.environ, branch=branch, deadline=time.monotonic() + 30)


def test_the_tip_has_nothing_to_be_said_of(clone: Path) -> None:
    assert asked(clone) == ""
    git("checkout", "-q", "--detach", cwd=clone)
    assert asked(clone, "main") == ""


def test_a_checkout_that_is_behind_is_said_and_nothing_is_applied(clone: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "two", cwd=clone.parent / "origin")
    old, new = git("rev-parse", "HEAD", cwd=clone), git("rev-parse", "HEAD", cwd=clone.parent / "origin")
    assert asked(clone) == f"the checkout is {old[:12]}, and `main` is at {new[:12]} by now"
    (clone / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    # Were it asked at all, a cluster that is not there would be an error.
    result = rollout(str(clone / "pod.yaml"), environ=os.environ, kubeconfig="/nowhere", require_tip=True)
    assert (result.ending, result.exit_code, list(result.applied)) == ("superseded", 0, [])


def test_what_cannot_be_told_is_an_error(clone: Path) -> None:
    with pytest.raises(GitError, match="has no branch `gone` any more"):
        asked(clone, "gone")
    git("checkout", "-q", "--detach", cwd=clone)
    with pytest.raises(UsageError, match="no branch is checked out"):
        asked(clone)
    git("checkout", "-q", "main", cwd=clone)
    git("remote", "remove", "origin", cwd=clone)
    with pytest.raises(UsageError, match="has no remote `origin`"):
        asked(clone)
