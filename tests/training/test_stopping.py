"""Lead providers withdraw, defer and resume (API-13.1 to API-13.9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.terms import DeferralReason, Role, WithdrawalReason
from app.training.defer import Defer, defer
from app.training.provider_acts import Resumption, Unreadable
from app.training.resume import Resume, resume
from app.training.withdraw import Withdraw, withdraw
from tests import factories
from tests.training.acts import ECT, LARCH_TEAM, MENTOR, TODAY, kinds, mail, make_world, on, refuses, rows_of, stored

if TYPE_CHECKING:
    from tests.factories import Stay
    from tests.training.acts import World

ONE_DAY = timedelta(days=1)
MOVED = WithdrawalReason.MOVED_SCHOOL


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        return await make_world()


async def withdraws(world: World, stay: Stay, today: date = TODAY, role: Any = ECT, reason: Any = MOVED) -> None:
    with on(today):
        await withdraw(Withdraw(world.larch.id, stay.teacher.id, role, reason), LARCH_TEAM, today)


async def defers(
    world: World, stay: Stay, today: date = TODAY, role: Any = ECT, reason: Any = DeferralReason.BEREAVEMENT
) -> None:
    with on(today):
        await defer(Defer(world.larch.id, stay.teacher.id, role, reason), LARCH_TEAM, today)


async def resumes(world: World, stay: Stay, today: date = TODAY, role: Any = ECT) -> Resumption:
    with on(today):
        return await resume(Resume(world.larch.id, stay.teacher.id, role), LARCH_TEAM, today)


@pytest.mark.rule("API-13.5")
@pytest.mark.rule("M-12")
@pytest.mark.rule("EVT-04")
@pytest.mark.rule("API-23.5")
async def test_withdrawing_ends_training_today_and_tells_the_school(world: World) -> None:
    stay, training = await world.ect(await world.reported())
    await withdraws(world, stay)
    row = await stored(training)
    assert (row["finished_on"], row["withdrawal_reason"], row["finished_on_before_stop"]) == (
        TODAY,
        "moved_school",
        None,
    )
    assert row["withdrawn_at"].astimezone(clock.LONDON).date() == TODAY
    assert await kinds() == ["teacher_training_withdrawn", "teacher_finishes_training_period"]
    assert await mail("M-12") == ["alice@ash.example"]
    kept = await fetch_one("SELECT finished_on FROM ect_at_school_period WHERE id = $1", stay.id)
    assert kept is not None
    assert kept["finished_on"] is None


@pytest.mark.rule("NOT-3.3")
@pytest.mark.rule("WDR-02")
async def test_neither_mail_nor_sentence_says_why_training_is_paused(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await defers(world, stay)
    message = await fetch_one("SELECT personalisation::text AS said FROM message")
    event = await fetch_one("SELECT sentence FROM event WHERE kind = 'teacher_training_deferred'")
    assert message is not None
    assert event is not None
    assert "bereavement" not in message["said"] + event["sentence"]


@pytest.mark.rule("API-13.5")
@pytest.mark.rule("API-13.4")
async def test_a_deferred_person_can_be_withdrawn_and_the_first_last_day_stays_remembered(world: World) -> None:
    with on(date(2025, 9, 1)):
        stay, training = await world.ect(await world.reported(), finished_on=date(2026, 7, 31))
    await defers(world, stay, date(2026, 2, 1))
    await withdraws(world, stay)
    row = await stored(training)
    assert (row["finished_on"], row["finished_on_before_stop"]) == (date(2026, 2, 1), date(2026, 7, 31))
    assert row["deferral_reason"] == "bereavement"


@pytest.mark.rule("API-13.4")
async def test_somebody_who_has_left_can_be_withdrawn_and_keeps_the_last_day(world: World) -> None:
    stay, training = await world.ect(await world.reported(), finished_on=date(2026, 1, 31))
    await withdraws(world, stay)
    assert (await stored(training))["finished_on"] == date(2026, 1, 31)
    assert await kinds() == ["teacher_training_withdrawn"]


@pytest.mark.rule("API-13.3")
@pytest.mark.parametrize(
    ("act", "role", "reason", "expected"),
    [
        (withdraws, ECT, Unreadable.BLANK, ("reason", "blank")),
        (withdraws, ECT, Unreadable.UNKNOWN, ("reason", "unknown")),
        (withdraws, ECT, WithdrawalReason.MENTOR_NO_LONGER_BEING_MENTOR, ("reason", "not_for_ects")),
        (defers, ECT, Unreadable.BLANK, ("reason", "blank")),
        (defers, ECT, Unreadable.UNKNOWN, ("reason", "unknown")),
        (withdraws, MENTOR, MOVED, ("course_identifier", "no_training")),
        (defers, Unreadable.BLANK, DeferralReason.OTHER, ("course_identifier", "blank")),
    ],
)
async def test_a_stop_needs_a_role_and_a_reason_of_that_role(
    world: World, act: Any, role: Any, reason: Any, expected: tuple[str, str]
) -> None:
    stay, _ = await world.ect(await world.reported())
    with refuses(expected):
        await act(world, stay, role=role, reason=reason)
    assert await kinds() == []


@pytest.mark.rule("API-13.1")
@pytest.mark.rule("API-6.2")
async def test_wrong_fields_come_together(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await withdraws(world, stay)
    with refuses(("reason", "blank"), ("participant_id", "already_withdrawn")):
        await withdraws(world, stay, reason=Unreadable.BLANK)
    with refuses(("course_identifier", "no_training"), ("reason", "unknown")):
        await withdraws(world, stay, role=MENTOR, reason=Unreadable.UNKNOWN)


@pytest.mark.rule("API-13.3")
@pytest.mark.rule("API-19.5")
async def test_stopping_twice_is_refused(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await defers(world, stay)
    with refuses(("participant_id", "already_deferred")):
        await defers(world, stay)
    await withdraws(world, stay)
    for act in (withdraws, defers):
        with refuses(("participant_id", "already_withdrawn")):
            await act(world, stay)


@pytest.mark.rule("API-13.3")
@pytest.mark.parametrize(
    ("started_on", "code"), [(TODAY, "started_today"), (TODAY + ONE_DAY, "not_started"), (TODAY - ONE_DAY, None)]
)
async def test_what_starts_today_can_be_stopped_from_tomorrow(world: World, started_on: date, code: str | None) -> None:
    stay, training = await world.ect(await world.reported(), started_on=started_on)
    if code is None:
        await withdraws(world, stay)
    else:
        with refuses(("participant_id", code)):
            await withdraws(world, stay)
    assert ((await stored(training))["withdrawn_at"] is None) == (code is not None)


@pytest.mark.rule("API-13.1")
@pytest.mark.parametrize("held", ["requested", "disputed"])
async def test_only_confirmed_training_can_be_stopped(world: World, held: str) -> None:
    challenge = {"challenged_at": clock.now(), "challenge_reason": "looks_like_a_mistake"}
    stay, _ = await world.ect(await world.reported(**challenge) if held == "disputed" else None)
    with refuses(("course_identifier", "no_training")):
        await withdraws(world, stay)


@pytest.mark.rule("API-13.7")
async def test_a_stop_is_undone_the_same_day_as_if_it_had_not_been(world: World) -> None:
    stay, training = await world.ect(await world.reported())
    await withdraws(world, stay)
    assert await resumes(world, stay) is Resumption.UNDO
    row = await stored(training)
    cleared = ("withdrawn_at", "withdrawal_reason", "deferred_at", "deferral_reason", "finished_on_before_stop")
    assert [row[name] for name in (*cleared, "finished_on")] == [None] * 6
    assert len(await rows_of(stay)) == 1
    assert (await kinds())[-1] == "teacher_training_stop_undone"
    assert (await mail("M-12"), await mail("M-12", "cancelled")) == ([], ["alice@ash.example"])


@pytest.mark.rule("API-13.7")
async def test_a_second_stop_the_same_day_is_told_again(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await withdraws(world, stay)
    await resumes(world, stay)
    await withdraws(world, stay)
    assert await mail("M-12") == ["alice@ash.example"]


@pytest.mark.rule("API-13.7")
@pytest.mark.parametrize(
    ("before", "stay_ends", "after"),
    [
        (date(2026, 7, 31), None, date(2026, 7, 31)),
        (date(2026, 7, 31), date(2026, 5, 1), date(2026, 5, 1)),
        (None, date(2026, 5, 1), date(2026, 5, 1)),
        (date(2026, 1, 31), None, date(2026, 1, 31)),
    ],
)
async def test_undoing_gives_back_the_last_day_within_the_stay(
    world: World, before: date | None, stay_ends: date | None, after: date
) -> None:
    stay, training = await world.ect(await world.reported(), finished_on=before)
    await defers(world, stay)
    if stay_ends is not None:
        await _leave(stay, stay_ends)
    assert await resumes(world, stay) is Resumption.UNDO
    assert (await stored(training))["finished_on"] == after


async def _leave(stay: Stay, day: date) -> None:
    async with transaction():
        await fetch_one(
            "UPDATE ect_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1", stay.id, day
        )


@pytest.mark.rule("API-13.6")
@pytest.mark.rule("API-13.9")
@pytest.mark.rule("API-13.8")
async def test_from_the_next_day_training_begins_anew(world: World) -> None:
    stay, training = await world.ect(await world.reported())
    await withdraws(world, stay)
    assert await resumes(world, stay, TODAY + ONE_DAY) is Resumption.NEW_TRAINING
    old, new = await rows_of(stay)
    assert (old["finished_on"], old["withdrawal_reason"]) == (TODAY, "moved_school")
    assert (new["started_on"], new["finished_on"], new["requested_at"]) == (TODAY + ONE_DAY, None, None)
    same = ("school_partnership_id", "schedule_id", "contract_period_year", "self_funded", "role")
    assert [new[name] for name in same] == [training[name] for name in same]
    assert {"teacher_starts_training_period", "teacher_training_resumed"} <= set(await kinds())


@pytest.mark.rule("API-13.6")
async def test_midnight_in_london_ends_the_day(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    late = datetime(2026, 6, 4, 23, 59, tzinfo=clock.LONDON)
    with clock.at(late):
        await withdraw(Withdraw(world.larch.id, stay.teacher.id, ECT, MOVED), LARCH_TEAM, clock.today())
        assert await resume(Resume(world.larch.id, stay.teacher.id, ECT), LARCH_TEAM, clock.today()) is Resumption.UNDO
        await withdraw(Withdraw(world.larch.id, stay.teacher.id, ECT, MOVED), LARCH_TEAM, clock.today())
    with clock.at(late + timedelta(minutes=2)):
        done = await resume(Resume(world.larch.id, stay.teacher.id, ECT), LARCH_TEAM, clock.today())
    assert done is Resumption.NEW_TRAINING


@pytest.mark.rule("API-13.7")
async def test_paused_earlier_and_withdrawn_today_begins_anew(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await defers(world, stay, date(2026, 2, 1))
    await withdraws(world, stay)
    assert await resumes(world, stay) is Resumption.NEW_TRAINING
    old, new = await rows_of(stay)
    assert old["deferred_at"] is not None
    assert old["withdrawn_at"] is not None
    assert (old["finished_on"], new["started_on"]) == (date(2026, 2, 1), TODAY)


@pytest.mark.rule("API-13.6")
async def test_nothing_is_resumed_that_goes_on(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    with refuses(("participant_id", "already_active")):
        await resumes(world, stay)


@pytest.mark.rule("API-13.6")
@pytest.mark.parametrize("today", [TODAY, TODAY + ONE_DAY])
async def test_another_training_that_the_school_chose_stands_in_the_way(world: World, today: date) -> None:
    stay, _ = await world.ect(await world.reported())
    await withdraws(world, stay)
    await factories.training(stay, started_on=TODAY + ONE_DAY)
    with refuses(("participant_id", "other_training")):
        await resumes(world, stay, today)


@pytest.mark.rule("API-13.6")
async def test_nobody_is_trained_beyond_their_stay(world: World) -> None:
    stay, _ = await world.ect(await world.reported())
    await withdraws(world, stay)
    await _leave(stay, TODAY + ONE_DAY)
    with refuses(("participant_id", "left_school")):
        await resumes(world, stay, TODAY + ONE_DAY)


@pytest.mark.rule("API-13.8")
async def test_resumed_training_ends_with_the_stay(world: World) -> None:
    stay, _ = await world.mentor(await world.reported())
    await withdraws(world, stay, role=MENTOR, reason=WithdrawalReason.MENTOR_NO_LONGER_BEING_MENTOR)
    await resumes(world, stay, TODAY + ONE_DAY, role=Role.MENTOR)
    _, new = await rows_of(stay)
    assert (new["mentor_at_school_period_id"], new["finished_on"]) == (stay.id, None)
