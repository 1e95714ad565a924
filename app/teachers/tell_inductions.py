"""Telling the teaching record of inductions that support records, one change after the other (EXT-2.24)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, assert_never

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.teachers.events import TeacherTRSInductionRefused
from app.teachers.trs import Accepted, InductionChange, Rejected, Stopped, Superseded, Unavailable
from app.terms import SYSTEM, TRN, TellingState, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.teachers.trs import WriteOutcome
    from app.terms import TeacherId

LONGEST = timedelta(hours=1)
AFTER_STOP = timedelta(minutes=5)
"""So long nothing at all is tried after our key was refused."""
INSERT = """
    INSERT INTO induction_to_tell (created_at, updated_at, teacher_id, status, started_on, completed_on, decided_at,
        state, due_at, attempts) VALUES ($1, $1, $2, $3, $4, $5, $1, 'waiting', $1, 0)"""
# What is stamped later than now counts as due (contract, section 3).
NEXT = """
    SELECT first.*, t.trn FROM (SELECT DISTINCT ON (teacher_id) * FROM induction_to_tell WHERE state = 'waiting'
        ORDER BY teacher_id, id) first JOIN teacher t ON t.id = first.teacher_id
    WHERE first.due_at <= $1 OR first.updated_at > $1 ORDER BY first.id LIMIT 1"""
DONE = """
    UPDATE induction_to_tell SET state = $2, said = $3, attempts = attempts + 1, finished_at = $4, updated_at = $4
    WHERE id = $1 AND state = 'waiting' RETURNING id"""
AGAIN = """
    UPDATE induction_to_tell SET due_at = $2, said = $3, attempts = attempts + 1, updated_at = $4
    WHERE id = $1 AND state = 'waiting'"""
STOP = "UPDATE induction_to_tell SET due_at = $1, updated_at = $2 WHERE state = 'waiting'"


@dataclass(frozen=True)
class Told:
    """What a teaching record is to say of an induction."""

    status: TRSInductionStatus
    started_on: date | None = None
    completed_on: date | None = None


async def queue_telling(teacher_id: TeacherId, told: Told) -> None:
    """Have it told that support decided this now, inside the caller's transaction."""
    await fetch(INSERT, clock.now(), teacher_id, told.status.value, told.started_on, told.completed_on)


async def next_to_tell() -> Mapping[str, Any] | None:
    """Return the change that is to be told next: of each person the oldest one only, so that they keep their order."""
    return await fetch_one(NEXT, clock.now())


def change_of(row: Mapping[str, Any]) -> tuple[TRN, InductionChange]:
    """Return whom a stored change is about, and what it says."""
    status = TRSInductionStatus(row["status"])
    return TRN(row["trn"]), InductionChange(status, row["started_on"], row["completed_on"], row["decided_at"])


async def note_outcome(row: Mapping[str, Any], outcome: WriteOutcome) -> None:
    """Store what became of a change: done, refused for good with an event, or tried again later."""
    async with transaction():
        match outcome:
            case Accepted():
                await _done(row, TellingState.ACCEPTED)
            case Superseded():
                await _done(row, TellingState.SUPERSEDED)
            case Rejected(code):
                if await _done(row, TellingState.REJECTED, str(code)):
                    words = TRSInductionStatus(row["status"]).words
                    record(TeacherTRSInductionRefused(About(teacher_id=row["teacher_id"]), words, code), SYSTEM)
            case Unavailable(cause):
                await fetch(AGAIN, row["id"], again_at(row["attempts"], clock.now()), cause.value, clock.now())
            case Stopped(cause):
                await fetch(AGAIN, row["id"], clock.now(), cause.value, clock.now())
                await fetch(STOP, clock.now() + AFTER_STOP, clock.now())
            case _:
                assert_never(outcome)


async def _done(row: Mapping[str, Any], state: TellingState, said: str | None = None) -> bool:
    return bool(await fetch(DONE, row["id"], state.value, said, clock.now()))


def again_at(attempts: int, now: datetime) -> datetime:
    """Return when it is tried again: after a minute, then after twice as long, up to an hour, give or take a fifth."""
    wait = min(LONGEST, timedelta(minutes=2 ** min(attempts, 10)))
    return now + wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
