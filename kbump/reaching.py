"""forge_of(): the forge that a remote is on, reached as the environment's variables and .kbump.yaml say."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kbump.config import ForgeChoice
from kbump.errors import UsageError
from kbump.forge.kinds import api_url, connect, locate
from kbump.forge.settings import TIMING, Settings, proxy_for
from kbump.git import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbump.forge import Forge
    from kbump.forge.settings import Timing
    from kbump.remote import Remote

# The names that curl, requests and git have for a file of certificate authorities; the first that is set counts.
_CA_FILES = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO")
_NO_CHOICE = ForgeChoice()


def forge_of(
    remote: Remote,
    environ: Mapping[str, str],
    *,
    deadline: float,
    caller: ForgeChoice = _NO_CHOICE,
    target: ForgeChoice = _NO_CHOICE,
    timing: Timing = TIMING,
) -> Forge:
    """Return the forge of a remote; what the caller's .kbump.yaml says of it beats what the target's own says.

    The token is the one that kbump.git.credentials() finds for the remote's host. An address of the API that the
    target names counts only on that host: who may write to the target must not be able to send the token elsewhere.
    Nothing is asked after `deadline`, a moment of the clock. Raises UsageError, and ForgeError for a forge that is not
    known or not supported.
    """
    choice = _choice(remote, caller, target)
    found = credentials(remote, environ, allow_http=caller.allow_http)
    address = choice.api_url or f"{'http' if remote.scheme == 'http' else 'https'}://{remote.host}"
    settings = Settings(
        api_url=choice.api_url,
        token=found.secret,
        proxy=proxy_for(address, environ),
        ca_file=next((environ[name] for name in _CA_FILES if environ.get(name)), ""),
        deadline=deadline,
        allow_http=caller.allow_http,
    )
    place = locate(remote, settings, kind=choice.kind, timing=timing)
    return connect(place, settings, timing)


def _choice(remote: Remote, caller: ForgeChoice, target: ForgeChoice) -> ForgeChoice:
    if caller.kind or caller.api_url:
        return caller
    # GitHub's own API has another name than its pages.
    usual = urlsplit(api_url("github", remote)).hostname
    if target.api_url and urlsplit(target.api_url).hostname not in {remote.host, usual}:
        hint = "another host counts only in a .kbump.yaml of your own, not in one that was cloned or is proposed"
        words = f"the .kbump.yaml of {remote.url} names {target.api_url}, another host, for the forge's API"
        raise UsageError(words, hint=hint)
    return target
