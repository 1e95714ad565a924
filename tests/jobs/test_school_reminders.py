"""Reminders to schools: on which days, to whom, and never against their wish (NOT-5, MSG-01)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.run_due import run_due
from app.jobs.school_reminders import send_school_reminders
from app.notices.mailbox import DeveloperMailbox, received
from app.registration.home.reminder_days import Reminder, bank_holidays, planned_days, working_day
from app.schools.stop_reminders import opt_out_link
from app.settings import settings
from tests import factories
from tests.cast import Cast, cast
from tests.training.builders import period

FIRST_MONDAY = date(2025, 11, 3)


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


async def run(day: date, hour: int = 12) -> int:
    with clock.at(datetime(day.year, day.month, day.day, hour, tzinfo=UTC)):
        return await send_school_reminders()


async def sent(*reminders: str) -> list[tuple[str, str]]:
    """Return message id and recipient of what was queued, oldest first."""
    rows = await fetch("SELECT message_id, recipient FROM message ORDER BY message_id, recipient")
    return [tuple(row) for row in rows if not reminders or row["message_id"] in reminders]


async def waiting(at: Any) -> Any:
    """Store an ECT without a mentor, qualified and with an appropriate body, in school-led training."""
    body = await factories.appropriate_body(f"Hub of {at.name}")
    teacher = await factories.teacher(f"Nell {at.name}", trs_qts_awarded_on=date(2025, 7, 1))
    facts = {"school_reported_appropriate_body_id": body.id}
    ect = await factories.ect(at, teacher, date(2025, 10, 20), **facts)
    await factories.training(ect)
    return ect


@pytest.mark.rule("NOT-5.1")
def test_the_bank_holidays_of_england() -> None:
    assert sorted(bank_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 4),
        date(2026, 5, 25),
        date(2026, 8, 31),
        date(2026, 12, 25),
        date(2026, 12, 28),
    ]
    assert {date(2027, 12, 27), date(2027, 12, 28)} < bank_holidays(2027)
    assert date(2022, 1, 3) in bank_holidays(2022)


@pytest.mark.rule("NOT-5.1")
@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2025, 11, 3), date(2025, 11, 3)),
        (date(2025, 11, 1), date(2025, 11, 3)),
        (date(2026, 5, 4), date(2026, 5, 5)),
        (date(2027, 12, 25), date(2027, 12, 29)),
        (date(2027, 12, 31), date(2027, 12, 31)),
    ],
)
def test_weekends_and_bank_holidays_move_to_the_next_working_day(day: date, moved: date) -> None:
    assert working_day(day) == moved


@pytest.mark.rule("NOT-5.1", "M-40", "M-41", "M-44", "M-46")
def test_on_which_days_each_reminder_is_planned() -> None:
    def days(reminder: Reminder) -> list[str]:
        return [str(day) for day in planned_days(reminder, period(2025), 30)]

    assert days(Reminder.OPENED) == ["2025-06-01"]
    assert days(Reminder.NOBODY_REGISTERED) == ["2025-07-01", "2025-10-06", "2025-11-03"]
    assert days(Reminder.START_OF_TERM) == ["2025-09-08", "2026-01-12", "2026-04-20"]
    monthly = days(Reminder.PEOPLE_WAITING)
    assert (monthly[0], monthly[4], monthly[-1], len(monthly)) == ("2025-09-01", "2026-01-05", "2026-07-06", 11)


@pytest.mark.rule("M-40", "M-41", "NOT-5.1", "MSG-01")
async def test_each_school_gets_what_concerns_it_once_from_midday(people: Cast) -> None:
    await waiting(people.ash)

    assert await run(FIRST_MONDAY, 11) == 0
    assert await run(FIRST_MONDAY) == 2
    assert await run(FIRST_MONDAY, 13) == 0

    assert await sent() == [("M-40", people.carla.email), ("M-41", people.alice.email)]
    rows = await fetch("SELECT reminder, state, sent FROM reminder_run ORDER BY reminder")
    assert [tuple(row) for row in rows] == [("M-40", "sent", 1), ("M-41", "sent", 1)]
    assert len(await fetch("SELECT FROM event WHERE kind = 'reminder_run_sent'")) == 2


@pytest.mark.rule("M-41", "NOT-5.1", "NOT-5.3", "NOT-3.3")
async def test_the_mail_counts_without_names_and_can_be_stopped(people: Cast) -> None:
    await waiting(people.ash)
    with clock.at(factories.noon(FIRST_MONDAY)):
        await run_due(None, DeveloperMailbox())

    (mail,) = [mail for mail in await received() if mail.message_id == "M-41"]

    assert "ECTs without a mentor: 1" in mail.body
    assert "not confirmed" not in mail.body
    assert "Nell" not in mail.body
    assert opt_out_link(settings().secret(), people.ash.public_id) in mail.body


@pytest.mark.rule("M-42", "M-43", "M-45", "NOT-5.1")
@pytest.mark.parametrize(
    ("days", "provider_led", "body_ends", "reminder", "words"),
    [
        (15, True, None, "M-42", "ECTs whose lead provider has not confirmed them: 1"),
        (14, True, None, "", ""),
        (29, False, None, "M-43", "ECTs whose induction the appropriate body has not recorded: 1"),
        (28, False, None, "", ""),
        (5, False, date(2025, 11, 1), "M-45", "ECTs without an appropriate body that can be used: 1"),
    ],
)
async def test_each_thing_that_waits_is_a_reminder_of_its_own(
    days: int, provider_led: bool, body_ends: date | None, reminder: str, words: str, people: Cast
) -> None:
    started_on = FIRST_MONDAY - timedelta(days=days)
    body = await factories.appropriate_body(active_to=body_ends)
    teacher = await factories.teacher("Nell Wood", trs_qts_awarded_on=date(2025, 7, 1))
    ect = await factories.ect(people.ash, teacher, started_on, school_reported_appropriate_body_id=body.id)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await factories.training(ect, await factories.lead_provider() if provider_led else None)
    with clock.at(factories.noon(FIRST_MONDAY)):
        await run_due(None, DeveloperMailbox())

    found = [mail for mail in await received() if mail.message_id in {"M-41", "M-42", "M-43", "M-45"}]

    assert [mail.message_id for mail in found] == ([reminder] if reminder else [])
    assert not reminder or words in found[0].body


EXPECTS_NOBODY = """INSERT INTO school_year (created_at, updated_at, school_id, contract_period_year, expecting_ects)
    SELECT now(), now(), id, 2025, 'no' FROM school"""


@pytest.mark.rule("NOT-5.2", "MSG-01", "SCH-06")
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE school SET reminders_off_until = '2025-11-03'", "opted_out"),
        ("UPDATE school SET reminders_off_until = '2025-11-02'", ""),
        ("UPDATE school SET type_code = 47", "type_of_school"),
        ("UPDATE school SET access_override = 'none'", "no_use_of_the_service"),
        (EXPECTS_NOBODY, "expects_nobody"),
    ],
)
async def test_never_against_a_wish_or_where_the_service_is_not_used(statement: str, reason: str, people: Cast) -> None:
    await waiting(people.ash)
    await fetch(statement)

    count = await run(FIRST_MONDAY)

    assert (count == 0) is bool(reason)
    rows = await fetch("SELECT skipped::text FROM reminder_run WHERE reminder = 'M-41'")
    assert not reason or reason in rows[0]["skipped"]


@pytest.mark.rule("MSG-01", "NOT-5.2")
async def test_a_second_reminder_of_the_day_moves_on_by_a_working_day(people: Cast) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-10-04' WHERE year = 2025")
    # 4 October plus 30 days is Monday 3 November, the day of the monthly reminder too
    await waiting(people.ash)
    await fetch("UPDATE ect_at_school_period SET started_on = '2025-05-20'")
    await fetch("UPDATE training_period SET started_on = '2025-05-20'")

    await run(FIRST_MONDAY)
    assert await sent("M-40", "M-41") == [("M-40", people.alice.email), ("M-40", people.carla.email)]
    await run(date(2025, 11, 4))
    assert await sent("M-41", "M-43") == [("M-41", people.alice.email)]
    await run(date(2025, 11, 5))
    assert len(await sent()) == 3


@pytest.mark.rule("M-46", "M-44")
async def test_opening_and_the_start_of_a_term_reach_whom_they_concern(people: Cast) -> None:
    await run(date(2026, 6, 1))
    assert await sent("M-46") == [("M-46", people.alice.email), ("M-46", people.carla.email)]
    await waiting(people.ash)
    await run(date(2026, 1, 12))  # the monthly reminder of 5 January is made up for first
    assert await sent("M-41", "M-44") == [("M-41", people.alice.email)]
    await run(date(2026, 1, 13))
    assert await sent("M-44") == [("M-44", people.alice.email)]


@pytest.mark.rule("NOT-5.1")
async def test_a_cancelled_run_does_not_go_and_a_postponed_one_later(people: Cast) -> None:
    facts = {"planned_on": FIRST_MONDAY, "sent": 0, "skipped": "{}"}
    await factories.insert("reminder_run", reminder="M-40", runs_on=FIRST_MONDAY, state="cancelled", **facts)
    await factories.insert("reminder_run", reminder="M-41", runs_on=date(2025, 11, 6), state="planned", **facts)
    await waiting(people.ash)

    await run(FIRST_MONDAY)
    assert await sent() == []
    await run(date(2025, 11, 6))
    assert await sent() == [("M-41", people.alice.email)]
