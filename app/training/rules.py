"""What a training row means on a day: its status, and which row speaks for a stay (rules §13.3, §16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from app.terms import (
    DeliveryPartnerId,
    LeadProviderId,
    Period,
    Role,
    ScheduleIdentifier,
    SchoolId,
    SchoolPartnershipId,
    TrainingPeriodId,
    TrainingProgramme,
    Word,
    Year,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE_DAY = timedelta(days=1)


class TrainingStatus(Word):
    """Whether training goes on (STA-05)."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred", "paused"


@dataclass(frozen=True)
class Training:
    """One training period of one person, as far as the rules need it.

    `disputed` says that its partnership is challenged; `requested_at` that it began as a request;
    `latest_declaration_on` is the day of the latest declaration on it that is not voided.
    """

    id: TrainingPeriodId
    role: Role
    programme: TrainingProgramme
    started_on: date
    finished_on: date | None = None
    stay_id: int | None = None
    school_id: SchoolId | None = None
    lead_provider_id: LeadProviderId | None = None
    year: Year | None = None
    partnership_id: SchoolPartnershipId | None = None
    delivery_partner_id: DeliveryPartnerId | None = None
    schedule: ScheduleIdentifier | None = None
    requested_at: datetime | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    deferred_at: datetime | None = None
    cancelled: bool = False
    disputed: bool = False
    self_funded: bool = False
    latest_declaration_on: date | None = None

    @property
    def period(self) -> Period:
        """The days it covers, both ends included (GEN-02)."""
        return Period(self.started_on, self.finished_on)

    @property
    def provider_led(self) -> bool:
        """Whether a lead provider trains the person."""
        return self.programme is TrainingProgramme.PROVIDER_LED

    @property
    def requested(self) -> bool:
        """Whether it names a lead provider that has not confirmed yet (rules §2)."""
        return self.provider_led and self.partnership_id is None

    @property
    def confirmed(self) -> bool:
        """Whether it is attached to an unchallenged partnership (rules §2)."""
        return self.provider_led and self.partnership_id is not None and not self.disputed

    @property
    def stopped(self) -> bool:
        """Whether a lead provider withdrew or deferred it."""
        return self.withdrawn_at is not None or self.deferred_at is not None


def training_status(training: Training) -> TrainingStatus:
    """Say whether training goes on, is withdrawn or paused: the later mark wins, a tie is paused (STA-05)."""
    withdrawn, deferred = training.withdrawn_at, training.deferred_at
    if not training.provider_led or (withdrawn is None and deferred is None):
        return TrainingStatus.ACTIVE
    if deferred is None or (withdrawn is not None and withdrawn > deferred):
        return TrainingStatus.WITHDRAWN
    return TrainingStatus.DEFERRED


def decisive_training(trainings: Iterable[Training], today: date) -> Training | None:
    """Choose the training that speaks for a stay, from the rows of that stay (PER-20).

    The earliest open one that goes on; else the latest-starting one; cancelled rows never count.
    """
    kept = sorted((t for t in trainings if not t.cancelled), key=_order)
    going_on = (t for t in kept if not t.stopped and t.period.is_open(today))
    return next(going_on, kept[-1] if kept else None)


def latest_training(trainings: Iterable[Training], role: Role) -> Training | None:
    """Find the person's latest-starting training in a role that is not cancelled, at any school (CP-06, CP-07)."""
    return max((t for t in trainings if t.role is role and not t.cancelled), key=_order, default=None)


def latest_provider_led_training(trainings: Iterable[Training], role: Role) -> Training | None:
    """Find the person's latest-starting provider-led training in a role, at any school (CP-08, SCD-01)."""
    return latest_training((t for t in trainings if t.provider_led), role)


def new_training_start(stay_started_on: date, staying: Iterable[Training], today: date) -> date:
    """Say when a new training inside an existing stay starts (PER-21).

    `staying`: the trainings of the person in that role that stay on record, with their dates after the change.
    """
    after_earlier = [t.finished_on + ONE_DAY for t in staying if t.finished_on is not None and not t.cancelled]
    return max([today, stay_started_on, *after_earlier])


def attached_by_report(training: Training, lead_provider_id: LeadProviderId, year: Year, today: date) -> bool:
    """Tell whether a lead provider's report for a school and year confirms this training of the school (ARR-10)."""
    return (
        (training.lead_provider_id, training.year) == (lead_provider_id, year)
        and (training.requested or training.disputed)
        and training.period.is_open(today)
        and not training.stopped
        and not training.cancelled
    )


def _order(training: Training) -> tuple[date, int]:
    return training.started_on, training.id
