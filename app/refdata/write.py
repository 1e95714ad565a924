"""Writing the rows of a set that are new or differ, with an event each (REF-4.4)."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import connection, fetch
from app.events.record import About, record
from app.refdata import events

if TYPE_CHECKING:
    from app.refdata.dataset import Dataset, Sheet
    from app.refdata.records import DataSet, Key
    from app.terms import Actor

_PROVIDER = "(SELECT id FROM lead_provider WHERE key = {})"
_PARTNER = "(SELECT id FROM delivery_partner WHERE key = {})"

# $1 is the time; then the fields of the row in their order.
STATEMENTS = {
    "contract_periods": """
        INSERT INTO contract_period (created_at, updated_at, year, started_on, finished_on, registration_opens_on,
            payments_frozen_on, successor_year, successor_schedule_identifier, mentor_funding_enabled, uplift_fees)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (year) DO UPDATE SET updated_at = $1, started_on = $3, finished_on = $4,
            registration_opens_on = $5, payments_frozen_on = $6, successor_year = $7,
            successor_schedule_identifier = $8, mentor_funding_enabled = $9, uplift_fees = $10""",
    "registration_closures": """
        INSERT INTO registration_closure (created_at, updated_at, key, starts_on, ends_on, message)
        VALUES ($1, $1, $2, $3, $4, $5)
        ON CONFLICT (key) DO UPDATE SET updated_at = $1, starts_on = $3, ends_on = $4, message = $5""",
    "schedules": """
        INSERT INTO schedule (created_at, updated_at, contract_period_year, identifier) VALUES ($1, $1, $2, $3)""",
    "milestones": """
        INSERT INTO milestone (created_at, updated_at, schedule_id, declaration, opens_on, closes_on)
        SELECT $1, $1, id, $4, $5, $6 FROM schedule WHERE contract_period_year = $2 AND identifier = $3
        ON CONFLICT (schedule_id, declaration) DO UPDATE SET updated_at = $1, opens_on = $5, closes_on = $6""",
    "lead_providers": """
        INSERT INTO lead_provider (created_at, updated_at, key, name, notification_emails) VALUES ($1, $1, $2, $3, $4)
        ON CONFLICT (key) DO UPDATE SET updated_at = $1, name = $3, notification_emails = $4""",
    "lead_provider_contracts": f"""
        INSERT INTO lead_provider_contract (created_at, updated_at, lead_provider_id, contract_period_year)
        VALUES ($1, $1, {_PROVIDER.format("$2")}, $3)""",  # noqa: S608 - names are ours
    "delivery_partners": """
        INSERT INTO delivery_partner (created_at, updated_at, key, name) VALUES ($1, $1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET updated_at = $1, name = $3""",
    "pairings": f"""
        INSERT INTO provider_pairing (created_at, updated_at, lead_provider_contract_id, delivery_partner_id,
            lead_provider_id, contract_period_year)
        SELECT $1, $1, c.id, {_PARTNER.format("$3")}, c.lead_provider_id, $4 FROM lead_provider_contract c
        WHERE c.lead_provider_id = {_PROVIDER.format("$2")} AND c.contract_period_year = $4""",  # noqa: S608 - names are ours
    "school_uplifts": """
        INSERT INTO school_uplift (created_at, updated_at, school_id, contract_period_year, pupil_premium, sparsity)
        SELECT $1, $1, coalesce(alias_of_school_id, id), $3, $4, $5 FROM school WHERE urn = $2
        ON CONFLICT (school_id, contract_period_year)
        DO UPDATE SET updated_at = $1, pupil_premium = $4, sparsity = $5""",
    "appropriate_bodies": """
        INSERT INTO appropriate_body (created_at, updated_at, key, name, type, allowed_school_kinds, active_from,
            active_to, region, districts, contact_email, contact_url, dfe_sign_in_organisation_id)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (key) DO UPDATE SET updated_at = $1, name = $3, type = $4, allowed_school_kinds = $5,
            active_from = $6, active_to = $7, region = $8, districts = $9, contact_email = $10, contact_url = $11,
            dfe_sign_in_organisation_id = $12""",
}
_SCHEDULE = "(SELECT id FROM schedule WHERE contract_period_year = $1 AND identifier = $2)"
# In the order in which rows can go; the fields of the key in their order.
REMOVALS = {
    "milestones": f"DELETE FROM milestone WHERE schedule_id = {_SCHEDULE} AND declaration = $3",  # noqa: S608 - names are ours
    "schedules": f"DELETE FROM schedule WHERE id = {_SCHEDULE}",  # noqa: S608
    "pairings": f"""
        DELETE FROM provider_pairing WHERE lead_provider_id = {_PROVIDER.format("$1")}
            AND delivery_partner_id = {_PARTNER.format("$2")} AND contract_period_year = $3""",  # noqa: S608 - names are ours
    "lead_provider_contracts": f"""
        DELETE FROM lead_provider_contract
        WHERE lead_provider_id = {_PROVIDER.format("$1")} AND contract_period_year = $2""",  # noqa: S608 - names are ours
    "registration_closures": "DELETE FROM registration_closure WHERE key = $1",
    "contract_periods": "DELETE FROM contract_period WHERE year = $1",
}
REMOVED: dict[str, Any] = {
    "milestones": events.MilestoneDeleted,
    "schedules": events.ScheduleDeleted,
    "registration_closures": events.RegistrationClosureRemoved,
    "contract_periods": events.ContractPeriodRemoved,
    "pairings": events.ProviderPairingRemoved,
    "lead_provider_contracts": events.LeadProviderContractRemoved,
}
# Rows that change move out of each other's way first: dates are disjoint and names unique at every moment.
MAKE_ROOM = {
    "contract_periods": "UPDATE contract_period SET started_on = started_on - 730000,"
    " finished_on = finished_on - 730000 WHERE year = ANY($1::int[])",
    "registration_closures": "UPDATE registration_closure SET starts_on = starts_on - 730000,"
    " ends_on = ends_on - 730000 WHERE key = ANY($1::text[])",
    "lead_providers": "UPDATE lead_provider SET name = public_id::text WHERE key = ANY($1::text[])",
    "delivery_partners": "UPDATE delivery_partner SET name = public_id::text WHERE key = ANY($1::text[])",
    "appropriate_bodies": "UPDATE appropriate_body SET name = public_id::text WHERE key = ANY($1::text[])",
}
# File -> event of a new row, of a changed row. School uplifts have no kind of their own: the run's event counts them.
KINDS: dict[str, tuple[Any, Any]] = {
    "contract_periods": (events.ContractPeriodAdded, events.ContractPeriodUpdated),
    "registration_closures": (events.RegistrationClosureAdded, events.RegistrationClosureUpdated),
    "schedules": (events.ScheduleAdded, None),
    "milestones": (events.MilestoneAdded, events.MilestoneUpdated),
    "lead_providers": (events.LeadProviderCreated, events.LeadProviderUpdated),
    "lead_provider_contracts": (events.LeadProviderContractAdded, None),
    "delivery_partners": (events.DeliveryPartnerCreated, events.DeliveryPartnerNameChanged),
    "pairings": (events.ProviderPairingAdded, None),
    "appropriate_bodies": (events.AppropriateBodyCreated, events.AppropriateBodyUpdated),
}
NOT_STORED = frozenset({"allow_gap"})


async def write_changes(data: Dataset, named: DataSet, actor: Actor) -> list[str]:
    """Write every new, changed or pruned row inside the transaction in force; returns one line each."""
    for name, statement in REMOVALS.items():
        for key in data.sheets[name].pruned:
            await fetch(statement, *key)
    for name, sheet in data.sheets.items():
        await _write_sheet(name, sheet)
    ids = await _ids()
    lines = _removed(data, named, actor, ids)
    for name, sheet in data.sheets.items():
        for key, row in {**sheet.added, **sheet.changed}.items():
            fields_changed = _differences(sheet.stored.get(key), row)
            lines.append(_line(name, key, fields_changed, is_new=key not in sheet.stored))
            if name in KINDS:
                made, updated = KINDS[name]
                event = updated if key in sheet.stored else made
                about = _about(name, row, ids)
                record(event(about, words_of(key), named.name, named.version, fields_changed), actor)
    return lines


def _removed(data: Dataset, named: DataSet, actor: Actor, ids: dict[str, dict[str, int]]) -> list[str]:
    lines = []
    for name, event in REMOVED.items():
        sheet = data.sheets[name]
        for key in sorted(sheet.pruned):
            record(event(_about(name, sheet.stored[key], ids), words_of(key), named.name, named.version, {}), actor)
            lines.append(f"removed {name} {words_of(key)}")
    return lines


async def _write_sheet(name: str, sheet: Sheet[Any]) -> None:
    changed = sheet.changed
    if changed and name in MAKE_ROOM:
        await fetch(MAKE_ROOM[name], [key[0] for key in changed])
    rows = [(clock.now(), *_values(row)) for row in {**sheet.added, **changed}.values()]
    if rows:
        async with connection() as conn:
            await conn.executemany(STATEMENTS[name], rows)


def _values(row: Any) -> tuple[Any, ...]:
    stored = (getattr(row, item.name) for item in fields(row) if item.name not in NOT_STORED)
    return tuple(list(value) if isinstance(value, tuple) else value for value in stored)


async def _ids() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for table in ("lead_provider", "delivery_partner", "appropriate_body"):
        found[table] = {row["key"]: row["id"] for row in await fetch(f"SELECT key, id FROM {table}")}  # noqa: S608
    return found


def _about(name: str, row: Any, ids: dict[str, dict[str, int]]) -> About:
    lead_provider = row.key if name == "lead_providers" else getattr(row, "lead_provider", None)
    delivery_partner = row.key if name == "delivery_partners" else getattr(row, "delivery_partner", None)
    return About(
        lead_provider_id=ids["lead_provider"].get(lead_provider or ""),
        delivery_partner_id=ids["delivery_partner"].get(delivery_partner or ""),
        appropriate_body_id=ids["appropriate_body"].get(row.key) if name == "appropriate_bodies" else None,
    )


def _differences(old: Any, new: Any) -> dict[str, tuple[Any, Any]]:
    names = [item.name for item in fields(new) if item.name not in NOT_STORED]
    pairs = {name: (getattr(old, name, None), getattr(new, name)) for name in names}
    return {name: (was, now) for name, (was, now) in pairs.items() if was != now and (old or now not in (None, ()))}


def words_of(key: Key) -> str:
    """Return what identifies a row as its events name it."""
    return ", ".join(map(str, key))


def _line(name: str, key: Key, changes: dict[str, tuple[Any, Any]], *, is_new: bool) -> str:
    shown = "" if is_new else ": " + ", ".join(f"{field} {was} -> {now}" for field, (was, now) in changes.items())
    return f"{'new' if is_new else 'changed'} {name} {words_of(key)}{shown}"
