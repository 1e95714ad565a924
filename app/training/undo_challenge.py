"""A school takes back that a partnership is wrong (CHL-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import PartnershipChallengeUndone
from app.notices.outbox import Subjects, queue_to_lead_provider
from app.terms import Refused
from app.training.challenge_events import SchoolPartnershipChallengeUndone
from app.training.challenges import CannotUndo, cannot_undo
from app.training.school_partnership import lock_partnership

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.terms import Actor, SchoolId, SchoolPartnershipId


@dataclass(frozen=True)
class UndoChallenge:
    """Which of the school's partnerships is right after all; late: also after the last day, for support (FIX-17)."""

    school_id: SchoolId
    partnership_id: SchoolPartnershipId
    late: bool = False


async def undo_challenge(command: UndoChallenge, actor: Actor, today: date, policy: Policy) -> None:
    """Clear the challenge and tell the lead provider; whoever has other training meanwhile keeps it (CHL-04, M-22).

    Raises Refused with code `not_challenged`, `reported_again` or `too_late`.
    """
    async with transaction():
        held = await lock_partnership(command.school_id, command.partnership_id)
        refusal = cannot_undo(held.facts, today, policy, late=command.late)
        if refusal is not None or held.reason is None:
            raise Refused((refusal or CannotUndo.NOT_CHALLENGED).value)
        await fetch(
            """UPDATE school_partnership SET challenged_at = NULL, challenge_reason = NULL,
                challenged_by_user_id = NULL, updated_at = $2 WHERE id = $1""",
            held.id,
            clock.now(),
        )
        record(SchoolPartnershipChallengeUndone(held.about(), *held.names, held.reason), actor)
        await queue_to_lead_provider(
            PartnershipChallengeUndone(held.school, held.urn, held.delivery_partner, held.year),
            lead_provider_id=held.lead_provider_id,
            cause=f"partnership {held.id} undone {uuid4()}",
            about=Subjects(school_id=held.school_id),
        )
