"""Calls made up from the published document find no fault, no other status and no other shape (API-24.3)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.generation import GenerationMode

from app.db.engine import fetch
from tests import factories
from tests.api.client import DOCUMENT, Program
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    import httpx

    from tests.api.conftest import World

EXAMPLES = 6
PARTS = ("method", "url", "params", "headers", "json", "data")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def settings() -> hypothesis.settings:
    """Return the same calls in every run."""
    return hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def operations() -> list[Any]:
    """Return every operation of the document."""
    open_to_all = {name: part for name, part in DOCUMENT.items() if name != "security"}  # the token is sent by the test
    schema = schemathesis.openapi.from_dict(open_to_all)
    refused_by_a_rule = ["2xx", "304", "404", "422"]
    schema.config.checks.positive_data_acceptance.expected_statuses = refused_by_a_rule
    return [found.ok() for found in schema.get_all_operations()]


async def records(world: World) -> dict[str, str]:
    """Make somebody in training at Birch School; returns the ids that addresses may name."""
    with on(date(2025, 9, 1)):
        there = await factories.partnership(world.birch, world.acts.larch, world.acts.elder)
        stay = await factories.ect(world.birch)
        await factories.training(stay, world.acts.larch, there)
        await settled()
    (row,) = await fetch("SELECT public_id FROM teacher WHERE id = $1", stay.teacher.id)
    return {"participant_id": str(row["public_id"]), "partnership_id": str(there["public_id"])}


LEFT_OUT = {"content-length", "prefer"}


@pytest.mark.rule("API-24.3")
async def test_whatever_the_document_admits_or_forbids_is_answered_as_it_says(world: World) -> None:
    loop, seen, there = asyncio.get_running_loop(), Counter[int](), await records(world)

    async def send(case: Any) -> httpx.Response:
        await fetch("DELETE FROM api_request_slot")
        client = world.larch.client
        wanted = case.as_transport_kwargs(base_url=str(client.base_url))
        made = requests.Request(**{name: wanted[name] for name in PARTS if name in wanted}).prepare()
        # Who prefers lenient handling has unknown sort fields ignored (API-7.3), so wrong queries are asked without.
        headers = [(name, value) for name, value in made.headers.items() if name.lower() not in LEFT_OUT]
        return await client.request(str(made.method), str(made.url), content=made.body, headers=headers)

    def run(operation: Any, mode: GenerationMode) -> None:
        @settings()
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            if mode is GenerationMode.POSITIVE and "page[after]" in (case.query or {}):
                case.query = {**case.query, "page[after]": ""}  # a cursor cannot be made up
                case.query.pop("page[page]", None)
            if mode is GenerationMode.POSITIVE:
                case.path_parameters = {name: there.get(name, value) for name, value in case.path_parameters.items()}
            answer = asyncio.run_coroutine_threadsafe(send(case), loop).result()
            seen[answer.status_code] += 1
            case.validate_response(answer)

        check()

    for operation in operations():
        for mode in MODES:
            await asyncio.to_thread(run, operation, mode)
    assert set(seen) >= {200, 400, 404, 422}


@pytest.mark.rule("API-3.7")
async def test_no_operation_is_open_to_strangers(world: World, app: Any) -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            for token in ("", world.tokens["larch"].token[:-1]):
                answer = await Program(app, token).call(method.upper(), path.removeprefix("/api/v3"), content=b"{}")
                assert answer.status_code == 401
