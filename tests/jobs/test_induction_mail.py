"""What schools are told about what appropriate bodies recorded (M-14)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.db.engine import fetch
from app.jobs.induction_mail import tell_of_inductions
from tests import factories
from tests.cast import Cast, cast
from tests.training.acts import mail, on

RECORDED = date(2025, 11, 10)
ONE_DAY = timedelta(days=1)


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


async def said() -> list[str]:
    rows = await fetch(
        "SELECT personalisation::text AS said FROM message WHERE message_id = 'M-14' ORDER BY created_at"
    )
    return [row["said"] for row in rows]


@pytest.mark.rule("M-14")
async def test_a_school_is_told_once_when_the_day_is_over_whose_induction_was_recorded(people: Cast) -> None:
    body = await factories.appropriate_body()
    with on(RECORDED):
        for name, at in (("Siân Evans", people.ash), ("Omar Haddad", people.ash), ("Ora Other", people.birch)):
            stay = await factories.ect(at, name)
            await factories.induction(stay.teacher, body)
        gone = await factories.ect(people.ash, "Gil Gone", finished_on=RECORDED - ONE_DAY, end_reason="left")
        await factories.induction(gone.teacher, body)
    with on(RECORDED, 23):
        assert await tell_of_inductions() == 0
    with on(RECORDED + ONE_DAY, 0):
        assert await tell_of_inductions() == 2
        assert await tell_of_inductions() == 0
    assert sorted(await mail("M-14")) == [people.alice.email, people.carla.email]
    ash = next(text for text in await said() if "Siân Evans" in text)
    assert "Siân Evans: induction recorded, North Hub" in ash
    assert "Omar Haddad" in ash
    assert "Ora Other" not in ash
    assert "Gil Gone" not in ash


@pytest.mark.rule("M-14")
@pytest.mark.parametrize(("outcome", "words"), [("pass", "induction passed"), ("fail", "induction not passed")])
async def test_an_outcome_is_told_on_the_day_after_it_came(outcome: str, words: str, people: Cast) -> None:
    stay = await factories.ect(people.ash)
    with on(RECORDED - 30 * ONE_DAY):
        await factories.induction(stay.teacher, await factories.appropriate_body())
    ended = {"finished_on": RECORDED, "end_reason": "induction_completed"}
    await fetch("UPDATE ect_at_school_period SET finished_on = $1, end_reason = $2", *ended.values())
    await fetch(
        "UPDATE induction_period SET outcome = $1, finished_on = $2, updated_at = $3",
        outcome,
        RECORDED,
        factories.noon(RECORDED),
    )
    with on(RECORDED + ONE_DAY):
        assert await tell_of_inductions() == 1
    (text,) = await said()
    assert f"Siân Evans: {words}, North Hub" in text
    assert "recorded," not in text
