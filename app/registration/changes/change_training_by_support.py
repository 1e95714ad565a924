"""Support changes somebody's programme or lead provider, also from a day that is past (FIX-09)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.registration.changes.change_lead_provider import ChangeLeadProvider, change_lead_provider
from app.registration.changes.change_training_programme import (
    ChangeTrainingProgramme,
    change_training_programme,
    shown_as,
)
from app.registration.changes.mentor_follows import mentor_too
from app.registration.changes.training_change_facts import Terms, WhoseTraining, person_in_training
from app.registration.mentorships.mentor_of_ect import mentor_of_ect
from app.registration.registering.start_dates import day_in_words
from app.terms import ECTAtSchoolId, Refused, Role, TrainingProgramme
from app.training.change_decisions import (
    decide_programme,
    has_lead_provider,
    lead_provider_period,
    offered,
    provider_led_period,
)
from app.training.rules import Training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.changes.training_change_facts import PersonInTraining
    from app.terms import Actor
    from app.training.arrangements import Arrangement
    from app.training.change_decisions import TrainingChangeFacts
    from app.training.periods import RegistrationPeriod


@dataclass(frozen=True)
class ChangeTrainingBySupport:
    """Whose training becomes what; provider: the value of an arrangement, empty for school-led training.

    first_day: None for as soon as it can be.
    """

    who: WhoseTraining
    terms: Terms
    provider: str
    first_day: date | None = None


def arrangements_of(facts: TrainingChangeFacts) -> tuple[Arrangement, ...]:
    """List what may be chosen for somebody on the day of the change; nothing where nothing can be filed (CP-11)."""
    try:
        return offered(facts, filed_in(facts))
    except Refused:
        return ()


def filed_in(facts: TrainingChangeFacts) -> RegistrationPeriod:
    """Find R of the change: for another lead provider, or for training with one at all; raises Refused (CP-08)."""
    return lead_provider_period(facts) if has_lead_provider(facts) else provider_led_period(facts)


async def change_training_by_support(command: ChangeTrainingBySupport, actor: Actor, today: date) -> None:
    """Change lead provider or programme as a school does, from the day that support names (PER-30 to PER-35).

    Raises Refused with the codes of both changes; what stands in the way is named (ADM-1.5).
    """
    person = await person_in_training(command.who, command.terms, today, command.first_day)
    try:
        if not command.provider:
            await _to_school_led(command, actor, today)
        else:
            await _to_provider(command, person, actor, today)
    except Refused as refused:
        raise _named(refused, person) from refused


async def _to_school_led(command: ChangeTrainingBySupport, actor: Actor, today: date) -> None:
    if command.who.role is Role.MENTOR:
        raise Refused("not_for_mentors", "provider")
    change = ChangeTrainingProgramme(
        command.who, TrainingProgramme.SCHOOL_LED, command.terms, first_day=command.first_day
    )
    await change_training_programme(change, actor, today)


async def _to_provider(command: ChangeTrainingBySupport, person: PersonInTraining, actor: Actor, today: date) -> None:
    facts, who, terms, first_day = person.facts, command.who, command.terms, command.first_day
    year = filed_in(facts).year
    arrangement = next((one for one in arrangements_of(facts) if one.value == command.provider), None)
    if arrangement is None:
        raise Refused("choice_changed", "provider")
    if who.role is Role.MENTOR or has_lead_provider(facts):
        await change_lead_provider(ChangeLeadProvider(who, arrangement, year, terms, first_day), actor, today)
        return
    change = decide_programme(facts, TrainingProgramme.PROVIDER_LED, arrangement)
    mentor = await mentor_of_ect(ECTAtSchoolId(who.stay_id), change.plan.starts_on)
    follows = shown_as(mentor_too(mentor, facts, change, school_trains=terms.trains_mentors))
    to_provider = ChangeTrainingProgramme(
        who, TrainingProgramme.PROVIDER_LED, terms, arrangement, year, follows, first_day
    )
    await change_training_programme(to_provider, actor, today)


def _named(refused: Refused, person: PersonInTraining) -> Refused:
    """Name the training that stands in the way (ADM-1.5)."""
    row, teacher = refused.details.get("training"), person.known.teacher
    if not isinstance(row, Training) or teacher is None:
        return refused
    names = person.facts.providers.lead_providers
    trained = f"with {names[row.lead_provider_id].name}" if row.lead_provider_id else "led by the school"
    until = f"to {day_in_words(row.finished_on)}" if row.finished_on else "without a last day"
    message = f"Their training {trained} from {day_in_words(row.started_on)} {until} stands in the way"
    return replace(refused, message=message, details={"record": str(teacher.public_id)})
