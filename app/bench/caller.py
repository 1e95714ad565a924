"""The program of a lead provider, without a network in between (API-26)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.access.create_api_token import CreateAPIToken, create_api_token
from app.bench.client import Client, Unexpected
from app.bench.scratch import AS_OF
from app.db.engine import fetch
from app.db.transaction import transaction
from app.provider_records.asked import ResourceType
from app.terms import Actor, ActorKind, LeadProviderId

if TYPE_CHECKING:
    from app.bench.client import Answer
    from app.bench.world import World

YEAR = AS_OF.year
ROUNDS = 12
"""How often each thing is asked for, where there is a minute for it."""
OPERATOR = Actor(ActorKind.OPERATOR, "The bench")
LISTS = {
    ResourceType.SCHOOL: "/schools",
    ResourceType.DELIVERY_PARTNER: "/delivery-partners",
    ResourceType.PARTNERSHIP: "/partnerships",
    ResourceType.PARTICIPANT: "/participants",
    ResourceType.PARTICIPANT_TRANSFER: "/participants/transfers",
    ResourceType.UNFUNDED_MENTOR: "/unfunded-mentors",
    ResourceType.EXPRESSION_OF_INTEREST: "/expressions-of-interest",
}
BIGGEST = """SELECT lead_provider_id FROM provider_record WHERE resource_type = 'participant' AND listed
    GROUP BY lead_provider_id ORDER BY count(*) DESC LIMIT $1"""


@dataclass(frozen=True)
class Caller:
    """A lead provider, and its program."""

    id: LeadProviderId
    client: Client
    rounds: int

    async def ask(self, path: str) -> Answer:
        """Read what is below /api/v3. Raises Unexpected."""
        return expected(await self.client.get(f"/api/v3{path}"), 200, path)

    async def get(self, path: str) -> Any:
        """Read a document below /api/v3. Raises Unexpected."""
        return json.loads((await self.ask(path)).body)

    async def write(self, method: str, path: str, document: object, status: int = 200) -> Any:
        """Send a document; returns that of the answer. Raises Unexpected."""
        answer = await self.client.send(method, f"/api/v3{path}", document)
        return json.loads(expected(answer, status, path).body)


def expected(answer: Answer, status: int, path: str) -> Answer:
    """Return an answer of this status. Raises Unexpected."""
    if answer.status != status:
        raise Unexpected(f"{answer.status} for {path}")
    return answer


async def biggest(most: int) -> list[LeadProviderId]:
    """Return the lead providers with the most participants, the biggest first."""
    return [LeadProviderId(row["lead_provider_id"]) for row in await fetch(BIGGEST, most)]


async def token_of(lead_provider_id: LeadProviderId) -> str:
    """Return the header of a token made for a lead provider."""
    return f"Bearer {(await create_api_token(CreateAPIToken(lead_provider_id), OPERATOR)).token}"


async def caller(world: World) -> Caller:
    """Return the biggest lead provider with a token of its own."""
    (one,) = await biggest(1)
    rounds = max(1, min(ROUNDS, int(world.minutes * ROUNDS)))
    return Caller(one, Client(world.app, authorization=await token_of(one)), rounds)


async def rename(who: Caller, number: int) -> int:
    """Give some participants other names, in one transaction; returns how many."""
    async with transaction():
        renamed = await fetch(
            """UPDATE teacher SET corrected_name = 'Renamed ' || clock_timestamp()::text WHERE id IN (
                SELECT subject_id FROM provider_record WHERE lead_provider_id = $1 AND resource_type = 'participant'
                    AND listed ORDER BY created_second, resource_id LIMIT $2) RETURNING id""",
            who.id,
            number,
        )
        return len(renamed)
