"""Rate limits: a sliding window counted in the database, so that all processes share it (ACC-16)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction

AT_THE_SAME_TIME = timedelta(minutes=1)


async def count(kind: str, key: str, limit: int, window: timedelta, secret: bytes) -> int:
    """Count one attempt; returns 0 when it is allowed, else the seconds until the next one is.

    A refused attempt isn't counted. What is stamped later than now isn't either (contract, section 3), but for what
    requests at the same time have counted, whose now may be a little later. The key is stored as a keyed hash
    (ACC-18.1).
    """
    key_hash = hmac.digest(secret, f"{kind}:{key}".encode(), hashlib.sha256)
    async with transaction():
        await fetch("SELECT pg_advisory_xact_lock($1)", int.from_bytes(key_hash[:8], signed=True))
        now = clock.now()  # only now: what others counted while this one waited is not later
        past = "DELETE FROM rate_count WHERE kind = $1 AND key_hash = $2 AND at <= $3"
        await fetch(past, kind, key_hash, now - window)
        rows = await fetch(
            "SELECT at FROM rate_count WHERE kind = $1 AND key_hash = $2 AND at <= $3 ORDER BY at DESC LIMIT $4",
            kind,
            key_hash,
            now + AT_THE_SAME_TIME,
            limit,
        )
        if len(rows) >= limit:
            return max(1, int((rows[-1]["at"] + window - now).total_seconds()) + 1)
        await fetch(
            "INSERT INTO rate_count (created_at, updated_at, kind, key_hash, at) VALUES ($1, $1, $2, $3, $1)",
            now,
            kind,
            key_hash,
        )
        return 0
