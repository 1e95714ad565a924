"""End somebody's work for support; the account and its past stay (ADM-11.3, ADM-11.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access import one_time
from app.access.one_time import Purpose
from app.access.staff_accounts import demand_another_manager, held_account, hold_staff_accounts
from app.access.staff_events import StaffAccountDeactivated
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.access.staff_accounts import StaffAccount
    from app.terms import Actor


@dataclass(frozen=True)
class DeactivateStaff:
    """Whose account, by email address or public id, and why."""

    who: str | UUID = field(repr=False)
    reason: str = ""


async def deactivate_staff(command: DeactivateStaff, actor: Actor) -> bool:
    """Deactivate the account and void its codes; its sessions end at their next request (ACC-9.8).

    Returns whether it was active; raises Refused for no account, and for the last manager.
    """
    async with transaction():
        await hold_staff_accounts()
        account = await held_account(command.who)
        if not account.active:
            return False
        await deactivate_account(account, command.reason, actor)
        return True


async def deactivate_account(account: StaffAccount, reason: str, actor: Actor) -> None:
    """Deactivate an account whose row is held, in the transaction in force; raises Refused for the last manager."""
    await demand_another_manager(account)
    await fetch(
        "UPDATE app_user SET active = false, updated_at = $2 WHERE id = $1",
        account.id,
        clock.now(),
    )
    await one_time.void_open(Purpose.STAFF_CODE, account.email.lower())
    record(StaffAccountDeactivated(About(), account.id, account.name, reason), actor)
