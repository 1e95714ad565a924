"""The tracker of a mentor: registered, assigned to an ECT, training (journeys TR-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registration.people.mentor_statuses import NEW_CHOICES, MentorFacts, MentorTraining, mentor_training
from app.registration.people.statuses import london_day
from app.registration.people.tracker import Party, TrackerLine, TrackerState, is_late
from app.terms import Word

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.training.rules import Training


class MentorStep(Word):
    """A step of a mentor's tracker, in order (TR-01)."""

    REGISTERED = "registered", "Registered"
    ASSIGNED = "assigned-to-ect", "Assigned to an ECT"
    TRAINING = "mentor-training", "Mentor training"


def mentor_tracker(facts: MentorFacts, today: date, policy: Policy, *, offered: bool) -> tuple[TrackerLine, ...]:
    """List the steps of a mentor in order; offered: the school's level lets it offer mentor training (TR-01)."""
    registered_on = facts.registered_on or facts.stay.started_on
    return (
        TrackerLine(MentorStep.REGISTERED, TrackerState.DONE, Party.SCHOOL, registered_on),
        _assigned(facts, today),
        _training(facts, today, policy, offered=offered),
    )


def _assigned(facts: MentorFacts, today: date) -> TrackerLine:
    step = MentorStep.ASSIGNED
    since = min((ect.mentorship.started_on for ect in facts.ects if ect.counts(today)), default=None)
    if since is not None:
        return TrackerLine(step, TrackerState.DONE, Party.SCHOOL, since)
    if facts.stay.finished_on is not None:
        ever = min((ect.mentorship.started_on for ect in facts.ects), default=None)
        return TrackerLine(step, TrackerState.DONE if ever else TrackerState.NOT_NEEDED, Party.SCHOOL, ever)
    return TrackerLine(
        step, TrackerState.NOW, Party.SCHOOL, advice="Assign them to an ECT when one needs a mentor.",
        actions=("assign-ects",),
    )  # fmt: skip


def _training(facts: MentorFacts, today: date, policy: Policy, *, offered: bool) -> TrackerLine:
    step, state = MentorStep.TRAINING, mentor_training(facts, today, offered=offered)
    training = facts.decisive(today)
    if state is MentorTraining.COMPLETED:
        return TrackerLine(step, TrackerState.DONE, Party.LEAD_PROVIDER, facts.ineligible_on)
    if training is None or state is MentorTraining.NO_MORE_FUNDING:
        return _without_training(state)
    if facts.stay.period.is_ended(today):
        return TrackerLine(step, TrackerState.NOT_NEEDED, Party.LEAD_PROVIDER)
    return _of_training(state, training, today, policy)


def _without_training(state: MentorTraining) -> TrackerLine:
    step = MentorStep.TRAINING
    if state is MentorTraining.NO_MORE_FUNDING:
        advice = "Not available: they began funded mentor training before and cannot have more of it."
        return TrackerLine(step, TrackerState.NOT_NEEDED, Party.LEAD_PROVIDER, advice=advice)
    if state is MentorTraining.POSSIBLE:
        advice = "Offered when you assign them to an ECT on a provider-led programme."
        return TrackerLine(step, TrackerState.LATER, Party.SCHOOL, advice=advice)
    advice = "Not available: no mentor training is recorded for them at your school."
    return TrackerLine(step, TrackerState.NOT_NEEDED, Party.SCHOOL, advice=advice)


def _of_training(state: MentorTraining, training: Training, today: date, policy: Policy) -> TrackerLine:
    step = MentorStep.TRAINING
    if state is MentorTraining.WITHDRAWN:
        since = london_day(training.withdrawn_at) if training.withdrawn_at else None
        advice = "The lead provider no longer trains them. They can go on mentoring."
        return TrackerLine(step, TrackerState.NOW, Party.SCHOOL, since, advice, NEW_CHOICES)
    if state is MentorTraining.DISPUTED:
        advice = "You told us this partnership is wrong. Choose another lead provider."
        return TrackerLine(step, TrackerState.NOW, Party.SCHOOL, advice=advice, actions=NEW_CHOICES[:1])
    if state is MentorTraining.PAUSED:
        since = london_day(training.deferred_at) if training.deferred_at else None
        advice = "Their training is paused. Tell the lead provider when they are back."
        return TrackerLine(step, TrackerState.WAITING, Party.LEAD_PROVIDER, since, advice)
    if state is MentorTraining.AWAITING:
        since = london_day(training.requested_at) if training.requested_at else training.started_on
        late = is_late(since, policy.lp_confirm_days, today)
        advice = (
            "Contact the lead provider." if late else "You asked the lead provider. It confirms that it trains them."
        )
        return TrackerLine(step, TrackerState.WAITING, Party.LEAD_PROVIDER, since, advice)
    since = london_day(training.confirmed_at) if training.confirmed_at else None
    return TrackerLine(step, TrackerState.DONE, Party.LEAD_PROVIDER, since, "The lead provider has confirmed it.")
