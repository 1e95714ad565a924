"""Let a locked staff account take codes again (ACC-7.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.access.staff_accounts import held_account
from app.access.staff_events import OTPAccountUnlocked
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class UnlockStaff:
    """Whose account, by email address or public id, and why."""

    who: str | UUID = field(repr=False)
    reason: str = ""


async def unlock_staff(command: UnlockStaff, actor: Actor) -> bool:
    """Unlock the account and count wrong codes anew; returns whether it was locked, raises Refused for none."""
    async with transaction():
        account = await held_account(command.who)
        if account.locked_at is None:
            return False
        await fetch(
            "UPDATE app_user SET locked_at = NULL, wrong_codes = NULL, updated_at = $2 WHERE id = $1",
            account.id,
            clock.now(),
        )
        record(OTPAccountUnlocked(About(), account.id, account.name, command.reason), actor)
        return True
