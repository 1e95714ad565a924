"""What programs are told when something fails here, or when others are at the same thing (API-6.1, API-6.5, API-19)."""

from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app import clock
from app.asgi import create_app
from app.db.engine import engine, fetch
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction
from app.provider_records.idempotency import begin
from app.settings import settings
from tests.api.client import Program, said
from tests.api.conftest import make
from tests.applications import application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.api.conftest import World

PARTNERS, PARTNERSHIPS = "/delivery-partners", "/partnerships"


async def change(statement: str) -> None:
    """Change the tables themselves, as whoever owns them."""
    with seen_by(OWNER):
        await fetch(statement)


@pytest.fixture
async def committed(committed_database: str) -> AsyncIterator[World]:
    """Give the world in a database in which things really commit."""
    made = await make(application(settings()))
    yield made
    for program in (made.larch, made.other, made.reader):
        await program.client.aclose()


@pytest.mark.rule("API-11.5")
@pytest.mark.rule("API-19.4")
@pytest.mark.rule("API-19.6")
@pytest.mark.rule("API-21.4")
@pytest.mark.rule("API-6.1")
@pytest.mark.rule("API-6.5")
async def test_parallel_writes_held_locks_and_lost_databases(
    committed: World, committed_database: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    larch = committed.larch
    partners = (committed.acts.dogwood, committed.acts.elder)
    sent = [{**committed.report, "delivery_partner_id": str(partners[n % 2].public_id)} for n in range(5)]
    bodies = [json.dumps({"data": {"attributes": one}}) for one in sent]
    answers = await asyncio.gather(*(larch.call("POST", PARTNERSHIPS, content=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422]
    assert {error for a in answers if a.status_code == 422 for error in said(a.json())} == {
        ("school_id", "partnership_exists")
    }
    await in_progress(committed, bodies[0])
    await held(committed, committed_database, monkeypatch)
    caplog.set_level(logging.ERROR, "register.alarm")
    await change("ALTER FUNCTION count_api_request(bigint, int) RENAME TO counts_no_more")
    assert (await larch.call("GET", PARTNERS)).status_code == 200
    alarms = [record.getMessage() for record in caplog.records if record.name == "register.alarm"]
    assert alarms == ["api_limit_not_counted"]
    await change("ALTER TABLE provider_record RENAME TO nothing_there")
    assert said(await larch.get(PARTNERS, 500)) == [("Internal server error", "internal_error")]
    await engine.close()
    answer = await larch.call("GET", PARTNERS)
    assert said(answer.json()) == [("Service unavailable", "unavailable")]
    assert int(answer.headers["retry-after"]) > 0


async def in_progress(world: World, body: str) -> None:
    """While the first request with a key runs, the second is told to come again."""
    started, ended = asyncio.Event(), asyncio.Event()
    (row,) = await fetch("SELECT lead_provider_id FROM api_token WHERE id = $1", world.tokens["larch"].id)

    async def first() -> None:
        async with transaction():
            await begin(row["lead_provider_id"], "same", b"x" * 32, clock.machine_now())
            started.set()
            await ended.wait()

    running = asyncio.create_task(first())
    await started.wait()
    answer = await world.larch.call("POST", PARTNERSHIPS, content=body, headers={"Idempotency-Key": "same"})
    assert said(answer.json()) == [("Conflict", "request_in_progress")]
    assert answer.headers["retry-after"] == "1"
    ended.set()
    await running


async def another(world: World, where: str) -> str:
    """Return the delivery partner that a partnership does not have; of five that asked at once, any came first."""
    current = (await world.larch.get(where))["data"]["attributes"]["delivery_partner_id"]
    return next(str(p.public_id) for p in (world.acts.elder, world.acts.dogwood) if str(p.public_id) != current)


async def held(world: World, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for only so long, and whoever meets a deadlock tries again."""
    monkeypatch.setattr("app.api.v3.writing.LONGEST_WAIT", "200ms")
    (row,) = await fetch("SELECT id, public_id FROM school_partnership")
    where = f"{PARTNERSHIPS}/{row['public_id']}"
    wanted = {"sent": {"delivery_partner_id": await another(world, where)}}
    birch = {"attributes": {**world.report, "school_id": str(world.birch.public_id)}}
    tried = partial(world.larch.post, f"{PARTNERSHIPS}/bulk?validate_only=true", content=json.dumps({"data": [birch]}))
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction():
            await conn.execute("LOCK TABLE school_partnership IN EXCLUSIVE MODE")
            answer: Any = await world.larch.put(where, 503, **wanted)
            assert said(answer) == [("Service unavailable", "unavailable")]
            await tried(503)
    finally:
        await conn.close()
    await change("CREATE SEQUENCE tries")
    await change("GRANT ALL ON SEQUENCE tries TO PUBLIC")
    await change(
        """CREATE FUNCTION loses_twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') < 3 THEN RAISE deadlock_detected; END IF; RETURN new; END $$"""
    )
    await change(
        "CREATE TRIGGER loses BEFORE INSERT OR UPDATE ON school_partnership FOR EACH ROW EXECUTE FUNCTION loses_twice()"
    )
    await world.larch.put(where, **wanted)
    await change("SELECT setval('tries', 1, false)")
    assert (await tried())["meta"]["accepted"] == 1
    await change("DROP TRIGGER loses ON school_partnership")


@pytest.mark.rule("API-6.1")
@pytest.mark.rule("API-23.3")
async def test_a_fault_before_any_handler_has_the_same_shape(database: None, caplog: pytest.LogCaptureFixture) -> None:
    app: Any = create_app(settings(), trs=None)  # type: ignore[arg-type]
    program = Program(app, "")
    answer = await program.client.get("/api/v3/participants", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, said(answer.json())) == (400, [("Bad request", "header_invalid")])

    async def breaks(*_: object) -> None:
        raise RuntimeError("alice@ash.example")

    app.asgi_handler.inner = breaks
    answer = await program.client.get("/api/v3/participants")
    assert (answer.status_code, said(answer.json())) == (500, [("Internal server error", "internal_error")])
    (fault,) = [record.__dict__["fields"] for record in caplog.records if record.name == "register.fault"]
    assert (fault["request_id"], fault["error"]) == (answer.headers["x-request-id"], ["builtins.RuntimeError"])
    assert "alice" not in str(caplog.records[-1].__dict__) + caplog.text
