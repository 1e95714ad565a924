"""What staff note beside the items of their work queues."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, counter, day, json, moment, number, refers, text
from app.db.tables.teachers import Teacher


class QueueItem(Row, tablename="queue_item"):
    """What staff decided about one item of a queue; the item itself is worked out from the data (ADM-8.1)."""

    queue = text()
    item_key = text()
    assignee_user_id = refers(AppUser, null=True)
    snoozed_until = day(null=True)
    dismissed_facts = text(null=True)
    reason = text(null=True)
    version = counter()


class BulkBatch(PublicRow, tablename="bulk_batch"):
    """One fix for many people: what was entered, and how far it got (ADM-6.2)."""

    fix = text()
    fields = json()
    note = text()
    ticket = text()
    asked_by_user_id = refers(AppUser)
    confirmed_at = moment(null=True)
    finished_at = moment(null=True)


class BulkRow(Row, tablename="bulk_row"):
    """One person of it: what the dry run found, and what became of it (ADM-6.2)."""

    bulk_batch_id = refers(BulkBatch)
    position = number()
    trn = text()
    teacher_id = refers(Teacher, null=True)
    found = text(null=True)
    found_why = text(null=True)
    result = text(null=True)
    result_why = text(null=True)
