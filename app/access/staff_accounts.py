"""Reads of staff accounts (ACC-7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app.access.sign_in import STAFF_DFE
from app.access.staff_rules import MANAGER
from app.db.engine import fetch, fetch_one
from app.terms import Actor, ActorKind, Refused, UserId

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg


@dataclass(frozen=True)
class StaffAccount:
    """Somebody of support; `wrong_codes` counts those in a row."""

    id: UserId
    public_id: UUID
    name: str
    email: str = field(repr=False)
    active: bool
    roles: tuple[str, ...]
    wrong_codes: int
    locked_at: datetime | None
    used_at: datetime
    """When somebody last signed in to it; until then, when it was made."""
    never_used: bool = False

    @property
    def actor(self) -> Actor:
        """Return them as the author of what they do (EVT-01)."""
        return Actor(ActorKind.STAFF, self.name, self.email, self.id)


COLUMNS = """SELECT u.id, u.public_id, u.name, u.email, u.active, u.staff_roles, u.wrong_codes, u.locked_at,
    coalesce(u.last_used_at, u.created_at) AS used_at,
    u.last_used_at IS NULL AS never_used FROM app_user u"""
# An account that codes have opened comes before one that only the test sign-in made (ACC-3.2).
ACCOUNT = f"""{COLUMNS}
    WHERE u.audience = 'staff' AND lower(u.email) = lower($1)
    ORDER BY EXISTS (SELECT FROM user_identity i WHERE i.user_id = u.id AND i.method = 'staff_code') DESC, u.id
    LIMIT 1"""
MEMBER = f"{COLUMNS} WHERE u.audience = 'staff' AND u.public_id = $1"
EVERY = f"{COLUMNS} WHERE u.audience = 'staff' ORDER BY u.active DESC, lower(u.name), u.id"
AT_DFE_SIGN_IN = f"""{COLUMNS} JOIN user_identity i ON i.user_id = u.id
    WHERE u.audience = 'staff' AND i.method = $2 AND i.subject = $1 FOR UPDATE OF u"""


async def staff_account(email: str, *, lock: bool = False) -> StaffAccount | None:
    """Return the account of an address, ignoring case; `lock` holds its row until the transaction ends."""
    row = await fetch_one(f"{ACCOUNT} FOR UPDATE OF u" if lock else ACCOUNT, email)
    return _account(row) if row else None


async def staff_member(public_id: UUID, *, lock: bool = False) -> StaffAccount | None:
    """Return the account that an address of the console names; `lock` as for `staff_account`."""
    row = await fetch_one(f"{MEMBER} FOR UPDATE OF u" if lock else MEMBER, public_id)
    return _account(row) if row else None


async def held_account(who: str | UUID) -> StaffAccount:
    """Return the account with an email address or a public id, its row held; raises Refused for none."""
    account = await (staff_member(who, lock=True) if isinstance(who, UUID) else staff_account(who, lock=True))
    if account is None:
        raise no_account()
    return account


async def every_account() -> tuple[StaffAccount, ...]:
    """Return every account, active ones first, by name (ADM-11.1)."""
    return tuple(_account(row) for row in await fetch(EVERY))


async def account_at_dfe_sign_in(subject: str) -> StaffAccount | None:
    """Return the account that somebody at DfE Sign-in came to before, its row held (ACC-7.6)."""
    row = await fetch_one(AT_DFE_SIGN_IN, subject, STAFF_DFE)
    return _account(row) if row else None


def _account(row: asyncpg.Record) -> StaffAccount:
    return StaffAccount(
        UserId(row["id"]),
        row["public_id"],
        row["name"],
        row["email"],
        row["active"],
        tuple(row["staff_roles"]),
        row["wrong_codes"] or 0,
        row["locked_at"],
        row["used_at"],
        row["never_used"],
    )


async def hold_staff_accounts() -> None:
    """Let nobody else make an account or change who is a manager until the transaction in force ends (ADM-11.4)."""
    await fetch("SELECT pg_advisory_xact_lock(hashtext('staff accounts'))")


async def active_managers() -> dict[UserId, str]:
    """Return id and address of every active manager."""
    rows = await fetch(
        "SELECT id, email FROM app_user WHERE audience = 'staff' AND active AND $1 = ANY(staff_roles) ORDER BY id",
        MANAGER,
    )
    return {UserId(row["id"]): row["email"] for row in rows}


async def demand_another_manager(account: StaffAccount) -> None:
    """Raise Refused when nobody else would be an active manager (ADM-11.4)."""
    if set(await active_managers()) == {account.id}:
        raise Refused("last_manager", "email", "This is the last manager. Name another one first")


async def staff_of(email: str) -> list[UserId]:
    """Return everybody of support with the address, those of the test sign-in too."""
    rows = await fetch("SELECT id FROM app_user WHERE audience = 'staff' AND lower(email) = lower($1)", email)
    return [UserId(row["id"]) for row in rows]


def no_account() -> Refused:
    """Return the refusal of an address that nobody of support has."""
    return Refused("no_account", "email", "There is no staff account with this address")
