"""Schools are told once that registration opens or closes, and what of their choices has ended (NOT-6.1, M-48)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.sight import OWNER, seen_by
from app.jobs.school_dates import tell_schools_of_dates
from app.notices.deliver import deliver_due
from app.notices.mailbox import DeveloperMailbox, received
from app.registration.home.school_notices import Asked, notices
from tests import factories
from tests.cast import Cast, cast

OPENING = date(2026, 6, 1)
"""The day on which registration opens for 2026 to 2027."""


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored, and a school that may not use the service."""
    made = await cast()
    await factories.school("100009", "Closed School", status_code=2, closed_on=date(2020, 8, 31))
    return made


async def run(day: date) -> int:
    with clock.at(factories.noon(day)):
        return await tell_schools_of_dates()


async def told(people: Cast, day: date) -> list[tuple[str, str, bool]]:
    """Return what Alice's notices say on a day: kind, group, and whether they are settled."""
    asked = Asked(people.ash.id, people.alice.id)  # type: ignore[arg-type]
    found = await notices(asked, day, factories.noon(day) + timedelta(hours=1), 20)
    return [(one.notice, one.group.value, one.settled) for one in found.notices]


@pytest.mark.rule("NOT-6.1")
async def test_each_school_is_told_once_that_registration_has_opened(people: Cast) -> None:
    assert await run(OPENING - timedelta(days=1)) == 0
    assert await run(OPENING + timedelta(days=15)) == 0
    assert [await run(OPENING), await run(OPENING)] == [2, 0]
    assert await told(people, OPENING) == [("registration_opened", "information", False)]
    (event,) = await fetch("SELECT sentence FROM event WHERE school_id = $1", people.ash.id)
    assert event["sentence"] == "Registration is open for the academic year 2026 to 2027"


@pytest.mark.rule("NOT-6.1")
async def test_a_run_that_broke_off_goes_on_with_the_schools_not_told(people: Cast) -> None:
    assert await run(OPENING) == 2
    with seen_by(OWNER):
        await fetch("ALTER TABLE event DISABLE TRIGGER USER")
        await fetch("DELETE FROM event WHERE kind = 'schools_told' OR school_id = $1", people.birch.id)
    assert await run(OPENING) == 1
    rows = await fetch("SELECT school_id FROM event WHERE kind = 'school_registration_opened' ORDER BY school_id")
    assert [row["school_id"] for row in rows] == [people.ash.id, people.birch.id]


@pytest.mark.rule("NOT-6.1", "PRM-04")
async def test_a_closed_window_is_announced_14_days_before_and_settled_after_it(people: Cast) -> None:
    first, last = date(2025, 12, 1), date(2025, 12, 5)
    await factories.closure(first, last)
    assert [await run(first - timedelta(days=days)) for days in (15, 14, 13)] == [0, 2, 0]
    assert await told(people, first) == [("closure_announced", "information", False)]
    assert await told(people, last + timedelta(days=1)) == [("closure_announced", "information", True)]


async def chose(people: Cast, body: Any, provider: Any = None) -> None:
    """Store what Ash School chose at its latest registration."""
    await fetch(
        """UPDATE school SET last_appropriate_body_id = $2, last_training_programme = $3, last_lead_provider_id = $4
        WHERE id = $1""",
        people.ash.id,
        body.id,
        "provider_led" if provider else "school_led",
        provider.id if provider else None,
    )


async def mail_of(people: Cast) -> list[str]:
    with clock.at(factories.noon(OPENING)):
        await deliver_due(DeveloperMailbox())
    return [mail.body for mail in await received(email_id="M-48", to=people.alice.email)]


@pytest.mark.rule("M-48", "NOT-6.1")
@pytest.mark.parametrize("what", ["body", "provider", "pair", "nothing"])
async def test_a_school_learns_what_of_its_last_choices_has_ended(people: Cast, what: str) -> None:
    body = await factories.appropriate_body(active_to=date(2026, 3, 31) if what == "body" else None)
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    await factories.partnership(people.ash, larch, dogwood)
    if what != "provider":
        contract = await factories.contract(larch, 2026)
    if what in {"body", "nothing"}:
        pair = {"lead_provider_id": larch.id, "delivery_partner_id": dogwood.id, "contract_period_year": 2026}
        await factories.insert("provider_pairing", lead_provider_contract_id=contract, **pair)
    await chose(people, body, larch)

    assert await run(OPENING) == 2

    ended = {"body": "North Hub", "provider": "Larch Learning", "pair": "Larch Learning with Dogwood Partners"}.get(
        what
    )
    bodies = await mail_of(people)
    if ended is None:
        assert bodies == []
        assert await told(people, OPENING) == [("registration_opened", "information", False)]
        return
    assert len(bodies) == 1
    assert f"{ended} cannot be chosen for 2026 to 2027" in bodies[0]
    assert sorted(await told(people, OPENING)) == [
        ("choices_ended", "action", False),
        ("registration_opened", "information", False),
    ]
    with clock.at(factories.noon(OPENING) + timedelta(minutes=30)):
        await factories.ect(people.ash, "Nia New", OPENING)
    assert ("choices_ended", "action", True) in await told(people, OPENING)
    row = await fetch_one("SELECT count(*) AS told FROM event WHERE kind = 'school_choices_ended'")
    assert row is not None
    assert row["told"] == 1
