"""Doing everything due at a time: what `register jobs run-due` and the button on `/clock` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.jobs.job_runs import note_schedule, run_job
from app.jobs.schedule import done_here, jobs_with
from app.notices.deliver import ask_what_became, deliver_due

if TYPE_CHECKING:
    from datetime import datetime

    from app.notices.sender import MailSender
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords

DELIVERED = "deliver_due"
ASKED = "ask_what_became"


async def run_due(
    now: datetime | None,
    sender: MailSender,
    trs: TeachingRecords | None = None,
    register: SchoolRegisterSource | None = None,
) -> dict[str, int]:
    """Run every periodic job and deliver all mail due at `now` (None: the time in force); returns counts by job.

    trs, register: the teaching record system and the school register, None where none is to be asked.

    Each job looks at everything that became due on the day of `now` and before it and marks what it did, so that
    running again does nothing more and a day that was left out is made up for (contract, section 3).
    """
    with clock.one_moment(), clock.at(now):
        jobs = done_here(jobs_with(trs, register))
        await note_schedule(jobs)
        done = {job.name: await run_job(job) for job in jobs if not job.after_mail}
        done[DELIVERED] = await deliver_due(sender)
        done[ASKED] = await ask_what_became(sender)
        done |= {job.name: await run_job(job) for job in jobs if job.after_mail}
    return done
