"""What every stand-in server shares: loopback only, control endpoints, faults, a record of requests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import socket
from collections import deque
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from app import clock
from app.stand_ins.files import Mistakes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope

    from app.stand_ins.faults import Fault

LOOPBACK = "127.0.0.1"
REMEMBERED = 1000
_CONTROL = "/__stand-in/"


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def content(self) -> Any:
        """Return the JSON of the body, or its text, or None when there is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Said:
    """An answer to be sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class Controlled(Protocol):
    """A system with a control endpoint of its own."""

    def control(self, name: str, query: str) -> object | None:
        """Answer a control endpoint by its name; None when there is none of that name."""
        ...


class System(Protocol):
    """An outside system as a stand-in plays it."""

    name: str

    @property
    def records(self) -> int:
        """Return how many records it serves."""
        ...

    @property
    def content(self) -> object:
        """Return the content of its data file."""
        ...

    def replace(self, content: object) -> None:
        """Serve other data from now on; raises Mistakes."""
        ...

    def faults(self) -> list[dict[str, object]]:
        """Return the faults in force."""
        ...

    def set_faults(self, content: object) -> None:
        """Have these faults from now on; raises Mistakes."""
        ...

    def facts(self, asked: Asked) -> Mapping[str, frozenset[str]]:
        """Return what faults are matched on; always with `operation` and `path`."""
        ...

    def meet(self, facts: Mapping[str, frozenset[str]]) -> Fault | None:
        """Return the fault that a request with these facts meets."""
        ...

    def answer(self, asked: Asked, fault: Fault | None) -> Said:
        """Answer as the real system would, spoiled by a fault that only this system has."""
        ...


def as_json(status: int, content: object, *headers: tuple[str, str]) -> Said:
    """Make a JSON answer."""
    return Said(status, msgspec.json.encode(content), headers=headers)


class Application:
    """The ASGI application around one system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._requests: deque[dict[str, object]] = deque(maxlen=REMEMBERED)

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request."""
        asked = await _asked(scope, receive)
        if asked.path.startswith(_CONTROL):
            await _send(self._control(asked), send)
        else:
            await self._play(asked, _Line(scope, receive, send))

    async def _play(self, asked: Asked, line: _Line) -> None:
        facts = self._system.facts(asked)
        entry = self._remember(asked, next(iter(facts["operation"])))
        fault = self._system.meet(facts)
        kind = fault.answer if fault else None
        if fault and await line.gone_within(fault.delay_ms / 1000):
            return
        if kind == "drop_connection":
            await line.hang_up()
            return
        said = _spoiled(self._system.answer(asked, fault), fault)
        entry["status"] = said.status
        await line.deliver(said, kind)

    def _remember(self, asked: Asked, operation: str) -> dict[str, object]:
        entry: dict[str, object] = {
            "operation": operation,
            "method": asked.method,
            "path": asked.path,
            "query": asked.query,
            "body": _without_secrets(asked.content()),
            "status": None,
            "time": clock.machine_now().isoformat(),
        }
        self._requests.append(entry)
        return entry

    def _control(self, asked: Asked) -> Said:
        handlers = {
            ("GET", "health"): lambda: {"stand_in": self._system.name, "records": self._system.records},
            ("GET", "data"): lambda: self._system.content,
            ("PUT", "data"): lambda: self._system.replace(asked.content()),
            ("GET", "faults"): self._system.faults,
            ("PUT", "faults"): lambda: self._system.set_faults(asked.content()),
            ("DELETE", "faults"): lambda: self._system.set_faults([]),
            ("GET", "requests"): lambda: list(self._requests),
            ("DELETE", "requests"): self._requests.clear,
        }
        handler = handlers.get((asked.method, asked.path.removeprefix(_CONTROL)))
        if handler is None:
            return self._own_control(asked)
        try:
            content = handler()
        except Mistakes as mistakes:
            return as_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": mistakes.lines})
        return as_json(HTTPStatus.OK, content) if asked.method == "GET" else Said(HTTPStatus.NO_CONTENT)

    def _own_control(self, asked: Asked) -> Said:
        name = asked.path.removeprefix(_CONTROL)
        own = isinstance(self._system, Controlled) and asked.method == "GET"
        content = cast("Controlled", self._system).control(name, asked.query) if own else None
        if content is None:
            return as_json(HTTPStatus.NOT_FOUND, {"errors": ["no such control"]})
        return as_json(HTTPStatus.OK, content)


def _without_secrets(content: Any) -> Any:
    """Leave the client's secret out of what is remembered of a form (EXT-6.5)."""
    return re.sub(r"(client_secret=)[^&]*", r"\1left-out", content) if isinstance(content, str) else content


def _spoiled(said: Said, fault: Fault | None) -> Said:
    """Put the answer in place of the real one that any system may give (EXT-6.6)."""
    match fault.answer if fault else None:
        case "server_error":
            return Said(HTTPStatus.INTERNAL_SERVER_ERROR, content_type="")
        case "bad_gateway_html":
            return _html(HTTPStatus.BAD_GATEWAY, "Bad gateway")
        case "unavailable":
            status = fault.status if fault and fault.status else HTTPStatus.SERVICE_UNAVAILABLE
            wait = (("retry-after", str(fault.retry_after)),) if fault and fault.retry_after is not None else ()
            return Said(status, content_type="", headers=wait)
        case "html_200":
            return _html(HTTPStatus.OK, "Sign in to continue")
        case "truncated_json":
            return replace(said, status=HTTPStatus.OK, content_type="application/json; charset=utf-8")
    return said


def _html(status: int, title: str) -> Said:
    page = f"<!DOCTYPE html><html lang=en><title>{title}</title><h1>{title}</h1></html>"
    return Said(status, page.encode(), "text/html; charset=utf-8")


class _Line:
    """The connection of one request, for answers that misuse it."""

    def __init__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        transport = (scope["extensions"] or {})["transport"]["it"]
        self._transport = cast("asyncio.Transport", transport)
        self._receive = receive
        self._send = send

    async def gone_within(self, seconds: float) -> bool:
        """Wait; tell whether the client hung up meanwhile."""
        if not seconds:
            return False
        try:
            await asyncio.wait_for(self._receive(), seconds)
        except TimeoutError:
            return False
        return True

    async def hang_up(self) -> None:
        """Close the connection without a word."""
        self._transport.close()
        await self._receive()

    async def deliver(self, said: Said, how: str | None) -> None:
        """Send the answer whole, or as the fault says."""
        match how:
            case "lose_answer":
                await self.hang_up()
            case "truncated_json":
                await self._cut(said)
            case "drip":
                await self._drip(said)
            case _:
                await _send(said, self._send)

    async def _cut(self, said: Said) -> None:
        await _start(said, self._send)
        half = said.body[: len(said.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        await self.hang_up()

    async def _drip(self, said: Said) -> None:
        await _start(said, self._send)
        for byte in said.body:
            await self._send({"type": "http.response.body", "body": bytes([byte]), "more_body": True})
            if await self.gone_within(1):
                return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _asked(scope: HTTPScope, receive: ASGIReceiveCallable) -> Asked:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")  # type: ignore[operator]
        more = bool(message.get("more_body", False))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Asked(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, body)


async def _send(said: Said, send: ASGISendCallable) -> None:
    await _start(said, send)
    await send({"type": "http.response.body", "body": said.body, "more_body": False})


async def _start(said: Said, send: ASGISendCallable) -> None:
    headers = [(name.encode(), value.encode()) for name, value in said.headers]
    if said.content_type:
        headers.append((b"content-type", said.content_type.encode()))
    headers.append((b"content-length", str(len(said.body)).encode()))
    await send({"type": "http.response.start", "status": said.status, "headers": headers, "trailers": False})


class _Reachable(H11Protocol):
    """Hands each request its own connection, so that a fault can cut it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application = self.app

        async def with_connection(scope: Any, receive: Any, send: Any) -> None:
            await application({**scope, "extensions": {"transport": {"it": self.transport}}}, receive, send)

        self.app = with_connection


class _Guest(uvicorn.Server):
    """A server inside somebody else's event loop: the signals stay theirs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def bind(port: int) -> socket.socket:
    """Take a port of the loopback address, a free one for 0; raises OSError when it is taken."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except OSError:
        taken.close()
        raise
    return taken


def address(taken: socket.socket) -> str:
    """Return the address that a bound socket is reached at."""
    return f"http://{LOOPBACK}:{taken.getsockname()[1]}"


async def serve_until_stopped(system: System, taken: socket.socket) -> None:
    """Serve on the socket until a signal ends the process."""
    await uvicorn.Server(_config(system)).serve(sockets=[taken])


@contextlib.asynccontextmanager
async def running(system: System, port: int = 0) -> AsyncIterator[str]:
    """Serve in this event loop for as long as the body runs; gives the address."""
    taken = bind(port)
    server = _Guest(_config(system))
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        while not (server.started or task.done()):  # noqa: ASYNC110 - the server tells it by a flag alone
            await asyncio.sleep(0.005)
        yield address(taken)
    finally:
        server.should_exit = True
        await task
        taken.close()


def _config(system: System) -> uvicorn.Config:
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return uvicorn.Config(
        Application(system),
        http=_Reachable,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=0,
    )
