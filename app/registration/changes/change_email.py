"""Changing the email address of one stay of an ECT or mentor (rules section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import record
from app.notices.catalogue import EmailAddressChanged
from app.notices.outbox import Subjects, queue_message
from app.notices.send_again import send_again
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.registration.held_stay import hold_stay
from app.registration.queries import email_in_use
from app.terms import Refused, Role

if TYPE_CHECKING:
    from datetime import date

    from app.registration.held_stay import HeldStay
    from app.terms import Actor

IN_USE = "This email address is in use for someone else. Enter an address that is theirs alone."


@dataclass(frozen=True)
class ChangeEmail:
    """The new address of a stay, checked by VAL-06."""

    role: Role
    stay_id: int
    email: str


async def change_email(command: ChangeEmail, actor: Actor, today: date) -> None:
    """Change the address of this stay alone and tell the person there; the same address changes nothing.

    What never arrived at the former address is sent to the new one. Raises Refused `email_in_use`. Implements
    EML-01 to EML-04, CON-02, M-15, NOT-2.10.
    """
    async with transaction():
        stay = await hold_stay(command.role, command.stay_id, command.email)
        if command.email.casefold() == stay.email.casefold():
            return
        if await email_in_use(command.email, stay.trn, today):
            raise Refused("email_in_use", "email", IN_USE)
        await stay.store("email", command.email)
        record(TeacherEmailAddressUpdated(stay.about, stay.email, command.email), actor)
        await _tell_person(stay, command.email)


async def _tell_person(stay: HeldStay, email: str) -> None:
    about = Subjects(
        school_id=stay.school_id,
        teacher_id=stay.teacher_id,
        ect_at_school_period_id=stay.about.ect_at_school_period_id,
        mentor_at_school_period_id=stay.about.mentor_at_school_period_id,
    )
    await queue_message(
        EmailAddressChanged(stay.name.displayed, stay.school_name),
        to=email,
        dedupe_key=f"{EmailAddressChanged.id}:{stay.role.value} stay {stay.id} version {stay.version}",
        about=about,
    )
    await send_again(stay.email, email, about)
