"""Delivering the outbox: every outcome of a sender, and never the same mail twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.notices import rules
from app.notices.deliver import deliver, deliver_due
from app.notices.mailbox import DeveloperMailbox, received
from app.notices.results import address_hash
from app.notices.sender import Accepted, BadAddress, DailyLimit, Delivery, Rejected, Sent, SlowDown, Stop, Unknown
from app.notices.tidy import forget_addresses, forget_contents
from app.terms import FailureCause
from tests.notices.doubles import RecordingSender
from tests.notices.rows import NOON, make_school, queue, state_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.notices.sender import MailSender, Outcome

TO = "rory@amberley.example"


async def queued(to: str = TO, key: str = "key") -> UUID:
    with clock.at(NOON):
        async with transaction():
            message = await queue(to, key)
    assert message is not None
    return message


async def delivered(sender: MailSender, at: timedelta = timedelta()) -> int:
    with clock.at(NOON + at):
        return await deliver_due(sender)


@pytest.mark.rule("NOT-1.4")
@pytest.mark.rule("NOT-2.4")
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param(Accepted("7", Delivery.DELIVERED), "delivered", id="accepted and delivered"),
        pytest.param(Accepted("7"), "accepted", id="accepted, no receipt yet"),
        pytest.param(Accepted("7", Delivery.PERMANENT_FAILURE), "bounced", id="permanent failure"),
        pytest.param(Accepted("7", Delivery.TECHNICAL_FAILURE), "undelivered", id="technical failure"),
        pytest.param(BadAddress(), "bounced", id="the address is refused"),
        pytest.param(Rejected("bad_request"), "failed", id="refused for good"),
        pytest.param(Stop("forbidden"), "pending", id="sender stopped"),
        pytest.param(SlowDown(NOON + timedelta(seconds=5)), "pending", id="too fast"),
        pytest.param(DailyLimit(), "pending", id="daily limit"),
        pytest.param(Unknown(FailureCause.TIMEOUT), "pending", id="unknown"),
    ],
)
async def test_each_outcome_leads_to_its_state(database: None, outcome: Outcome, state: str) -> None:
    message = await queued()
    await delivered(RecordingSender(outcome))
    assert await state_of(message) == state


@pytest.mark.rule("NOT-2.2")
async def test_a_message_is_sent_once(database: None) -> None:
    message, sender = await queued(), RecordingSender()
    assert await deliver(message, sender) is not None
    assert await deliver(message, sender) is None
    assert await delivered(sender) == 0
    assert len(sender.mails) == 1
    assert sender.mails[0].reference == message


@pytest.mark.rule("NOT-2.2")
async def test_a_row_leased_by_another_worker_is_left_alone_until_the_lease_ends(database: None) -> None:
    message, sender = await queued(), RecordingSender()
    lease = "UPDATE message SET state = 'sending', attempts = 1, leased_until = $1"
    await fetch(lease, clock.machine_now() + rules.LEASE)
    assert await delivered(sender) == 0
    await fetch(lease, clock.machine_now() - timedelta(seconds=1))
    assert await delivered(sender) == 1
    assert await state_of(message) == "delivered"
    assert sender.looked_up == [message]


@pytest.mark.rule("NOT-2.4")
@pytest.mark.rule("NOT-2.6")
async def test_after_an_unknown_outcome_it_is_looked_up_before_it_is_sent_again(database: None) -> None:
    message = await queued()
    sender = RecordingSender(Unknown(), finding=Sent("7", Delivery.DELIVERED))
    await delivered(sender)
    assert await delivered(sender, timedelta(seconds=20)) == 0
    await delivered(sender, timedelta(minutes=2))
    assert await state_of(message) == "delivered"
    assert len(sender.mails) == 1


@pytest.mark.rule("NOT-2.5")
async def test_unknown_outcomes_are_tried_for_72_hours_and_then_wait_for_staff(database: None) -> None:
    message, sender = await queued(), RecordingSender(Unknown())
    tried = [await delivered(sender, timedelta(minutes=minutes)) for minutes in (0, 2, 9, 28, 70, 150, 240)]
    assert tried == [1] * 7
    await delivered(sender, timedelta(hours=73))
    assert await state_of(message) == "parked"


@pytest.mark.rule("NOT-2.5")
def test_the_waits_grow() -> None:
    minutes = [rules.wait_after(attempts, 1).total_seconds() / 60 for attempts in range(1, 8)]
    assert minutes == [1, 5, 15, 30, 60, 60, 60]
    seconds = [rules.wait_after(attempts, 0).total_seconds() for attempts in range(1, 8)]
    assert seconds == [10, 30, 60, 120, 300, 600, 600]
    assert rules.wait_after(1, 1, jitter=1) == timedelta(seconds=72)
    assert rules.wait_after(1, 1, jitter=-1) == timedelta(seconds=48)


@pytest.mark.rule("NOT-2.4")
async def test_a_stopped_sender_keeps_everything_pending(database: None) -> None:
    messages = [await queued(key=str(number)) for number in range(3)]
    sender = RecordingSender(Stop("forbidden"))
    await delivered(sender)
    assert len(sender.mails) == 1
    assert {await state_of(message) for message in messages} == {"pending"}
    well = RecordingSender()
    await delivered(well, rules.STOPPED_PAUSE)
    assert len(well.mails) == 3


@pytest.mark.rule("NOT-2.4")
async def test_the_daily_limit_waits_for_midnight(database: None) -> None:
    message = await queued()
    await delivered(RecordingSender(DailyLimit()))
    assert await delivered(RecordingSender(), timedelta(hours=11, minutes=59)) == 0
    assert await delivered(RecordingSender(), timedelta(hours=12, minutes=11)) == 1
    assert await state_of(message) == "delivered"


@pytest.mark.rule("NOT-1.5")
async def test_urgent_mail_goes_first(database: None) -> None:
    for number, priority in enumerate((2, 1, 0)):
        message = await queued(f"{priority}@a.example", str(number))
        await fetch("UPDATE message SET priority = $2 WHERE id = $1", message, priority)
    sender = RecordingSender()
    await delivered(sender)
    assert [mail.to for mail in sender.mails] == ["0@a.example", "1@a.example", "2@a.example"]


@pytest.mark.rule("NOT-1.4")
async def test_mail_that_comes_too_late_is_not_sent(database: None) -> None:
    with clock.at(NOON):
        async with transaction():
            message = await queue(TO, not_before=NOON + timedelta(hours=1), expires_at=NOON + timedelta(hours=2))
    sender = RecordingSender()
    assert await delivered(sender, timedelta(minutes=59)) == 0
    await delivered(sender, timedelta(hours=2))
    assert await state_of(message) == "expired"
    assert sender.mails == []


@pytest.mark.rule("GEN-01")
async def test_mail_queued_for_at_once_leaves_whatever_its_date_and_is_dated_so(database: None) -> None:
    message = await queued()
    with clock.at(NOON - timedelta(days=400)):
        assert await deliver_due(DeveloperMailbox()) == 1
    assert [mail.at for mail in await received()] == [NOON]
    assert await state_of(message) == "delivered"


@pytest.mark.rule("NOT-1.4")
async def test_a_message_that_cannot_be_written_fails_and_the_next_one_goes(database: None) -> None:
    broken, good = await queued(key="broken"), await queued(key="good")
    await fetch("UPDATE message SET personalisation = personalisation #- '{fields,school}' WHERE id = $1", broken)
    await delivered(RecordingSender())
    assert (await state_of(broken), await state_of(good)) == ("failed", "delivered")


@pytest.mark.rule("NOT-2.8")
@pytest.mark.rule("ADM-16.1")
async def test_a_bounce_is_recorded_without_the_address(database: None) -> None:
    message = await queued("rory+bounce@amberley.example")
    await delivered(DeveloperMailbox())
    events = await fetch("SELECT kind, metadata::text AS kept, sentence FROM event ORDER BY id")
    assert [event["kind"] for event in events] == ["email_bounced", "email_address_blocked"]
    assert all("rory" not in event["kept"] + event["sentence"] for event in events)
    assert address_hash("RORY+bounce@amberley.example") in events[0]["kept"]
    assert await state_of(message) == "bounced"


@pytest.mark.rule("NOT-8.2")
@pytest.mark.parametrize(
    ("to", "state", "kept"),
    [
        ("rory@a.example", "delivered", 1),
        ("rory+bounce@a.example", "bounced", 1),
        ("rory+later@a.example", "undelivered", 1),
        ("rory+technical@a.example", "undelivered", 1),
        ("rory+reject@a.example", "bounced", 0),
        ("rory@bounce+reject.example", "delivered", 1),
    ],
)
async def test_the_recipient_decides_what_the_mailbox_answers(database: None, to: str, state: str, kept: int) -> None:
    message = await queued(to)
    await delivered(DeveloperMailbox())
    assert await state_of(message) == state
    assert len(await received()) == kept


@pytest.mark.rule("NOT-2.6")
async def test_the_mailbox_keeps_the_same_reference_once(database: None) -> None:
    message, mailbox = await queued(), DeveloperMailbox()
    await delivered(mailbox)
    await fetch("UPDATE message SET state = 'pending'")
    await deliver(message, RecordingSender())
    sender = RecordingSender()
    await fetch("UPDATE message SET state = 'pending', attempts = 0")
    await deliver(message, sender)
    assert (await mailbox.send(sender.mails[0]), len(await received())) == (
        Accepted(str(message), Delivery.DELIVERED),
        1,
    )


@pytest.mark.rule("NOT-8.1")
async def test_the_mailbox_filters_and_shows_the_newest_first(database: None) -> None:
    school = await make_school("900007")
    for hour, to in enumerate(("a@a.example", "b@a.example")):
        with clock.at(NOON + timedelta(hours=hour)):
            async with transaction():
                await queue(to, to)
    await fetch("UPDATE message SET school_id = $1 WHERE recipient = 'a@a.example'", school)
    await delivered(DeveloperMailbox())
    assert [mail.recipient for mail in await received()] == ["b@a.example", "a@a.example"]
    assert [mail.recipient for mail in await received(to="A@a.example")] == ["a@a.example"]
    assert [mail.recipient for mail in await received(school_urn="900007")] == ["a@a.example"]
    assert await received(email_id="M-02") == []


@pytest.mark.rule("NOT-1.6")
async def test_what_mail_said_is_forgotten_after_a_day_and_to_whom_after_400(database: None) -> None:
    message = await queued()
    await delivered(RecordingSender())
    with clock.at(NOON + timedelta(hours=23)):
        assert (await forget_contents(), await forget_addresses()) == (0, 0)
    with clock.at(NOON + timedelta(hours=24)):
        assert (await forget_contents(), await forget_addresses()) == (1, 0)
    with clock.at(NOON + timedelta(days=400)):
        assert (await forget_contents(), await forget_addresses()) == (0, 1)
        assert await forget_addresses() == 0
    row = await fetch_one("SELECT recipient, personalisation, message_id, state FROM message WHERE id = $1", message)
    assert row is not None
    assert tuple(row) == (address_hash(TO), None, "M-01", "delivered")
