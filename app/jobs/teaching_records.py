"""Reading the teaching records of everybody at a school again, little by little (EXT-2.20 to EXT-2.22)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import connection, fetch
from app.registration.refresh_teaching_record import RefreshTeachingRecord, refresh_teaching_record
from app.settings import settings
from app.teachers.trs import Unavailable
from app.terms import SYSTEM, TRN, FailureCause

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.teachers.trs import TeachingRecords

EVERY = timedelta(hours=24)
EVERY_WEEK = timedelta(days=7)
"""Of a record that is gone, deactivated or merged."""
TRY_AGAIN = timedelta(hours=1)
LONGEST_PAUSE = 60.0
"""In seconds; a run that should pause for longer ends, and the next one goes on."""
ENDS_A_RUN = frozenset({FailureCause.BREAKER_OPEN, FailureCause.MISCONFIGURED})
LOCK = 7_203_420
# What is stamped later than now counts as never read or tried (contract, section 3).
DUE = """
    SELECT t.trn FROM teacher t
    WHERE t.merged_into_teacher_id IS NULL AND t.anonymised_at IS NULL
        AND (t.trs_refreshed_at > $1 OR t.trs_refreshed_at <= $1 - CASE WHEN t.trs_answer = 'found' THEN $2::interval
            ELSE $3::interval END)
        AND (t.trs_tried_at IS NULL OR t.trs_tried_at > $1 OR t.trs_tried_at <= $1 - $4::interval)
        AND (EXISTS (SELECT FROM ect_at_school_period s WHERE s.teacher_id = t.id AND s.removed_at IS NULL
                AND coalesce(s.finished_on, 'infinity') >= $5::date - 31)
            OR EXISTS (SELECT FROM mentor_at_school_period s WHERE s.teacher_id = t.id AND s.removed_at IS NULL
                AND coalesce(s.finished_on, 'infinity') >= $5::date - 31))
    ORDER BY t.trs_refreshed_at, t.id"""


@dataclass(frozen=True)
class Refreshing:
    """The job: whom it asks, and how it waits (in seconds)."""

    trs: TeachingRecords
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> int:
        """Read everybody due by now, least recently read first; returns how many records changed.

        Only one copy runs at a time: another one ends at once.
        """
        async with connection() as conn:
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                return 0
            try:
                return await self._everybody()
            finally:
                await conn.execute("SELECT pg_advisory_unlock($1)", LOCK)

    async def _everybody(self) -> int:
        due = await fetch(DUE, clock.now(), EVERY, EVERY_WEEK, TRY_AGAIN, clock.today())
        changed = 0
        for row in due:
            outcome = await self.trs.read(TRN(row["trn"]))
            command = RefreshTeachingRecord(TRN(row["trn"]), outcome, settings().prohibition_categories)
            changed += await refresh_teaching_record(command, SYSTEM, clock.today())
            pause = pause_after(outcome)
            if pause > LONGEST_PAUSE:
                break
            await self.sleep(pause)
        return changed


def pause_after(outcome: object) -> float:
    """Return how long to wait before the next question, in seconds by the machine's clock; endless ends the run."""
    if not isinstance(outcome, Unavailable):
        return 1 / settings().trs_job_rate
    if outcome.cause in ENDS_A_RUN:
        return float("inf")
    if outcome.cause is FailureCause.RATE_LIMITED:
        return float(outcome.retry_after or 60 - clock.machine_now().second)
    return 1 / settings().trs_job_rate
