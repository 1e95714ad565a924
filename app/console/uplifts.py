"""The flags that a file gave a school in each academic year (ADM-10.1, REF-4.16)."""

from __future__ import annotations

from dataclasses import dataclass

from app.db.engine import fetch
from app.terms import Year


@dataclass(frozen=True)
class Uplifts:
    """The two flags of a year."""

    year: Year
    pupil_premium: bool
    sparsity: bool


async def uplifts_of(urn: str) -> tuple[str, tuple[Uplifts, ...]]:
    """Return the name of a school, an old URN included, and its flags, the newest year first; no name for none."""
    rows = await fetch(
        """SELECT s.name, u.contract_period_year AS year, u.pupil_premium, u.sparsity
        FROM school a JOIN school s ON s.id = coalesce(a.alias_of_school_id, a.id)
        LEFT JOIN school_uplift u ON u.school_id = s.id
        WHERE a.urn = $1 ORDER BY u.contract_period_year DESC""",
        urn,
    )
    flags = (row for row in rows if row["year"] is not None)
    found = tuple(Uplifts(Year(row["year"]), row["pupil_premium"], row["sparsity"]) for row in flags)
    return (rows[0]["name"] if rows else ""), found
