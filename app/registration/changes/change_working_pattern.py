"""Changing how an ECT works: full or part time (CH-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.events.record import record
from app.registration.changes.change_events import TeacherWorkingPatternUpdated
from app.registration.held_stay import hold_stay
from app.terms import Role

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor, ECTAtSchoolId, WorkingPattern


@dataclass(frozen=True)
class ChangeWorkingPattern:
    """The new working pattern of an ECT's stay."""

    stay_id: ECTAtSchoolId
    working_pattern: WorkingPattern


async def change_working_pattern(command: ChangeWorkingPattern, actor: Actor, _today: date) -> None:
    """Change an ECT's working pattern at this school; the same one changes nothing (CH-04, CON-02)."""
    async with transaction():
        stay = await hold_stay(Role.ECT, command.stay_id)
        if command.working_pattern is stay.working_pattern:
            return
        await stay.store("working_pattern", command.working_pattern.value)
        former = stay.working_pattern.value if stay.working_pattern else None
        record(TeacherWorkingPatternUpdated(stay.about, former, command.working_pattern.value), actor)
