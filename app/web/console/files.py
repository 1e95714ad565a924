"""Data about people as files: the list of people, and the timelines of a person and of a school (ADM-12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app import clock
from app.console import person_queries
from app.console.people_queries import MOST_FOUND, find_people
from app.console.search import people_search
from app.console.timeline import MOST_IN_FILE, Whose
from app.console.timeline import timeline as read_timeline
from app.events.record import About
from app.web.console import people, person, school, schools
from app.web.console.exporting import EXPORTERS, export, export_form
from app.web.console.people import PATH as PEOPLE_PATH
from app.web.console.timelines import wanted_in
from app.web.forms import read_query
from app.web.policies import staff_page

if TYPE_CHECKING:
    from app.console.timeline import Happening

AnyRequest = Request[Any, Any, Any]
PEOPLE, TIMELINE = "People", "Timeline"
OF_PERSON, OF_SCHOOL = f"{PEOPLE_PATH}/{{person_id:str}}/timeline", f"{schools.PATH}/{{urn:str}}/timeline"
PEOPLE_COLUMNS = ("trn", "name", "teaching_record_name", "roles", "school", "tag", "latest_year")
TIMELINE_COLUMNS = (
    "recorded_at",
    "business_date",
    "kind",
    "what",
    "changes",
    "author",
    "person",
    "school",
    "note",
    "ticket",
)


@get(people.FILE, opt=staff_page(*EXPORTERS, nav="people"))
async def ask_for_people(request: AnyRequest) -> Response[str]:
    """Ask why the people found are taken along."""
    return export_form(request, PEOPLE, PEOPLE_PATH)


@post(people.FILE, opt=staff_page(*EXPORTERS, nav="people"), status_code=200)
async def people_file(request: AnyRequest) -> Response[Any]:
    """Answer the people that the address asks for, as the list shows them (ADM-2.3)."""
    query, today = read_query(request), clock.today()

    async def make() -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        wanted = await people.wanted_in(request, query)
        found = await find_people(people_search(query.get("q", "")), wanted, 1, MOST_FOUND, today)
        rows = [people.person_row(one, today) for one in found.people]
        return (
            "people.csv",
            PEOPLE_COLUMNS,
            [
                (
                    row.trn,
                    row.name,
                    row.on_record,
                    " and ".join(row.roles),
                    row.school,
                    row.tag.text if row.tag else "",
                    str(row.year or ""),
                )
                for row in rows
            ],
        )

    return await export(request, PEOPLE, PEOPLE_PATH, About(), make)


@get(f"{OF_PERSON}/file", opt=staff_page(*EXPORTERS, nav="people"))
async def ask_for_timeline(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    """Ask why a timeline is taken along."""
    found = await person.opened(request, person_id)
    return export_form(request, TIMELINE, f"{PEOPLE_PATH}/{found.public_id}/timeline")


@post(f"{OF_PERSON}/file", opt=staff_page(*EXPORTERS, nav="people"), status_code=200)
async def timeline_file(request: AnyRequest, person_id: FromPath[str]) -> Response[Any]:
    """Answer what happened to a person under any record of theirs (ADM-3.2)."""
    found = await person.opened(request, person_id)
    whose = Whose((found.id, *await person_queries.same_person(found.id)))
    back = f"{PEOPLE_PATH}/{found.public_id}/timeline"
    return await _timeline(request, whose, back, About(teacher_id=found.id))


@get(f"{OF_SCHOOL}/file", opt=staff_page(*EXPORTERS, nav="schools"))
async def ask_for_school_timeline(request: AnyRequest, urn: FromPath[str]) -> Response[str]:
    """Ask why a timeline is taken along."""
    found = await school.opened(urn)
    return export_form(request, TIMELINE, f"{schools.PATH}/{found.urn}/timeline")


@post(f"{OF_SCHOOL}/file", opt=staff_page(*EXPORTERS, nav="schools"), status_code=200)
async def school_timeline_file(request: AnyRequest, urn: FromPath[str]) -> Response[Any]:
    """Answer what happened at a school (ADM-5.2)."""
    found = await school.opened(urn)
    back = f"{schools.PATH}/{found.urn}/timeline"
    return await _timeline(request, Whose(school_id=found.id), back, About(school_id=found.id))


async def _timeline(request: AnyRequest, whose: Whose, back: str, about: About) -> Response[Any]:
    async def make() -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
        found = await read_timeline(whose, wanted_in(read_query(request)), 1, MOST_IN_FILE)
        return "timeline.csv", TIMELINE_COLUMNS, [_row(happening) for happening in found.happenings]

    return await export(request, TIMELINE, back, about, make)


def _row(happening: Happening) -> tuple[str, ...]:
    return (
        happening.recorded_at.isoformat(),
        happening.business_date.isoformat(),
        happening.kind,
        happening.sentence,
        "; ".join(happening.change_lines),
        happening.author,
        happening.person.displayed if happening.person else "",
        happening.school or "",
        happening.note or "",
        happening.ticket or "",
    )


HANDLERS = [
    ask_for_people,
    people_file,
    ask_for_timeline,
    timeline_file,
    ask_for_school_timeline,
    school_timeline_file,
]
