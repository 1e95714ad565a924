"""The invented schools: their register facts, who works there, how much they use the service (REF-7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.national.names import names_of_schools
from app.national.reference import BODIES, NATIONAL_BODIES, PROVIDER_SHARES
from app.national.size import dealt

if TYPE_CHECKING:
    from random import Random

    from app.national.size import Size

FIRST_URN = 100_000
FIRST_EXACT_URN = 990_001
AUTHORITIES, DISTRICTS, TRUSTS = 152, 300, 150
CLOSED_YEARS_BACK = 1_500
KINDS = {"primary": 0.68, "secondary": 0.14, "special": 0.06, "sixteen_plus": 0.04, "unfunded": 0.02, "other": 0.06}
TYPES = {
    "primary": (1, 2, 34),
    "secondary": (28, 34, 35),
    "special": (7, 12, 44),
    "sixteen_plus": (18, 45),
    "unfunded": (11,),
    "other": (14, 15, 42),
}
PHASES = {"primary": 2, "secondary": 4, "special": 0, "sixteen_plus": 6, "unfunded": 0, "other": 0}
USERS = {1: 0.50, 2: 0.30, 3: 0.12, 4: 0.06, 5: 0.02}
WITH_TUTOR = 0.85
WITH_CURRENT_ECTS = 0.60
HEAVIEST = 12.0
TRUST_SIZES = (2, 40)


@dataclass(slots=True)
class School:
    """One school; `weight` says how often people start here, 0 never."""

    id: int
    urn: str
    name: str
    kind: str
    type_code: int
    closed_on: date | None
    authority: int
    district: int
    trust: int
    has_postcode: bool
    provider: int
    partner: int
    body: int
    users: int = 0
    is_current: bool = False
    weight: float = 0.0

    @property
    def is_measured(self) -> bool:
        """Tell whether this is one of the exact schools, where chance has no part."""
        return int(self.urn) >= FIRST_EXACT_URN

    @property
    def domain(self) -> str:
        """Return the domain of its addresses, where no mail ever arrives."""
        return f"s{self.urn}.example"


def schools(size: Size) -> list[School]:
    """Return every school, then the exact ones."""
    stream = size.stream("schools")
    kinds = dealt(stream, size.schools, KINDS)
    names = names_of_schools(stream, kinds)
    made = [_school(stream, number, kinds[number], names[number]) for number in range(size.schools)]
    for school, is_closed in zip(made, dealt(stream, size.schools, {True: 0.04, False: 0.96}), strict=True):
        if is_closed:
            school.closed_on = size.ago(30 + stream.randrange(CLOSED_YEARS_BACK))
    _use(size, stream, made)
    _group_into_trusts(stream, made)
    return made + _exact(size)


def _school(stream: Random, number: int, kind: str, name: str) -> School:
    return School(
        id=number + 1,
        urn=str(FIRST_URN + number),
        name=name,
        kind=kind,
        type_code=stream.choice(TYPES[kind]),
        closed_on=None,
        authority=number % AUTHORITIES,
        district=number % DISTRICTS,
        trust=0,
        has_postcode=stream.random() >= 0.02,  # noqa: PLR2004 - the share of REF-7.3
        provider=drawn_provider(stream),
        partner=stream.randrange(1_000),
        body=1 + (number % DISTRICTS) // 4 % (BODIES - NATIONAL_BODIES),
    )


def drawn_provider(stream: Random) -> int:
    """Return a lead provider, each as often as its share says."""
    return stream.choices(range(1, len(PROVIDER_SHARES) + 1), PROVIDER_SHARES)[0]


def _use(size: Size, stream: Random, made: list[School]) -> None:
    """Give schools their users, and say where people start."""
    able = [school for school in made if school.closed_on is None and school.kind != "unfunded"]
    stream.shuffle(able)
    using = able[: round(size.schools * WITH_TUTOR)]
    for school, users in zip(using, dealt(stream, len(using), USERS), strict=True):
        school.users = users
        school.weight = min(HEAVIEST, stream.paretovariate(1.5))
    is_open = sum(school.closed_on is None for school in made)
    for school in using[: round(is_open * WITH_CURRENT_ECTS)]:
        school.is_current = True


def _group_into_trusts(stream: Random, made: list[School]) -> None:
    """Make trusts of 2 to 40 schools each, as many as fit."""
    free = iter([school for school in made if school.type_code in {28, 34, 35, 44, 45}])
    for trust in range(1, TRUSTS + 1):
        for _ in range(stream.randint(*TRUST_SIZES)):
            if (school := next(free, None)) is None:
                return
            school.trust = trust


def _exact(size: Size) -> list[School]:
    stream = size.stream("exact")
    made = []
    for number, count in enumerate(size.exact):
        school = _school(stream, number, "secondary", f"Measured School with {count}")
        school.id, school.urn, school.users = size.schools + number + 1, str(FIRST_EXACT_URN + number), 2
        school.provider, school.has_postcode = 1, True
        made.append(school)
    return made
