"""What lead providers are shown, kept ready with its stamps; the feed of its changes; repeats of their requests."""

from __future__ import annotations

from piccolo.columns import UUID, Array, Integer, Text

from app.db.tables.base import Row, big, day, flag, moment, number, octets, refers, text, word
from app.db.tables.providers import LeadProvider
from app.db.tables.teachers import Teacher
from app.terms import Role


class TrainingRecord(Row, tablename="training_record"):
    """The id under which the API shows one role of one person, for ever (API-29.7)."""

    public_id = UUID(default=None, unique=True)
    teacher_id = refers(Teacher)
    role = word(Role)


class ParticipantIdChange(Row, tablename="participant_id_change"):
    """A person was merged into another (API-12.1)."""

    from_teacher_id = refers(Teacher)
    to_teacher_id = refers(Teacher)
    changed_at = moment()


class ProviderRecord(Row, tablename="provider_record"):
    """One resource as a lead provider is shown it, or was (API, section 28)."""

    lead_provider_id = big()
    """0 stands for every lead provider that has no row of its own for the resource."""
    resource_type = text()
    resource_id = UUID(default=None)
    cohort = number()
    """0 where the resource has none."""
    subject_id = big()
    listed = flag()
    body = text(null=True)
    cohorts = Array(base_column=Integer(), default=None)
    statuses = Array(base_column=Text(), default=None)
    from_ids = Array(base_column=UUID(), default=None)
    urn = text(null=True)
    delivery_partner_public_id = UUID(default=None, null=True)
    created_second = moment()
    updated_second = moment()
    valid_from = day()
    valid_until = day()


class Change(Row, tablename="change"):
    """One entry of a lead provider's feed (API-17); `created_at` is when it happened."""

    lead_provider_id = refers(LeadProvider)
    number = big()
    resource_type = text()
    resource_id = UUID(default=None)
    cohort = Integer(default=None, null=True)
    action = text()
    reason = text(null=True)
    moved_to = UUID(default=None, null=True)


class ChangeCounter(Row, tablename="change_counter"):
    """The newest number of a lead provider's feed for one type."""

    lead_provider_id = refers(LeadProvider)
    resource_type = text()
    number = big()


class IdempotentRequest(Row, tablename="idempotent_request"):
    """An answer kept for the repeat of a request (API-19); `created_at` is by the machine's clock (API-22.1)."""

    lead_provider_id = refers(LeadProvider)
    key = text()
    digest = octets()
    status = number(null=True)
    body = text(null=True)
