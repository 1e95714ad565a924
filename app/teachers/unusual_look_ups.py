"""An alarm when far more look-ups fail in a day than usual: somebody may be trying numbers out (SEC-31)."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from statistics import mean, pstdev
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON
from app.db.engine import fetch
from app.teachers.look_up import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

ALARMS = logging.getLogger("register.alarm")
DAYS = 28
DEVIATIONS = 3
FEWEST = 10
"""A day with no more than so many failures is never unusual: a quiet service would cry wolf."""
COUNTS = """SELECT (at AT TIME ZONE 'Europe/London')::date AS day, count(*)::int AS failed FROM lookup_attempt
    WHERE outcome = ANY($1) AND at >= $2 AND at <= $3 GROUP BY 1"""


def is_unusual(failed: int, before: Sequence[int]) -> bool:
    """Tell whether so many failures in a day are more than three standard deviations above those of the days before."""
    return failed > max(FEWEST, mean(before) + DEVIATIONS * pstdev(before))


async def watch_look_ups() -> int:
    """Raise the alarm, a line in the log, while the London day so far is unusual; returns 1 when it is.

    Days on which nothing failed count as such; what is stamped later than now doesn't count.
    """
    now, today = clock.now(), clock.today()
    first = datetime.combine(today - timedelta(days=DAYS), time.min, LONDON)
    by_day = {row["day"]: row["failed"] for row in await fetch(COUNTS, list(FAILED), first, now)}
    before = [by_day.get(today - timedelta(days=ago), 0) for ago in range(1, DAYS + 1)]
    failed = by_day.get(today, 0)
    if not is_unusual(failed, before):
        return 0
    fields = {"message": "unusual look-ups", "alarm": True, "failed_today": failed, "usual": round(mean(before), 1)}
    ALARMS.error("unusual look-ups", extra={"fields": fields})
    return 1
