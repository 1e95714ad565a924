"""The job queue on our own database, with the tasks a worker knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app import clock
from app.db.sight import SERVICE_ROLE
from app.jobs.job_runs import run_job
from app.jobs.schedule import DELIVER_DUE_CRON, PeriodicJob, done_here, jobs_with
from app.notices.deliver import ask_what_became, deliver, deliver_due
from app.notices.outbox import DELIVER, MAIL_QUEUE
from app.refdata.download import TRIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.notices.sender import MailSender
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords

SENDER = "sender"
"""The name under which a worker is given its sender of mail."""


def make_queue(
    url: str, *, periodic: bool, trs: TeachingRecords | None = None, register: SchoolRegisterSource | None = None
) -> App:
    """Return the queue of the database, not opened; with `periodic` the jobs are done by the clock too (OPS-12)."""
    queue = App(connector=PsycopgConnector(conninfo=as_service(url), min_size=1, max_size=4, timeout=10))
    queue.task(name=DELIVER, queue=MAIL_QUEUE, pass_context=True)(deliver_message)
    due = queue.task(name="deliver_due", queue=MAIL_QUEUE, queueing_lock="deliver_due", pass_context=True)(
        deliver_whatever_is_due
    )
    if periodic:
        queue.periodic(cron=DELIVER_DUE_CRON)(due)
    for job in done_here(jobs_with(trs, register, TRIES)):
        task = queue.task(name=job.name, queueing_lock=job.name)(task_of(job))
        if periodic:
            queue.periodic(cron=job.cron)(task)
    return queue


def as_service(url: str) -> str:
    """Return an address whose connections work with the rights of the service, not of the owner (ACC-14.6)."""
    given = str(conninfo_to_dict(url).get("options") or "")
    return make_conninfo(url, options=f"{given} -c role={SERVICE_ROLE}".strip())


async def deliver_message(context: JobContext, message: str) -> None:
    """Deliver one message of the outbox by its id."""
    await deliver(UUID(message), _sender(context))


async def deliver_whatever_is_due(context: JobContext, timestamp: int) -> None:
    """Deliver what waited for its time or for another try, and ask about mail without a receipt."""
    del timestamp
    await deliver_due(_sender(context))
    await ask_what_became(_sender(context))


def _sender(context: JobContext) -> MailSender:
    sender: MailSender = context.additional_context[SENDER]
    return sender


def task_of(job: PeriodicJob) -> Callable[..., Awaitable[Any]]:
    """Return a periodic job as a task of the queue; one run of it has one time (REL-10)."""

    async def run(timestamp: int) -> None:
        del timestamp
        with clock.one_moment():
            await run_job(job)

    return run
