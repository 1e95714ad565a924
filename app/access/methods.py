"""Which sign-in methods staff have paused, and what they say about it (ACC-2.5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.db.engine import fetch_one

if TYPE_CHECKING:
    from collections.abc import Mapping

PAUSED = "paused_sign_in_methods"
"""The key of the setting: method id -> the message of staff."""


async def paused_methods() -> Mapping[str, str]:
    """Return the message of staff for each method that is paused."""
    row = await fetch_one("SELECT value FROM service_setting WHERE key = $1", PAUSED)
    return {str(method): str(message) for method, message in json.loads(row["value"]).items()} if row else {}
