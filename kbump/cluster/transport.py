"""One HTTP request to an API server and its answer, or a stream of lines; a failure is a value."""

from __future__ import annotations

import json
import random
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import urllib3
from urllib3 import exceptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONNECT_S = 5.0
_LONGEST_ASKED_S = 10.0
# A longer text is a page for a person.
_SHORT = 120
# What an API server, or a proxy before it, says when it cannot answer now; others would say the same again.
_PASSING = {408, 429, 500, 502, 503, 504}


class Request(NamedTuple):
    """What is asked: a path with its query, below the server's URL; `body` is sent as JSON of the type named."""

    method: str
    path: str
    body: Any = None
    content_type: str = "application/json"


class Answer(NamedTuple):
    """What the server said; `data` is its JSON. It asks for a pause before the next request if `retry_after_s`."""

    status: int
    data: dict[str, Any]
    retry_after_s: float = 0.0

    @property
    def passing(self) -> bool:
        """Whether it may say something else in a moment."""
        return self.status in _PASSING

    @property
    def words(self) -> str:
        """Return what the server says of it."""
        return str(self.data.get("message") or f"HTTP status {self.status}")


class Broken(NamedTuple):
    """No answer, and why; `passing` if trying again can help."""

    words: str
    hint: str = ""
    passing: bool = True


_UP = "check that the server is up, and that this machine may connect to it"
_NAME = "check the server's URL in the kubeconfig, and the DNS of this machine"
_PROXY = "check HTTPS_PROXY, NO_PROXY and `proxy-url` in the kubeconfig"
_AUTHORITY = "check `certificate-authority-data` in the kubeconfig: it is of another cluster, or an old one"
_OTHER_NAME = "check the server's URL in the kubeconfig, or give `tls-server-name` there"
# By OpenSSL's number (https://docs.openssl.org/master/man1/openssl-verification-options/).
_CERTIFICATE_HINTS = {10: "it has to be renewed on the server", 62: _OTHER_NAME, 64: _OTHER_NAME}
# The first class that fits decides; the order is from special to general.
_FAILURES: tuple[tuple[type[Exception], Broken], ...] = (
    (exceptions.NameResolutionError, Broken("its name does not resolve", _NAME)),
    (exceptions.NewConnectionError, Broken("it cannot be connected to", _UP)),
    (exceptions.ConnectTimeoutError, Broken("it did not take the connection in time", _UP)),
    (exceptions.ReadTimeoutError, Broken("it did not answer in time", _UP)),
    (exceptions.ProxyError, Broken("the proxy did not connect to it", _PROXY)),
    (exceptions.SSLError, Broken("no secure connection", _UP)),
    (exceptions.LocationValueError, Broken("its URL is none", _NAME, passing=False)),
    (exceptions.HTTPError, Broken("the connection was cut", _UP)),
)


def exchange(
    pool: urllib3.PoolManager, server: str, request: Request, headers: Mapping[str, str], allowed_s: float
) -> Answer | Broken:
    """Send one request and read its answer; no byte may take longer than `allowed_s`."""
    try:
        # Long lists are a tenth of their size then.
        return _answer(_sent(pool, server, request, {**headers, "Accept-Encoding": "gzip"}, allowed_s))
    except exceptions.HTTPError as error:
        return broken(error)


class Stream:
    """The lines of an answer that goes on, each as it comes."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response

    def lines(self) -> Iterator[bytes]:
        """Yield the lines until the server ends it; raise HTTPError of urllib3 if it breaks, or pauses too long."""
        parts: list[bytes] = []
        for chunk in self._response.stream():
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                yield b"".join([*parts, line])
                parts.clear()
            parts.append(rest)
        self._response.release_conn()

    def stop(self) -> None:
        """End it, from any thread: who reads it gets an error."""
        # It may have ended by itself.
        with suppress(OSError, ValueError, RuntimeError):
            self._response.shutdown()

    def close(self) -> None:
        """Give its connection up."""
        self._response.close()


def streamed(
    pool: urllib3.PoolManager, server: str, request: Request, headers: Mapping[str, str], silence_s: float
) -> Stream | Answer | Broken:
    """Send one request whose answer goes on; a pause of `silence_s` breaks it."""
    try:
        response = _sent(pool, server, request, headers, silence_s)
        return Stream(response) if response.status == 200 else _answer(response)
    except exceptions.HTTPError as error:
        return broken(error)


def broken(error: Exception) -> Broken:
    """Say what an error of urllib3 means."""
    found = next((broken for kind, broken in _FAILURES if isinstance(error, kind)), Broken("the connection was cut"))
    inner = error.args[0] if error.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        words = f"{found.words}: {(inner.verify_message or inner.reason).rstrip('.')}"
        return Broken(words, _CERTIFICATE_HINTS.get(inner.verify_code, _AUTHORITY), passing=False)
    return found


def _sent(
    pool: urllib3.PoolManager, server: str, request: Request, headers: Mapping[str, str], allowed_s: float
) -> urllib3.BaseHTTPResponse:
    return pool.request(
        request.method,
        server + request.path,
        body=None if request.body is None else json.dumps(request.body).encode(),
        headers={**headers, "Accept": "application/json", "Content-Type": request.content_type},
        timeout=urllib3.Timeout(connect=min(_CONNECT_S, allowed_s), read=allowed_s),
        retries=False,
        redirect=False,
        preload_content=False,
    )


def _answer(response: urllib3.BaseHTTPResponse) -> Answer | Broken:
    content = response.read()
    response.release_conn()
    pause = response.headers.get("Retry-After", "")
    retry_after_s = float(pause) if pause.isdigit() else 0.0
    try:
        data = json.loads(content)
    except ValueError:
        data = None
    if isinstance(data, dict):
        return Answer(response.status, data, retry_after_s)
    if response.status < 400:
        return Broken("what answers is no API server", "check the server's URL in the kubeconfig", passing=False)
    text = content.decode(errors="replace").strip()
    return Answer(response.status, {"message": text} if 0 < len(text) < _SHORT else {}, retry_after_s)


def paused(answer: Answer | Broken, pause_s: float) -> float:
    """Return how long to wait before the next request: about `pause_s`, or what the server asks for."""
    asked_s = answer.retry_after_s if isinstance(answer, Answer) else 0.0
    return max(pause_s * random.uniform(0.5, 1.5), min(asked_s, _LONGEST_ASKED_S))
