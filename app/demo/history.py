"""What the histories of the demo's people tell: the events that registering them would have recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import clock
from app.demo.people import person_of
from app.demo.reference import DELIVERY_PARTNERS, HUBS, LEAD_PROVIDERS, NATIONAL_BODIES
from app.demo.world import email_of, name_of, registered_at
from app.events.record import About, Event, record
from app.registration.events import (
    TeacherLeftSchoolAsECT,
    TeacherLeftSchoolAsMentor,
    TeacherNameUpdatedByUser,
    TeacherRegisteredAsECT,
    TeacherRegisteredAsMentor,
)
from app.registration.mentorships.mentorship_events import TeacherStartsBeingMentored, TeacherStartsMentoring
from app.teachers.rules import teaching_record_name
from app.terms import IdentityMatch, Role, ScheduleIdentifier, TrainingProgramme
from app.training.events import (
    TeacherScheduleAssignedToTrainingPeriod,
    TeacherStartsTrainingPeriod,
    TrainingPeriodAssignedToSchoolPartnership,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.demo.cast import DemoStay, Train
    from app.demo.world import World
    from app.terms import Actor


BODY_NAMES = {key: name for key, (name, _) in HUBS.items()} | NATIONAL_BODIES


@dataclass(frozen=True)
class Happening:
    """An event, when it happened and by whom."""

    at: datetime
    event: Event
    actor: Actor


def record_in_order(happenings: list[Happening]) -> None:
    """Record what happened in order of time, inside the transaction in force."""
    for happening in sorted(happenings, key=lambda item: item.at):
        with clock.at(happening.at):
            record(happening.event, happening.actor)


def registered(stay: DemoStay, teacher: int, stay_id: int, world: World) -> list[Happening]:
    """Return the events of a registration."""
    event = _registered_as_mentor if stay.role is Role.MENTOR else _registered_as_ect
    made = event(stay, _about(stay, teacher, stay_id, world), world)
    at = registered_at(stay.started_on, world.days)
    return [Happening(at, one, world.tutors[stay.school]) for one in (made, *_corrected(stay, made.about, world))]


def _registered_as_mentor(stay: DemoStay, about: About, world: World) -> Event:
    return TeacherRegisteredAsMentor(
        about,
        name=name_of(stay, world.days),
        started_on=stay.started_on,
        email=email_of(stay, world),
        identity_match=IdentityMatch.DATE_OF_BIRTH.value,
        transfer=False,
        arrangement=_arrangement(stay.training),
    )


def _registered_as_ect(stay: DemoStay, about: About, world: World) -> Event:
    training = stay.training
    provider_led = training is not None and bool(training.provider)
    programme = TrainingProgramme.PROVIDER_LED if provider_led else TrainingProgramme.SCHOOL_LED
    return TeacherRegisteredAsECT(
        about,
        name=name_of(stay, world.days),
        started_on=stay.started_on,
        email=email_of(stay, world),
        working_pattern=stay.pattern.value if stay.pattern else "",
        appropriate_body=BODY_NAMES.get(stay.body, ""),
        programme=programme.value,
        identity_match=IdentityMatch.DATE_OF_BIRTH.value,
        transfer=False,
        arrangement=_arrangement(training),
    )


def _corrected(stay: DemoStay, about: About, world: World) -> list[Event]:
    if not stay.corrected_name:
        return []
    person = person_of(stay.trn, world.days)
    was = teaching_record_name(person.first_name, person.last_name)
    return [TeacherNameUpdatedByUser(about, was, stay.corrected_name, "corrected at registration")]


def training_started(  # noqa: PLR0917 - the rows one event is about
    stay: DemoStay, training: Train, teacher: int, stay_id: int, training_id: int, at: datetime, world: World
) -> list[Happening]:
    """Return the events of a training row, in the order of a registration (RE-30)."""
    about = replace(_about(stay, teacher, stay_id, world), training_period_id=training_id)
    starts = training.from_day or stay.started_on
    if not training.provider or training.year is None:
        school_led = TeacherStartsTrainingPeriod(about, TrainingProgramme.SCHOOL_LED.value, starts, stay.finished_on)
        return [Happening(at, school_led, world.tutors[stay.school])]
    provider = LEAD_PROVIDERS[training.provider]
    about = replace(about, lead_provider_id=world.providers[training.provider])
    partner = DELIVERY_PARTNERS[training.partner] if training.partner else None
    schedule = ScheduleIdentifier.STANDARD_SEPTEMBER.value
    events: list[Event] = [
        TeacherScheduleAssignedToTrainingPeriod(about, schedule, training.year),
        TeacherStartsTrainingPeriod(
            about, TrainingProgramme.PROVIDER_LED.value, starts, None, provider, partner, training.year
        ),
    ]
    if partner:
        events.append(TrainingPeriodAssignedToSchoolPartnership(about, provider, partner, "existing_partnership"))
    return [Happening(at, event, world.tutors[stay.school]) for event in events]


def left(stay: DemoStay, teacher: int, stay_id: int, world: World) -> list[Happening]:
    """Return the event of a last day, if there is one."""
    if stay.finished_on is None or stay.end_reason is None:
        return []
    about = _about(stay, teacher, stay_id, world)
    kind = TeacherLeftSchoolAsECT if stay.role is Role.ECT else TeacherLeftSchoolAsMentor
    event = kind(about, name_of(stay, world.days), stay.finished_on, None, stay.end_reason.value)
    return [Happening(registered_at(stay.finished_on, world.days), event, world.tutors[stay.school])]


def mentored(stay: DemoStay, mentor: DemoStay, row: Mapping[str, Any], world: World) -> list[Happening]:
    """Return the events of a mentorship that begins, in both histories."""
    both = {
        "school_id": row["school_id"],
        "ect_at_school_period_id": row["ect_at_school_period_id"],
        "mentor_at_school_period_id": row["mentor_at_school_period_id"],
        "mentorship_period_id": row["id"],
    }
    of_mentor, of_ect = (
        About(teacher_id=row["mentor_teacher_id"], **both),
        About(teacher_id=row["ect_teacher_id"], **both),
    )
    facts = (name_of(stay, world.days), name_of(mentor, world.days), row["started_on"], row["finished_on"])
    at = registered_at(row["started_on"], world.days)
    events = (TeacherStartsMentoring(of_mentor, *facts), TeacherStartsBeingMentored(of_ect, *facts))
    return [Happening(at, event, world.tutors[stay.school]) for event in events]


def _about(stay: DemoStay, teacher: int, stay_id: int, world: World) -> About:
    school = world.schools[stay.school]
    if stay.role is Role.MENTOR:
        return About(school_id=school, teacher_id=teacher, mentor_at_school_period_id=stay_id)
    body = world.bodies.get(stay.body)
    return About(school_id=school, teacher_id=teacher, ect_at_school_period_id=stay_id, appropriate_body_id=body)


def _arrangement(training: Train | None) -> str | None:
    if training is None or not training.provider:
        return None
    provider = LEAD_PROVIDERS[training.provider]
    return f"{provider} and {DELIVERY_PARTNERS[training.partner]}" if training.partner else provider
