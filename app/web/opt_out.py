"""Stopping reminder emails by the link in one, without signing in (OP-01, NOT-5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from app import clock
from app.schools.reminder_terms import are_off, last_day_of_term
from app.schools.stop_reminders import (
    PATH,
    LinkedSchool,
    ResumeReminders,
    StopReminders,
    linked_school,
    resume_reminders,
    stop_reminders,
)
from app.web import limits
from app.web.errors import ErrorPage, error_page
from app.web.forms import read_form, read_query
from app.web.page import page, path_of
from app.web.policies import public_page
from app.web.session import visit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AnyRequest = Request[Any, Any, Any]
MOST, WINDOW = 20, timedelta(minutes=5)
"""So many links that are not ours may be tried from one address (ACC-16.1)."""


@dataclass(frozen=True)
class OptOutPage:
    """The school, whether its reminders are off, and until when they are or would be."""

    school_name: str
    off: bool
    until: date
    action: str
    notification: Mapping[str, object] | None


@get(PATH, opt=public_page(form=True))
async def show(request: AnyRequest) -> Response[str]:
    """Show school and day; nothing changes by looking."""
    return await answer(request, change=False)


@post(PATH, opt=public_page(csrf=False), status_code=200)
async def change(request: AnyRequest) -> Response[str]:
    """Stop reminders, or let them come again; the link itself is the proof, so that one click in a mail will do."""
    return await answer(request, change=True)


async def answer(request: AnyRequest, *, change: bool) -> Response[str]:
    """Find the school of the link, do what was asked and show how it stands."""
    query = read_query(request)
    secret = request.app.state.settings.secret()
    school = await linked_school(query.get("school_id", ""), query.get("token", ""), secret)
    if school is None:
        wait = await limits.count_address("token", request.scope, request.app.state.settings, MOST, WINDOW)
        if wait:
            return error_page(request, 429, ErrorPage(retry="in 5 minutes"), {"Retry-After": str(wait)})
        raise NotFoundException
    until = last_day_of_term(clock.today(), visit_of(request).standing.policy.reminder_terms)
    if change and (await read_form(request)).get("reminders") == "resume":
        await resume_reminders(ResumeReminders(school.id), school.actor)
        return show_school(request, school, None, until, "Reminder emails will be sent again.")
    if change:
        await stop_reminders(StopReminders(school.id, until), school.actor)
        return show_school(request, school, until, until, "Reminder emails have been stopped.")
    return show_school(request, school, school.off_until, until, "")


def show_school(
    request: AnyRequest, school: LinkedSchool, off_until: date | None, until: date, done: str
) -> Response[str]:
    """Show how it stands, and what was just done."""
    off = are_off(off_until, clock.today())
    notification = {"text": done, "success": True} if done else None
    shown = off_until if off and off_until is not None else until
    return page(request, "public/opt-out.html", OptOutPage(school.name, off, shown, path_of(request), notification))


HANDLERS = [show, change]
