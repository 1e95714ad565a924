"""A town to play in: two schools, lead providers, appropriate bodies, years with a gap, and a few teachers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.access.queries import CurrentSchool, CurrentTutor
from app.access.queries import User as Visitor
from app.policy import Policy
from app.schools.rules import SchoolLevel
from app.teachers.snapshot import Snapshot
from app.terms import SchoolId, TRSInductionStatus, UserId
from app.training.queries import calendar
from app.web.session import Here
from tests import factories

if TYPE_CHECKING:
    from tests.factories import Named, School, User

BEGINS = date(2025, 9, 15)
YEARS = range(2022, 2028)
SCHEDULES = (
    "ecf-standard-september",
    "ecf-standard-january",
    "ecf-standard-april",
    "ecf-extended-september",
    "ecf-reduced-september",
    "ecf-replacement-september",
)
PAIRS = {
    "Oak": {"Fern": (2022, 2024, 2025), "Moss": (2025, 2026)},
    "Elm": {"Moss": (2024, 2025, 2026), "Fern": (2026, 2027)},
}
NAMES = ("Ann Ash", "Ben Box", "Cat Cole", "Dan Dale", "Eve East", "Fay Fox")


@dataclass(frozen=True)
class Town:
    """Everybody and everything that the play begins with."""

    schools: tuple[School, ...]
    users: tuple[User, ...]
    providers: tuple[Named, ...]
    partners: tuple[Named, ...]
    bodies: tuple[Named, ...]
    people: dict[str, Snapshot]
    """By teacher reference number: what their teaching record says."""

    async def at(self, number: int, today: date) -> Here:
        """Work for one of the schools on a day."""
        school, user = self.schools[number], self.users[number]
        visitor = Visitor(UserId(user.id), "school", user.name, user.email, True, (), "1.0", None)
        where = CurrentSchool(
            SchoolId(school.id),
            school.public_id,
            school.urn,
            school.name,
            "state_funded",
            1,
            "Community school",
            1,
            None,
            None,
            None,
            False,
            None,
            None,
            True,
        )
        actor = replace(visitor.actor, school_id=where.id)
        tutor = CurrentTutor(school.public_id, user.name, user.email, max(YEARS))
        return Here(visitor, where, actor, today, SchoolLevel.FULL, await calendar(), Policy(), tutor, None)


async def build() -> Town:
    """Store the town. 2022 is frozen; between 2025 and 2026 lie ten days that belong to no year."""
    await _years()
    schools = (await factories.school("100001", "Ash School"), await factories.school("100002", "Birch School"))
    users = (await factories.user(), await factories.user("Carla Cole", "carla@birch.example"))
    for school, user in zip(schools, users, strict=True):
        await factories.access(school, user)
        await factories.induction_tutor(school, user, confirmed_for=max(YEARS))
    partners = {name: await factories.delivery_partner(name) for name in ("Fern", "Moss")}
    providers = [await _provider(name, partners) for name in PAIRS]
    bodies = (
        await factories.appropriate_body("North Hub"),
        await factories.appropriate_body("South Hub", active_to=date(2026, 3, 31)),
    )
    people = await _people(schools, providers[0], partners["Fern"])
    return Town(schools, users, tuple(providers), tuple(partners.values()), bodies, people)


async def _years() -> None:
    facts: dict[int, dict[str, Any]] = {
        2022: {"payments_frozen_on": date(2024, 7, 31), "successor_year": 2024},
        2026: {"started_on": date(2026, 6, 11)},
    }
    facts[2022]["successor_schedule_identifier"] = "ecf-extended-september"
    for year in sorted(YEARS, reverse=True):
        await factories.contract_period(year, **facts.get(year, {}))
        for identifier in SCHEDULES:
            await factories.schedule(year, identifier)


async def _provider(name: str, partners: dict[str, Named]) -> Named:
    provider = await factories.lead_provider(name)
    for partner, years in PAIRS[name].items():
        for year in years:
            await factories.insert(
                "provider_pairing",
                lead_provider_contract_id=await factories.contract(provider, year),
                delivery_partner_id=partners[partner].id,
                lead_provider_id=provider.id,
                contract_period_year=year,
            )
    return provider


async def _people(schools: tuple[School, ...], provider: Named, partner: Named) -> dict[str, Snapshot]:
    """Six teaching records: two people nobody here knows, one trained in the frozen year, one at each school."""
    trns = {name: f"{4_000_001 + number}" for number, name in enumerate(NAMES)}
    ash, birch = schools
    frozen = await factories.teacher("Cat Cole", trns["Cat Cole"])
    left = {"started_on": date(2022, 9, 1), "finished_on": date(2023, 7, 31)}
    stay = await factories.ect(birch, frozen, **left)
    await factories.training(stay, provider, await factories.partnership(birch, provider, partner, 2022), 2022)
    await factories.training(await factories.ect(ash, await factories.teacher("Dan Dale", trns["Dan Dale"])))
    await factories.mentor(ash, await factories.teacher("Eve East", trns["Eve East"]))
    unfundable = {
        "mentor_ineligible_on": date(2024, 3, 1),
        "mentor_ineligible_reason": "completed_declaration_received",
    }
    await factories.mentor(birch, await factories.teacher("Fay Fox", trns["Fay Fox"], **unfundable))
    return {trn: _record(name) for name, trn in trns.items()}


def _record(name: str) -> Snapshot:
    first, _, last = name.partition(" ")
    return Snapshot(first, last, TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, date(2025, 7, 1), False)
