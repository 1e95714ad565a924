"""The append-only audit trail: one row an event, chained by hashes."""

from __future__ import annotations

from piccolo.columns import BigInt
from piccolo.table import Table

from app.db.tables.base import big, day, json, moment, octets, text, word
from app.terms import ActorKind


class Event(Table, tablename="event"):
    """What happened, when, to whom and by whom (EVT-01). Numbered without gaps by the chain."""

    id = BigInt(primary_key=True, default=None)
    kind = text()
    recorded_at = moment()
    business_date = day()
    actor_kind = word(ActorKind)
    actor_name = text(null=True)
    actor_email = text(null=True)
    actor_id = big(null=True)
    school_id = big(null=True)
    teacher_id = big(null=True)
    ect_at_school_period_id = big(null=True)
    mentor_at_school_period_id = big(null=True)
    training_period_id = big(null=True)
    mentorship_period_id = big(null=True)
    school_partnership_id = big(null=True)
    lead_provider_id = big(null=True)
    delivery_partner_id = big(null=True)
    appropriate_body_id = big(null=True)
    sentence = text()
    changes = json()
    metadata = json()
    prev_hash = octets()
    hash = octets()


class EventSubject(Table, tablename="event_subject"):
    """A further subject of an event."""

    event_id = big()
    kind = text()
    subject_id = big()
