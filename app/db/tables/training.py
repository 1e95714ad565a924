"""Partnerships of schools with lead providers, and the training of ECTs and mentors."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, day, flag, moment, number, refers, text, word
from app.db.tables.providers import DeliveryPartner, LeadProvider, Schedule
from app.db.tables.registration import ECTAtSchoolPeriod, MentorAtSchoolPeriod
from app.db.tables.schools import School
from app.db.tables.teachers import Teacher
from app.terms import (
    CancellationReason,
    ChallengeReason,
    ConfirmationSource,
    DeferralReason,
    PartnershipOrigin,
    Role,
    TrainingProgramme,
    WithdrawalReason,
)


class SchoolPartnership(PublicRow, tablename="school_partnership"):
    """A school, a lead provider and a delivery partner in one academic year."""

    school_id = refers(School)
    lead_provider_id = refers(LeadProvider)
    delivery_partner_id = refers(DeliveryPartner)
    contract_period_year = number()
    origin = word(PartnershipOrigin)
    carried_from_partnership_id = refers("self", null=True)
    reported_at = moment()
    challenged_at = moment(null=True)
    challenge_reason = word(ChallengeReason, null=True)
    challenged_by_user_id = refers(AppUser, null=True)
    checked_at = moment(null=True)
    checked_by_user_id = refers(AppUser, null=True)


class TrainingPeriod(PublicRow, tablename="training_period"):
    """One programme with one provider arrangement for one range inside a stay."""

    teacher_id = refers(Teacher)
    role = word(Role)
    school_id = refers(School)
    ect_at_school_period_id = refers(ECTAtSchoolPeriod, null=True)
    mentor_at_school_period_id = refers(MentorAtSchoolPeriod, null=True)
    training_programme = word(TrainingProgramme)
    lead_provider_id = refers(LeadProvider, null=True)
    contract_period_year = number(null=True)
    school_partnership_id = refers(SchoolPartnership, null=True)
    schedule_id = refers(Schedule, null=True)
    requested_at = moment(null=True)
    confirmed_at = moment(null=True)
    confirmation_source = word(ConfirmationSource, null=True)
    self_funded = flag()
    started_on = day()
    finished_on = day(null=True)
    withdrawn_at = moment(null=True)
    withdrawal_reason = word(WithdrawalReason, null=True)
    deferred_at = moment(null=True)
    deferral_reason = word(DeferralReason, null=True)
    finished_on_before_stop = day(null=True)
    cancelled_at = moment(null=True)
    cancellation_reason = word(CancellationReason, null=True)


class Declaration(Row, tablename="declaration"):
    """A declaration of training, from migrated or demo data only; read-only here."""

    training_period_id = refers(TrainingPeriod)
    type = text()
    declared_on = day()
    voided_at = moment(null=True)
