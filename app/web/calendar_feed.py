"""A school's dates for somebody's own calendar, by a secret address (NOT-7.1, NOT-7.4)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - Litestar reads it when it starts

from app.registration.dates.read_feed import read_feed
from app.web import limits
from app.web.errors import ErrorPage, error_page
from app.web.ical import write_calendar
from app.web.policies import public_page

PATH = "/calendar"
ENDING = ".ics"
MOST, WINDOW = 20, timedelta(minutes=5)
"""So many addresses that are not ours may be tried from one place (ACC-16.1)."""


@get(f"{PATH}/{{name:str}}", opt=public_page())
async def show(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
    """Answer the calendar, or that it has not changed; any other address does not exist."""
    feed = await read_feed(name.removesuffix(ENDING)) if name.endswith(ENDING) else None
    settings = request.app.state.settings
    if feed is None:
        wait = await limits.count_address("token", request.scope, settings, MOST, WINDOW)
        if wait:
            return error_page(request, 429, ErrorPage(retry="in 5 minutes"), {"Retry-After": str(wait)})
        raise NotFoundException
    body = write_calendar(feed, urlsplit(settings.base_url).hostname or "")
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "Cache-Control": "private"}
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in known or "*" in known:
        return Response(None, status_code=304, headers=headers)
    return Response(body, media_type="text/calendar", headers=headers)


HANDLERS = [show]
