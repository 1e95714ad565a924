"""The training that an ECT's mentor gets because the ECT changes to provider-led training (PER-34)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from app.registration.people.ect_facts import PersonName
from app.terms import TRN, MentorAtSchoolId, Period, Refused, Role, TrainingPeriodId
from app.training.change_decisions import NO_SCHEDULE
from app.training.mentor_training import (
    Coming,
    ECTToMentor,
    MentorHistory,
    MentorTraining,
    MentorTrainingFacts,
    TrainingOffer,
    decided,
    mentor_schedule,
    training_offer,
)
from app.training.periods import EarlierMentorship
from app.training.rules import Training

if TYPE_CHECKING:
    from app.training.change_decisions import ChangeDecided, TrainingChangeFacts


@dataclass(frozen=True)
class MentorOfECT:
    """An ECT's mentor on the day their training changes, or the next one, and everybody who mentored the ECT before."""

    stay_id: MentorAtSchoolId
    trn: TRN
    name: PersonName
    started_on: date
    finished_on: date | None
    history: MentorHistory
    earlier: tuple[EarlierMentorship, ...] = ()


def training_that_follows(
    mentor: MentorOfECT,
    facts: TrainingChangeFacts,
    change: ChangeDecided,
    ect_training: Training,
    *,
    school_trains: bool,
) -> MentorTraining | None:
    """Say which training the mentor of an ECT gets with a change to provider-led, if any (PER-34, MFT-03, MFT-06).

    The same lead provider from the same day, not before the mentor's own stay, for a fundable mentor without any mentor
    training ever. Raises Refused `cannot_file_yet` when their schedule is missing (SCD-04).
    """
    starts_on = max(mentor.started_on, change.plan.starts_on)
    if change.arrangement is None or not Period(mentor.started_on, mentor.finished_on).contains(starts_on):
        return None
    ect = ECTToMentor(ect_training, mentor.earlier)
    asked = MentorTrainingFacts(
        mentor.history, (ect,), Coming.HERE, starts_on, facts.providers, facts.calendar, school_trains=school_trains
    )
    offer = training_offer(asked, facts.today)
    if not isinstance(offer, TrainingOffer) or change.arrangement.lead_provider not in offer.lead_providers:
        return None
    available = {identifier for year, identifier in facts.schedules if year == offer.registration.year}
    schedule = mentor_schedule(asked, offer, available, facts.schedule_months, facts.today)
    if schedule is None:
        raise Refused("cannot_file_yet", details={"why": NO_SCHEDULE})
    return decided(asked, replace(offer, starts_on=starts_on), change.arrangement.lead_provider.id, schedule)


@dataclass(frozen=True)
class MentorToo:
    """The mentor who gets training with an ECT's change, and that training."""

    mentor: MentorOfECT
    training: MentorTraining


def mentor_too(
    mentor: MentorOfECT | None, facts: TrainingChangeFacts, change: ChangeDecided, *, school_trains: bool
) -> MentorToo | None:
    """Find the mentor who gets training with a decided change, before or after it is saved (PER-34)."""
    if mentor is None or change.arrangement is None:
        return None
    training = training_that_follows(mentor, facts, change, training_to_be(change), school_trains=school_trains)
    return MentorToo(mentor, training) if training is not None else None


def training_to_be(change: ChangeDecided) -> Training:
    """Return the ECT's training as it will be once the change is saved; its partnership only if it exists already."""
    assert change.arrangement is not None and change.registration is not None  # noqa: S101, PT018 - provider-led has them
    partnership = change.arrangement.partnership
    exists = partnership is not None and partnership.year == change.registration.year
    made = Training(TrainingPeriodId(0), Role.ECT, change.programme, change.plan.starts_on)
    return replace(
        made,
        lead_provider_id=change.arrangement.lead_provider.id,
        year=change.registration.year,
        partnership_id=partnership.id if partnership is not None and exists else None,
    )
