"""Error pages: one template per status, and one page that needs neither templates nor the database (GDS-16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import MediaType, Response

from app.web.page import SERVICE_NAME, SUPPORT_EMAIL, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

STATUSES = frozenset({400, 403, 404, 409, 410, 422, 429, 500, 503})


@dataclass(frozen=True)
class ErrorPage:
    """What an error page may say beyond its own words."""

    detail: str = ""
    """A sentence about this very case, instead of the general one."""
    retry: str = ""
    """When to try again: "in 5 minutes", "after 3pm"."""
    change_school: bool = False
    """What was asked for is at another school of the user (ACC-14.7)."""
    resend: tuple[tuple[str, str], ...] = ()
    """Names and values of a form that may be sent again with one press (stale token, ACC-17.3)."""


def error_page(
    request: Request[Any, Any, Any],
    status: int,
    context: ErrorPage | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """Answer the error page of a status; one without its own gets that of 400 or 500."""
    shown = status if status in STATUSES else 500 if status >= 500 else 400  # noqa: PLR2004 - the class of a status
    return page(request, f"errors/{shown}.html", context or ErrorPage(), status=status, headers=headers)


def too_many(request: Request[Any, Any, Any], wait: int) -> Response[str]:
    """Answer 429 to who has to wait so many seconds (ACC-16.1)."""
    minutes = -(-wait // 60)
    retry = f"in {minutes} minute{'s' if minutes != 1 else ''}"
    return error_page(request, 429, ErrorPage(retry=retry), {"Retry-After": str(wait)})


def last_resort() -> Response[str]:
    """Answer 500 when nothing else works: no template, no database, no session, no asset."""
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request"}
    return Response(LAST_RESORT, status_code=500, headers=headers, media_type=MediaType.HTML)


LAST_RESORT = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sorry, there is a problem with the service – {SERVICE_NAME}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body>
<div id="page">
<main id="main-content">
<h1>Sorry, there is a problem with the service</h1>
<p>Try again later. Answers you had already continued from have been kept.</p>
<p>If it goes on, email <a href="mailto:{SUPPORT_EMAIL}">{SUPPORT_EMAIL}</a>.</p>
<p><a href="/">Go to the start of the service</a></p>
</main>
</div>
</body>
</html>
"""
