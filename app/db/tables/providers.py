"""Academic years, lead providers, delivery partners and appropriate bodies: reference data."""

from __future__ import annotations

from piccolo.columns import Integer, Timestamptz
from piccolo.table import Table

from app import clock
from app.db.tables.base import PublicRow, Row, day, flag, number, refers, text, texts, word
from app.terms import AppropriateBodyType, ScheduleIdentifier


class ContractPeriod(Table, tablename="contract_period"):
    """One funding year; its key is the calendar year in which it starts."""

    year = Integer(primary_key=True, default=None)
    created_at = Timestamptz(default=clock.now)
    updated_at = Timestamptz(default=clock.now)
    started_on = day()
    finished_on = day()
    registration_opens_on = day(null=True)
    payments_frozen_on = day(null=True)
    successor_year = number(null=True)
    successor_schedule_identifier = word(ScheduleIdentifier, null=True)
    mentor_funding_enabled = flag()
    uplift_fees = flag()


class RegistrationClosure(Row, tablename="registration_closure"):
    """Days on which some journeys are shut for all schools (PRM-04)."""

    key = text(unique=True)
    starts_on = day()
    ends_on = day()
    message = text()


class Schedule(PublicRow, tablename="schedule"):
    """A pattern of training in one academic year."""

    contract_period_year = refers(ContractPeriod)
    identifier = word(ScheduleIdentifier)


class Milestone(Row, tablename="milestone"):
    """When one declaration of a schedule may be made (REF-4.9)."""

    schedule_id = refers(Schedule)
    declaration = text()
    opens_on = day()
    closes_on = day(null=True)


class LeadProvider(PublicRow, tablename="lead_provider"):
    """An organisation that trains ECTs and mentors."""

    key = text(unique=True)
    name = text()
    notification_emails = texts()


class LeadProviderContract(Row, tablename="lead_provider_contract"):
    """A lead provider is contracted in an academic year."""

    lead_provider_id = refers(LeadProvider)
    contract_period_year = refers(ContractPeriod)


class DeliveryPartner(PublicRow, tablename="delivery_partner"):
    """An organisation that delivers training with a lead provider."""

    key = text(unique=True)
    name = text()


class ProviderPairing(Row, tablename="provider_pairing"):
    """A lead provider and a delivery partner work together in an academic year."""

    lead_provider_contract_id = refers(LeadProviderContract)
    delivery_partner_id = refers(DeliveryPartner)
    lead_provider_id = refers(LeadProvider)
    contract_period_year = refers(ContractPeriod)


class AppropriateBody(PublicRow, tablename="appropriate_body"):
    """An organisation that assures inductions."""

    key = text(unique=True)
    name = text()
    type = word(AppropriateBodyType)
    active_from = day(null=True)
    active_to = day(null=True)
    allowed_school_kinds = texts()
    region = text(null=True)
    districts = texts()
    contact_email = text(null=True)
    contact_url = text(null=True)
    dfe_sign_in_organisation_id = text(null=True)
