"""Who is registered at Amberley Grove, the busy school that shows every state (REF-6.5, REF-6.6).

What was done to them since, such as leaving or a provider's withdrawal, is told by `stories`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.demo.cast import (
    AMBERLEY,
    BRIGHTPATH,
    CALDER,
    COPPERFIELD,
    GRAIN,
    KEYSTONE,
    MERIDIAN,
    NORTHSTAR,
    RIVERMOUTH,
    SUMMIT,
    DemoStay,
    Induction,
    Train,
    mentor,
)
from app.terms import InductionOutcome, StayEndReason, WorkingPattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.demo.calendar import Days

OLIVE, HELEN, OSWALD = "9900131", "9900025", "9900187"
WITHDRAWN = ("9900104", "9900143", "9900144", "9900145", "9900146", "9900147")
BODY_CHANGES = "9900170"
GOING = ("9900172", "9900173")
PAUSED = ("9900105", "9900148", "9900149", "9900150", "9900151")


def mentors(days: Days) -> Iterator[DemoStay]:
    """Yield mentors with every text about their training (STA-04); Helen and Olive are beside them."""
    since = _last_autumn(days)
    keystone = Train(KEYSTONE, COPPERFIELD, days.year_at(-1))
    yield mentor("9900180", AMBERLEY, since)  # nobody to mentor
    yield mentor("9900181", AMBERLEY, since)  # leaves, with an ECT
    yield mentor("9900182", AMBERLEY, since, until=days.ago(35))
    yield mentor("9900183", AMBERLEY, days.ago(20))  # removed
    yield mentor("9900184", AMBERLEY, since, keystone)  # withdrawn
    yield mentor("9900185", AMBERLEY, since, keystone)  # paused
    yield mentor("9900186", AMBERLEY, since, _asked_summit(days))  # confirmed, then disputed
    yield mentor(OSWALD, AMBERLEY, since)  # completed
    yield mentor("9900188", AMBERLEY, since)  # no more funded training
    awaiting = Train(BRIGHTPATH, year=days.year, from_day=days.since_opening(30))
    yield mentor("9900189", AMBERLEY, since, awaiting)
    yield mentor("9900190", CALDER, date(days.year_at(-2), 9, 1), keystone_before(days), until=days.ago(100))
    yield mentor("9900190", AMBERLEY, days.ago(90))  # trained elsewhere before
    yield mentor("9900198", AMBERLEY, days.ahead(20))
    yield mentor("9900199", AMBERLEY, days.ahead(45))
    yield mentor("9900027", AMBERLEY, days.ago(60))  # at three schools


def keystone_before(days: Days) -> Train:
    """Return training with Keystone in Y-1 from that September on."""
    return Train(KEYSTONE, COPPERFIELD, days.year_at(-1), from_day=_last_autumn(days))


def ects(days: Days) -> Iterator[DemoStay]:
    """Yield every ECT who is or was there, with each tag (STA-02)."""
    yield from _of_the_table(days)
    yield from _with_each_tag(days)
    yield from _ended(days)
    yield from _with_stopped_training(days)
    yield from _with_missing_facts(days)
    yield from _with_mentors(days)
    yield from _changed_since(days)


def _last_autumn(days: Days) -> date:
    """Return 1 September of Y-1, which is always at least nine months ago."""
    return date(days.year_at(-1), 9, 1)


def _recorded(days: Days) -> Induction:
    return Induction("aldermoor-hub", _last_autumn(days))


def _asked_summit(days: Days) -> Train:
    return Train(SUMMIT, year=days.year, from_day=days.since_opening(40))


def _of_the_table(days: Days) -> Iterator[DemoStay]:
    """Yield those of the table of REF-6.5."""
    confirmed = Train(NORTHSTAR, GRAIN, days.autumn_year)
    recorded = Induction("aldermoor-hub", days.autumn)
    yield DemoStay("9900022", AMBERLEY, date(days.year_at(-2), 9, 1), days.ago(60), StayEndReason.LEFT)
    yield DemoStay("9900023", AMBERLEY, days.autumn, training=confirmed, mentor=HELEN, induction=recorded)
    began, ended = date(days.year_at(-2), 9, 1), days.ago(45)
    yield DemoStay(
        "9900024", AMBERLEY, began, ended, StayEndReason.INDUCTION_COMPLETED,
        training=Train(NORTHSTAR, GRAIN, days.year_at(-2)),
        induction=Induction("aldermoor-hub", began, ended, InductionOutcome.PASS),
    )  # fmt: skip
    requested = Train(BRIGHTPATH, year=days.autumn_year)
    yield DemoStay("9900032", AMBERLEY, days.autumn, training=requested, email="taken@amberley.example")


def _with_each_tag(days: Days) -> Iterator[DemoStay]:
    year, autumn = days.autumn_year, days.autumn
    yield DemoStay("9900101", AMBERLEY, days.ahead(30), mentor=OLIVE)
    recorded = _recorded(days)
    yield DemoStay(
        "9900102", AMBERLEY, _last_autumn(days), training=keystone_before(days), mentor=HELEN, induction=recorded
    )  # leaves
    yield DemoStay("9900103", AMBERLEY, autumn, mentor=OLIVE, pattern=WorkingPattern.PART_TIME)
    yield DemoStay("9900106", AMBERLEY, _last_autumn(days))  # exempt since
    requested = Train(BRIGHTPATH, year=year)
    yield DemoStay("9900107", AMBERLEY, autumn, mentor=OLIVE, training=requested, corrected_name="Zoë Marsh")
    yield DemoStay(
        "9900153", AMBERLEY, _last_autumn(days), mentor="9900186", training=_asked_summit(days), induction=recorded
    )  # disputed
    ended = Train(until=days.ago(20))
    yield DemoStay("9900154", AMBERLEY, _last_autumn(days), mentor=OSWALD, training=ended, induction=recorded)
    yield DemoStay("9900155", AMBERLEY, days.autumn, mentor=OSWALD, training=None)
    carried = Train(MERIDIAN, RIVERMOUTH, days.year_at(-1))
    yield DemoStay("9900162", AMBERLEY, _last_autumn(days), mentor="9900188", training=carried, induction=recorded)


def _ended(days: Days) -> Iterator[DemoStay]:
    began, ended = date(days.year_at(-2), 9, 1), days.ago(45)
    outcome = Induction("aldermoor-hub", began, ended, InductionOutcome.FAIL)
    yield DemoStay("9900141", AMBERLEY, began, ended, StayEndReason.INDUCTION_COMPLETED, induction=outcome)
    summer = date(days.year_at(-1), 7, 20)
    yield DemoStay("9900142", AMBERLEY, began, summer, StayEndReason.LEFT)
    yield DemoStay("9900142", AMBERLEY, days.autumn, mentor=OSWALD)
    yield DemoStay("9900152", AMBERLEY, days.ago(30))  # removed


def _with_stopped_training(days: Days) -> Iterator[DemoStay]:
    for trn in (*WITHDRAWN, *PAUSED):
        paused = trn in PAUSED
        mentored_by = "9900185" if paused else "9900184"
        yield DemoStay(
            trn, AMBERLEY, _last_autumn(days),
            training=keystone_before(days), mentor=mentored_by, induction=_recorded(days),
        )  # fmt: skip


def _with_missing_facts(days: Days) -> Iterator[DemoStay]:
    since = _last_autumn(days)
    elsewhere = Induction("birchfield-hub", since)
    yield DemoStay("9900158", AMBERLEY, since, mentor=OSWALD, induction=elsewhere)
    yield DemoStay("9900159", AMBERLEY, since, mentor=OSWALD, body="greenway-hub")
    yield DemoStay("9900160", AMBERLEY, since, mentor="9900189", body="", pattern=None, migrated=True)
    yield DemoStay("9900163", AMBERLEY, days.autumn, mentor="9900189")  # not qualified
    yield DemoStay("9900164", AMBERLEY, since, mentor="9900189", induction=_recorded(days))  # email bounces


def _with_mentors(days: Days) -> Iterator[DemoStay]:
    since = _last_autumn(days)
    recorded = _recorded(days)
    yield DemoStay("9900156", AMBERLEY, since, induction=recorded)  # a mentor who starts later
    yield DemoStay("9900157", AMBERLEY, since, induction=recorded)  # two later mentors
    yield DemoStay("9900161", AMBERLEY, since, mentor="9900181", induction=recorded)  # the mentor leaves


def _changed_since(days: Days) -> Iterator[DemoStay]:
    since = _last_autumn(days)
    for trn in ("9900165", "9900166", "9900167", "9900168", "9900169", "9900170", "9900171", *GOING):
        recorded = None if trn == BODY_CHANGES else _recorded(days)
        yield DemoStay(trn, AMBERLEY, since, mentor="9900190" if trn == "9900167" else HELEN, induction=recorded)
