"""A school says that a partnership is wrong (CHL-01 to CHL-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import PartnershipChallenged
from app.notices.outbox import Subjects, queue_to_lead_provider
from app.schools.answer_school_year import AnswerSchoolYear, answer_school_year
from app.terms import ChallengeReason, ExpectingECTs, Refused
from app.training.challenge_events import SchoolPartnershipChallenged
from app.training.challenges import cannot_challenge
from app.training.school_partnership import HeldPartnership, lock_partnership

if TYPE_CHECKING:
    from datetime import date

    from app.policy import Policy
    from app.terms import Actor, SchoolId, SchoolPartnershipId


@dataclass(frozen=True)
class ChallengePartnership:
    """Which of the school's partnerships is wrong, and why; late: also after the last day, for support (FIX-17)."""

    school_id: SchoolId
    partnership_id: SchoolPartnershipId
    reason: ChallengeReason
    late: bool = False


async def challenge_partnership(command: ChallengePartnership, actor: Actor, today: date, policy: Policy) -> None:
    """Store the challenge and tell the lead provider; training stays as it is and counts as disputed (CHL-03, M-22).

    Raises Refused with code `already_challenged`, `too_late` or `declarations` (CHL-02).
    """
    async with transaction():
        held = await lock_partnership(command.school_id, command.partnership_id)
        refusal = cannot_challenge(held.facts, today, policy, late=command.late)
        if refusal is not None:
            raise Refused(refusal.value)
        await fetch(
            """UPDATE school_partnership SET challenged_at = $2, challenge_reason = $3, challenged_by_user_id = $4,
                updated_at = $2 WHERE id = $1""",
            held.id,
            clock.now(),
            command.reason.value,
            actor.user_id,
        )
        record(SchoolPartnershipChallenged(held.about(), *held.names, command.reason), actor)
        if command.reason is ChallengeReason.NO_ECTS_THIS_YEAR:
            await answer_school_year(AnswerSchoolYear(held.school_id, held.year, ExpectingECTs.NO), actor)
        await _tell_lead_provider(held, command.reason)


async def _tell_lead_provider(held: HeldPartnership, reason: ChallengeReason) -> None:
    await queue_to_lead_provider(
        PartnershipChallenged(held.school, held.urn, held.delivery_partner, held.year, reason.words),
        lead_provider_id=held.lead_provider_id,
        cause=f"partnership {held.id} challenged {uuid4()}",
        about=Subjects(school_id=held.school_id),
    )
