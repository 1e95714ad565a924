"""What a school has to do, and what it waits for, worked out from its data (journeys, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.registration.rules import ECTState
from app.registration.statuses import london_day
from app.training.rules import TrainingStatus, training_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.policy import Policy
    from app.registration.ect_facts import ECTAtSchool


@dataclass(frozen=True)
class Task:
    """One line: its rule, what is to be done, since when, and whether others have to act.

    It leads to an ECT's record, to one of its sections, or to a draft.
    """

    rule: str
    text: str
    since: date
    ect: UUID | None = None
    section: str = ""
    draft: UUID | None = None
    waiting: bool = False

    def age(self, today: date) -> str:
        """Return since when, in days."""
        days = (today - self.since).days
        return "since today" if days < 1 else f"for {days} day{'s' if days > 1 else ''}"


def ect_tasks(ect: ECTAtSchool, today: date, policy: Policy) -> tuple[Task, ...]:
    """List what concerns one ECT; those who left, completed or are exempt need nothing (TD-00)."""
    if ect.state(today) is not ECTState.IN_PROGRESS:
        return ()
    rules: tuple[Callable[[ECTAtSchool, date, Policy], Task | None], ...] = (
        _assign_a_mentor,
        _lead_provider_has_not_confirmed,
        _choose_a_programme,
        _induction_is_not_recorded,
    )
    found = (rule(ect, today, policy) for rule in rules)
    return tuple(task for task in found if task is not None)


def in_order(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Put the oldest first."""
    return tuple(sorted(tasks, key=lambda task: (task.since, task.rule, task.text)))


def _assign_a_mentor(ect: ECTAtSchool, today: date, _policy: Policy) -> Task | None:
    if ect.mentorships_from(today):
        return None
    ends = [row.mentorship.finished_on for row in ect.mentorships if row.mentorship.finished_on is not None]
    since = max(ends, default=ect.registered_on)
    return Task("TD-01", f"Assign a mentor to {ect.displayed}", since, ect.public_id)


def _lead_provider_has_not_confirmed(ect: ECTAtSchool, today: date, policy: Policy) -> Task | None:
    row = ect.decisive(today)
    if row is None or not row.training.requested or row.training.stopped:
        return None
    since = london_day(row.training.requested_at) if row.training.requested_at else row.training.started_on
    if today <= since + timedelta(days=policy.lp_confirm_days):
        return None
    text = f"{row.lead_provider or 'The lead provider'} has not confirmed {ect.displayed}"
    return Task("TD-06", text, since, ect.public_id, "training", waiting=True)


def _choose_a_programme(ect: ECTAtSchool, today: date, _policy: Policy) -> Task | None:
    row = ect.decisive(today)
    text = f"Choose a training programme for {ect.displayed}"
    if row is None:
        return Task("TD-07", text, ect.registered_on, ect.public_id, "training")
    training = row.training
    if training.period.is_open(today) or training_status(training) is not TrainingStatus.ACTIVE:
        return None
    return Task("TD-07", text, training.finished_on or ect.registered_on, ect.public_id, "training")


def _induction_is_not_recorded(ect: ECTAtSchool, today: date, policy: Policy) -> Task | None:
    started_on = ect.stay.started_on
    recorded = any(ect.stay.period.contains(period.started_on) for period in ect.induction.periods)
    if recorded or today <= started_on + timedelta(days=policy.ab_record_days):
        return None
    body = ect.body(ect.reported_body_id)
    text = f"{body.name if body else 'The appropriate body'} has not recorded the induction of {ect.displayed}"
    return Task("TD-08", text, started_on, ect.public_id, "induction", waiting=True)
