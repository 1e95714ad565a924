"""Everything that happened to an ECT at this school (HI-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.web.forms import read_query
from app.web.page import page
from app.web.policies import school_page
from app.web.schools.ect_record import find, history_of
from app.web.schools.ects import PATH
from app.web.schools.list_query import page_number
from app.web.session import here_of

if TYPE_CHECKING:
    from app.events.queries import History


@dataclass(frozen=True)
class HistoryPage:
    """One page of a history; the name is empty for a removed registration, of which nothing else is shown."""

    name: str
    path_to_record: str
    history: History


@get(f"{PATH}/{{ect_id:str}}/history", opt=school_page(gated=True, nav="ects"))
async def show(request: Request[Any, Any, Any], ect_id: FromPath[str]) -> Response[str]:
    """Show what happened, newest first (HI-01)."""
    here = here_of(request)
    found = await find(here, ect_id)
    number = page_number(read_query(request).get("page", ""))
    events = await history_of(here, found, number, here.policy.page_size)
    name = "" if found.stay.removed else found.displayed
    return page(request, "schools/history.html", HistoryPage(name, f"{PATH}/{found.public_id}", events))


HANDLERS = [show]
