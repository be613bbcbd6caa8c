"""What may go wrong between a client and a server: each sends something else than the answer; for tests only."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import TYPE_CHECKING

from tests.forge.github_api import Reply, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forge.github_server import Handler


def refuses(status: int, message: str = "", **headers: str) -> Callable[[Handler, Reply], None]:
    """Answer with an error instead; names of headers have `_` for `-`."""
    return lambda handler, _: handler.send(refusal(status, message or "Sorry", **headers))


def answers(status: int, body: object = None, **headers: str) -> Callable[[Handler, Reply], None]:
    """Answer with this instead; names of headers have `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.send(Reply(status, body, named))


def adds(**headers: str) -> Callable[[Handler, Reply], None]:
    """Answer as usual, with more headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, reply: handler.send(reply._replace(headers={**reply.headers, **named}))


def resets(handler: Handler, reply: Reply) -> None:
    """Cut the connection with a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.rfile.close()
    handler.connection.close()


def cuts(handler: Handler, reply: Reply) -> None:
    """Send half of the answer, then close."""
    content = json.dumps(reply.body).encode() if reply.body is not None else b"{}"
    handler.send(Reply(200), content[: len(content) // 2], length=len(content) + 1)
    handler.close_connection = True


def breaks_off(handler: Handler, reply: Reply) -> None:
    """Send half of the JSON as if it were all."""
    handler.send(Reply(200), b'{"number": 1, "title": "Prom')


def trickles(handler: Handler, reply: Reply) -> None:
    """Send the answer a byte at a time, without end."""
    handler.send(Reply(200), b"{", length=1000)
    try:
        for _ in range(200):
            time.sleep(0.02)
            handler.wfile.write(b" ")
    except OSError:
        handler.close_connection = True


def hangs(handler: Handler, reply: Reply) -> None:
    """Say nothing for a while, then close."""
    time.sleep(0.5)
    handler.close_connection = True


def floods(handler: Handler, reply: Reply) -> None:
    """Send more than anyone wants to read."""
    handler.send(Reply(200), b"[", length=1 << 40)
    try:
        for _ in range(1000):
            handler.wfile.write(b" " * 1_000_000)
    except OSError:
        handler.close_connection = True


def shows_a_page(status: int) -> Callable[[Handler, Reply], None]:
    """Answer with HTML, as a proxy does."""
    page = b"<!DOCTYPE html><HTML><head><title> Bad\n Gateway </title></head></HTML>"
    return lambda handler, _: handler.send(Reply(status, headers={"Content-Type": "text/html"}), page)


def babbles(handler: Handler, reply: Reply) -> None:
    """Say something that is no HTTP."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n[]")
    handler.close_connection = True
