"""Another server than the forge, that a token must not reach; for tests only."""

from __future__ import annotations

from typing import ClassVar

from tests.web import WebHandler


class Elsewhere(WebHandler):
    """Another server; as a proxy it answers for all hosts, and connects to none."""

    seen: ClassVar[list[tuple[str, dict[str, str]]]] = []
    port: ClassVar[int] = 0

    def respond(self) -> None:
        self.seen.append((f"{self.command} {self.path}", dict(self.headers.items())))
        self.send_response(403 if self.command == "CONNECT" else 200)
        self.send_header("Content-Length", "16")
        self.end_headers()
        self.wfile.write(b'{"login": "eve"}')


for _method in ("CONNECT", "GET", "POST"):
    setattr(Elsewhere, f"do_{_method}", Elsewhere.respond)
