"""Make a staff account (ACC-7.1, ADM-11.1, ADM-11.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access.sign_in import STAFF_CODE
from app.access.staff_accounts import active_managers, hold_staff_accounts, staff_account
from app.access.staff_events import StaffAccountCreated
from app.access.staff_rules import MANAGER, is_staff_address, roles_held
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.outbox import Subjects, queue_message
from app.notices.staff_messages import ManagerNamed
from app.settings import settings
from app.terms import Refused, UserId

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class AddStaff:
    """Who gets an account with which roles, and why; name and address have been parsed (VAL-05, VAL-06)."""

    email: str = field(repr=False)
    name: str = field(repr=False)
    roles: tuple[str, ...]
    reason: str = ""


async def add_staff(command: AddStaff, actor: Actor) -> UserId:
    """Make the account; raises Refused for a foreign domain and for an address that has one, in any case of letters."""
    if not is_staff_address(command.email, settings().staff_domains):
        raise Refused("foreign_domain", "email", "The address is not of a domain that staff have")
    async with transaction():
        await hold_staff_accounts()
        if await staff_account(command.email) is not None:
            raise Refused("account_exists", "email", "There is an account with this address")
        roles = roles_held(command.roles)
        user = await _made(command, roles)
        record(StaffAccountCreated(About(), user, command.name, ", ".join(roles), command.reason), actor)
        if MANAGER in roles:
            await tell_managers(user, command.name, actor)
        return user


async def _made(command: AddStaff, roles: list[str]) -> UserId:
    now = clock.now()
    row = await fetch_one(
        "INSERT INTO app_user (created_at, updated_at, audience, name, email, active, staff_roles)"
        " VALUES ($1, $1, 'staff', $2, $3, true, $4) RETURNING id",
        now,
        command.name,
        command.email,
        roles,
    )
    if row is None:
        raise LookupError("an inserted row comes back")
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject) VALUES ($1, $1, $2, $3, $4)",
        now,
        row["id"],
        STAFF_CODE,
        command.email.lower(),
    )
    return UserId(row["id"])


async def tell_managers(user: UserId, name: str, actor: Actor) -> None:
    """Mail every active manager that somebody is one now, in the transaction in force (M-80, ADM-11.5)."""
    for manager, email in (await active_managers()).items():
        await queue_message(
            ManagerNamed(name, actor.name),
            to=email,
            dedupe_key=f"{ManagerNamed.id}:account {user} at {clock.now().isoformat()}:{manager}",
            about=Subjects(user_id=user),
        )
