"""Give an academic year the schedules and milestones of another, days moved along (ADM-10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.refdata.change_records import ChangeRecords, change_records
from app.refdata.export import cells_of
from app.refdata.records import MILESTONES, SCHEDULES
from app.refdata.stored import read_stored
from app.terms import Refused

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor


@dataclass(frozen=True)
class CopySchedules:
    """From which year into which."""

    source: int
    target: int


async def copy_schedules(command: CopySchedules, actor: Actor, today: date) -> None:
    """Add what the year does not have yet; raises Refused when there is nothing to copy, Invalid as a load would."""
    stored = await read_stored((SCHEDULES, MILESTONES))
    schedules = [row for row in stored[SCHEDULES.name].values() if row.year == command.source]
    milestones = [row for row in stored[MILESTONES.name].values() if row.year == command.source]
    rows = {
        SCHEDULES.name: [{**cells_of(SCHEDULES, row), "year": str(command.target)} for row in schedules],
        MILESTONES.name: [
            {
                **cells_of(MILESTONES, row),
                "year": str(command.target),
                "opens_on": _moved(row.opens_on, command),
                "closes_on": _moved(row.closes_on, command),
            }
            for row in milestones
        ],
    }
    there = {form.name: {form.key_of(row) for row in stored[form.name].values()} for form in (SCHEDULES, MILESTONES)}
    missing = {
        SCHEDULES.name: [
            row for row in rows[SCHEDULES.name] if (command.target, row["identifier"]) not in there[SCHEDULES.name]
        ],
        MILESTONES.name: [
            row
            for row in rows[MILESTONES.name]
            if (command.target, row["schedule"], row["declaration"]) not in there[MILESTONES.name]
        ],
    }
    if not any(missing.values()):
        raise Refused("nothing_to_copy", "source", "There is nothing to copy that the other year does not have")
    await change_records(ChangeRecords(missing), actor, today)


def _moved(day: date | None, command: CopySchedules) -> str:
    if day is None:
        return ""
    year = day.year + command.target - command.source
    try:
        return day.replace(year=year).isoformat()
    except ValueError:  # 29 February
        return day.replace(year=year, day=28).isoformat()
