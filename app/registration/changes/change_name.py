"""Changing the name that is shown for an ECT or mentor (rules section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.registration.changes.record_name import RenamedPerson, record_name
from app.registration.held_stay import hold_stay
from app.teachers.refresh import store_correction
from app.teachers.rules import teaching_record_name
from app.terms import Role, Word
from app.values import normalised_name

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor


class NameReason(Word):
    """Why a name is to be changed; the last two are reasons for something else (NAM-05)."""

    NAME_CHANGED = "name_changed", "Their name has changed"
    ENTERED_INCORRECTLY = "entered_incorrectly", "The name was entered incorrectly"
    SHOULD_NOT_BE_REGISTERED = "should_not_be_registered", "They should not be registered here"
    DIFFERENT_PERSON = "different_person", "I want to replace them with a different person"


@dataclass(frozen=True)
class ChangeName:
    """The new name of the person of a stay, checked by VAL-05, and one of the first two reasons."""

    role: Role
    stay_id: int
    new_name: str
    reason: NameReason


async def change_name(command: ChangeName, actor: Actor, _today: date) -> None:
    """Change the name shown everywhere for a person, at every school; the name shown now changes nothing.

    A name equal to the teaching record's drops the correction. Implements NAM-01, NAM-04, NAM-06, CON-02.
    """
    async with transaction():
        stay = await hold_stay(command.role, command.stay_id)
        if normalised_name(command.new_name) == stay.name.displayed:
            return
        first, last = stay.name.trs_first_name, stay.name.trs_last_name
        stored = await store_correction(stay.teacher_id, first, last, command.new_name)
        renamed = RenamedPerson(teaching_record_name(first, last), stay.name.displayed, stored)
        await record_name(renamed, command.reason.value, "change", stay.about, actor)
