"""Writing the registered people of the demo: teacher, stay, training, mentorship and what a history tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.demo.history import left, mentored, registered, training_started
from app.demo.people import induction_days, person_of
from app.demo.rows import insert
from app.demo.world import email_of, registered_at
from app.teachers.rules import search_text
from app.terms import (
    ConfirmationSource,
    IdentityMatch,
    MentorIneligibleReason,
    Role,
    ScheduleIdentifier,
    StayEndReason,
    TrainingProgramme,
    TRSAnswer,
)

if TYPE_CHECKING:
    from datetime import datetime

    from app.demo.calendar import Days
    from app.demo.cast import DemoStay, Train
    from app.demo.history import Happening
    from app.demo.people import DemoPerson
    from app.demo.world import World

NO_MORE_MENTOR_TRAINING = {
    "9900028": MentorIneligibleReason.COMPLETED_DECLARATION_RECEIVED,
    "9900029": MentorIneligibleReason.STARTED_NOT_COMPLETED,
    "9900187": MentorIneligibleReason.COMPLETED_DURING_EARLY_ROLL_OUT,
    "9900188": MentorIneligibleReason.STARTED_NOT_COMPLETED,
}


@dataclass
class Enrolled:
    """Internal ids of what was inserted so far, and what happened, for the histories."""

    world: World
    teachers: dict[str, int] = field(default_factory=dict)
    stays: dict[tuple[str, str], tuple[int, DemoStay]] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)


async def enrol(stays: list[DemoStay], world: World) -> list[Happening]:
    """Insert everybody registered; returns what happened, for their histories."""
    enrolled = Enrolled(world)
    for stay in stays:
        await _enrol(stay, enrolled)
    return enrolled.happenings


async def _enrol(stay: DemoStay, enrolled: Enrolled) -> None:
    world = enrolled.world
    if stay.trn not in enrolled.teachers:
        enrolled.teachers[stay.trn] = await _teacher(stay, world)
    teacher, again = enrolled.teachers[stay.trn], (stay.trn, stay.school) in enrolled.stays
    made = await _stay(stay, teacher, world, again=again)
    enrolled.stays[stay.trn, stay.school] = made, stay
    enrolled.happenings += registered(stay, teacher, made, world)
    if stay.training is not None:
        enrolled.happenings += await _training(stay, stay.training, teacher, made, world)
    if stay.mentor:
        enrolled.happenings += await _mentorship(stay, enrolled)
    enrolled.happenings += left(stay, teacher, made, world)


async def _teacher(stay: DemoStay, world: World) -> int:
    person, ineligible = person_of(stay.trn, world.days), NO_MORE_MENTOR_TRAINING.get(stay.trn)
    facts = {
        **_record_facts(person, world.days),
        "corrected_name": stay.corrected_name or None,
        "search_name": search_text(f"{person.first_name} {person.last_name}", stay.corrected_name or None),
        "ect_first_eligible_at": world.days.start_of(stay.induction.started_on) if stay.induction else None,
        "mentor_ineligible_on": world.days.ago(250) if ineligible else None,
        "mentor_ineligible_reason": ineligible.value if ineligible else None,
        "version": 1,
    }
    made = await insert("teacher", {"trn": stay.trn, **facts}, stay.trn)
    if stay.induction is not None:
        await _induction(stay, made, world)
    return made


def _record_facts(person: DemoPerson, days: Days) -> dict[str, Any]:
    started, completed = induction_days(person, days)
    return {
        "trs_first_name": person.first_name,
        "trs_last_name": person.last_name,
        "trs_induction_status": person.status.value,
        "trs_induction_start_date": started,
        "trs_induction_completed_date": completed,
        "trs_qts_awarded_on": person.qualified_on(days),
        "trs_refreshed_at": clock.now(),
        "trs_answer": TRSAnswer.FOUND.value,
    }


async def _induction(stay: DemoStay, teacher: int, world: World) -> None:
    recorded = stay.induction
    if recorded is None:
        return
    values = {
        "teacher_id": teacher,
        "appropriate_body_id": world.bodies[recorded.body],
        "started_on": recorded.started_on,
        "finished_on": recorded.finished_on,
        "outcome": recorded.outcome.value if recorded.outcome else None,
    }
    await insert("induction_period", values)


async def _stay(stay: DemoStay, teacher: int, world: World, *, again: bool) -> int:
    key = (stay.trn, stay.school, stay.started_on) if again else (stay.trn, stay.school)
    with clock.at(registered_at(stay.started_on, world.days)):
        return await insert(f"{stay.role.value}_at_school_period", _stay_values(stay, teacher, world), key)


def _stay_values(stay: DemoStay, teacher: int, world: World) -> dict[str, Any]:
    school, left = world.schools[stay.school], stay.end_reason is StayEndReason.LEFT
    common = {
        "teacher_id": teacher,
        "school_id": school,
        "started_on": stay.started_on,
        "finished_on": stay.finished_on,
        "end_reason": stay.end_reason.value if stay.end_reason else None,
        "leaving_reported_by_school_id": school if left else None,
        "leaving_reported_at": registered_at(stay.finished_on, world.days) if left and stay.finished_on else None,
        "email": email_of(stay, world),
        "registered_by_user_id": world.tutors[stay.school].user_id,
        "identity_match": None if stay.migrated else IdentityMatch.DATE_OF_BIRTH.value,
        "version": 1,
    }
    if stay.role is Role.MENTOR:
        return common
    body = {"school_reported_appropriate_body_id": world.bodies.get(stay.body)}
    return common | {"working_pattern": stay.pattern.value if stay.pattern else None} | body


async def _training(stay: DemoStay, training: Train, teacher: int, stay_id: int, world: World) -> list[Happening]:
    at = registered_at(training.from_day or stay.started_on, world.days)
    values = {
        "teacher_id": teacher,
        "role": stay.role.value,
        "school_id": world.schools[stay.school],
        f"{stay.role.value}_at_school_period_id": stay_id,
        "self_funded": False,
        **_programme(stay, training, at, world),
        "started_on": training.from_day or stay.started_on,
        "finished_on": training.until or stay.finished_on,
    }
    with clock.at(at):
        made = await insert("training_period", values, ("training", stay.trn, stay.school, stay.started_on))
        if training.declared_on:
            await insert(
                "declaration", {"training_period_id": made, "type": "started", "declared_on": training.declared_on}
            )
    return training_started(stay, training, teacher, stay_id, made, at, world)


def _programme(stay: DemoStay, training: Train, at: datetime, world: World) -> dict[str, Any]:
    if not training.provider or training.year is None:
        return {"training_programme": TrainingProgramme.SCHOOL_LED.value}
    key = (stay.school, training.provider, training.partner, training.year)
    partnership, reported_at = world.partnerships.get(key, (None, at))
    later = partnership is not None and reported_at > at
    source = ConfirmationSource.LEAD_PROVIDER_REPORT if later else ConfirmationSource.EXISTING_PARTNERSHIP
    return {
        "training_programme": TrainingProgramme.PROVIDER_LED.value,
        "lead_provider_id": world.providers[training.provider],
        "contract_period_year": training.year,
        "schedule_id": world.schedules[training.year, ScheduleIdentifier.STANDARD_SEPTEMBER.value],
        "school_partnership_id": partnership,
        "requested_at": at if later or partnership is None else None,
        "confirmed_at": max(at, reported_at) if partnership else None,
        "confirmation_source": source.value if partnership else None,
    }


async def _mentorship(stay: DemoStay, enrolled: Enrolled) -> list[Happening]:
    world, (mentor_id, mentor) = enrolled.world, enrolled.stays[stay.mentor, stay.school]
    values = {
        "ect_at_school_period_id": enrolled.stays[stay.trn, stay.school][0],
        "ect_teacher_id": enrolled.teachers[stay.trn],
        "mentor_at_school_period_id": mentor_id,
        "mentor_teacher_id": enrolled.teachers[stay.mentor],
        "school_id": world.schools[stay.school],
        "started_on": max(stay.started_on, mentor.started_on),
        "finished_on": min((day for day in (stay.finished_on, mentor.finished_on) if day), default=None),
    }
    with clock.at(registered_at(max(stay.started_on, mentor.started_on), world.days)):
        made = await insert("mentorship_period", values, (stay.trn, stay.mentor, stay.school))
    return mentored(stay, mentor, values | {"id": made}, world)
