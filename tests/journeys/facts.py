"""Facts of a registration without a database: one school, one body, one lead provider, a new teacher."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.policy import Policy
from app.registration.queries import KnownPerson
from app.registration.registering.appropriate_bodies import AppropriateBody
from app.schools.rules import SchoolLevel
from app.teachers.snapshot import Snapshot
from app.terms import (
    TRN,
    AppropriateBodyId,
    AppropriateBodyType,
    IdentityMatch,
    LeadProviderId,
    ScheduleIdentifier,
    SchoolId,
    SchoolKind,
    TRSInductionStatus,
    Year,
)
from app.training.arrangements import LeadProvider, ProviderFacts
from app.training.periods import Calendar, ContractPeriod
from app.training.queries import SchoolProviders
from app.web.schools.identity.facts import Matched, SchoolHere
from app.web.schools.register_ect.facts import RegisterECTFacts

TODAY = date(2025, 10, 6)
BODY = AppropriateBody(
    AppropriateBodyId(1),
    UUID(int=1),
    "North Hub",
    AppropriateBodyType.TEACHING_SCHOOL_HUB,
    frozenset({SchoolKind.STATE_FUNDED}),
)
ELM = LeadProvider(LeadProviderId(1), UUID(int=2), "Elm")
ANSWERS = {
    "review-ect": {"name_is_correct": "yes"},
    "email-address": {"email": "priya@ash.example"},
    "start-date": {"start_date_day": "3", "start_date_month": "10", "start_date_year": "2025"},
    "working-pattern": {"working_pattern": "full_time"},
    "appropriate-body": {"appropriate_body_id": str(BODY.public_id)},
    "training-programme": {"training_programme": "provider_led"},
    "lead-provider": {"provider_choice": f"lead_provider:{ELM.public_id}"},
}


def facts() -> RegisterECTFacts:
    """Return what the journey may know about Priya, whom nobody has registered before."""
    years = [
        ContractPeriod(Year(year), date(year, 6, 1), date(year + 1, 5, 31), date(year, 6, 1))
        for year in (2023, 2024, 2025)
    ]
    providers = ProviderFacts({ELM.id: ELM}, {}, frozenset({(ELM.id, Year(2025))}), frozenset())
    snapshot = Snapshot("Priya", "Shah", TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, None, prohibited=False)
    return RegisterECTFacts(
        today=TODAY,
        policy=Policy(),
        calendar=Calendar(tuple(years)),
        school=SchoolHere(SchoolId(1), "Ash School", SchoolKind.STATE_FUNDED, SchoolLevel.FULL),
        providers=SchoolProviders(providers, frozenset({(Year(2025), ScheduleIdentifier.STANDARD_SEPTEMBER)})),
        bodies={str(BODY.public_id): BODY},
        matched=Matched(TRN("9900001"), IdentityMatch.DATE_OF_BIRTH, snapshot, KnownPerson()),
    )
