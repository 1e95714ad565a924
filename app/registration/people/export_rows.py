"""Rows of the files that a school downloads; somebody who left stands there as on their last day (EX-01, EX-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.people.ect_shown import provider_lines
from app.registration.people.mentor_shown import NO_PROVIDERS, training_line
from app.registration.people.mentor_statuses import mentor_training
from app.registration.registering.appropriate_bodies import BodySource, body_shown, induction_start
from app.training.periods import academic_year

if TYPE_CHECKING:
    from datetime import date

    from app.registration.people.ect_facts import ECTAtSchool, MentorshipRow, TrainingRow
    from app.registration.people.mentor_facts import MentorAtSchool
    from app.registration.rules import ECTStay, MentorStay

ECT_COLUMNS = (
    "name",
    "trn",
    "email",
    "status",
    "school_start_date",
    "last_day",
    "working_pattern",
    "appropriate_body",
    "appropriate_body_recorded",
    "induction_start_date",
    "training_programme",
    "lead_provider",
    "lead_provider_confirmed",
    "delivery_partner",
    "academic_year",
    "mentor",
    "mentor_from",
)
MENTOR_COLUMNS = (
    "name",
    "trn",
    "email",
    "status",
    "start_date",
    "last_day",
    "ects",
    "mentor_training",
    "lead_provider",
    "lead_provider_confirmed",
    "delivery_partner",
)


def ect_row(ect: ECTAtSchool, today: date) -> tuple[str, ...]:
    """Return the values of an ECT in the order of the columns; what is not known is empty (EX-02)."""
    day = as_of(ect.stay, today)
    return (
        ect.displayed,
        ect.trn,
        ect.email,
        ect.tag(today).text,
        ect.stay.started_on.isoformat(),
        iso(ect.stay.finished_on),
        ect.working_pattern.words if ect.working_pattern else "",
        *_body(ect),
        iso(induction_start(ect.induction)),
        *_programme(ect.decisive(day)),
        *_mentor(ect, day),
    )


def mentor_row(mentor: MentorAtSchool, today: date, *, offered: bool) -> tuple[str, ...]:
    """Return the values of a mentor in the order of the columns (EX-02)."""
    day = as_of(mentor.stay, today)
    row = mentor.decisive(day)
    hidden = mentor_training(mentor.facts(day), day) in NO_PROVIDERS
    return (
        mentor.displayed,
        mentor.trn,
        mentor.email,
        mentor.tag(today).text,
        mentor.stay.started_on.isoformat(),
        iso(mentor.stay.finished_on),
        "; ".join(_ects(mentor, day, today)),
        training_line(mentor, day, offered=offered).value,
        *(("", "", "") if hidden or row is None else _providers(row)),
    )


def as_of(stay: ECTStay | MentorStay, today: date) -> date:
    """Return the day whose facts are exported: the last one at the school once that is past (EX-01)."""
    return stay.finished_on if stay.finished_on is not None and stay.period.is_ended(today) else today


def iso(day: date | None) -> str:
    """Return a day as "2025-09-01"; nothing for none."""
    return day.isoformat() if day is not None else ""


def yes_no(value: bool) -> str:  # noqa: FBT001 - a value of a cell
    """Return "yes" or "no"."""
    return "yes" if value else "no"


def _body(ect: ECTAtSchool) -> tuple[str, str]:
    shown = body_shown(ect.stay, ect.reported_body_id, ect.induction.periods)
    body = ect.body(shown.appropriate_body_id)
    return (body.name, yes_no(shown.source is BodySource.RECORDED)) if body else ("", "")


def _programme(row: TrainingRow | None) -> tuple[str, str, str, str, str]:
    """Return programme, lead provider, whether it confirmed, delivery partner and academic year (SCH-04)."""
    if row is None:
        return "", "", "", "", ""
    funding = " (not funded by DfE)" if row.self_funded else ""
    year = academic_year(row.training.year) if row.training.year is not None else ""
    return f"{row.training.programme.words}{funding}", *_providers(row), year


def _providers(row: TrainingRow) -> tuple[str, str, str]:
    """Return lead provider, whether it confirmed, and delivery partner: none once it stopped training them (WDR-03)."""
    if not provider_lines(row):
        return "", "", ""
    return row.lead_provider or "", yes_no(row.training.confirmed), row.delivery_partner or ""


def _mentor(ect: ECTAtSchool, day: date) -> tuple[str, str]:
    row = _mentorship(ect, day)
    return (row.mentor.displayed, row.mentorship.started_on.isoformat()) if row else ("", "")


def _mentorship(ect: ECTAtSchool, day: date) -> MentorshipRow | None:
    return next(iter(ect.mentorships_from(day)), None)


def _ects(mentor: MentorAtSchool, day: date, today: date) -> list[str]:
    if day == today:
        return list(dict.fromkeys(row.ect.displayed for row in mentor.mentored_now(today)))
    there = (row for row in mentor.mentorships if row.mentored.mentorship.period.contains(day))
    return sorted({row.ect.displayed for row in there})
