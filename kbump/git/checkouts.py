"""checked_out(): which commit, branch and tags a user's own work tree is at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.git.repository import Repository
from kbump.git.session import session

if TYPE_CHECKING:
    from collections.abc import Mapping


class CheckedOut(NamedTuple):
    """The commit that is checked out, the branch, "" if none is, and the tags that the commit has."""

    commit: str
    branch: str
    tags: tuple[str, ...]


def checked_out(path: str, environ: Mapping[str, str]) -> CheckedOut:
    """Return what is checked out around a path; raise GitError if nothing is."""
    with session(None, environ) as git:
        here = Repository(git, path)
        here.run("rev-parse", "--git-dir", what="this is no git checkout")
        commit = here.tip()
        listed = here.run("tag", "--points-at", "HEAD", what="git cannot list tags")
        return CheckedOut(commit, here.checked_out(), tuple(listed.decode(errors="surrogateescape").split()))
