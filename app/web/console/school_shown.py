"""What staff read about a school, row by row (ADM-5.1, ADM-5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.console.school_levels import level_words
from app.console.school_queries import STATUSES
from app.registration.people.ect_shown import Line
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.schools.rules import RefusalReason
from app.training.periods import academic_year

if TYPE_CHECKING:
    from datetime import date, datetime

    from app.console.school_queries import SchoolFile, TutorFile
    from app.schools.rules import SchoolAccess

NONE = "None"
NOT_KNOWN = "Not known"
DELIVERY = {"delivered": "The last email arrived", "bounced": "The last email could not be delivered"}


def register_lines(school: SchoolFile, access: SchoolAccess) -> tuple[Line, ...]:
    """Return what the register and support say of a school."""
    lines = [
        Line("level", "What it may do", level_words(access)),
        Line("status", "Status", STATUSES.get(school.status_code, f"Code {school.status_code}"), _open(school)),
        Line("type", "Type", school.type_name),
        Line("authority", "Local authority", school.authority or NOT_KNOWN),
        Line("district", "District", school.district or NOT_KNOWN),
        Line("section-41", "Section 41 approval", "Yes" if school.section_41 else "No"),
        Line("address", "Address", ", ".join(school.address) or NOT_KNOWN),
        Line("former-urns", "Former URNs", ", ".join(school.former_urns) or NONE),
        Line("email-link", "Email link", school.email_link or "Follows the setting"),
    ]
    lines += [
        Line("register-email", "Email in the register", found.email, DELIVERY.get(found.state or "", ""))
        for found in school.emails
    ] or [Line("register-email", "Email in the register", NONE)]
    if school.override_note:
        until = f"Until {day_in_words(school.override_until)}" if school.override_until else "Without an end"
        lines.append(Line("override", "Set by support", school.override_note, until))
    if access.reason is RefusalReason.TYPE_UNKNOWN:
        lines.append(Line("type-unknown", "Attention", "The type of this school is not known to the service"))
    return tuple(lines)


def tutor_lines(school: SchoolFile) -> tuple[Line, ...]:
    """Return the induction tutor in force and those before."""
    if not school.tutors:
        return (Line("induction-tutor", "Induction tutor", NONE),)
    return tuple(_tutor_line(tutor) for tutor in school.tutors)


def _tutor_line(tutor: TutorFile) -> Line:
    year = tutor.confirmed_for_year
    confirmed = f"Confirmed for {academic_year(year)}" if year else "Not confirmed for a year"
    if tutor.ended_at is not None:
        days = f"{_day(tutor.started_at)} to {_day(tutor.ended_at)}"
        return Line("earlier-tutor", "Earlier induction tutor", f"{tutor.name} ({tutor.email})", days)
    hint = ". ".join(
        filter(None, (confirmed, f"Since {_day(tutor.started_at)}", DELIVERY.get(tutor.email_state or "")))
    )
    return Line("induction-tutor", "Induction tutor", f"{tutor.name} ({tutor.email})", hint)


def answer_lines(school: SchoolFile, now: datetime) -> tuple[Line, ...]:
    """Return what the school answered, chose last and has left unfinished."""
    lines = [
        Line(
            "year",
            academic_year(answer.year),
            f"Expects new ECTs: {answer.expecting_ects.words if answer.expecting_ects else 'not answered'}",
            f"All registered, said on {_day(answer.all_registered_at)}" if answer.all_registered_at else "",
        )
        for answer in school.years
    ]
    drafts = "1 draft" if school.open_drafts == 1 else f"{school.open_drafts} drafts"
    oldest = f"The oldest was begun {(now - school.oldest_draft_at).days} days ago" if school.oldest_draft_at else ""
    return (
        *lines,
        Line("reminders", "Reminders", _until(school.reminders_off_until)),
        Line("last-body", "Last appropriate body chosen", school.last_body or NONE),
        Line("last-programme", "Last training programme chosen", (school.last_programme or NONE).replace("_", "-")),
        Line("last-provider", "Last lead provider chosen", school.last_provider or NONE),
        Line("drafts", "Unfinished registrations", drafts, oldest),
    )


def _open(school: SchoolFile) -> str:
    opened = f"Opened on {day_in_words(school.opened_on)}" if school.opened_on else ""
    closed = f"Closed on {day_in_words(school.closed_on)}" if school.closed_on else ""
    return ". ".join(filter(None, (opened, closed)))


def _until(day: date | None) -> str:
    return f"Off until {day_in_words(day)}" if day else "On"


def _day(moment: datetime) -> str:
    return day_in_words(london_day(moment))
