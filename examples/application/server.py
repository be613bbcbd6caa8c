"""A small web program: it says which version it is, and that it is well."""

from __future__ import annotations

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = os.environ.get("VERSION", "unknown")
PAGES = {"/": f"pipeline-application {VERSION}\n", "/healthz": "ok\n"}


class Handler(BaseHTTPRequestHandler):
    """Answers with a page, or 404."""

    def do_GET(self) -> None:
        """Answer a request."""
        page = PAGES.get(self.path)
        self.send_response(404 if page is None else 200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "not found\n").encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
