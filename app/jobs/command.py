"""The commands `register worker` and `register jobs run-due`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app import clock, logs
from app.db import server
from app.db.console import Exit, run_on_database, stop, valid_settings
from app.jobs.run_due import run_due
from app.jobs.worker import drain_queue, run_worker
from app.notices.mailbox import DeveloperMailbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from app.notices.sender import MailSender
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords

    OpenTRS = Callable[[], AbstractAsyncContextManager[TeachingRecords | None]]
    OpenRegister = Callable[[], AbstractAsyncContextManager[SchoolRegisterSource | None]]

POOL = 8


def sender_of_mail() -> MailSender:
    """Return where mail goes: outside production to the developer mailbox; production has no sender yet."""
    if valid_settings().production:
        stop(Exit.REFUSED, "No sender of mail is set up, and the developer mailbox does not exist in production.")
    return DeveloperMailbox()


def make_commands(open_trs: OpenTRS, open_register: OpenRegister) -> tuple[click.Command, click.Group]:
    """Make `worker` and `jobs`; both open an outside system while they work, if there is one."""

    @click.command("worker")
    def worker() -> None:
        """Deliver mail and do jobs until told to stop."""
        sender = sender_of_mail()
        url = server.database_url(valid_settings())
        logs.configure()

        async def work() -> None:
            async with open_trs() as trs, open_register() as source:
                await run_worker(url, sender, trs, source)

        run_on_database(work, size=POOL)

    @click.group("jobs")
    def jobs() -> None:
        """Do by hand what the worker does by the clock."""

    @jobs.command("run-due")
    @click.option("--now", callback=_moment, metavar="DATE-TIME", help="the time to do it at; not in production")
    def run_due_command(now: datetime | None) -> None:
        """Do everything due now: queued jobs, and periodic jobs whose time has come."""
        _run_due(now, open_trs, open_register)

    return worker, jobs


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    try:
        return clock.parse(value) if value is not None else None
    except (ValueError, OverflowError):
        raise click.BadParameter("give a date, or a date and time such as 2026-09-01T09:30") from None


def _run_due(now: datetime | None, open_trs: OpenTRS, open_register: OpenRegister) -> None:
    if now is not None and valid_settings().production:
        stop(Exit.REFUSED, "--now does not exist in production.")
    sender = sender_of_mail()
    url = server.database_url(valid_settings())

    async def work() -> dict[str, int]:
        await drain_queue(url, sender)
        async with open_trs() as trs, open_register() as source:
            return await run_due(now, sender, trs, source)

    for name, count in run_on_database(work, size=POOL).items():
        click.echo(f"{name}: {count}")
