"""Turns what handlers raise into answers: pages for browsers, JSON for programs (TRP-6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from litestar import Response
from litestar.exceptions import HTTPException, NotFoundException

from app import logs
from app.db.engine import DatabaseUnavailable
from app.problems import usual
from app.terms import Refused
from app.web.errors import ErrorPage, error_page, last_resort
from app.web.gates import Instead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

RETRY_SECONDS = "30"
JSON = "application/json; charset=utf-8"


class AtAnotherSchool(NotFoundException):
    """What was asked for belongs to another school of the same user (ACC-14.7)."""


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a program asks: under /api, or one that accepts JSON and no pages."""
    accept = request.headers.get("accept", "")
    path: str = request.state.asked  # the address may have been changed to that of the page for unknown ones
    return path.startswith("/api/v") or ("application/json" in accept and "text/html" not in accept)


def answer(
    request: Request[Any, Any, Any],
    status: int,
    context: ErrorPage | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Answer an error in the form that was asked for."""
    if wants_json(request):
        body = usual(status, context.detail if context else "")
        return Response(body, status_code=status, headers=headers, media_type=JSON)
    return error_page(request, status, context, headers)


def on_instead(_request: Request[Any, Any, Any], instead: Instead) -> Response[str]:
    """Answer what a gate decided."""
    return instead.response


def on_other_school(request: Request[Any, Any, Any], _fault: AtAnotherSchool) -> Response[Any]:
    """Answer as for anything unknown, with the way to change school."""
    return answer(request, HTTPStatus.NOT_FOUND, ErrorPage(change_school=True))


def on_http(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
    """Answer a fault of HTTP by its status; what the framework says about it isn't for readers."""
    if fault.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_anything(request, fault)
    return answer(request, fault.status_code, headers=fault.headers)


def on_refused(request: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    """Answer a refusal that no handler explained: the page was out of date."""
    return answer(request, HTTPStatus.CONFLICT, ErrorPage(detail=refused.message))


def on_unavailable(request: Request[Any, Any, Any], fault: DatabaseUnavailable) -> Response[Any]:
    """Answer that the database can't be reached just now."""
    logs.log_fault(fault, request.state.request_id)
    return answer(request, HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_SECONDS})


def on_anything(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Answer a fault of ours, needing neither the database nor a template (GDS-16)."""
    logs.log_fault(fault, request.state.request_id)
    if wants_json(request):
        return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    return last_resort()


HANDLERS: dict[int | type[Exception], Any] = {
    Instead: on_instead,
    AtAnotherSchool: on_other_school,
    HTTPException: on_http,
    Refused: on_refused,
    DatabaseUnavailable: on_unavailable,
    Exception: on_anything,
}
