"""Reading the dates of a school, in a constant number of statements (NOT-7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one
from app.registration.dates.entries import BACK, Closed, DatedFacts, entries
from app.registration.home.around import Around, around
from app.registration.people.school_queries import ects, listed_ects
from app.registration.people.statuses import london_day
from app.registration.registering.unfinished import unfinished

if TYPE_CHECKING:
    from datetime import datetime

    from app.policy import Policy
    from app.registration.dates.entries import Entry
    from app.terms import SchoolId, Year
    from app.training.periods import Calendar


async def school_dates(school_id: SchoolId, now: datetime, policy: Policy, calendar: Calendar) -> tuple[Entry, ...]:
    """Return what a school is told of on a day, from 30 days back to 24 months ahead."""
    today = london_day(now)
    listed = await listed_ects(school_id, today)
    staying = [row.stay.id for row in listed if row.stay.period.is_open(today - BACK)]
    beside: Around = await around(school_id, today - BACK)
    facts = DatedFacts(
        ects=listed,
        people=await ects(school_id, staying),
        around=beside,
        drafts=await unfinished(school_id, now, policy, calendar, beside.names),
        closures=await _closures(),
        calendar=calendar,
        policy=policy,
        confirmed_for=await _confirmed_for(school_id),
    )
    return entries(facts, today)


async def _closures() -> tuple[Closed, ...]:
    rows = await fetch("SELECT key, starts_on, ends_on FROM registration_closure ORDER BY starts_on")
    return tuple(Closed(**dict(row)) for row in rows)


async def _confirmed_for(school_id: SchoolId) -> Year | None:
    row = await fetch_one(
        "SELECT confirmed_for_year FROM induction_tutor WHERE school_id = $1 AND ended_at IS NULL", school_id
    )
    return row["confirmed_for_year"] if row else None
