"""How mail, jobs and outside systems do (ADM-14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.job_runs import note_schedule, run_job
from app.jobs.schedule import PeriodicJob
from tests import factories

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
