"""The page of the induction tutor, and the ways into its journeys (journeys section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.plugins.htmx import HTMXRequest  # noqa: TC002 - as above

from app.registration.rules import induction_tutor_target
from app.schools.queries import EarlierTutor, tutors
from app.terms import Year
from app.training.periods import academic_year
from app.web import journeys
from app.web.forms import read_query
from app.web.journey_draft import find_draft
from app.web.page import page, redirect
from app.web.policies import school_page
from app.web.schools.induction_tutor_journeys import BASE, JOURNEYS, OWN_ACCESS_ENDED, Command, TutorFacts
from app.web.schools.subject_journeys import routes
from app.web.session import here_of, take_return_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.access.queries import CurrentTutor
    from app.web.journey import Journey
    from app.web.schools.subject_journeys import Act

PAGE = school_page(nav="induction-tutor")
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


def known(name: str) -> Journey[TutorFacts, Command]:
    """Return a journey of this address; any other is not found."""
    journey = JOURNEYS.get(name)
    if journey is None:
        raise NotFoundException
    return journey


async def handle(request: HTMXRequest, act: Act) -> Response[str]:
    """Do what a route is for; who gave up their own access sees the last page at once (ACC-12.4)."""
    name, draft_id = request.path_params["name"], request.path_params.get("draft_id")
    journey, here = known(name), here_of(request)
    instead = instead_of(request, name) if draft_id is None else ""
    answered = redirect(request, instead) if instead else await act(journey, request)
    if draft_id is None or request.method != "POST":
        return answered
    draft = await find_draft(journey, here, draft_id)
    if draft.outcome is None or not draft.outcome.get(OWN_ACCESS_ENDED):
        return answered
    return await journeys.show_ended(journey, request, here, draft, journeys.CONFIRMATION)


@get("/school/continue", opt=PAGE)
async def go_on(request: HTMXRequest) -> Response[str]:
    """Open the page that was asked for before the gate stood in the way (IT-02)."""
    return redirect(request, await take_return_path(request))


HANDLERS = [go_on, show_tutor, *routes(f"{BASE}/{{name:str}}", PAGE, handle)]
