"""A git server: `git http-backend` behind Python's own HTTP server, with Basic authentication; for tests only."""

from __future__ import annotations

import base64
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.web import WebHandler, WebServer


class Server:
    """Serves the repositories below a directory; what it does is set by its attributes.

    `users` are the passwords by user (empty: anyone may do everything), `open_reading` lets anyone read, `read_only`
    forbids every push. `redirect` is where every request is sent instead, `delay_s` a wait before each answer,
    `protocol` whether the client's wish for a protocol version is passed on, `answer` a status for everything. `after`
    is asked once a request was served, and may give a status to be answered instead. `seen` are the requests.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.users: dict[str, str] = {}
        self.open_reading = False
        self.redirect = ""
        self.delay_s = 0.0
        self.protocol = True
        self.answer = 0
        self.read_only = False
        self.after: Callable[[str], int | None] = lambda path: None
        self.seen: list[tuple[str, str, str]] = []
        self.address = ""

    @property
    def passwords(self) -> set[str]:
        """Return the passwords and users that were sent."""
        pairs = (auth.partition(" ")[2] for _, _, auth in self.seen if auth)
        return {word for pair in pairs for word in base64.b64decode(pair).decode().split(":", 1)}

    def allows(self, path: str, query: str, authorization: str) -> bool:
        """Say whether a request may be served."""
        reading = path.endswith("git-upload-pack") or "service=git-upload-pack" in query
        if not self.users or (self.open_reading and reading):
            return True
        pairs = (f"{user}:{password}" for user, password in self.users.items())
        return authorization in {f"Basic {base64.b64encode(pair.encode()).decode()}" for pair in pairs}


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """Serve the repositories below a directory on a free port of 127.0.0.1."""
    server = Server(root)

    class Handler(_Handler):
        git = server

    with WebServer(("127.0.0.1", 0), Handler) as http:
        server.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


class _Handler(WebHandler):
    git: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self._body()
        parts, authorization = urlsplit(self.path), self.headers.get("Authorization", "")
        self.git.seen.append((self.command, self.path, authorization))
        time.sleep(self.git.delay_s)
        if self.git.redirect:
            return self._send(302, {"Location": self.git.redirect + self.path}, b"")
        if self.git.answer:
            return self._send(self.git.answer, {}, b"no")
        if self.git.read_only and "receive-pack" in self.path:
            return self._send(403, {}, b"you may only read")
        if not self.git.allows(parts.path, parts.query, authorization):
            return self._send(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"who are you?")
        status, headers, answer = self._backend(parts.path, parts.query, body)
        changed = self.git.after(parts.path)
        return self._send(changed, {}, b"") if changed else self._send(status, headers, answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _backend(self, path: str, query: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": str(self.git.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "someone",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if self.git.protocol else "",
        }
        ran = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
        head, _, answer = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return int(headers.pop("Status", "200").split()[0]), headers, answer

    def _send(self, status: int, headers: dict[str, str], answer: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
