"""Asking to sign in by email: a link and a code to who may, the ways in to anybody else (ACC-6.3, ACC-6.4)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access import one_time
from app.access.email_link import PAUSE, SIGN_IN_LIFE, WRONG_CODES, codes_are_off
from app.access.one_time import Purpose, Wanted
from app.access.request_access import mail_key
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.notices.access_messages import AddressNotKnown, SignInLink
from app.notices.outbox import Subjects, queue_message
from app.settings import settings
from app.terms import UserId

if TYPE_CHECKING:
    from app.notices.message import Message

PATH = "/sign-in/link"
WRONG = "wrong_sign_in_code"


@dataclass(frozen=True)
class AskToSignIn:
    """An address, and the hash of the session in which the code will work."""

    email: str = field(repr=False)
    browser: bytes = field(repr=False)


async def ask_to_sign_in(command: AskToSignIn) -> None:
    """Send M-74 or M-75, unless one has just been sent; whether the address is known changes neither rows nor time."""
    subject = command.email.lower()
    async with transaction():
        await one_time.hold(Purpose.SIGN_IN, subject)
        if await one_time.made_within(Purpose.SIGN_IN, subject, PAUSE):
            return
        await one_time.void_open(Purpose.SIGN_IN, subject)
        user = await user_who_may(subject)
        wanted = Wanted(
            purpose=Purpose.SIGN_IN,
            subject=subject,
            life=SIGN_IN_LIFE,
            link=True,
            code=not await codes_off(subject),
            browser=command.browser,
            user_id=user,
        )
        made = await one_time.make(wanted)
        message: Message = AddressNotKnown(clock.now())
        if user is not None:
            message = SignInLink(f"{PATH}/{made.token}", made.code, made.expires_at)
        await queue_message(
            message,
            to=command.email,
            dedupe_key=mail_key(made.id),
            about=Subjects(user_id=user),
            expires_at=made.expires_at,
        )


async def user_who_may(subject: str) -> UserId | None:
    """Return the active user of an address in lower case who has open access by email link to some school (ACC-6.3)."""
    row = await fetch_one(
        """SELECT u.id FROM user_identity i JOIN app_user u ON u.id = i.user_id
        WHERE i.method = $1 AND i.subject = $2 AND u.active AND u.audience = 'school' AND EXISTS (
            SELECT FROM school_access a WHERE a.user_id = u.id AND a.source = $1 AND a.ended_at IS NULL)""",
        EMAIL_LINK,
        subject,
    )
    return UserId(row["id"]) if row else None


async def codes_off(subject: str) -> bool:
    """Tell whether too many wrong codes were entered for an address lately (ACC-6.6)."""
    rows = await fetch(
        "SELECT at FROM rate_count WHERE kind = $1 AND key_hash = $2 AND at <= $3 ORDER BY at DESC LIMIT $4",
        WRONG,
        _key(subject),
        clock.now(),
        WRONG_CODES,
    )
    return codes_are_off([row["at"] for row in rows], clock.now())


async def count_wrong_code(subject: str) -> None:
    """Count one wrong code of an address, in the transaction in force."""
    await fetch(
        "INSERT INTO rate_count (created_at, updated_at, kind, key_hash, at) VALUES ($1, $1, $2, $3, $1)",
        clock.now(),
        WRONG,
        _key(subject),
    )


def _key(subject: str) -> bytes:
    return hmac.digest(settings().secret(), f"{WRONG}:{subject}".encode(), hashlib.sha256)
