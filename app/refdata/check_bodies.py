"""What must hold between providers, partners, pairings, uplifts and bodies (REF-4.10, REF-4.12, REF-4.16)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from app.refdata.check_years import check_year, unknown
from app.refdata.findings import did_you_mean
from app.terms import AppropriateBodyType, SchoolKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    from app.refdata.dataset import Dataset, Sheet
    from app.refdata.records import AppropriateBody, Key

EVERY_KIND = frozenset(SchoolKind)


def check_providers(data: Dataset) -> None:
    """List repeated names and references that lead nowhere (REF-4.10)."""
    check_names(data.lead_providers, _without_spaces)
    check_names(data.delivery_partners, _letters_and_digits)
    for key, contract in data.contracts.given.items():
        check_year(data, data.contracts, key, contract.year)
        _check_key(data.contracts, key, "lead_provider", data.lead_providers, "lead provider")
    for key in data.pairings.given:
        _check_pairing(data, key)


def check_names(sheet: Sheet[Any], fold: Callable[[str], str]) -> None:
    """List every given row whose name, folded, another row has as well."""
    first: dict[str, Key] = {}
    for key, row in sorted(sheet.rows.items(), key=lambda item: sheet.lines.get(item[0], 0)):
        name = fold(row.name)
        if name in first:
            other = first[name]
            where = f"line {sheet.lines[other]} has it" if other in sheet.lines else f'"{other[0]}" has it already'
            sheet.fault(key, "name", "NAME_REPEATED", f"the name is taken: {where}")
        first.setdefault(name, key)


def _without_spaces(name: str) -> str:
    return "".join(name.casefold().split())


def _letters_and_digits(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def _check_key(sheet: Sheet[Any], key: Key, column: str, target: Sheet[Any], what: str) -> bool:
    if not target.lacks(getattr(sheet.given[key], column)):
        return True
    unknown(sheet, key, column, what, (known for (known,) in target.rows))
    return False


def _check_pairing(data: Dataset, key: Key) -> None:
    sheet, pairing = data.pairings, data.pairings.given[key]
    whole = [
        check_year(data, sheet, key, pairing.year),
        _check_key(sheet, key, "lead_provider", data.lead_providers, "lead provider"),
        _check_key(sheet, key, "delivery_partner", data.delivery_partners, "delivery partner"),
    ]
    if all(whole) and data.contracts.lacks(pairing.lead_provider, pairing.year):
        years = (str(year) for provider, year in data.contracts.rows if provider == pairing.lead_provider)
        message = f"{pairing.lead_provider} has no contract in {pairing.year}{did_you_mean(str(pairing.year), years)}"
        sheet.fault(key, "year", "UNKNOWN_REFERENCE", message)


def check_uplifts(data: Dataset, urns: AbstractSet[str]) -> None:
    """List uplifts of unknown years; those of schools that are not stored are skipped with a warning (REF-4.16)."""
    sheet = data.uplifts
    for key, uplift in list(sheet.given.items()):
        check_year(data, sheet, key, uplift.year)
        if uplift.urn not in urns:
            sheet.oddity(key, "urn", "UNKNOWN_REFERENCE", "no stored school has this URN; the row is skipped")
            del sheet.given[key]


def check_appropriate_bodies(data: Dataset) -> None:
    """List repeated names, reversed dates and kinds of school a body can't have (REF-4.12)."""
    sheet = data.appropriate_bodies
    check_names(sheet, str.casefold)
    for key, body in sheet.given.items():
        if body.active_from and body.active_to and body.active_from > body.active_to:
            sheet.fault(key, "active_to", "DATES_REVERSED", f"the body must not end before {body.active_from}")
        if message := _why_not_these_kinds(body):
            sheet.fault(key, "allowed_school_kinds", "SCHOOL_KINDS_NOT_ALLOWED", message)
    _check_districts(sheet)


def _why_not_these_kinds(body: AppropriateBody) -> str:
    kinds = set(body.allowed_school_kinds)
    if body.type == AppropriateBodyType.LOCAL_AUTHORITY and kinds:
        return "a local authority is kept for history only and has no kinds of school"
    if body.type == AppropriateBodyType.TEACHING_SCHOOL_HUB and kinds != EVERY_KIND:
        return f"a teaching school hub has all kinds of school: {';'.join(SchoolKind)}"
    return ""


def _check_districts(sheet: Sheet[AppropriateBody]) -> None:
    claimed: dict[tuple[str | None, str], Key] = {}
    for key, body in sheet.rows.items():
        if body.type != AppropriateBodyType.TEACHING_SCHOOL_HUB:
            continue
        for district in body.districts:
            other = claimed.setdefault((body.region, district.casefold()), key)
            if other != key and key in sheet.given:
                message = f'the district {district} is claimed by "{other[0]}" as well'
                sheet.oddity(key, "districts", "LIST_ITEM_REPEATED", message)
