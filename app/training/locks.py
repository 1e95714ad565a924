"""Serialising everything that makes or challenges a partnership (API-11.5, API-19.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.teachers.locks import hold

if TYPE_CHECKING:
    from app.terms import LeadProviderId, SchoolId, Year


async def lock_partnerships(lead_provider_id: LeadProviderId, school_id: SchoolId, year: Year) -> None:
    """Hold a lead provider's partnerships with a school in a year until the transaction ends.

    Taken before the people concerned, so that two operations never wait for each other.
    """
    await hold([f"partnership:{lead_provider_id}:{school_id}:{year}"])
