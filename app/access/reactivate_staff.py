"""Let somebody work for support again (ADM-11.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access.staff_accounts import held_account, hold_staff_accounts
from app.access.staff_events import StaffAccountReactivated
from app.access.staff_rules import is_staff_address, roles_held
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.settings import settings
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class ReactivateStaff:
    """Whose account."""

    account: UUID


async def reactivate_staff(command: ReactivateStaff, actor: Actor) -> bool:
    """Make the account active with the role viewer alone; it counts as used today (ADM-11.5).

    Returns whether it was not active; raises Refused for no account and for a domain that staff no longer have.
    """
    async with transaction():
        await hold_staff_accounts()
        account = await held_account(command.account)
        if account.active:
            return False
        if not is_staff_address(account.email, settings().staff_domains):
            raise Refused("foreign_domain", "note", "The address is not of a domain that staff have")
        await fetch(
            "UPDATE app_user SET active = true, staff_roles = $2, updated_at = $3, last_used_at = $3 WHERE id = $1",
            account.id,
            roles_held(()),
            clock.now(),
        )
        record(StaffAccountReactivated(About(), account.id, account.name, ""), actor)
        return True
