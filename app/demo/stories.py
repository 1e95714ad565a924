"""What happened in the demo after people were registered, day by day (REF-6.6, REF-6.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.transaction import transaction
from app.demo import acts
from app.demo.acts import Reported, Who
from app.demo.amberley import OSWALD, PAUSED, WITHDRAWN
from app.demo.cast import AMBERLEY, CALDER, GRAIN, KEYSTONE, NORTHSTAR, SUMMIT, WILLOW
from app.demo.registered import LARKFIELD_SOUTH, OAKS_LOWER
from app.terms import (
    ChallengeReason,
    DeferralReason,
    ExpectingECTs,
    RemovalReason,
    Role,
    WithdrawalReason,
    WorkingPattern,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from app.demo.acts import Act
    from app.demo.calendar import Days
    from app.demo.world import World

OFFICE_OPENS = timedelta(hours=9)


@dataclass(frozen=True)
class Step:
    """What is done on a day, in the morning."""

    on: date
    act: Act


def stories(days: Days) -> list[Step]:
    """Return every step in order of time."""
    told = (_leaving, _at_calder, _stopped_training, _partnerships, _changes, _mentors, _years)
    return sorted((step for tell in told for step in tell(days)), key=lambda step: step.on)


async def tell(world: World) -> None:
    """Do everything in order, each step in a transaction and at a time of its own."""
    for step in stories(world.days):
        with clock.at(min(world.days.start_of(step.on) + OFFICE_OPENS, world.days.moment)):
            async with transaction():
                await step.act(world)


def _here(trn: str) -> Who:
    return Who(trn, AMBERLEY)


def _mentor(trn: str) -> Who:
    return Who(trn, AMBERLEY, Role.MENTOR)


def _leaving(days: Days) -> Iterator[Step]:
    yield Step(days.ago(12), acts.leaves(_here("9900102"), days.ahead(20)))
    yield Step(days.ago(9), acts.leaves(_here("9900143"), days.ahead(25)))  # withdrawn, and leaving
    yield Step(days.ago(20), acts.leaves(_here("9900167"), days.ahead(15)))
    yield Step(days.ago(6), acts.leaves_later(_here("9900167"), days.ahead(45)))
    yield Step(days.ago(21), acts.leaves(_here("9900168"), days.ahead(10)))
    yield Step(days.ago(5), acts.stays_on(_here("9900168")))
    yield Step(days.ago(14), acts.joins("9900172", CALDER, days.ahead(10), "cloverley-hub"))
    yield Step(days.ago(11), acts.joins("9900196", AMBERLEY, days.ago(4), "aldermoor-hub"))
    yield Step(days.ago(40), acts.leaves(_here("9900173"), days.ago(38)))
    yield Step(days.ago(8), acts.removed(_here("9900152"), RemovalReason.NOT_STARTING))
    yield Step(days.ago(10), acts.leaves(_mentor("9900181"), days.ahead(30)))
    yield Step(days.ago(7), acts.removed(_mentor("9900183"), RemovalReason.WRONG_PERSON))


def _at_calder(days: Days) -> Iterator[Step]:
    yield Step(days.ago(12), acts.leaves(Who("9900109", CALDER), days.ahead(40)))
    yield Step(days.ago(80), acts.removed(Who("9900111", CALDER), RemovalReason.NOT_STARTING))


def _stopped_training(days: Days) -> Iterator[Step]:
    """Tell of each reason for which an ECT's training stops."""
    reasons = [reason for reason in WithdrawalReason if reason is not WithdrawalReason.MENTOR_NO_LONGER_BEING_MENTOR]
    for number, (trn, why) in enumerate(zip(WITHDRAWN, [WithdrawalReason.OTHER, *reasons], strict=True)):
        yield Step(days.ago(15 + number), acts.withdrawn(KEYSTONE, _here(trn), why))
    for number, (trn, because) in enumerate(zip(PAUSED, DeferralReason, strict=True)):
        yield Step(days.ago(10 + number), acts.paused(KEYSTONE, _here(trn), because))
    no_mentor = WithdrawalReason.MENTOR_NO_LONGER_BEING_MENTOR
    yield Step(days.ago(18), acts.withdrawn(KEYSTONE, _mentor("9900184"), no_mentor))
    yield Step(days.ago(17), acts.paused(KEYSTONE, _mentor("9900185"), DeferralReason.PARENTAL_LEAVE))


def _partnerships(days: Days) -> Iterator[Step]:
    summit = Reported(AMBERLEY, SUMMIT, days.year)
    yield Step(days.since_opening(9), acts.reported(summit, WILLOW))
    yield Step(days.since_opening(5), acts.challenged(summit, ChallengeReason.AGREED_WITH_ANOTHER_LEAD_PROVIDER))
    northstar = Reported(CALDER, NORTHSTAR, days.year)
    yield Step(days.since_opening(6), acts.reported(northstar, GRAIN))
    keystone = Reported(CALDER, KEYSTONE, days.year)
    yield Step(days.since_opening(3), acts.checked(keystone))


def _changes(days: Days) -> Iterator[Step]:
    yield Step(days.ago(25), acts.renamed(_here("9900165"), "Yon Smith"))  # little different, but in both names
    yield Step(days.ago(24), acts.renamed(_here("9900166"), "Ingrid Calloway"))  # very different
    yield Step(days.ago(22), acts.reached_at(_here("9900169"), "yusuf@amberley.example"))
    yield Step(days.ago(22), acts.assessed_by(_here("9900170"), "birchfield-hub"))
    yield Step(days.ago(19), acts.works(_here("9900171"), WorkingPattern.PART_TIME))
    yield Step(days.ago(13), acts.reached_at(_here("9900164"), "xander.varley+bounce@amberley.example"))


def _mentors(days: Days) -> Iterator[Step]:
    for trn in ("9900156", "9900157"):
        yield Step(days.ago(2), acts.assigned(_mentor("9900198"), _here(trn)))
    yield Step(days.ago(1), acts.assigned(_mentor("9900199"), _here("9900157")))
    yield Step(days.ago(3), acts.assigned(_mentor(OSWALD), _here("9900107")))  # until then Olive's


def _years(days: Days) -> Iterator[Step]:
    opened = days.since_opening(60)
    yield Step(opened, acts.answered(CALDER, days.year, ExpectingECTs.YES, everyone=True))
    yield Step(opened, acts.answered(OAKS_LOWER, days.year, ExpectingECTs.NO))
    yield Step(opened, acts.answered(LARKFIELD_SOUTH, days.year, ExpectingECTs.NOT_SURE))
