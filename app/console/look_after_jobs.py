"""What staff do about jobs: run one now, try a parked one again, give it up (ADM-14.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app import clock
from app.console.events import JobRunByStaff
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.events import OutboxItemDiscarded, OutboxItemRetried
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor

GONE = "This is not parked any more"


@dataclass(frozen=True)
class RunJob:
    """A periodic job to be done by the worker as soon as it can."""

    name: str


@dataclass(frozen=True)
class RetryJob:
    """A parked job of the queue to be tried again."""

    id: int


@dataclass(frozen=True)
class DiscardJob:
    """A parked job of the queue that is given up."""

    id: int


async def run_job_now(command: RunJob, actor: Actor) -> None:
    """Put a periodic job into the queue; while one copy of it works, another leaves the work to it (ADM-14.3)."""
    async with transaction():
        await fetch(
            """SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
                'default', $1::varchar, 0, NULL::text, NULL::text, $2::jsonb, NULL::timestamptz
            )::procrastinate_job_to_defer_v1])""",
            command.name,
            msgspec.json.encode({"timestamp": int(clock.now().timestamp())}).decode(),
        )
        record(JobRunByStaff(About(), command.name), actor)


async def retry_job(command: RetryJob, actor: Actor) -> None:
    """Put a parked job back into the queue; raises Refused `gone`."""
    async with transaction():
        task = await _held(command.id)
        await fetch("SELECT procrastinate_retry_job_v2($1::bigint, now(), NULL, NULL, NULL)", command.id)
        record(OutboxItemRetried(About(), f"job {task}"), actor)


async def discard_job(command: DiscardJob, actor: Actor) -> None:
    """Take a parked job out of the queue; raises Refused `gone`."""
    async with transaction():
        task = await _held(command.id)
        await fetch("DELETE FROM procrastinate_jobs WHERE id = $1", command.id)
        record(OutboxItemDiscarded(About(), f"job {task}"), actor)


async def _held(job: int) -> str:
    rows = await fetch("SELECT task_name FROM procrastinate_jobs WHERE id = $1 AND status = 'failed' FOR UPDATE", job)
    if not rows:
        raise Refused("gone", "note", GONE)
    return str(rows[0]["task_name"]).replace("_", " ")
