"""Support changes the appropriate body that is reported for an ECT, of one stay or of many, one by one (FIX-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registration.changes.body_changes import BodyBySupport, LeftOut
from app.registration.changes.change_appropriate_body import ChangeAppropriateBody, change_appropriate_body
from app.registration.people.school_queries import body_holders
from app.terms import Refused

if TYPE_CHECKING:
    from datetime import date

    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.terms import Actor, ECTAtSchoolId, SchoolId, SchoolKind


@dataclass(frozen=True)
class ChangeBodyBySupport:
    """Whose stay at which school gets which body; any_body: also one that the school could not choose."""

    stay_id: ECTAtSchoolId
    school_id: SchoolId
    school_kind: SchoolKind
    body: AppropriateBody
    any_body: bool


async def change_body_by_support(command: ChangeBodyBySupport, actor: Actor, today: date) -> None:
    """Change the body as schools do; raises Refused for one that they cannot have, not for the one they have."""
    holders = await body_holders(command.school_id, [command.stay_id])
    seen = {holder.stay.id: holder.reported_id for holder in holders}
    support = BodyBySupport(command.any_body)
    change = ChangeAppropriateBody(command.school_id, command.school_kind, seen, command.body, support)
    for _, why in (await change_appropriate_body(change, actor, today)).left_out:
        if why is not LeftOut.ALREADY_WITH_IT:
            raise Refused(why.value, "appropriate_body", f"This body cannot be set: {why.words}")
