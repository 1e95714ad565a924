"""What every request passes: the outermost shell around the application, and the visitor inside it."""

from __future__ import annotations

import hmac
import json
import re
import secrets
import types
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.handlers import ASGIRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.utils import normalize_path

from app import clock, logs
from app.access.notices_in_force import BOARD
from app.access.queries import Visitor, load_visitor
from app.access.sessions import hash_of
from app.db.engine import Statements, statements
from app.db.sight import SERVICE, seen_by
from app.meters import METERS, Answered
from app.problems import usual
from app.web import headers
from app.web.errors import LAST_RESORT, ErrorPage
from app.web.faults import answer
from app.web.gates import Instead, admit
from app.web.policies import Policy
from app.web.session import COOKIE, SECURE_COOKIE, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from datetime import datetime

    from litestar import Litestar
    from litestar.handlers.base import BaseRouteHandler
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from app.settings import Settings
    from app.web.limits import AddressLimit

CLOCK_HEADER = b"x-with-server-date"
UNMATCHED = "/{unmatched}"
NOT_FOUND_PATH = "/-/not-found"
PROGRAMS = "/api/v3"
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
HTML, JSON = b"text/html; charset=utf-8", b"application/json; charset=utf-8"


@dataclass
class Spent:
    """Processor seconds of one request, without what ran in between."""

    seconds: float = 0.0


@types.coroutine
def measured(work: Coroutine[Any, Any, None], spent: Spent) -> Generator[Any, Any, None]:
    """Drive a coroutine, adding up the processor time of its own steps."""
    step, given = work.send, None
    while True:
        started = thread_time()
        try:
            waits_for = step(given)
        except StopIteration:
            return
        finally:
            spent.seconds += thread_time() - started
        try:
            given, step = (yield waits_for), work.send
        except BaseException as fault:  # noqa: BLE001 - a cancellation is the work's to handle
            given, step = fault, work.throw


class Shell:
    """The outermost layer: host, clock, headers, HEAD, last resort and the log line, for whatever is asked."""

    def __init__(self, app: Litestar, inner: ASGIApp, settings: Settings, limit: AddressLimit) -> None:
        self.app = app
        self.inner = inner
        self.settings = settings
        self.limit = limit

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        # The server keeps its own scope, with the method asked for.
        exchange = Exchange(self.settings, dict(scope), send, is_last="stopping" in self.app.state)
        counted, spent, started = Statements(), Spent(), perf_counter()
        token = statements.set(counted)
        named = logs.request_id.set(exchange.request_id)
        try:
            await measured(self._answer(exchange, receive), spent)
        finally:
            logs.request_id.reset(named)
            statements.reset(token)
            exchange.log(counted, perf_counter() - started, spent.seconds)

    async def _answer(self, exchange: Exchange, receive: Receive) -> None:
        try:
            moment = exchange.checked()
        except ValueError as fault:
            await self._refuse(exchange, receive, 400, ErrorPage(detail=str(fault)))
            return
        if exchange.is_insecure():
            await exchange.secure()
            return
        try:
            handler = self._route(exchange.scope)
            if isinstance(handler, ASGIRouteHandler):
                await handler.fn(exchange.scope, receive, exchange.send)
            else:
                with clock.one_moment(), clock.at(moment):
                    await self._unless_limited(exchange, receive)
        except Exception as fault:  # noqa: BLE001 - nothing may escape without an answer
            logs.log_fault(fault, exchange.request_id)
            await exchange.give_up()

    async def _unless_limited(self, exchange: Exchange, receive: Receive) -> None:
        counted_by_token = exchange.is_call and exchange.scope["path"] != NOT_FOUND_PATH
        wait = 0 if counted_by_token else await self.limit.wait(exchange.scope)
        if wait:
            await self._refuse(exchange, receive, 429, ErrorPage(retry="in 5 minutes"), wait)
        else:
            await self.inner(exchange.scope, receive, exchange.send)

    async def _refuse(
        self, exchange: Exchange, receive: Receive, status: int, context: ErrorPage, wait: int = 0
    ) -> None:
        """Answer before any route is chosen and without looking at who asks."""
        request: Request[Any, Any, Any] = Request(exchange.scope, receive)
        response = answer(request, status, context, {"Retry-After": str(wait)} if wait else None)
        await response.to_asgi_response(None, request)(exchange.scope, receive, exchange.send)

    def _route(self, scope: Any) -> BaseRouteHandler | None:
        """Return the route's handler; what no route matches goes to the page that says so (TRP-6, TRP-7)."""
        path = scope["path"]
        if "\0" in path or "\ufffd" in path:
            scope["path"] = NOT_FOUND_PATH
            return None
        try:
            found = self.app.asgi_router.handle_routing(path=normalize_path(path), method=scope["method"])
        except MethodNotAllowedException:
            return None
        except NotFoundException:
            scope["path"] = NOT_FOUND_PATH
            return None
        handler: BaseRouteHandler
        _, handler, _, _, scope["path_template"] = found
        return handler


class Exchange:
    """One request and its answer, as the shell sees them."""

    def __init__(self, settings: Settings, scope: Any, send: Send, *, is_last: bool = False) -> None:
        self.settings = settings
        self.is_last = is_last
        """Whether the connection ends with it, because the process is about to (OPS-8)."""
        self.scope = scope
        self._send = send
        self.method = str(scope["method"])
        self.path = str(scope["path"])
        self.is_call = self.path.startswith(f"{PROGRAMS}/")
        """A program calls the API, whose requests are counted by their token (API-21.2)."""
        self.headers = dict(scope["headers"])
        self.request_id = self._request_id()
        self.status = 0
        scope.setdefault("state", {}).update(request_id=self.request_id, asked=self.path, head=self.method == "HEAD")
        scope["query_string"] = scope["query_string"].replace(b"%00", b"%EF%BF%BD")
        if self.method == "HEAD":
            scope["method"] = "GET"

    def _request_id(self) -> str:
        """Return the id that a program gave its call, if it can be one, else a new one (API-4.5)."""
        given = self.headers.get(b"x-request-id", b"").decode("latin-1") if self.is_call else ""
        return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16)

    def checked(self) -> datetime | None:
        """Return the time the request is to run at; raises ValueError for a foreign host or an unreadable time."""
        if host_name(self.headers.get(b"host", b"").decode("latin-1")) not in self.settings.hosts:
            raise ValueError("This service does not answer at this address.")
        if self.settings.production or CLOCK_HEADER not in self.headers:
            return None
        try:
            moment = clock.parse(self.headers[CLOCK_HEADER].decode("latin-1"))
        except (ValueError, OverflowError):
            raise ValueError("X-With-Server-Date is not an ISO 8601 date-time.") from None
        self.scope["state"]["header_now"] = moment
        return moment

    def is_insecure(self) -> bool:
        """Tell whether a live request came without encryption, by what a trusted proxy says (ACC-17.4)."""
        if not self.settings.production or self.path == "/health/live":
            return False
        client = self.scope.get("client") or ("",)
        said = self.headers.get(b"x-forwarded-proto", b"").decode("latin-1")
        scheme = said if said and client[0] in self.settings.proxies else self.scope["scheme"]
        return bool(scheme != "https")

    async def secure(self) -> None:
        """Send the browser to the same address with encryption."""
        query = self.scope["query_string"]
        target = self.settings.base_url.rstrip("/").encode() + self.scope["raw_path"] + (b"?" + query if query else b"")
        headers_ = [(b"location", target), (b"content-length", b"0")]
        await self.send({"type": "http.response.start", "status": 308, "headers": headers_})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(self, message: Message) -> None:
        """Pass the answer on with the headers it lacks; HEAD gets no body."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            made = headers.completed(
                message.get("headers", ()),
                self.path,
                request_id=self.request_id,
                allow_indexing=self.settings.allow_indexing,
                issuer=self.settings.issuer_origin,
                revalidated=self.is_call and self.method in {"GET", "HEAD"},
            )
            message["headers"] = [*made, (b"connection", b"close")] if self.is_last else made
        elif message["type"] == "http.response.body" and self.method == "HEAD":
            message["body"] = b""
        await self._send(message)

    async def give_up(self) -> None:
        """Answer 500 without application, template or database; nothing when an answer has begun."""
        if self.status:
            return
        text, kind = (json.dumps(usual(500)), JSON) if self.is_call else (LAST_RESORT, HTML)
        body = text.encode()
        head = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": 500, "headers": head})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    def log(self, counted: Statements, seconds: float, cpu_seconds: float) -> None:
        """Write the request's one line, and count it; neither can fail the request (OPS-2, API-23.2)."""
        visit = self.scope["state"].get("visit")
        user = visit.visitor.user if visit else None
        more = self.scope["state"].get("log_fields", {})
        nobody = "lead_provider" if more.get("lead_provider") else "visitor"
        route = str(self.scope.get("path_template") or UNMATCHED)
        line = logs.RequestLine(
            request_id=self.request_id,
            route=UNMATCHED if route == NOT_FOUND_PATH else route,
            method=self.method if self.method.isalpha() else "OTHER",
            status=self.status,
            actor_kind=user.actor_kind.value if user else nobody,
            school=school_mark(visit.key, visit.visitor.school.id) if visit and visit.visitor.school else "",
            request_time=round(seconds, 6),
            request_cpu_time=round(cpu_seconds, 6),
            db_count=counted.count,
            db_time=round(counted.seconds, 6),
            outside_time=round(counted.outside_seconds, 6),
            partial=self.headers.get(b"hx-request") == b"true",
        )
        with suppress(Exception):
            logs.log_request(line, more)
            logs.log_refusal(line)
        with suppress(Exception):
            answered = Answered(str(more.get("lead_provider", "")), line["method"], line["route"], line["status"])
            METERS.count(answered, seconds)


@lru_cache(maxsize=8_192)
def school_mark(key: bytes, school_id: int) -> str:
    """Return what the log knows a school by: the same on every line, and nobody's who has no key (OPS-2)."""
    return hmac.digest(key, f"log school {school_id}".encode(), "sha256").hex()[:12]


def routes_of(app: Litestar) -> Callable[[str, str], str]:
    """Return what tells the pattern of the route that a path and method lead to."""

    def route_of(path: str, method: str) -> str:
        try:
            return app.asgi_router.handle_routing(path=normalize_path(path), method=method)[-1]
        except (MethodNotAllowedException, NotFoundException):
            return UNMATCHED

    return route_of


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets, in lower case."""
    name, colon, port = host.lower().rpartition(":")
    return (name if colon and port.isdigit() else host.lower()).strip("[]")


class Visiting(ASGIMiddleware):
    """Finds out who is asking, lets them through the gates, and hands out the cookie afterwards."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.key = settings.secret()
        self.cookie = SECURE_COOKIE if settings.secure else COOKIE

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Load the visitor, unless the route doesn't depend on who asks."""
        policy = scope["route_handler"].opt.get("policy")
        if not isinstance(policy, Policy) or policy.audience in {"file", "program"}:
            await next_app(scope, receive, send)
            return
        visit = await self._visit(scope, policy)
        scope["state"]["visit"] = visit

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._cookie_headers(visit)]
            await send(message)

        session_clock = None if visit.header_now or self.settings.production else visit.visitor.moment
        with clock.at(session_clock), seen_by(SERVICE):
            answer_instead = await self._stopped(scope, receive, with_cookie)
            await (answer_instead or next_app)(scope, receive, with_cookie)

    async def _stopped(self, scope: Scope, receive: Receive, send: Send) -> ASGIApp | None:
        """Return what a gate answers; not a guard of the framework, which copies the whole handler for each."""
        request = scope["litestar_app"].request_class(scope, receive, send)
        try:
            await admit(request)
        except Instead as instead:
            return instead.response.to_asgi_response(None, request)
        return None

    async def _visit(self, scope: Scope, policy: Policy) -> Visit:
        header_now = scope["state"].get("header_now")
        session_id = read_cookie(scope, self.cookie)
        visitor = Visitor()
        if session_id:
            visitor = await load_visitor(
                hash_of(session_id), header_now, clock.machine_now(), counts_as_use=not policy.polling
            )
        visit = Visit(visitor, header_now=header_now, key=self.key)
        visit.forget = bool(session_id) and visitor.session is None
        if visitor.session is None:
            visit.notices = await BOARD.now()
        return visit

    def _cookie_headers(self, visit: Visit) -> list[tuple[bytes, bytes]]:
        if not (visit.new_id or visit.forget):
            return []
        value = f"{self.cookie}={visit.new_id}; Path=/; HttpOnly; SameSite=Lax"
        if self.settings.secure:
            value += "; Secure"
        if not visit.new_id:
            value += "; Max-Age=0"
        return [(b"set-cookie", value.encode())]


def read_cookie(scope: Scope, name: str) -> str:
    """Return the value of a cookie of ours, which is never quoted; empty when it is missing."""
    for key, value in scope["headers"]:
        if key == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                its_name, _, its_value = pair.partition("=")
                if its_name.strip() == name:
                    return its_value.strip()
    return ""
