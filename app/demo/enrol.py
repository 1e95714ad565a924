"""Writing the registered people of the demo: teacher, stay, training, mentorship and what a history tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import clock
from app.demo.history import left, registered, training_started
from app.demo.people import induction_days, person_of
from app.demo.rows import insert
from app.demo.world import email_of, registered_at
from app.teachers.rules import search_text
from app.terms import (
    CancellationReason,
    ConfirmationSource,
    IdentityMatch,
    MentorIneligibleReason,
    RemovalReason,
    Role,
    ScheduleIdentifier,
    StayEndReason,
    TrainingProgramme,
    TRSAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.demo.calendar import Days
    from app.demo.cast import DemoStay, Train
    from app.demo.history import Happening
    from app.demo.people import DemoPerson
    from app.demo.world import World

NO_MORE_MENTOR_TRAINING = {
    "9900028": MentorIneligibleReason.COMPLETED_DECLARATION_RECEIVED,
    "9900029": MentorIneligibleReason.STARTED_NOT_COMPLETED,
}


async def enrol(stays: list[DemoStay], world: World) -> list[Happening]:
    """Insert everybody registered; returns what happened, for their histories."""
    happenings: list[Happening] = []
    teachers: dict[str, int] = {}
    stay_ids: dict[tuple[str, str], int] = {}
    for stay in stays:
        if stay.trn not in teachers:
            teachers[stay.trn] = await _teacher(stay, world)
        made = await _stay(stay, teachers[stay.trn], world)
        stay_ids[stay.trn, stay.school] = made
        if stay.training is not None:
            happenings += await _training(stay, stay.training, teachers[stay.trn], made, world)
        happenings += registered(stay, teachers[stay.trn], made, world) + left(stay, teachers[stay.trn], made, world)
        if stay.mentor:
            await _mentorship(stay, teachers, stay_ids, world)
    return happenings


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


async def _stay(stay: DemoStay, teacher: int, world: World) -> int:
    with clock.at(registered_at(stay.started_on, world.days)):
        table = f"{stay.role.value}_at_school_period"
        return await insert(table, _stay_values(stay, teacher, world), (stay.trn, stay.school))


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
        "identity_match": IdentityMatch.DATE_OF_BIRTH.value,
        "removed_at": world.days.start_of(stay.removed_on) if stay.removed_on else None,
        "removal_reason": RemovalReason.NOT_STARTING.value if stay.removed_on else None,
        "version": 1,
    }
    if stay.role is Role.MENTOR:
        return common
    body = {"school_reported_appropriate_body_id": world.bodies[stay.body]}
    return common | {"working_pattern": stay.pattern.value} | body


async def _training(stay: DemoStay, training: Train, teacher: int, stay_id: int, world: World) -> list[Happening]:
    at = registered_at(training.from_day or stay.started_on, world.days)
    values = {
        "teacher_id": teacher,
        "role": stay.role.value,
        "school_id": world.schools[stay.school],
        f"{stay.role.value}_at_school_period_id": stay_id,
        "self_funded": False,
        **_programme(stay, training, at, world),
        **_range(stay, training, world.days),
    }
    with clock.at(at):
        made = await insert("training_period", values, ("training", stay.trn, stay.school))
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


def _range(stay: DemoStay, training: Train, days: Days) -> dict[str, Any]:
    stopped_at = days.start_of(training.stopped_on) if training.stopped_on else None
    removed = days.start_of(stay.removed_on) if stay.removed_on else None
    return {
        "started_on": training.from_day or stay.started_on,
        "finished_on": training.stopped_on or stay.finished_on,
        "withdrawn_at": stopped_at if training.withdrawn else None,
        "withdrawal_reason": training.withdrawn.value if training.withdrawn else None,
        "deferred_at": stopped_at if training.deferred else None,
        "deferral_reason": training.deferred.value if training.deferred else None,
        "cancelled_at": removed,
        "cancellation_reason": CancellationReason.REGISTRATION_REMOVED.value if removed else None,
    }


async def _mentorship(
    stay: DemoStay, teachers: Mapping[str, int], stay_ids: Mapping[tuple[str, str], int], world: World
) -> None:
    values = {
        "ect_at_school_period_id": stay_ids[stay.trn, stay.school],
        "ect_teacher_id": teachers[stay.trn],
        "mentor_at_school_period_id": stay_ids[stay.mentor, stay.school],
        "mentor_teacher_id": teachers[stay.mentor],
        "school_id": world.schools[stay.school],
        "started_on": stay.started_on,
        "finished_on": stay.finished_on,
    }
    with clock.at(registered_at(stay.started_on, world.days)):
        await insert("mentorship_period", values, (stay.trn, stay.mentor))
