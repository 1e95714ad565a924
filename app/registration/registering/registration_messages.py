"""The emails that registering an ECT causes (rules section 20: M-01, M-02, M-05, M-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.notices.catalogue import (
    ECTRegisteredElsewhere,
    PartnershipNotReused,
    RegisteredAsECTProviderLed,
    RegisteredAsECTSchoolLed,
    TransferredAsECT,
)
from app.notices.outbox import Subjects, queue_to_lead_provider, queue_to_school, queue_with_copy

if TYPE_CHECKING:
    from app.notices.catalogue import Message
    from app.registration.queries import KnownPerson
    from app.registration.registering.register_ect import RegisterECT, Registered
    from app.registration.rules import TransferClosing
    from app.terms import Actor


async def ect_registered(
    command: RegisterECT, known: KnownPerson, registered: Registered, closing: TransferClosing | None, actor: Actor
) -> None:
    """Queue what the person, the author, the earlier school and the previous lead provider are told (GEN-07)."""
    about = Subjects(school_id=command.school_id, ect_at_school_period_id=registered.stay_id)
    school = await fetch_one("SELECT name, urn FROM school WHERE id = $1", command.school_id)
    name, urn = (str(school["name"]), str(school["urn"])) if school else ("", "")
    joins = any(not stay.removed and stay.school_id != command.school_id for stay in known.ect_stays)
    message = _to_person(command, registered.name, name, transfer=joins)
    await queue_with_copy(message, to=command.email, actor=actor, cause=f"stay {registered.stay_id}", about=about)
    if closing is not None:
        await _tell_earlier_school(known, registered, closing)
    if command.pair_ended_with is not None and command.pair_ended_in is not None:
        await queue_to_lead_provider(
            PartnershipNotReused(name, urn, command.pair_ended_in),
            lead_provider_id=command.pair_ended_with,
            cause=f"stay {registered.stay_id}",
            about=about,
        )


def _to_person(command: RegisterECT, name: str, school: str, *, transfer: bool) -> Message:
    if transfer:
        return TransferredAsECT(name, school, command.started_on, command.programme.words.lower())
    if command.arrangement is None:
        return RegisteredAsECTSchoolLed(name, school, command.started_on)
    return RegisteredAsECTProviderLed(name, school, command.started_on, command.arrangement.lead_provider.name)


async def _tell_earlier_school(known: KnownPerson, registered: Registered, closing: TransferClosing) -> None:
    details = known.details_of(closing.stay)
    await queue_to_school(
        ECTRegisteredElsewhere(registered.name, closing.last_day),
        school_id=details.school_id,
        cause=f"stay {closing.stay.id} ended by {registered.stay_id}",
        about=Subjects(school_id=details.school_id, ect_at_school_period_id=closing.stay.id),
        registered_by=details.registered_by_user_id,
    )
