"""Give an academic year the schedules and milestones of another, days moved along (ADM-10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.refdata.change_records import ChangeRecords, change_records, hold_reference_data
from app.refdata.export import cells_of
from app.refdata.records import MILESTONES, SCHEDULES, Milestone
from app.refdata.stored import read_stored
from app.terms import Refused

if TYPE_CHECKING:
    from datetime import date

    from app.refdata.dataset import Stored
    from app.refdata.records import Schedule
    from app.terms import Actor


@dataclass(frozen=True)
class CopySchedules:
    """From which year into which."""

    source: int
    target: int


async def copy_schedules(command: CopySchedules, actor: Actor, today: date) -> None:
    """Add what the year does not have yet; raises Refused when there is nothing to copy, Invalid as a load would."""
    async with transaction():
        await hold_reference_data()
        missing = _missing(await read_stored((SCHEDULES, MILESTONES)), command)
        if not any(missing.values()):
            raise Refused("nothing_to_copy", "source", "There is nothing to copy that the other year does not have")
        await change_records(ChangeRecords(missing), actor, today)


def _missing(stored: Stored, command: CopySchedules) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the one year that the other lacks, as cells of its own."""
    return {
        form.name: [
            {**cells_of(form, row), "year": str(command.target), **_days(row, command)}
            for key, row in stored[form.name].items()
            if row.year == command.source and (command.target, *key[1:]) not in stored[form.name]
        ]
        for form in (SCHEDULES, MILESTONES)
    }


def _days(row: Schedule | Milestone, command: CopySchedules) -> dict[str, str]:
    if not isinstance(row, Milestone):
        return {}
    return {"opens_on": _moved(row.opens_on, command), "closes_on": _moved(row.closes_on, command)}


def _moved(day: date | None, command: CopySchedules) -> str:
    if day is None:
        return ""
    year = day.year + command.target - command.source
    try:
        return day.replace(year=year).isoformat()
    except ValueError:  # 29 February
        return day.replace(year=year, day=28).isoformat()
