"""Make somebody an active manager, whatever they were: the way back in for operators (ACC-7.1, ADM-11.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app import clock
from app.access.add_staff import AddStaff, add_staff, tell_managers
from app.access.staff_accounts import hold_staff_accounts, staff_account
from app.access.staff_events import StaffAccountReactivated, StaffAccountUpdated
from app.access.staff_rules import MANAGER, roles_held
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.access.staff_accounts import StaffAccount
    from app.terms import Actor


@dataclass(frozen=True)
class MakeManager:
    """Whose account; the name is that of a new one."""

    email: str = field(repr=False)
    name: str = field(repr=False)
    reason: str


async def make_manager(command: MakeManager, actor: Actor) -> bool:
    """Make the account or give it the role; one that was deactivated keeps no other role (ADM-11.3).

    Other rights need another session, so those there are end (ACC-9.2).
    Returns whether anything changed; raises Refused as `add_staff` does.
    """
    async with transaction():
        await hold_staff_accounts()
        account = await staff_account(command.email, lock=True)
        if account is None:
            await add_staff(AddStaff(command.email, command.name, (MANAGER,), command.reason), actor)
            return True
        if account.active and MANAGER in account.roles:
            return False
        await _promote(account, command.reason, actor)
        return True


async def _promote(account: StaffAccount, reason: str, actor: Actor) -> None:
    held = account.roles if account.active else ()
    roles = roles_held((*held, MANAGER))
    await fetch("DELETE FROM session WHERE user_id = $1", account.id)
    if not account.active:
        record(StaffAccountReactivated(About(), account.id, account.name, reason), actor)
    await fetch(
        "UPDATE app_user SET active = true, staff_roles = $2, updated_at = $3, last_used_at = $3 WHERE id = $1",
        account.id,
        roles,
        clock.now(),
    )
    old, new = ", ".join(account.roles), ", ".join(roles)
    record(StaffAccountUpdated(About(), account.id, account.name, old, new, reason), actor)
    await tell_managers(account.id, account.name, actor)
