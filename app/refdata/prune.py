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

ONE_DAY = timedelta(days=1)
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
    warn_of_no_rows(data, given, today)
    if data.pairings.form.file in given:
        uses = {tuple(row.values())[:3]: row["uses"] for row in await fetch(PAIRINGS_IN_USE)}
        _mark(data.pairings, {key: _counted(number, "partnership") for key, number in uses.items()})
    if data.contracts.form.file in given:
        await _mark_contracts(data)
    if data.appropriate_bodies.form.file in given:
        _end(data.appropriate_bodies, today - ONE_DAY)


def warn_of_no_rows(data: Dataset, given: Collection[str], today: date) -> None:
    """List a warning for each file that has a header alone, for what would go with it or end (REF-4.3)."""
    bodies = [key for key, body in data.appropriate_bodies.stored.items() if not _has_ended(body, today)]
    for sheet, number, what, happens in (
        (data.contracts, len(data.contracts.stored), "contract", "taken away"),
        (data.pairings, len(data.pairings.stored), "pairing", "taken away"),
        (data.appropriate_bodies, len(bodies), "appropriate body", "ended"),
    ):
        is_empty = not (sheet.is_unreadable or sheet.given or sheet.faulty)
        if sheet.form.file in given and is_empty and number:
            sheet.no_rows(
                f"the file has no rows: with --prune, all that is stored is {happens} ({_counted(number, what)})"
            )


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
        if not _has_ended(body, yesterday + ONE_DAY):
            began = min(body.active_from, yesterday) if body.active_from else None
            sheet.given[key] = replace(body, active_from=began, active_to=yesterday)
            sheet.lines[key] = 0


def _has_ended(body: AppropriateBody, today: date) -> bool:
    return body.active_to is not None and body.active_to < today


def _counted(number: int, what: str) -> str:
    several = f"{what.removesuffix('y')}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else several}"
