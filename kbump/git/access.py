"""Credentials: which secret belongs to which host, and how it is kept out of what people read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from kbump.errors import UsageError
from kbump.remote import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbump.remote import Remote

# With a token as the password, GitHub's Apps want this name; GitHub's users and Gitea take any.
# https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
_TOKEN_USER = "x-access-token"
# Token, variables that name the server it is for, the host if none does, user.
# https://docs.github.com/en/actions/reference/variables-reference, https://docs.gitea.com/usage/actions/variables
_FORGES = (
    ("GITHUB_TOKEN", ("GITHUB_SERVER_URL",), "github.com", _TOKEN_USER),
    ("GITEA_TOKEN", ("GITEA_SERVER_URL",), "", _TOKEN_USER),
    ("FORGEJO_TOKEN", ("FORGEJO_SERVER_URL", "GITEA_SERVER_URL"), "", _TOKEN_USER),
    ("GITLAB_TOKEN", ("GITLAB_SERVER_URL", "CI_SERVER_URL"), "gitlab.com", "oauth2"),
)
# Drone gives these to plugins (https://docs.drone.io/pipeline/environment/reference/drone-netrc-machine/),
# Woodpecker the others to plugins that it trusts.
_NETRC = ("DRONE_NETRC", "CI_NETRC")
# What holds a secret and is not for the programs that git starts.
SECRETS = frozenset(
    {"KBUMP_TOKEN", "KBUMP_TOKEN_FILE", *(row[0] for row in _FORGES)}
    | {f"{prefix}_{part}" for prefix in _NETRC for part in ("USERNAME", "PASSWORD", "FILE")}
)


class Credentials(NamedTuple):
    """A user and a secret, where they were found, and the host they are for; the repr shows no secret.

    All is empty where nothing was found.
    """

    user: str = ""
    secret: str = ""
    source: str = ""
    host: str = ""

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, secret={'***' if self.secret else ''!r}, source={self.source!r})"

    def redact(self, text: str) -> str:
        """Return a text without the secret in any spelling that git or a server could give it."""
        if self.secret:
            from base64 import b64encode

            pair = b64encode(f"{self.user}:{self.secret}".encode()).decode()
            # The longest first: one may hold another.
            for spelling in sorted({pair, self.secret, quote(self.secret, safe="")}, key=len, reverse=True):
                text = text.replace(spelling, "***")
        # A user's own configuration may rewrite URLs into such with a password.
        return re.sub(r"(https?://)[^/\s'\"@]*@", r"\1", text)


NOBODY = Credentials()


def credentials(
    remote: Remote, environ: Mapping[str, str], *, token_host: str = "", allow_http: bool = False
) -> Credentials:
    """Find the credentials for a repository's host, NOBODY if there are none; file URLs need none.

    In this order: KBUMP_TOKEN or KBUMP_TOKEN_FILE (for `token_host`, "" is the remote's own host), the variable of
    the forge that has this host, the netrc variables of Drone and Woodpecker, ~/.netrc. For an SSH remote they are
    for the forge's API; git does not get them. Raises UsageError for a secret that cannot be read, or that would go
    over http to another machine without `allow_http`.
    """
    if not remote.host:
        return NOBODY
    found = next(_found(remote, environ, token_host or remote.host), NOBODY)
    if found.secret and not (found.secret.isprintable() and found.user.isprintable()):
        raise UsageError(f"the credentials of {found.source} have control characters in them")
    if found.secret and remote.scheme == "http" and not (allow_http or is_loopback(remote.host)):
        hint = "use https; if the network is trusted, set `allow_http: true` under `forge` in .kbump.yaml"
        raise UsageError(f"the secret of {found.source} would go to {remote.host} in the clear", hint=hint)
    return found._replace(host=remote.host)


def _found(remote: Remote, environ: Mapping[str, str], token_host: str) -> Iterator[Credentials]:
    if token_host.lower() == remote.host:
        yield from _own(environ)
    yield from _of_forge(remote, environ)
    for prefix in _NETRC:
        if environ.get(f"{prefix}_MACHINE", "").lower() == remote.host:
            user, secret = environ.get(f"{prefix}_USERNAME", ""), environ.get(f"{prefix}_PASSWORD", "")
            yield from _pair(user, secret, f"{prefix}_PASSWORD")
    if remote.scheme != "ssh":
        yield from _of_netrc_file(remote.host, environ)


def _own(environ: Mapping[str, str]) -> Iterator[Credentials]:
    if token := environ.get("KBUMP_TOKEN", "").strip():
        yield Credentials(_TOKEN_USER, token, "KBUMP_TOKEN")
    elif path := environ.get("KBUMP_TOKEN_FILE", ""):
        try:
            with open(path, encoding="utf-8") as file:
                token = file.read().strip()
        except (OSError, UnicodeDecodeError) as error:
            words = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(f"KBUMP_TOKEN_FILE `{path}` cannot be read: {words}") from None
        if not token:
            raise UsageError(f"KBUMP_TOKEN_FILE `{path}` is empty")
        yield Credentials(_TOKEN_USER, token, "KBUMP_TOKEN_FILE")


def _of_forge(remote: Remote, environ: Mapping[str, str]) -> Iterator[Credentials]:
    for name, servers, host, user in _FORGES:
        url = next((environ[server] for server in servers if environ.get(server)), f"https://{host}")
        if environ.get(name) and _is_server(url, remote):
            yield Credentials(user, environ[name].strip(), name)


def _is_server(url: str, remote: Remote) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if remote.scheme == "ssh":
        return host == remote.host
    usual = {"https": 443, "http": 80}
    same = (port or usual.get(parts.scheme)) == (remote.port or usual[remote.scheme])
    return host == remote.host and same


def _of_netrc_file(host: str, environ: Mapping[str, str]) -> Iterator[Credentials]:
    """Read ~/.netrc; one that is missing or odd is left to git, which reads it, too.

    So is its `default` entry: that is for no host in particular.
    """
    import os
    from netrc import NetrcParseError, netrc

    path = os.path.join(environ.get("HOME", ""), ".netrc")
    try:
        hosts = netrc(path).hosts if environ.get("HOME") else {}
    except (OSError, UnicodeDecodeError, NetrcParseError):
        return
    if host in hosts:
        user, _, secret = hosts[host]
        yield from _pair(user, secret or "", "~/.netrc")


def _pair(user: str, secret: str, source: str) -> Iterator[Credentials]:
    """Yield a pair with the secret as the password.

    Drone gives the tokens of GitHub and Gitea as the user, with `x-oauth-basic` as the password (its service/netrc).
    """
    if user and secret in {"", "x-oauth-basic"}:
        user, secret = _TOKEN_USER, user
    if secret:
        yield Credentials(user or _TOKEN_USER, secret, source)
