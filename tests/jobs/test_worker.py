"""The worker on a real queue: what commits is delivered, once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.jobs.queue import make_queue
from app.jobs.schedule import jobs_with
from app.jobs.worker import CONCURRENCY, drain_queue, run_worker
from app.notices.access_messages import AddressNotKnown
from app.notices.mailbox import DeveloperMailbox, received
from app.notices.outbox import Subjects, queue_message
from app.notices.reminder_messages import StartOfTerm
from tests.notices.doubles import RecordingSender
from tests.notices.rows import queue, state_of

SUMMARY = StartOfTerm("Ash School", "/school/home", "/school/opt-out-of-reminder-emails?token=x")
URGENT = AddressNotKnown(datetime(2026, 9, 14, 12, tzinfo=UTC))


async def arrived(count: int) -> None:
    while len(await received()) < count:
        await asyncio.sleep(0.02)


@pytest.mark.rule("NOT-1.1")
@pytest.mark.rule("NOT-2.2")
async def test_a_worker_delivers_what_was_committed_whatever_its_date(committed_database: str) -> None:
    worker = asyncio.create_task(run_worker(committed_database, DeveloperMailbox(), install_signal_handlers=False))
    long_ago = datetime(2019, 3, 1, 9, tzinfo=UTC)
    far_off = datetime(2033, 3, 1, 9, tzinfo=UTC)
    try:
        for moment in (long_ago, far_off):
            with clock.at(moment):
                async with transaction():
                    await queue("rory@amberley.example", str(moment))
        await asyncio.wait_for(arrived(2), 20)
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
    assert [mail.at for mail in await received()] == [far_off, long_ago]


@pytest.mark.rule("NOT-1.3")
async def test_draining_the_queue_does_each_job_once(committed_database: str) -> None:
    async with transaction():
        messages = [await queue(f"{number}@a.example", str(number)) for number in range(5)]
    sender = RecordingSender()
    await asyncio.gather(drain_queue(committed_database, sender), drain_queue(committed_database, sender))
    assert sorted(mail.to for mail in sender.mails) == [f"{number}@a.example" for number in range(5)]
    assert {await state_of(message) for message in messages} == {"delivered"}
    assert await fetch("SELECT id FROM procrastinate_jobs") == []


@pytest.mark.rule("NOT-1.5")
@pytest.mark.rule("NOT-2.11")
async def test_mail_that_lets_in_overtakes_a_backlog_and_is_handed_over_at_once(committed_database: str) -> None:
    async with transaction():
        for number in range(60):
            await queue_message(SUMMARY, to=f"{number}@a.example", dedupe_key=f"{number}", about=Subjects())
    async with transaction():
        for number in range(10):
            await queue_message(URGENT, to=f"{number}@b.example", dedupe_key=f"b{number}", about=Subjects())
    sender = RecordingSender()
    worker = asyncio.create_task(run_worker(committed_database, sender, install_signal_handlers=False))
    try:
        async with asyncio.timeout(10):
            while sum(mail.to.endswith("@b.example") for mail in sender.mails) < 10:
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
    last = max(number for number, mail in enumerate(sender.mails) if mail.to.endswith("@b.example"))
    assert last < 10 + CONCURRENCY


@pytest.mark.rule("OPS-12")
async def test_a_job_that_cannot_be_done_does_not_hold_up_the_rest(committed_database: str) -> None:
    async with transaction():
        await fetch(
            """SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('mail', 'deliver_message', 9, NULL, NULL,
            '{"message": "no id"}'::jsonb, NULL)::procrastinate_job_to_defer_v1])"""
        )
        message = await queue("rory@amberley.example")
    await drain_queue(committed_database, RecordingSender())
    assert await state_of(message) == "delivered"
    assert [row["status"] for row in await fetch("SELECT status::text FROM procrastinate_jobs")] == ["failed"]


@pytest.mark.rule("OPS-12")
def test_outside_tests_every_job_is_done_by_the_clock() -> None:
    names = {name for name, _ in make_queue("postgresql://", periodic=True).periodic_registry.periodic_tasks}
    assert names == {"deliver_due"} | {job.name for job in jobs_with(None) if not job.only_in_production}


@pytest.mark.rule("OPS-12")
def test_with_teaching_records_a_worker_does_everything_that_it_does_without() -> None:
    records: Any = object()
    without, beside = ({job.name for job in jobs_with(trs)} for trs in (None, records))
    assert beside - without == {"refresh_teaching_records", "tell_teaching_records"}
    assert without <= beside
    assert not make_queue("postgresql://", periodic=False).periodic_registry.periodic_tasks
