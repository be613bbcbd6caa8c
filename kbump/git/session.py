"""Git: the git binary, run with nothing but what kbump wants from its environment and the user's configuration."""

from __future__ import annotations

import math
import os
import re
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kbump.errors import GitError
from kbump.git.access import NOBODY, SECRETS, Credentials
from kbump.git.words import failure
from kbump.process import Done, execute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kbump.remote import Remote

# `fetch --stdin` and `fetch --no-write-fetch-head`: https://github.com/git/git/blob/v2.29.0/Documentation/RelNotes/2.29.0.txt
LEAST = (2, 29)
# https://git-scm.com/docs/git#_environment_variables, .../git-config#ENVIRONMENT: how to reach servers, and where the
# user's configuration is. Everything else may name another repository, identity or trace.
_KEPT = re.compile(r"GIT_(?:EXEC_PATH|SSH|SSH_COMMAND|SSH_VARIANT|(?:SSL|PROXY|HTTP|CONFIG)_.*)")
# What of the user's configuration must not count: helpers and hooks, what changes bytes, what asks, signs or cleans up.
_OPTIONS = (
    "credential.helper=", "credential.useHttpPath=false", f"core.hooksPath={os.devnull}", "core.fsmonitor=false",
    "core.autocrlf=false", "core.safecrlf=false", "commit.gpgSign=false", "push.gpgSign=false", "push.followTags=false",
    "submodule.recurse=false", "fetch.recurseSubmodules=false", "gc.auto=0", "maintenance.auto=false",
    "protocol.version=2", "http.followRedirects=initial", "color.ui=false", "log.showSignature=false",
    "i18n.commitEncoding=UTF-8", "i18n.logOutputEncoding=UTF-8", "advice.detachedHead=false",
)  # fmt: skip
# Git stops at any other protocol, such as `ext`, that a redirect or `insteadOf` leads to; never from https to http.
_PROTOCOLS = {"https": "https:ssh", "http": "http:https:ssh", "ssh": "ssh:https", "file": "file"}
_ANY = "https:http:ssh:file"
# This wins over every .gitattributes: files are checked out and added byte by byte, and no filter of the user's
# configuration (LFS, git-crypt) is run. https://git-scm.com/docs/gitattributes
_ATTRIBUTES = "* -text !eol !crlf !ident !filter !working-tree-encoding\n"
# $1 is "Username for 'https://host': " or "Password for 'https://user@host': ". Git asks for the host that it talks to,
# after a redirect, too; only the one that the secret belongs to is answered.
_ASKPASS = r"""#!/bin/sh
asked=${1#*\'}
asked=${asked%\'*}
host=${asked#*://}
case $host in */*) exit 1 ;; esac
[ "${asked%%://*}://${host##*@}" = "$KBUMP_GIT_ORIGIN" ] || exit 1
case $1 in
Username*) printf '%s\n' "$KBUMP_GIT_USER" ;;
Password*) printf '%s\n' "$KBUMP_GIT_SECRET" ;;
*) exit 1 ;;
esac
"""


class Git(NamedTuple):
    """How git is run for one remote, or for none; `session()` makes it. The repr shows no secret.

    `secrets` are variables that only the steps get that may talk to the remote. Each of them may take `timeout_s`,
    and all end at `deadline`, a moment of time.monotonic(). `echo` is given a line for each command.
    """

    remote: Remote | None
    credentials: Credentials
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    template: str
    timeout_s: float
    deadline: float
    echo: Callable[[str], None] | None

    def __repr__(self) -> str:
        return f"Git(remote={self.remote and self.remote.display!r}, credentials={self.credentials!r})"

    @property
    def url(self) -> str:
        """The remote's URL; raise GitError if there is none."""
        return self.known().url

    def known(self) -> Remote:
        """Return the remote; raise GitError if there is none."""
        if not self.remote:
            raise GitError("the repository has no remote")
        return self.remote

    def run(
        self,
        *arguments: str,
        what: str,
        directory: str = "",
        network: bool = False,
        data: bytes | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> bytes:
        """Run git and return its output; raise GitError, which says `what` it could not do, if it failed."""
        done = self.attempt(
            *arguments, what=what, directory=directory, network=network, data=data, variables=variables
        )  # fmt: skip
        if done.code:
            raise failure(what, done.stderr, self.credentials)
        return done.stdout

    def attempt(
        self,
        *arguments: str,
        what: str,
        directory: str = "",
        network: bool = False,
        data: bytes | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Done:
        """Run git and return how it ended; raise GitError only if it is missing or its time ran out."""
        if self.echo:
            self.echo(self.credentials.redact(_line(arguments)))
        environment = {**self.environment, **(self.secrets if network else {}), **(variables or {})}
        # The last name counts: one of the user's configuration would be sent with our secret.
        named = [f"credential.username={self.credentials.user}"] if network and self.secrets else []
        options = [word for option in (*_OPTIONS, *named) for word in ("-c", option)]
        allowed_s = self._allowed_s(what) if network else None
        # Pathspecs are names, not patterns.
        command = ["git", "--literal-pathspecs", *options, *arguments]
        try:
            done = execute(command, environment, directory or None, data, allowed_s)
        except OSError as error:
            raise GitError(f"{what}: {error.strerror}: {error.filename}") from None
        if done.expired:
            raise GitError(
                f"{what}: no end within {allowed_s:.3g} s", hint="the server is slow or hangs: give more time"
            )
        return done

    def _allowed_s(self, what: str) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise GitError(f"{what}: no time is left", hint="give more time")
        return min(self.timeout_s, left)


@contextmanager
def session(
    remote: Remote | None,
    environ: Mapping[str, str],
    *,
    credentials: Credentials = NOBODY,
    timeout_s: float = 60.0,
    deadline: float = math.inf,
    echo: Callable[[str], None] | None = None,
) -> Iterator[Git]:
    """Yield a Git for a remote, or for repositories on this disk; raise GitError if git is missing or too old.

    Its temporary directory, without any secret in it, is removed at the end, also when a signal's handler raises.
    """
    from tempfile import TemporaryDirectory

    _check_version(environ.get("PATH"))
    with TemporaryDirectory(prefix="kbump-git-") as folder:
        _prepare(folder)
        environment = _environment(remote, environ)
        secrets = _secrets(remote, credentials, os.path.join(folder, "askpass"))
        if secrets and (home := _home_without_netrc(environ.get("HOME", ""), folder)):
            secrets["HOME"] = home
        template = os.path.join(folder, "template")
        yield Git(remote, credentials, environment, secrets, template, timeout_s, deadline, echo)


def _prepare(folder: str) -> None:
    os.makedirs(os.path.join(folder, "template", "info"))
    with open(os.path.join(folder, "template", "info", "attributes"), "w", encoding="ascii") as file:
        file.write(_ATTRIBUTES)
    with open(os.path.join(folder, "askpass"), "w", encoding="ascii") as file:
        file.write(_ASKPASS)
        os.fchmod(file.fileno(), 0o700)


def _secrets(remote: Remote | None, given: Credentials, askpass: str) -> dict[str, str]:
    if not remote or not given.secret or remote.scheme not in {"http", "https"}:
        return {}
    if given.host != remote.host:
        raise GitError(f"the secret of {given.source} is for {given.host or 'no host'}, not for {remote.host}")
    return {
        "GIT_ASKPASS": askpass,
        "KBUMP_GIT_ORIGIN": remote.origin,
        "KBUMP_GIT_USER": given.user,
        "KBUMP_GIT_SECRET": given.secret,
    }


def _home_without_netrc(home: str, folder: str) -> str:
    """Make a home directory of links to what is in the user's, without .netrc; return "" if there is none.

    Git would try what it has for the host first, and the secret that was given only if that is wrong.
    """
    if not home or not os.path.exists(os.path.join(home, ".netrc")):
        return ""
    made = os.path.join(folder, "home")
    os.mkdir(made)
    for entry in os.scandir(home):
        if entry.name != ".netrc":
            os.symlink(os.path.abspath(entry.path), os.path.join(made, entry.name))
    return made


def _environment(remote: Remote | None, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in SECRETS and _is_kept(name)}
    own = {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        # Set and empty: no `core.askPass` and no SSH_ASKPASS for passwords of http.
        "GIT_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": _PROTOCOLS[remote.scheme] if remote else _ANY,
    }
    return {**kept, **own}


def _is_kept(name: str) -> bool:
    return name != "GIT_CONFIG_PARAMETERS" and (not name.startswith("GIT_") or bool(_KEPT.fullmatch(name)))


@cache
def _check_version(path: str | None) -> None:
    """Raise GitError if the git on a PATH is missing or too old; asked once."""
    hint = f"install git {LEAST[0]}.{LEAST[1]} or newer"
    try:
        done = execute(["git", "version"], {"PATH": path} if path is not None else {}, None, None, 10.0)
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}", hint=hint) from None
    match = re.search(rb"(\d+)\.(\d+)", done.stdout)
    if not match:
        raise GitError("git does not tell its version", hint=hint)
    if (int(match[1]), int(match[2])) < LEAST:
        raise GitError(f"git {match[0].decode()} is too old", hint=hint)


def _line(arguments: Sequence[str]) -> str:
    import shlex

    return f"$ git {shlex.join(arguments)}"
