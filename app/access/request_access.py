"""Asking for access through the address that the national register holds for a school (ACC-5.7 to ACC-5.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.access import one_time
from app.access.email_events import AccessLinkRequested
from app.access.email_link import NOMINATION_LIFE, NOMINATIONS_AT_ONCE, PAUSE
from app.access.one_time import Purpose, Wanted
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.access_messages import AccessAskedFor, FurtherAccessAskedFor
from app.notices.outbox import Subjects, queue_message
from app.terms import Actor, ActorKind

if TYPE_CHECKING:
    from app.access.one_time import Made
    from app.terms import SchoolId

VISITOR = Actor(ActorKind.SYSTEM, "Somebody who was not signed in")
PATH = "/access"


@dataclass(frozen=True)
class RequestAccess:
    """For which school, where its mail goes, and how many such emails it may get a day (0 is any number)."""

    school_id: SchoolId
    school_name: str
    address: str
    daily_cap: int


async def request_access(command: RequestAccess) -> None:
    """Send a link that names a person, unless one has just been sent; either way nothing tells the two apart."""
    subject = str(command.school_id)
    async with transaction():
        await one_time.hold(Purpose.NOMINATION, subject)
        coalesced = await _is_coalesced(subject, command.daily_cap)
        if not coalesced:
            await one_time.void_open(Purpose.NOMINATION, subject, keep=NOMINATIONS_AT_ONCE - 1)
            wanted = Wanted(
                purpose=Purpose.NOMINATION,
                subject=subject,
                life=NOMINATION_LIFE,
                link=True,
                school_id=command.school_id,
            )
            await _send(command, await one_time.make(wanted))
        record(AccessLinkRequested(About(school_id=command.school_id), coalesced), VISITOR)


async def _is_coalesced(subject: str, daily_cap: int) -> bool:
    if await one_time.made_within(Purpose.NOMINATION, subject, PAUSE):
        return True
    if not daily_cap:
        return False
    midnight = datetime.combine(clock.today(), time(), clock.LONDON)
    since = clock.now() - midnight + timedelta(microseconds=1)
    return len(await one_time.made_within(Purpose.NOMINATION, subject, since)) >= daily_cap


async def _send(command: RequestAccess, made: Made) -> None:
    row = await fetch_one(
        "SELECT FROM school_access WHERE school_id = $1 AND ended_at IS NULL LIMIT 1", command.school_id
    )
    kind = AccessAskedFor if row is None else FurtherAccessAskedFor
    link, expires_on = f"{PATH}/{made.token}", made.expires_at.astimezone(clock.LONDON).date()
    await queue_message(
        kind(command.school_name, link, expires_on),
        to=command.address,
        dedupe_key=mail_key(made.id),
        about=Subjects(school_id=command.school_id),
        expires_at=made.expires_at,
    )


def mail_key(secret_id: int) -> str:
    """Return the dedupe key of the mail that carries a link, to withdraw it when the link is used (NOT-1.7)."""
    return f"link:{secret_id}"
