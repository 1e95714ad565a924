"""Another time for the session, outside production (contract, section 3; GEN-01)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post

from app import clock
from app.access import sessions
from app.web.forms import read_form
from app.web.page import page, redirect
from app.web.policies import public_page
from app.web.session import visit_of

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class ClockPage:
    """The time in use, and what was typed."""

    now: datetime
    moved: bool
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@get("/clock", opt=public_page(form=True))
async def show(request: AnyRequest) -> Response[str]:
    """Show the time in use and a field for another."""
    set_to = visit_of(request).visitor.moment
    values = {"now": set_to.isoformat(timespec="seconds")} if set_to else {}
    return page(request, "public/clock.html", ClockPage(clock.now(), clock.is_moved(), values))


@post("/clock", opt=public_page(), status_code=303)
async def change(request: AnyRequest) -> Response[str]:
    """Set the session's time; blank is real time."""
    typed = (await read_form(request)).get("now", "")
    try:
        moment = clock.parse(typed) if typed.strip() else None
    except (ValueError, OverflowError):
        errors = {"now": "Enter a date like 2026-09-01, or a date and time like 2026-09-01T09:30"}
        context = ClockPage(clock.now(), clock.is_moved(), {"now": typed}, errors)
        return page(request, "public/clock.html", context, status=422)
    await sessions.set_clock(await visit_of(request).ensure_session(), moment)
    return redirect(request, "/clock")


HANDLERS = [show, change]
