"""Give a staff account another name or other roles (ADM-11.1, ADM-11.4, ADM-11.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access.add_staff import tell_managers
from app.access.end_sessions import end_sessions
from app.access.staff_accounts import demand_another_manager, held_account, hold_staff_accounts
from app.access.staff_events import StaffAccountUpdated
from app.access.staff_rules import MANAGER, roles_held
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class ChangeStaff:
    """Whose account, and the name and roles that it is to have; the name has been parsed (VAL-05)."""

    account: UUID
    name: str = field(repr=False)
    roles: tuple[str, ...]


async def change_staff(command: ChangeStaff, actor: Actor) -> bool:
    """Change the account; other rights need another session, so those there are end (ACC-9.2).

    Returns whether anything changed; raises Refused for no account, and for taking the role from the last manager.
    """
    async with transaction():
        await hold_staff_accounts()
        account = await held_account(command.account)
        roles = roles_held(command.roles)
        old = ", ".join(account.roles)
        if (command.name, roles) == (account.name, list(account.roles)):
            return False
        if account.active and MANAGER in account.roles and MANAGER not in roles:
            await demand_another_manager(account)
        await fetch(
            "UPDATE app_user SET name = $2, staff_roles = $3, updated_at = $4 WHERE id = $1",
            account.id,
            command.name,
            roles,
            clock.now(),
        )
        renamed = account.name if command.name != account.name else None
        record(StaffAccountUpdated(About(), account.id, command.name, old, ", ".join(roles), "", renamed), actor)
        if roles != list(account.roles):
            await end_sessions(account.id, actor)
        if account.active and MANAGER in roles and MANAGER not in account.roles:
            await tell_managers(account.id, command.name, actor)
        return True
