"""The web server that all those of the tests are, and what answers in it; for tests only."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class WebServer(ThreadingHTTPServer):
    """Answers in threads, and says nothing of clients that went away: the words would be in another test's output."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class WebHandler(BaseHTTPRequestHandler):
    """Answers requests, and says nothing of them."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
