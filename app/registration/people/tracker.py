"""The tracker of an ECT: what is done, what waits for whom, and what the school can do (journeys TR-01, TR-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.registration.people.statuses import NEW_CHOICES, ECTFacts, london_day, open_mentorship
from app.registration.rules import ECTState, ect_state
from app.terms import InductionOutcome, Word
from app.training.rules import Training, TrainingStatus, training_status

if TYPE_CHECKING:
    from app.policy import Policy
    from app.registration.rules import Induction, Mentorship


class TrackerState(Word):
    """How far a step is (TR-01)."""

    DONE = "done", "Done"
    NOW = "now", "For you to do"
    WAITING = "waiting", "Waiting"
    LATER = "later", "Later"
    NOT_NEEDED = "not_needed", "Not needed"


class Step(Word):
    """A step of the tracker, in order (TR-01)."""

    REGISTERED = "registered", "Registered"
    MENTOR_ASSIGNED = "mentor-assigned", "Mentor assigned"
    QUALIFIED_TEACHER_STATUS = "qualified-teacher-status", "Qualified teacher status"
    LEAD_PROVIDER_ASKED = "lead-provider-asked", "Lead provider asked"
    LEAD_PROVIDER_CONFIRMED = "lead-provider-confirmed", "Lead provider confirmed"
    TRAINING_UNDER_WAY = "training-under-way", "Training under way"
    INDUCTION_RECORDED = "induction-recorded", "Induction recorded"
    INDUCTION_COMPLETED = "induction-completed", "Induction completed"


class Party(Word):
    """Who acts on a step (TR-01)."""

    SCHOOL = "school", "You"
    TEACHER = "teacher", "The teacher or their training provider"
    LEAD_PROVIDER = "lead_provider", "Lead provider"
    APPROPRIATE_BODY = "appropriate_body", "Appropriate body"


@dataclass(frozen=True)
class TrackerLine:
    """One step: its state, who acts, since when, a sentence for the school, and the journeys that help."""

    step: Word
    state: TrackerState
    who: Party
    since: date | None = None
    advice: str = ""
    actions: tuple[str, ...] = ()


def ect_tracker(facts: ECTFacts, today: date, policy: Policy) -> tuple[TrackerLine, ...]:
    """List the steps of an ECT in order; nothing is guessed from the calendar except "started" (TR-01, TR-02)."""
    training = facts.decisive(today)
    registered_on = facts.registered_on or facts.stay.started_on
    return (
        TrackerLine(Step.REGISTERED, TrackerState.DONE, Party.SCHOOL, registered_on),
        _mentor(facts, today),
        _qualified_teacher_status(facts),
        *_training_lines(facts, training, today, policy),
        _induction_recorded(facts, today, policy),
        _induction_completed(facts),
    )


def _mentor(facts: ECTFacts, today: date) -> TrackerLine:
    found = open_mentorship(facts.mentorships, today)
    if found is None and not _in_progress(facts, today):
        found = _first_mentorship(facts)
        if found is None:
            return TrackerLine(Step.MENTOR_ASSIGNED, TrackerState.NOT_NEEDED, Party.SCHOOL)
    if found is not None:
        return TrackerLine(Step.MENTOR_ASSIGNED, TrackerState.DONE, Party.SCHOOL, found.started_on)
    return TrackerLine(
        Step.MENTOR_ASSIGNED, TrackerState.NOW, Party.SCHOOL, advice="Assign a mentor.", actions=("assign-mentor",)
    )


def _first_mentorship(facts: ECTFacts) -> Mentorship | None:
    took_effect = (mentorship for mentorship in facts.mentorships if not mentorship.cancelled)
    return min(took_effect, key=lambda mentorship: mentorship.started_on, default=None)


def _in_progress(facts: ECTFacts, today: date) -> bool:
    return ect_state(facts.stay, facts.induction, today) is ECTState.IN_PROGRESS


def _qualified_teacher_status(facts: ECTFacts) -> TrackerLine:
    if facts.qts_awarded_on is not None:
        return TrackerLine(Step.QUALIFIED_TEACHER_STATUS, TrackerState.DONE, Party.TEACHER, facts.qts_awarded_on)
    advice = "Needed before induction and funding can begin, not for registering."
    return TrackerLine(Step.QUALIFIED_TEACHER_STATUS, TrackerState.WAITING, Party.TEACHER, advice=advice)


def _training_lines(facts: ECTFacts, training: Training | None, today: date, policy: Policy) -> tuple[TrackerLine, ...]:
    if training is None or not training.provider_led:
        return _no_lead_provider(training)
    return _asked(training), _confirmed(training, today, policy), _under_way(facts, training, today)


def _no_lead_provider(training: Training | None) -> tuple[TrackerLine, ...]:
    steps = (
        (Step.LEAD_PROVIDER_ASKED, Party.SCHOOL),
        (Step.LEAD_PROVIDER_CONFIRMED, Party.LEAD_PROVIDER),
        (Step.TRAINING_UNDER_WAY, Party.LEAD_PROVIDER),
    )
    if training is not None:
        advice = "Training is delivered by your school."
        return tuple(TrackerLine(step, TrackerState.NOT_NEEDED, Party.SCHOOL, advice=advice) for step, _ in steps)
    first = TrackerLine(
        Step.LEAD_PROVIDER_ASKED,
        TrackerState.NOW,
        Party.SCHOOL,
        advice="Choose a training programme.",
        actions=("change-training-programme",),
    )
    return first, *(TrackerLine(step, TrackerState.LATER, who) for step, who in steps[1:])


def _asked(training: Training) -> TrackerLine:
    asked = training.requested_at or training.confirmed_at
    since = london_day(asked) if asked is not None else training.started_on
    return TrackerLine(Step.LEAD_PROVIDER_ASKED, TrackerState.DONE, Party.SCHOOL, since)


def _confirmed(training: Training, today: date, policy: Policy) -> TrackerLine:
    step = Step.LEAD_PROVIDER_CONFIRMED
    if training.disputed:
        advice = "You told us this partnership is wrong. Choose their training."
        return TrackerLine(step, TrackerState.NOW, Party.SCHOOL, advice=advice, actions=NEW_CHOICES[:2])
    if training.confirmed:
        since = london_day(training.confirmed_at) if training.confirmed_at is not None else None
        return TrackerLine(step, TrackerState.DONE, Party.LEAD_PROVIDER, since)
    if training.stopped:
        return TrackerLine(step, TrackerState.NOT_NEEDED, Party.LEAD_PROVIDER)
    since = london_day(training.requested_at) if training.requested_at is not None else training.started_on
    late = is_late(since, policy.lp_confirm_days, today)
    advice = "Contact the lead provider." if late else "The lead provider confirms that it will train them."
    return TrackerLine(step, TrackerState.WAITING, Party.LEAD_PROVIDER, since, advice)


def _under_way(facts: ECTFacts, training: Training, today: date) -> TrackerLine:
    step, status = Step.TRAINING_UNDER_WAY, training_status(training)
    if status is TrainingStatus.WITHDRAWN:
        return _stopped(facts, training, today)
    if status is TrainingStatus.DEFERRED:
        since = london_day(training.deferred_at) if training.deferred_at is not None else None
        advice = "Their training is paused. Tell the lead provider when they are back."
        return TrackerLine(step, TrackerState.WAITING, Party.LEAD_PROVIDER, since, advice)
    if training.confirmed and training.started_on <= today:
        return TrackerLine(step, TrackerState.DONE, Party.LEAD_PROVIDER, training.started_on)
    return TrackerLine(step, TrackerState.LATER, Party.LEAD_PROVIDER)


def _stopped(facts: ECTFacts, training: Training, today: date) -> TrackerLine:
    since = london_day(training.withdrawn_at) if training.withdrawn_at is not None else None
    if not _in_progress(facts, today):
        return TrackerLine(Step.TRAINING_UNDER_WAY, TrackerState.NOT_NEEDED, Party.LEAD_PROVIDER, since)
    advice = "The lead provider no longer trains them. Choose what happens next."
    return TrackerLine(Step.TRAINING_UNDER_WAY, TrackerState.NOW, Party.SCHOOL, since, advice, NEW_CHOICES)


def _induction_recorded(facts: ECTFacts, today: date, policy: Policy) -> TrackerLine:
    step, stay = Step.INDUCTION_RECORDED, facts.stay
    recorded = _recorded_here(facts)
    if recorded is not None:
        return TrackerLine(step, TrackerState.DONE, Party.APPROPRIATE_BODY, recorded.started_on)
    if not _in_progress(facts, today):
        return TrackerLine(step, TrackerState.NOT_NEEDED, Party.APPROPRIATE_BODY)
    if stay.period.is_future(today):
        return TrackerLine(step, TrackerState.LATER, Party.APPROPRIATE_BODY)
    late = is_late(stay.started_on, policy.ab_record_days, today)
    advice = "Contact the appropriate body." if late else "The appropriate body records when induction starts."
    changes = ("change-appropriate-body",)
    return TrackerLine(step, TrackerState.WAITING, Party.APPROPRIATE_BODY, stay.started_on, advice, changes)


def _recorded_here(facts: ECTFacts) -> Induction | None:
    here = (induction for induction in facts.induction.periods if facts.stay.period.contains(induction.started_on))
    return min(here, key=lambda induction: induction.started_on, default=None)


def _induction_completed(facts: ECTFacts) -> TrackerLine:
    step, induction = Step.INDUCTION_COMPLETED, facts.induction
    if induction.passed or induction.failed:
        return TrackerLine(step, TrackerState.DONE, Party.APPROPRIATE_BODY, _outcome_day(facts))
    state = TrackerState.NOT_NEEDED if induction.exempt else TrackerState.LATER
    return TrackerLine(step, state, Party.APPROPRIATE_BODY)


def _outcome_day(facts: ECTFacts) -> date | None:
    outcomes = (InductionOutcome.PASS, InductionOutcome.FAIL)
    return next((period.finished_on for period in facts.induction.periods if period.outcome in outcomes), None)


def is_late(since: date, days: int, today: date) -> bool:
    """Tell whether somebody has been waited for longer than so many days."""
    return today > since + timedelta(days=days)
