"""How a forge is reached: values that the doors give, and the clock."""

from __future__ import annotations

import math
import random
import time
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kbump.remote import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Settings(NamedTuple):
    """How to reach a forge's API; the repr shows neither token nor proxy, for it holds passwords.

    `api_url` is the root of the API (`https://api.github.com`, `https://git.acme.dev/api/v1`), `ca_file` is a PEM
    file trusted beside the system's. `timeout_s` is for one request, `deadline` a moment of the clock (Timing) after
    which nothing is asked or waited for.
    """

    api_url: str = ""
    token: str = ""
    proxy: str = ""
    ca_file: str = ""
    timeout_s: float = 30.0
    deadline: float = math.inf
    allow_http: bool = False
    user_agent: str = "kbump"

    def __repr__(self) -> str:
        given = "given" if self.token else "none"
        return f"Settings(api_url={self.api_url!r}, token={given}, proxy={'given' if self.proxy else 'none'})"


class Timing(NamedTuple):
    """Where time and chance come from: seconds of a clock that never goes back, a sleep, a number in [0, 1)."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


TIMING = Timing()


def proxy_for(url: str, variables: Mapping[str, str]) -> str:
    """Return the proxy for a URL from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, "" for none.

    As curl does it (https://curl.se/docs/manpage.html#ENVIRONMENT): small letters win, HTTP_PROXY in capitals is not
    read (a CGI server sets it from a request's header), NO_PROXY holds names, which cover what is below them,
    addresses, networks, or `*`. This machine's own addresses are never asked for through a proxy.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    names = ["http_proxy"] if parts.scheme == "http" else ["https_proxy", "HTTPS_PROXY"]
    proxy = next((variables[name] for name in [*names, "all_proxy", "ALL_PROXY"] if variables.get(name)), "")
    exempt = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    if is_loopback(host) or any(_covers(entry.strip().lower(), host, port) for entry in exempt.split(",")):
        return ""
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _covers(entry: str, host: str, port: int | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        return _in_network(entry, host)
    name, _, wanted = entry.strip("[]").partition(":") if entry.count(":") == 1 else (entry.strip("[]"), "", "")
    if not name or (wanted and wanted != str(port)):
        return False
    name = name.lstrip(".")
    return host == name or host.endswith(f".{name}")


def _in_network(entry: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return False
