"""Stamps of funding on a teacher; a stamp is set once and never changed (PER-03, MFT-10, CP-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch

if TYPE_CHECKING:
    from app.terms import TeacherId, Year


async def stamp_mentor_eligibility(teacher_id: TeacherId) -> bool:
    """Stamp a fundable mentor as eligible from now on, and tell whether that is the first time (MFT-10)."""
    stamped = await fetch(
        """UPDATE teacher SET mentor_first_eligible_at = $2, updated_at = $2
        WHERE id = $1 AND mentor_first_eligible_at IS NULL AND mentor_ineligible_reason IS NULL RETURNING id""",
        teacher_id,
        clock.now(),
    )
    return bool(stamped)


async def stamp_frozen_year(teacher_id: TeacherId, year: Year) -> None:
    """Stamp the year with frozen payments that an ECT is moved out of, unless one is stamped already (CP-10)."""
    await fetch(
        """UPDATE teacher SET ect_payments_frozen_year = $2, updated_at = $3
        WHERE id = $1 AND ect_payments_frozen_year IS NULL""",
        teacher_id,
        year,
        clock.now(),
    )
