"""What the health page says of the school register (EXT-1.14, ADM-14.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import clock
from app.db.transaction import transaction
from app.refdata.health import register_health
from app.refdata.report import Report
from app.refdata.runs import SCHOOL_REGISTER, Run, store_run

DAY = date(2026, 11, 2)


async def ran(report: Report, day: date = DAY) -> None:
    with clock.at(clock.at_noon(day)):
        async with transaction():
            await store_run(Run(SCHOOL_REGISTER, "one.csv", ()), report)


@pytest.mark.rule("EXT-1.14", "ADM-14.4")
@pytest.mark.parametrize(("days", "state"), [(0, "green"), (3, "green"), (4, "amber"), (8, "amber"), (9, "red")])
async def test_the_register_grows_amber_and_red_with_age(database: None, days: int, state: str) -> None:
    await ran(Report("school register"))
    with clock.at(clock.at_noon(DAY + timedelta(days=days))):
        health = await register_health()
    assert (health.state, health.data_of, health.last_failure) == (state, DAY, None)


@pytest.mark.rule("EXT-1.14")
async def test_the_last_failure_and_its_cause_are_shown(database: None) -> None:
    assert (await register_health()).state == "red"
    await ran(Report("school register"))
    await ran(Report("school register", "unavailable", refusal="the register timed out"), DAY + timedelta(days=1))
    with clock.at(clock.at_noon(DAY + timedelta(days=2))):
        health = await register_health()
    assert (health.state, health.last_cause) == ("green", "the register timed out")
    assert health.last_failure
    assert health.last_success
    assert health.last_failure > health.last_success
