"""Whether the service runs, is ready for visitors, and what it thinks of outside systems (OPS-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Request, Response, get

from app.db.engine import DatabaseUnavailable
from app.db.migrations import at_head
from app.refdata.health import register_health
from app.web.policies import file_route

AnyRequest = Request[Any, Any, Any]
States = Callable[[], Mapping[str, Any]]


@get("/health/live", opt=file_route(), sync_to_thread=False)
def live(request: AnyRequest) -> Response[dict[str, Any]]:
    """Answer that the process runs; depends on nothing."""
    return Response({"status": "ok", "build": request.app.state.build})


@get("/health/ready", opt=file_route())
async def ready(request: AnyRequest) -> Response[dict[str, Any]]:
    """Answer whether visitors can be served: the database is reachable and its migrations are at head."""
    problem = await _problem()
    body = {"status": problem or "ok", "build": request.app.state.build}
    return Response(body, status_code=503 if problem else 200)


async def _problem() -> str:
    try:
        return "" if await at_head() else "migrations are outstanding"
    except DatabaseUnavailable:
        return "the database cannot be reached"


@get("/health/deps", opt=file_route())
async def deps(request: AnyRequest) -> Response[dict[str, Any]]:
    """Answer how each outside system does, by what calls to it met, and how old the register is (EXT-1.14)."""
    states: States = request.app.state.dependencies
    return Response({"build": request.app.state.build, "dependencies": {**states(), "gias": await register_health()}})
