"""Signing in with the link or the code of an email; using either ends both (ACC-6.5 to ACC-6.7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.access import one_time, sessions
from app.access.ask_to_sign_in import codes_off, count_wrong_code
from app.access.one_time import Purpose, State
from app.access.open_access import remembered_school, use_school
from app.access.request_access import mail_key
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.catalogue import SchoolUserSignsIn
from app.events.record import About, record
from app.notices.outbox import cancel_pending
from app.terms import Actor, ActorKind

if TYPE_CHECKING:
    from app.access.one_time import Found
    from app.access.sessions import NewSession


@dataclass(frozen=True)
class SignInByLink:
    """The token of a link, and the session to replace."""

    token: str = field(repr=False)
    old_session: bytes | None = field(repr=False)


@dataclass(frozen=True)
class SignInByCode:
    """A code for an address, typed in the browser of a session."""

    email: str = field(repr=False)
    code: str = field(repr=False)
    session: bytes = field(repr=False)


async def sign_in_by_link(command: SignInByLink) -> NewSession | None:
    """Sign in with a link in any browser; None when it was used, void or over, or opens nothing (ACC-6.5)."""
    async with transaction():
        found = await one_time.find_link(Purpose.SIGN_IN, command.token)
        return await _enter(found, command.old_session) if found and found.state is State.OPEN else None


async def sign_in_by_code(command: SignInByCode) -> NewSession | None:
    """Sign in with a code in the browser that asked; None when it is not right, which is counted (ACC-6.6)."""
    subject = command.email.lower()
    async with transaction():
        await one_time.hold(Purpose.SIGN_IN, subject)
        if await codes_off(subject):
            return None
        found = await one_time.try_code(Purpose.SIGN_IN, subject, command.code, command.session)
        if found is None:
            await count_wrong_code(subject)
            return None
        return await _enter(found, command.session)


async def _enter(found: Found, old_session: bytes | None) -> NewSession | None:
    row = await fetch_one(
        """SELECT id, name, email FROM app_user u WHERE id = $1 AND active AND audience = 'school' AND EXISTS (
            SELECT FROM school_access a WHERE a.user_id = u.id AND a.source = $2 AND a.ended_at IS NULL)""",
        found.user_id,
        EMAIL_LINK,
    )
    if row is None or not await one_time.use(found.id):
        return None
    await cancel_pending(mail_key(found.id))
    user, school = row["id"], await remembered_school(row["id"])
    await use_school(user, school)
    actor = Actor(ActorKind.SCHOOL_USER, row["name"], row["email"], user)
    record(SchoolUserSignsIn(About(school_id=school), method=EMAIL_LINK), actor)
    return await sessions.replace_by_signed_in(old_session, user, school, EMAIL_LINK)
