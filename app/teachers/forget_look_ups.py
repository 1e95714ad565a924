"""Forgetting that a TRN was looked up (FIX-15)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch


async def forget_look_ups(trn: str) -> None:
    """Take the number from the notes of look-ups, which stay, inside the caller's transaction."""
    await fetch("UPDATE lookup_attempt SET trn = NULL, updated_at = $2 WHERE trn = $1", trn, clock.now())
