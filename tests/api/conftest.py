"""Two lead providers with a token each, and two schools: what tests of the API start from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.access.api_tokens import Scope
from app.access.create_api_token import CreateAPIToken, MadeToken, create_api_token
from app.settings import settings
from app.terms import Actor, ActorKind
from tests import factories
from tests.api.client import Program
from tests.applications import application
from tests.training.acts import World as Acts
from tests.training.acts import make_world, on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.factories import Named, School

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


async def token_of(provider: Named, **facts: Any) -> MadeToken:
    """Make a token of a lead provider."""
    return await create_api_token(replace(CreateAPIToken(provider.id), **facts), OPERATOR)  # type: ignore[arg-type]


@dataclass
class World:
    """Ash and Birch School; Larch Learning, which works with Dogwood and Elder, and Oak Training, which has nobody."""

    acts: Acts
    birch: School
    oak: Named
    larch: Program
    other: Program
    reader: Program
    """Larch's program with a token that reads only."""
    tokens: dict[str, MadeToken]

    @property
    def report(self) -> dict[str, Any]:
        """What Larch sends to report Ash with Dogwood for 2025."""
        return {
            "cohort": "2025",
            "school_id": str(self.acts.ash.public_id),
            "delivery_partner_id": str(self.acts.dogwood.public_id),
        }


@pytest.fixture(scope="session")
def app() -> Any:
    """Give the application."""
    return application(settings())


async def make(app: Any) -> World:
    """Store the world, on the first day of the academic year."""
    with on(date(2025, 9, 1)):
        acts = await make_world()
        birch = await factories.school("100002", "Birch School")
        oak = await factories.lead_provider("Oak Training")
    tokens = {
        "larch": await token_of(acts.larch),
        "other": await token_of(oak),
        "reader": await token_of(acts.larch, scope=Scope.READ),
    }
    programs = {name: Program(app, made.token) for name, made in tokens.items()}
    return World(acts, birch, oak, **programs, tokens=tokens)


@pytest.fixture
async def world(database: None, app: Any) -> AsyncIterator[World]:
    """Give the world, inside the test's transaction."""
    made = await make(app)
    yield made
    for program in (made.larch, made.other, made.reader):
        await program.client.aclose()
