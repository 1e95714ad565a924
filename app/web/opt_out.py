"""Stopping reminder emails by the link in one, without signing in (OP-01, NOT-5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from app import clock
from app.db.engine import fetch_one
from app.schools.reminder_terms import are_off, last_day_of_term
from app.schools.stop_reminders import (
    PATH,
    ResumeReminders,
    StopReminders,
    is_token_of,
    resume_reminders,
    stop_reminders,
)
from app.terms import Actor, ActorKind, SchoolId
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
class LinkedSchool:
    """The school that a link is for."""

    id: SchoolId
    name: str
    off_until: date | None

    @property
    def actor(self) -> Actor:
        """Return who acts: somebody of the school who has the link."""
        return Actor(ActorKind.SCHOOL_USER, "Link in a reminder email", school_id=self.id)


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
    school = await school_of_link(request)
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


async def school_of_link(request: AnyRequest) -> LinkedSchool | None:
    """Return the school that the link was made for; None for any link that is not ours."""
    query = read_query(request)
    try:
        school_id = UUID(query.get("school_id", ""))
    except ValueError:
        return None
    if not is_token_of(query.get("token", ""), request.app.state.settings.secret(), school_id):
        return None
    row = await fetch_one("SELECT id, name, reminders_off_until FROM school WHERE public_id = $1", school_id)
    return LinkedSchool(*row.values()) if row else None


HANDLERS = [show, change]
