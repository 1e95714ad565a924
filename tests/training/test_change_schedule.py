"""Lead providers change a schedule, the year it is filed in, or both (API-13.10 to API-13.12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.terms import ScheduleIdentifier, WithdrawalReason
from app.training.change_schedule import ChangeSchedule, change_schedule
from app.training.provider_acts import Unreadable
from app.training.withdraw import Withdraw, withdraw
from tests import factories
from tests.training.acts import ECT, LARCH_TEAM, MENTOR, TODAY, declare, kinds, make_world, on, refuses, rows_of, stored

if TYPE_CHECKING:
    from app.terms import Role
    from tests.factories import Stay
    from tests.training.acts import World

ONE_DAY = timedelta(days=1)
STANDARD, EXTENDED = ScheduleIdentifier.STANDARD_SEPTEMBER, ScheduleIdentifier.EXTENDED_SEPTEMBER
REDUCED, REPLACEMENT = ScheduleIdentifier.REDUCED_SEPTEMBER, ScheduleIdentifier.REPLACEMENT_SEPTEMBER
SCHEDULES = (STANDARD, EXTENDED, REDUCED, REPLACEMENT)


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        made = await make_world()
        for year in (2024, 2025):
            for identifier in SCHEDULES:
                await factories.schedule(year, identifier.value)
        return made


async def changes(
    world: World, stay: Stay, schedule: Any = EXTENDED, year: Any = None, role: Role = ECT, today: date = TODAY
) -> None:
    with on(today):
        command = ChangeSchedule(world.larch.id, stay.teacher.id, role, schedule, year)
        await change_schedule(command, LARCH_TEAM, today)


async def identifier_of(training: Any) -> str:
    row = await fetch_one("SELECT identifier FROM schedule WHERE id = $1", training["schedule_id"])
    assert row is not None
    return str(row["identifier"])


async def freeze(year: int, successor: int) -> None:
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = '2025-12-01', successor_year = $2,
            successor_schedule_identifier = 'ecf-extended-september' WHERE year = $1""",
        year,
        successor,
    )


async def frozen_year_of(stay: Stay, column: str = "ect_payments_frozen_year") -> int | None:
    row = await fetch_one("SELECT * FROM teacher WHERE id = $1", stay.teacher.id)
    assert row is not None
    year: int | None = row[column]
    return year


@pytest.mark.rule("API-13.12")
@pytest.mark.rule("API-23.4")
async def test_training_is_split_at_today(world: World) -> None:
    stay, training = await world.ect(await world.reported(), finished_on=date(2026, 7, 31))
    await changes(world, stay)
    old, new = await rows_of(stay)
    assert (old["id"], old["finished_on"]) == (training["id"], TODAY - ONE_DAY)
    assert (new["started_on"], new["finished_on"], await identifier_of(new)) == (TODAY, date(2026, 7, 31), EXTENDED)
    same = ("school_partnership_id", "confirmed_at", "confirmation_source", "self_funded")
    assert [new[name] for name in same] == [training[name] for name in same]
    assert await kinds() == [
        "teacher_finishes_training_period",
        "teacher_schedule_assigned_to_training_period",
        "teacher_starts_training_period",
        "teacher_schedule_changed",
    ]


@pytest.mark.rule("API-13.12")
@pytest.mark.parametrize("days", [0, 5])
async def test_training_that_has_not_begun_is_changed_in_place(world: World, days: int) -> None:
    stay, training = await world.ect(await world.reported(), started_on=TODAY + days * ONE_DAY)
    await changes(world, stay)
    (row,) = await rows_of(stay)
    assert (row["id"], row["started_on"], await identifier_of(row)) == (
        training["id"],
        training["started_on"],
        EXTENDED,
    )


@pytest.mark.rule("API-13.4")
@pytest.mark.rule("API-13.12")
async def test_training_split_today_can_be_stopped_today(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await changes(world, stay)
    with on(TODAY):
        await withdraw(Withdraw(world.larch.id, stay.teacher.id, ECT, WithdrawalReason.OTHER), LARCH_TEAM, TODAY)
    assert [row["finished_on"] for row in await rows_of(stay)] == [TODAY - ONE_DAY, TODAY]


@pytest.mark.rule("API-13.11")
@pytest.mark.parametrize("same_partner", [True, False])
async def test_another_year_uses_the_pair_of_then_or_the_newest(world: World, same_partner: bool) -> None:
    older = await world.reported(world.dogwood, 2024, origin="carried_forward", reported_at=clock.at_noon(TODAY))
    newer = await world.reported(world.elder, 2024, reported_at=clock.at_noon(TODAY + ONE_DAY))
    present = await world.reported(world.dogwood if same_partner else await _third(world))
    stay, _ = await world.ect(present)
    await changes(world, stay, STANDARD, 2024)
    _, new = await rows_of(stay)
    assert new["school_partnership_id"] == (older if same_partner else newer)["id"]
    assert (new["contract_period_year"], new["confirmation_source"]) == (2024, "existing_partnership")
    assert "training_period_assigned_to_school_partnership" in await kinds()


async def _third(world: World) -> factories.Named:
    partner = await factories.delivery_partner("Fir Partners")
    contract_id = await factories.contract(world.larch, 2025)
    facts = {"lead_provider_id": world.larch.id, "contract_period_year": 2025, "delivery_partner_id": partner.id}
    await factories.insert("provider_pairing", lead_provider_contract_id=contract_id, **facts)
    return partner


@pytest.mark.rule("API-13.12")
@pytest.mark.rule("CP-10")
async def test_the_frozen_year_is_remembered_and_forgotten(world: World) -> None:
    await freeze(2024, 2025)
    earlier = await world.reported(year=2024)
    await world.reported()
    stay, _ = await world.ect(earlier, year=2024)
    await changes(world, stay, STANDARD, 2025)
    assert await frozen_year_of(stay) == 2024
    await changes(world, stay, STANDARD, 2024, today=TODAY + ONE_DAY)
    assert await frozen_year_of(stay) is None


@pytest.mark.rule("API-13.12")
async def test_a_mentors_frozen_year_is_kept_apart(world: World) -> None:
    await freeze(2024, 2025)
    earlier = await world.reported(year=2024)
    await world.reported()
    stay, _ = await world.mentor(earlier, year=2024)
    await changes(world, stay, REPLACEMENT, 2025, MENTOR)
    assert await frozen_year_of(stay, "mentor_payments_frozen_year") == 2024
    assert await frozen_year_of(stay) is None


@pytest.mark.rule("API-13.10")
@pytest.mark.parametrize(
    ("schedule", "year", "expected"),
    [
        (Unreadable.BLANK, None, [("schedule_identifier", "blank")]),
        (Unreadable.UNKNOWN, None, [("schedule_identifier", "unknown")]),
        (ScheduleIdentifier.STANDARD_APRIL, None, [("schedule_identifier", "not_in_cohort")]),
        (STANDARD, None, [("schedule_identifier", "unchanged")]),
        (STANDARD, 2025, [("schedule_identifier", "unchanged")]),
        (REPLACEMENT, None, [("schedule_identifier", "not_for_ects")]),
        (EXTENDED, 2099, [("schedule_identifier", "not_in_cohort"), ("cohort", "unknown")]),
        (EXTENDED, Unreadable.UNKNOWN, [("schedule_identifier", "not_in_cohort"), ("cohort", "unknown")]),
        (EXTENDED, 2024, [("cohort", "no_partnership")]),
    ],
)
async def test_what_an_ect_cannot_be_given(
    world: World, schedule: Any, year: Any, expected: list[tuple[str, str]]
) -> None:
    stay, training = await world.ect(await world.reported())
    with refuses(*expected):
        await changes(world, stay, schedule, year)
    assert (await kinds(), dict(await stored(training))) == ([], dict(training))


@pytest.mark.rule("API-13.10")
async def test_a_mentor_has_no_reduced_schedule(world: World) -> None:
    stay, _ = await world.mentor(await world.reported())
    with refuses(("schedule_identifier", "not_for_mentors")):
        await changes(world, stay, REDUCED, role=MENTOR)


@pytest.mark.rule("API-13.10")
@pytest.mark.parametrize(("started_on", "refused"), [(TODAY, True), (TODAY - ONE_DAY, False)])
async def test_what_is_declared_is_not_changed_in_place(world: World, started_on: date, refused: bool) -> None:
    stay, training = await world.ect(await world.reported(), started_on=started_on)
    await declare(training)
    if refused:
        with refuses(("schedule_identifier", "declarations")):
            await changes(world, stay)
    else:
        await changes(world, stay)
    assert len(await rows_of(stay)) == (1 if refused else 2)


@pytest.mark.rule("API-13.10")
async def test_nothing_moves_into_a_frozen_year_or_within_one(world: World) -> None:
    await freeze(2024, 2025)
    earlier = await world.reported(year=2024)
    stay, _ = await world.ect(earlier, year=2024)
    with refuses(("cohort", "frozen")):
        await changes(world, stay)
    await fetch("UPDATE teacher SET ect_payments_frozen_year = 2024 WHERE id = $1", stay.teacher.id)
    await changes(world, stay)
    assert len(await rows_of(stay)) == 2


@pytest.mark.rule("API-13.10")
@pytest.mark.rule("API-13.12")
async def test_whoever_completed_may_only_move_to_a_reduced_schedule(world: World) -> None:
    stay, training = await world.ect(await world.reported(), finished_on=TODAY - ONE_DAY)
    body = await factories.appropriate_body()
    await factories.induction(stay.teacher, body, finished_on=TODAY - ONE_DAY, outcome="pass", number_of_terms=6)
    with refuses(("participant_id", "completed")):
        await changes(world, stay)
    await changes(world, stay, REDUCED)
    (row,) = await rows_of(stay)
    assert (row["id"], row["finished_on"], await identifier_of(row)) == (training["id"], TODAY - ONE_DAY, REDUCED)


@pytest.mark.rule("API-13.10")
async def test_a_mentor_who_completed_keeps_the_schedule(world: World) -> None:
    stay, _ = await world.mentor(await world.reported())
    await fetch(
        """UPDATE teacher SET mentor_ineligible_on = '2026-01-31',
            mentor_ineligible_reason = 'completed_declaration_received' WHERE id = $1""",
        stay.teacher.id,
    )
    with refuses(("participant_id", "completed")):
        await changes(world, stay, role=MENTOR)


@pytest.mark.rule("API-13.10")
@pytest.mark.rule("API-12.3")
@pytest.mark.parametrize(
    "facts",
    [
        {"finished_on": TODAY},
        {"finished_on": TODAY, "deferred_at": clock.at_noon(TODAY), "deferral_reason": "other"},
        {"finished_on": TODAY, "withdrawn_at": clock.at_noon(TODAY), "withdrawal_reason": "other"},
    ],
    ids=["left", "paused", "stopped"],
)
async def test_whoever_left_keeps_the_schedule(world: World, facts: dict[str, Any]) -> None:
    stay, _ = await world.ect(await world.reported(), **facts)
    with refuses(("participant_id", "left")):
        await changes(world, stay)


@pytest.mark.rule("API-13.10")
async def test_a_later_training_stands_in_the_way(world: World) -> None:
    stay, _ = await world.ect(await world.reported(), finished_on=date(2026, 5, 1))
    await factories.training(stay, started_on=date(2026, 5, 2))
    with refuses(("participant_id", "other_training")):
        await changes(world, stay)
