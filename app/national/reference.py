"""Academic years, lead providers, delivery partners and appropriate bodies of the invented country."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.national.names import BEFORE
from app.national.size import random_id
from app.terms import ScheduleIdentifier, SchoolKind

if TYPE_CHECKING:
    from uuid import UUID

    from app.national.size import Size

PROVIDER_SHARES = (0.30, 0.22, 0.16, 0.12, 0.10, 0.06, 0.04)
PROVIDERS = tuple(
    f"{name} Teacher Training" for name in ("Avon", "Bourne", "Calder", "Derwent", "Eden", "Frome", "Gade")
)
PARTNERS = 80
BODIES = 84
NATIONAL_BODIES = 2
DISTRICTS_A_HUB = 4


@dataclass(frozen=True)
class Named:
    """One organisation."""

    id: int
    public_id: UUID
    key: str
    name: str


@dataclass
class Reference:
    """What schools and people point at, by internal id."""

    years: tuple[int, ...]
    providers: list[Named]
    partners: list[Named]
    bodies: list[Named]
    schedules: dict[tuple[int, str], int] = field(default_factory=dict)
    contracts: dict[tuple[int, int], int] = field(default_factory=dict)

    def partners_of(self, provider: int) -> list[int]:
        """Return the ids of a lead provider's delivery partners."""
        return [partner.id for partner in self.partners if partner.id % len(self.providers) == provider - 1]

    def pairings(self) -> list[tuple[int, int, int]]:
        """Return (lead provider, delivery partner, year) of all that work together."""
        return [
            (provider.id, partner, year)
            for provider in self.providers
            for partner in self.partners_of(provider.id)
            for year in self.years
        ]


def reference(size: Size) -> Reference:
    """Return the reference data around a day: years Y-5 to Y+1."""
    stream = size.stream("reference")
    years = (*size.years, size.year + 1)

    def named(names: list[str]) -> list[Named]:
        keys = [name.lower().replace(" ", "-") for name in names]
        return [
            Named(number, random_id(stream), key, name)
            for number, (key, name) in enumerate(zip(keys, names, strict=True), 1)
        ]

    partners = [f"{BEFORE[number % 30]}mouth Alliance {number // 30 + 1}" for number in range(PARTNERS)]
    hubs = [
        f"{BEFORE[number % 30]}moor Teaching School Hub {number // 30 + 1}"
        for number in range(BODIES - NATIONAL_BODIES)
    ]
    bodies = [*hubs, "Independent Schools Assurance Panel", "Overseas Schools Induction Service"]
    made = Reference(years, named(list(PROVIDERS)), named(partners), named(bodies))
    for year in years:
        for identifier in ScheduleIdentifier:
            made.schedules[year, identifier.value] = len(made.schedules) + 1
        for provider in made.providers:
            made.contracts[provider.id, year] = len(made.contracts) + 1
    return made


def year_days(year: int) -> tuple[date, date]:
    """Return the first and the last day of an academic year."""
    return date(year, 6, 1), date(year + 1, 5, 31)


def districts_of(body: int) -> list[str]:
    """Return the districts of a hub."""
    return [f"District {body * DISTRICTS_A_HUB - step}" for step in range(DISTRICTS_A_HUB)]


def kinds_of(body: int) -> list[str]:
    """Return the kinds of school that may choose a body: hubs all, the two national ones their own."""
    if body <= BODIES - NATIONAL_BODIES:
        return [kind.value for kind in SchoolKind]
    own = SchoolKind.INDEPENDENT if body == BODIES - 1 else SchoolKind.BRITISH_SCHOOL_OVERSEAS
    return [own.value]
