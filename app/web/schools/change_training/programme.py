"""Changing an ECT's training programme, and what follows for their mentor (CH-08)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.journeys import kinds
from app.journeys.engine import Ask, Question, Row, Walk
from app.registration.changes.change_training_programme import (
    ChangeTrainingProgramme,
    change_training_programme,
    shown_as,
)
from app.registration.changes.mentor_follows import MentorToo, mentor_too
from app.registration.changes.training_change_words import what_happens, what_it_means
from app.registration.mentorships.mentor_of_ect import mentor_of_ect
from app.registration.permissions import Action
from app.terms import ECTAtSchoolId, TrainingProgramme
from app.training.change_decisions import decide_programme, programmes_to_change_to, provider_led_period
from app.web.journey import Journey, Refusal
from app.web.schools.change_details.common import done, still
from app.web.schools.change_training.facts import (
    CHANGED_CODES,
    EXITS,
    NO_LONGER,
    TEMPLATES,
    ChangeTrainingFacts,
    load_facts,
    or_exit,
    provider_question,
    rows_of_change,
    seen,
)
from app.web.schools.subject_journeys import NotAllowed, SubjectJourney, about

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.drafts.store import Draft
    from app.registration.subjects import Subject
    from app.training.change_decisions import ChangeDecided
    from app.web.journey_pages import ConfirmationPage
    from app.web.session import Here

ACTION = Action.CHANGE_TRAINING_PROGRAMME
FIRST, PROVIDER = "change-training-programme", "lead-provider"
PROVIDER_LED = TrainingProgramme.PROVIDER_LED


def ask_for_programme(ask: Ask, facts: ChangeTrainingFacts) -> ChangeTrainingProgramme:
    """Ask for the programme, and for provider-led training the lead provider."""
    programme = ask(new_programme(facts))
    if programme is not PROVIDER_LED:
        or_exit(partial(decide_programme, facts.person.facts, programme, None))
        return ChangeTrainingProgramme(facts.who, programme, facts.terms)
    period = or_exit(partial(provider_led_period, facts.person.facts))
    title = f"Which lead provider will train {facts.subject.displayed}?"
    arrangement = ask(provider_question(PROVIDER, title, facts, period))
    change = or_exit(partial(decide_programme, facts.person.facts, programme, arrangement))
    mentor = shown_as(or_exit(partial(mentor_with, facts, change)))
    return ChangeTrainingProgramme(facts.who, programme, facts.terms, arrangement, period.year, mentor)


def new_programme(facts: ChangeTrainingFacts) -> Question[TrainingProgramme]:
    """Offer the programmes they can change to, saying which they follow now (CH-08)."""
    present = facts.decisive.programme.words.lower() if facts.decisive else "none"
    return kinds.words(
        FIRST,
        f"Which training programme will {facts.subject.displayed} follow?",
        "training_programme",
        programmes_to_change_to(facts.person.facts),
        "Select a training programme",
        template=f"{TEMPLATES}/training-programme.html",
        details={"present": present, "unfunded": facts.terms.unfunded},
    )


def mentor_with(facts: ChangeTrainingFacts, change: ChangeDecided) -> MentorToo | None:
    """Return the mentor who gets training with a change, if any (PER-34)."""
    return mentor_too(facts.mentor, facts.person.facts, change, school_trains=facts.terms.trains_mentors)


def decided(walked: Walk, facts: ChangeTrainingFacts) -> ChangeDecided | None:
    """Return the change as it would be saved now; None before it is complete."""
    command = walked.command
    if not isinstance(command, ChangeTrainingProgramme):
        return None
    return decide_programme(facts.person.facts, command.programme, command.arrangement)


def rows(walked: Walk, facts: ChangeTrainingFacts) -> list[Row]:
    """Return the old and the new programme, the lead provider, and from when."""
    change = decided(walked, facts)
    if change is None:
        return []
    present = facts.decisive.programme.words if facts.decisive else "None"
    return [
        Row("training-programme-now", "Training programme now", present),
        Row("training-programme", "New training programme", change.programme.words, FIRST),
        *rows_of_change(change, PROVIDER),
    ]


def notices(walked: Walk, facts: ChangeTrainingFacts, _here: Here) -> list[str]:
    """Say what happens, what it means, and what the mentor gets (CH-08, CH-12, PER-34)."""
    change = decided(walked, facts)
    if change is None:
        return []
    return sentences(change, facts)


def sentences(change: ChangeDecided, facts: ChangeTrainingFacts) -> list[str]:
    """Say what a change does and what it means for the ECT and for their mentor."""
    meaning = what_it_means(change, mentor=facts.mentor, follows=mentor_with(facts, change))
    return [what_happens(change, facts.present), *meaning]


async def load(person: Subject, _draft: Draft, here: Here) -> ChangeTrainingFacts:
    """Load the facts with the mentor on the day that provider-led training would begin."""
    facts = await load_facts(await still(person, ACTION, here), here)
    begins = facts.person.facts.plan(PROVIDER_LED).starts_on
    return replace(facts, mentor=await mentor_of_ect(ECTAtSchoolId(person.stay_id), begins))


async def only_if_there_is_another(person: Subject, here: Here) -> None:
    """Forbid the change where the school can choose no other programme (SCH-02); raises NotAllowed."""
    facts = await load_facts(person, here)
    if not programmes_to_change_to(facts.person.facts):
        raise NotAllowed(f"{person.displayed} already follows the only training programme that your school can choose.")


async def perform(command: ChangeTrainingProgramme, facts: ChangeTrainingFacts, here: Here) -> Mapping[str, Any]:
    """Change it, and keep what the confirmation says."""
    change = await change_training_programme(command, here.actor, here.today)
    return {"programme": command.programme.words.lower(), "sentences": sentences(change, facts)}


async def build(person: Subject, _here: Here) -> Journey[ChangeTrainingFacts, ChangeTrainingProgramme]:
    """Return the journey for one ECT."""

    async def confirmation(outcome: Mapping[str, Any], _here: Here) -> ConfirmationPage:
        headline = f"{person.displayed}’s training programme has been changed to {outcome['programme']}"
        return done(headline, outcome, tuple(outcome["sentences"]), person)

    return Journey(
        **about(person, ACTION),
        path=ask_for_programme,
        load=partial(load, person),
        perform=perform,
        rows=rows,
        check_title="Check the new training programme",
        check_button="Confirm and change the training programme",
        confirmation=confirmation,
        exits=EXITS,
        notices=notices,
        refusals={
            **{code: Refusal(PROVIDER, NO_LONGER) for code in CHANGED_CODES},
            "same_programme": Refusal(FIRST, NO_LONGER),
            "mentor_changed": Refusal(FIRST, "Their mentor changed while you were working. Check the details again."),
        },
        seen=seen,
        lock=ChangeTrainingProgramme.hold,
    )


JOURNEY = SubjectJourney(ACTION, build, allowed=only_if_there_is_another, closes=True)
