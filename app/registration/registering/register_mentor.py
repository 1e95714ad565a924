"""Registering a mentor: everything one confirmation writes, in one transaction (RM-23, PER-10 to PER-12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.engine import fetch
from app.db.tables.registration import MentorAtSchoolPeriod
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.record_name import RenamedPerson, record_name
from app.registration.close_stay import CloseStay, close_mentor_stay
from app.registration.events import TeacherRegisteredAsMentor
from app.registration.mentorships.mentorship_queries import mentoring_at, new_mentorship
from app.registration.mentorships.mentorship_rules import mentorship_start, why_not_mentor
from app.registration.mentorships.placing import place_mentorship
from app.registration.queries import email_in_use, person
from app.registration.registering import mentor_messages as messages
from app.registration.registering.mentor_start_dates import MentorStartFacts, closed_elsewhere
from app.registration.rules import ONE_DAY
from app.teachers.locks import lock_people
from app.teachers.refresh import store_teacher
from app.teachers.rules import teaching_record_name
from app.terms import TRN, MentorAtSchoolId, Refused, StayEndReason
from app.training.periods import Calendar
from app.training.start_mentor_training import MentorHere as MentorToTrain
from app.training.start_mentor_training import start_mentor_training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.queries import KnownPerson
    from app.registration.whole_stay import WholeStay
    from app.teachers.refresh import StoredName
    from app.teachers.snapshot import Snapshot
    from app.terms import Actor, IdentityMatch, SchoolId
    from app.training.mentor_training import MentorTraining


@dataclass(frozen=True)
class ECTChosen:
    """An ECT of the school who gets the mentor."""

    public_id: UUID
    trn: TRN


@dataclass(frozen=True)
class RegisterMentor:
    """What a school decided: who, from when, for whom, and how they are trained.

    corrected_name: the name the school gave instead of the one shown, or None to leave it. only_here: they mentor
    only at this school from then on (PER-12). training_amount: the setting `mentor_training_text`, for M-03 and M-04.
    """

    school_id: SchoolId
    trn: TRN
    identity_match: IdentityMatch
    snapshot: Snapshot
    email: str
    started_on: date
    training_amount: str
    corrected_name: str | None = None
    only_here: bool = False
    ects: tuple[ECTChosen, ...] = ()
    training: MentorTraining | None = None


@dataclass(frozen=True)
class Mentored:
    """An ECT who got the mentor, and from when."""

    public_id: UUID
    name: str
    started_on: date


@dataclass(frozen=True)
class RegisteredMentor:
    """What a registration made; closed: stays at other schools that it ended, as they were; emailed: them (NOT-3.7)."""

    stay_id: MentorAtSchoolId
    public_id: UUID
    name: str
    closed: tuple[WholeStay, ...] = ()
    mentored: tuple[Mentored, ...] = ()
    emailed: bool = True


async def lock_registration(command: RegisterMentor) -> None:
    """Hold the mentor, their ECTs and the address until the transaction ends (CON-03, EML-02)."""
    await lock_people([command.trn, *(ect.trn for ect in command.ects)], command.email)


async def register_mentor(command: RegisterMentor, actor: Actor, today: date) -> RegisteredMentor:
    """Register a mentor at a school, with stays closed elsewhere, training, mentorships, events and messages.

    Raises Refused: `email_in_use` (EML-02), `not_assignable` when an ECT can't get them any more (PER-61), and
    whatever else the database guards; nothing is written then. Implements RM-23, PER-10, PER-12, PER-62, PER-65,
    MFT-09, MFT-10, NAM-04.
    """
    async with transaction():
        await lock_registration(command)
        if await email_in_use(command.email, command.trn, today):
            raise Refused("email_in_use", "email")
        known = await person(command.trn)
        name = await _store_teacher(command, known)
        closed = await _close_elsewhere(command, known, actor)
        stay_id, public_id = await _insert_stay(command, name, closed, actor)
        await _start_training(command, name, stay_id, actor, today)
        _record_registration(command, known, name, stay_id, actor)
        await _record_name(command, name, stay_id, actor)
        mentored = await _place_mentorships(command, public_id, actor, today)
        registered = RegisteredMentor(stay_id, public_id, name.displayed, closed, mentored)
        return replace(registered, emailed=await messages.mentor_registered(command, known, registered, actor))


async def _store_teacher(command: RegisterMentor, known: KnownPerson) -> StoredName:
    corrected = command.corrected_name or (known.teacher.corrected_name if known.teacher else None)
    return await store_teacher(command.trn, command.snapshot, corrected)


async def _close_elsewhere(command: RegisterMentor, known: KnownPerson, actor: Actor) -> tuple[WholeStay, ...]:
    facts = MentorStartFacts(command.school_id, Calendar(), known.mentor_stays, only_here=command.only_here)
    last_day, why = command.started_on - ONE_DAY, StayEndReason.JOINED_ANOTHER_SCHOOL
    closing = [CloseStay(stay.id, last_day, why) for stay in closed_elsewhere(facts, command.started_on)]
    return tuple([await close_mentor_stay(close, actor) for close in closing])


async def _insert_stay(
    command: RegisterMentor, name: StoredName, closed: tuple[WholeStay, ...], actor: Actor
) -> tuple[MentorAtSchoolId, UUID]:
    stay = MentorAtSchoolPeriod(
        teacher_id=name.teacher_id,
        school_id=command.school_id,
        started_on=command.started_on,
        email=command.email,
        registered_by_user_id=actor.user_id,
        identity_match=command.identity_match,
    )
    (row,) = await MentorAtSchoolPeriod.insert(stay).returning(MentorAtSchoolPeriod.id, MentorAtSchoolPeriod.public_id)
    ended = [earlier.id for earlier in closed]
    await fetch("UPDATE mentor_at_school_period SET ended_by_stay_id = $2 WHERE id = ANY($1)", ended, row["id"])
    return MentorAtSchoolId(row["id"]), row["public_id"]


async def _start_training(
    command: RegisterMentor, name: StoredName, stay_id: MentorAtSchoolId, actor: Actor, today: date
) -> None:
    if command.training is not None:
        mentor = MentorToTrain(name.teacher_id, command.school_id, stay_id)
        await start_mentor_training(command.training, mentor, actor, today)


def _record_registration(
    command: RegisterMentor, known: KnownPerson, name: StoredName, stay_id: MentorAtSchoolId, actor: Actor
) -> None:
    arrangement = command.training.arrangement if command.training else None
    about = About(
        school_id=command.school_id,
        teacher_id=name.teacher_id,
        mentor_at_school_period_id=stay_id,
        lead_provider_id=arrangement.lead_provider.id if arrangement else None,
    )
    event = TeacherRegisteredAsMentor(
        about,
        name=name.displayed,
        started_on=command.started_on,
        email=command.email,
        identity_match=command.identity_match.value,
        transfer=messages.joins(command, known),
        arrangement=arrangement.words if arrangement else None,
    )
    record(event, actor)


async def _record_name(command: RegisterMentor, name: StoredName, stay_id: MentorAtSchoolId, actor: Actor) -> None:
    if command.corrected_name is None:
        return
    about = About(school_id=command.school_id, teacher_id=name.teacher_id, mentor_at_school_period_id=stay_id)
    on_record = teaching_record_name(command.snapshot.first_name, command.snapshot.last_name)
    renamed = RenamedPerson(on_record, name.formerly_displayed, name.displayed)
    await record_name(renamed, "corrected at registration", "registration", about, actor)


async def _place_mentorships(
    command: RegisterMentor, mentor_id: UUID, actor: Actor, today: date
) -> tuple[Mentored, ...]:
    if not command.ects:
        return ()
    here = await mentoring_at(command.school_id, today)
    mentor, placed = here.mentor(mentor_id), []
    for chosen in command.ects:
        ect = here.ect(chosen.public_id)
        if mentor is None or ect is None or why_not_mentor(ect.mentored, mentor.mentor, today):
            raise Refused("not_assignable", "ect_ids")
        only_here = command.only_here
        start = mentorship_start(ect.mentored, mentor.mentor.stay, today, moving_only_here=only_here)
        await place_mentorship(new_mentorship(ect, mentor, start), actor)
        placed.append(Mentored(ect.public_id, ect.displayed, start))
    return tuple(placed)


def outcome_of(registered: RegisteredMentor, command: RegisterMentor) -> dict[str, object]:
    """Return what the submitted draft keeps for its confirmation page; no TRN, no email (DRF-14)."""
    arrangement = command.training.arrangement if command.training else None
    return {
        "stay": str(registered.public_id),
        "name": registered.name,
        "started_on": command.started_on.isoformat(),
        "closed": len(registered.closed),
        "emailed": registered.emailed,
        "lead_provider": arrangement.lead_provider.name if arrangement else None,
        "mentored": [
            {"ect": str(ect.public_id), "name": ect.name, "started_on": ect.started_on.isoformat()}
            for ect in registered.mentored
        ],
    }
