"""Users change their own name and address; a new address counts once it is confirmed (ACC-6.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access import one_time
from app.access.email_events import UserDetailsChanged
from app.access.email_link import NEW_EMAIL_LIFE, is_same_name
from app.access.one_time import Purpose, State, Wanted
from app.access.request_access import mail_key
from app.access.sign_in import EMAIL_LINK
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.access_messages import AddressChanged, ConfirmNewAddress
from app.notices.outbox import Subjects, queue_message
from app.notices.send_again import send_again
from app.terms import Actor, ActorKind, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from app.access.one_time import Found
    from app.terms import UserId

PATH = "/your-details/confirm"
CHECK_NAME_AND_EMAIL = "Check the name and email address"


@dataclass(frozen=True)
class ChangeDetails:
    """The name and address that a user wants for themself."""

    user_id: UserId
    name: str = field(repr=False)
    email: str = field(repr=False)


async def is_by_email(user_id: UserId) -> bool:
    """Tell whether name and address of a user are kept here, not at DfE Sign-in."""
    row = await fetch_one(
        "SELECT FROM user_identity WHERE user_id = $1 AND method NOT IN ($2, 'personas') LIMIT 1", user_id, EMAIL_LINK
    )
    return row is None


async def change_details(command: ChangeDetails, actor: Actor) -> bool:
    """Store the name; send M-76 to another address, which changes nothing yet. Returns whether it was sent.

    Raises Refused `check_name_and_email` for the address of another user (ACC-5.14).
    """
    async with transaction():
        user = await _lock(command.user_id)
        moves = str(user["email"]).casefold() != command.email.casefold()
        if moves and await _is_taken(command.email, command.name, command.user_id):
            raise Refused("check_name_and_email", "email", CHECK_NAME_AND_EMAIL)
        email = user["email"] if moves else command.email
        await _store(user, command.name, email, actor)
        if moves:
            await _ask_to_confirm(command)
        return moves


async def confirm_new_address(token: str) -> bool:
    """Take the new address of a link; M-77 to the old one. False when the link is used, over or overtaken."""
    async with transaction():
        found = await one_time.find_link(Purpose.NEW_EMAIL, token)
        if found is None or found.state is not State.OPEN or found.user_id is None or found.new_email is None:
            return False
        user = await _lock(found.user_id)
        taken = await _is_taken(found.new_email, user["name"], found.user_id)
        if taken or not user["active"] or not await one_time.use(found.id):
            return False
        await _move(found, user)
        return True


async def _move(found: Found, user: Mapping[str, Any]) -> None:
    actor = Actor(ActorKind.SCHOOL_USER, user["name"], user["email"], user["id"])
    await _store(user, user["name"], str(found.new_email), actor)
    await fetch(
        "UPDATE user_identity SET subject = lower($2), updated_at = $3 WHERE user_id = $1 AND method = $4",
        user["id"],
        found.new_email,
        clock.now(),
        EMAIL_LINK,
    )
    await one_time.void_open(Purpose.SIGN_IN, user["email"].lower())
    await queue_message(
        AddressChanged(user["name"], clock.today()),
        to=user["email"],
        dedupe_key=f"{AddressChanged.id}:{mail_key(found.id)}",
        about=Subjects(user_id=user["id"]),
    )
    await send_again(user["email"], str(found.new_email), Subjects(user_id=user["id"]))


async def _ask_to_confirm(command: ChangeDetails) -> None:
    subject = str(command.user_id)
    await one_time.void_open(Purpose.NEW_EMAIL, subject)
    wanted = Wanted(
        purpose=Purpose.NEW_EMAIL,
        subject=subject,
        life=NEW_EMAIL_LIFE,
        link=True,
        user_id=command.user_id,
        new_email=command.email,
    )
    made = await one_time.make(wanted)
    await queue_message(
        ConfirmNewAddress(command.name, f"{PATH}/{made.token}", made.expires_at),
        to=command.email,
        dedupe_key=mail_key(made.id),
        about=Subjects(user_id=command.user_id),
        expires_at=made.expires_at,
    )


async def _lock(user_id: UserId) -> Mapping[str, Any]:
    row = await fetch_one("SELECT id, name, email, active FROM app_user WHERE id = $1 FOR UPDATE", user_id)
    if row is None:
        raise LookupError("a user is never deleted")
    return dict(row)


async def _is_taken(email: str, name: str, user_id: UserId) -> bool:
    """Tell whether another user signs in with the address, or another person is some school's tutor with it."""
    rows = await fetch(
        """SELECT NULL AS name FROM user_identity WHERE method = $1 AND subject = lower($2) AND user_id <> $3
        UNION ALL SELECT name FROM induction_tutor WHERE lower(email) = lower($2) AND ended_at IS NULL""",
        EMAIL_LINK,
        email,
        user_id,
    )
    return any(row["name"] is None or not is_same_name(row["name"], name) for row in rows)


async def _store(user: Mapping[str, Any], name: str, email: str, actor: Actor) -> None:
    if (user["name"], user["email"]) == (name, email):
        return
    await fetch(
        "UPDATE app_user SET name = $2, email = $3, updated_at = $4 WHERE id = $1", user["id"], name, email, clock.now()
    )
    record(UserDetailsChanged(About(), user["name"], user["email"], name, email), actor)
