"""Running periodic jobs one at a time each, and noting how each went (ADM-14.1, ADM-14.3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import connection, fetch
from app.db.pool import is_lost
from app.spans import span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.jobs.schedule import PeriodicJob

LOCK = "hashtextextended('job ' || $1, 0)"
TRIES, PAUSE = 100, 0.2
"""So often, and so many seconds apart, a second copy looks whether the first has ended."""


async def note_schedule(jobs: Iterable[PeriodicJob]) -> None:
    """Note which jobs there are and when, so that the console can show those that have not run yet."""
    planned = list(jobs)
    await fetch(
        """WITH planned AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS p (name, cron, when_late)),
        gone AS (DELETE FROM job_run WHERE name NOT IN (SELECT name FROM planned))
        INSERT INTO job_run AS r (created_at, updated_at, name, cron, when_late)
        SELECT $1, $1, name, cron, when_late FROM planned
        ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, when_late = excluded.when_late
            WHERE (r.cron, r.when_late) IS DISTINCT FROM (excluded.cron, excluded.when_late)""",
        clock.now(),
        [job.name for job in planned],
        [job.cron for job in planned],
        [job.when_late for job in planned],
    )


async def run_job(job: PeriodicJob) -> int:
    """Do a job and note how it went; returns how much it did.

    While another copy is at it, this one waits for some seconds and then leaves it to that one.
    """
    async with connection() as conn:
        for _ in range(TRIES):
            if await conn.fetchval(f"SELECT pg_try_advisory_lock({LOCK})", job.name):
                break
            await asyncio.sleep(PAUSE)
        else:
            return 0
        try:
            return await _noted(job)
        finally:
            # A broken connection has let go of it by itself.
            if not is_lost(conn):
                await conn.execute(f"SELECT pg_advisory_unlock({LOCK})", job.name)


async def _noted(job: PeriodicJob) -> int:
    await fetch(
        """UPDATE job_run SET started_at = $2, finished_at = NULL, result = NULL, failure = NULL, updated_at = $2
        WHERE name = $1""",
        job.name,
        clock.now(),
    )
    try:
        with span(job.name):
            done = await job.run()
    except Exception as fault:
        await _ended(job, None, type(fault).__name__)
        raise
    await _ended(job, done, None)
    return done


async def _ended(job: PeriodicJob, result: int | None, failure: str | None) -> None:
    await fetch(
        """UPDATE job_run SET finished_at = $2, result = $3, failure = $4, updated_at = $2,
            succeeded_at = CASE WHEN $4::text IS NULL THEN $2 ELSE succeeded_at END WHERE name = $1""",
        job.name,
        clock.now(),
        result,
        failure,
    )
