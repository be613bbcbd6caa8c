"""One HTTP request and its answer, within limits of time and size; a failure is a value."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import urllib3
from urllib3 import exceptions

from kbump.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbump.forge.settings import Settings

# A page of 50 pull requests with the longest bodies that GitHub takes (65,536 characters of four bytes) is 13 MB.
MOST_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_CONNECT_S = 10.0


class Request(NamedTuple):
    """What is asked: `path` begins below the API's root, `query` and `body` (JSON) may be empty."""

    method: str
    path: str
    query: Mapping[str, str | int] = {}
    body: Any = None

    @property
    def target(self) -> str:
        """Return the path with the query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


class Answer(NamedTuple):
    """What the forge said: header names in small letters; `data` is the JSON, `text` what was sent if it is none."""

    status: int
    headers: Mapping[str, str]
    data: Any = None
    text: str = ""
    request: Request = Request("GET", "/")


class Broken(NamedTuple):
    """No answer, and why: `sent` if the forge may have done what was asked; `final` if trying again cannot help."""

    words: str
    sent: bool
    final: bool = False
    hint: str | None = None


_PROXY_HINT = "check HTTPS_PROXY and NO_PROXY"
_CERTIFICATE_HINT = "give the file of the private certificate authority that signed it"
# The first class that fits decides; the order is from special to general. {s} is the time allowed, in seconds.
_FAILURES: tuple[tuple[type[Exception], Broken], ...] = (
    (exceptions.NameResolutionError, Broken("its name does not resolve", sent=False)),
    (exceptions.NewConnectionError, Broken("it cannot be connected to", sent=False)),
    (exceptions.ConnectTimeoutError, Broken("it did not take the connection in time", sent=False)),
    (exceptions.ReadTimeoutError, Broken("no answer within {s:g} s", sent=True)),
    (exceptions.ProxyError, Broken("the proxy did not connect to it", sent=False, final=True, hint=_PROXY_HINT)),
    (exceptions.SSLError, Broken("no secure connection", sent=False, final=True, hint=_CERTIFICATE_HINT)),
    (exceptions.ProtocolError, Broken("the connection was cut", sent=True)),
    (exceptions.IncompleteRead, Broken("the connection was cut", sent=True)),
    (exceptions.HTTPError, Broken("the answer is no HTTP", sent=True, final=True)),
)


def pool(settings: Settings) -> urllib3.PoolManager:
    """Return a pool of connections; raise ForgeError for a CA file or a proxy that cannot be used."""
    context = _context(settings.ca_file) if settings.api_url.startswith("https:") else None
    if not settings.proxy:
        return urllib3.PoolManager(ssl_context=context)
    try:
        parts = urlsplit(settings.proxy)
        place = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
        basic = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        headers = urllib3.make_headers(proxy_basic_auth=basic)
        # The password goes into a header: urllib3 shows the URL of a proxy in its errors.
        return urllib3.ProxyManager(
            urlunsplit((parts.scheme, place, "", "", "")), proxy_headers=headers, ssl_context=context
        )
    except (ValueError, exceptions.HTTPError):
        raise ForgeError("the proxy is no http or https URL", hint=_PROXY_HINT) from None


def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError:  # ssl.SSLError is one
            hint = "name a readable file with certificates in PEM form"
            raise ForgeError(f"the CA file `{ca_file}` cannot be used", hint=hint) from None
    return context


def exchange(
    connections: urllib3.PoolManager,
    root: str,
    request: Request,
    headers: Mapping[str, str],
    allowed_s: float,
    clock: Callable[[], float],
) -> Answer | Broken:
    """Send one request, follow nothing, and read its answer, in `allowed_s` seconds altogether."""
    ends = clock() + allowed_s
    body = None if request.body is None else json.dumps(request.body).encode()
    try:
        response = connections.request(
            request.method,
            root + request.target,
            body=body,
            headers=dict(headers),
            timeout=urllib3.Timeout(connect=min(_CONNECT_S, allowed_s), read=allowed_s),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        return _answer(response, ends, clock, allowed_s)
    except exceptions.HTTPError as error:
        return _broken(error, allowed_s)


def _answer(
    response: urllib3.BaseHTTPResponse, ends: float, clock: Callable[[], float], allowed_s: float
) -> Answer | Broken:
    headers = {name.lower(): value for name, value in response.headers.items()}
    content = bytearray()
    # read1() returns what one packet brought, so that a body that trickles cannot outlive the time allowed.
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES or clock() > ends:
            response.close()
            return _cut(len(content), allowed_s)
    response.release_conn()
    return _parsed(response.status, headers, content.decode(errors="replace"))


def _cut(size: int, allowed_s: float) -> Broken:
    if size > MOST_BYTES:
        return Broken(f"the answer is longer than {MOST_BYTES // 1024 // 1024} MB", sent=True, final=True)
    return Broken(f"the answer was not whole within {allowed_s:g} s", sent=True)


def _parsed(status: int, headers: Mapping[str, str], text: str) -> Answer:
    try:
        return Answer(status, headers, data=json.loads(text)) if text.strip() else Answer(status, headers)
    except (ValueError, RecursionError):
        return Answer(status, headers, text=text)


def _broken(error: exceptions.HTTPError, allowed_s: float) -> Broken:
    found = next(broken for kind, broken in _FAILURES if isinstance(error, kind))
    if isinstance(error, exceptions.SSLError):
        return found._replace(words=f"{found.words}: {_reason(error)}")
    return found._replace(words=found.words.format(s=allowed_s))


def _reason(error: exceptions.SSLError) -> str:
    # Python's words are "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed … (_ssl.c:1000)".
    inner = error.args[0] if error.args else error
    told = getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or "TLS failed"
    return str(told).replace("_", " ").lower()
