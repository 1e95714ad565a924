"""Which frozen year somebody came from, remembered while they are filed elsewhere (CP-10, API-13.12, FIX-08)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.teachers.eligibility import forget_frozen_year, stamp_frozen_year
from app.training.queries import calendar

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Role, TeacherId, Year


@dataclass(frozen=True)
class Refiled:
    """Whose training in which role moves from one year to another; remembered: the frozen year they came from."""

    teacher_id: TeacherId
    role: Role
    left: Year | None
    filed: Year
    remembered: Year | None


async def remember_frozen_year(move: Refiled, today: date) -> None:
    """Remember the frozen year that somebody is moved out of; forget it when they are moved back."""
    if move.filed == move.left:
        return
    if move.filed == move.remembered:
        await forget_frozen_year(move.teacher_id, move.role)
        return
    period = (await calendar()).of_year(move.left)
    if period is not None and period.is_frozen(today):
        await stamp_frozen_year(move.teacher_id, period.year, move.role)
