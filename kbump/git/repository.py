"""Repository: a git repository on this disk, a clone or the user's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError, UsageError
from kbump.remote import Remote

if TYPE_CHECKING:
    from kbump.git.session import Git

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Repository(NamedTuple):
    """A repository: how git is run for it, where it is, and the branch that is checked out ("" if none is).

    Only one that `clone()` made may be reset, committed to and pushed from.
    """

    git: Git
    path: str
    branch: str = ""

    def run(self, *arguments: str, what: str, network: bool = False, data: bytes | None = None) -> bytes:
        """Run git here and return its output; raise GitError, which says `what` it could not do, if it failed."""
        return self.git.run(*arguments, what=what, directory=self.path, network=network, data=data)

    def resolve(self, rev: str) -> str:
        """Return the full name of the commit that a revision is; raise GitError if there is none."""
        if not rev.isprintable() or rev.startswith("-"):
            raise UsageError("a revision has control characters in it, or starts with `-`")
        what = f"`{rev}` is no commit"
        done = self.git.attempt(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}",
            what=what, directory=self.path, network=True,
        )  # fmt: skip
        # An option that is not known, --end-of-options, is printed too by some versions.
        sha = done.stdout.decode().split()[-1:]
        if done.code or not sha or not SHA.fullmatch(sha[0]):
            raise GitError(what, hint="name a branch, tag or commit that the repository has")
        return sha[0]

    def origin(self) -> Remote | None:
        """Return the remote `origin`, without a token that its URL may have; None if there is none with a URL."""
        arguments = ("config", "--get", "remote.origin.url")
        done = self.git.attempt(*arguments, what="git cannot read its configuration", directory=self.path)
        plain = re.sub(r"^(https?://)[^/@]*@", r"\1", done.stdout.decode(errors="replace").strip())
        try:
            return Remote.parse(plain) if plain else None
        except UsageError:
            return None

    def checked_out(self) -> str:
        """Return the branch that is checked out right now, "" if none is."""
        arguments = ("symbolic-ref", "--quiet", "--short", "HEAD")
        done = self.git.attempt(*arguments, what="git cannot read HEAD", directory=self.path)
        return done.stdout.decode(errors="surrogateescape").strip()

    def tip(self) -> str:
        """Return the commit that is checked out."""
        return self.resolve("HEAD")

    def is_shallow(self) -> bool:
        """Say whether the history is cut off: it is not by kbump, but the remote's own may be."""
        return self.run("rev-parse", "--is-shallow-repository", what="git cannot read the repository") == b"true\n"
