"""The record of one ECT at a school, and what happened to it (journeys, sections 11 to 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath  # noqa: TC002 - handlers' signatures are read at run time

from app.events.queries import History, history
from app.registration import ect_shown
from app.registration.ect_shown import Line, Stopped
from app.registration.rules import ECTState
from app.registration.school_queries import ect as find_ect
from app.registration.start_dates import day_in_words
from app.registration.statuses import london_day
from app.registration.tracker import TrackerLine, ect_tracker
from app.training.rules import TrainingStatus, training_status
from app.web.forms import known_id
from app.web.page import page
from app.web.policies import school_page
from app.web.schools.ects import PATH
from app.web.schools.list_query import list_query
from app.web.session import here_of

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.registration.ect_facts import ECTAtSchool, TrainingRow
    from app.registration.statuses import Tag
    from app.web.session import Here

NEWEST = 5
"""So many events stand on the record itself (RC-02)."""


@dataclass(frozen=True)
class EarlierTraining:
    """A training of this stay before or after the one that counts, with its dates."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class RecordPage:
    """Everything the record shows (RC-02)."""

    name: str
    path_to_record: str
    back: str
    tag: Tag
    left_on: date | None
    details: tuple[Line, ...]
    induction: tuple[Line, ...]
    training: tuple[Line, ...]
    stopped: Stopped | None
    other_training: tuple[EarlierTraining, ...]
    roles: tuple[tuple[str, str], ...]
    """Who is who for this ECT: role (`appropriate_body`, …) and name."""
    body_contact: str
    tracker: tuple[TrackerLine, ...]
    mentors: tuple[Line, ...]
    history: History


@dataclass(frozen=True)
class RemovedPage:
    """What is left to see of a registration that was removed (UM-03)."""

    removed_on: date
    by: str
    reason: str
    back: str
    history: History


@get(f"{PATH}/{{ect_id:str}}", opt=school_page(gated=True, nav="ects"))
async def show(request: Request[Any, Any, Any], ect_id: FromPath[str]) -> Response[str]:
    """Show an ECT of the school, also one who left; of a removed registration only that it was (RC-01, UM-03)."""
    here = here_of(request)
    found = await find(here, ect_id)
    back = list_query(request).on(PATH)
    events = await history_of(here, found, 1, NEWEST)
    if found.stay.removed:
        return page(request, "schools/ect-removed.html", removed_page(found, back, events))
    return page(request, "schools/ect.html", record_page(found, here, back, events))


async def find(here: Here, ect_id: str) -> ECTAtSchool:
    """Return an ECT of the school; raises NotFoundException for anybody else's and unknown ids (GEN-05)."""
    found = await find_ect(here.school.id, known_id(ect_id))
    if found is None:
        raise NotFoundException
    return found


async def history_of(here: Here, found: ECTAtSchool, number: int, size: int) -> History:
    """Return a page of what happened to an ECT at this school."""
    return await history(here.school.id, found.teacher_id, number, size, here.policy.deferral_reasons_hidden)


def record_page(found: ECTAtSchool, here: Here, back: str, events: History) -> RecordPage:
    """Return the context of the record."""
    today = here.today
    body = ect_shown.shown_body(found)
    left = found.state(today) is ECTState.LEFT
    return RecordPage(
        name=found.displayed,
        path_to_record=f"{PATH}/{found.public_id}",
        back=back,
        tag=found.tag(today),
        left_on=found.stay.finished_on if left else None,
        details=detail_lines(found, today),
        induction=induction_lines(found, today),
        training=own_training_lines(found, today),
        stopped=ect_shown.stopped(found, today, here.policy),
        other_training=other_training(found, today, here.policy),
        roles=roles_of(found, today),
        body_contact=(body.contact_email or body.contact_url or "") if body else "",
        tracker=ect_tracker(found.facts(today), today, here.policy),
        mentors=mentors_so_far(found),
        history=events,
    )


def detail_lines(found: ECTAtSchool, today: date) -> tuple[Line, ...]:
    """Return the rows of the ECT's details (RC-02)."""
    on_record = f"On the teaching record: {found.name.on_record}" if found.name.on_record else ""
    stay, pattern = found.stay, found.working_pattern
    registered = f"{day_in_words(found.registered_on)}" + (f" by {found.registered_by}" if found.registered_by else "")
    lines = [
        Line("name", "Name", found.displayed, on_record),
        Line("trn", "Teacher reference number", found.trn),
        Line("email", "Email address", found.email or ect_shown.NOT_REPORTED),
        *ect_shown.mentor_lines(found, today),
        Line("start-date", "School start date", day_in_words(stay.started_on)),
    ]
    if stay.finished_on is not None:
        lines.append(Line("last-day", "Last day", day_in_words(stay.finished_on)))
    lines.append(
        Line("working-pattern", "Working pattern as an ECT", pattern.words if pattern else ect_shown.NOT_REPORTED)
    )
    lines.append(Line("registered", "Registered", registered))
    return tuple(lines)


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
    lines, row = list(ect_shown.training_lines(found, today)), found.decisive(today)
    if row is None:
        return tuple(lines)
    continues = ect_shown.continues_line(row)
    if continues is not None:
        lines.append(continues)
    lines.append(Line("training-start-date", "Training start date", day_in_words(row.training.started_on)))
    if row.training.finished_on is not None:
        lines.append(Line("training-last-day", "Last day of training", day_in_words(row.training.finished_on)))
    return tuple(lines)


def other_training(found: ECTAtSchool, today: date, policy: Policy) -> tuple[EarlierTraining, ...]:
    """Return the other training of this stay, newest first (RC-02, WD-04)."""
    rows = [row for row in reversed(found.trainings) if row is not found.decisive(today)]
    return tuple(EarlierTraining(title_of(row, today), lines_of(row, policy)) for row in rows)


def title_of(row: TrainingRow, today: date) -> str:
    """Return what a training is called: its programme and days."""
    training = row.training
    end = f" to {day_in_words(training.finished_on)}" if training.finished_on else ""
    later = "Later" if training.started_on > today else "Earlier"
    return f"{later}: {training.programme.words.lower()}, {day_in_words(training.started_on)}{end}"


def lines_of(row: TrainingRow, policy: Policy) -> tuple[Line, ...]:
    """Return provider, partner and how it was stopped, of a training that does not count now (WD-04)."""
    lines = [Line("training-programme", "Training programme", row.training.programme.words)]
    if row.lead_provider:
        lines.append(Line("lead-provider", "Lead provider", row.lead_provider))
    if row.delivery_partner:
        lines.append(Line("delivery-partner", "Delivery partner", row.delivery_partner))
    if training_status(row.training) is not TrainingStatus.ACTIVE:
        withdrawn = training_status(row.training) is TrainingStatus.WITHDRAWN
        words = "Stopped by the lead provider" if withdrawn else "Paused by the lead provider"
        lines.append(Line("training-stopped", words, ect_shown.stop_reason(row, policy)))
    return tuple(lines)


def roles_of(found: ECTAtSchool, today: date) -> tuple[tuple[str, str], ...]:
    """Return appropriate body, lead provider and delivery partner of this ECT by name, those there are (RC-02)."""
    shown = (ect_shown.body_line(found, today), *ect_shown.training_lines(found, today))
    keys = ("appropriate-body", "lead-provider", "delivery-partner")
    known = (line for line in shown if line.key in keys and line.value != ect_shown.NOT_REPORTED)
    return tuple((line.key, line.value) for line in known)


def mentors_so_far(found: ECTAtSchool) -> tuple[Line, ...]:
    """Return every mentorship of this stay, newest first."""
    rows = reversed(found.mentorships)
    return tuple(Line("mentor-so-far", row.mentor.displayed, ect_shown.mentorship_days(row)) for row in rows)


def removed_page(found: ECTAtSchool, back: str, events: History) -> RemovedPage:
    """Return when, by whom and why a registration was removed (UM-03)."""
    removal = next((entry for entry in events.entries if entry.kind == "teacher_registration_removed"), None)
    reason = found.removal_reason.words if found.removal_reason else ""
    removed_at = found.removed_at or found.registered_at
    return RemovedPage(london_day(removed_at), removal.by if removal else "", reason, back, events)


HANDLERS = [show]
