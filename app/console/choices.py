"""What the filters of the console offer: academic years and lead providers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.db.documents import document
from app.terms import Year

CHOICES = """SELECT json_build_object(
    'years', (SELECT coalesce(json_agg(year ORDER BY year DESC), '[]') FROM contract_period),
    'lead_providers', (SELECT coalesce(json_agg(json_build_object('public_id', public_id, 'name', name)
        ORDER BY lower(name), id), '[]') FROM lead_provider))"""


@dataclass(frozen=True)
class Provider:
    """A lead provider by id and name."""

    public_id: UUID
    name: str


@dataclass(frozen=True)
class Choices:
    """The years, newest first, and the lead providers by name."""

    years: tuple[Year, ...]
    lead_providers: tuple[Provider, ...]


async def choices() -> Choices:
    """Return what can be chosen."""
    return await document(Choices, CHOICES) or Choices((), ())


async def partner_names() -> tuple[str, ...]:
    """Return the names of the delivery partners."""
    names = "SELECT coalesce(json_agg(name ORDER BY lower(name), id), '[]') FROM delivery_partner"
    return await document(tuple[str, ...], names) or ()


SCHOOL_CHOICES = """SELECT json_build_object(
    'types', (SELECT coalesce(json_agg(json_build_array(type_code, type_name) ORDER BY type_name, type_code), '[]')
        FROM (SELECT type_code, min(type_name) AS type_name FROM school GROUP BY type_code) types),
    'authorities', (SELECT coalesce(json_agg(json_build_array(code, name) ORDER BY name, code), '[]')
        FROM (SELECT local_authority_code AS code, coalesce(min(local_authority_name), local_authority_code) AS name
            FROM school GROUP BY local_authority_code) authorities))"""


@dataclass(frozen=True)
class SchoolChoices:
    """Types and local authorities of the schools that are known: code and name, by name."""

    types: tuple[tuple[int, str], ...]
    authorities: tuple[tuple[str, str], ...]


async def school_choices() -> SchoolChoices:
    """Return what schools can be filtered by."""
    return await document(SchoolChoices, SCHOOL_CHOICES) or SchoolChoices((), ())
