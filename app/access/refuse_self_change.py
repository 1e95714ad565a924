"""Keep on record that somebody of support tried to change their own account (ADM-11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.access.staff_events import StaffSelfChangeRefused
from app.db.transaction import transaction
from app.events.record import About, record

if TYPE_CHECKING:
    from app.access.staff_accounts import StaffAccount
    from app.terms import Actor


async def refuse_self_change(account: StaffAccount, what: str, actor: Actor) -> None:
    """Record it in a transaction of its own."""
    async with transaction():
        record(StaffSelfChangeRefused(About(), account.id, account.name, what), actor)
