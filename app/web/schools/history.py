"""Everything that happened to an ECT or a mentor at this school (HI-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.web.forms import read_query
from app.web.page import page
from app.web.policies import school_page
from app.web.schools import ect_record, ects, mentor_record, mentors
from app.web.schools.list_query import page_number
from app.web.schools.records import history_of
from app.web.session import here_of

if TYPE_CHECKING:
    from app.events.queries import History
    from app.registration.people.ect_facts import ECTAtSchool
    from app.registration.people.mentor_facts import MentorAtSchool


@dataclass(frozen=True)
class HistoryPage:
    """One page of a history; the name is empty for a removed registration, of which nothing else is shown."""

    name: str
    path_to_record: str
    history: History


@get(f"{ects.PATH}/{{ect_id:str}}/history", opt=school_page(gated=True, nav="ects"))
async def of_ect(request: Request[Any, Any, Any], ect_id: FromPath[str]) -> Response[str]:
    """Show what happened to an ECT, newest first (HI-01)."""
    return await _show(request, await ect_record.find(here_of(request), ect_id), ects.PATH)


@get(f"{mentors.PATH}/{{mentor_id:str}}/history", opt=school_page(gated=True, nav="mentors"))
async def of_mentor(request: Request[Any, Any, Any], mentor_id: FromPath[str]) -> Response[str]:
    """Show what happened to a mentor, newest first (HI-01)."""
    return await _show(request, await mentor_record.find(here_of(request), mentor_id), mentors.PATH)


async def _show(request: Request[Any, Any, Any], found: ECTAtSchool | MentorAtSchool, path: str) -> Response[str]:
    here = here_of(request)
    number = page_number(read_query(request).get("page", ""))
    events = await history_of(here, found, number, here.policy.page_size)
    name = "" if found.stay.removed else found.displayed
    return page(request, "schools/history.html", HistoryPage(name, f"{path}/{found.public_id}", events))


HANDLERS = [of_ect, of_mentor]
