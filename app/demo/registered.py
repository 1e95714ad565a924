"""Who is registered where in the demo, and what their schools chose last (REF-6.5, REF-6.6)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from app.demo import amberley
from app.demo.cast import (
    AMBERLEY,
    BRIGHTPATH,
    CALDER,
    COPPERFIELD,
    DUNMORE,
    GRAIN,
    KEYSTONE,
    MERIDIAN,
    NORTHSTAR,
    RIVERMOUTH,
    DemoPartnership,
    DemoStay,
    Induction,
    LastChoices,
    Train,
    mentor,
)
from app.terms import StayEndReason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.demo.calendar import Days

ELMSTEAD, HARROW_LANE = "9000005", "9000008"
LARKFIELD_WEST, LARKFIELD_SOUTH, MOORSIDE = "9000018", "9000019", "9000020"
OAKS_LOWER, OAKS_MIDDLE, OAKS_UPPER, QUARRY_HILL = "9000021", "9000022", "9000023", "9000028"

# What each school can choose again differs on purpose (ARR-04 to ARR-06).
LAST_CHOICES = {
    AMBERLEY: LastChoices("aldermoor-hub", NORTHSTAR),  # a partnership is confirmed for Y
    CALDER: LastChoices("cloverley-hub", KEYSTONE),
    DUNMORE: LastChoices("independent-assurance-panel"),
    LARKFIELD_WEST: LastChoices("dovecote-hub", MERIDIAN),  # the provider is no longer contracted
    LARKFIELD_SOUTH: LastChoices("eastgate-hub", BRIGHTPATH),  # asked for before, never confirmed
    MOORSIDE: LastChoices("eastgate-hub", BRIGHTPATH),  # the pair no longer works together
    OAKS_LOWER: LastChoices("dovecote-hub", KEYSTONE),  # last year's partnership can be carried forward
    OAKS_MIDDLE: LastChoices("dovecote-hub", NORTHSTAR),  # nothing to continue
    OAKS_UPPER: LastChoices("greenway-hub"),  # the body has ended
    QUARRY_HILL: LastChoices("eastgate-hub"),  # school-led
}


def partnerships(days: Days) -> list[DemoPartnership]:
    """Return every partnership, each once."""
    current = dict.fromkeys((days.year, days.autumn_year))
    before = days.year_at(-1)
    listed = [
        *(DemoPartnership(AMBERLEY, NORTHSTAR, GRAIN, year) for year in (*current, days.year_at(-2))),
        *(DemoPartnership(CALDER, KEYSTONE, COPPERFIELD, year) for year in (*current, before)),
        DemoPartnership(CALDER, NORTHSTAR, GRAIN, days.year_at(-4)),
        DemoPartnership(CALDER, MERIDIAN, RIVERMOUTH, before),
        DemoPartnership(AMBERLEY, KEYSTONE, COPPERFIELD, before),
        DemoPartnership(AMBERLEY, MERIDIAN, RIVERMOUTH, days.year_at(-2)),
        DemoPartnership(AMBERLEY, MERIDIAN, RIVERMOUTH, before, carried_from=days.year_at(-2)),
        DemoPartnership(OAKS_LOWER, KEYSTONE, COPPERFIELD, before),
        DemoPartnership(MOORSIDE, BRIGHTPATH, RIVERMOUTH, before),
        DemoPartnership(LARKFIELD_WEST, MERIDIAN, RIVERMOUTH, before),
    ]
    return list(dict.fromkeys(listed))


def stays(days: Days) -> list[DemoStay]:
    """Return every stay; a mentor's comes before those of the ECTs they support."""
    calder = [*_calder(days), *_calder_leavers(days)]
    return [*_mentors(days), *amberley.mentors(days), *calder, *amberley.ects(days), *_other(days)]


def _mentors(days: Days) -> Iterator[DemoStay]:
    northstar = Train(NORTHSTAR, GRAIN, days.autumn_year, from_day=days.autumn)
    since, last_autumn = date(days.year_at(-2), 9, 1), date(days.year_at(-1), 9, 1)
    keystone = Train(KEYSTONE, COPPERFIELD, days.year_at(-1), from_day=last_autumn)
    yield mentor("9900025", AMBERLEY, since, northstar)
    yield mentor("9900131", AMBERLEY, since)
    yield mentor("9900026", CALDER, since, keystone)
    yield mentor("9900027", CALDER, since)
    yield mentor("9900027", OAKS_LOWER, last_autumn)
    yield mentor("9900028", CALDER, since, until=days.ago(200))
    yield mentor("9900029", CALDER, since, until=days.ago(200))


def _calder(days: Days) -> Iterator[DemoStay]:
    """Yield those at Calder Bridge now, or soon: whoever registers them elsewhere moves them."""
    hub, since = "cloverley-hub", date(days.year_at(-1), 9, 1)
    keystone, recorded = Train(KEYSTONE, COPPERFIELD, days.year_at(-1)), Induction(hub, since)
    yield DemoStay("9900020", CALDER, since, training=keystone, body=hub, mentor="9900026", induction=recorded)
    declared = Train(KEYSTONE, COPPERFIELD, days.year_at(-1), declared_on=days.ago(5))
    yield DemoStay("9900112", CALDER, since, training=declared, body=hub, mentor="9900026", induction=recorded)
    yield DemoStay("9900109", CALDER, since, training=keystone, body=hub, mentor="9900026")  # leaves
    lately = Train(KEYSTONE, COPPERFIELD, days.autumn_year, from_day=days.autumn)
    yield DemoStay("9900117", CALDER, since, training=lately, body=hub, mentor="9900027", induction=recorded)
    yield DemoStay("9900110", CALDER, days.ahead(25), body=hub, mentor="9900027")
    yield DemoStay("9900111", CALDER, days.ago(90), body=hub)  # removed
    yield DemoStay("9900196", CALDER, since, body=hub, mentor="9900027")  # joins Amberley Grove
    asked = Train(NORTHSTAR, year=days.year, from_day=days.since_opening(40))
    yield DemoStay(
        "9900197", CALDER, since, training=asked, body=hub, mentor="9900027", induction=recorded
    )  # confirmed lately


def _calder_leavers(days: Days) -> Iterator[DemoStay]:
    hub, left = "cloverley-hub", StayEndReason.LEFT
    frozen, before = days.year_at(-4), days.year_at(-1)
    keystone = Train(KEYSTONE, COPPERFIELD, before)
    yield DemoStay("9900021", CALDER, date(before, 9, 1), days.ago(30), left, training=keystone, body=hub)
    northstar = Train(NORTHSTAR, GRAIN, frozen)
    yield DemoStay("9900030", CALDER, date(frozen, 9, 1), date(frozen + 1, 7, 20), left, training=northstar, body=hub)
    meridian = Train(MERIDIAN, RIVERMOUTH, before)
    yield DemoStay("9900031", CALDER, date(before, 9, 1), days.ago(20), left, training=meridian, body=hub)


def _other(days: Days) -> Iterator[DemoStay]:
    yield DemoStay("9900113", ELMSTEAD, days.autumn)
    asked = Train(BRIGHTPATH, year=days.autumn_year)
    yield DemoStay("9900114", LARKFIELD_SOUTH, days.autumn, training=asked, body="eastgate-hub")
    yield DemoStay("9900116", QUARRY_HILL, date(days.year_at(-1), 9, 1), body="eastgate-hub")
    began, closed = date(days.year_at(-1), 9, 1), StayEndReason.SCHOOL_CLOSED
    yield DemoStay("9900195", HARROW_LANE, began, days.ago(60), closed)
