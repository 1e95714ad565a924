"""The days that demo data is built around; everything is an offset from one of them (REF-6.2, REF-6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app import clock
from app.terms import Year

FIRST_YEAR = 2020
LAST_YEAR = 2099
YEARS_BACK = 5
FIRST_MONTH = 6
AUTUMN_MONTH = 9


@dataclass(frozen=True)
class Days:
    """One day, and what follows from it."""

    as_of: date

    @classmethod
    def around(cls, as_of: date) -> Days:
        """Return the days around one; raises ValueError when its years are not in 2020 to 2099."""
        days = cls(as_of)
        if days.years[0] < FIRST_YEAR or days.years[-1] > LAST_YEAR:
            earliest, latest = date(FIRST_YEAR + YEARS_BACK, FIRST_MONTH, 1), date(LAST_YEAR, 5, 31)
            raise ValueError(f"the day must lie between {earliest} and {latest}")
        return days

    @property
    def moment(self) -> datetime:
        """Return the first moment of the day in London: at any hour of it, all data is of the past."""
        return self.start_of(self.as_of)

    @property
    def year(self) -> Year:
        """Return Y, the contract period (June to May) that contains the day."""
        return Year(self.as_of.year - (self.as_of.month < FIRST_MONTH))

    @property
    def years(self) -> tuple[Year, ...]:
        """Return Y-5 to Y+1."""
        return tuple(Year(self.year + step) for step in range(-YEARS_BACK, 2))

    @property
    def autumn(self) -> date:
        """Return 1 September of the academic year that contains the day."""
        return date(self.as_of.year - (self.as_of.month < AUTUMN_MONTH), AUTUMN_MONTH, 1)

    @property
    def autumn_year(self) -> Year:
        """Return the contract period that contains `autumn`: Y, or Y-1 from June to August."""
        return Year(self.autumn.year)

    def year_at(self, step: int) -> Year:
        """Return the contract period so many years from Y, for example -1."""
        return Year(self.year + step)

    def ago(self, days: int) -> date:
        """Return the day so many days before."""
        return self.as_of - timedelta(days=days)

    def ahead(self, days: int) -> date:
        """Return the day so many days later."""
        return self.as_of + timedelta(days=days)

    def since_opening(self, days: int) -> date:
        """Return the day so many days before, not earlier than the first day of Y."""
        return max(self.ago(days), date(self.year, FIRST_MONTH, 1))

    def partnership_reported_at(self, year: Year) -> datetime:
        """Return when the partnerships of a year were reported: 20 June, at the latest ten days ago."""
        return self.start_of(min(date(year, FIRST_MONTH, 20), self.ago(10)))

    @staticmethod
    def start_of(day: date) -> datetime:
        """Return the first moment of a day in London, in UTC."""
        return datetime.combine(day, time(0), clock.LONDON).astimezone(UTC)
