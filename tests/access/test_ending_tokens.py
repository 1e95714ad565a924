"""Lead providers are told in time that a token ends (API-3.3, M-82)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import clock
from app.access.create_api_token import CreateAPIToken, create_api_token
from app.access.rotate_api_token import RotateAPIToken, rotate_api_token
from app.access.warn_of_ending_tokens import warn_of_ending_tokens
from app.db.engine import fetch
from app.jobs.housekeeping import delete_old_token_days
from app.terms import Actor, ActorKind
from tests import factories

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


async def told() -> int:
    rows = await fetch("SELECT recipient, personalisation FROM message WHERE message_id = 'M-82'")
    assert {row["recipient"] for row in rows} <= {"team@larch-learning.example"}
    return len(rows)


@pytest.mark.rule("M-82", "API-3.3")
async def test_a_lead_provider_hears_of_an_ending_token_twice_and_of_no_other(database: None) -> None:
    larch, now = await factories.lead_provider(), clock.machine_now()
    for days in (60, None, 5):
        await create_api_token(CreateAPIToken(larch.id, expires_in_days=days), OPERATOR)  # type: ignore[arg-type]
    replaced = await create_api_token(CreateAPIToken(larch.id, expires_in_days=60), OPERATOR)  # type: ignore[arg-type]
    await rotate_api_token(RotateAPIToken(replaced.public_id, overlap_days=30), OPERATOR)
    counts = []
    for days in (0, 29, 30.5, 31, 52, 54, 60.5):
        with clock.at(now + timedelta(days=days)):
            await warn_of_ending_tokens()
            counts.append(await told())
    assert counts == [0, 0, 1, 1, 1, 2, 2]


@pytest.mark.rule("API-3.6")
async def test_calls_of_a_day_are_counted_for_400_days(database: None) -> None:
    larch = await factories.lead_provider()
    made = await create_api_token(CreateAPIToken(larch.id), OPERATOR)  # type: ignore[arg-type]
    day = date(2026, 1, 1)
    await factories.insert("api_token_day", token_id=made.id, day=day, calls=3, refusals=1)
    with clock.at(clock.at_noon(day + timedelta(days=400))):
        assert await delete_old_token_days() == 0
    with clock.at(clock.at_noon(day + timedelta(days=401))):
        assert await delete_old_token_days() == 1
