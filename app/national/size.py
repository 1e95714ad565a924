"""How much is generated, around which day and from which pseudo-random stream (REF-7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from app import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
FIRST_MONTH = 6
"""An academic year begins in June."""
YEARS_BACK = 5


class History(StrEnum):
    """How much of the audit trail is made."""

    NONE = "none"
    LIGHT = "light"
    FULL = "full"


@dataclass(frozen=True)
class Size:
    """One set of arguments: equal ones give equal data.

    exact: further schools with exactly so many current ECTs, the same at every size, for comparing sizes.
    """

    as_of: date
    schools: int = 25_000
    teachers: int = 250_000
    variant: int = 1
    history: History = History.LIGHT
    exact: tuple[int, ...] = ()

    @property
    def year(self) -> int:
        """Return Y, the academic year that contains the day."""
        return self.as_of.year - (self.as_of.month < FIRST_MONTH)

    @property
    def years(self) -> tuple[int, ...]:
        """Return the six years in which people start."""
        return tuple(range(self.year - YEARS_BACK, self.year + 1))

    @property
    def moment(self) -> datetime:
        """Return the first moment of the day in London, in UTC: everything is of before."""
        return datetime.combine(self.as_of, time(0), clock.LONDON).astimezone(UTC)

    def ago(self, days: int) -> date:
        """Return the day so many days before."""
        return self.as_of - timedelta(days=days)

    def stream(self, name: str) -> Random:
        """Return the pseudo-random stream of one purpose; more of one never changes another."""
        return Random(f"{self.variant}/{name}")  # noqa: S311 - invented data, to be the same every time


def dealt(stream: Random, count: int, shares: Mapping[T, float]) -> list[T]:
    """Return `count` values in random order, each as often as its share says; the last takes the rest."""
    values: list[T] = []
    for value, share in shares.items():
        values += [value] * round(count * share)
    values = values[:count] + [list(shares)[-1]] * (count - len(values))
    stream.shuffle(values)
    return values


def random_id(stream: Random) -> UUID:
    """Return an id that looks as random as any other."""
    return UUID(int=stream.getrandbits(128), version=4)


def at_hour(day: date, stream: Random) -> datetime:
    """Return a moment in working hours of a day, in UTC."""
    return datetime.combine(day, time(9 + stream.randrange(8), stream.randrange(60), stream.randrange(60)), UTC)
