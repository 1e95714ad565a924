"""The one shape in which programs are told what is wrong, whatever part of the server says it (API-6.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TITLES = {
    HTTPStatus.BAD_REQUEST: "Bad request",
    HTTPStatus.UNAUTHORIZED: "Unauthorized",
    HTTPStatus.FORBIDDEN: "Forbidden",
    HTTPStatus.NOT_FOUND: "Resource not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
    HTTPStatus.CONFLICT: "Conflict",
    HTTPStatus.GONE: "Gone",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Body too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal server error",
    HTTPStatus.SERVICE_UNAVAILABLE: "Service unavailable",
}
BAD_PARAMETER = "Bad parameter"
USUAL = {
    HTTPStatus.BAD_REQUEST: ("header_invalid", "The request cannot be read."),
    HTTPStatus.UNAUTHORIZED: ("token_refused", "Send a valid token in the header Authorization: Bearer."),
    HTTPStatus.FORBIDDEN: ("token_read_only", "This token may read only. Use one with the scope read+write."),
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address, or it is not yours to see."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "Use one of the methods that the header Allow lists."),
    HTTPStatus.CONFLICT: ("request_in_progress", "A request with this Idempotency-Key is running. Try again soon."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body_too_large", "The body is larger than 1 MiB."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("media_type", "Send JSON, as application/json and without Content-Encoding."),
    HTTPStatus.TOO_MANY_REQUESTS: ("rate_limited", "Too many requests. Wait as the header Retry-After says."),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("internal_error", "Something went wrong here. Quote X-Request-Id to support."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("unavailable", "The service cannot answer now. Wait as Retry-After says."),
}
"""Status -> code and sentence of a refusal that has none of its own."""


@dataclass(frozen=True)
class Item:
    """One thing that is wrong; `pointer` names the one input at fault, if one is."""

    title: str
    detail: str
    code: str
    pointer: str = ""

    def shown(self) -> dict[str, str]:
        """Return the members that programs get."""
        made = {"title": self.title, "detail": self.detail, "code": self.code}
        return made | ({"pointer": self.pointer} if self.pointer else {})


@dataclass
class Problem(Exception):
    """A refusal or fault on its way to a program: raised anywhere below a handler."""

    status: int
    items: tuple[Item, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(
    status: int, code: str = "", detail: str = "", *, title: str = "", pointer: str = "", **headers: str
) -> Problem:
    """Return a problem of one item; what is not given is the usual of its status."""
    usual_code, usual_detail = USUAL.get(HTTPStatus(status), USUAL[HTTPStatus.INTERNAL_SERVER_ERROR])
    item = Item(title or TITLES[HTTPStatus(status)], detail or usual_detail, code or usual_code, pointer)
    return Problem(status, (item,), headers)


def bad_parameter(code: str, detail: str, pointer: str) -> Problem:
    """Return the problem of a parameter of the query; pointer: `filter/cohort` (API-6.1)."""
    return problem(400, code, detail, title=BAD_PARAMETER, pointer=f"#/query/{pointer}")


def body_of(items: Iterable[Item]) -> dict[str, Any]:
    """Return the document of an answer."""
    return {"errors": [item.shown() for item in items]}


def usual(status: int, detail: str = "") -> dict[str, Any]:
    """Return the document of a status that says no more than that; one without a title gets that of 400 or 500."""
    known = status in TITLES
    return body_of(problem(status if known else 500 if status >= 500 else 400, detail=detail).items)  # noqa: PLR2004
