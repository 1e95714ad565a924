"""The first page of a school: what to do, what it waits for, its numbers and unfinished registrations (HM-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app import clock
from app.registration.ect_list import TABS, Show, Tab, awaits_provider, needs_mentor
from app.registration.school_queries import ects, listed_ects
from app.registration.to_do import Task, ect_tasks, in_order
from app.registration.unfinished import unfinished
from app.schools.rules import may_register_ects
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.schools.drafts import Row, row_of
from app.web.schools.ects import PATH
from app.web.schools.list_query import ListQuery
from app.web.session import here_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.registration.ect_facts import ListedECT

NOTICES = {"draft-deleted": "The unfinished registration has been deleted."}
"""What another page may have home say, by its word in the address."""


@dataclass(frozen=True)
class TaskLine:
    """One line of the to-do list."""

    rule: str
    text: str
    age: str
    href: str


@dataclass(frozen=True)
class Count:
    """A number with its name, and the list that it is the total of (HM-02)."""

    key: str
    text: str
    number: int
    href: str


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
    notification: dict[str, object] | None


@get("/school", opt=school_page())
async def to_home(request: Request[Any, Any, Any]) -> Response[str]:
    """Lead to the home page."""
    return redirect(request, "/school/home")


@get("/school/home", opt=school_page(gated=True, nav="home"))
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the home page."""
    here = here_of(request)
    rows = await listed_ects(here.school.id, here.today)
    current = [row.stay.id for row in rows if TABS[row.state(here.today)] is Tab.CURRENT]
    people = await ects(here.school.id, current)
    drafts = await unfinished(here.school.id, clock.now(), here.policy, here.calendar)
    tasks = [task for ect in people for task in ect_tasks(ect, here.today, here.policy)]
    tasks += [draft.task for draft in drafts]
    resume = {draft.id: row_of(draft).resume for draft in drafts}
    notice = NOTICES.get(read_query(request).get("notice", ""))
    context = HomePage(
        school_name=here.school.name,
        to_do=lines_of((task for task in tasks if not task.waiting), resume, here.today),
        waiting=lines_of((task for task in tasks if task.waiting), resume, here.today),
        counts=counts_of(rows, here.today),
        drafts=tuple(row_of(draft) for draft in drafts),
        nobody_yet=not rows,
        may_register=may_register_ects(here.level),
        notification={"text": notice, "success": True} if notice else None,
    )
    return page(request, "schools/home.html", context)


def lines_of(tasks: Iterable[Task], resume: Mapping[UUID, str], today: date) -> tuple[TaskLine, ...]:
    """Return tasks as lines, the oldest first; resume: where each draft goes on."""
    return tuple(TaskLine(task.rule, task.text, task.age(today), address_of(task, resume)) for task in in_order(tasks))


def address_of(task: Task, resume: Mapping[UUID, str]) -> str:
    """Return the page that settles a task."""
    if task.draft is not None:
        return resume[task.draft]
    return f"{PATH}/{task.ect}" + (f"#{task.section}" if task.section else "")


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


def address(tab: Tab, show: Show = Show.ALL) -> str:
    """Return the address of a part of the list."""
    return ListQuery(tab=tab, show=show).on(PATH)


HANDLERS = [to_home, show]
