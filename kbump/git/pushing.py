"""Pushing: a branch of the remote goes from one known commit to another, or not at all."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError
from kbump.git.remotes import head
from kbump.git.words import failure, server_words
from kbump.remote import check_ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbump.git.repository import Repository
    from kbump.process import Done

# `!<TAB>FROM:TO<TAB>SUMMARY (REASON)`: https://git-scm.com/docs/git-push#_output
_REJECTED = re.compile(r"^!\t[^\t]*\t\[[^\]]*\] ?\(?(.*?)\)?$", re.MULTILINE)
# Someone else may hold the lock of the branch and not have moved it yet.
_PAUSES_S = (0.3, 1.0)
# What git's own receive-pack and GitHub write of hooks and protections. Only spares asking a second time.
_BY_RULE = re.compile(r"declined|protected|prohibited|denied")


class Pushed(NamedTuple):
    """The branch is at the commit; `sha` is "" if it was deleted."""

    sha: str


class Moved(NamedTuple):
    """The branch was not where it was expected to be: fetch and try again; `head` is "" if it is gone."""

    head: str


class Refused(NamedTuple):
    """A hook or a protection of the server said no: `reason` in git's words, `words` in its own, line by line."""

    reason: str
    words: str


Outcome = Pushed | Moved | Refused


def push(
    clone: Repository, sha: str, branch: str, expected: str, *, sleep: Callable[[float], None] = time.sleep
) -> Outcome:
    """Move a branch of the remote from the commit `expected` to `sha`, or not at all.

    `expected` is "" for a branch that must not exist yet, `sha` is "" to delete it. Whether the branch moved is told
    by the remote's heads, never by words. Raises GitError if the server could not be asked.
    """
    what = f"git cannot push to {clone.git.known().url}"
    for pause_s in (*_PAUSES_S, None):
        done = _attempt(clone, sha, check_ref(branch), expected, what)
        outcome = _outcome(clone, done, sha, branch, expected)
        if not isinstance(outcome, Refused) or pause_s is None or _BY_RULE.search(outcome.reason):
            break
        sleep(pause_s)
        # It may have moved since: then there is nothing to ask again.
        if (now := head(clone.git, branch)) != expected:
            return Pushed(sha) if now == sha else Moved(now)
    return outcome


def delete_branch(clone: Repository, branch: str, expected: str) -> Outcome:
    """Delete a branch of the remote that is at the commit `expected`; one that is gone already is deleted, too."""
    return push(clone, "", branch, expected)


def _attempt(clone: Repository, sha: str, branch: str, expected: str, what: str) -> Done | GitError:
    ref = f"refs/heads/{branch}"
    lease = f"--force-with-lease={ref}:{expected}"
    arguments = ("push", "--porcelain", "--no-verify", lease, "--", "origin", f"{sha}:{ref}")
    try:
        done = clone.git.attempt(*arguments, what=what, directory=clone.path, network=True)
    except GitError as late:
        return late
    answered = done.code == 0 or _REJECTED.search(done.stdout.decode(errors="replace"))
    return done if answered else failure(what, done.stderr, clone.git.credentials)


def _outcome(clone: Repository, done: Done | GitError, sha: str, branch: str, expected: str) -> Outcome:
    """Tell what came of a push, from where the branch is now if git did not say that it succeeded."""
    if isinstance(done, GitError):
        # The connection may have broken after the server had done it.
        now = _head_or(clone, branch, done)
        if now == expected:
            raise done
        return Pushed(sha) if now == sha else Moved(now)
    if done.code == 0:
        return Pushed(sha)
    now = head(clone.git, branch)
    if now != expected:
        return Pushed(sha) if now == sha else Moved(now)
    given = clone.git.credentials
    match = _REJECTED.search(done.stdout.decode(errors="replace"))
    return Refused(given.redact(match[1] if match else ""), server_words(done.stderr, given))


def _head_or(clone: Repository, branch: str, error: GitError) -> str:
    """Ask where the branch is after a push that broke; raise what went wrong then if that breaks, too."""
    try:
        return head(clone.git, branch)
    except GitError:
        raise error from None
