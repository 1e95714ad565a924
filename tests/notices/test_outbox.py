"""Queuing mail: with the change or not at all, once, and to the right person."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.notices.catalogue import ECTRegisteredElsewhere, Message, PartnershipNotReused
from app.notices.outbox import Subjects, queue_message, queue_to_lead_provider, queue_to_school, queue_with_copy
from tests.notices.rows import (
    NOON,
    WELCOME,
    actor,
    insert,
    make_school,
    make_tutor,
    make_user,
    queue,
    recipients,
    state_of,
)

GONE = ECTRegisteredElsewhere("Rory Kendal", NOON.date())


async def jobs() -> list[str]:
    rows = await fetch("SELECT args ->> 'message' AS message FROM procrastinate_jobs WHERE status = 'todo'")
    return [row["message"] for row in rows]


@pytest.mark.rule("NOT-1.1")
@pytest.mark.rule("GEN-07")
async def test_a_change_that_is_rolled_back_takes_its_mail_and_its_job_with_it(database: None) -> None:
    async def fail_after_queuing() -> None:
        async with transaction():
            await queue("rory@amberley.example")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_queuing()
    assert await recipients() == []
    assert await jobs() == []


@pytest.mark.rule("NOT-1.1")
async def test_nothing_is_queued_outside_a_transaction(database: None) -> None:
    with pytest.raises(RuntimeError):
        await queue("rory@amberley.example")


@pytest.mark.rule("NOT-1.2")
async def test_a_job_carries_nothing_but_the_id_of_the_message(database: None) -> None:
    async with transaction():
        queued = await queue("rory@amberley.example")
    row = await fetch_one("SELECT args::text AS args FROM procrastinate_jobs")
    assert row is not None
    assert row["args"] == f'{{"message": "{queued}"}}'
    assert await state_of(queued) == "pending"


@pytest.mark.rule("NOT-1.3")
async def test_the_same_cause_makes_one_mail(database: None) -> None:
    async with transaction():
        first = await queue("rory@amberley.example")
        again = await queue("rory@amberley.example")
    assert first is not None
    assert again is None
    assert await jobs() == [str(first)]


@pytest.mark.rule("MSG-02")
async def test_a_message_outside_the_catalogue_cannot_be_queued(database: None) -> None:
    @dataclass(frozen=True)
    class Made(Message):
        id = "M-99"
        text = "M-99"

    async with transaction():
        with pytest.raises(LookupError):
            await queue_message(Made(), to="a@b.example", dedupe_key="x", about=Subjects())


@pytest.mark.rule("GEN-01")
async def test_mail_for_later_gets_no_job_now(database: None) -> None:
    with clock.at(NOON):
        async with transaction():
            later = await queue("rory@amberley.example", not_before=clock.at_noon(NOON.date().replace(day=20)))
    assert await state_of(later) == "pending"
    assert await jobs() == []


@pytest.mark.rule("NOT-3.2")
@pytest.mark.parametrize(
    ("copies", "person", "expected"),
    [
        pytest.param(True, "rory@a.example", ["alice@a.example", "rory@a.example"], id="wants copies"),
        pytest.param(False, "rory@a.example", ["rory@a.example"], id="wants none"),
        pytest.param(True, "Alice@A.example", ["Alice@A.example"], id="is the person: one mail"),
    ],
)
async def test_who_acted_gets_a_copy(database: None, copies: bool, person: str, expected: list[str]) -> None:
    school = await make_school()
    alice = await make_user("alice@a.example", school, copies=copies)
    async with transaction():
        await queue_with_copy(WELCOME, to=person, actor=actor(alice, school), cause="stay 1", about=Subjects())
    assert await recipients() == expected


@pytest.mark.rule("NOT-3.2")
async def test_an_actor_who_is_no_user_gets_no_copy(database: None) -> None:
    async with transaction():
        await queue_with_copy(WELCOME, to="rory@a.example", actor=actor(None), cause="stay 1", about=Subjects())
    assert await recipients() == ["rory@a.example"]


async def mail_to_school(school: int, user: int) -> list[str]:
    async with transaction():
        await queue_to_school(GONE, school_id=school, cause="stay 1", about=Subjects(), registered_by=user)
    return await recipients()


@pytest.mark.rule("NOT-3.1", "ACC-12.2")
async def test_school_mail_goes_to_the_induction_tutor_first(database: None) -> None:
    school = await make_school(primary_email="office@a.example")
    user = await make_user("bob@a.example", school)
    await make_tutor(school, "alice@a.example", user)
    assert await mail_to_school(school, user) == ["alice@a.example"]


@pytest.mark.rule("NOT-3.1")
async def test_then_to_who_registered_the_person(database: None) -> None:
    school = await make_school(primary_email="office@a.example")
    assert await mail_to_school(school, await make_user("bob@a.example", school)) == ["bob@a.example"]


@pytest.mark.rule("NOT-3.1")
async def test_then_to_the_address_in_the_register_which_is_told_how_to_get_access(database: None) -> None:
    school = await make_school(primary_email="", secondary_email="head@a.example")
    without_access = await make_user("bob@a.example")
    assert await mail_to_school(school, without_access) == ["head@a.example"]
    row = await fetch_one("SELECT personalisation ->> 'explain_access' AS told, school_id FROM message")
    assert row is not None
    assert (row["told"], row["school_id"]) == ("true", school)


@pytest.mark.rule("NOT-3.1")
async def test_a_school_without_any_address_gets_no_mail(database: None) -> None:
    school = await make_school()
    assert await mail_to_school(school, await make_user("bob@a.example")) == []


@pytest.mark.rule("NOT-2.8")
@pytest.mark.rule("NOT-3.1")
async def test_an_address_that_bounced_is_skipped_and_gets_nothing(database: None) -> None:
    school = await make_school(primary_email="office@a.example")
    user = await make_user("bob@a.example", school)
    await make_tutor(school, "alice@a.example", user)
    async with transaction():
        bounced = await queue("Alice@a.example")
        await fetch("UPDATE message SET state = 'bounced', finished_at = $2 WHERE id = $1", bounced, NOON)
        again = await queue("alice@a.example", "again")
    assert await state_of(again) == "suppressed"
    assert str(again) not in await jobs()
    assert "bob@a.example" in await mail_to_school(school, user)


@pytest.mark.rule("M-23")
async def test_a_lead_provider_is_told_at_each_of_its_addresses(database: None) -> None:
    oak = await insert("lead_provider", key="oak", name="Oak", notification_emails=["a@oak.example", "b@oak.example"])
    elm = await insert("lead_provider", key="elm", name="Elm", notification_emails=[])
    message = PartnershipNotReused("Amberley Grove", "900001", 2026)
    async with transaction():
        for provider in (oak, elm):
            await queue_to_lead_provider(message, lead_provider_id=provider, cause="stay 1", about=Subjects())
    assert await recipients() == ["a@oak.example", "b@oak.example"]
