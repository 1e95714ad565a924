"""Stays: their state, who can be registered, what a transfer closes and what closing does (rules §6, §13, §16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from app.terms import (
    AppropriateBodyId,
    ECTAtSchoolId,
    InductionOutcome,
    MentorAtSchoolId,
    MentorshipPeriodId,
    Period,
    SchoolId,
    StayEndReason,
    TeacherId,
    TRSInductionStatus,
    Word,
)
from app.training.rules import Training

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.terms import Year
    from app.training.periods import Calendar

ONE_DAY = timedelta(days=1)


class ECTState(Word):
    """State of an ECT at a school (STA-01)."""

    REMOVED = "removed"
    LEFT = "left"
    COMPLETED = "completed"
    EXEMPT = "exempt"
    IN_PROGRESS = "in_progress"


class Standing(Word):
    """The columns of the table of permissions: a state, or one of the faces of being in progress (PRM-01)."""

    STARTING = "starting"
    IN_PROGRESS = "in_progress"
    LEAVING = "leaving"
    EXEMPT = "exempt"
    COMPLETED = "completed"
    LEFT = "left"
    REMOVED = "removed"


class DeadEnd(Word):
    """The exits after a match, named by their steps (RE-19 to RE-22)."""

    ALREADY_REGISTERED = "already-registered"
    REGISTERED_AS_MENTOR = "registered-as-mentor"
    INDUCTION_COMPLETED = "induction-completed"
    INDUCTION_EXEMPT = "induction-exempt"
    INDUCTION_FAILED = "induction-failed"
    CANNOT_REGISTER = "cannot-register"


@dataclass(frozen=True)
class ECTStay:
    """An ECT at a school, from the first to the last day there."""

    id: ECTAtSchoolId
    school_id: SchoolId
    started_on: date
    finished_on: date | None = None
    end_reason: StayEndReason | None = None
    removed: bool = False

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)


@dataclass(frozen=True)
class MentorStay:
    """A mentor at a school, from the first to the last day there."""

    id: MentorAtSchoolId
    school_id: SchoolId
    started_on: date
    finished_on: date | None = None
    removed: bool = False
    end_reason: StayEndReason | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)


@dataclass(frozen=True)
class Mentorship:
    """One mentor for one ECT at one school."""

    id: MentorshipPeriodId
    started_on: date
    finished_on: date | None = None
    cancelled: bool = False
    ect_stay_id: ECTAtSchoolId | None = None
    mentor_stay_id: MentorAtSchoolId | None = None
    mentor_teacher_id: TeacherId | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)


@dataclass(frozen=True)
class Induction:
    """An induction period as an appropriate body recorded it."""

    appropriate_body_id: AppropriateBodyId
    started_on: date
    finished_on: date | None = None
    outcome: InductionOutcome | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)


@dataclass(frozen=True)
class InductionRecord:
    """What is known of a teacher's induction: the national teaching record, and periods recorded here."""

    trs_status: TRSInductionStatus | None = None
    trs_started_on: date | None = None
    periods: tuple[Induction, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether induction is passed, by the teaching record or an appropriate body."""
        return self.trs_status is TRSInductionStatus.PASSED or self._has(InductionOutcome.PASS)

    @property
    def failed(self) -> bool:
        """Whether induction is failed, in England or Wales, by the teaching record or an appropriate body."""
        failures = (TRSInductionStatus.FAILED, TRSInductionStatus.FAILED_IN_WALES)
        return self.trs_status in failures or self._has(InductionOutcome.FAIL)

    @property
    def exempt(self) -> bool:
        """Whether the teaching record says exempt."""
        return self.trs_status is TRSInductionStatus.EXEMPT

    def _has(self, outcome: InductionOutcome) -> bool:
        return any(period.outcome is outcome for period in self.periods)


def ect_state(stay: ECTStay | MentorStay, induction: InductionRecord, today: date) -> ECTState:
    """Say what state an ECT is in at a school (STA-01)."""
    completed_here = stay.end_reason is StayEndReason.INDUCTION_COMPLETED
    if stay.removed:
        return ECTState.REMOVED
    if stay.period.is_ended(today) and not completed_here:
        return ECTState.LEFT
    if induction.passed or induction.failed or completed_here:
        return ECTState.COMPLETED
    return ECTState.EXEMPT if induction.exempt else ECTState.IN_PROGRESS


def is_leaving(stay: ECTStay | MentorStay, today: date) -> bool:
    """Tell whether a last day is recorded and not past: on that day the person is still leaving (PER-42, STA-01)."""
    return stay.finished_on is not None and stay.finished_on >= today


def ect_standing(stay: ECTStay | MentorStay, induction: InductionRecord, today: date) -> Standing:
    """Say which column of the permissions applies; leaving comes before starting (STA-01, PRM-01)."""
    state = ect_state(stay, induction, today)
    if state is not ECTState.IN_PROGRESS:
        return Standing(state.value)
    if is_leaving(stay, today):
        return Standing.LEAVING
    return Standing.STARTING if stay.period.is_future(today) else Standing.IN_PROGRESS


@dataclass(frozen=True)
class PersonFound:
    """What decides whether a matched person can be registered as an ECT; stays are those at every school."""

    ect_stays: tuple[ECTStay, ...] = ()
    mentor_stays: tuple[MentorStay, ...] = ()
    induction: InductionRecord = InductionRecord()
    prohibited: bool = False


def ect_dead_end(person: PersonFound, school_id: SchoolId, today: date) -> DeadEnd | None:
    """Find why a matched person cannot be registered as an ECT at a school, or None if they can (IDN-07, IDN-10)."""
    return next(iter(ect_dead_ends(person, school_id, today)), None)


def ect_dead_ends(person: PersonFound, school_id: SchoolId, today: date) -> tuple[DeadEnd, ...]:
    """Find every reason why a matched person cannot be registered as an ECT at a school, in their order (IDN-07)."""
    induction = person.induction
    checks = (
        (DeadEnd.ALREADY_REGISTERED, stay_in_the_way(person, school_id, today) is not None),
        (DeadEnd.REGISTERED_AS_MENTOR, any(s.period.is_open(today) for s in person.mentor_stays if not s.removed)),
        (DeadEnd.INDUCTION_COMPLETED, induction.passed),
        (DeadEnd.INDUCTION_EXEMPT, induction.exempt),
        (DeadEnd.INDUCTION_FAILED, induction.failed),
        (DeadEnd.CANNOT_REGISTER, person.prohibited),
    )
    return tuple(dead_end for dead_end, applies in checks if applies)


def stay_in_the_way(person: PersonFound, school_id: SchoolId, today: date) -> ECTStay | None:
    """Find the person's stay at this school that is in progress, exempt or completed (IDN-07, RE-19)."""
    gone = (ECTState.REMOVED, ECTState.LEFT)
    here = (stay for stay in person.ect_stays if stay.school_id == school_id)
    return next((stay for stay in here if ect_state(stay, person.induction, today) not in gone), None)


def latest_stay(stays: Iterable[ECTStay]) -> ECTStay | None:
    """Find a teacher's latest-starting ECT stay at any school; removed ones never count (PER-01, RE-09)."""
    return max((s for s in stays if not s.removed), key=lambda stay: (stay.started_on, stay.id), default=None)


def asks_about_transfer(earlier: ECTStay, school_id: SchoolId, today: date) -> bool:
    """Tell whether to ask if the person moves here: their latest stay is open at another school (RE-09)."""
    return earlier.school_id != school_id and earlier.period.is_open(today)


@dataclass(frozen=True)
class TransferClosing:
    """The stay elsewhere that a registration closes, and the last day it gets."""

    stay: ECTStay
    last_day: date


def transfer_closing(stays: Iterable[ECTStay], new_start: date) -> TransferClosing | None:
    """Find which stay a new one closes, and on which day: the day before the new start (PER-05).

    A stay that ended before the new start stays as it is. `new_start` satisfies PER-01.
    """
    stay = latest_stay(stays)
    if stay is None or stay.period.is_ended(new_start):
        return None
    return TransferClosing(stay, new_start - ONE_DAY)


class _Row(Protocol):
    @property
    def period(self) -> Period: ...
    @property
    def cancelled(self) -> bool: ...


R = TypeVar("R", bound=_Row)
T = TypeVar("T", bound=Training)
M = TypeVar("M", bound=Mentorship)


@dataclass(frozen=True)
class RowsToClose(Generic[R]):
    """Rows as they are before closing, so that events can keep their former dates."""

    finish: tuple[R, ...] = ()
    cancel: tuple[R, ...] = ()


@dataclass(frozen=True)
class ClosePlan(Generic[T, M]):
    """What closing a stay changes: rows to finish on the last day, rows to cancel because they never took effect."""

    last_day: date
    trainings: RowsToClose[T]
    mentorships: RowsToClose[M]


def plan_close(trainings: Iterable[T], mentorships: Iterable[M], last_day: date) -> ClosePlan[T, M]:
    """Plan how a stay is closed on its last day, given the trainings and mentorships of that stay alone (PER-40).

    Rows that start later are cancelled, rows that run beyond it finish on it, earlier ones stay; marks are kept. So a
    mentorship, which never outlives either stay, ends on the earlier of the two last days (PER-41).
    """
    return ClosePlan(last_day, _rows_to_close(trainings, last_day), _rows_to_close(mentorships, last_day))


def _rows_to_close(rows: Iterable[R], last_day: date) -> RowsToClose[R]:
    beyond = [row for row in rows if not row.cancelled and _runs_beyond(row.period, last_day)]
    return RowsToClose(
        finish=tuple(row for row in beyond if row.period.started_on <= last_day),
        cancel=tuple(row for row in beyond if row.period.started_on > last_day),
    )


def _runs_beyond(period: Period, day: date) -> bool:
    return period.finished_on is None or period.finished_on > day


def induction_tutor_target(calendar: Calendar, today: date) -> Year | None:
    """Give the year a school's induction tutor is to be confirmed for: the current, else the upcoming one (IT-01)."""
    period = calendar.current(today) or calendar.upcoming(today)
    return period.year if period is not None else None


def induction_tutor_gate(calendar: Calendar, today: date, confirmed_for: Year | None) -> Year | None:
    """Give the year the gate stands for, or None if it does not (IT-01, PRM-05).

    `confirmed_for` is None when there is no induction tutor too. The caller leaves out staff acting for the school.
    """
    target = induction_tutor_target(calendar, today)
    if target is None or (confirmed_for is not None and confirmed_for >= target):
        return None
    return target
