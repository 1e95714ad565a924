"""Counting answers that were refused, by field and day; never whose or what was typed (ADM-12.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable


async def count_errors(journey: str, fields: Iterable[str]) -> None:
    """Count one refused answer for each field of a journey."""
    await fetch(
        """INSERT INTO field_error AS e (created_at, updated_at, day, journey, field, errors)
        SELECT $1, $1, $2, $3, field, 1 FROM unnest($4::text[]) AS field
        ON CONFLICT (day, journey, field) DO UPDATE SET errors = e.errors + 1, updated_at = $1""",
        clock.now(),
        clock.today(),
        journey,
        sorted(fields),
    )
