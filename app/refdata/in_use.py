"""What keeps a row of reference data from being taken away, counted (ADM-10.1, REF-4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import fetch_one

if TYPE_CHECKING:
    from app.refdata.records import Key

CONTRACT = "lead_provider_id = (SELECT id FROM lead_provider WHERE key = $1) AND contract_period_year = $2"
PAIRED = (
    "lead_provider_id = (SELECT id FROM lead_provider WHERE key = $1)"
    " AND delivery_partner_id = (SELECT id FROM delivery_partner WHERE key = $2) AND contract_period_year = $3"
)
IN_SCHEDULE = "schedule_id = (SELECT id FROM schedule WHERE contract_period_year = $1 AND identifier = $2)"
# Kind of row -> what may need it -> how many do.
USES: dict[str, dict[str, str]] = {
    "contract_periods": {
        "schedule": "SELECT count(*) FROM schedule WHERE contract_period_year = $1",
        "contract": "SELECT count(*) FROM lead_provider_contract WHERE contract_period_year = $1",
        "training period": "SELECT count(*) FROM training_period WHERE contract_period_year = $1",
        "flag of a school": "SELECT count(*) FROM school_uplift WHERE contract_period_year = $1",
        "year that names it as its successor": "SELECT count(*) FROM contract_period WHERE successor_year = $1",
        "answer of a school": "SELECT count(*) FROM school_year WHERE contract_period_year = $1",
    },
    "schedules": {
        "training period": f"SELECT count(*) FROM training_period WHERE {IN_SCHEDULE}",  # noqa: S608 - names are ours
        "milestone": f"SELECT count(*) FROM milestone WHERE {IN_SCHEDULE}",  # noqa: S608
        "year that goes on in it": "SELECT count(*) FROM contract_period"
        " WHERE successor_year = $1 AND successor_schedule_identifier = $2",
    },
    "lead_provider_contracts": {
        "pairing": f"SELECT count(*) FROM provider_pairing WHERE {CONTRACT}",  # noqa: S608
        "training period": f"SELECT count(*) FROM training_period WHERE {CONTRACT}",  # noqa: S608
    },
    "pairings": {"partnership": f"SELECT count(*) FROM school_partnership WHERE {PAIRED}"},  # noqa: S608
}


async def uses_of(kind: str, key: Key) -> str:
    """Return what needs a row, with numbers: "2 pairings and 1 training period"; empty for nothing."""
    uses = USES.get(kind, {})
    if not uses:
        return ""
    counted = ", ".join(f"({query})" for query in uses.values())
    row = await fetch_one(f"SELECT {counted}", *key)
    numbers = dict(zip(uses, tuple(row or ()), strict=True))
    return " and ".join(f"{number:,} {_several(what, number)}" for what, number in numbers.items() if number)


def _several(what: str, number: int) -> str:
    if number == 1:
        return what
    first, space, rest = what.partition(" ")
    return f"{what}s" if not space or rest == "period" else f"{first}s{space}{rest}"
