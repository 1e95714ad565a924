"""A school, its choices, and a teaching record system on loopback, for walking the registration."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.adapters.trs import TRSClient
from app.settings import Settings, settings
from app.stand_ins.trs import running_stand_in
from tests.applications import application
from tests.web.conftest import PERSONAS, Browser, browser_of
from tests.web.register_ect.people import PEOPLE
from tests.web.world import insert, make_school, make_tutor, make_year

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "stand-in-trs-key"
CLOCK = {"X-With-Server-Date": "2025-10-06T09:00:00Z"}
SCHEDULES = tuple(
    f"ecf-{kind}-{month}"
    for kind in ("standard", "extended", "reduced", "replacement")
    for month in ("september", "january", "april")
)


class World:
    """Ash School and Birch School, their providers and bodies, by internal id."""

    ash: int
    birch: int
    bodies: dict[str, int]
    providers: dict[str, int]
    partners: dict[str, int]


@pytest.fixture(scope="session")
async def stand_in() -> AsyncIterator[str]:
    """Serve the teachers."""
    async with running_stand_in(PEOPLE) as url:
        yield url


class Outside:
    """The stand-in, as a test spoils and questions it."""

    def __init__(self, url: str) -> None:
        self.client = httpx.AsyncClient(base_url=url, trust_env=False)

    async def fail(self, *faults: dict[str, Any]) -> None:
        """Give it faults."""
        assert (await self.client.put("/__stand-in/faults", json=list(faults))).status_code == 204

    async def requests(self) -> list[dict[str, Any]]:
        """Return what it was asked."""
        return list((await self.client.get("/__stand-in/requests")).json())


@pytest.fixture
async def outside(stand_in: str) -> AsyncIterator[Outside]:
    """Give the stand-in without faults and without memory."""
    driven = Outside(stand_in)
    await driven.fail()
    await driven.client.delete("/__stand-in/requests")
    yield driven
    await driven.fail()
    await driven.client.aclose()


@pytest.fixture
def register_settings() -> Settings:
    """Give the settings of the app."""
    return settings()


@pytest.fixture
async def app(stand_in: str, register_settings: Settings) -> AsyncIterator[Any]:
    """Give the application with a real client of the teaching record system, new as its breaker and limits are."""
    trs = TRSClient(stand_in, KEY)
    yield application(register_settings, trs=trs, personas=PERSONAS)
    await trs.close()


async def make_world() -> World:
    """Store two schools, the years, providers and bodies of the walk-throughs (journeys section 19)."""
    world = World()
    for year in (2021, 2022):
        await make_year(year)
    for year in (2023, 2024, 2025):
        await make_year(year)
    await make_year(2026, registration_opens_on=date(2026, 6, 15))
    for year in range(2021, 2027):
        for identifier in SCHEDULES:
            await insert("schedule", contract_period_year=year, identifier=identifier)
    world.ash = await make_school("100001", name="Ash School", search_name="ash school")
    world.birch = await make_school("100002", name="Birch School", search_name="birch school")
    await make_tutor(world.ash, 2025)
    await make_tutor(world.birch, 2025, "Carla Crane", "carla@birch.example")
    world.bodies = {name: await body(name) for name in ("North Hub", "South Hub")}
    world.providers = {name: await provider(name) for name in ("Oak", "Elm")}
    world.partners = {name: await partner(name) for name in ("Fern", "Moss")}
    await contract(world, "Oak", 2024, "Fern", "Moss")
    await contract(world, "Oak", 2025, "Moss")
    await contract(world, "Elm", 2025, "Moss")
    return world


async def body(name: str, **changes: Any) -> int:
    """Store an appropriate body that every school may choose."""
    values: dict[str, Any] = {
        "key": name.lower().replace(" ", "-"),
        "type": "teaching_school_hub",
        "allowed_school_kinds": ["state_funded", "independent", "other", "british_school_overseas"],
        "districts": [],
    }
    return int(await insert("appropriate_body", name=name, **(values | changes)))


async def provider(name: str) -> int:
    """Store a lead provider."""
    return int(
        await insert("lead_provider", key=name.lower(), name=name, notification_emails=[f"{name.lower()}@lp.example"])
    )


async def partner(name: str) -> int:
    """Store a delivery partner."""
    return int(await insert("delivery_partner", key=name.lower(), name=name))


async def contract(world: World, name: str, year: int, *partners: str) -> None:
    """Store a lead provider's contract and its pairings in a year."""
    made = await insert("lead_provider_contract", lead_provider_id=world.providers[name], contract_period_year=year)
    for each in partners:
        await insert(
            "provider_pairing",
            lead_provider_contract_id=made,
            delivery_partner_id=world.partners[each],
            lead_provider_id=world.providers[name],
            contract_period_year=year,
        )


@pytest.fixture
async def world(database: None) -> World:
    """Give Ash, Birch and what they may choose, inside the test's transaction."""
    return await make_world()


@pytest.fixture
async def alice(world: World, outside: Outside, app: Any) -> AsyncIterator[Browser]:
    """Give Alice of Ash School, signed in on 6 October 2025."""
    browser = browser_of(app, headers=CLOCK)
    await browser.sign_in("100001")
    yield browser
    await browser.client.aclose()
