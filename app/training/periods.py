"""Contract periods and schedules: which academic year something is filed in, and when it opens (rules §8, §9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from app.terms import Period, Role, ScheduleIdentifier, TeacherId, Word, Year
from app.training.rules import Training

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping


def academic_year(year: Year) -> str:
    """Name a contract period as schools know it: "2025 to 2026" (GEN-09)."""
    return f"{year} to {year + 1}"


@dataclass(frozen=True)
class ContractPeriod:
    """One funding year, from its first to its last day."""

    year: Year
    started_on: date
    finished_on: date
    registration_opens_on: date | None = None
    payments_frozen_on: date | None = None
    successor_year: Year | None = None
    successor_schedule_identifier: ScheduleIdentifier | None = None
    mentor_funding_enabled: bool = True

    def contains(self, day: date) -> bool:
        """Tell whether the day lies in the period, both ends included."""
        return self.started_on <= day <= self.finished_on

    def is_enabled(self, today: date) -> bool:
        """Tell whether registration has opened; an ended period stays enabled (CP-01)."""
        return self.registration_opens_on is not None and self.registration_opens_on <= today

    def is_frozen(self, today: date) -> bool:
        """Tell whether payments have stopped (CP-03)."""
        return self.payments_frozen_on is not None and self.payments_frozen_on <= today


@dataclass(frozen=True)
class NotOpen:
    """Registration is not open for a date: the academic year it falls in, if any, and when that opens, if known."""

    year: Year | None = None
    opens_on: date | None = None


class CannotFile(Word):
    """Why nothing can be filed: a fault of the data, shown as "we cannot file this yet" (CP-11)."""

    NO_PERIOD = "no_period"
    NO_SUCCESSOR = "no_successor"


@dataclass(frozen=True)
class RegistrationPeriod:
    """R: the contract period something is filed in, and the training that decided it, if one did (CP-06 to CP-08).

    `frozen_from` is that training's own period when its payments have stopped and R is the successor.
    """

    period: ContractPeriod
    decided_by: Training | None = None
    frozen_from: ContractPeriod | None = None

    @property
    def year(self) -> Year:
        """The year of R."""
        return self.period.year

    @property
    def frozen_move(self) -> bool:
        """Whether the person is moved out of a frozen period (CP-10)."""
        return self.frozen_from is not None


@dataclass(frozen=True)
class Calendar:
    """Every contract period there is, kept in the order of their first days; gaps between them are possible."""

    periods: tuple[ContractPeriod, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "periods", tuple(sorted(self.periods, key=lambda period: period.started_on)))

    @cached_property
    def _by_year(self) -> dict[Year, ContractPeriod]:
        return {period.year: period for period in self.periods}

    def of_year(self, year: Year | None) -> ContractPeriod | None:
        """Find a period by its year."""
        return self._by_year.get(year) if year is not None else None

    def containing(self, day: date) -> ContractPeriod | None:
        """Find the period that contains the day."""
        for period in self.periods:  # asked many times for each page, so without a generator
            if period.started_on <= day <= period.finished_on:
                return period
        return None

    def current(self, today: date) -> ContractPeriod | None:
        """Find the period that contains today; there is none in a gap (CP-01)."""
        return self.containing(today)

    def upcoming(self, today: date) -> ContractPeriod | None:
        """Find the earliest period that starts after today (CP-01)."""
        return next((period for period in self.periods if period.started_on > today), None)

    def ended_last(self, today: date) -> ContractPeriod | None:
        """Find the period that ended last before today."""
        return next((period for period in reversed(self.periods) if period.finished_on < today), None)

    def enabled(self, today: date) -> tuple[ContractPeriod, ...]:
        """List the periods open for registration, ended ones included (CP-01)."""
        return tuple(period for period in self.periods if period.is_enabled(today))

    def asked_about(self, today: date) -> tuple[ContractPeriod, ...]:
        """List the periods that a school may answer for: open for registration and not ended (SCH-06, YR-01)."""
        return tuple(period for period in self.enabled(today) if period.finished_on >= today)

    def registration_open_until(self, today: date) -> date | None:
        """Give the last day somebody can be registered to start on today, if that is in the future (CP-05)."""
        last = max((period.finished_on for period in self.enabled(today)), default=today)
        return last if last > today else None

    def base_period(self, day: date, today: date) -> ContractPeriod | None:
        """Find the period a date is filed in when no earlier training decides (CP-02)."""
        own = self.containing(day)
        if own is not None and own.started_on > today:
            return own
        return self.current(today) or self._beside_gap(today)

    def _beside_gap(self, today: date) -> ContractPeriod | None:
        upcoming = self.upcoming(today)
        return upcoming if upcoming is not None and upcoming.is_enabled(today) else self.ended_last(today)

    def successor(self, period: ContractPeriod, today: date) -> ContractPeriod | None:
        """Find where people of a frozen period go, following frozen successors; None if that leads nowhere (CP-03)."""
        return next((found for found in self._successors(period) if not found.is_frozen(today)), None)

    def _successors(self, period: ContractPeriod) -> Iterator[ContractPeriod]:
        seen = {period.year}
        found = self.of_year(period.successor_year)
        while found is not None and found.year not in seen:
            yield found
            seen.add(found.year)
            found = self.of_year(found.successor_year)

    def earliest_start_date(self, today: date, periods_back: int) -> date | None:
        """Give the earliest accepted start date; None means there is no lower bound (CP-04)."""
        base = self.base_period(today, today)
        if base is None:
            return None
        index = self.periods.index(base) - periods_back
        return self.periods[index].started_on if index >= 0 else None

    def registration_not_open(self, day: date, today: date, role: Role) -> NotOpen | None:
        """Tell whether somebody starting on a day cannot be registered yet; None means they can (CP-05)."""
        if not self.periods:
            return NotOpen()
        if day > today:
            return _not_open(self.containing(day), today)
        if day == today and role is Role.MENTOR:
            return self._not_open_today(today)
        return None

    def _not_open_today(self, today: date) -> NotOpen | None:
        if self.current(today) is not None:
            return _not_open(self.current(today), today)
        return None if self.base_period(today, today) is not None else _not_open(self.upcoming(today), today)

    def registration_period_for_ect(
        self, latest: Training | None, start_date: date, today: date
    ) -> RegistrationPeriod | CannotFile:
        """Find R for registering an ECT, given their latest-starting ECT training anywhere (CP-06, CP-11)."""
        if latest is None or not latest.provider_led:
            return self._filed_by_date(start_date, today)
        return self.period_or_successor(latest, today)

    def registration_period_for_mentor(
        self, latest: Training | None, training_start: date, today: date
    ) -> RegistrationPeriod | CannotFile:
        """Find R for a mentor, given their latest-starting mentor training anywhere; never a successor (CP-07)."""
        own = self.of_year(latest.year) if latest is not None and latest.provider_led else None
        if own is None or own.is_frozen(today):
            return self._filed_by_date(training_start, today)
        return RegistrationPeriod(own, decided_by=latest)

    def registration_period_for_provider_led(
        self, latest_provider_led: Training | None, first_day: date, today: date
    ) -> RegistrationPeriod | CannotFile:
        """Find R for an ECT who changes to provider-led, given their latest provider-led ECT training (CP-08)."""
        if latest_provider_led is None:
            return self._filed_by_date(first_day, today)
        return self.period_or_successor(latest_provider_led, today)

    def registration_period_for_mentor_change(self, latest: Training) -> RegistrationPeriod | CannotFile:
        """Find R for a mentor who changes lead provider: their latest training's period, frozen or not (CP-08)."""
        own = self.of_year(latest.year)
        return RegistrationPeriod(own, decided_by=latest) if own is not None else CannotFile.NO_PERIOD

    def period_or_successor(self, training: Training, today: date) -> RegistrationPeriod | CannotFile:
        """Find R from provider-led training: its period, or the successor when frozen (CP-06, CP-08, CP-11).

        It is also R when an ECT changes lead provider, given their decisive training.
        """
        own = self.of_year(training.year)
        if own is None:
            return CannotFile.NO_PERIOD
        if not own.is_frozen(today):
            return RegistrationPeriod(own, decided_by=training)
        successor = self.successor(own, today)
        if successor is None:
            return CannotFile.NO_SUCCESSOR
        return RegistrationPeriod(successor, decided_by=training, frozen_from=own)

    def _filed_by_date(self, day: date, today: date) -> RegistrationPeriod | CannotFile:
        base = self.base_period(day, today)
        return RegistrationPeriod(base) if base is not None else CannotFile.NO_PERIOD


def training_start(stay_started_on: date, registration: RegistrationPeriod | None, today: date) -> date:
    """Say when the training of a new stay starts; `registration` is None for school-led training (PER-04)."""
    if registration is not None and registration.frozen_move:
        return max(stay_started_on, registration.period.started_on)
    return max(stay_started_on, today)


def _not_open(period: ContractPeriod | None, today: date) -> NotOpen | None:
    if period is None:
        return NotOpen()
    return None if period.is_enabled(today) else NotOpen(period.year, period.registration_opens_on)


@dataclass(frozen=True)
class EarlierMentorship:
    """A former mentor of an ECT, at any school, with the days declared on that mentor's training (not voided)."""

    mentor: TeacherId
    period: Period
    declared_on: tuple[date, ...] = ()


def is_replacement(mentor: TeacherId | None, earlier: Iterable[EarlierMentorship]) -> bool:
    """Tell whether a fundable mentor of a provider-led ECT replaces one already paid for (SCD-03).

    mentor: None for somebody who is not known yet.
    """
    return any(
        mentorship.mentor != mentor and any(mentorship.period.contains(day) for day in mentorship.declared_on)
        for mentorship in earlier
    )


def computed_schedule(
    starts_on: date, today: date, schedule_months: Mapping[int, str], *, replacement: bool = False
) -> ScheduleIdentifier:
    """Name the schedule for someone without an earlier one, by the later of training start and today (SCD-02)."""
    month = schedule_months[max(starts_on, today).month]
    return ScheduleIdentifier(f"ecf-{'replacement' if replacement else 'standard'}-{month}")


def schedule_for(
    registration: RegistrationPeriod,
    latest_provider_led: Training | None,
    available: Container[ScheduleIdentifier],
    computed: ScheduleIdentifier,
) -> ScheduleIdentifier | None:
    """Choose the schedule of provider-led training in R; None is a fault of the data (SCD-01, SCD-04, CP-11).

    `latest_provider_led`: the person's latest provider-led training in the same role; `available`: the
    identifiers that exist in R; `computed`: what `computed_schedule` says.
    """
    if registration.frozen_from is not None:
        wanted = registration.frozen_from.successor_schedule_identifier
        return wanted if wanted is not None and wanted in available else None
    own = registration.decided_by.schedule if registration.decided_by is not None else None
    earlier = latest_provider_led.schedule if latest_provider_led is not None else None
    if own is not None:
        return own
    if earlier is not None and (_filed_in(latest_provider_led, registration) or earlier in available):
        return earlier
    return computed if computed in available else None


def _filed_in(training: Training | None, registration: RegistrationPeriod) -> bool:
    return training is not None and training.year == registration.year
