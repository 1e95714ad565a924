"""What staff note beside the items of their work queues."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import Row, counter, day, refers, text


class QueueItem(Row, tablename="queue_item"):
    """What staff decided about one item of a queue; the item itself is worked out from the data (ADM-8.1)."""

    queue = text()
    item_key = text()
    assignee_user_id = refers(AppUser, null=True)
    snoozed_until = day(null=True)
    dismissed_facts = text(null=True)
    version = counter()
