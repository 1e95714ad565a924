"""The stored reference data as rows of a set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch
from app.refdata.records import CONTRACT_PERIODS, FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.refdata.dataset import Stored
    from app.refdata.records import Format, Key

LISTS = frozenset({"notification_emails", "allowed_school_kinds", "districts"})
QUERIES = {
    "contract_periods": """
        SELECT year, started_on, finished_on, registration_opens_on, payments_frozen_on, successor_year,
            successor_schedule_identifier, mentor_funding_enabled, uplift_fees, false AS allow_gap
        FROM contract_period""",
    "registration_closures": "SELECT key, starts_on, ends_on, message FROM registration_closure",
    "schedules": "SELECT contract_period_year AS year, identifier FROM schedule",
    "milestones": """
        SELECT s.contract_period_year AS year, s.identifier AS schedule, m.declaration, m.opens_on, m.closes_on
        FROM milestone m JOIN schedule s ON s.id = m.schedule_id""",
    "lead_providers": "SELECT key, name, notification_emails FROM lead_provider",
    "lead_provider_contracts": """
        SELECT p.key AS lead_provider, c.contract_period_year AS year
        FROM lead_provider_contract c JOIN lead_provider p ON p.id = c.lead_provider_id""",
    "delivery_partners": "SELECT key, name FROM delivery_partner",
    "pairings": """
        SELECT p.key AS lead_provider, d.key AS delivery_partner, x.contract_period_year AS year
        FROM provider_pairing x JOIN lead_provider p ON p.id = x.lead_provider_id
        JOIN delivery_partner d ON d.id = x.delivery_partner_id""",
    "school_uplifts": """
        SELECT s.urn, u.contract_period_year AS year, u.pupil_premium, u.sparsity
        FROM school_uplift u JOIN school s ON u.school_id IN (s.id, s.alias_of_school_id)""",
    "appropriate_bodies": """
        SELECT key, name, type, allowed_school_kinds, active_from, active_to, region, districts, contact_email,
            contact_url, dfe_sign_in_organisation_id
        FROM appropriate_body""",
}


async def read_stored(forms: Iterable[Format] = FORMATS) -> Stored:
    """Return every stored row of these kinds, by kind and key."""
    stored = {form.name: await _read(form) for form in forms}
    _mark_gaps(stored.get(CONTRACT_PERIODS.name, {}))
    return stored


async def _read(form: Format) -> dict[Key, Any]:
    found = {}
    for record in await fetch(QUERIES[form.name]):
        row = form.row(**{name: tuple(value) if name in LISTS else value for name, value in record.items()})
        found[form.key_of(row)] = row
    return found


def _mark_gaps(periods: dict[Key, Any]) -> None:
    """Say of each stored year whether days are missing after it: that was allowed when it was loaded."""
    for earlier, later in pairwise(sorted(periods.values(), key=lambda period: period.started_on)):
        has_gap = later.started_on > earlier.finished_on + timedelta(days=1)
        periods[(earlier.year,)] = replace(earlier, allow_gap=has_gap)


async def stored_urns() -> frozenset[str]:
    """Return the URN of every stored school."""
    return frozenset(row["urn"] for row in await fetch("SELECT urn FROM school"))
