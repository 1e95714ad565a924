"""A port of its own for what Prometheus reads, so that nothing which people reach answers it (ACC-15.1, OPS-4)."""

from __future__ import annotations

import asyncio
import hmac
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from app.meters import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

PATH = "/metrics"
TRIES = 32
"""So many ports are tried, one after the other: each process of a machine takes the next that is free."""
ANSWER_SECONDS, READ_SECONDS = 10, 5


@contextmanager
def metrics_port(first: int, text: Callable[[], Awaitable[str]], token: str = "") -> Iterator[int]:
    """Answer on the first free port from `first` on while the body runs; gives the port. Raises OSError for none.

    text: makes the answer, in the event loop that runs now. token: what it must be asked with, if it is not empty.
    """
    server = _first_free(first, _handler(asyncio.get_running_loop(), text, token))
    thread = Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _first_free(first: int, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    for port in range(first, first + TRIES):
        try:
            # Prometheus asks from another machine; whoever runs the service keeps the port from everybody else.
            server = ThreadingHTTPServer(("0.0.0.0", port), handler)  # noqa: S104
        except OSError:
            continue
        server.daemon_threads = True
        return server
    raise OSError(f"no port from {first} on is free")


def may_read(authorization: str, token: str) -> bool:
    """Tell whether a header holds the token, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def _handler(
    loop: asyncio.AbstractEventLoop, text: Callable[[], Awaitable[str]], token: str
) -> type[BaseHTTPRequestHandler]:
    async def made() -> str:
        return await text()

    class Handler(BaseHTTPRequestHandler):
        timeout = READ_SECONDS
        server_version, sys_version = "register", ""

        def do_GET(self) -> None:
            if self.path != PATH:
                self.send_error(HTTPStatus.NOT_FOUND)
            elif token and not may_read(self.headers.get("Authorization", ""), token):
                self.send_error(HTTPStatus.UNAUTHORIZED)
            else:
                self._answer()

        def _answer(self) -> None:
            try:
                body = asyncio.run_coroutine_threadsafe(made(), loop).result(ANSWER_SECONDS).encode()
            except Exception:  # noqa: BLE001 - whatever it is, Prometheus is told that there was no answer
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: what is asked here is no request of anybody's."""

    return Handler
