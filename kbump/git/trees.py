"""What is in a commit: its files, byte by byte, without converting line ends or running filters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError, UsageError
from kbump.remote import check_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kbump.git.repository import Repository

_LINK, _EXECUTABLE, _SUBMODULE = "120000", "100755", "160000"
# So many objects are named in one command: a command line has a limit.
_BATCH = 1000


class Entry(NamedTuple):
    """A file in a commit: its mode as git writes it, its object, its path below the directory that was listed."""

    mode: str
    sha: str
    path: str


def show(repository: Repository, rev: str, path: str) -> bytes | None:
    """Return the content of a file in a commit, None if there is no such file; GitError if `rev` is no commit."""
    sha = repository.resolve(rev)
    contents = _contents(repository, [f"{sha}:{_checked(path)}"])
    return next(contents)


def tree(repository: Repository, rev: str, directory: str = "") -> list[Entry]:
    """List the files of a commit below a directory, in git's order; GitError if there is no such directory."""
    below = check_directory(directory)
    what = f"`{rev}` has no directory `{below}`"
    rooted = f"{repository.resolve(rev)}:{_checked(below)}"
    listed = repository.run("ls-tree", "-r", "-z", "--full-tree", rooted, what=what)
    return list(_entries(listed))


def export(repository: Repository, rev: str, destination: str, directory: str = "") -> list[str]:
    """Write the files of a commit below a directory into an existing empty one; return what was left out.

    Left out are submodules, and symbolic links that lead out of the directory. Raises GitError.
    """
    entries = tree(repository, rev, directory)
    left_out = [entry.path for entry in entries if entry.mode == _SUBMODULE]
    # Links come last: no file is written through one.
    files = sorted((entry for entry in entries if entry.mode != _SUBMODULE), key=lambda entry: entry.mode == _LINK)
    if repository.git.remote:
        _get_missing(repository, rev, directory)
    top = os.path.realpath(destination)
    contents = _contents(repository, [entry.sha for entry in files])
    try:
        for entry, content in zip(files, contents, strict=True):
            if content is None:
                raise GitError(f"the repository lacks the content of `{entry.path}`", hint="clone it again")
            _write(top, entry, content)
        return left_out + _unlinked(top, [entry.path for entry in files if entry.mode == _LINK])
    except OSError as error:
        raise GitError(f"`{error.filename}` cannot be written: {error.strerror}") from None


def _checked(path: str) -> str:
    # Names are given to git line by line.
    if "\n" in path or "\0" in path:
        raise UsageError("a path has a line break or a NUL in it")
    return path


def _entries(listed: bytes) -> Iterator[Entry]:
    for row in listed.split(b"\0")[:-1]:
        about, _, name = row.partition(b"\t")
        mode, _, sha = about.decode().split()
        path = os.fsdecode(name)
        # What git itself does not check out: https://git-scm.com/docs/git-config#Documentation/git-config.txt-coreprotectHFS
        if {"", ".", "..", ".git"} & set(path.lower().split("/")):
            raise GitError(f"the repository has a file that no checkout could hold: {path!r}")
        yield Entry(mode, sha, path)


def _contents(repository: Repository, names: Sequence[str]) -> Iterator[bytes | None]:
    """Yield the contents of objects, None for one that is missing or no file."""
    data = b"".join(os.fsencode(name) + b"\n" for name in names)
    answer = repository.run("cat-file", "--batch", what="git cannot read files", network=True, data=data)
    position = 0
    for _ in names:
        end = answer.index(b"\n", position)
        # `SHA TYPE SIZE`, the content and a line break; or `NAME missing`, of a name that may have spaces in it.
        *_, kind, last = answer[position:end].split(b" ")
        start, size = end + 1, int(last) if last.isdigit() else -1
        yield answer[start : start + size] if kind == b"blob" and size >= 0 else None
        position = start + size + 1


def _get_missing(repository: Repository, rev: str, directory: str) -> None:
    """Get what a clone without blobs has left on the server, in one go: git itself would ask for each alone."""
    rooted = f"{repository.resolve(rev)}:{check_directory(directory)}"
    what = "git cannot tell which files are missing"
    listed = repository.run("rev-list", "--objects", "--missing=print", rooted, what=what)
    missing = [line[1:].decode() for line in listed.splitlines() if line.startswith(b"?")]
    for start in range(0, len(missing), _BATCH):
        _fetch_objects(repository, missing[start : start + _BATCH])


def _fetch_objects(repository: Repository, shas: Iterable[str]) -> None:
    # As git does it for a checkout (promisor-remote.c).
    arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin")
    data = "".join(f"{sha}\n" for sha in shas).encode()
    repository.run(*arguments, what="git cannot fetch files", network=True, data=data)


def _write(top: str, entry: Entry, content: bytes) -> None:
    path = os.path.join(top, entry.path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if entry.mode == _LINK:
        os.symlink(content, os.fsencode(path))
        return
    with open(path, "xb") as file:
        file.write(content)
        if entry.mode == _EXECUTABLE:
            os.fchmod(file.fileno(), 0o755)


def _unlinked(top: str, links: Sequence[str]) -> list[str]:
    """Remove the links that lead out of the directory, by what they really are: one may go through another."""
    outside = [link for link in links if os.path.commonpath([top, os.path.realpath(os.path.join(top, link))]) != top]
    for link in outside:
        os.unlink(os.path.join(top, link))
    return outside
