"""On which days reminders go: pure (NOT-5.1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.terms import Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.training.periods import ContractPeriod

ONE_DAY = timedelta(days=1)
SATURDAY, MONDAY = 5, 0
MONTHLY = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7)
TERM_STARTS = ((9, 5), (1, 8), (4, 15))


class Reminder(Word):
    """The reminders, in the order in which one day does them; the monthly ones are one mail."""

    OPENED = "M-46"
    NOBODY_REGISTERED = "M-40"
    PEOPLE_WAITING = "M-41"
    START_OF_TERM = "M-44"


def easter(year: int) -> date:
    """Return Easter Sunday (the Gregorian reckoning of Butcher)."""
    golden, century, rest = year % 19, *divmod(year, 100)
    leap, over = divmod(century, 4)
    epact = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarters, left = divmod(rest, 4)
    weekday = (32 + 2 * over + 2 * quarters - epact - left) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England; one on a weekend is kept on the next working day."""
    sunday = easter(year)
    fixed = {sunday - 2 * ONE_DAY, sunday + ONE_DAY, _monday_from(date(year, 5, 1)), _monday_from(date(year, 5, 25))}
    fixed.add(_monday_from(date(year, 8, 25)))
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        fixed.add(_kept_on(day, fixed))
    return frozenset(fixed)


def _kept_on(day: date, taken: Iterable[date]) -> date:
    while day.weekday() >= SATURDAY or day in taken:
        day += ONE_DAY
    return day


def working_day(day: date) -> date:
    """Return the day, or the next one that is neither a weekend nor a bank holiday."""
    return _kept_on(day, bank_holidays(day.year) | bank_holidays(day.year + 1))


def next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    return working_day(day + ONE_DAY)


def _monday_from(day: date) -> date:
    return day + timedelta(days=(MONDAY - day.weekday()) % 7)


def planned_days(reminder: Reminder, period: ContractPeriod, nobody_registered_days: int) -> tuple[date, ...]:
    """Return the days on which a reminder about an academic year is planned, before they are moved."""
    opens, year = period.registration_opens_on, period.year
    if reminder is Reminder.OPENED:
        return () if opens is None else (opens,)
    if reminder is Reminder.NOBODY_REGISTERED:
        first = () if opens is None else (opens + timedelta(days=nobody_registered_days),)
        return (*first, _monday_from(date(year, 10, 1)), _monday_from(date(year, 11, 1)))
    if reminder is Reminder.PEOPLE_WAITING:
        return tuple(_monday_from(date(_calendar_year(year, month), month, 1)) for month in MONTHLY)
    return tuple(_monday_from(date(_calendar_year(year, month), month, day)) for month, day in TERM_STARTS)


def _calendar_year(year: int, month: int) -> int:
    return year if month >= MONTHLY[0] else year + 1
