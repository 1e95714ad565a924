"""The page of the induction tutor, and the ways into its journeys (journeys section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.registration.rules import induction_tutor_target
from app.schools.queries import EarlierTutor, tutors
from app.terms import Year
from app.training.periods import academic_year
from app.web import journey_start, journeys
from app.web.forms import read_query
from app.web.page import page, redirect
from app.web.policies import journey_page, school_page
from app.web.schools.induction_tutor_journeys import BASE, JOURNEYS, OWN_ACCESS_ENDED, Command, TutorFacts
from app.web.session import here_of, take_return_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.access.queries import CurrentTutor
    from app.web.journey import Journey

PAGE = school_page(nav="induction-tutor")
STEP = journey_page(PAGE)
NOTICES = {
    "no-year": "There is no academic year to name or confirm an induction tutor for. You can change the details."
}
"""What the page says after a journey that has nothing to do now (IT-06)."""


@dataclass(frozen=True)
class TutorPage:
    """The tutor, for which year they are confirmed, and the earlier ones (IT-06)."""

    tutor: CurrentTutor | None
    since: datetime | None
    confirmed_for: str
    gate_year: str
    earlier: tuple[EarlierTutor, ...]
    notification: Mapping[str, Any] | None


@get(BASE, opt=PAGE)
async def show_tutor(request: HTMXRequest) -> Response[str]:
    """Show the induction tutor; while the gate stands, say what is needed (IT-02, IT-06)."""
    here = here_of(request)
    confirmed = here.tutor.confirmed_for_year if here.tutor else None
    since, earlier = await tutors(here.school.id)
    notice = NOTICES.get(read_query(request).get("notice", ""))
    context = TutorPage(
        here.tutor,
        since,
        academic_year(Year(confirmed)) if confirmed else "",
        academic_year(here.tutor_gate) if here.tutor_gate else "",
        earlier,
        {"text": notice, "success": False} if notice else None,
    )
    return page(request, "schools/induction-tutor.html", context)


def instead_of(request: HTMXRequest, name: str) -> str:
    """Return where to go when there is nothing to do in a journey now; an empty text when there is (IT-06)."""
    here = here_of(request)
    if name == "change":
        return ""
    if induction_tutor_target(here.calendar, here.today) is None:
        return f"{BASE}?notice=no-year"
    return "" if name == ("new" if here.tutor is None else "confirm") else BASE


@get(f"{BASE}/{{name:str}}", opt=STEP)
async def first(request: HTMXRequest, name: FromPath[str]) -> Response[str]:
    """Show the first question."""
    journey, instead = known(name), instead_of(request, name)
    return redirect(request, instead) if instead else await journey_start.show_first(journey, request)


@post(f"{BASE}/{{name:str}}", opt=STEP, status_code=200)
async def answer_first(request: HTMXRequest, name: FromPath[str]) -> Response[str]:
    """Take the first answer."""
    journey, instead = known(name), instead_of(request, name)
    return redirect(request, instead) if instead else await journey_start.answer_first(journey, request)


def known(name: str) -> Journey[TutorFacts, Command]:
    """Return a journey of this address; any other is not found."""
    journey = JOURNEYS.get(name)
    if journey is None:
        raise NotFoundException
    return journey


@get(f"{BASE}/{{name:str}}/{{draft_id:str}}/{{step:str}}", opt=STEP)
async def show(
    request: HTMXRequest, name: FromPath[str], draft_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Show a step."""
    return await journeys.show(known(name), request, draft_id, step)


@post(f"{BASE}/{{name:str}}/{{draft_id:str}}/{{step:str}}", opt=STEP, status_code=200)
async def answer(
    request: HTMXRequest, name: FromPath[str], draft_id: FromPath[str], step: FromPath[str]
) -> Response[str]:
    """Take an answer, or the confirmation; who gave up their own access sees the last page at once (ACC-12.4)."""
    journey, here = known(name), here_of(request)
    answered = await journeys.answer(journey, request, draft_id, step)
    draft = await journeys.find_draft(journey, here, draft_id)
    if draft.outcome is None or not draft.outcome.get(OWN_ACCESS_ENDED):
        return answered
    return await journeys.show_ended(journey, request, here, draft, journeys.CONFIRMATION)


@get("/school/continue", opt=PAGE)
async def go_on(request: HTMXRequest) -> Response[str]:
    """Open the page that was asked for before the gate stood in the way (IT-02)."""
    return redirect(request, await take_return_path(request))


HANDLERS = [go_on, show_tutor, first, answer_first, show, answer]
