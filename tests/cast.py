"""The people of the tests: Alice, induction tutor at Ash School, her colleague Bob, and Carla at Birch School."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests import factories

if TYPE_CHECKING:
    from datetime import datetime

    from tests.factories import School, User

TODAY = "2025-11-10"
"""The day of a test that says nothing else: in the academic year 2025 to 2026."""


@dataclass(frozen=True)
class Cast:
    """Two schools that may use everything, and who works there."""

    ash: School
    birch: School
    alice: User
    bob: User
    carla: User


async def cast() -> Cast:
    """Store the academic years, both schools, and their people; each school's induction tutor is confirmed."""
    await factories.contract_periods()
    ash = await factories.school("100001", "Ash School")
    birch = await factories.school("100002", "Birch School")
    alice = await factories.user("Alice Archer", "alice@ash.example")
    bob = await factories.user("Bob Baker", "bob@ash.example")
    carla = await factories.user("Carla Cole", "carla@birch.example")
    for at, person in ((ash, alice), (ash, bob), (birch, carla)):
        await factories.access(at, person)
    await factories.induction_tutor(ash, alice)
    await factories.induction_tutor(birch, carla)
    return Cast(ash, birch, alice, bob, carla)


async def sign_in(browser: Any, person: User, at: School, on: str | datetime = TODAY) -> None:
    """Sign a person in at their school; the browser goes on at the day given."""
    browser.client.headers["X-With-Server-Date"] = str(on)
    await browser.sign_in(at.urn, name=person.name, email=person.email)
