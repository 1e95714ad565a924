"""An application on a port of loopback, for as long as a test needs it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def free_port() -> tuple[socket.socket, str]:
    """Take a free port; returns it and the address it will have."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    return taken, f"http://127.0.0.1:{taken.getsockname()[1]}"


class Guest(uvicorn.Server):
    """A server inside the tests' own loop: the signals stay theirs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving(app: Any, taken: socket.socket) -> AsyncIterator[None]:
    """Serve an application on a port that was taken, in this process."""
    settings = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = Guest(settings)
    running = asyncio.create_task(server.serve(sockets=[taken]))
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 10)
        taken.close()
