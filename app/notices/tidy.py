"""Forgetting what mail said, and later to whom it went (NOT-1.6)."""

from __future__ import annotations

from app import clock
from app.db.engine import fetch
from app.notices import rules
from app.notices.results import address_hash

PAGE = 500


async def forget_contents() -> int:
    """Erase the fields of mail that ended a day ago, of mail that did not arrive after 90; returns of how many."""
    now = clock.now()
    rows = await fetch(
        """UPDATE message SET personalisation = NULL, updated_at = $1 WHERE personalisation IS NOT NULL
            AND finished_at <= CASE WHEN state IN ('bounced', 'undelivered', 'suppressed')
                THEN $3::timestamptz ELSE $2 END
        RETURNING id""",
        now,
        now - rules.ERASE_FIELDS_AFTER,
        now - rules.KEEP_UNDELIVERED,
    )
    return len(rows)


async def forget_addresses() -> int:
    """Replace the address of mail that ended 400 days ago by a keyed hash; returns of how many."""
    rows = await fetch(
        "SELECT id, recipient FROM message WHERE finished_at <= $1 AND recipient LIKE '%@%' ORDER BY id LIMIT $2",
        clock.now() - rules.HIDE_ADDRESS_AFTER,
        PAGE,
    )
    for row in rows:
        await fetch("UPDATE message SET recipient = $2 WHERE id = $1", row["id"], address_hash(row["recipient"]))
    return len(rows)
