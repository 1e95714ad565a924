"""Turns what is raised below a handler into the one shape of errors (API-6)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from app import logs
from app.api.v3.refusals import items_of
from app.db.engine import DatabaseUnavailable
from app.problems import Problem, body_of, problem
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

    AnyRequest = Request[Any, Any, Any]

JSON = "application/json; charset=utf-8"
RETRY_SECONDS = "30"
_encoder = msgspec.json.Encoder()


def answer(found: Problem) -> Response[bytes]:
    """Return the answer of a problem."""
    return answer_json(body_of(found.items), found.status, found.headers)


def answer_json(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Return a document as an answer; bytes are sent as they are."""
    body = document if isinstance(document, bytes) else _encoder.encode(document)
    return Response(body, status_code=status, headers=dict(headers or {}), media_type=JSON)


def _noted(request: AnyRequest, found: Problem) -> Response[bytes]:
    """Answer a problem, with its codes in the log line (API-23.1)."""
    request.scope["state"]["error_codes"] = [item.code for item in found.items]
    return answer(found)


def on_problem(request: AnyRequest, found: Problem) -> Response[bytes]:
    """Answer what was raised as a problem."""
    return _noted(request, found)


def on_refused(request: AnyRequest, refused: Refused) -> Response[bytes]:
    """Answer what a rule refuses, one item a field (API-6.2)."""
    return _noted(request, Problem(HTTPStatus.UNPROCESSABLE_ENTITY, items_of(refused)))


def on_http(request: AnyRequest, fault: HTTPException) -> Response[bytes]:
    """Answer a fault of HTTP by its status; what the framework says about it isn't for readers."""
    if fault.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_anything(request, fault)
    return _noted(request, problem(fault.status_code))


def on_unavailable(request: AnyRequest, fault: DatabaseUnavailable) -> Response[bytes]:
    """Answer that the database can't be reached just now."""
    logs.log_fault(fault, request.state.request_id)
    return _noted(request, problem(503, **{"Retry-After": RETRY_SECONDS}))


def on_anything(request: AnyRequest, fault: Exception) -> Response[bytes]:
    """Answer a fault of ours (API-23.3)."""
    logs.log_fault(fault, request.state.request_id)
    return _noted(request, problem(500))


HANDLERS: dict[int | type[Exception], Any] = {
    Problem: on_problem,
    Refused: on_refused,
    HTTPException: on_http,
    DatabaseUnavailable: on_unavailable,
    Exception: on_anything,
}
