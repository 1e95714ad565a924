"""Until when reminders stay off once a school has stopped them: pure (OP-01, NOT-5.3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.policy import MonthDay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.policy import Term

LEAP_DAY = MonthDay(2, 29)
ONE_DAY = timedelta(days=1)


def last_day_of_term(today: date, terms: Iterable[Term]) -> date:
    """Return the last day of the term that today lies in; outside every term, today itself."""
    for term in terms:
        for year in (today.year - 1, today.year):
            first = _on(term.first, year)
            last = _on(term.last, year if term.first <= term.last else year + 1)
            if first <= today <= last:
                return last
    return today


def are_off(off_until: date | None, today: date) -> bool:
    """Tell whether a school gets no reminders today; the last day still counts (NOT-5.3)."""
    return off_until is not None and today <= off_until


def _on(day: MonthDay, year: int) -> date:
    if day == LEAP_DAY:
        return date(year, 3, 1) - ONE_DAY
    return date(year, day.month, day.day)
