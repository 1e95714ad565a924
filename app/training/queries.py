"""Reads about academic years, lead providers, partnerships and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.documents import Wanted, together
from app.db.engine import fetch
from app.db.reference import VERSION, Kept
from app.terms import DeliveryPartnerId, LeadProviderId, ScheduleIdentifier, Year
from app.training.arrangements import (
    DeliveryPartner,
    LastChoices,
    LeadProvider,
    Partnership,
    ProviderFacts,
    RequestedTraining,
)
from app.training.periods import Calendar, ContractPeriod

if TYPE_CHECKING:
    from app.terms import SchoolId

# One training row in the shape of app.training.rules.Training; aliases: tp training_period, sp, sc left joined.
TRAINING = """json_build_object(
    'id', tp.id, 'role', tp.role, 'programme', tp.training_programme, 'started_on', tp.started_on,
    'finished_on', tp.finished_on, 'stay_id', coalesce(tp.ect_at_school_period_id, tp.mentor_at_school_period_id),
    'school_id', tp.school_id, 'lead_provider_id', tp.lead_provider_id, 'year', tp.contract_period_year,
    'partnership_id', tp.school_partnership_id, 'delivery_partner_id', sp.delivery_partner_id,
    'schedule', sc.identifier, 'requested_at', tp.requested_at, 'confirmed_at', tp.confirmed_at,
    'withdrawn_at', tp.withdrawn_at, 'deferred_at', tp.deferred_at, 'cancelled', tp.cancelled_at IS NOT NULL,
    'disputed', sp.challenged_at IS NOT NULL, 'self_funded', tp.self_funded, 'latest_declaration_on',
    (SELECT max(declared_on) FROM declaration d WHERE d.training_period_id = tp.id AND d.voided_at IS NULL))"""
TRAINING_ROW = """CROSS JOIN LATERAL (SELECT
    tp.id, tp.role, tp.training_programme AS programme, tp.started_on, tp.finished_on,
    coalesce(tp.ect_at_school_period_id, tp.mentor_at_school_period_id) AS stay_id, tp.school_id, tp.lead_provider_id,
    tp.contract_period_year AS year, tp.school_partnership_id AS partnership_id, sp.delivery_partner_id,
    sc.identifier AS schedule, tp.requested_at, tp.confirmed_at, tp.withdrawn_at, tp.deferred_at,
    tp.cancelled_at IS NOT NULL AS cancelled, sp.challenged_at IS NOT NULL AS disputed, tp.self_funded,
    (SELECT max(declared_on) FROM declaration d WHERE d.training_period_id = tp.id AND d.voided_at IS NULL)
        AS latest_declaration_on) a_training"""
"""The same as the row `a_training`, joined after those below: quicker where there are many."""
TRAINING_JOINS = """LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
    LEFT JOIN schedule sc ON sc.id = tp.schedule_id"""


@dataclass(frozen=True)
class MarketRows:
    """What one statement tells about lead providers, whichever school asks."""

    lead_providers: tuple[LeadProvider, ...]
    delivery_partners: tuple[DeliveryPartner, ...]
    contracted: tuple[tuple[LeadProviderId, Year], ...]
    paired: tuple[tuple[LeadProviderId, DeliveryPartnerId, Year], ...]
    schedules: tuple[tuple[Year, ScheduleIdentifier], ...]


MARKET = """
    SELECT json_build_object(
        'lead_providers', (SELECT coalesce(json_agg(json_build_object('id', id, 'public_id', public_id, 'name',
            name)), '[]')
            FROM lead_provider),
        'delivery_partners', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name)), '[]')
        FROM delivery_partner),
        'contracted', (SELECT coalesce(json_agg(json_build_array(lead_provider_id, contract_period_year)), '[]')
            FROM lead_provider_contract),
        'paired', (SELECT coalesce(json_agg(json_build_array(lead_provider_id, delivery_partner_id,
        contract_period_year)), '[]')
            FROM provider_pairing),
        'schedules', (SELECT coalesce(json_agg(json_build_array(contract_period_year, identifier)), '[]')
        FROM schedule))"""


@dataclass(frozen=True)
class Market:
    """Who trains with whom in which year, and the schedules that exist: the same for every school."""

    lead_providers: Mapping[LeadProviderId, LeadProvider]
    delivery_partners: Mapping[DeliveryPartnerId, DeliveryPartner]
    contracted: frozenset[tuple[LeadProviderId, Year]]
    paired: frozenset[tuple[LeadProviderId, DeliveryPartnerId, Year]]
    schedules: frozenset[tuple[Year, ScheduleIdentifier]]


def _market(rows: MarketRows) -> Market:
    return Market(
        {provider.id: provider for provider in rows.lead_providers},
        {partner.id: partner for partner in rows.delivery_partners},
        frozenset(rows.contracted),
        frozenset(rows.paired),
        frozenset(rows.schedules),
    )


kept_market: Kept[MarketRows, Market] = Kept(Wanted(MarketRows, MARKET), _market)
"""Every lead provider, delivery partner, contract, pairing and schedule."""


@dataclass(frozen=True)
class ProviderRows:
    """What one statement tells about one school and its lead providers."""

    partnerships: tuple[Partnership, ...]
    requests: tuple[RequestedTraining, ...]
    last_choices: LastChoices | None = None


PROVIDERS = """
    SELECT json_build_object(
        'partnerships', (SELECT coalesce(json_agg(json_build_object('id', id, 'public_id', public_id,
            'lead_provider_id', lead_provider_id, 'delivery_partner_id', delivery_partner_id, 'year',
                contract_period_year,
            'reported_at', reported_at, 'origin', origin, 'challenged', challenged_at IS NOT NULL)), '[]')
            FROM school_partnership WHERE school_id = s.id),
        'requests', (SELECT coalesce(json_agg(json_build_object('lead_provider_id', lead_provider_id,
            'year', contract_period_year, 'started_on', started_on)), '[]')
            FROM training_period WHERE school_id = s.id AND requested_at IS NOT NULL AND cancelled_at IS NULL),
        'last_choices', CASE WHEN s.last_training_programme IS NOT NULL AND s.last_appropriate_body_id IS NOT NULL THEN
            json_build_object('appropriate_body_id', s.last_appropriate_body_id, 'programme', s.last_training_programme,
            'lead_provider_id', s.last_lead_provider_id) END)
    FROM school s WHERE s.id = $1"""


@dataclass(frozen=True)
class SchoolProviders:
    """What a school may choose from, and the schedules that exist per year."""

    facts: ProviderFacts
    schedules: frozenset[tuple[Year, ScheduleIdentifier]]

    def schedules_of(self, year: Year) -> frozenset[ScheduleIdentifier]:
        """Return the schedules that exist in a year (SCD-04)."""
        return frozenset(identifier for of, identifier in self.schedules if of == year)


async def school_providers(school_id: SchoolId, *, provider_led_offered: bool) -> SchoolProviders:
    """Return everything the choice of a lead provider depends on (ARR-03); raises LookupError for no such school."""
    version, rows = await together(VERSION, providers_wanted(school_id))
    return providers_of(rows, await kept_market.at(version), provider_led_offered=provider_led_offered)


def providers_wanted(school_id: SchoolId) -> Wanted[ProviderRows]:
    """Say how what the choice of a lead provider depends on at one school is read."""
    return Wanted(ProviderRows, PROVIDERS, (school_id,))


def providers_of(rows: ProviderRows | None, whole: Market, *, provider_led_offered: bool) -> SchoolProviders:
    """Return what a school may choose from by what was read; raises LookupError for None, an unknown school."""
    if rows is None:
        raise LookupError("no such school")
    facts = ProviderFacts(
        lead_providers=whole.lead_providers,
        delivery_partners=whole.delivery_partners,
        contracted=whole.contracted,
        paired=whole.paired,
        partnerships=rows.partnerships,
        requests=rows.requests,
        last_choices=rows.last_choices,
        provider_led_offered=provider_led_offered,
    )
    return SchoolProviders(facts, whole.schedules)


async def calendar() -> Calendar:
    """Return every contract period."""
    rows = await fetch(
        """SELECT year, started_on, finished_on, registration_opens_on, payments_frozen_on, successor_year,
            successor_schedule_identifier, mentor_funding_enabled FROM contract_period ORDER BY started_on"""
    )
    return Calendar(
        tuple(
            ContractPeriod(
                **{
                    **dict(row),
                    "successor_schedule_identifier": ScheduleIdentifier(row["successor_schedule_identifier"])
                    if row["successor_schedule_identifier"]
                    else None,
                }
            )
            for row in rows
        )
    )
