"""The record of one mentor at a school (journeys RC-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.registration.people import ect_shown, mentor_shown
from app.registration.people.ect_shown import Line, Stopped
from app.registration.people.mentor_list import MentorTab
from app.registration.people.mentor_queries import mentor as find_mentor
from app.registration.people.mentor_statuses import MentorTraining, mentor_training
from app.registration.people.mentor_tracker import mentor_tracker
from app.registration.permissions import Action
from app.schools.rules import offers_mentor_training
from app.web.forms import known_id
from app.web.missing import missing
from app.web.page import page
from app.web.policies import school_page
from app.web.schools import ects, records
from app.web.schools.changes import Way, linked, mentor_may_do, ways, ways_after, with_changes
from app.web.schools.list_query import list_query
from app.web.schools.mentors import PATH
from app.web.schools.records import EarlierTraining, Top
from app.web.session import here_of

if TYPE_CHECKING:
    from datetime import date

    from app.events.queries import History
    from app.registration.people.mentor_facts import MentorAtSchool
    from app.web.session import Here


@dataclass(frozen=True, kw_only=True)
class MentorRecordPage(Top):
    """Everything the record shows (RC-03)."""

    details: tuple[Line, ...]
    ects_now: tuple[Line, ...]
    ects_before: tuple[Line, ...]
    assign: Way | None
    training: tuple[Line, ...]
    stopped: Stopped | None
    ways_on: tuple[Way, ...]
    other_training: tuple[EarlierTraining, ...]


@get(f"{PATH}/{{mentor_id:str}}", opt=school_page(gated=True, nav="mentors"))
async def show(request: Request[Any, Any, Any], mentor_id: FromPath[str]) -> Response[str]:
    """Show a mentor of the school, also one who left; of a removed registration only that it was (RC-03, UM-03)."""
    here = here_of(request)
    found = await find(here, mentor_id)
    back = list_query(request, MentorTab).on(PATH)
    events = await records.history_of(here, found, 1, records.NEWEST)
    if found.stay.removed:
        base = f"{PATH}/{found.public_id}"
        return page(request, "schools/removed.html", records.removed_page(found, base, back, events))
    return page(request, "schools/mentor.html", record_page(found, here, back, events))


async def find(here: Here, mentor_id: str) -> MentorAtSchool:
    """Return a mentor of the school; raises NotFoundException for anybody else's and unknown ids (GEN-05)."""
    found = await find_mentor(here.school.id, known_id(mentor_id))
    if found is None:
        raise await missing(here, known_id(mentor_id))
    return found


def record_page(found: MentorAtSchool, here: Here, back: str, events: History) -> MentorRecordPage:
    """Return the context of the record."""
    today, base = here.today, f"{PATH}/{found.public_id}"
    may = mentor_may_do(found, here)
    offered = offers_mentor_training(here.level)
    tracker = mentor_tracker(found.facts(today), today, here.policy, offered=offered)
    top = records.top_of(found, here, base=base, back=back, may=may, tracker=tracker, events=events)
    stopped = stopped_now(found, here)
    return MentorRecordPage(
        **records.fields_of(top),
        details=with_changes(detail_lines(found), base, may),
        ects_now=linked(mentor_shown.ect_lines(found.mentored_now(today)), ects.PATH),
        ects_before=linked(mentor_shown.ect_lines(found.mentored_before(today)), ects.PATH),
        assign=next(iter(ways((Action.ASSIGN_ECTS,), base, may)), None),
        training=with_changes(training_lines(found, today, offered=offered), base, may),
        stopped=stopped,
        ways_on=ways_after(stopped, base, may, mentor=True),
        other_training=records.other_training(found, today, here.policy),
    )


def stopped_now(found: MentorAtSchool, here: Here) -> Stopped | None:
    """Return how the training was stopped, unless it matters no more (WD-03, STA-04)."""
    if found.ineligible_reason is not None:
        return None
    return ect_shown.stopped(found, here.today, here.policy)


def detail_lines(found: MentorAtSchool) -> tuple[Line, ...]:
    """Return the rows of the mentor's details (RC-03)."""
    return (
        *records.person_lines(found),
        *records.days_lines(found.stay.started_on, found.stay.finished_on, "Mentor at your school since"),
        records.registered_line(found),
    )


def training_lines(found: MentorAtSchool, today: date, *, offered: bool) -> tuple[Line, ...]:
    """Return how the training stands; completed training shows its date and no provider (STA-04, RC-03)."""
    lines = mentor_shown.training_lines(found, today, offered=offered)
    row = found.decisive(today)
    done = (MentorTraining.COMPLETED, MentorTraining.NO_MORE_FUNDING)
    if row is None or mentor_training(found.facts(today), today) in done:
        return lines
    return *lines, *records.dates_of(row)


HANDLERS = [show]
