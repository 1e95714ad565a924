"""Forgetting what mail about somebody said, and to which of their addresses it went (FIX-15)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch
from app.notices.results import address_hash


async def forget_person(teacher_id: int, addresses: list[str]) -> None:
    """Erase what mail about a person said, withdraw what waits and hide their addresses, in one transaction."""
    await fetch(
        """UPDATE message SET personalisation = NULL, updated_at = $2,
            finished_at = CASE WHEN state = 'pending' THEN $2 ELSE finished_at END,
            state = CASE WHEN state = 'pending' THEN 'cancelled' ELSE state END
        WHERE teacher_id = $1""",
        teacher_id,
        clock.now(),
    )
    for address in addresses:
        await fetch("UPDATE message SET recipient = $2 WHERE lower(recipient) = $1", address, address_hash(address))
