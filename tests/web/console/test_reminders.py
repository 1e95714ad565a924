"""The calendar of reminders (ADM-10.4)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.registration.home.reminder_days import next_working_day, working_day
from app.registration.home.reminder_recipients import Day, due_runs
from app.training.queries import calendar
from tests import factories
from tests.web.console.test_fixes import WHY
from tests.web.console.test_reference_data import TODAY_AS_DATE, day, dee, refused  # noqa: F401 - a fixture
from tests.web.console.test_staff import submitted

if TYPE_CHECKING:
    from tests.cast import Cast

PATH = "/admin/reminders"
TERM = date(2025, 9, 8)


def coming(client: Any) -> list[str]:
    """Return the addresses of the runs listed."""
    return [part.partition('"')[0] for part in client.page.text.split('href="')[1:] if part.startswith(f"{PATH}/")]


@pytest.mark.rule("ADM-10.4", "NOT-5.1")
async def test_a_run_is_previewed_put_off_and_cancelled(dee: Any, people: Cast) -> None:
    await dee.get(PATH)
    first, second = coming(dee)[:2]
    await dee.get(first)
    assert "schools would get it" in dee.text()
    assert "90 days ahead" in await refused(dee, f"{first}/postpone", **day("until", "2099-01-01"))
    until = next_working_day(TODAY_AS_DATE)
    await submitted(dee, f"{first}/postpone", **day("until", until.isoformat()))
    again = await refused(dee, f"{first}/postpone", **day("until", until.isoformat()))
    assert "The run goes on that day already" in again
    await submitted(dee, f"{second}/cancel")
    await dee.get(f"{second}/cancel")
    assert "The run has gone or is cancelled" in dee.text()
    rows = await fetch("SELECT state, runs_on FROM reminder_run ORDER BY state")
    assert [tuple(row) for row in rows] == [("cancelled", rows[0]["runs_on"]), ("planned", working_day(until))]
    due = await due_runs(Day(until, await policy_in_force(), await calendar()))
    assert first in {f"{PATH}/{run.reminder.value.lower()}-{run.planned_on}" for run in due}
    await factories.insert(
        "reminder_run",
        reminder="M-44",
        planned_on=TERM,
        runs_on=TERM,
        state="sent",
        sent=7,
        finished_at=None,
        skipped='{"opted_out": 2}',
    )
    await dee.get(f"{PATH}?show=past")
    assert f"{PATH}/m-44-{TERM}" in coming(dee)
    await dee.get(f"{PATH}/m-44-{TERM}")
    assert "Sent so far 7 Did not arrive 0 Skipped: opted out 2" in " ".join(dee.text().split())
    events = await fetch("SELECT kind, metadata ->> 'note' AS note FROM event WHERE kind ~ '^reminder' ORDER BY id")
    assert [tuple(row) for row in events] == [
        ("reminder_run_postponed", WHY["note"]),
        ("reminder_run_cancelled", WHY["note"]),
    ]
