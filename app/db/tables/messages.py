"""The outbox of emails, written in the transaction of what causes them."""

from __future__ import annotations

from piccolo.columns import UUID, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from app import clock
from app.db.tables.base import Row, big, counter, json, moment, number, tally, text


class Message(Table, tablename="message"):
    """One email on its way or done (NOT-1.2)."""

    id = UUID(primary_key=True, default=UUID4())
    created_at = Timestamptz(default=clock.now)
    updated_at = Timestamptz(default=clock.now)
    message_id = text()
    priority = number()
    recipient = text()
    personalisation = json(null=True)
    school_id = big(null=True)
    teacher_id = big(null=True)
    ect_at_school_period_id = big(null=True)
    mentor_at_school_period_id = big(null=True)
    user_id = big(null=True)
    dedupe_key = text(unique=True)
    not_before = moment()
    expires_at = moment(null=True)
    state = text()
    attempts = number()
    next_attempt_at = moment(null=True)
    leased_until = moment(null=True)
    sender_id = text(null=True)
    last_error = text(null=True)
    earlier_failures = tally()
    accepted_at = moment(null=True)
    asked_at = moment(null=True)
    finished_at = moment(null=True)
    version = counter()


class SenderStop(Row, tablename="sender_stop"):
    """A time in which the sender of mail refused our key (NOT-2.4)."""

    reason = text()
    stopped_at = moment()
    try_at = moment()
    restarted_at = moment(null=True)


class MailboxMessage(Table, tablename="mailbox_message"):
    """A message taken by the developer mailbox (NOT-8.1); never used in production."""

    id = UUID(primary_key=True, default=UUID4())
    reference = UUID(default=UUID4(), unique=True)
    recipient = text()
    message_id = text()
    school_id = big(null=True)
    subject = text()
    body = text()
    at = moment()
