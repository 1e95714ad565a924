"""Schools as the national register and this service know them, and their contact person."""

from __future__ import annotations

from app.db.tables.access import AppUser
from app.db.tables.base import PublicRow, Row, counter, day, flag, json, moment, number, refers, text, texts, word
from app.db.tables.providers import AppropriateBody, ContractPeriod, LeadProvider
from app.terms import (
    ClosingState,
    ExpectingECTs,
    RegisterItemKind,
    RegisterQueue,
    SchoolKind,
    TrainingProgramme,
)


class School(PublicRow, tablename="school"):
    """One establishment of the national schools register."""

    urn = text(unique=True)
    kind = word(SchoolKind)
    name = text()
    type_code = number()
    type_name = text()
    status_code = number()
    local_authority_code = text()
    local_authority_name = text(null=True)
    establishment_number = text(null=True)
    opened_on = day(null=True)
    closed_on = day(null=True)
    last_changed_on = day(null=True)
    phase_code = number(null=True)
    phase_name = text(null=True)
    ukprn = text(null=True)
    street = text(null=True)
    locality = text(null=True)
    address3 = text(null=True)
    town = text(null=True)
    county = text(null=True)
    postcode = text(null=True)
    website = text(null=True)
    primary_email = text(null=True)
    secondary_email = text(null=True)
    section_41_approved = flag()
    district_code = text(null=True)
    district_name = text(null=True)
    region = text(null=True)
    close_reason = text(null=True)
    trust_code = text(null=True)
    trust_name = text(null=True)
    search_name = text()
    absent_since = day(null=True)
    access_override = text(null=True)
    access_override_note = text(null=True)
    access_override_until = day(null=True)
    email_link_override = text(null=True)
    last_appropriate_body_id = refers(AppropriateBody, null=True)
    last_training_programme = word(TrainingProgramme, null=True)
    last_lead_provider_id = refers(LeadProvider, null=True)
    reminders_off_until = day(null=True)
    alias_of_school_id = refers("self", null=True)
    last_level = text(null=True)
    version = counter()


class SchoolLink(Row, tablename="school_link"):
    """A link between two establishments as the register states it (REF-2.5)."""

    urn = text()
    link_urn = text()
    link_type = text()
    link_name = text(null=True)
    established_on = day(null=True)


class InductionTutor(PublicRow, tablename="induction_tutor"):
    """The one main contact of a school, with history."""

    school_id = refers(School)
    name = text()
    email = text()
    confirmed_for_year = number(null=True)
    started_at = moment()
    ended_at = moment(null=True)
    recorded_by_user_id = refers(AppUser)


class SchoolYear(Row, tablename="school_year"):
    """What a school answered about one academic year (SCH-06)."""

    school_id = refers(School)
    contract_period_year = refers(ContractPeriod)
    expecting_ects = word(ExpectingECTs, null=True)
    all_registered_at = moment(null=True)
    answered_by_user_id = refers(AppUser, null=True)


class SchoolUplift(Row, tablename="school_uplift"):
    """Whether a school has each uplift in one academic year (REF-4.16)."""

    school_id = refers(School)
    contract_period_year = refers(ContractPeriod)
    pupil_premium = flag()
    sparsity = flag()


class RegisterRun(PublicRow, tablename="register_run"):
    """One run of the school register import or of a reference-data load."""

    kind = text()
    state = text()
    source_name = text()
    source_version = text(null=True)
    hashes = texts()
    business_date = day()
    rows_read = number()
    newest_change_on = day(null=True)
    report = json()
    finished_at = moment(null=True)


class SchoolClosing(Row, tablename="school_closing"):
    """What was done about a school that closed: one row that counts, earlier ones ended (REF-3.4)."""

    school_id = refers(School)
    urn = text()
    closed_on = day()
    state = word(ClosingState)
    successor_school_id = refers(School, null=True)
    successor_urn = text(null=True)
    noted_on = day()
    acted_on = day(null=True)
    ended_at = moment(null=True)


class RegisterItem(PublicRow, tablename="register_item"):
    """Something in the register that staff look at, in the queue Q-06 or Q-12."""

    queue = word(RegisterQueue)
    kind = word(RegisterItemKind)
    school_id = refers(School)
    reason = text(null=True)
    detail = json()
    raised_on = day()
    keep_until = day(null=True)
    settled_at = moment(null=True)
    settled_by_user_id = refers(AppUser, null=True)
    settlement = text(null=True)
