"""Stamps of funding on a teacher; a stamp is set once and never changed (PER-03, MFT-10, CP-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.terms import Role

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


async def stamp_frozen_year(teacher_id: TeacherId, year: Year, role: Role = Role.ECT) -> None:
    """Stamp the year with frozen payments that somebody is moved out of, unless one is stamped already (CP-10)."""
    await fetch(
        """UPDATE teacher SET updated_at = $4,
            ect_payments_frozen_year = coalesce(ect_payments_frozen_year, CASE $3::text WHEN 'ect' THEN $2::int END),
            mentor_payments_frozen_year =
                coalesce(mentor_payments_frozen_year, CASE $3::text WHEN 'mentor' THEN $2::int END)
        WHERE id = $1""",
        teacher_id,
        year,
        role.value,
        clock.now(),
    )


async def forget_frozen_year(teacher_id: TeacherId, role: Role) -> None:
    """Clear that stamp for somebody who is moved back into the frozen year (API-13.12)."""
    await fetch(
        """UPDATE teacher SET updated_at = $3,
            ect_payments_frozen_year = CASE $2::text WHEN 'ect' THEN NULL ELSE ect_payments_frozen_year END,
            mentor_payments_frozen_year = CASE $2::text WHEN 'mentor' THEN NULL ELSE mentor_payments_frozen_year END
        WHERE id = $1""",
        teacher_id,
        role.value,
        clock.now(),
    )
