"""Deleting an unfinished journey that its school no longer wants (DRF-15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.drafts import store

if TYPE_CHECKING:
    from uuid import UUID

    from app.drafts.store import Draft
    from app.terms import Actor, SchoolId


async def delete_draft(draft: Draft, actor: Actor) -> None:
    """Delete a draft for good, with an event; one that has ended meanwhile stays as it is."""
    async with transaction():
        await store.delete(draft, actor)


async def delete_other_draft(draft_id: UUID, school_id: SchoolId, actor: Actor) -> None:
    """Delete the other draft of the same person at the school, if it is still there (DRF-10)."""
    async with transaction():
        found = await store.load(draft_id, school_id)
        if found is not None:
            await store.delete(found, actor)
