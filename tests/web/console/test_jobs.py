"""How mail, jobs and outside systems do (ADM-14)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs import job_runs
from app.jobs.job_runs import note_schedule, run_job
from app.jobs.schedule import PeriodicJob
from tests import factories
from tests.web.console.test_staff import submitted

NOON = datetime(2025, 11, 10, 12, tzinfo=UTC)


async def nothing_due() -> int:
    """Do nothing."""
    return 3


async def broken() -> int:
    """Fail."""
    raise LookupError("a text that no page shows")


TIDY = PeriodicJob("tidy_up", "15 2 * * *", "tests", "things lie about", nothing_due)
BREAK = PeriodicJob("break_down", "*/5 * * * *", "tests", "nothing breaks", broken)


async def mail(state: str = "pending", minutes: int = 0, **facts: Any) -> Any:
    """Store a mail that has been due for some minutes."""
    then = NOON - timedelta(minutes=minutes)
    values = {
        "id": uuid4(),
        "message_id": "M-01",
        "priority": 1,
        "recipient": "sian@ash.example",
        "dedupe_key": str(uuid4()),
        "not_before": then,
        "created_at": then,
        "updated_at": then,
        "state": state,
        "attempts": 0,
        "earlier_failures": 0,
        "version": 1,
    }
    return await factories.insert("message", **values | facts)


@pytest.mark.rule("ADM-14.1", "ADM-14.2")
async def test_one_page_tells_how_mail_and_jobs_do_and_never_to_whom(sam: Any) -> None:
    with clock.at(NOON - timedelta(hours=1)):
        await note_schedule([TIDY, BREAK])
        await run_job(TIDY)
        with pytest.raises(LookupError):
            await run_job(BREAK)
    await mail(minutes=20)
    await mail("parked", 5, last_error="timeout", attempts=9)
    await mail("delivered", 30, accepted_at=NOON - timedelta(minutes=30))
    await factories.insert("sender_stop", reason="forbidden", stopped_at=NOON, try_at=NOON + timedelta(minutes=5))

    await sam.get("/admin/jobs")

    shown = sam.text()
    for words in (
        "20 minutes",
        "ash.example",
        "timeout",
        "The sender has stopped (forbidden)",
        "Tidy up",
        "Did 3",
        "Failed: LookupError",
        "11 November 2025",
        "Every migration is applied",
    ):
        assert words in shown
    for hidden in ("sian@", "a text that no page shows", "Run now"):
        assert hidden not in shown


@pytest.mark.rule("ADM-14.4")
@pytest.mark.parametrize(
    ("priority", "minutes", "colour"),
    [
        (1, 15, "green"),
        (1, 16, "amber"),
        (1, 241, "red"),
        (0, 2, "green"),
        (0, 3, "amber"),
        (0, 11, "red"),
    ],
)
async def test_old_mail_turns_amber_and_red(priority: int, minutes: int, colour: str, client: Any) -> None:
    await mail(minutes=minutes, priority=priority)

    answer = await client.client.get("/health/deps", headers={"X-With-Server-Date": "2025-11-10T12:00:00Z"})

    assert answer.json()["mail"]["state"] == colour


@pytest.mark.rule("ADM-14.4")
@pytest.mark.parametrize(("hours", "colour"), [(26, None), (27, "amber"), (51, "red")])
async def test_a_daily_job_that_is_late_turns_amber_and_red(hours: int, colour: str | None, client: Any) -> None:
    with clock.at(NOON - timedelta(hours=hours)):
        await note_schedule([TIDY])
        await run_job(TIDY)

    answer = await client.client.get("/health/deps", headers={"X-With-Server-Date": "2025-11-10T12:00:00Z"})

    assert answer.json()["jobs"]["late"].get("tidy_up") == colour
    assert (await fetch("SELECT result FROM job_run"))[0]["result"] == 3


@pytest.fixture
async def dana(client: Any) -> Any:
    """Give Dana's browser, signed in with the role data."""
    client.client.headers["X-With-Server-Date"] = "2025-11-10T12:00:00Z"
    await client.sign_in_as_staff("data")
    return client


async def parked_job() -> Any:
    await fetch(
        """SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'tidy_up', 0, NULL, NULL,
        '{"timestamp": 1}'::jsonb, NULL)::procrastinate_job_to_defer_v1])"""
    )
    return (await fetch("UPDATE procrastinate_jobs SET status = 'failed' RETURNING id"))[0]["id"]


@pytest.mark.rule("ADM-14.3", "ADM-1.2", "ADM-1.3", "ADM-16.1")
async def test_data_staff_look_after_parked_items_the_sender_and_jobs(dana: Any) -> None:
    await note_schedule([TIDY])
    keep, drop = (await mail("parked", 5, personalisation="{}"))["id"], (await mail("parked", 5))["id"]
    failed = (await mail("failed", 5, personalisation="{}", finished_at=NOON))["id"]
    await factories.insert("sender_stop", reason="forbidden", stopped_at=NOON, try_at=NOON + timedelta(minutes=5))
    job = await parked_job()

    for path, fields in (
        (f"mail/{keep}", {"act": "retry"}),
        (f"mail/{drop}", {"act": "discard"}),
        (f"mail/{failed}", {"act": "retry"}),
        (f"queue/{job}", {"act": "retry"}),
        ("run/tidy_up", {}),
        ("sender/restart", {}),
    ):
        answer = await submitted(dana, f"/admin/jobs/{path}", **fields)
        assert answer.status_code == 303, path

    states = {row["id"]: row["state"] for row in await fetch("SELECT id, state FROM message")}
    assert (states[keep], states[drop], states[failed]) == ("pending", "cancelled", "pending")
    tasks = await fetch("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id")
    assert ("tidy_up", "todo") in [tuple(row) for row in tasks]
    assert [row["task_name"] for row in tasks].count("tidy_up") == 2
    noted = await fetch(
        "SELECT kind, metadata ->> 'note' AS note FROM event WHERE kind <> 'staff_signs_in' ORDER BY id"
    )
    kinds = ["outbox_item_retried", "outbox_item_discarded", "outbox_item_retried", "outbox_item_retried"]
    assert [row["kind"] for row in noted] == [*kinds, "job_run_by_staff", "sender_restarted"]
    assert all(row["note"] for row in noted)
    assert (await dana.get(f"/admin/jobs/mail/{keep}")).status_code == 404
    await dana.get("/admin/jobs")
    again = await dana.post(f"/admin/jobs/mail/{keep}", {"confirm": "yes"})
    assert again.headers["location"] == "/admin/jobs?done=gone"


@pytest.mark.rule("ADM-14.3")
async def test_two_copies_of_a_job_never_run_at_once(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runs, "TRIES", 1)
    monkeypatch.setattr(job_runs, "PAUSE", 0.0)
    running, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        running.set()
        await go_on.wait()
        return 1

    job = PeriodicJob("tidy_up", "15 2 * * *", "tests", "things lie about", slow)
    first = asyncio.create_task(run_job(job))
    await running.wait()
    second = await run_job(job)
    go_on.set()

    assert (await first, second) == (1, 0)
