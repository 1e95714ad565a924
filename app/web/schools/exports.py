"""The lists of ECTs and mentors as files (journeys, section 16).

Reading one writes nothing but the audit event that it was read, which a GET may (ACC-15.2, decision 0033).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.access.rate_limit import count
from app.registration.people.ect_list import Show, Tab
from app.registration.people.export_records import ExportRecords, export_records
from app.registration.people.export_rows import ECT_COLUMNS, MENTOR_COLUMNS, ect_row, mentor_row
from app.registration.people.mentor_list import MentorTab
from app.registration.people.mentor_queries import mentors as mentors_of
from app.registration.people.people_list import parse_search
from app.registration.people.school_queries import ects as ects_of
from app.schools.rules import offers_mentor_training
from app.web.csv_file import csv_file
from app.web.errors import too_many
from app.web.policies import school_page
from app.web.schools import ects, mentors
from app.web.schools.list_query import list_query
from app.web.session import here_of

if TYPE_CHECKING:
    from app.web.schools.list_query import ListQuery

MOST, WINDOW = 20, timedelta(hours=1)
"""So many files a user may have (ACC-16.1)."""


@get(f"{ects.PATH}/export", opt=school_page(gated=True, nav="ects", acting=False))
async def of_ects(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give every ECT that the list finds, not one page of it (EX-01, EX-02)."""
    here, query = here_of(request), list_query(request, Tab)
    if wait := await to_wait(request):
        return too_many(request, wait)
    found = await ects.found(here, query)
    people = await ects_of(here.school.id, [row.stay.id for row in found.rows])
    rows = [ect_row(ect, here.today) for ect in people]
    show = query.show if found.tab is Tab.CURRENT else Show.ALL
    await note(request, "ECTs", replace(query, tab=found.tab, show=show), len(rows))
    return csv_file(f"ects-{found.tab}-{here.today.isoformat()}.csv", ECT_COLUMNS, rows)


@get(f"{mentors.PATH}/export", opt=school_page(gated=True, nav="mentors", acting=False))
async def of_mentors(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give every mentor that the list finds, not one page of it (EX-01, EX-02)."""
    here, query = here_of(request), list_query(request, MentorTab)
    if wait := await to_wait(request):
        return too_many(request, wait)
    found = await mentors.found(here, query)
    people = await mentors_of(here.school.id, [row.stay.id for row in found.rows])
    offered = offers_mentor_training(here.level)
    rows = [mentor_row(mentor, here.today, offered=offered) for mentor in people]
    await note(request, "mentors", replace(query, tab=found.tab, show=Show.ALL), len(rows))
    return csv_file(f"mentors-{found.tab}-{here.today.isoformat()}.csv", MENTOR_COLUMNS, rows)


async def to_wait(request: Request[Any, Any, Any]) -> int:
    """Count a file of the user; returns 0, or the seconds until the next one (ACC-16.1). HEAD gives none."""
    if request.state.head:
        return 0
    settings = request.app.state.settings
    return await count("exports", str(here_of(request).user.id), MOST, WINDOW, settings.secret())


async def note(request: Request[Any, Any, Any], of: str, query: ListQuery[Any], rows: int) -> None:
    """Record that a file was given; HEAD gives none (EX-03)."""
    if request.state.head:
        return
    here, searched = here_of(request), not parse_search(query.q).blank
    command = ExportRecords(here.school.id, of, str(query.tab), query.show, query.sort, searched, rows)
    await export_records(command, here.actor, here.today)


HANDLERS = [of_ects, of_mentors]
