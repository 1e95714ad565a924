"""Where training can be filed instead: in another partnership, or in another academic year (FIX-07, FIX-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.training.arrangements import Arrangement, ArrangementKind
from app.training.changes import TrainingPlan, face_of
from app.training.rules import ONE_DAY, latest_provider_led_training

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from app.terms import ScheduleIdentifier, Year
    from app.training.arrangements import Partnership, ProviderFacts
    from app.training.periods import Calendar, ContractPeriod
    from app.training.queries import SchoolProviders
    from app.training.rules import Training


@dataclass(frozen=True)
class Filing:
    """Where training may be filed: by which arrangement, in which academic year, on which schedule."""

    arrangement: Arrangement
    period: ContractPeriod
    schedule: ScheduleIdentifier

    @property
    def year(self) -> Year:
        """The academic year."""
        return self.period.year

    @property
    def value(self) -> str:
        """What tells it from others: the year, and the arrangement with public ids."""
        return f"{self.year}:{self.arrangement.value}"


def can_move(training: Training, today: date) -> bool:
    """Tell whether training is provider-led, open and goes on; what has not begun must not be declared yet."""
    going_on = training.provider_led and not training.cancelled and not training.stopped
    declared_before = training.started_on >= today and training.latest_declaration_on is not None
    return going_on and training.period.is_open(today) and not declared_before


def current_or_next(trainings: Iterable[Training], today: date) -> tuple[Training, ...]:
    """List the trainings that can be moved to another year: of each stay the current one and the single next."""
    found: dict[tuple[object, ...], Training] = {}
    for training in sorted(trainings, key=lambda t: (t.started_on, t.id)):
        if can_move(training, today):
            found.setdefault((training.role, training.stay_id, training.started_on > today), training)
    return tuple(found.values())


def plan_move(training: Training, today: date, *, whole: bool = False) -> TrainingPlan:
    """Plan the rows: training that began earlier ends yesterday and goes on in a new row, other changes in place.

    whole: it should have been filed there from the beginning, so that all of it changes (FIX-05).
    """
    face, yesterday = face_of(training, training.period, today), today - ONE_DAY
    if whole or training.started_on >= today:
        first, last = training.started_on, training.finished_on
        return TrainingPlan(face, training, first, last, yesterday, in_place=True)
    return TrainingPlan(face, training, today, training.finished_on, yesterday, finish=training)


def other_partnerships(training: Training, at_school: SchoolProviders, calendar: Calendar) -> tuple[Filing, ...]:
    """List the other unchallenged partnerships of the school in the year of the training (FIX-07)."""
    period, schedule = calendar.of_year(training.year), training.schedule
    if period is None or schedule is None:
        return ()
    others = (p for p in _unchallenged(at_school.facts, period.year) if p.id != training.partnership_id)
    return _by_name(Filing(_confirmed(at_school.facts, partnership), period, schedule) for partnership in others)


def other_years(  # noqa: PLR0917 - everything that decides
    training: Training,
    at_school: SchoolProviders,
    calendar: Calendar,
    trainings: Iterable[Training],
    frozen_year: Year | None,
    today: date,
) -> tuple[Filing, ...]:
    """List where the training may be filed in other years under its lead provider, the newest year first (FIX-08).

    In each year that is enabled, not frozen and has the schedule, and in the frozen one that the person came from: each
    partnership with the lead provider, or a request where there is none and it has a contract.
    """
    mine = tuple(trainings)
    years = [p for p in calendar.enabled(today) if not p.is_frozen(today) or p.year == frozen_year]
    found: list[Filing] = []
    for period in sorted(years, key=lambda p: p.year, reverse=True):
        schedule = _schedule_in(period.year, training, at_school, mine)
        if period.year != training.year and schedule is not None:
            found += [Filing(a, period, schedule) for a in _of_provider(training, at_school.facts, period.year)]
    return tuple(found)


def _schedule_in(
    year: Year, training: Training, at_school: SchoolProviders, trainings: Iterable[Training]
) -> ScheduleIdentifier | None:
    """Find the same schedule in a year, or the one the person had there before."""
    available = at_school.schedules_of(year)
    before = latest_provider_led_training((t for t in trainings if t.year == year), training.role)
    wanted = (training.schedule, before.schedule if before is not None else None)
    return next((schedule for schedule in wanted if schedule in available), None)


def _of_provider(training: Training, facts: ProviderFacts, year: Year) -> tuple[Arrangement, ...]:
    provider = training.lead_provider_id
    if provider is None:
        return ()
    theirs = [_confirmed(facts, p) for p in _unchallenged(facts, year) if p.lead_provider_id == provider]
    if theirs or (provider, year) not in facts.contracted:
        return tuple(sorted(theirs, key=lambda arrangement: arrangement.words.casefold()))
    return (Arrangement(ArrangementKind.REQUESTED, facts.lead_providers[provider]),)


def _unchallenged(facts: ProviderFacts, year: Year) -> Iterator[Partnership]:
    return (p for p in facts.partnerships if p.year == year and not p.challenged)


def _confirmed(facts: ProviderFacts, partnership: Partnership) -> Arrangement:
    provider = facts.lead_providers[partnership.lead_provider_id]
    partner = facts.delivery_partners[partnership.delivery_partner_id]
    return Arrangement(ArrangementKind.CONFIRMED, provider, partner, partnership)


def _by_name(filings: Iterable[Filing]) -> tuple[Filing, ...]:
    return tuple(sorted(filings, key=lambda filing: filing.arrangement.words.casefold()))
