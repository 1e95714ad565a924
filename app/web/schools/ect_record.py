"""The record of one ECT at a school (journeys, sections 11 to 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.registration.people import ect_shown
from app.registration.people.ect_list import Tab
from app.registration.people.ect_shown import Line, Stopped
from app.registration.people.school_queries import ect as find_ect
from app.registration.people.tracker import ect_tracker
from app.registration.registering.start_dates import day_in_words
from app.web.forms import known_id
from app.web.missing import missing
from app.web.page import page
from app.web.policies import school_page
from app.web.schools import mentors, records
from app.web.schools.changes import Way, ect_may_do, linked, ways_after, with_changes
from app.web.schools.ects import PATH
from app.web.schools.list_query import list_query
from app.web.schools.records import EarlierTraining, Top
from app.web.session import here_of

if TYPE_CHECKING:
    from datetime import date

    from app.events.queries import History
    from app.registration.people.ect_facts import ECTAtSchool
    from app.web.session import Here


@dataclass(frozen=True, kw_only=True)
class RecordPage(Top):
    """Everything the record shows (RC-02)."""

    details: tuple[Line, ...]
    induction: tuple[Line, ...]
    training: tuple[Line, ...]
    stopped: Stopped | None
    ways_on: tuple[Way, ...]
    other_training: tuple[EarlierTraining, ...]
    roles: tuple[tuple[str, str], ...]
    """Who is who for this ECT: role (`appropriate-body`, …) and name."""
    body_contact: str
    mentors: tuple[Line, ...]


@get(f"{PATH}/{{ect_id:str}}", opt=school_page(gated=True, nav="ects"))
async def show(request: Request[Any, Any, Any], ect_id: FromPath[str]) -> Response[str]:
    """Show an ECT of the school, also one who left; of a removed registration only that it was (RC-01, UM-03)."""
    here = here_of(request)
    found = await find(here, ect_id)
    back = list_query(request, Tab).on(PATH)
    events = await records.history_of(here, found, 1, records.NEWEST)
    if found.stay.removed:
        base = f"{PATH}/{found.public_id}"
        return page(request, "schools/removed.html", records.removed_page(found, base, back, events))
    return page(request, "schools/ect.html", record_page(found, here, back, events))


async def find(here: Here, ect_id: str) -> ECTAtSchool:
    """Return an ECT of the school; raises NotFoundException for anybody else's and unknown ids (GEN-05)."""
    found = await find_ect(here.school.id, known_id(ect_id))
    if found is None:
        raise await missing(here, known_id(ect_id))
    return found


def record_page(found: ECTAtSchool, here: Here, back: str, events: History) -> RecordPage:
    """Return the context of the record."""
    today, base = here.today, f"{PATH}/{found.public_id}"
    may = ect_may_do(found, here)
    tracker = ect_tracker(found.facts(today), today, here.policy)
    top = records.top_of(found, here, base=base, back=back, may=may, tracker=tracker, events=events)
    stopped = ect_shown.stopped(found, today, here.policy)
    body = ect_shown.shown_body(found)
    return RecordPage(
        **records.fields_of(top),
        details=linked(with_changes(detail_lines(found, today), base, may), mentors.PATH),
        induction=with_changes(induction_lines(found, today), base, may),
        training=with_changes(own_training_lines(found, today), base, may),
        stopped=stopped,
        ways_on=ways_after(stopped, base, may),
        other_training=records.other_training(found, today, here.policy),
        roles=roles_of(found, today),
        body_contact=(body.contact_email or body.contact_url or "") if body else "",
        mentors=linked(mentors_so_far(found), mentors.PATH),
    )


def detail_lines(found: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the rows of the ECT's details (RC-02)."""
    pattern = found.working_pattern
    return (
        *records.person_lines(found),
        *ect_shown.mentor_lines(found, today),
        *records.days_lines(found.stay.started_on, found.stay.finished_on, "School start date"),
        Line("working-pattern", "Working pattern as an ECT", pattern.words if pattern else ect_shown.NOT_REPORTED),
        records.registered_line(found),
    )


def induction_lines(found: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the rows about the induction (RC-02)."""
    awarded = found.qts_awarded_on
    status = f"Awarded on {day_in_words(awarded)}" if awarded else "Not yet on the teaching record"
    return (
        ect_shown.body_line(found, today),
        ect_shown.induction_start_line(found),
        Line("qualified-teacher-status", "Qualified teacher status", status),
        ect_shown.outcome_line(found),
    )


def own_training_lines(found: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the rows about the training that counts (RC-02, RC-02b)."""
    row = found.decisive(today)
    return *ect_shown.training_lines(found, today), *(records.dates_of(row) if row is not None else ())


def roles_of(found: ECTAtSchool, today: date) -> tuple[tuple[str, str], ...]:
    """Return appropriate body, lead provider and delivery partner of this ECT by name, those there are (RC-02)."""
    shown = (ect_shown.body_line(found, today), *ect_shown.training_lines(found, today))
    keys = ("appropriate-body", "lead-provider", "delivery-partner")
    known = (line for line in shown if line.key in keys and line.value != ect_shown.NOT_REPORTED)
    return tuple((line.key, line.value) for line in known)


def mentors_so_far(found: ECTAtSchool) -> tuple[Line, ...]:
    """Return every mentorship of this stay, newest first."""
    return tuple(
        Line(
            "mentor-so-far", row.mentor.displayed, ect_shown.mentorship_days(row.mentorship), about=row.mentor_public_id
        )
        for row in reversed(found.mentorships)
    )


HANDLERS = [show]
