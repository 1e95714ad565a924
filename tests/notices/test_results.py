"""What becomes of mail after it was taken: receipts, more tries, blocked addresses, a sender that stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.notices import rules
from app.notices.deliver import ask_what_became, deliver_due
from app.notices.mailbox import DeveloperMailbox, received
from app.notices.outbox import Subjects, queue_message
from app.notices.recipients import is_blocked
from app.notices.results import note_receipt
from app.notices.send_again import send_again
from app.notices.sender import Accepted, Delivery, NotSent, Receipt, Sent, Stop, Unknown
from app.notices.tidy import forget_contents
from tests.notices.doubles import RecordingSender
from tests.notices.rows import NOON, WELCOME, make_school, queue, state_of

if TYPE_CHECKING:
    from app.notices.sender import MailSender

TO = "rory@amberley.example"
HOUR = timedelta(hours=1)


async def queued(to: str = TO, key: str = "key", at: timedelta = timedelta(), **about: Any) -> UUID:
    with clock.at(NOON + at):
        async with transaction():
            message = await queue_message(WELCOME, to=to, dedupe_key=key, about=Subjects(**about))
    assert message is not None
    return message


async def delivered(sender: MailSender, at: timedelta = timedelta()) -> int:
    with clock.at(NOON + at):
        return await deliver_due(sender)


async def receipt(message: UUID, delivery: Delivery, at: timedelta = timedelta()) -> bool:
    with clock.at(NOON + at):
        return await note_receipt(Receipt(message, "7", delivery))


async def kinds() -> list[str]:
    return [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]


@pytest.mark.rule("NOT-2.7")
async def test_a_receipt_ends_what_was_accepted_and_nothing_takes_that_back(database: None) -> None:
    message = await queued()
    await delivered(RecordingSender(Accepted("7")))
    assert await receipt(message, Delivery.UNDER_WAY) is False
    assert await receipt(message, Delivery.DELIVERED) is True
    assert await receipt(message, Delivery.PERMANENT_FAILURE) is False
    assert await receipt(uuid4(), Delivery.PERMANENT_FAILURE) is False
    assert (await state_of(message), await kinds()) == ("delivered", [])


@pytest.mark.rule("NOT-2.7")
@pytest.mark.rule("NOT-2.6")
async def test_a_receipt_that_comes_before_the_answer_counts_and_nothing_is_sent_again(database: None) -> None:
    message = await queued()
    await delivered(RecordingSender(Unknown()))
    assert await receipt(message, Delivery.PERMANENT_FAILURE) is True
    sender = RecordingSender()
    assert await delivered(sender, HOUR) == 0
    assert (await state_of(message), sender.looked_up, await is_blocked(TO)) == ("bounced", [], True)


@pytest.mark.rule("NOT-2.7")
async def test_without_a_receipt_the_sender_is_asked_three_times(database: None) -> None:
    message = await queued()
    await delivered(RecordingSender(Accepted("7")))
    quiet = RecordingSender(finding=Sent("7"))
    for hours, asked in ((0.9, 0), (1, 1), (1.5, 1), (23, 1), (24, 2), (50, 2), (72, 3), (200, 3)):
        with clock.at(NOON + timedelta(hours=hours)):
            assert await ask_what_became(quiet) == 0
        assert len(quiet.asked) == asked, hours
    await fetch("UPDATE message SET asked_at = NULL")
    with clock.at(NOON + HOUR):
        assert await ask_what_became(RecordingSender(finding=NotSent())) == 0
    await fetch("UPDATE message SET asked_at = NULL")
    with clock.at(NOON + HOUR):
        assert await ask_what_became(RecordingSender(finding=Sent("7", Delivery.DELIVERED))) == 1
    assert await state_of(message) == "delivered"


@pytest.mark.rule("NOT-2.8")
@pytest.mark.parametrize(
    ("to", "hours"), [("rory+later@a.example", (24, 48)), ("rory+technical@a.example", (0.25, 1, 4))]
)
async def test_what_fails_for_a_time_is_tried_again_and_then_given_up(
    database: None, to: str, hours: tuple[float, ...]
) -> None:
    await queued(to)
    sent = await delivered(DeveloperMailbox())
    for hour in hours:
        assert await kinds() == []
        assert await delivered(DeveloperMailbox(), timedelta(hours=hour) - timedelta(seconds=1)) == 0
        sent += await delivered(DeveloperMailbox(), timedelta(hours=hour))
    assert await delivered(DeveloperMailbox(), timedelta(hours=500)) == 0
    rows = await fetch("SELECT state, dedupe_key FROM message ORDER BY dedupe_key")
    assert sent == len(rows) == len(hours) + 1
    assert {row["state"] for row in rows} == {"undelivered"}
    assert [row["dedupe_key"] for row in rows] == ["key", *(f"key:try {number}" for number in range(1, len(rows)))]
    assert await kinds() == ["email_undelivered"]


@pytest.mark.rule("NOT-2.8")
async def test_the_second_mail_that_fails_to_the_end_blocks_the_address(database: None) -> None:
    to = "rory+later@a.example"

    async def to_the_end(key: str, start: int) -> bool:
        await queued(to, key, timedelta(hours=start))
        for hours in (0, 24, 48):
            await delivered(DeveloperMailbox(), timedelta(hours=start + hours))
        return await is_blocked(to)

    assert await to_the_end("first", 0) is False
    await delivered(RecordingSender(), timedelta(hours=90)), await queued(to, "arrives", timedelta(hours=100))
    await delivered(RecordingSender(), timedelta(hours=100))
    assert await to_the_end("second", 200) is False
    assert await to_the_end("third", 300) is True
    assert (await kinds())[-2:] == ["email_bounced", "email_address_blocked"]
    assert await state_of(await queued(to, "fourth", timedelta(hours=400))) == "suppressed"


@pytest.mark.rule("NOT-2.8")
async def test_what_waits_for_its_time_does_not_go_to_an_address_that_bounced_meanwhile(database: None) -> None:
    with clock.at(NOON):
        async with transaction():
            waits = await queue(TO, "waits", not_before=NOON + HOUR)
    bounced = await queued()
    await delivered(RecordingSender(Accepted("7")))
    await receipt(bounced, Delivery.PERMANENT_FAILURE)
    sender = RecordingSender()
    await delivered(sender, HOUR)
    assert (await state_of(waits), sender.mails) == ("suppressed", [])


@pytest.mark.rule("NOT-2.4")
@pytest.mark.rule("ADM-16.1")
async def test_a_stopped_sender_is_tried_with_one_mail_every_five_minutes(database: None) -> None:
    for number in range(3):
        await queued(key=str(number))
    refuses = RecordingSender(Stop("forbidden"))
    minutes = [await delivered(refuses, timedelta(minutes=minute)) for minute in (0, 1, 4, 5, 9, 10)]
    assert minutes == [1, 0, 0, 1, 0, 1]
    assert await kinds() == ["sender_stopped"]
    silent = RecordingSender(Unknown())
    assert (await delivered(silent, timedelta(minutes=15)), await kinds()) == (1, ["sender_stopped"])
    well = RecordingSender()
    assert await delivered(well, timedelta(minutes=20)) == 3
    assert await kinds() == ["sender_stopped", "sender_restarted"]


@pytest.mark.rule("NOT-8.2")
async def test_slow_mail_arrives_after_ten_minutes(database: None) -> None:
    message = await queued("rory+slow@a.example")
    await delivered(DeveloperMailbox())
    for minutes, state in ((0, "accepted"), (9, "accepted"), (10, "delivered")):
        with clock.at(NOON + timedelta(minutes=minutes)):
            await ask_what_became(DeveloperMailbox())
        assert await state_of(message) == state, minutes


@pytest.mark.rule("NOT-2.10")
@pytest.mark.rule("NOT-1.6")
async def test_what_never_arrived_goes_to_the_new_address_once(database: None) -> None:
    school = await make_school()
    old, new = "rory+bounce@a.example", "rory@b.example"
    person = {"school_id": school, "teacher_id": 4, "ect_at_school_period_id": 5}
    await queued(old, "too old", -timedelta(days=91), **person)
    await delivered(DeveloperMailbox(), -timedelta(days=91))
    await fetch("UPDATE message SET state = 'undelivered'")
    await queued(old, "bounced", **person)
    await delivered(DeveloperMailbox())
    await queued(old, "suppressed", HOUR, **person)
    await queued(old, "somebody else", HOUR, **(person | {"teacher_id": 6}))
    await queued(old, "another stay", HOUR, **(person | {"ect_at_school_period_id": 7}))
    about = Subjects(**person)
    with clock.at(NOON + timedelta(days=80)):
        await forget_contents()
        async with transaction():
            assert await send_again("rory@fine.example", new, about) == 0
            assert await send_again(old, new, about) == 2
            assert await send_again(old, new, about) == 0
        assert await deliver_due(DeveloperMailbox()) == 2
    assert [mail.recipient for mail in await received()][:2] == [new, new]
    with clock.at(NOON + timedelta(days=90, hours=1)):
        await forget_contents()
    kept = await fetch_one("SELECT count(personalisation) AS kept FROM message WHERE recipient = $1", old)
    assert kept is not None
    assert kept["kept"] == 0


@pytest.mark.rule("NOT-2.8")
def test_tries_follow_the_first_failure() -> None:
    temporary = [rules.wait_after_failure(Delivery.TEMPORARY_FAILURE, number) for number in range(3)]
    assert temporary == [timedelta(hours=24), timedelta(hours=24), None]
    assert rules.wait_after_failure(Delivery.PERMANENT_FAILURE, 0) is None
