"""What stands between a client and an API server: a wire that fails, and a server in the middle that lies."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import random
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.web import WebHandler, WebServer

_BLOCK = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


class Pair:
    """The two ends of a connection that is handed on."""

    def __init__(self, client: socket.socket, server: socket.socket, silent: bool = False) -> None:
        self.ends = (client, server)
        self.silent, self.resetting = silent, False
        self._running = 2
        self._lock = threading.Lock()
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def end(self, reset: bool) -> None:
        self.resetting = reset
        for end in self.ends:
            with contextlib.suppress(OSError):
                if reset:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                # What reads it is woken, and closes it.
                end.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(_BLOCK):
                if not self.silent:
                    sink.sendall(block)
        if not self.silent and not self.resetting:
            self.end(reset=False)
        with self._lock:
            self._running -= 1
            if not self._running:
                for end in self.ends:
                    end.close()


class Wire:
    """Takes TCP connections for a server and hands their bytes on, TLS and all, unless it is told otherwise."""

    def __init__(self, place: str) -> None:
        host, _, port = place.rpartition(":")
        self._server = (host, int(port))
        self._pairs: list[Pair] = []
        self.refusing = self.stalling = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Close all connections."""
        for pair in list(self._pairs):
            pair.end(reset=False)

    def reset(self) -> None:
        """Reset all connections."""
        for pair in list(self._pairs):
            pair.end(reset=True)

    def stall(self) -> None:
        """Pass nothing on any more, without a word; new connections are well."""
        for pair in list(self._pairs):
            pair.silent = True

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.refusing:
                    client.close()
                    continue
                self._pairs.append(Pair(client, socket.create_connection(self._server), self.stalling))


class Said(NamedTuple):
    """What the server in the middle answers by itself."""

    status: int
    data: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


Fault = Callable[[str, str, dict[str, str]], "Said | None"]


def failure(status: int, message: str, *headers: tuple[str, str]) -> Said:
    """Return an answer as an API server gives it if it fails."""
    data = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": status}
    return Said(status, data, headers)


class Middle(WebServer):
    """An HTTP server before an API server; `fault` may answer in its place, `line` may change a line of a watch."""

    def __init__(self, upstream: str, context: ssl.SSLContext, headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Between)
        self.upstream, self.context, self.headers = upstream, context, headers
        self.fault: Fault = lambda method, path, headers: None
        self.line: Callable[[bytes], bytes] = lambda line: line
        self.asked: list[str] = []
        self.place = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Between(WebHandler):
    """Hands a request on with other credentials."""

    protocol_version = "HTTP/1.1"
    server: Middle

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        if said := self.server.fault(self.command, self.path, dict(self.headers)):
            self._send(said.status, json.dumps(said.data).encode(), ("Content-Type", "application/json"), *said.headers)
            return
        upstream = http.client.HTTPSConnection(self.server.upstream, context=self.server.context)
        with contextlib.closing(upstream):
            sent = {name: self.headers[name] for name in ("Accept", "Content-Type") if name in self.headers}
            upstream.request(self.command, self.path, body or None, {**sent, **self.server.headers})
            found = upstream.getresponse()
            kind = ("Content-Type", found.headers.get("Content-Type", ""))
            if "watch=" in self.path and found.status == 200:
                self._stream(found, kind)
            else:
                self._send(found.status, found.read(), kind)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    def _send(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
        self._begin(status, *headers, ("Content-Length", str(len(content))))
        self.wfile.write(content)

    def _stream(self, answer: http.client.HTTPResponse, kind: tuple[str, str]) -> None:
        self._begin(200, kind, ("Transfer-Encoding", "chunked"))
        while line := answer.readline():
            content = self.server.line(line)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
            self.wfile.flush()
            if content != line:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def _begin(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()


class Gate(WebHandler):
    """A proxy that lets through who has the password."""

    server: Proxy

    def do_CONNECT(self) -> None:
        if self.headers.get("Proxy-Authorization") != self.server.authorization:
            self.send_error(407)
            return
        host, _, port = self.path.rpartition(":")
        self.server.asked.append(self.path)
        sink = socket.create_connection((host, int(port)))
        self.send_response(200)
        self.end_headers()
        self.server.pairs.append(Pair(self.connection.dup(), sink))
        self.close_connection = True


class Proxy(WebServer):
    """An HTTP proxy for TLS connections, with a name and a password."""

    def __init__(self, name: str, password: str) -> None:
        super().__init__(("127.0.0.1", 0), Gate)
        self.authorization = f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"
        self.asked: list[str] = []
        self.pairs: list[Pair] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def shutdown_request(self, request: Any) -> None:
        """Leave a connection that is handed on as it is."""
        request.close()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        for pair in self.pairs:
            pair.end(reset=False)


@contextlib.contextmanager
def troubled(*actions: Callable[[], None], seed: int = 0, every_s: tuple[float, float] = (0.1, 0.6)) -> Iterator[None]:
    """Do one of the actions again and again, from time to time."""
    over, chance = threading.Event(), random.Random(seed)

    def trouble() -> None:
        while not over.wait(chance.uniform(*every_s)):
            chance.choice(actions)()

    thread = threading.Thread(target=trouble, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sometimes(said: Said, share: float, seed: int = 0) -> Fault:
    """Return a fault that answers a share of all requests."""
    chance = random.Random(seed)
    return lambda method, path, headers: said if chance.random() < share else None


def until(done: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait until something is so, and return it."""
    limit = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < limit, "it did not come to that"
        time.sleep(0.05)
    return found
