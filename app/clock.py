"""The one clock: every rule, expiry, limit, job and audit time asks it (GEN-01).

A request or a job can run at another time outside production; everything it calls then sees that
time. Measuring how long something took is not telling the time: use `time.perf_counter` for that.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

LONDON = ZoneInfo("Europe/London")
NOON = time(12)

_frozen: ContextVar[datetime | None] = ContextVar("frozen_now", default=None)
_held: ContextVar[datetime | None] = ContextVar("held_now", default=None)
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?")


def now() -> datetime:
    """Return the time in force, aware and in UTC."""
    return _frozen.get() or _held.get() or datetime.now(UTC)


def today() -> date:
    """Return the calendar day in London at the time in force."""
    return now().astimezone(LONDON).date()


def machine_now() -> datetime:
    """Return the machine's own time, for what EXT-1.7 and API-22.1 name."""
    return datetime.now(UTC)


def is_moved() -> bool:
    """Tell whether another time than the machine's is in force."""
    return _frozen.get() is not None


@contextmanager
def one_moment() -> Iterator[None]:
    """Run the body at one time, the machine's own at its beginning unless another is in force (REL-10)."""
    token = _held.set(datetime.now(UTC))
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def at(moment: datetime | None) -> Iterator[None]:
    """Run the body at the given aware time; None leaves the time in force alone."""
    if moment is None:
        yield
        return
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def parse(text: str) -> datetime:
    """Read an ISO 8601 date-time: without offset UTC, a date alone means 12:00 London.

    Raises ValueError for anything else (contract, section 3).
    """
    text = text.strip()
    if _DATE_ONLY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), NOON, LONDON).astimezone(UTC)
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("not an ISO 8601 date-time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def at_noon(day: date) -> datetime:
    """Return 12:00 in London on the day."""
    return datetime.combine(day, NOON, LONDON).astimezone(UTC)
