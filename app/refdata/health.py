"""How old the school register is here, and how fetching it went lately (EXT-1.14, ADM-14.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import DatabaseUnavailable, fetch_one
from app.refdata.runs import SCHOOL_REGISTER

if TYPE_CHECKING:
    from datetime import date, datetime

AMBER, RED = timedelta(days=3), timedelta(days=8)
LATELY = """
    SELECT max(finished_at) FILTER (WHERE state = 'done') AS last_success,
        max(business_date) FILTER (WHERE state = 'done') AS data_of,
        max(created_at) FILTER (WHERE state <> 'done') AS last_failure,
        (array_agg(report ->> 'refusal' ORDER BY id DESC) FILTER (WHERE state <> 'done'))[1] AS last_cause
    FROM register_run WHERE kind = $1"""


@dataclass(frozen=True)
class RegisterHealth:
    """What the health page shows; the breaker is that of the worker, which alone asks."""

    state: Literal["green", "amber", "red", "unknown"]
    data_of: date | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_cause: str | None = None
    breaker: str = "kept by the worker"


async def register_health() -> RegisterHealth:
    """Return how the register does by the runs that are stored, asking nobody; data never brought in is red."""
    try:
        row = await fetch_one(LATELY, SCHOOL_REGISTER)
    except DatabaseUnavailable:
        row = None
    return RegisterHealth(_state(row["data_of"]), **dict(row)) if row else RegisterHealth("unknown")


def _state(data_of: date | None) -> Literal["green", "amber", "red"]:
    if data_of is None:
        return "red"
    age = clock.today() - data_of
    return "red" if age > RED else "amber" if age > AMBER else "green"
