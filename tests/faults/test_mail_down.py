"""Mail: a sender that is down for hours, and a worker that dies while it sends (FLT-20, FLT-22, FLT-34, FLT-35, REL-4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.console.job_health import job_health
from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices import rules
from app.notices.deliver import deliver_due
from app.notices.sender import Accepted, DailyLimit, Delivery, NotSent, Rejected, Sent, SlowDown, Stop, Unknown
from app.terms import FailureCause
from tests.notices.doubles import RecordingSender
from tests.notices.rows import NOON, queue, state_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.notices.sender import Finding, Mail, Outcome


class Killed(BaseException):
    """The process is gone: nothing after this is run."""


class Provider:
    """Takes mail as a sender outside does: each reference once, whatever becomes of the answer."""

    def __init__(self) -> None:
        self.taken: dict[UUID, str] = {}
        self.down = False
        self.kills = False

    async def send(self, mail: Mail) -> Outcome:
        """Take a mail; its reference a second time is the same mail."""
        if self.down:
            return Unknown(FailureCause.TIMEOUT)
        assert mail.reference not in self.taken, "sent twice"
        self.taken[mail.reference] = mail.to
        if self.kills:
            raise Killed
        return Accepted("7", Delivery.DELIVERED)

    async def find(self, reference: UUID) -> Finding:
        """Tell whether a mail was taken."""
        if self.down or reference not in self.taken:
            return NotSent()
        return Sent("7", Delivery.DELIVERED)


async def queued(to: str, priority: int = 1) -> UUID:
    """Queue a mail at noon."""
    with clock.at(NOON):
        async with transaction():
            message = await queue(to, to)
    assert message is not None
    await fetch("UPDATE message SET priority = $2 WHERE id = $1", message, priority)
    return message


async def delivered(sender: Provider | RecordingSender, at: timedelta) -> int:
    """Deliver what is due so long after noon."""
    with clock.at(NOON + at):
        return await deliver_due(sender)


@pytest.mark.rule("FLT-20", "REL-4")
@pytest.mark.parametrize("taken", [True, False], ids=["after the mail was taken", "before it was taken"])
async def test_a_worker_killed_while_it_sends_leaves_one_mail_accepted(database: None, taken: bool) -> None:
    message, provider = await queued("rory@amberley.example"), Provider()
    if taken:
        provider.kills = True
        with pytest.raises(Killed):
            await delivered(provider, timedelta())
        provider.kills = False
    else:
        await fetch("UPDATE message SET state = 'sending', attempts = 1")
    await fetch("UPDATE message SET leased_until = $1", clock.machine_now() + rules.LEASE)
    assert await delivered(provider, timedelta(minutes=1)) == 0
    await fetch("UPDATE message SET leased_until = $1", clock.machine_now() - timedelta(seconds=1))
    await delivered(provider, timedelta(minutes=30))
    assert await state_of(message) == "delivered"
    assert list(provider.taken) == [message]
    assert await delivered(provider, timedelta(hours=1)) == 0


@pytest.mark.rule("FLT-34")
async def test_a_sender_down_for_six_hours_is_drained_in_order_by_priority(database: None) -> None:
    provider = Provider()
    provider.down = True
    messages = {priority: await queued(f"{priority}@a.example", priority) for priority in (2, 0, 1)}
    for minutes in range(0, 360, 10):
        await delivered(provider, timedelta(minutes=minutes))
    assert {await state_of(message) for message in messages.values()} == {"pending"}
    later = await queued("3@a.example", 2)
    provider.down = False
    await delivered(provider, timedelta(minutes=360) + rules.wait_after(99, 2, jitter=1))
    assert {await state_of(message) for message in (*messages.values(), later)} == {"delivered"}
    assert len(provider.taken) == 4
    ready = [to for to in provider.taken.values() if to != "3@a.example"]
    assert ready == ["0@a.example", "1@a.example", "2@a.example"]


@pytest.mark.rule("FLT-22", "REL-4")
async def test_a_worker_that_stood_still_is_seen_to_and_catches_up_once(database: None) -> None:
    messages = [await queued(f"{number}@a.example") for number in range(3)]
    provider, ages = Provider(), []
    for minutes in (5, 10):
        now = NOON + timedelta(minutes=minutes)
        with clock.at(now):
            ages.append((await job_health()).oldest(sign_in=False, now=now))
    assert ages == [timedelta(minutes=5), timedelta(minutes=10)]
    await delivered(provider, timedelta(minutes=10))
    await delivered(provider, timedelta(minutes=11))
    assert sorted(provider.taken) == sorted(messages)
    assert (await job_health()).oldest(sign_in=False, now=now) == timedelta(0)


@pytest.mark.rule("FLT-35", "REL-4")
@pytest.mark.parametrize(
    ("outcome", "state", "waits"),
    [
        (Rejected("bad_request"), "failed", None),
        (Stop("forbidden"), "delivered", rules.STOPPED_PAUSE),
        (Unknown(FailureCause.TIMEOUT), "delivered", timedelta(minutes=2)),
        (SlowDown(NOON + timedelta(seconds=5)), "delivered", timedelta(minutes=1)),
        (DailyLimit(), "delivered", timedelta(hours=12, minutes=11)),
    ],
    ids=["400", "403", "lost answer", "429 for the moment", "429 for the day"],
)
async def test_whatever_a_sender_answers_a_mail_is_taken_once_at_most(
    database: None, outcome: Outcome, state: str, waits: timedelta | None
) -> None:
    message = await queued("rory@amberley.example")
    lost = isinstance(outcome, Unknown)
    sender = RecordingSender(
        outcome, Accepted("7", Delivery.DELIVERED), finding=Sent("7", Delivery.DELIVERED) if lost else None
    )
    for at in (timedelta(), waits or timedelta(days=1), timedelta(days=2)):
        await delivered(sender, at)
    assert await state_of(message) == state
    accepted = [outcome for outcome in sender.outcomes[: len(sender.mails)] if isinstance(outcome, Accepted)]
    assert len(accepted) == (0 if lost or state == "failed" else 1)
    assert len(sender.mails) <= 2
