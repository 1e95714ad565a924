"""A school user accepts the privacy notice in force (ACC-9.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.access.rules import PRIVACY_VERSION
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import PrivacyNoticeAccepted
from app.events.record import About, record

if TYPE_CHECKING:
    from app.terms import Actor


async def accept_privacy_notice(actor: Actor) -> None:
    """Store who accepted which version, and when; accepting twice is once."""
    async with transaction():
        accepted = await fetch(
            "UPDATE app_user SET accepted_privacy_version = $2, accepted_privacy_at = $3, updated_at = $3"
            " WHERE id = $1 AND accepted_privacy_version IS DISTINCT FROM $2 RETURNING id",
            actor.user_id,
            PRIVACY_VERSION,
            clock.now(),
        )
        if accepted:
            record(PrivacyNoticeAccepted(About(), version=PRIVACY_VERSION), actor)
