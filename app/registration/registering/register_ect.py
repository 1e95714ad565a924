"""Registering an ECT: everything one confirmation writes, in one transaction (PER-03 to PER-06)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.tables.registration import ECTAtSchoolPeriod
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.record_name import RenamedPerson, record_name
from app.registration.close_stay import CloseStay, close_ect_stay
from app.registration.events import TeacherRegisteredAsECT
from app.registration.queries import KnownPerson, email_in_use, person
from app.registration.registering import registration_messages as messages
from app.registration.rules import transfer_closing
from app.schools.events import SchoolYearAnswered
from app.teachers.eligibility import stamp_frozen_year
from app.teachers.locks import lock_person
from app.teachers.refresh import StoredName, store_teacher
from app.teachers.rules import teaching_record_name
from app.terms import ECTAtSchoolId, Refused, Role, StayEndReason, TeacherId, TrainingProgramme
from app.training.attach import NOT_ATTACHED, attach
from app.training.events import TeacherFundingEligibilitySet
from app.training.locks import lock_partnerships
from app.training.periods import training_start
from app.training.start_training import NewTraining, start_training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.registration.rules import TransferClosing
    from app.teachers.snapshot import Snapshot
    from app.terms import TRN, Actor, IdentityMatch, LeadProviderId, ScheduleIdentifier, SchoolId, WorkingPattern, Year
    from app.training.arrangements import Arrangement
    from app.training.periods import RegistrationPeriod


@dataclass(frozen=True)
class RegisterECT:
    """What a school decided: who, from when, and how they are trained.

    corrected_name: the name the school gave instead of the one shown, or None to leave it.
    arrangement, registration and schedule are None exactly for school-led training. pair_ended_with: the lead
    provider used last, when its pair with the school's partner has ended and another choice was made (M-23).
    """

    school_id: SchoolId
    trn: TRN
    identity_match: IdentityMatch
    snapshot: Snapshot
    email: str
    started_on: date
    working_pattern: WorkingPattern
    appropriate_body: AppropriateBody
    programme: TrainingProgramme
    corrected_name: str | None = None
    arrangement: Arrangement | None = None
    registration: RegistrationPeriod | None = None
    schedule: ScheduleIdentifier | None = None
    self_funded: bool = False
    pair_ended_with: LeadProviderId | None = None
    pair_ended_in: Year | None = None


@dataclass(frozen=True)
class Registered:
    """What a registration made."""

    stay_id: ECTAtSchoolId
    public_id: UUID
    name: str
    transfer: bool


async def register_ect(command: RegisterECT, actor: Actor, today: date) -> Registered:
    """Register an ECT at a school, closing their stay elsewhere, with events and messages.

    Raises Refused: `email_in_use` (EML-02), `already_registered_elsewhere` (PER-06) and whatever else the
    database guards; nothing is written then. Implements PER-03, PER-04, PER-05, ARR-09, SCH-05, NAM-04, CP-10.
    """
    async with transaction():
        await lock(command)
        if await email_in_use(command.email, command.trn, today):
            raise Refused("email_in_use", "email")
        known = await person(command.trn)
        name = await _store_teacher(command, known)
        closing = transfer_closing(known.ect_stays, command.started_on)
        if closing is not None:
            close = CloseStay(closing.stay.id, closing.last_day, StayEndReason.JOINED_ANOTHER_SCHOOL)
            await close_ect_stay(close, actor)
        stay_id, public_id = await _insert_stay(command, name.teacher_id, closing, actor)
        await _start_training(command, name.teacher_id, stay_id, actor, today)
        await _note_eligibility(command, known, name.teacher_id, stay_id, actor, today)
        registered = Registered(stay_id, public_id, name.displayed, closing is not None)
        _record_registration(command, name, registered, actor)
        await _record_name(command, name, stay_id, actor)
        await _remember_choices(command, actor)
        await messages.ect_registered(command, known, registered, closing, actor)
        return registered


async def lock(command: RegisterECT) -> None:
    """Hold what a registration may change until the transaction ends: partnerships, then people (API-19.6)."""
    if command.arrangement is not None and command.registration is not None:
        provider = command.arrangement.lead_provider
        await lock_partnerships(provider.id, command.school_id, command.registration.year)
    await lock_person(command.trn, command.email)


async def _store_teacher(command: RegisterECT, known: KnownPerson) -> StoredName:
    teacher = known.teacher
    corrected = command.corrected_name or (teacher.corrected_name if teacher else None)
    return await store_teacher(command.trn, command.snapshot, corrected)


async def _insert_stay(
    command: RegisterECT, teacher_id: TeacherId, closing: TransferClosing | None, actor: Actor
) -> tuple[ECTAtSchoolId, UUID]:
    stay = ECTAtSchoolPeriod(
        teacher_id=teacher_id,
        school_id=command.school_id,
        started_on=command.started_on,
        email=command.email,
        working_pattern=command.working_pattern,
        school_reported_appropriate_body_id=command.appropriate_body.id,
        registered_by_user_id=actor.user_id,
        identity_match=command.identity_match,
    )
    (row,) = await ECTAtSchoolPeriod.insert(stay).returning(ECTAtSchoolPeriod.id, ECTAtSchoolPeriod.public_id)
    if closing is not None:
        await fetch("UPDATE ect_at_school_period SET ended_by_stay_id = $2 WHERE id = $1", closing.stay.id, row["id"])
    return ECTAtSchoolId(row["id"]), row["public_id"]


async def _start_training(
    command: RegisterECT, teacher_id: TeacherId, stay_id: ECTAtSchoolId, actor: Actor, today: date
) -> None:
    registration, attachment = command.registration, NOT_ATTACHED
    if command.arrangement is not None and registration is not None:
        attachment = await attach(command.arrangement, command.school_id, registration.year, actor, today)
    await start_training(
        NewTraining(
            Role.ECT,
            stay_id,
            teacher_id,
            command.school_id,
            command.programme,
            training_start(command.started_on, registration, today),
            command.arrangement,
            attachment,
            registration.year if registration and command.arrangement else None,
            command.schedule,
            command.self_funded,
        ),
        actor,
    )


async def _note_eligibility(  # noqa: PLR0917 - all of one row
    command: RegisterECT, known: KnownPerson, teacher_id: TeacherId, stay_id: ECTAtSchoolId, actor: Actor, today: date
) -> None:
    if command.registration is not None and command.registration.frozen_from is not None:
        await stamp_frozen_year(teacher_id, command.registration.frozen_from.year)
    in_induction = any(induction.period.contains(today) for induction in known.inductions)
    if in_induction and not (known.teacher and known.teacher.ect_first_eligible):
        await fetch(
            "UPDATE teacher SET ect_first_eligible_at = $2, updated_at = $2 WHERE id = $1", teacher_id, clock.now()
        )
        about = About(school_id=command.school_id, teacher_id=teacher_id, ect_at_school_period_id=stay_id)
        record(TeacherFundingEligibilitySet(about, "ect"), actor)


def _record_registration(command: RegisterECT, name: StoredName, registered: Registered, actor: Actor) -> None:
    about = About(
        school_id=command.school_id,
        teacher_id=name.teacher_id,
        ect_at_school_period_id=registered.stay_id,
        appropriate_body_id=command.appropriate_body.id,
        lead_provider_id=command.arrangement.lead_provider.id if command.arrangement else None,
    )
    record(
        TeacherRegisteredAsECT(
            about,
            name=name.displayed,
            started_on=command.started_on,
            email=command.email,
            working_pattern=command.working_pattern.value,
            appropriate_body=command.appropriate_body.name,
            programme=command.programme.value,
            identity_match=command.identity_match.value,
            transfer=registered.transfer,
            arrangement=command.arrangement.words if command.arrangement else None,
        ),
        actor,
    )


async def _record_name(command: RegisterECT, name: StoredName, stay_id: ECTAtSchoolId, actor: Actor) -> None:
    if command.corrected_name is None:
        return
    about = About(school_id=command.school_id, teacher_id=name.teacher_id, ect_at_school_period_id=stay_id)
    trs_name = teaching_record_name(command.snapshot.first_name, command.snapshot.last_name)
    renamed = RenamedPerson(trs_name, name.formerly_displayed, name.displayed)
    await record_name(renamed, "corrected at registration", "registration", about, actor)


async def _remember_choices(command: RegisterECT, actor: Actor) -> None:
    await fetch(
        """UPDATE school SET last_appropriate_body_id = $2, last_training_programme = $3, last_lead_provider_id = $4,
            updated_at = $5 WHERE id = $1""",
        command.school_id,
        command.appropriate_body.id,
        command.programme.value,
        command.arrangement.lead_provider.id if command.arrangement else None,
        clock.now(),
    )
    row = await fetch_one(
        """INSERT INTO school_year (created_at, updated_at, school_id, contract_period_year, expecting_ects,
            answered_by_user_id)
        SELECT $1, $1, $2, year, 'yes', $4 FROM contract_period WHERE $3 BETWEEN started_on AND finished_on
        ON CONFLICT ON CONSTRAINT one_answer_a_year DO UPDATE SET expecting_ects = 'yes', updated_at = $1,
            answered_by_user_id = $4 WHERE school_year.expecting_ects IS DISTINCT FROM 'yes'
        RETURNING contract_period_year AS year""",
        clock.now(),
        command.school_id,
        command.started_on,
        actor.user_id,
    )
    if row is not None:
        record(SchoolYearAnswered(About(school_id=command.school_id), row["year"], "yes"), actor)


def outcome_of(registered: Registered, command: RegisterECT) -> dict[str, object]:
    """Return what the submitted draft keeps for its confirmation page; no TRN, no email (DRF-14)."""
    return {
        "stay": str(registered.public_id),
        "name": registered.name,
        "transfer": registered.transfer,
        "programme": command.programme.value,
        "started_on": command.started_on.isoformat(),
        "lead_provider": command.arrangement.lead_provider.name if command.arrangement else None,
    }
