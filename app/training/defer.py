"""A lead provider says that it pauses the training of somebody (API-13.3 to API-13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.training.stop_training import DEFERRED, stop_training

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, DeferralReason, LeadProviderId, Role, TeacherId
    from app.training.provider_acts import Unreadable


@dataclass(frozen=True)
class Defer:
    """Whose training in which role is paused, and why; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable
    reason: DeferralReason | Unreadable


async def defer(command: Defer, actor: Actor, today: date) -> None:
    """Pause training, tell the school, and leave stays alone (API-13.2, API-13.5, M-12).

    Raises Refused with every refusal in its details (API-6.2): `course_identifier` `blank` or `no_training`;
    `reason` `blank` or `unknown`; `participant_id` `already_withdrawn`, `already_deferred`, `not_started` or
    `started_today`.
    """
    async with transaction():
        await stop_training(command, DEFERRED, actor, today)
