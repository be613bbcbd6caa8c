"""The history of a repository: which commits touched files, or carry trailers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import UsageError
from kbump.provenance import read_trailers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kbump.git.repository import Repository

_FORMAT = "--format=%H%n%P%n%an%n%ae%n%cn%n%ce%n%ct%n%B"
_FIELDS = 7


class Commit(NamedTuple):
    """A commit; `date` is the committer's, in seconds since 1970."""

    sha: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    committer: str
    committer_email: str
    date: int
    message: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]

    @property
    def trailers(self) -> dict[str, list[str]]:
        """The trailers of the message by name."""
        return read_trailers(self.message)


def history(
    repository: Repository,
    rev: str = "HEAD",
    *,
    without: str = "",
    first_parent: bool = False,
    paths: Sequence[str] = (),
    trailers: Sequence[str] = (),
    most: int = 1,
) -> list[Commit]:
    """Return the newest commits, at most `most`, that touched any of the paths and carry any of the trailers.

    Commits that the revision `without` has, too, are left out; `first_parent` follows merges to what they went into
    only. A trailer is given as it begins: `Kbump-Image: web:` finds every tag of web. Without paths, without trailers,
    each commit counts. Raises GitError if `rev` is no commit.
    """
    if any("\n" in text or "\0" in text for text in (*paths, *trailers)):
        raise UsageError("a path or trailer has a line break or a NUL in it")
    revisions = [
        *(["--first-parent"] if first_parent else []),
        repository.resolve(rev),
        *([f"^{repository.resolve(without)}"] if without else []),
    ]
    # Git finds the text anywhere in a message: more of them may be needed, and then all are read.
    for limit in (most + 16 * bool(trailers), None):
        found = _read(repository, revisions, paths, trailers, limit)
        wanted = [commit for commit in found if _carries(commit, trailers)]
        if len(wanted) >= most or limit is None or len(found) < limit:
            break
    return wanted[:most]


def commit_of(repository: Repository, rev: str) -> Commit:
    """Return one commit; raise GitError if `rev` is none."""
    return history(repository, rev)[0]


def _read(
    repository: Repository, revisions: Sequence[str], paths: Sequence[str], trailers: Sequence[str], limit: int | None
) -> list[Commit]:
    arguments = ["log", "-z", "--no-mailmap", "--no-follow", "--no-notes", _FORMAT]
    arguments += [f"--max-count={limit}"] if limit is not None else []
    arguments += ["--fixed-strings", *(f"--grep={text}" for text in trailers)] if trailers else []
    listed = repository.run(*arguments, *revisions, "--", *paths, what="git cannot read the history")
    return list(_commits(listed.decode(errors="replace")))


def _commits(listed: str) -> Iterator[Commit]:
    for record in listed.split("\0"):
        parts = record.split("\n", _FIELDS)
        if len(parts) > _FIELDS:
            sha, parents, author, author_email, committer, committer_email, date, message = parts
            yield Commit(
                sha, tuple(parents.split()), author, author_email, committer, committer_email, int(date), message
            )  # fmt: skip


def _carries(commit: Commit, trailers: Sequence[str]) -> bool:
    lines = [f"{name}: {value}" for name, values in commit.trailers.items() for value in values]
    return not trailers or any(line.startswith(text) for line in lines for text in trailers)
