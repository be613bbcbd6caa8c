"""Clones: made of a remote's branch, brought up to date, set to a commit."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from kbump.errors import GitError
from kbump.git.repository import SHA, Repository
from kbump.git.words import failure
from kbump.remote import check_ref

if TYPE_CHECKING:
    from kbump.git.session import Git
    from kbump.process import Done

# A server that leaves blobs out of a clone, but does not give them when they are asked for.
_NO_FILTER = re.compile(r"unadvertised object|not our ref|promisor|filter '.*' not supported")
_NO_REF = re.compile(r"(?:Remote branch .* not found|couldn't find remote ref)")


def clone(git: Git, directory: str, ref: str = "") -> Repository:
    """Clone the remote into a directory that is empty or not there, with a branch, tag or commit checked out.

    "" is the default branch. The history is whole; file contents are left on the server until they are needed,
    where it can do that. The bytes of the files are those of the repository: no line ends are converted and no
    filters run, so a file kept by Git LFS is its pointer. Raises GitError.
    """
    what = f"git cannot clone {git.known().url}"
    is_commit = bool(SHA.fullmatch(ref))
    short = check_ref(ref).removeprefix("refs/heads/").removeprefix("refs/tags/") if ref else ""
    wanted = ["--no-checkout"] if is_commit else [f"--branch={short}"] if ref else []
    # On this disk it would save nothing, and git asks a shallow repository for what it left out without an end.
    filtering = ["--filter=blob:none"] if git.known().scheme != "file" else []
    done = _cloned(git, directory, what, [*filtering, *wanted])
    if done.code and _NO_FILTER.search(done.stderr):
        _empty(directory)
        done = _cloned(git, directory, what, wanted)
    if done.code:
        raise _not_cloned(git, what, ref, done)
    made = Repository(git, directory)
    if is_commit:
        _fetch(made, [ref])
        made.run("checkout", "--quiet", "--detach", ref, what=f"git cannot check out {ref}", network=True)
        return made
    return made._replace(branch=_checked_out(made, what))


def fetch(clone: Repository, branch: str = "") -> str:
    """Fetch a branch, the one that is checked out if none is named; return its commit, "" if the remote has none."""
    name = check_ref(branch or clone.branch)
    tracking = f"refs/remotes/origin/{name}"
    if not _fetch(clone, [f"+refs/heads/{name}:{tracking}"]):
        return ""
    return clone.resolve(tracking)


def reset(clone: Repository, rev: str) -> None:
    """Set the branch and the files of a clone to a commit; whatever else is in its directory is removed."""
    sha = clone.resolve(rev)
    what = f"git cannot check out {sha}"
    clone.run("reset", "--quiet", "--hard", sha, "--", what=what, network=True)
    clone.run("clean", "--quiet", "-ffdx", what=what)


def _cloned(git: Git, directory: str, what: str, options: list[str]) -> Done:
    arguments = ["clone", "--quiet", "--origin=origin", "--single-branch", "--no-tags", f"--template={git.template}"]
    return git.attempt(*arguments, *options, "--", git.url, directory, what=what, network=True)


def _empty(directory: str) -> None:
    """Remove what a failed clone left: all that is in a directory which git found empty before."""
    import shutil

    for entry in os.scandir(directory) if os.path.isdir(directory) else ():
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)


def _not_cloned(git: Git, what: str, ref: str, done: Done) -> GitError:
    if not _NO_REF.search(done.stderr):
        return failure(what, done.stderr, git.credentials)
    short = re.fullmatch(r"[0-9a-f]{7,39}", ref)
    hint = "write the commit with all of its digits" if short else "a branch, a tag or a full commit can be named"
    return GitError(f"{git.known().url} has no branch or tag `{ref}`", hint=hint)


def _checked_out(made: Repository, what: str) -> str:
    """Return the branch that a new clone is on, "" for a tag; raise GitError if nothing was there to clone."""
    arguments = ("rev-parse", "--symbolic-full-name", "HEAD")
    done = made.git.attempt(*arguments, what=what, directory=made.path)
    if done.code:
        words = f"{made.git.known().url} is empty, or its default branch does not exist"
        raise GitError(words, hint="push a first commit, or name a branch")
    name = done.stdout.decode().strip()
    return name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else ""


def _fetch(clone: Repository, refspecs: list[str]) -> bool:
    """Fetch refs or commits; return False if the remote has them not."""
    git = clone.git
    what = f"git cannot fetch from {git.known().url}"
    arguments = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--force", "--", "origin", *refspecs]
    done = git.attempt(*arguments, what=what, directory=clone.path, network=True)
    if done.code and _NO_REF.search(done.stderr):
        return False
    if done.code:
        raise failure(what, done.stderr, git.credentials)
    return True
