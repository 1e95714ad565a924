"""What staff read about a person, row by row (ADM-3.2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.people.ect_shown import Line
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.terms import InductionOutcome, Role, TRSAnswer
from app.training.periods import academic_year

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from app.console.person_queries import InductionFile, MentorshipFile, PersonFile, StayFile, TrainingFile

NONE = "None"
NOT_KNOWN = "Not known"
ROLES = {Role.ECT: "ECT", Role.MENTOR: "Mentor"}
ANSWERS = {
    TRSAnswer.FOUND: "Found",
    TRSAnswer.NOT_FOUND: "Not found",
    TRSAnswer.DEACTIVATED: "Deactivated",
    TRSAnswer.MERGED: "Merged into another record",
}


@dataclass(frozen=True)
class Card:
    """One registration, training or induction period; `mark` says that it does not count any more."""

    title: str
    lines: tuple[Line, ...]
    href: str = ""
    mark: str = ""
    key: str = ""
    """The record, as fixes of it name it."""
    fixes: tuple[tuple[str, str], ...] = ()
    """Address and title of what can be put right about it (ADM-6.1)."""


def notes(person: PersonFile) -> tuple[str, ...]:
    """Return what staff must know before they read on."""
    said = []
    if person.anonymised_at is not None:
        said.append(f"This person was anonymised on {_day(person.anonymised_at)}.")
    if person.merged_into is not None:
        said.append(f"This record was merged into that of {person.merged_into.name.displayed}.")
    if person.answer is not TRSAnswer.FOUND:
        into = f" ({person.merged_into_trn})" if person.merged_into_trn else ""
        said.append(f"Teaching record: {ANSWERS[person.answer].lower()}{into}.")
    return tuple(said)


def registration_lines(person: PersonFile, today: date) -> tuple[Line, ...]:
    """Return the latest registration in each role: where, address, body, training, and who mentors or is mentored."""
    lines = []
    for role, words in ROLES.items():
        stay = person.latest_stay(role)
        if stay is not None:
            lines.append(Line(f"{role}-school", f"{words} at", stay.school, _days(stay.started_on, stay.finished_on)))
            lines.append(Line(f"{role}-email", f"Email as {words}", stay.email, _delivery(stay)))
            if role is Role.ECT:
                lines.append(Line("appropriate-body", "Appropriate body reported", stay.reported_body or NONE))
            lines += [_training_line(person, stay), *_mentorship_lines(stay, today)]
    return tuple(lines)


def _training_line(person: PersonFile, stay: StayFile) -> Line:
    """Return the newest training of a registration that was not cancelled."""
    of_stay = (one for one in person.trainings if (one.role, one.stay_id) == (stay.role, stay.id))
    training = next((one for one in of_stay if one.cancelled_at is None), None)
    key, label = f"{stay.role}-training", f"Training as {ROLES[stay.role]}"
    if training is None:
        return Line(key, label, NONE)
    who = " and ".join(filter(None, (training.lead_provider, training.delivery_partner)))
    what = training.programme.words[:1].upper() + training.programme.words[1:]
    return Line(key, label, f"{what}: {who}" if who else what, _standing(training))


def _standing(training: TrainingFile) -> str:
    if training.withdrawn_at:
        return f"Withdrawn on {_day(training.withdrawn_at)}"
    if training.deferred_at:
        return f"Deferred on {_day(training.deferred_at)}"
    confirmation = _confirmation(training)
    return "" if confirmation == NONE else confirmation


def _mentorship_lines(stay: StayFile, today: date) -> list[Line]:
    """Return who mentors somebody, or whom they mentor, now or later."""
    side = "Mentor" if stay.role is Role.ECT else "Mentors"
    lasting = [one for one in stay.mentorships if not one.cancelled and (one.finished_on or today) >= today]
    return [_mentorship_line(side, one) for one in lasting] or [Line("mentorship", side, NONE)]


def merged_lines(person: PersonFile) -> tuple[Line, ...]:
    """Return the records that were merged into this one."""
    return tuple(
        Line("merged-from", "Merged from", other.name.displayed, href=f"/admin/people/{other.public_id}")
        for other in person.merged_from
    )


def teaching_record_lines(person: PersonFile) -> tuple[Line, ...]:
    """Return what the teaching record said last, and when it was asked."""
    status = person.induction_status.words if person.induction_status else NOT_KNOWN
    tried = f"Asked without an answer on {_day(person.tried_at)}" if person.tried_at else ""
    return (
        Line("teaching-record-answer", "Answer", ANSWERS[person.answer], f"On {_day(person.refreshed_at)}"),
        Line("induction-status", "Induction status", status, tried),
        Line("induction-started", "Induction started", _date(person.induction_started_on)),
        Line("induction-completed", "Induction completed", _date(person.induction_completed_on)),
        Line("qualified-teacher-status", "Qualified teacher status", _date(person.qts_awarded_on)),
    )


def draft_lines(person: PersonFile, now: datetime) -> tuple[Line, ...]:
    """Return the unfinished registrations that name their TRN: school and age only."""
    return tuple(
        Line("draft", f"{draft.school} ({draft.urn})", f"Begun {_age(now, draft.started_at)}")
        for draft in person.drafts
    )


def stay_cards(person: PersonFile) -> tuple[Card, ...]:
    """Return every registration, newest first."""
    return tuple(_stay_card(stay) for stay in person.stays)


def _stay_card(stay: StayFile) -> Card:
    lines = [
        Line("urn", "School URN", stay.urn),
        Line("days", "Days", _days(stay.started_on, stay.finished_on)),
        Line("end-reason", "Why it ended", stay.end_reason.words if stay.end_reason else NONE),
        Line("leaving-reported", "Leaving reported by", _leaving(stay)),
        Line("email", "Email", stay.email, _delivery(stay)),
        Line("identity", "Found by", stay.identity_match.words if stay.identity_match else NOT_KNOWN),
        Line("registered", "Registered", _day(stay.registered_at), f"By {stay.registered_by or 'nobody who is known'}"),
    ]
    if stay.role is Role.ECT:
        pattern = stay.working_pattern
        lines.insert(5, Line("working-pattern", "Working pattern", pattern.words if pattern else NOT_KNOWN))
        lines.insert(6, Line("appropriate-body", "Appropriate body reported", stay.reported_body or NONE))
    side = "Mentor" if stay.role is Role.ECT else "ECT"
    lines += [_mentorship_line(side, found) for found in stay.mentorships]
    mark = f"Removed on {_day(stay.removed_at)}" if stay.removed_at else ""
    if stay.removal_reason:
        mark = f"{mark}: {stay.removal_reason.words}"
    title = f"{ROLES[stay.role]} at {stay.school}"
    return Card(title, tuple(lines), f"/admin/schools/{stay.urn}", mark, str(stay.public_id))


def _mentorship_line(side: str, found: MentorshipFile) -> Line:
    days = "Cancelled" if found.cancelled else _days(found.started_on, found.finished_on)
    href = f"/admin/people/{found.with_whom.public_id}"
    return Line("mentorship", side, found.with_whom.name.displayed, days, href=href)


def training_cards(person: PersonFile) -> tuple[Card, ...]:
    """Return every training, newest first."""
    return tuple(_training_card(training) for training in person.trainings)


def _training_card(training: TrainingFile) -> Card:
    lines = [
        Line("school", "School", training.school),
        Line("days", "Days", _days(training.started_on, training.finished_on)),
        Line("year", "Academic year", academic_year(training.year) if training.year else NONE),
        Line("schedule", "Schedule", training.schedule or NONE),
        Line("lead-provider", "Lead provider", training.lead_provider or NONE),
        Line("delivery-partner", "Delivery partner", training.delivery_partner or NONE),
        Line("confirmation", "Confirmation", _confirmation(training)),
    ]
    if training.withdrawn_at:
        why = training.withdrawal_reason.words if training.withdrawal_reason else NOT_KNOWN
        lines.append(Line("withdrawn", "Withdrawn", f"On {_day(training.withdrawn_at)}", f"Reason: {why}"))
    if training.deferred_at:
        why = training.deferral_reason.words if training.deferral_reason else NOT_KNOWN
        lines.append(Line("deferred", "Deferred", f"On {_day(training.deferred_at)}", f"Reason: {why}"))
    if training.challenged_at:
        lines.append(Line("challenged", "Partnership challenged", f"On {_day(training.challenged_at)}"))
    mark = f"Cancelled on {_day(training.cancelled_at)}" if training.cancelled_at else ""
    if training.cancellation_reason:
        mark = f"{mark}: {training.cancellation_reason.words}"
    return Card(
        f"{training.programme.words[:1].upper()}{training.programme.words[1:]}, {ROLES[training.role]}",
        tuple(lines),
        mark=mark,
        key=str(training.public_id),
    )


def _confirmation(training: TrainingFile) -> str:
    if training.confirmed_at:
        return f"Confirmed on {_day(training.confirmed_at)}"
    return f"Requested on {_day(training.requested_at)}" if training.requested_at else NONE


def seen_by_providers(answers: Iterable[tuple[str, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return each lead provider with what the API answers it about the person, laid out to be read."""
    return tuple((name, json.dumps({"data": json.loads(body)}, indent=2, ensure_ascii=False)) for name, body in answers)


def induction_cards(person: PersonFile) -> tuple[Card, ...]:
    """Return every period of induction, newest first, with whether it is the body that the school reported."""
    return tuple(_induction_card(induction, person) for induction in person.inductions)


OUTCOMES = {InductionOutcome.PASS: "Passed", InductionOutcome.FAIL: "Failed"}


def _induction_card(induction: InductionFile, person: PersonFile) -> Card:
    stay = person.latest_stay(Role.ECT)
    differs = stay is not None and stay.reported_body not in (None, induction.body)
    lines = (
        Line("days", "Days", _days(induction.started_on, induction.finished_on)),
        Line("outcome", "Outcome", OUTCOMES[induction.outcome] if induction.outcome else NONE),
        Line("terms", "Terms", str(induction.terms) if induction.terms is not None else NOT_KNOWN),
    )
    mark = "Not the body that the school reported" if differs else ""
    return Card(induction.body, lines, mark=mark, key=f"correct-{induction.started_on}")


def _leaving(stay: StayFile) -> str:
    if stay.leaving_reported_by is None or stay.leaving_reported_at is None:
        return NONE
    return f"{stay.leaving_reported_by} on {_day(stay.leaving_reported_at)}"


def _delivery(stay: StayFile) -> str:
    said = {"delivered": "The last email arrived", "bounced": "The last email could not be delivered"}
    return said.get(stay.email_state or "", "No email to it has arrived or failed yet")


def _days(first: date, last: date | None) -> str:
    return f"{day_in_words(first)} to {day_in_words(last) if last else 'no end'}"


def _date(day: date | None) -> str:
    return day_in_words(day) if day else NOT_KNOWN


def _day(moment: datetime) -> str:
    return day_in_words(london_day(moment))


def _age(now: datetime, then: datetime) -> str:
    days = (now - then).days
    return "today" if days < 1 else "1 day ago" if days == 1 else f"{days} days ago"
