"""What the outbox holds, for tests that follow a link or a code in an email."""

from __future__ import annotations

import json
from typing import Any

from app.db.engine import fetch


async def mails(*ids: str) -> list[dict[str, Any]]:
    """Return what was queued, oldest first: id, to, and its fields."""
    rows = await fetch(
        """SELECT message_id, recipient, personalisation FROM message
        WHERE cardinality($1::text[]) = 0 OR message_id = ANY($1) ORDER BY created_at, message_id""",
        list(ids),
    )
    return [
        {"id": row["message_id"], "to": row["recipient"], **json.loads(row["personalisation"])["fields"]}
        for row in rows
    ]


async def sent() -> list[tuple[str, str]]:
    """Return id and recipient of everything queued."""
    return [(mail["id"], mail["to"]) for mail in await mails()]
