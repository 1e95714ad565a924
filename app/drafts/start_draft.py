"""Starting an unfinished journey (DRF-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.transaction import transaction
from app.drafts import store

if TYPE_CHECKING:
    from uuid import UUID

    from app.drafts.store import NewDraft
    from app.policy import Policy
    from app.terms import Actor


async def start_draft(new: NewDraft, actor: Actor, policy: Policy) -> UUID:
    """Store a new draft and return its id; a registration draft records that it was started."""
    async with transaction():
        return await store.start(new, actor, policy)
