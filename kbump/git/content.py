"""What commits change, told apart from where they stand: the same after a branch was merged or moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kbump.git.repository import Repository

_DIFF = (
    "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--src-prefix=a/",
    "--dst-prefix=b/", "--diff-algorithm=myers", "--unified=0", "--full-index", "--binary",
)  # fmt: skip
# Where a change is, and the blobs of the whole file, are not what it is.
_PLACES = (b"index ", b"@@ ")


def content(repository: Repository, old: str, new: str) -> str:
    """Return a name, of 16 hexadecimal digits, for what differs between two commits or trees; "" if nothing does."""
    from hashlib import sha256

    changed = repository.run(*_DIFF, old, new, "--", what="git cannot compare commits", network=True)
    lines = [line for line in changed.split(b"\n") if not line.startswith(_PLACES)]
    return sha256(b"\n".join(lines)).hexdigest()[:16] if changed else ""


def patch(repository: Repository, old: str, new: str) -> str:
    """Return the patch from one commit or tree to another, for `git apply`; bytes that are no UTF-8 are surrogates."""
    arguments = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--binary")
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    changed = repository.run(*arguments, *prefixes, old, new, "--", what="git cannot compare commits", network=True)
    return changed.decode(errors="surrogateescape")


def fork(repository: Repository, base: str, rev: str) -> str:
    """Return the commit at which `rev` left `base`, "" if they share none."""
    arguments = ("merge-base", repository.resolve(base), repository.resolve(rev))
    done = repository.git.attempt(*arguments, what="git cannot compare commits", directory=repository.path)
    return done.stdout.decode().strip()


def differs(repository: Repository, old: str, new: str, paths: list[str]) -> bool:
    """Whether any of the files, named from the top, is not the same in two commits."""
    arguments = ("diff", "--quiet", "--no-ext-diff", "--no-renames", old, new, "--", *paths)
    what = "git cannot compare commits"
    return bool(repository.git.attempt(*arguments, what=what, directory=repository.path, network=True).code)
