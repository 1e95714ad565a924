"""Taking away what a file leaves out, unless something needs it (`--prune`, REF-4.3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from app.refdata.dataset import Dataset, Sheet
    from app.refdata.records import AppropriateBody, Key

CONTRACTS_IN_USE = """
    SELECT p.key AS lead_provider, t.contract_period_year AS year, count(*) AS uses
    FROM training_period t JOIN lead_provider p ON p.id = t.lead_provider_id GROUP BY 1, 2"""
PAIRINGS_IN_USE = """
    SELECT p.key AS lead_provider, d.key AS delivery_partner, s.contract_period_year AS year, count(*) AS uses
    FROM school_partnership s JOIN lead_provider p ON p.id = s.lead_provider_id
    JOIN delivery_partner d ON d.id = s.delivery_partner_id GROUP BY 1, 2, 3"""


async def prune(data: Dataset, given: Collection[str], today: date) -> None:
    """Mark contracts and pairings that their file leaves out as pruned, and let bodies left out end yesterday.

    given: the names of the files in the set; a file that is not there changes nothing. What is in use is listed as
    an error instead.
    """
    if data.pairings.form.file in given:
        uses = {tuple(row.values())[:3]: row["uses"] for row in await fetch(PAIRINGS_IN_USE)}
        _mark(data.pairings, {key: _counted(number, "partnership") for key, number in uses.items()})
    if data.contracts.form.file in given:
        await _mark_contracts(data)
    if data.appropriate_bodies.form.file in given:
        _end(data.appropriate_bodies, today - timedelta(days=1))


def _mark(sheet: Sheet[Any], uses: dict[Key, str]) -> None:
    for key in sheet.left_out:
        if key in uses:
            sheet.keep(key, f"the file leaves it out, but it is in use: {uses[key]}")
        else:
            sheet.pruned.add(key)


async def _mark_contracts(data: Dataset) -> None:
    pairings = data.pairings
    kept = Counter(
        (pairing.lead_provider, pairing.year)
        for key, pairing in pairings.stored.items()
        if key not in pairings.pruned and key not in pairings.given
    )
    uses: dict[Key, list[str]] = {key: [_counted(number, "pairing")] for key, number in kept.items()}
    for row in await fetch(CONTRACTS_IN_USE):
        uses.setdefault((row["lead_provider"], row["year"]), []).append(_counted(row["uses"], "training period"))
    _mark(data.contracts, {key: " and ".join(words) for key, words in uses.items()})


def _end(sheet: Sheet[AppropriateBody], yesterday: date) -> None:
    """Let bodies end; the lists of schools go on showing them where they were chosen."""
    for key in sheet.left_out:
        body = sheet.stored[key]
        if body.active_to is None or body.active_to > yesterday:
            began = min(body.active_from, yesterday) if body.active_from else None
            sheet.given[key] = replace(body, active_from=began, active_to=yesterday)
            sheet.lines[key] = 0


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
