"""Facts with readable defaults for the tests of pure rules."""

from datetime import UTC, date, datetime
from uuid import UUID

from app.terms import (
    DeliveryPartnerId,
    LeadProviderId,
    PartnershipOrigin,
    Role,
    ScheduleIdentifier,
    SchoolPartnershipId,
    TrainingPeriodId,
    TrainingProgramme,
    Year,
)
from app.training.arrangements import DeliveryPartner, LeadProvider, Partnership, ProviderFacts
from app.training.periods import Calendar, ContractPeriod, RegistrationPeriod
from app.training.rules import Training

OAK, ELM = LeadProviderId(1), LeadProviderId(2)
FERN, MOSS = DeliveryPartnerId(11), DeliveryPartnerId(12)
EXTENDED_SEPTEMBER = ScheduleIdentifier.EXTENDED_SEPTEMBER


def period(year: int, *, opens: date | None = None, frozen: date | None = None, successor: int | None = None):
    """A period from June to May that opened on its first day unless said otherwise."""
    return ContractPeriod(
        year=Year(year),
        started_on=date(year, 6, 1),
        finished_on=date(year + 1, 5, 31),
        registration_opens_on=opens or date(year, 6, 1),
        payments_frozen_on=frozen,
        successor_year=Year(successor) if successor else None,
        successor_schedule_identifier=EXTENDED_SEPTEMBER if successor else None,
    )


FROZEN_ON = date(2024, 7, 31)
WORKED_EXAMPLES = Calendar(
    (
        period(2021, frozen=FROZEN_ON, successor=2024),
        period(2022, frozen=FROZEN_ON, successor=2024),
        period(2023),
        period(2024),
        period(2025),
        period(2026),
    )
)
"""The periods of the worked examples (rules §22)."""

GAP_CALENDAR = Calendar(
    (
        ContractPeriod(Year(2025), date(2025, 6, 1), date(2026, 5, 31), date(2025, 6, 1)),
        ContractPeriod(Year(2026), date(2026, 6, 10), date(2027, 5, 31), date(2026, 5, 1)),
    )
)
"""Two periods with a gap from 1 to 9 June 2026; the later one is open from 1 May."""


def training(number: int = 1, started_on: date = date(2025, 9, 1), finished_on: date | None = None, **facts):
    """Provider-led training of an ECT with Oak in 2025, requested, unless said otherwise."""
    defaults = {
        "role": Role.ECT,
        "programme": TrainingProgramme.PROVIDER_LED,
        "lead_provider_id": OAK,
        "year": Year(2025),
        "schedule": ScheduleIdentifier.STANDARD_SEPTEMBER,
    }
    return Training(TrainingPeriodId(number), started_on=started_on, finished_on=finished_on, **defaults | facts)


def school_led(number: int = 1, started_on: date = date(2025, 9, 1), finished_on: date | None = None, **facts):
    """School-led training of an ECT."""
    return Training(TrainingPeriodId(number), Role.ECT, TrainingProgramme.SCHOOL_LED, started_on, finished_on, **facts)


def at_noon(day: date) -> datetime:
    """The middle of a day, in UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def partnership(number: int, lead_provider=OAK, partner=FERN, year: int = 2024, **facts):
    """A partnership of the school, reported in October of its year."""
    facts.setdefault("reported_at", at_noon(date(year, 10, 1)))
    facts.setdefault("origin", PartnershipOrigin.REPORTED)
    return Partnership(SchoolPartnershipId(number), UUID(int=number), lead_provider, partner, Year(year), **facts)


def provider_facts(partnerships=(), requests=(), last_choices=None, **changes):
    """Oak contracted in 2024 and 2025 with Fern (2024 only) and Moss (both), Elm in 2025 with Moss (journeys §19)."""
    facts = {
        "lead_providers": {
            OAK: LeadProvider(OAK, UUID(int=OAK), "Oak"),
            ELM: LeadProvider(ELM, UUID(int=ELM), "Elm"),
        },
        "delivery_partners": {FERN: DeliveryPartner(FERN, "Fern"), MOSS: DeliveryPartner(MOSS, "Moss")},
        "contracted": frozenset({(OAK, 2024), (OAK, 2025), (ELM, 2025)}),
        "paired": frozenset({(OAK, FERN, 2024), (OAK, MOSS, 2024), (OAK, MOSS, 2025), (ELM, MOSS, 2025)}),
    }
    return ProviderFacts(
        **facts | changes, partnerships=tuple(partnerships), requests=tuple(requests), last_choices=last_choices
    )


def filed_in(year: int) -> RegistrationPeriod:
    """R, decided by the start date."""
    return RegistrationPeriod(period(year))


def moved_to(year: int) -> RegistrationPeriod:
    """R, the successor of frozen 2022."""
    return RegistrationPeriod(period(year), training(year=Year(2022)), frozen_from=WORKED_EXAMPLES.of_year(Year(2022)))
