"""What staff change while the service runs, as it is stored: one row a key, the default being no row."""

from __future__ import annotations

import json
from typing import Any

from app import clock
from app.db.engine import fetch


async def stored_settings(*, lock: bool = False) -> dict[str, Any]:
    """Return every value that is not the default; `lock` lets nobody else change one until the transaction ends."""
    if lock:
        await fetch("SELECT pg_advisory_xact_lock(hashtext('service settings'))")
    return {row["key"]: json.loads(row["value"]) for row in await fetch("SELECT key, value FROM service_setting")}


async def store_setting(key: str, value: Any) -> None:
    """Store a value in the transaction in force; None takes it back to the default."""
    if value is None:
        await fetch("DELETE FROM service_setting WHERE key = $1", key)
        return
    await fetch(
        """INSERT INTO service_setting (created_at, updated_at, key, value) VALUES ($1, $1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET updated_at = $1, value = $3""",
        clock.now(),
        key,
        json.dumps(value),
    )
