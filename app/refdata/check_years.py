"""What must hold between academic years, closures, schedules and milestones (REF-4.5 to REF-4.9)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from app.refdata.findings import did_you_mean
from app.refdata.records import IN_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.refdata.dataset import Dataset, Sheet
    from app.refdata.records import ContractPeriod, Key, Milestone

DAY = timedelta(days=1)


def check_contract_periods(data: Dataset) -> None:
    """List wrong dates, overlaps, gaps and successors (REF-4.5)."""
    sheet = data.contract_periods
    for key, period in sheet.given.items():
        if period.started_on >= period.finished_on:
            sheet.fault(key, "finished_on", "DATES_REVERSED", f"the year must end after {period.started_on}")
        if period.started_on.year != period.year:
            sheet.fault(key, "started_on", "YEAR_MISMATCH", f"the year {period.year} must start in {period.year}")
        _check_successor(data, key, period)
    by_start = sorted(sheet.rows.values(), key=lambda period: (period.started_on, period.finished_on))
    for earlier, later in pairwise(by_start):
        _check_neighbours(sheet, earlier, later)


def _check_successor(data: Dataset, key: Key, period: ContractPeriod) -> None:
    sheet = data.contract_periods
    if period.payments_frozen_on and not period.successor_year:
        sheet.fault(key, "successor_year", "SUCCESSOR_MISSING", "a year whose payments freeze needs a successor")
    if period.payments_frozen_on and not period.successor_schedule_identifier:
        message = "a year whose payments freeze needs its successor's schedule"
        sheet.fault(key, "successor_schedule_identifier", "SUCCESSOR_MISSING", message)
    if not period.successor_year:
        return
    if sheet.lacks(period.successor_year):
        unknown(sheet, key, "successor_year", "academic year", (str(known) for (known,) in sheet.rows))
    elif _leads_back(sheet, period):
        sheet.fault(key, "successor_year", "SUCCESSOR_LOOP", "following the successors leads back to this year")
    elif period.successor_schedule_identifier:
        identifier = period.successor_schedule_identifier
        if data.schedules.lacks(period.successor_year, identifier):
            hint = _schedules_like(data, period.successor_year, identifier)
            message = f"{period.successor_year} has no such schedule{hint}"
            sheet.fault(key, "successor_schedule_identifier", "SCHEDULE_UNKNOWN", message)


def _leads_back(sheet: Sheet[ContractPeriod], period: ContractPeriod) -> bool:
    rows, seen, year = sheet.rows, set[int](), period.successor_year
    while year is not None and year not in seen:
        if year == period.year:
            return True
        seen.add(year)
        following = rows.get((year,))
        year = following.successor_year if following else None
    return False


def _check_neighbours(sheet: Sheet[ContractPeriod], earlier: ContractPeriod, later: ContractPeriod) -> None:
    blamed = later if (later.year,) in sheet.given else earlier
    key = (blamed.year,)
    if later.started_on <= earlier.finished_on:
        sheet.fault(key, "started_on", "PERIOD_OVERLAP", f"{earlier.year} and {later.year} overlap")
    elif later.started_on > earlier.finished_on + DAY and not earlier.allow_gap:
        message = f"days are missing after {earlier.year}; allow_gap on {earlier.year} would allow it"
        sheet.fault(key, "started_on", "PERIOD_GAP", message)


def check_closures(data: Dataset) -> None:
    """List reversed and overlapping closures (REF-4.7)."""
    sheet = data.registration_closures
    for key, closure in sheet.given.items():
        if closure.starts_on > closure.ends_on:
            sheet.fault(key, "ends_on", "DATES_REVERSED", f"the closure must not end before {closure.starts_on}")
    by_start = sorted(sheet.rows.values(), key=lambda closure: (closure.starts_on, closure.ends_on))
    for earlier, later in pairwise(by_start):
        if later.starts_on <= earlier.ends_on:
            blamed, other = (later, earlier) if (later.key,) in sheet.given else (earlier, later)
            sheet.fault((blamed.key,), "starts_on", "CLOSURE_OVERLAP", f'it overlaps the closure "{other.key}"')


def check_schedules(data: Dataset) -> None:
    """List schedules and milestones of unknown years, and milestones out of order (REF-4.8, REF-4.9)."""
    for key, schedule in data.schedules.given.items():
        check_year(data, data.schedules, key, schedule.year)
    for key, milestone in data.milestones.given.items():
        _check_milestone(data, key, milestone)
    in_order = sorted(data.milestones.rows.values(), key=_place)
    for _, milestones in groupby(in_order, key=lambda milestone: (milestone.year, milestone.schedule)):
        _check_order(data.milestones, milestones)


def _place(milestone: Milestone) -> tuple[int, str, int]:
    return milestone.year, milestone.schedule, IN_ORDER.index(milestone.declaration)


def _check_milestone(data: Dataset, key: Key, milestone: Milestone) -> None:
    sheet = data.milestones
    if check_year(data, sheet, key, milestone.year) and data.schedules.lacks(milestone.year, milestone.schedule):
        hint = _schedules_like(data, milestone.year, milestone.schedule)
        sheet.fault(key, "schedule", "UNKNOWN_REFERENCE", f"{milestone.year} has no such schedule{hint}")
    if milestone.declaration.startswith("extended-") and not milestone.schedule.startswith("ecf-extended-"):
        message = "only extended schedules have this declaration"
        sheet.fault(key, "declaration", "DECLARATION_NOT_ALLOWED", message)
    if milestone.opens_on < date(milestone.year, 6, 1):
        sheet.fault(key, "opens_on", "MILESTONE_ORDER", f"no milestone opens before 1 June {milestone.year}")
    if milestone.closes_on and milestone.closes_on <= milestone.opens_on:
        sheet.fault(key, "closes_on", "DATES_REVERSED", f"the milestone must close after {milestone.opens_on}")


def _schedules_like(data: Dataset, year: int, identifier: str) -> str:
    return did_you_mean(identifier, (known for of_year, known in data.schedules.rows if of_year == year))


def _check_order(sheet: Sheet[Milestone], milestones: Iterable[Milestone]) -> None:
    for earlier, later in pairwise(milestones):
        if later.opens_on < earlier.opens_on:
            key = sheet.form.key_of(later)
            blamed = key if key in sheet.given else sheet.form.key_of(earlier)
            message = f"{later.declaration} must not open before {earlier.declaration} ({earlier.opens_on})"
            sheet.fault(blamed, "opens_on", "MILESTONE_ORDER", message)


def check_year(data: Dataset, sheet: Sheet[Any], key: Key, year: int) -> bool:
    """Tell whether the year of a row exists, listing the error when it doesn't."""
    if not data.contract_periods.lacks(year):
        return True
    unknown(sheet, key, "year", "academic year", (str(known) for (known,) in data.contract_periods.rows))
    return False


def unknown(sheet: Sheet[Any], key: Key, column: str, what: str, known: Iterable[str]) -> None:
    """List a reference that leads nowhere, with near matches."""
    value = str(getattr(sheet.given[key], column))
    message = f"no {what} has this key{did_you_mean(value, known)}"
    sheet.fault(key, column, "UNKNOWN_REFERENCE", message)
