"""The dates of a school, and the link with which somebody has them in their own calendar (NOT-7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post

from app import clock
from app.registration.dates.entries import Names
from app.registration.dates.feeds import EndFeed, MakeFeed, end_feed, feed_of, make_feed
from app.registration.dates.school_dates import school_dates
from app.values import Invalid, parse_choice
from app.web.calendar_feed import ENDING
from app.web.calendar_feed import PATH as FEED_PATH
from app.web.forms import read_form
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.registration.dates.entries import Entry
    from app.registration.dates.feeds import Feed
    from app.web.session import Here

PATH = "/school/dates"
SWITCH_OFF = "switch_off"
"""The value of `calendar_action` that ends the link; anything else makes one."""
SWITCHED_OFF = {"text": "Your calendar link has been switched off.", "success": True}


@dataclass(frozen=True)
class Month:
    """The dates of one month; name: "September 2025"."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class DatesPage:
    """The dates by month, those already past apart; link: the new address, which is shown this once."""

    school_name: str
    past: tuple[Entry, ...]
    months: tuple[Month, ...]
    feed: Feed | None
    names: Mapping[str, str]
    values: Mapping[str, str]
    link: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    notification: Mapping[str, object] | None = None


@get(PATH, opt=school_page(gated=True))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show what is coming and what has just been."""
    notice = SWITCHED_OFF if request.query_params.get("notice") == SWITCH_OFF else None
    return page(request, "schools/dates.html", await dates_page(here_of(request), notification=notice))


@post(PATH, opt=school_page(gated=True, acting=False), status_code=200)
async def change(request: Request[Any, Any, Any]) -> Response[str]:
    """Make or replace the link, which is shown once and so on this answer itself, or switch it off."""
    here, form = here_of(request), await read_form(request)
    if form.get("calendar_action") == SWITCH_OFF:
        await end_feed(EndFeed(here.user.id, here.school.id), here.actor)
        return redirect(request, f"{PATH}?notice={SWITCH_OFF}")
    try:
        names = parse_choice(form, "names", [names.value for names in Names], "Select how to show people’s names")
    except Invalid as invalid:
        context = await dates_page(here, values=form, errors=invalid.errors)
        return page(request, "schools/dates.html", context, status=422)
    token = await make_feed(MakeFeed(here.user.id, here.school.id, Names(names)), here.actor)
    link = f"{request.app.state.settings.base_url.rstrip('/')}{FEED_PATH}/{token}{ENDING}"
    return page(request, "schools/dates.html", await dates_page(here, link=link))


async def dates_page(here: Here, *, values: Mapping[str, str] | None = None, **more: Any) -> DatesPage:
    """Return the context of the page."""
    found = await school_dates(here.school.id, clock.now(), here.policy, here.calendar)
    feed = await feed_of(here.user.id, here.school.id)
    chosen = {"names": feed.names.value if feed else Names.INITIALS.value}
    to_come = tuple(entry for entry in found if entry.on >= here.today)
    months = tuple(Month(name, tuple(group)) for name, group in groupby(to_come, key=lambda entry: month_of(entry.on)))
    past = tuple(entry for entry in found if entry.on < here.today)
    names = {names.value: names.words for names in Names}
    return DatesPage(here.school.name, past, months, feed, names, chosen | dict(values or {}), **more)


def month_of(day: date) -> str:
    """Write "September 2025"."""
    return f"{day:%B %Y}"


HANDLERS = [show, change]
