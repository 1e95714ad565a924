"""Schools say that a partnership is wrong, take that back, or find it right (rules §12)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.terms import Actor, ActorKind, ChallengeReason, Refused, SchoolPartnershipId, UserId, Year
from app.training.challenge_partnership import ChallengePartnership, challenge_partnership
from app.training.challenges import last_challenge_day
from app.training.check_partnership import CheckPartnership, check_partnership
from app.training.undo_challenge import UndoChallenge, undo_challenge
from tests import factories
from tests.training.acts import declare, kinds, mail, make_world, on, rows_of, stored

if TYPE_CHECKING:
    from typing import Any

    from tests.training.acts import World

NOVEMBER = date(2025, 11, 10)
LAST_DAY = date(2025, 11, 30)
MISTAKE = ChallengeReason.LOOKS_LIKE_A_MISTAKE
ONE_DAY = timedelta(days=1)


@pytest.mark.rule("CHL-01")
@pytest.mark.rule("PT-05a")
@pytest.mark.parametrize(
    ("reported", "last_day"),
    [
        (date(2025, 6, 2), date(2025, 11, 30)),
        (date(2025, 6, 20), date(2025, 11, 30)),
        (date(2025, 9, 1), date(2025, 11, 30)),
        (date(2025, 11, 10), date(2025, 11, 30)),
        (date(2025, 11, 16), date(2025, 11, 30)),
        (date(2025, 11, 17), date(2025, 12, 1)),
        (date(2025, 11, 20), date(2025, 12, 4)),
        (date(2026, 1, 14), date(2026, 1, 28)),
        (date(2026, 3, 1), date(2026, 3, 15)),
    ],
)
def test_the_last_day_to_challenge_is_the_later_of_two(reported: date, last_day: date) -> None:
    assert last_challenge_day(clock.at_noon(reported), Year(2025), Policy()) == last_day


@pytest.mark.rule("CHL-01")
def test_the_day_of_a_report_is_the_day_in_london() -> None:
    just_before_midnight_utc = datetime(2026, 6, 1, 23, 30, tzinfo=clock.UTC)
    assert last_challenge_day(just_before_midnight_utc, Year(2025), Policy()) == date(2026, 6, 16)


@pytest.mark.rule("CHL-01")
def test_the_bounds_follow_the_settings() -> None:
    policy = Policy(challenge_days=1, challenge_months=4)
    assert last_challenge_day(clock.at_noon(date(2025, 9, 1)), Year(2025), policy) == date(2025, 12, 31)


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        return await make_world()


def alice(world: World) -> Actor:
    return Actor(ActorKind.SCHOOL_USER, world.alice.name, world.alice.email, UserId(world.alice.id))


async def challenge(world: World, held: Any, today: date = NOVEMBER, reason: ChallengeReason = MISTAKE) -> None:
    with on(today):
        command = ChallengePartnership(world.ash.id, SchoolPartnershipId(held["id"]), reason)
        await challenge_partnership(command, alice(world), today, Policy())


async def undo(world: World, held: Any, today: date = NOVEMBER + ONE_DAY) -> None:
    with on(today):
        await undo_challenge(UndoChallenge(world.ash.id, held["id"]), alice(world), today, Policy())


async def check(world: World, held: Any, today: date = NOVEMBER) -> None:
    with on(today):
        await check_partnership(CheckPartnership(world.ash.id, held["id"]), alice(world))


async def partnership(held: Any) -> Any:
    return await fetch_one("SELECT * FROM school_partnership WHERE id = $1", held["id"])


async def reported(world: World, day: date = date(2025, 10, 10), **facts: Any) -> Any:
    return await world.reported(reported_at=clock.at_noon(day), **facts)


@pytest.mark.rule("CHL-03")
@pytest.mark.rule("M-22")
async def test_a_challenge_is_stored_and_told_and_leaves_training_rows_alone(world: World) -> None:
    held = await reported(world)
    _, training = await world.ect(held)
    await challenge(world, held)
    row = await partnership(held)
    assert (row["challenge_reason"], row["challenged_by_user_id"]) == (MISTAKE.value, world.alice.id)
    assert dict(await stored(training)) == dict(training)
    assert await kinds() == ["school_partnership_challenged"]
    assert await mail("M-22") == ["team@larch-learning.example"]
    message = await fetch_one("SELECT personalisation::text AS said FROM message")
    assert message is not None
    assert MISTAKE.words in message["said"]


@pytest.mark.rule("CHL-03")
@pytest.mark.rule("SCH-06")
@pytest.mark.parametrize("reason", ChallengeReason)
async def test_no_ects_this_year_answers_the_year_and_no_other_reason_does(
    world: World, reason: ChallengeReason
) -> None:
    await challenge(world, await reported(world), reason=reason)
    answers = [tuple(row) for row in await fetch("SELECT contract_period_year, expecting_ects FROM school_year")]
    assert answers == ([(2025, "no")] if reason is ChallengeReason.NO_ECTS_THIS_YEAR else [])


@pytest.mark.rule("CHL-02")
@pytest.mark.rule("PT-05a")
async def test_the_last_day_is_inclusive(world: World) -> None:
    held = await reported(world)
    with pytest.raises(Refused, match="too_late"):
        await challenge(world, held, LAST_DAY + ONE_DAY)
    await challenge(world, held, LAST_DAY)
    with pytest.raises(Refused, match="too_late"):
        await undo(world, held, LAST_DAY + ONE_DAY)
    await undo(world, held, LAST_DAY)
    assert await kinds() == ["school_partnership_challenged", "school_partnership_challenge_undone"]


@pytest.mark.rule("CHL-02")
@pytest.mark.parametrize("voided", [False, True])
async def test_a_declaration_that_is_not_voided_stands_in_the_way(world: World, voided: bool) -> None:
    held = await reported(world)
    _, training = await world.ect(held)
    await declare(training, voided_at=clock.now() if voided else None)
    if voided:
        await challenge(world, held)
    else:
        with pytest.raises(Refused, match="declarations"):
            await challenge(world, held)
    assert ((await partnership(held))["challenged_at"] is None) == (not voided)


@pytest.mark.rule("CHL-02")
async def test_a_partnership_is_challenged_once_and_only_by_its_school(world: World) -> None:
    held = await reported(world)
    await challenge(world, held)
    with pytest.raises(Refused, match="already_challenged"):
        await challenge(world, held)
    birch = await factories.school("100002", "Birch School")
    other = await factories.partnership(birch, world.larch, world.dogwood, reported_at=clock.at_noon(NOVEMBER))
    with pytest.raises(LookupError):
        await challenge(world, other)
    assert await mail("M-22") == ["team@larch-learning.example"]


@pytest.mark.rule("CHL-04")
@pytest.mark.rule("M-22")
async def test_undoing_brings_back_who_is_still_there(world: World) -> None:
    held = await reported(world)
    _, stays = await world.ect(held)
    replaced, old = await world.ect(held, "Omar Haddad", finished_on=NOVEMBER)
    await challenge(world, held)
    await factories.training(replaced, started_on=NOVEMBER + ONE_DAY)
    await undo(world, held)
    row = await partnership(held)
    assert (row["challenged_at"], row["challenge_reason"], row["challenged_by_user_id"]) == (None, None, None)
    assert (await stored(stays))["school_partnership_id"] == held["id"]
    first, _ = await rows_of(replaced)
    assert first["id"] == old["id"]
    assert await mail("M-22") == ["team@larch-learning.example"] * 2


@pytest.mark.rule("CHL-04")
@pytest.mark.rule("API-11.9")
async def test_undoing_is_refused_once_the_lead_provider_has_reported_again(world: World) -> None:
    held = await reported(world)
    await challenge(world, held)
    await world.reports(NOVEMBER + ONE_DAY, delivery_partner_id=world.elder.id)
    with pytest.raises(Refused, match="reported_again"):
        await undo(world, held, NOVEMBER + 2 * ONE_DAY)
    assert (await partnership(held))["challenged_at"] is not None


@pytest.mark.rule("CHL-04")
@pytest.mark.rule("CHL-05")
async def test_the_same_pair_reported_again_is_no_challenge_any_more_and_its_window_restarts(world: World) -> None:
    held = await reported(world)
    await check(world, held)
    await challenge(world, held)
    again = date(2025, 11, 29)
    await world.reports(again)
    with pytest.raises(Refused, match="not_challenged"):
        await undo(world, held, again)
    assert (await partnership(held))["checked_at"] is None
    await challenge(world, held, again + timedelta(days=14))


@pytest.mark.rule("TD-13")
async def test_a_partnership_is_found_right_once(world: World) -> None:
    held = await reported(world)
    await check(world, held)
    await check(world, held, NOVEMBER + ONE_DAY)
    row = await partnership(held)
    assert (clock.at_noon(NOVEMBER), world.alice.id) == (row["checked_at"], row["checked_by_user_id"])
    assert await kinds() == ["school_partnership_checked"]
