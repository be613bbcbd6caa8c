"""Commits: made of the exact bytes of given files, without the user's hooks, templates and filters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbump.git.repository import Repository

# https://git-scm.com/docs/git-commit-tree#_commit_information: these would end a name or an address.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("<>\n\r\0", " "))


class Person(NamedTuple):
    """An author or committer."""

    name: str
    email: str


def changed(clone: Repository) -> list[str]:
    """Return the files that differ from the commit that is checked out, new and deleted ones among them."""
    arguments = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    listed = clone.run(*arguments, what="git cannot compare the files")
    return [os.fsdecode(entry[3:]) for entry in listed.split(b"\0") if entry]


def stage(clone: Repository, files: Iterable[str]) -> str:
    """Take given files, and nothing else, as they are on the disk into the next commit; return its tree."""
    what = "git cannot commit"
    names = b"".join(os.fsencode(_inside(name)) + b"\0" for name in files)
    clone.run("update-index", "--add", "--remove", "-z", "--stdin", what=what, data=names)
    return clone.run("write-tree", what=what).decode().strip()


def commit(
    clone: Repository,
    message: str,
    files: Iterable[str],
    *,
    author: Person,
    committer: Person,
    date: int | None = None,
    sign: bool = False,
) -> str | None:
    """Commit given files, and nothing else, as they are on the disk; return the commit, None if nothing changed.

    `files` are relative to the top of the clone; one that is gone is removed. The message is taken to the byte.
    `date` is in seconds since 1970, in UTC. `sign` is done as the user's git configuration says (`user.signingKey`,
    `gpg.format`), which may ask for a passphrase without a time-out. Raises GitError.
    """
    if not message.strip() or "\0" in message:
        raise UsageError("a commit message is empty, or has a NUL in it")
    what = "git cannot commit"
    written = stage(clone, files)
    parent, before = clone.run("rev-parse", "HEAD", "HEAD^{tree}", what=what).decode().split()
    if written == before:
        return None
    signing = ["-S"] if sign else []
    made = clone.git.run(
        "commit-tree", *signing, "-p", parent, "-F", "-", written,
        what=what, directory=clone.path, data=message.encode(), variables=_people(author, committer, date),
    )  # fmt: skip
    sha = made.decode().strip()
    clone.run("update-ref", "-m", "kbump", "HEAD", sha, parent, what=what)
    return sha


def _inside(name: str) -> str:
    # Git leaves such names out, says so, and succeeds.
    if {"", ".", "..", ".git"} & set(name.lower().split("/")):
        raise UsageError(f"`{name}` is no name of a file in the repository")
    return name


def _people(author: Person, committer: Person, date: int | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, person in (("AUTHOR", author), ("COMMITTER", committer)):
        name, email = (" ".join(text.translate(_NOT_IN_NAMES).split()) for text in person)
        if not name:
            raise GitError(f"the {role.lower()} of the commit has no name")
        found |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email}
        if date is not None:
            found[f"GIT_{role}_DATE"] = f"@{date} +0000"
    return found
