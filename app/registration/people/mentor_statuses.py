"""What a school sees of a mentor at a glance: state, tag and how their training stands (rules §16, STA-03, STA-04)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.registration.people.statuses import Tag, leaving_tag, left_tag, stopped_tag
from app.registration.rules import (
    ECTState,
    ECTStay,
    InductionRecord,
    Mentorship,
    MentorStay,
    ect_state,
    is_leaving,
)
from app.terms import MentorIneligibleReason, Word
from app.training.rules import Training, TrainingStatus, decisive_training, training_status

if TYPE_CHECKING:
    from datetime import date

NEW_CHOICES = ("change-lead-provider", "report-leaving")
"""What a school can do when a lead provider has stopped or paused a mentor's training (WDR-03, WD-03)."""


class MentorState(Word):
    """State of a mentor at a school (STA-03)."""

    REMOVED = "removed"
    LEFT = "left"
    LEAVING = "leaving"
    MENTORING = "mentoring"
    NOT_MENTORING = "not_mentoring"


class MentorTraining(Word):
    """How a mentor's training stands (STA-04)."""

    COMPLETED = "completed"
    NO_MORE_FUNDING = "no_more_funding"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    DISPUTED = "disputed"
    AWAITING = "awaiting"
    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True)
class Mentored:
    """One ECT that a mentor has or had, with what decides whether they are in progress."""

    mentorship: Mentorship
    stay: ECTStay
    induction: InductionRecord = field(default_factory=InductionRecord)

    def counts(self, today: date) -> bool:
        """Tell whether the mentorship goes on, or is still to come, with an ECT in progress (STA-03)."""
        in_progress = ect_state(self.stay, self.induction, today) is ECTState.IN_PROGRESS
        return in_progress and not self.mentorship.cancelled and self.mentorship.period.is_open(today)


@dataclass(frozen=True)
class MentorFacts:
    """Everything a tag, a training text or a tracker needs of one mentor at a school; rows are those of this stay.

    trained_before: mentor training at any school, ever, that was not cancelled; offered: the school's level and
    the person's other stays let it be offered (MFT-03).
    """

    stay: MentorStay
    ects: tuple[Mentored, ...] = ()
    trainings: tuple[Training, ...] = ()
    lead_provider: str = ""
    ineligible_on: date | None = None
    ineligible_reason: MentorIneligibleReason | None = None
    trained_before: bool = False
    registered_on: date | None = None

    def decisive(self, today: date) -> Training | None:
        """The training that speaks for the stay (PER-20)."""
        return decisive_training(self.trainings, today)

    def mentoring(self, today: date) -> int:
        """Count the ECTs in progress whom they mentor, or will."""
        return len({ect.stay.id for ect in self.ects if ect.counts(today)})


def mentor_state(stay: MentorStay, mentoring: int, today: date) -> MentorState:
    """Say what state a mentor is in at a school, who mentors so many ECTs in progress (STA-03)."""
    if stay.removed:
        return MentorState.REMOVED
    if stay.period.is_ended(today):
        return MentorState.LEFT
    if is_leaving(stay, today):
        return MentorState.LEAVING
    return MentorState.MENTORING if mentoring else MentorState.NOT_MENTORING


def mentor_tag(facts: MentorFacts, today: date) -> Tag:
    """Choose the tag of a mentor at a school; the stay is not a removed one (STA-03)."""
    number = facts.mentoring(today)
    state = mentor_state(facts.stay, number, today)
    if state is MentorState.LEFT and facts.stay.finished_on is not None:
        return left_tag(facts.stay.finished_on)
    if state is MentorState.LEAVING and facts.stay.finished_on is not None:
        return leaving_tag(facts.stay.finished_on, facts.stay.end_reason, "Their ECTs will need another mentor.")
    training = facts.decisive(today)
    stopped = stopped_tag(training, facts.lead_provider, NEW_CHOICES) if training and needs_training(facts) else None
    return stopped or _tag_of_mentoring(number)


def needs_training(facts: MentorFacts) -> bool:
    """Tell whether training matters still: it does not once it is completed or cannot be funded (STA-04)."""
    return facts.ineligible_reason is None


def _tag_of_mentoring(number: int) -> Tag:
    if not number:
        reason = "They have no ECT at your school at the moment."
        return Tag("Not mentoring", "light-blue", reason, ("assign-ects",))
    ects = "1 ECT" if number == 1 else f"{number} ECTs"
    return Tag(f"Mentoring {ects}", "green", f"They mentor {ects} at your school.")


def mentor_training(facts: MentorFacts, today: date, *, offered: bool = True) -> MentorTraining:
    """Say how a mentor's training stands; offered: the school's level lets it offer mentor training (STA-04)."""
    if facts.ineligible_reason is not None:
        given_up = facts.ineligible_reason is MentorIneligibleReason.STARTED_NOT_COMPLETED
        return MentorTraining.NO_MORE_FUNDING if given_up else MentorTraining.COMPLETED
    training = facts.decisive(today)
    if training is not None:
        return _of_training(training)
    possible = offered and not facts.trained_before and facts.stay.finished_on is None
    return MentorTraining.POSSIBLE if possible else MentorTraining.NONE


def _of_training(training: Training) -> MentorTraining:
    status = training_status(training)
    if status is TrainingStatus.WITHDRAWN:
        return MentorTraining.WITHDRAWN
    if status is TrainingStatus.DEFERRED:
        return MentorTraining.PAUSED
    if training.disputed:
        return MentorTraining.DISPUTED
    return MentorTraining.AWAITING if training.requested else MentorTraining.CONFIRMED
