"""The first page of a school: what to do, what it waits for, its numbers and unfinished registrations (HM-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app import clock
from app.registration.home.school_notices import Asked, notices
from app.registration.home.school_to_do import school_to_do
from app.registration.people.ect_list import TABS, Show, Tab, awaits_provider, needs_mentor
from app.registration.people.mentor_list import MentorTab, tab_of
from app.schools.rules import may_register_ects, may_register_mentors
from app.training.periods import academic_year
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.schools.drafts import Row, row_of
from app.web.schools.ects import PATH
from app.web.schools.list_query import ListQuery
from app.web.schools.mentors import PATH as MENTORS
from app.web.schools.notices import NoticeLine, line_of
from app.web.schools.tasks import TaskLine, lines_of
from app.web.schools.year import asked_period
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.registration.home.school_to_do import SchoolToDo
    from app.registration.people.ect_facts import ListedECT
    from app.registration.people.mentor_facts import ListedMentor
    from app.web.session import Here

UPDATES = 5
"""So many of the newest notices are shown (HM-01)."""
NOTICES = {
    "draft-deleted": "The unfinished registration has been deleted.",
    "reminders-resumed": "Reminder emails will be sent again.",
    "year-saved": "Your answers about the academic year have been saved.",
}
"""What another page may have home say, by its word in the address."""


@dataclass(frozen=True)
class Count:
    """A number with its name, and the list that it is the total of (HM-02)."""

    key: str
    text: str
    number: int
    href: str


@dataclass(frozen=True)
class ThisYear:
    """What the school answered about the academic year that is on (YR-01)."""

    year: str
    expecting: str
    all_registered_at: datetime | None


@dataclass(frozen=True)
class HomePage:
    """Everything on the home page (HM-01, HM-03)."""

    school_name: str
    to_do: tuple[TaskLine, ...]
    waiting: tuple[TaskLine, ...]
    counts: tuple[Count, ...]
    drafts: tuple[Row, ...]
    nobody_yet: bool
    may_register: bool
    may_register_mentors: bool
    updates: tuple[NoticeLine, ...]
    failing_address: str | None
    """The reader's own, when our mail to it does not arrive."""
    year: ThisYear | None
    notification: dict[str, object] | None


@get("/school", opt=school_page())
async def to_home(request: Request[Any, Any, Any]) -> Response[str]:
    """Lead to the home page."""
    return redirect(request, "/school/home")


@get("/school/home", opt=school_page(gated=True, nav="home"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the home page."""
    here = here_of(request)
    registers = may_register_ects(here.level)
    done = await school_to_do(here.school.id, clock.now(), here.policy, here.calendar, registers=registers)
    latest = await notices(Asked(here.school.id, here.user.id), here.today, clock.now(), UPDATES)
    drafts = tuple(row_of(draft) for draft in done.drafts)
    resume = {draft.id: row.resume for draft, row in zip(done.drafts, drafts, strict=True)}
    notice = NOTICES.get(read_query(request).get("notice", ""))
    context = HomePage(
        school_name=here.school.name,
        to_do=lines_of(done.own, resume, here.today),
        waiting=lines_of(done.waiting, resume, here.today),
        counts=(*counts_of(done.ects, here.today), *mentor_counts(done.around.listed_mentors, here.today)),
        drafts=drafts,
        nobody_yet=not done.ects and not done.around.listed_mentors,
        updates=tuple(line_of(update, here) for update in latest.notices),
        may_register=registers,
        may_register_mentors=may_register_mentors(here.level),
        year=this_year(done, here),
        notification={"text": notice, "success": True} if notice else None,
        failing_address=latest.failing_address,
    )
    return page(request, "schools/home.html", context)


def this_year(done: SchoolToDo, here: Here) -> ThisYear | None:
    """Return what was answered about the academic year that can be registered for; None before any can."""
    period = asked_period(here.calendar, here.today)
    if period is None:
        return None
    answer = next((found for found in done.around.years if found.year == period.year), None)
    expecting = answer.expecting_ects if answer else None
    registered = answer.all_registered_at if answer else None
    return ThisYear(academic_year(period.year), expecting.words if expecting else "Not answered yet", registered)


def counts_of(rows: Sequence[ListedECT], today: date) -> tuple[Count, ...]:
    """Return the numbers of ECTs, each the total of the list it links to (HM-02)."""
    placed = [(TABS[row.state(today)], row) for row in rows]
    current = [row for tab, row in placed if tab is Tab.CURRENT]
    tabs = [
        Count(f"ects-{tab.value}", f"ECTs: {tab.words.lower()}", sum(place is tab for place, _ in placed), address(tab))
        for tab in Tab
    ]
    parts = (
        (Show.WITHOUT_MENTOR, "ECTs without a mentor", sum(needs_mentor(row) for row in current)),
        (Show.AWAITING_LEAD_PROVIDER, "ECTs waiting for a lead provider", sum(awaits_provider(row) for row in current)),
    )
    return *tabs, *(Count(show.value, text, number, address(Tab.CURRENT, show)) for show, text, number in parts)


def mentor_counts(rows: Sequence[ListedMentor], today: date) -> tuple[Count, ...]:
    """Return the numbers of mentors, each the total of the list it links to (HM-02)."""
    placed = [tab_of(row, today) for row in rows]
    return tuple(
        Count(f"mentors-{tab.value}", f"Mentors: {tab.words.lower()}", placed.count(tab), f"{MENTORS}?tab={tab.value}")
        for tab in MentorTab
    )


def address(tab: Tab, show: Show = Show.ALL) -> str:
    """Return the address of a part of the list."""
    return ListQuery(tab=tab, show=show).on(PATH)


HANDLERS = [to_home, show]
