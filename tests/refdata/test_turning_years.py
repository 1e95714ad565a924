"""Years open and freeze by the calendar alone (REF-4.6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.run_due import run_due
from app.jobs.turned_years import note_turned
from app.notices.mailbox import DeveloperMailbox
from app.terms import Year
from app.training.queries import calendar
from tests import factories as make

OPENS, FREEZES = date(2025, 6, 15), date(2026, 6, 18)
ONE_DAY = timedelta(days=1)


@pytest.fixture
async def year(database: None) -> None:
    """Give a year that opens late and freezes."""
    await make.contract_period(2026)
    await fetch("UPDATE contract_period SET registration_opens_on = NULL")
    frozen = {"payments_frozen_on": FREEZES, "successor_year": 2026}
    facts = {"registration_opens_on": OPENS, "successor_schedule_identifier": "ecf-extended-september", **frozen}
    await make.contract_period(2025, **facts)


async def told() -> list[str]:
    return [
        row["sentence"] for row in await fetch("SELECT sentence FROM event WHERE kind LIKE 'contract_p%' ORDER BY id")
    ]


OPENED = "Registration opened for 2025 to 2026 on 15 June 2025"
FROZE = "Payments froze for 2025 to 2026 on 18 June 2026"


@pytest.mark.rule("REF-4.6")
@pytest.mark.parametrize(
    ("day", "words"),
    [(OPENS - ONE_DAY, []), (OPENS, [OPENED]), (FREEZES - ONE_DAY, [OPENED]), (FREEZES, [OPENED, FROZE])],
)
async def test_each_has_its_event_on_its_day_and_once(year: None, day: date, words: list[str]) -> None:
    with clock.at(clock.at_noon(day)):
        assert await note_turned() == len(words)
        assert await note_turned() == 0
    assert await told() == words


@pytest.mark.rule("REF-4.6")
@pytest.mark.parametrize(("day", "is_open", "is_frozen"), [
    (OPENS - ONE_DAY, False, False), (OPENS, True, False), (FREEZES - ONE_DAY, True, False), (FREEZES, True, True),
])  # fmt: skip
async def test_what_schools_can_do_follows_the_date_without_any_job(
    year: None, day: date, is_open: bool, is_frozen: bool
) -> None:
    period = (await calendar()).of_year(Year(2025))
    assert period
    assert (period.is_enabled(day), period.is_frozen(day)) == (is_open, is_frozen)


@pytest.mark.rule("REF-4.6")
async def test_a_date_that_was_moved_has_its_event_again_when_it_comes(year: None) -> None:
    with clock.at(clock.at_noon(OPENS)):
        await note_turned()
    await fetch("UPDATE contract_period SET registration_opens_on = $1 WHERE year = 2025", OPENS + 9 * ONE_DAY)
    with clock.at(clock.at_noon(OPENS + ONE_DAY)):
        assert await note_turned() == 0
    with clock.at(clock.at_noon(OPENS + 9 * ONE_DAY)):
        assert await note_turned() == 1


@pytest.mark.rule("REF-4.6")
async def test_the_clocks_job_does_it(year: None) -> None:
    done = await run_due(clock.at_noon(OPENS), DeveloperMailbox())
    assert done["note_turned_years"] == 1
