"""What a lead provider may do to somebody's training, and what it is refused (API-13.1 to API-13.12).

Every function is given the person's trainings in one role that are not cancelled and whose stays are not removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app.clock import LONDON
from app.terms import (
    LeadProviderId,
    Period,
    Refused,
    Role,
    ScheduleIdentifier,
    SchoolPartnershipId,
    TrainingPeriodId,
    WithdrawalReason,
    Word,
    Year,
)
from app.training.rules import Training

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.terms import DeferralReason

ONE_DAY = timedelta(days=1)


class Unreadable(Word):
    """Why a value that was sent names nothing (API-29.2)."""

    BLANK = "blank"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong: the public name of the field, and the code of the rule's table (API-6.2)."""

    field: str
    code: str


def refused(refusals: Iterable[Refusal | None]) -> Refused:
    """Return the first refusal to raise; its details hold them all, one for each field, in order (API-6.2)."""
    by_field: dict[str, Refusal] = {}
    for refusal in refusals:
        if refusal is not None:
            by_field.setdefault(refusal.field, refusal)
    first = next(iter(by_field.values()))
    return Refused(first.code, first.field, details={"refusals": tuple(by_field.values())})


def refuse(refusals: Iterable[Refusal | None]) -> None:
    """Raise Refused when anything is refused (API-6.4)."""
    there = [refusal for refusal in refusals if refusal is not None]
    if there:
        raise refused(there)


@dataclass(frozen=True)
class Held:
    """One training with what an act needs beside it.

    `stay` is the whole stay; `continues_stay_id` the stay at a closed school that it carries on.
    """

    training: Training
    stay: Period
    continues_stay_id: int | None = None
    finished_on_before_stop: date | None = None

    @property
    def last_day_before_stop(self) -> date | None:
        """The last day it had before a lead provider stopped it; not later than the stay's (API-13.7)."""
        return earliest(self.finished_on_before_stop, self.stay.finished_on)


def earliest(*days: date | None) -> date | None:
    """Return the earliest of some last days, of which each may be open."""
    return min((day for day in days if day is not None), default=None)


def held_by(trainings: Iterable[Held], lead_provider_id: LeadProviderId) -> Held | None:
    """Find T: the confirmed training with the lead provider that starts last (API, section 2)."""
    confirmed = (h for h in trainings if h.training.lead_provider_id == lead_provider_id and h.training.confirmed)
    return max(confirmed, key=_order, default=None)


def spell_started_on(of: Held, trainings: Sequence[Held]) -> date:
    """Say when the unbroken spell began that a training ends; one that was stopped begins it anew (API, section 2)."""
    first = of
    for earlier in sorted(trainings, key=_order, reverse=True):
        if earlier.training.finished_on == first.training.started_on - ONE_DAY and _joins_on(earlier, first):
            first = earlier
    return first.training.started_on


def _joins_on(earlier: Held, later: Held) -> bool:
    same_stay = earlier.training.stay_id in {later.training.stay_id, later.continues_stay_id}
    same_provider = earlier.training.lead_provider_id == later.training.lead_provider_id
    return same_stay and same_provider and not earlier.training.stopped


def cannot_stop(of: Held, trainings: Sequence[Held], today: date, *, pausing: bool) -> Refusal | None:
    """Say why training cannot be withdrawn, or deferred when pausing (API-13.3, rows 2 to 5; API-13.4)."""
    if of.training.withdrawn_at is not None:
        return Refusal("participant_id", "already_withdrawn")
    if pausing and of.training.deferred_at is not None:
        return Refusal("participant_id", "already_deferred")
    first_day = spell_started_on(of, trainings)
    if max(first_day, of.training.started_on) > today:
        return Refusal("participant_id", "not_started")
    return Refusal("participant_id", "started_today") if first_day == today else None


def unreadable(field: str, value: object) -> Refusal | None:
    """Give the refusal of a value that names nothing (API-13.3, row 1; API-29.2)."""
    return Refusal(field, value.value) if isinstance(value, Unreadable) else None


def cannot_give_reason(
    reason: WithdrawalReason | DeferralReason | Unreadable, role: Role | Unreadable
) -> Refusal | None:
    """Say what is wrong with a reason (API-13.3, row 1)."""
    if reason is WithdrawalReason.MENTOR_NO_LONGER_BEING_MENTOR and role is Role.ECT:
        return Refusal("reason", "not_for_ects")
    return unreadable("reason", reason)


class Resumption(Word):
    """What resuming means for a training (API-13.6)."""

    UNDO = "undo"
    NEW_TRAINING = "new_training"


def resumption(of: Held, trainings: Iterable[Held], today: date) -> Resumption | Refusal:
    """Say whether a stop made today is undone, training begins anew, or neither (API-13.6, API-13.9)."""
    training, others = of.training, [other.training for other in trainings if other.training.id != of.training.id]
    if not training.stopped:
        return Refusal("participant_id", "already_active")
    marks = (mark for mark in (training.withdrawn_at, training.deferred_at) if mark is not None)
    if all(_london_day(mark) == today for mark in marks) and not _touched(of, others):
        return Resumption.UNDO
    if any(other.period.contains(today) or other.period.is_future(today) for other in others):
        return Refusal("participant_id", "other_training")
    if of.stay.finished_on is not None and of.stay.finished_on <= today:
        return Refusal("participant_id", "left_school")
    return Resumption.NEW_TRAINING


def _touched(of: Held, others: Iterable[Training]) -> bool:
    """Tell whether another training lies on the days that undoing a stop gives back."""
    last_day, restored = of.training.finished_on, of.last_day_before_stop
    if last_day is None or (restored is not None and restored <= last_day):
        return False
    regained = Period(last_day + ONE_DAY, restored)
    return any(other.period.overlaps(regained) for other in others)


@dataclass(frozen=True)
class Standing:
    """Somebody in one role: when they completed, if they did, and the frozen year that is remembered (CP-10)."""

    role: Role
    completed_on: date | None = None
    frozen_year: Year | None = None


def has_left(of: Held, standing: Standing, today: date) -> bool:
    """Tell whether the person counts as left for the lead provider (API-12.3, API-12.4)."""
    last_day = of.training.finished_on
    if last_day is None or last_day > today:
        return False
    completed = standing.completed_on is not None and standing.completed_on <= last_day
    return of.training.stopped or not completed


@dataclass(frozen=True)
class Target:
    """Where a change of schedule leads: year and schedule as asked for, and what there is of them.

    `partnership_id`: the unchallenged partnership of the lead provider with the school that is used in that year.
    """

    schedule: ScheduleIdentifier | Unreadable
    year: Year | Unreadable
    schedules: frozenset[ScheduleIdentifier] = frozenset()
    partnership_id: SchoolPartnershipId | None = None
    frozen: bool = False


def schedule_refusals(
    of: Held, trainings: Iterable[Held], target: Target, standing: Standing, today: date
) -> tuple[Refusal | None, ...]:
    """List why a schedule cannot be changed, at most one thing for each field (API-13.10)."""
    return (
        _cannot_have_schedule(of.training, target, today),
        _cannot_have_year(of.training, target, standing.frozen_year),
        _cannot_change(of, trainings, target, standing, today),
    )


def _cannot_have_schedule(training: Training, target: Target, today: date) -> Refusal | None:
    asked = target.schedule
    if isinstance(asked, Unreadable):
        return unreadable("schedule_identifier", asked)
    code = ""
    if asked not in target.schedules:
        code = "not_in_cohort"
    elif (asked, target.year) == (training.schedule, training.year):
        code = "unchanged"
    elif "-replacement-" in asked and training.role is Role.ECT:
        code = "not_for_ects"
    elif "-reduced-" in asked and training.role is Role.MENTOR:
        code = "not_for_mentors"
    elif training.started_on >= today and training.latest_declaration_on is not None:
        code = "declarations"
    return Refusal("schedule_identifier", code) if code else None


def _cannot_have_year(training: Training, target: Target, frozen_year: Year | None) -> Refusal | None:
    if isinstance(target.year, Unreadable):
        return unreadable("cohort", target.year)
    if target.year != training.year and target.partnership_id is None:
        return Refusal("cohort", "no_partnership")
    return Refusal("cohort", "frozen") if target.frozen and target.year != frozen_year else None


def _cannot_change(
    of: Held, trainings: Iterable[Held], target: Target, standing: Standing, today: date
) -> Refusal | None:
    code = ""
    if standing.completed_on is not None and not moves_to_reduced(target.schedule, standing):
        code = "completed"
    elif has_left(of, standing, today):
        code = "left"
    elif of.training.withdrawn_at is not None:
        code = "withdrawn"
    elif any(other.training.started_on > of.training.started_on for other in trainings):
        code = "other_training"
    return Refusal("participant_id", code) if code else None


def moves_to_reduced(schedule: ScheduleIdentifier | Unreadable, standing: Standing) -> bool:
    """Tell whether a completed ECT moves to a reduced schedule, which is allowed and done in place (API-13.12)."""
    return standing.role is Role.ECT and standing.completed_on is not None and "-reduced-" in schedule


def _london_day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _order(held: Held) -> tuple[date, TrainingPeriodId]:
    return held.training.started_on, held.training.id
