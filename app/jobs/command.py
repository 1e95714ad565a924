"""The commands `register worker` and `register jobs run-due`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from app import logs
from app.console.measures import answered_apart
from app.db import server
from app.db.console import NOW, run_on_database, valid_settings
from app.jobs.run_due import run_due
from app.jobs.worker import drain_queue, run_worker
from app.telemetry import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from app.notices.sender import MailSender
    from app.schools.gias import SchoolRegisterSource
    from app.teachers.trs import TeachingRecords

    OpenTRS = Callable[[], AbstractAsyncContextManager[TeachingRecords | None]]
    OpenSender = Callable[[], AbstractAsyncContextManager[MailSender]]
    OpenRegister = Callable[[], AbstractAsyncContextManager[SchoolRegisterSource | None]]

POOL = 8


def make_commands(
    open_trs: OpenTRS, open_register: OpenRegister, open_sender: OpenSender, health: Callable[[], Mapping[str, Any]]
) -> tuple[click.Command, click.Group]:
    """Make `worker` and `jobs`; both open the outside systems while they work, as far as there are any.

    health: how those do that are open.
    """

    @click.command("worker")
    def worker() -> None:
        """Deliver mail and do jobs until told to stop."""
        url = server.database_url(valid_settings())
        logs.configure()

        async def work() -> None:
            async with open_sender() as sender, open_trs() as trs, open_register() as source:
                with telling(valid_settings()), answered_apart(valid_settings(), health):
                    await run_worker(url, sender, trs, source)

        run_on_database(work, size=POOL)

    @click.group("jobs")
    def jobs() -> None:
        """Do by hand what the worker does by the clock."""

    @jobs.command("run-due")
    @NOW
    def run_due_command(now: datetime | None) -> None:
        """Do everything due now: queued jobs, and periodic jobs whose time has come."""
        url = server.database_url(valid_settings())

        async def work() -> dict[str, int]:
            async with open_sender() as sender, open_trs() as trs, open_register() as source:
                await drain_queue(url, sender, trs, source)
                return await run_due(now, sender, trs, source)

        for name, count in run_on_database(work, size=POOL).items():
            click.echo(f"{name}: {count}")

    return worker, jobs
