"""Environment: one that is named on a command line, as files on this disk; open_environment() gets them there."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kbump.config import NO_CONFIG, Config
from kbump.errors import KbumpError, UsageError
from kbump.source import STANDARD_INPUT
from kbump.workspace import environment_directory, find_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from kbump.git import Credentials, Git, Repository
    from kbump.remote import Remote

# What is left of the time until the deadline bounds a step of git; this only keeps waits finite.
_LONGEST_S = 86_400.0
# A revision may have colons in braces, `HEAD@{10:00}`: https://git-scm.com/docs/gitrevisions
_REVISION = re.compile(r"((?:\{[^}]*\}|[^:])+):(.*)")


class Environment(NamedTuple):
    """An environment on this disk: `path` is its directory, or a single file.

    `name` is what reports call it. Of a repository that was fetched for the run, `top` is where that is on this disk,
    and `label` what stands for it in the names of files (`main:`, `infra//`); both are empty of what was there
    before. `commit` is the one it comes from, and `remote` where from; `left_out` are its files that were not fetched.
    """

    name: str
    path: str
    config: Config = NO_CONFIG
    commit: str = ""
    remote: Remote | None = None
    top: str = ""
    label: str = ""
    left_out: tuple[str, ...] = ()

    def shown(self, path: str) -> str:
        """Return the name of one of its files or directories, as reports have it."""
        if not self.top:
            return path
        below = os.path.relpath(path, self.top)
        return self.label if below == "." else self.label + below

    def said(self, words: str) -> str:
        """Return words about its files with their names as reports have them."""
        return words.replace(f"{self.top}/", self.label).replace(self.top, self.label) if self.top else words


class _Access(NamedTuple):
    """How environments elsewhere are reached; see open_environment()."""

    environ: Mapping[str, str]
    caller: Config
    token_host: str
    deadline: float
    echo: Callable[[str], None] | None

    def session(self, remote: Remote | None, found: Credentials | None = None) -> AbstractContextManager[Git]:
        from kbump.git import NOBODY, session

        start = partial(session, remote, self.environ, credentials=found or NOBODY)
        return start(timeout_s=_LONGEST_S, deadline=self.deadline, echo=self.echo)


@contextmanager
def open_environment(
    text: str,
    environ: Mapping[str, str],
    *,
    deadline: float,
    caller: Config = NO_CONFIG,
    token_host: str = "",
    beside: Environment | None = None,
    echo: Callable[[str], None] | None = None,
) -> Iterator[Environment]:
    """Yield the environment that a text names; what was fetched for it is removed at the end, whatever ends the block.

    The text is `-` for standard input, else an existing path, else a name that the caller's .kbump.yaml declares, else
    a URL (`URL//DIRECTORY?ref=REV`) or `user@host:path`, else REV:PATH of the repository around the current directory.

    `environ` are the variables that git is run with and credentials are taken from; git has time until `deadline`, a
    moment of time.monotonic(). The `caller` declares environments, and says whether secrets may go over http;
    KBUMP_TOKEN is for `token_host`, "" is the host of the URL. What was cloned for the environment `beside`, which must
    stay open, is not cloned again. `echo` is given a line for each command.
    Raises UsageError for a text that is none of these, GitError, and ConfigError.
    """
    access = _Access(environ, caller, token_host, deadline, echo)
    if text == STANDARD_INPUT or os.path.lexists(text):
        yield Environment(text, text, find_config(text))
    elif text in caller.environments:
        path = environment_directory(caller, text)
        yield Environment(text, path, find_config(path))
    elif is_url(text):
        with _clone(text, access, beside) as found:
            yield found
    elif match := _REVISION.fullmatch(text):
        with _revision(match[1], match[2], access) as found:
            yield found
    else:
        raise _unknown(text, caller)


def is_url(text: str) -> bool:
    """Whether a text is no existing path, but the URL of a repository, or has the form `user@host:path`."""
    if ":" not in text or os.path.lexists(text):
        return False
    from kbump.remote import is_remote

    return is_remote(text)


def caller_config(*texts: str) -> Config:
    """Return the .kbump.yaml above the first of the texts that is an existing path, else the current directory's."""
    return find_config(next(filter(os.path.lexists, texts), "."))


def _unknown(text: str, caller: Config) -> UsageError:
    known = ", ".join(f"`{name}`" for name in sorted(caller.environments))
    declared = f"{{}}, or an environment that is declared ({known})" if known else "{}"
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return UsageError(f"`{shown}` does not exist", hint=declared.format("write a path, REV:PATH or a URL"))


@contextmanager
def _clone(text: str, access: _Access, beside: Environment | None) -> Iterator[Environment]:
    from tempfile import TemporaryDirectory

    from kbump.git import clone, credentials
    from kbump.remote import Remote

    remote = Remote.parse(text)
    if beside and beside.remote and (beside.remote.url, beside.remote.ref) == (remote.url, remote.ref):
        yield _cloned(remote, beside.top, beside.commit)
        return
    allow_http = access.caller.forge.allow_http
    found = credentials(remote, access.environ, token_host=access.token_host, allow_http=allow_http)
    with access.session(remote, found) as git, TemporaryDirectory(prefix="kbump-") as folder:
        top = os.path.join(os.path.realpath(folder), "clone")
        made = clone(git, top, remote.ref)
        yield _cloned(remote, top, made.tip())


def _cloned(remote: Remote, top: str, commit: str) -> Environment:
    path = os.path.join(top, remote.directory) if remote.directory else top
    label = f"{remote.name}{f'@{remote.ref}' if remote.ref else ''}//"
    return _settled(Environment(remote.display, path, NO_CONFIG, commit, remote, top, label))


@contextmanager
def _revision(rev: str, path: str, access: _Access) -> Iterator[Environment]:
    """Yield a path of a revision; the whole tree is written, for an overlay has its bases anywhere in it."""
    from tempfile import TemporaryDirectory

    from kbump.git import Repository, export

    text = f"{rev}:{path}"
    with access.session(None) as git, TemporaryDirectory(prefix="kbump-") as folder:
        repository = Repository(git, os.getcwd())
        below = _from_the_top(repository, text, path)
        commit = _commit(repository, text, rev)
        top = os.path.join(os.path.realpath(folder), "tree")
        # What looks upwards for a .kbump.yaml or a Chart.yaml stops at the root of a work tree.
        os.makedirs(os.path.join(top, ".git"))
        left_out = tuple(os.path.join(top, one) for one in export(repository, commit, top))
        at = os.path.join(top, below) if below else top
        yield _settled(Environment(text, at, NO_CONFIG, commit, None, top, f"{rev}:", left_out))


def _commit(repository: Repository, text: str, rev: str) -> str:
    from kbump.errors import GitError

    try:
        return repository.resolve(rev)
    except GitError as error:
        hint = "a repository elsewhere is a URL, or USER@HOST:PATH; of a REV:PATH the commit must have been fetched"
        raise GitError(f"`{text}` does not exist, and {error.message}", hint=hint) from None


def _from_the_top(repository: Repository, text: str, path: str) -> str:
    """Return a PATH as one from the top of the repository, which it is unless it begins with a dot, as git has it."""
    from kbump.remote import check_directory

    what = f"`{text}` does not exist, and as REV:PATH git cannot read it"
    prefix = repository.run("rev-parse", "--show-prefix", what=what).decode(errors="surrogateescape").rstrip("\n")
    relative = path.partition("/")[0] in (".", "..")
    return check_directory(os.path.normpath(os.path.join(prefix, path)) if relative else path)


def _settled(found: Environment) -> Environment:
    """Return an environment that was fetched, with its .kbump.yaml; raise UsageError if its path is not there."""
    real = os.path.realpath(found.path)
    if not os.path.exists(real) or os.path.commonpath([real, found.top]) != found.top:
        where = found.remote.url if found.remote else f"`{found.label.removesuffix(':')}`"
        below = os.path.relpath(found.path, found.top)
        raise UsageError(f"{where} has no `{below}`", hint="the path is from the top of the repository")
    try:
        return found._replace(config=find_config(found.path))
    except KbumpError as error:
        place = error.location and error.location._replace(file=found.shown(error.location.file))
        raise type(error)(error.message, location=place, hint=error.hint) from None
