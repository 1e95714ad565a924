"""Visitors of a web process over loopback: many at once, at a rate, each answer timed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from app.bench.client import Answer, Client

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVER_ERROR = 500
BUSY = 503


@dataclass
class Pace:
    """Lets requests through at a rate, and keeps how long each took and what went wrong."""

    rate: float
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    put_off: int = 0
    """How many visitors were asked to come back later, which is no fault."""
    next_at: float = 0.0
    begun_at: float = 0.0
    latest_at: float = 0.0

    @property
    def reached(self) -> float:
        """Return how many answers a second came, from the beginning to the last one."""
        return len(self.seconds) / max(self.latest_at - self.begun_at, 1e-9)

    async def turn(self) -> float:
        """Wait until it is this request's turn; returns when that was."""
        now = perf_counter()
        self.next_at = max(self.next_at + 1 / self.rate, now - 1.0)
        at = self.next_at
        if at > now:
            await asyncio.sleep(at - now)
        return at

    def note(self, started: float, status: int, path: str) -> None:
        """Keep one answer; a refusal to serve more is a fault without a name."""
        self.latest_at = perf_counter()
        self.seconds.append(self.latest_at - started)
        if status >= SERVER_ERROR:
            self.faults.append("busy" if status == BUSY else f"{status} {path}")


class Remote(Client):
    """One visitor with a connection of its own, kept open."""

    def __init__(self, port: int, pace: Pace) -> None:
        super().__init__(None)
        self.headers["host"] = f"127.0.0.1:{port}"
        self._port = port
        self._pace = pace
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def close(self) -> None:
        """Let the connection go."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        sent = {**self.headers, **headers}
        if self._cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        started = await self._pace.turn()
        answer = await self._exchange(f"{method} {url} HTTP/1.1\r\n{head}\r\n".encode() + body)
        self._pace.note(started, answer.status, url)
        return answer

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        answer = Answer(status=int(lines[0].split(" ")[1]))
        pairs: list[tuple[bytes, bytes]] = []
        for line in filter(None, lines[1:]):
            name, _, value = line.partition(": ")
            pairs.append((name.encode(), value.encode("latin-1")))
        self._keep(answer, pairs)
        answer.body = await reader.readexactly(int(answer.headers.get("content-length", "0")))
        return answer


async def rate_of(port: int, path: str, *, seconds: float, visitors: int = 8) -> float:
    """Return how many answers a second a server gives when always asked again at once."""
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode()
    until, count = perf_counter() + seconds, 0

    async def ask() -> None:
        nonlocal count
        visitor: Any = Remote(port, Pace(1.0))
        while perf_counter() < until:
            await visitor._exchange(request)  # noqa: SLF001 - without a pace
            count += 1
        await visitor.close()

    await asyncio.gather(*(ask() for _ in range(visitors)))
    return count / seconds
