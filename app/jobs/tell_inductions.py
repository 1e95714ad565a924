"""Telling the teaching record what support recorded of inductions (EXT-2.24)."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.engine import connection
from app.jobs.teaching_records import LONGEST_PAUSE, pause_after
from app.teachers.tell_inductions import change_of, next_to_tell, note_outcome
from app.teachers.trs import Stopped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.teachers.trs import TeachingRecords

LOCK = 7_203_432
log = logging.getLogger("register.teachers")


@dataclass(frozen=True)
class Telling:
    """The job: whom it tells, and how it waits (in seconds)."""

    trs: TeachingRecords
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> int:
        """Tell everything due, one at a time; returns how many changes were sent. Another copy ends at once."""
        async with connection() as conn:
            if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                return 0
            try:
                return await self._everything()
            finally:
                await conn.execute("SELECT pg_advisory_unlock($1)", LOCK)

    async def _everything(self) -> int:
        sent = 0
        while (row := await next_to_tell()) is not None:
            outcome = await self.trs.set_induction(*change_of(row))
            await note_outcome(row, outcome)
            sent += 1
            pause = pause_after(outcome)
            if isinstance(outcome, Stopped):
                log.error("teaching record refuses our key", extra={"fields": {"cause": outcome.cause.value}})
                break
            if pause > LONGEST_PAUSE:
                break
            await self.sleep(pause)
        return sent
