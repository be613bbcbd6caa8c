"""Which forge a repository is on: said, guessed from its host, or asked from the server, without the token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kbump.errors import ForgeError
from kbump.forge.settings import TIMING

if TYPE_CHECKING:
    from kbump.forge import Forge
    from kbump.forge.settings import Settings, Timing
    from kbump.forge.transport import Answer
    from kbump.remote import Remote

KINDS = ("gitea", "github")
_SUPPORTED = "GitHub (github.com, Enterprise Server) and Gitea or Forgejo are supported"
_SAY = "set `forge: {kind, api_url}` in .kbump.yaml"
# The first that is found in the host's name decides.
_BY_NAME = (
    (re.compile(r"(^|\.)github\.com$|\.ghe\.com$"), "github"),
    (re.compile(r"gitea|forgejo|codeberg"), "gitea"),
    (re.compile(r"gitlab"), "GitLab"),
    (re.compile(r"bitbucket"), "Bitbucket"),
    (re.compile(r"(^|\.)dev\.azure\.com$|\.visualstudio\.com$"), "Azure DevOps"),
    (re.compile(r"github"), "github"),
)
# GitHub takes SSH on port 443 under a name of its own.
_DOTCOM = {"github.com", "ssh.github.com"}


class Place(NamedTuple):
    """A repository on a forge that is known: kind is one of KINDS, api_url the root of its API."""

    kind: str
    api_url: str
    owner: str
    name: str


def locate(remote: Remote, settings: Settings, *, kind: str = "", timing: Timing = TIMING) -> Place:
    """Say which forge a repository is on, and where its API is; `kind` and the settings' api_url beat every guess.

    The settings' token is not sent. Raise ForgeError for files, for forges that are not supported and for servers that
    do not tell what they are.
    """
    owner = remote.owner.rpartition("/")[2]
    if not remote.host or not owner:
        raise ForgeError(f"`{remote.url}` names no owner and repository on a forge", hint=_SUPPORTED)
    kind = {"forgejo": "gitea"}.get(kind, kind) or _told(settings.api_url) or named(remote.host)
    if kind and kind not in KINDS:
        raise ForgeError(f"{remote.host} is on {kind}, which kbump does not speak", hint=_SUPPORTED)
    kind = kind or _asked(remote, settings, timing)
    return Place(kind, settings.api_url or api_url(kind, remote), owner, remote.name)


def connect(place: Place, settings: Settings, timing: Timing = TIMING) -> Forge:
    """Return the forge of a place; the settings' token goes to the host of `place.api_url`, and nowhere else."""
    there = settings._replace(api_url=place.api_url)
    if place.kind == "github":
        from kbump.forge.github import GitHub

        return GitHub(there, place.owner, place.name, timing)
    from kbump.forge.gitea import Gitea

    return Gitea(there, place.owner, place.name, timing)


def api_url(kind: str, remote: Remote) -> str:
    """Return where a forge of this kind has its API."""
    if kind == "gitea":
        return f"{_web(remote)}/api/v1"
    if remote.host in _DOTCOM or remote.host.endswith(".ghe.com"):
        return f"https://api.{remote.host.removeprefix('ssh.')}"
    return f"{_web(remote)}/api/v3"


def _web(remote: Remote) -> str:
    """Return the address below which owners are; the port of SSH says nothing about the one of HTTPS."""
    host = f"[{remote.host}]" if ":" in remote.host else remote.host
    if remote.scheme == "ssh":
        return f"https://{host}"
    above = remote.owner.rpartition("/")[0]
    return remote.origin + (f"/{above}" if above else "")


def _told(address: str) -> str:
    """Return the kind that an API's address tells, "" if it tells none."""
    place = address.rstrip("/")
    if place.endswith("/api/v1"):
        return "gitea"
    host = urlsplit(place).hostname or ""
    return "github" if place.endswith("/api/v3") or host == "api.github.com" or host.endswith(".ghe.com") else ""


def named(host: str) -> str:
    """Return what a host's name tells: one of KINDS, the name of a forge that is not supported, or nothing."""
    return next((kind for pattern, kind in _BY_NAME if pattern.search(host)), "")


def _asked(remote: Remote, settings: Settings, timing: Timing) -> str:
    from kbump.forge.http import Client

    answers = tuple(range(200, 429))
    # Forgejo answers /api/v1/version too, and /api/v1 is what is spoken to it.
    for kind, where, fits in (("gitea", "/version", _is_gitea), ("github", "/meta", _is_github)):
        there = settings._replace(token="", api_url=api_url(kind, remote))
        if fits(Client(there, timing).ask("GET", where, accept=answers)):
            return kind
    raise ForgeError(f"{remote.host} does not tell which forge it is: {_SUPPORTED}", hint=_SAY)


def _is_gitea(answer: Answer) -> bool:
    if not isinstance(answer.data, dict):
        return False
    # A server that wants everyone to sign in says so with the address of its API's description.
    return "version" in answer.data or str(answer.data.get("url", "")).endswith("/api/swagger")


def _is_github(answer: Answer) -> bool:
    return "x-github-request-id" in answer.headers or "x-github-enterprise-version" in answer.headers
