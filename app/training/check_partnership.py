"""Somebody at the school looked at a partnership and found it right (PT-02, TD-13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.training.challenge_events import SchoolPartnershipChecked
from app.training.school_partnership import lock_partnership

if TYPE_CHECKING:
    from app.terms import Actor, SchoolId, SchoolPartnershipId


@dataclass(frozen=True)
class CheckPartnership:
    """Which of the school's partnerships is right."""

    school_id: SchoolId
    partnership_id: SchoolPartnershipId


async def check_partnership(command: CheckPartnership, actor: Actor) -> None:
    """Note that the school has looked; a second time, or while it is challenged, changes nothing (TD-13)."""
    async with transaction():
        held = await lock_partnership(command.school_id, command.partnership_id)
        noted = await fetch(
            """UPDATE school_partnership SET checked_at = $2, checked_by_user_id = $3, updated_at = $2
            WHERE id = $1 AND checked_at IS NULL AND challenged_at IS NULL RETURNING id""",
            held.id,
            clock.now(),
            actor.user_id,
        )
        if noted:
            record(SchoolPartnershipChecked(held.about(), *held.names), actor)
