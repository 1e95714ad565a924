"""Whether the service runs, is ready for visitors, and what it thinks of outside systems (OPS-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response, asgi, get
from litestar.exceptions import NotFoundException

from app import clock
from app.console.job_health import job_health, worst
from app.console.measures import metrics_text
from app.db.engine import DatabaseUnavailable
from app.db.migrations import at_head
from app.meters import CONTENT_TYPE
from app.metrics_port import may_read
from app.refdata.health import register_health
from app.web.policies import file_route

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Send
    from pydantic import SecretStr

AnyRequest = Request[Any, Any, Any]
States = Callable[[], Mapping[str, Any]]


@asgi("/health/live", opt=file_route(), copy_scope=False)
async def live(scope: HTTPScope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - what every ASGI application takes
    """Answer that the process runs; depends on nothing, and costs next to nothing however often it is asked."""
    if scope["method"] == "GET":
        status, headers, body = _alive(scope["litestar_app"].state.build)
    else:
        status, headers, body = 405, ((b"content-length", b"0"), (b"allow", b"GET, HEAD")), b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


@cache
def _alive(build: str) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
    body = msgspec.json.encode({"status": "ok", "build": build})
    return 200, ((b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())), body


@get("/health/ready", opt=file_route())
async def ready(request: AnyRequest) -> Response[dict[str, Any]]:
    """Answer whether visitors can be served: the database is reachable, migrations are at head, nothing is stopping."""
    problem = "stopping" if request.app.state.get("stopping") else await _problem()
    body = {"status": problem or "ok", "build": request.app.state.build}
    return Response(body, status_code=503 if problem else 200)


async def _problem() -> str:
    try:
        return "" if await at_head() else "migrations are outstanding"
    except DatabaseUnavailable:
        return "the database cannot be reached"


@get("/health/deps", opt=file_route())
async def deps(request: AnyRequest) -> Response[dict[str, Any]]:
    """Answer how each outside system does, how old the register is, and how mail and jobs do (EXT-1.14, ADM-14.4)."""
    states: States = request.app.state.dependencies
    register = await register_health()
    work = await _work()
    colours = [register.state, *(part["state"] for part in work.values())]
    return Response(
        {
            "build": request.app.state.build,
            "state": worst(*colours),
            "dependencies": {**states(), "gias": register},
            **work,
        }
    )


@get("/metrics", opt=file_route())
async def metrics(request: AnyRequest) -> Response[str]:
    """Give what this process counted to whoever has the token of the settings; without one there is no such page."""
    token: SecretStr | None = request.app.state.settings.metrics_token
    if not token:
        raise NotFoundException
    if not may_read(request.headers.get("authorization", ""), token.get_secret_value()):
        return Response("", status_code=401, headers={"WWW-Authenticate": "Bearer"})
    return Response(await metrics_text(request.app.state.dependencies), media_type=CONTENT_TYPE)


async def _work() -> dict[str, dict[str, Any]]:
    try:
        health, now = await job_health(), clock.now()
    except DatabaseUnavailable:
        return {"mail": {"state": "red"}, "jobs": {"state": "red"}}
    late = health.late(now)
    mail = {
        "state": health.mail_colour(now),
        "sender": "stopped" if health.stopped else "running",
        "oldest_sign_in_seconds": int(health.oldest(sign_in=True, now=now).total_seconds()),
        "oldest_ordinary_seconds": int(health.oldest(sign_in=False, now=now).total_seconds()),
    }
    return {"mail": mail, "jobs": {"state": worst(*(colour for _, colour in late)), "late": dict(late)}}
