"""What every call passes: whose token it is, how often it asked, and what goes with every answer."""

from __future__ import annotations

import asyncio
import gzip
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.middleware import ASGIMiddleware

from app import clock, logs
from app.access.api_tokens import Caller, Counted, Scope, caller_of, count_refusal, count_request
from app.access.notices_in_force import BOARD
from app.api.v3 import faults
from app.problems import Problem, problem
from app.terms import Actor, ActorKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar.types import ASGIApp, Message, Receive, Send
    from litestar.types import Scope as ASGIScope

    from app.settings import Settings

LIMIT = 1_000
COMPRESSED_FROM = 1_024
COMPRESSION = 3
LARGE = 65_536
"""Bytes from which compressing a body would keep others waiting: 5 ms for each megabyte, more beside other work."""
MAINTENANCE_SECONDS = "300"
REALM = 'Bearer realm="lead provider api"'
UUIDS = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ACCEPTS_GZIP = re.compile(
    r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)", re.IGNORECASE
)
READS = {"GET", "HEAD"}
FAILED = 400


@dataclass
class Call:
    """One call: what came with it, and what is known about it so far."""

    scope: Any
    caller: Caller | None = None
    counted: Counted | None = None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.scope["headers"]
        }

    @property
    def actor(self) -> Actor:
        """Who does what the call asks for, in the histories of schools (API-23.4)."""
        return Actor(ActorKind.LEAD_PROVIDER, self.known.lead_provider)

    @property
    def known(self) -> Caller:
        """The caller; raises LookupError before the token was read."""
        if self.caller is None:
            raise LookupError("the token has not been read")
        return self.caller

    def token(self) -> str:
        """Return the token of the header, or nothing (API-3.7)."""
        scheme, _, token = self.headers.get("authorization", "").strip().partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


def call_of(request: Request[Any, Any, Any]) -> Call:
    """Return the call that a request belongs to."""
    call: Call = request.scope["state"]["call"]
    return call


class Calling(ASGIMiddleware):
    """Lets a call through that has a valid token, a place under the limit, and the right to do what it asks."""

    def __init__(self, settings: Settings, stranger_waits: Callable[[Any], Awaitable[int]]) -> None:
        self.settings = settings
        self.stranger_waits = stranger_waits

    async def handle(self, scope: ASGIScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer one call."""
        call = Call(scope)
        scope["state"]["call"] = call
        answering = Answering(call, send)
        try:
            await self._admit(call)
        except Problem as refusal:
            request: Request[Any, Any, Any] = Request(scope, receive)
            response = faults.on_problem(request, refusal).to_asgi_response(None, request)
            await response(scope, receive, answering.send)
        else:
            await next_app(scope, receive, answering.send)
        finally:
            await self._note(call)

    async def _admit(self, call: Call) -> None:
        """Raise the problem that keeps the call out: 429, then 401, then 403 (API-6.3)."""
        if (await BOARD.now()).maintenance:
            raise problem(503, **{"Retry-After": MAINTENANCE_SECONDS})
        token = call.token()
        call.caller = await caller_of(token, clock.machine_now(), self.settings)
        if call.caller is None:
            await self._turn_away(call, sent_one="authorization" in call.headers)
        else:
            await count_call(call)
        if call.known.scope is Scope.READ and call.scope["method"] not in READS:
            raise problem(403)

    async def _turn_away(self, call: Call, *, sent_one: bool) -> None:
        with clock.at(clock.machine_now()):  # limits keep the machine's time (API-22.1)
            wait = await self.stranger_waits(call.scope)
        if wait:
            raise problem(429, **{"Retry-After": str(wait)})
        raise problem(401, **{"WWW-Authenticate": REALM + (', error="invalid_token"' if sent_one else "")})

    async def _note(self, call: Call) -> None:
        """Enter what the log line says of a call, and a refusal in the day's count (API-3.6, API-23.1)."""
        state, caller = call.scope["state"], call.caller
        state["log_fields"] = {
            "lead_provider": caller.lead_provider if caller else "",
            "token": caller.first_characters if caller else "",
            "resources": [found.lower() for found in UUIDS.findall(str(call.scope["path"]))],
            "parameters": names_of(call.scope["query_string"]),
            "error_codes": state.get("error_codes", []),
            "rows": state.get("rows", 0),
            "bytes": state.get("bytes", 0),
            "build": call.scope["litestar_app"].state.build,
        }
        if caller and call.status >= FAILED and not (call.counted and call.counted.wait):
            with suppress(Exception):
                await count_refusal(caller.token_id)


def names_of(query: bytes) -> list[str]:
    """Return the known names in a query, without values; what somebody made up is not logged (API-23.1)."""
    names = {
        part.partition(b"=")[0].replace(b"%5B", b"[").replace(b"%5D", b"]").decode("latin-1")
        for part in query.split(b"&")
    }
    return sorted(
        name
        for name in names
        if re.fullmatch(r"(?:filter|page|sort|validate_only)(?:\[[a-z_]{1,30}\](?:\[\])?)?", name)
    )


async def count_call(call: Call, weight: int = 1) -> None:
    """Count a call; raises the problem of one too many. A counter that fails lets it pass (API-21.1, API-21.4)."""
    try:
        counted = await count_request(call.known.token_id, weight)
    except Exception as fault:  # noqa: BLE001 - whatever keeps it from counting must not keep anybody out
        logs.log_fault(fault, call.scope["state"]["request_id"])
        logs.raise_alarm("api_limit_not_counted")
        return
    call.counted = counted
    if counted.wait:
        raise problem(429, **{"Retry-After": str(counted.wait)})


async def _compressed(body: bytes) -> bytes:
    """Compress a body, a large one in a thread of its own."""
    if len(body) < LARGE:
        return gzip.compress(body, COMPRESSION, mtime=0)
    return await asyncio.to_thread(gzip.compress, body, COMPRESSION, mtime=0)


class Answering:
    """Sends an answer with the headers that every one has, compressed where the caller takes it (API-5.5, API-20.2)."""

    def __init__(self, call: Call, send: Send) -> None:
        self.call = call
        self._send = send
        self._start: Any = None

    async def send(self, message: Message) -> None:
        """Pass a message on; the head waits for the body, whose length it names."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            body = message.get("body", b"")
            self.call.status = start["status"]
            head = [pair for pair in start.get("headers", ()) if pair[0].lower() not in {b"content-length", b"vary"}]
            if self._compresses(body, start["status"]):
                body = await _compressed(body)
                head.append((b"content-encoding", b"gzip"))
            self.call.scope["state"]["bytes"] = len(body)
            start["headers"] = [*head, (b"content-length", str(len(body)).encode()), *self._usual()]
            await self._send(start)
            message["body"] = body
        await self._send(message)

    def _compresses(self, body: bytes, status: int) -> bool:
        accepted = ACCEPTS_GZIP.search(self.call.headers.get("accept-encoding", ""))
        return status == 200 and len(body) >= COMPRESSED_FROM and accepted is not None  # noqa: PLR2004 - the one success

    def _usual(self) -> list[tuple[bytes, bytes]]:
        made = [(b"vary", b"Accept-Encoding")]
        counted = self.call.counted
        if counted is not None:
            values = {"limit": LIMIT, "remaining": counted.remaining, "reset": counted.reset}
            made += [(f"ratelimit-{name}".encode(), str(value).encode()) for name, value in values.items()]
        return made
