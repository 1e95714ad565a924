"""A lead provider says that it no longer trains somebody (API-13.3 to API-13.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.training.stop_training import WITHDRAWN, stop_training

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, LeadProviderId, Role, TeacherId, WithdrawalReason
    from app.training.provider_acts import Unreadable


@dataclass(frozen=True)
class Withdraw:
    """Whose training in which role ends, and why; Unreadable where what was sent named nothing."""

    lead_provider_id: LeadProviderId
    teacher_id: TeacherId
    role: Role | Unreadable
    reason: WithdrawalReason | Unreadable


async def withdraw(command: Withdraw, actor: Actor, today: date) -> None:
    """Withdraw somebody from training, tell the school, and leave stays alone (API-13.2, API-13.5, M-12).

    Raises Refused with every refusal in its details (API-6.2): `course_identifier` `blank` or `no_training`;
    `reason` `blank`, `unknown` or `not_for_ects`; `participant_id` `already_withdrawn`, `not_started` or
    `started_today`.
    """
    async with transaction():
        await stop_training(command, WITHDRAWN, actor, today)
