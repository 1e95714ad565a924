"""The settings that staff change while the service runs, as they are stored."""

from __future__ import annotations

import json

from app.db.engine import fetch
from app.policy import Policy


async def policy_in_force() -> Policy:
    """Return the settings with what staff changed."""
    rows = await fetch("SELECT key, value FROM service_setting")
    return Policy.from_rows({row["key"]: json.loads(row["value"]) for row in rows})
