"""The first training of a mentor to whom support gives an ECT (FIX-10, MFT-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.mentorships.mentorship_queries import mentoring_at
from app.schools.queries import school_facts
from app.schools.rules import offers_mentor_training, school_access
from app.terms import Refused
from app.training.mentor_training import (
    Coming,
    MentorTrainingFacts,
    TrainingOffer,
    WhyNone,
    decided,
    mentor_schedule,
    training_offer,
    why_in_words,
)
from app.training.queries import calendar, school_providers
from app.training.start_mentor_training import MentorHere as MentorToTrain
from app.training.start_mentor_training import start_mentor_training

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.policy import Policy
    from app.terms import Actor, SchoolId

NO_TRAINING = "no_training"


async def start_first_training(  # noqa: PLR0917 - who, where and by which rules
    school_id: SchoolId, ect: UUID, mentor: UUID, actor: Actor, today: date, policy: Policy
) -> None:
    """Start a mentor's training with the ECT's lead provider, inside the caller's transaction (MFT-03, MFT-06, MFT-09).

    ect, mentor: public ids of their stays. Raises Refused `no_training` with why there is none.
    """
    here = await mentoring_at(school_id, today)
    of_mentor, of_ect = here.mentor(mentor), here.ect(ect)
    if of_mentor is None or of_ect is None:
        raise _none("one of them is no longer at the school")
    level = school_access(await school_facts(school_id, today), today, policy).level
    providers = await school_providers(school_id, provider_led_offered=True)
    facts = MentorTrainingFacts(
        of_mentor.history,
        (of_ect.to_train_for(today),),
        Coming.HERE,
        of_mentor.mentor.stay.started_on,
        providers.facts,
        await calendar(),
        school_trains=offers_mentor_training(level),
    )
    offer = training_offer(facts, today)
    if isinstance(offer, WhyNone):
        raise _none(why_in_words(offer, of_mentor.history) or "the school has no mentor training")
    if not isinstance(offer, TrainingOffer) or offer.proposed is None:
        raise _none("the ECT has no lead provider that could train them: the school chooses one")
    available = providers.schedules_of(offer.registration.year)
    schedule = mentor_schedule(facts, offer, available, policy.schedule_months, today)
    if schedule is None:
        raise _none(f"the schedule is missing in {offer.registration.year}")
    stay = of_mentor.mentor.stay
    to_train = MentorToTrain(of_mentor.mentor.teacher_id, school_id, stay.id, stay.finished_on)
    await start_mentor_training(decided(facts, offer, offer.proposed.id, schedule), to_train, actor, today)


def _none(why: str) -> Refused:
    return Refused(NO_TRAINING, "train", f"The mentor cannot have training: {why}")
