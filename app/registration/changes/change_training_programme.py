"""Changing an ECT's training programme, and what follows for their mentor, in one transaction (PER-32 to PER-34)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import record
from app.registration.changes.change_lead_provider import check_year, note_frozen_move, present_providers
from app.registration.changes.mentor_follows import mentor_too
from app.registration.changes.training_change_facts import Terms, WhoseTraining, hold_change, person_in_training
from app.registration.mentorships.mentor_of_ect import mentor_of_ect
from app.terms import TRN, ECTAtSchoolId, Refused, TrainingProgramme
from app.training.change_decisions import decide_programme, programmes_to_change_to
from app.training.change_events import TeacherTrainingProgrammeUpdated
from app.training.change_training import change_training
from app.training.start_mentor_training import MentorHere, start_mentor_training

if TYPE_CHECKING:
    from datetime import date

    from app.registration.changes.mentor_follows import MentorToo
    from app.registration.changes.training_change_facts import PersonInTraining
    from app.terms import Actor, Year
    from app.training.arrangements import Arrangement
    from app.training.change_decisions import ChangeDecided


@dataclass(frozen=True)
class ChangeTrainingProgramme:
    """Whose programme changes to what; an arrangement and its year exactly for provider-led, as shown (ARR-08).

    mentor: who gets training of their own with it, and the year of that, as the page said; None for nobody (PER-34).
    first_day: on which support has it take effect; None for a school (FIX-09).
    """

    who: WhoseTraining
    programme: TrainingProgramme
    terms: Terms
    arrangement: Arrangement | None = None
    year: Year | None = None
    mentor: tuple[TRN, Year] | None = None
    first_day: date | None = None

    async def hold(self) -> None:
        """Hold what the change touches: partnerships, the ECT and the mentor (CON-03)."""
        people = [self.who.trn, *([self.mentor[0]] if self.mentor else [])]
        years = [year for year in (self.year, self.mentor[1] if self.mentor else None) if year is not None]
        await hold_change(people, self.who.school_id, self.arrangement, years)


async def change_training_programme(command: ChangeTrainingProgramme, actor: Actor, today: date) -> ChangeDecided:
    """Give an ECT another training programme, with its events; returns what was decided.

    Raises Refused, and writes nothing: `same_programme`, `choice_changed`, `no_days_left`, `cannot_file_yet`,
    `mentor_changed`, `changed_meanwhile`; for support also `first_day_outside`, `training_in_the_way` with the
    training, `declared_since`. Implements PER-32, PER-33, PER-34, PER-35, CP-08, CP-10, ARR-09.
    """
    async with transaction():
        await command.hold()
        person = await person_in_training(command.who, command.terms, today, command.first_day)
        _check(command, person)
        change = decide_programme(person.facts, command.programme, command.arrangement)
        check_year(change, command.year)
        await change_training(change, person.trained, actor, today)
        await note_frozen_move(person, change)
        _record(change, person, actor)
        await _train_mentor(command, change, actor, today)
        return change


def _check(command: ChangeTrainingProgramme, person: PersonInTraining) -> None:
    if command.programme not in programmes_to_change_to(person.facts):
        raise Refused("same_programme", "training_programme")
    if (command.arrangement is None) is not (command.programme is TrainingProgramme.SCHOOL_LED):
        raise Refused("choice_changed", "provider_choice")


def _record(change: ChangeDecided, person: PersonInTraining, actor: Actor) -> None:
    decisive, arrangement = person.facts.decisive, change.arrangement
    provider = arrangement.lead_provider.name if arrangement else present_providers(person).lead_provider
    about = replace(person.trained.about(), lead_provider_id=arrangement.lead_provider.id if arrangement else None)
    before = decisive.programme if decisive else None
    record(TeacherTrainingProgrammeUpdated(about, before, change.programme, change.plan.starts_on, provider), actor)


async def _train_mentor(command: ChangeTrainingProgramme, change: ChangeDecided, actor: Actor, today: date) -> None:
    """Start the mentor's training in the partnership that the ECT's now has; refused if it is not who was shown."""
    if change.arrangement is None:
        return
    person = await person_in_training(command.who, command.terms, today)
    mentor = await mentor_of_ect(ECTAtSchoolId(command.who.stay_id), change.plan.starts_on)
    follows = mentor_too(mentor, person.facts, change, school_trains=command.terms.trains_mentors)
    if shown_as(follows) != command.mentor:
        raise Refused("mentor_changed")
    if follows is None or follows.mentor.history.teacher_id is None:
        return
    found = follows.mentor
    here = MentorHere(follows.mentor.history.teacher_id, command.who.school_id, found.stay_id, found.finished_on)
    await start_mentor_training(follows.training, here, actor, today)


def shown_as(follows: MentorToo | None) -> tuple[TRN, Year] | None:
    """Return what a command keeps of the mentor who gets training: who, and in which year."""
    return (follows.mentor.trn, follows.training.registration.year) if follows is not None else None
