"""What the API answers and takes, as types: the published document is made of them, and tests decode every answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from app.terms import ScheduleIdentifier

Year = Annotated[str, Meta(pattern="^[0-9]{4}$")]
URN = Annotated[str, Meta(pattern="^[0-9]+$")]
TRN = Annotated[str, Meta(pattern="^[0-9]{7}$")]
Count = Annotated[int, Meta(ge=0)]
Moment = Annotated[datetime, Meta(tz=True)]


class Strict(Struct, forbid_unknown_fields=True):
    """An object of an answer: every member is always there, and no other (API-5.3)."""


class Links(Strict):
    """Where a walk goes on; null after the last page (API-7.9)."""

    next: str | None


class SchoolAttributes(Strict):
    """What is shown of a school (API-9.1)."""

    name: str
    urn: URN
    cohort: Year
    in_partnership: bool
    induction_programme_choice: Literal["provider_led", "school_led", "not_yet_known"]
    expression_of_interest: bool
    induction_tutor_name: str | None
    induction_tutor_email: str | None
    created_at: Moment
    updated_at: Moment


class School(Strict):
    """A school in one cohort, as one lead provider sees it."""

    id: UUID
    type: Literal["school"]
    attributes: SchoolAttributes


class DeliveryPartnerAttributes(Strict):
    """What is shown of a delivery partner (API-10.1)."""

    name: str
    created_at: Moment
    updated_at: Moment
    cohort: Annotated[list[Year], Meta(min_length=1)]


class DeliveryPartner(Strict):
    """A delivery partner that works with the lead provider."""

    id: UUID
    type: Literal["delivery-partner"]
    attributes: DeliveryPartnerAttributes


class PartnershipAttributes(Strict):
    """What is shown of a partnership (API-11.1)."""

    cohort: Year
    urn: URN
    school_id: UUID
    delivery_partner_id: UUID
    delivery_partner_name: str
    induction_tutor_name: str | None
    induction_tutor_email: str | None
    participants_currently_training: Count
    updated_at: Moment
    created_at: Moment


class Partnership(Strict):
    """A school that the lead provider works with in one cohort, and the delivery partner there."""

    id: UUID
    type: Literal["partnership"]
    attributes: PartnershipAttributes


WithdrawalReason = Literal[
    "left-teaching-profession",
    "moved-school",
    "mentor-no-longer-being-mentor",
    "switched-to-school-led",
    "changed-lead-provider",
    "other",
]
DeferralReason = Literal["bereavement", "long-term-sickness", "parental-leave", "career-break", "other"]


class Withdrawal(Strict):
    """Why and when somebody was withdrawn."""

    reason: WithdrawalReason
    date: Moment


class Deferral(Strict):
    """Why and when training was paused."""

    reason: DeferralReason
    date: Moment


class Enrolment(Strict):
    """One role of one person (API-12.2)."""

    training_record_id: UUID
    email: str | None
    mentor_id: UUID | None
    school_urn: URN
    participant_type: Literal["ect", "mentor"]
    cohort: Year
    training_status: Literal["active", "deferred", "withdrawn"]
    participant_status: Literal["joining", "active", "leaving", "left"]
    eligible_for_funding: bool | None
    pupil_premium_uplift: bool
    sparsity_uplift: bool
    schedule_identifier: ScheduleIdentifier
    delivery_partner_id: UUID
    withdrawal: Withdrawal | None
    deferral: Deferral | None
    created_at: Moment
    induction_end_date: date | None
    most_recent_induction_period_end_date: date | None
    overall_induction_start_date: date | None
    mentor_funding_end_date: date | None
    cohort_changed_after_payments_frozen: bool
    mentor_ineligible_for_funding_reason: (
        Literal["completed_declaration_received", "completed_during_early_roll_out", "started_not_completed"] | None
    )
    working_pattern: Literal["full_time", "part_time"] | None


class ParticipantIdChange(Strict):
    """That one record of a person was merged into another."""

    from_participant_id: UUID
    to_participant_id: UUID
    changed_at: Moment


class ParticipantAttributes(Strict):
    """What is shown of a participant (API-12.2)."""

    full_name: str
    teacher_reference_number: TRN | None
    ecf_enrolments: Annotated[list[Enrolment], Meta(min_length=1, max_length=2)]
    participant_id_changes: list[ParticipantIdChange]
    updated_at: Moment


class Participant(Strict):
    """Somebody whom the lead provider trains, has trained or will train."""

    id: UUID
    type: Literal["participant"]
    attributes: ParticipantAttributes


class TransferSide(Strict):
    """The school that is left or joined, who trains there, and the day."""

    school_urn: URN
    provider: str | None
    date: date


class Transfer(Strict):
    """One move between schools (API-14.2)."""

    training_record_id: UUID
    transfer_type: Literal["new_school", "new_provider", "unknown"]
    status: Literal["incomplete", "complete"]
    created_at: Moment
    leaving: TransferSide
    joining: TransferSide | None


class ParticipantTransferAttributes(Strict):
    """The moves of one person (API-14.2)."""

    updated_at: Moment
    transfers: Annotated[list[Transfer], Meta(min_length=1)]


class ParticipantTransfer(Strict):
    """The moves of one person; the id is the participant's."""

    id: UUID
    type: Literal["participant-transfer"]
    attributes: ParticipantTransferAttributes


class UnfundedMentorAttributes(Strict):
    """What is shown of an unfunded mentor (API-15.1)."""

    full_name: str
    email: str | None
    teacher_reference_number: TRN | None
    created_at: Moment
    updated_at: Moment


class UnfundedMentor(Strict):
    """A mentor of one of the lead provider's ECTs whom it has never trained."""

    id: UUID
    type: Literal["unfunded-mentor"]
    attributes: UnfundedMentorAttributes


class ExpressionOfInterestAttributes(Strict):
    """How many wait for the lead provider there (API-16.1)."""

    cohort: Year
    school_id: UUID
    school_urn: URN
    school_name: str
    ects: Count
    mentors: Count
    disputed: Count
    earliest_start_date: date
    first_requested_at: Moment
    created_at: Moment
    updated_at: Moment


class ExpressionOfInterest(Strict):
    """A school that waits for the lead provider in one cohort."""

    id: UUID
    type: Literal["expression-of-interest"]
    attributes: ExpressionOfInterestAttributes


ResourceKind = Literal[
    "school",
    "delivery-partner",
    "partnership",
    "participant",
    "participant-transfer",
    "unfunded-mentor",
    "expression-of-interest",
]


class ChangeAttributes(Strict):
    """What changed: ids only, never names or values (API-17.1)."""

    action: Literal["upsert", "delete"]
    resource_type: ResourceKind
    resource_id: UUID
    cohort: Year | None
    reason: Literal["challenged", "confirmed", "merged", "no_longer_listed"] | None
    moved_to: UUID | None
    occurred_at: Moment


class Change(Strict):
    """One thing that changed in the lead provider's world."""

    id: Annotated[str, Meta(pattern="^[0-9]+$")]
    type: Literal["change"]
    attributes: ChangeAttributes


class ChangesMeta(Strict):
    """Whether another page is waiting."""

    more: bool
