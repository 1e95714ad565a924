"""The to-do lists of several schools of one user at once, in a constant number of statements (MS-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.db.engine import fetch
from app.db.sight import across_schools
from app.drafts import store
from app.registration.home.around import AROUND, Around
from app.registration.home.school_to_do import SchoolToDo, current_ids, put_together
from app.registration.people.ect_facts import ECTAtSchool, ListedECT
from app.registration.people.school_queries import LISTED, SOME
from app.registration.people.statuses import london_day
from app.registration.registering.unfinished import shown
from app.terms import ECTAtSchoolId, SchoolId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from typing import Any, TypeVar

    from app.policy import Policy
    from app.training.periods import Calendar

    T = TypeVar("T")


def _for_each(query: str) -> str:
    """Turn the reading of one school, `$1`, into one row for each of the schools of `$1`."""
    return f"SELECT one.id AS school, ({query.replace('$1', 'one.id')}) AS found FROM unnest($1::bigint[]) one(id)"  # noqa: S608 - constants


EACH_LISTED, EACH_AROUND, EACH_SOME = _for_each(LISTED), _for_each(AROUND), _for_each(SOME)


async def to_dos_of_schools(
    registers: Mapping[SchoolId, bool], now: datetime, policy: Policy, calendar: Calendar
) -> dict[SchoolId, SchoolToDo]:
    """Return the to-do list of each school; registers: whether it may register new ECTs (TD-16)."""
    with across_schools("MS-01"):
        return await _to_dos(registers, now, policy, calendar)


async def _to_dos(
    registers: Mapping[SchoolId, bool], now: datetime, policy: Policy, calendar: Calendar
) -> dict[SchoolId, SchoolToDo]:
    today, ids = london_day(now), list(registers)
    listed = await _each(tuple[ListedECT, ...], EACH_LISTED, ids, today)
    current = [stay for rows in listed.values() for stay in current_ids(rows, today)]
    people = await _each(tuple[ECTAtSchool, ...], EACH_SOME, ids, _numbers(current))
    beside = await _each(Around, EACH_AROUND, ids, today)
    drafts = await store.listed_of_schools(ids)
    found = {}
    for school, registering in registers.items():
        own = [draft for draft in drafts if draft.school_id == school]
        around = beside[school]
        unfinished = shown(own, around.names, now, policy, calendar)
        parts = (listed[school], people[school], around, unfinished)
        found[school] = put_together(*parts, today=today, policy=policy, calendar=calendar, registers=registering)
    return found


async def _each(kind: type[T], query: str, ids: list[SchoolId], second: Any) -> dict[SchoolId, T]:
    rows = await fetch(query, ids, second)
    decode = msgspec.json.Decoder(kind).decode
    return {SchoolId(row["school"]): decode(row["found"]) for row in rows}


def _numbers(stays: Collection[ECTAtSchoolId]) -> list[int]:
    return [int(stay) for stay in stays]
