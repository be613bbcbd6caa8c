"""Checkout: a clone of a remote for as long as one delivery takes, and what the files there say of themselves."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from kbump.config import FILE_NAME, NO_CONFIG
from kbump.errors import GitError, KbumpError, UsageError
from kbump.git import clone, credentials, default_branch, fetch, reset, session
from kbump.workspace import find_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kbump.config import Config
    from kbump.git import Repository
    from kbump.remote import Remote

_DAY_S = 86_400.0


class Access(NamedTuple):
    """How a remote is reached: variables, whether secrets may go over http, when to give up, whom to tell.

    `deadline` is a moment of time.monotonic(); `echo` is given a line for each git command.
    """

    environ: Mapping[str, str]
    deadline: float
    allow_http: bool = False
    echo: Callable[[str], None] | None = None


class Checkout(NamedTuple):
    """A clone with a branch checked out; `directory` is what of it is meant, relative to its top, "" for all.

    `named` says whether somebody asked for the branch: else it is the remote's default one.
    """

    repository: Repository
    remote: Remote
    directory: str
    named: bool = False

    @property
    def top(self) -> str:
        """The root of the clone on this disk."""
        return self.repository.path

    @property
    def root(self) -> str:
        """The directory that is meant, on this disk."""
        return os.path.join(self.top, self.directory) if self.directory else self.top

    @property
    def branch(self) -> str:
        """The branch that is checked out."""
        return self.repository.branch

    @property
    def other_base(self) -> str:
        """The branch, "" if it is the remote's default one: what is called after the repository is for that."""
        if not self.named or default_branch(self.repository.git, needed=False) == self.branch:
            return ""
        return self.branch

    def config(self) -> Config:
        """Read the .kbump.yaml that counts for the directory; NO_CONFIG if there is none."""
        for directory in _upwards(self.directory):
            self.path(os.path.join(directory, FILE_NAME))
        return find_config(self.root)

    def above(self, path: str) -> list[Config]:
        """Read each .kbump.yaml above a file of the repository, the nearest first; of a link, both ways up."""
        real = self.relative(os.path.realpath(self.path(path)))
        found: dict[str, Config] = {}
        for directory in map(os.path.dirname, (real, path)):
            for above in _upwards(directory):
                self.path(os.path.join(above, FILE_NAME))
            config = find_config(os.path.join(self.top, directory))
            while config.root:
                found.setdefault(config.root, config)
                config = NO_CONFIG if config.root == self.top else find_config(os.path.dirname(config.root))
        return list(found.values())

    def guard(self, paths: Iterable[str]) -> str:
        """Return the .kbump.yaml, from the top, by which no change of one of the files may be pushed; "" if none is.

        Of those above a file that say how changes come in, the nearest counts, wherever the run looks for others.
        """
        for path in paths:
            stated = next((config for config in self.above(path) if config.delivery), NO_CONFIG)
            if stated.delivery == "pull-request":
                return self.relative(os.path.join(stated.root, FILE_NAME))
        return ""

    def path(self, path: str) -> str:
        """Return where a path of the repository is on this disk; raise UsageError if a link there leads out of it."""
        found = os.path.join(self.top, path) if path else self.top
        if os.path.commonpath([os.path.realpath(found), self.top]) != self.top:
            words = f"`{path}` of {self.remote.url} is a symbolic link that leads out of the repository"
            raise UsageError(words, hint="nothing outside of the repository is read or written")
        return found

    def relative(self, path: str) -> str:
        """Return a path on this disk as one from the top of the repository."""
        return os.path.relpath(os.path.abspath(path), self.top)

    def renew(self) -> str:
        """Get the newest commit of the branch, set all files to it and return it; raise GitError if it is gone."""
        tip = fetch(self.repository)
        if not tip:
            raise GitError(f"{self.remote.url} has no branch `{self.branch}` any more")
        reset(self.repository, tip)
        return tip


@contextmanager
def checkout(remote: Remote, branch: str, access: Access) -> Iterator[Checkout]:
    """Clone a remote, with `branch` or its default one, until the block ends; raise GitError or UsageError.

    What a KbumpError of the block says of files is said of the repository, not of this clone.
    """
    import tempfile

    given = credentials(remote, access.environ, allow_http=access.allow_http)
    # A large repository may take all the time there is to clone: no step has less of its own.
    opened = session(
        remote, access.environ, credentials=given, timeout_s=_DAY_S, deadline=access.deadline, echo=access.echo
    )
    with opened as git, tempfile.TemporaryDirectory(prefix="kbump-") as folder:
        top = os.path.join(os.path.realpath(folder), "clone")
        repository = clone(git, top, branch or remote.ref)
        if not repository.branch:
            raise GitError(f"`{branch or remote.ref}` of {remote.url} is no branch", hint="name a branch to push to")
        found = Checkout(repository, remote, remote.directory, named=bool(branch or remote.ref))
        _check_directory(found)
        with _said_of(top):
            yield found


def _upwards(directory: str) -> Iterator[str]:
    yield directory
    while directory:
        directory = os.path.dirname(directory)
        yield directory


def _check_directory(found: Checkout) -> None:
    if not os.path.isdir(found.path(found.directory)):
        words = f"{found.remote.url} has no directory `{found.directory}` on `{found.branch}`"
        raise UsageError(words, hint="check the directory and the branch")


@contextmanager
def _said_of(top: str) -> Iterator[None]:
    try:
        yield
    except KbumpError as error:
        raise located(error, top) from None


def located(error: KbumpError, top: str) -> KbumpError:
    """Return an error about a file of a clone as one about the file of the repository."""
    place = error.location
    if place and os.path.abspath(place.file).startswith(f"{top}/"):
        place = place._replace(file=os.path.relpath(os.path.abspath(place.file), top))
    return type(error)(error.message.replace(f"{top}/", ""), location=place, hint=error.hint)
