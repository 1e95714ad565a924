"""The worker: takes jobs from the queue until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.jobs.job_runs import note_schedule
from app.jobs.queue import SENDER, make_queue
from app.jobs.schedule import done_here, jobs_with
from app.settings import settings

if TYPE_CHECKING:
    from app.notices.sender import MailSender
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords

CONCURRENCY = 4
GRACE_SECONDS = 15.0
POLL_SECONDS = 1.0
"""How soon a job is taken when its notification was missed."""


async def run_worker(
    url: str,
    sender: MailSender,
    trs: TeachingRecords | None = None,
    register: SchoolRegisterSource | None = None,
    *,
    install_signal_handlers: bool = True,
) -> None:
    """Work until SIGINT, SIGTERM or cancellation; the database engine has been opened on the same address.

    With ENVIRONMENT=test only what is queued is done: jobs by the clock run through `run-due` (contract, section 3).
    """
    queue = make_queue(url, periodic=settings().environment != "test", trs=trs, register=register)
    await note_schedule(done_here(jobs_with(trs, register)))
    async with queue.open_async():
        await queue.run_worker_async(
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            additional_context={SENDER: sender},
            shutdown_graceful_timeout=GRACE_SECONDS,
            fetch_job_polling_interval=POLL_SECONDS,
            install_signal_handlers=install_signal_handlers,
        )


async def drain_queue(
    url: str,
    sender: MailSender,
    trs: TeachingRecords | None = None,
    register: SchoolRegisterSource | None = None,
) -> None:
    """Do every job that is queued now, then return."""
    queue = make_queue(url, periodic=False, trs=trs, register=register)
    async with queue.open_async():
        await queue.run_worker_async(
            wait=False,
            listen_notify=False,
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            additional_context={SENDER: sender},
            install_signal_handlers=False,
        )
