"""The audit trail: written with the change, chained, and impossible to edit unseen."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import asyncpg
import pytest

from app.db.engine import Statements, fetch, fetch_one, statements
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction
from app.events import record as trail
from app.events.catalogue import StaffSignsIn
from app.events.record import About, Event, catalogued, record
from app.events.verify import verify
from app.jobs.housekeeping import verify_audit_trail
from app.terms import SYSTEM, Refused


@catalogued
@dataclass(frozen=True)
class SomethingHappened(Event):
    """A kind for these tests only."""

    kind = "something_happened"
    what: str = "nothing"

    def sentence(self) -> str:
        return f"{self.what} happened"


async def happen(*whats: str) -> None:
    async with transaction():
        for what in whats:
            record(SomethingHappened(About(school_id=1), what), SYSTEM)


@pytest.mark.rule("SEC-33")
@pytest.mark.rule("EVT-01")
async def test_events_are_numbered_and_chained(database: None) -> None:
    await happen("one", "two")
    await happen("three")
    assert await verify() == []
    assert [row["sentence"] for row in await fetch("SELECT sentence FROM event ORDER BY id")] == [
        "one happened",
        "two happened",
        "three happened",
    ]


@pytest.mark.rule("SEC-33", "PRF-8", "PRF-18")
async def test_what_a_transaction_does_last_is_one_statement(database: None) -> None:
    token = statements.set(counted := Statements())
    try:
        await happen(*(f"number {number}" for number in range(50)))
    finally:
        statements.reset(token)
    assert counted.count == 1
    assert len(await fetch("SELECT FROM event")) == 50


@pytest.mark.rule("SEC-33")
async def test_any_text_is_stored_as_it_was_hashed(database: None) -> None:
    odd = 'Zoë "Zo" O\'Neill \\ \t\n {"id":7} ,"id": \u2028 \U0001f393'
    await happen(odd)
    assert await verify() == []
    assert (await fetch("SELECT metadata ->> 'what' AS what FROM event"))[0]["what"] == odd


@pytest.mark.rule("OPS-2")
async def test_what_changed_about_who_may_do_what_is_said_once_it_is_committed(
    committed_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "register.security")
    async with transaction():
        record(StaffSignsIn(About(), method="staff_code"), SYSTEM)
        record(SomethingHappened(About()), SYSTEM)
        assert caplog.records == []
    assert [entry.getMessage() for entry in caplog.records] == ["staff_signs_in"]


@pytest.mark.rule("GEN-07")
async def test_a_rolled_back_savepoint_leaves_no_event(database: None) -> None:
    async with transaction():
        record(SomethingHappened(About(), "kept"), SYSTEM)
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                record(SomethingHappened(About(), "dropped"), SYSTEM)
                raise ZeroDivisionError
    row = await fetch_one("SELECT count(*) AS n, min(sentence) AS first FROM event")
    assert row is not None
    assert (row["n"], row["first"]) == (1, "kept happened")


@pytest.mark.rule("GEN-07", "SEC-34")
async def test_what_is_refused_leaves_no_event(database: None) -> None:
    with pytest.raises(Refused):
        async with transaction():
            record(SomethingHappened(About(), "dropped"), SYSTEM)
            raise Refused("no")
    await happen("kept")
    assert [row["sentence"] for row in await fetch("SELECT sentence FROM event")] == ["kept happened"]


@pytest.mark.rule("EVT-06")
async def test_a_kind_outside_the_catalogue_fails_the_transaction(database: None) -> None:
    @dataclass(frozen=True)
    class Unknown(Event):
        kind = "unknown"

    with pytest.raises(LookupError):
        async with transaction():
            record(Unknown(About()), SYSTEM)


@pytest.mark.rule("GEN-08")
@pytest.mark.parametrize(
    "statement",
    ["UPDATE event SET sentence = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE", "DELETE FROM event_subject"],
)
async def test_the_database_refuses_to_edit_events(database: None, statement: str) -> None:
    await happen("one")
    await fetch("INSERT INTO event_subject (event_id, kind, subject_id) VALUES (1, 'x', 1)")
    with seen_by(OWNER), pytest.raises(asyncpg.RestrictViolationError):
        await fetch(statement)


TAMPERING = {
    "a flipped word": "UPDATE event SET sentence = 'other' WHERE id = 2",
    "a missing row in the middle": "DELETE FROM event WHERE id = 2",
    "two swapped rows": "UPDATE event SET id = CASE id WHEN 1 THEN 20 WHEN 2 THEN 1 ELSE id END;"
    "UPDATE event SET id = 2 WHERE id = 20",
}


@pytest.mark.rule("SEC-33")
@pytest.mark.parametrize("statements", TAMPERING.values(), ids=TAMPERING)
@pytest.mark.rule("SEC-23")
async def test_tampering_is_found(database: None, statements: str) -> None:
    await happen("one", "two", "three")
    with seen_by(OWNER):
        await fetch("ALTER TABLE event DISABLE TRIGGER ALL")
        for statement in statements.split(";"):
            await fetch(statement)
    assert await verify() != []
    assert await verify_audit_trail() > 0


@pytest.mark.rule("SEC-33")
async def test_a_missing_end_is_found_by_the_noted_head(database: None) -> None:
    await happen("one", "two", "three")
    number, digest = await trail.head()
    with seen_by(OWNER):
        await fetch("ALTER TABLE event DISABLE TRIGGER ALL")
        await fetch("DELETE FROM event WHERE id = 3")
    assert await verify() == []
    assert await verify((number, digest.hex())) == ["events after 2 are missing"]


@pytest.mark.rule("EVT-01")
@pytest.mark.rule("SEC-33")
async def test_whoever_waited_for_the_chain_goes_on_from_what_was_written_meanwhile(committed_database: str) -> None:
    await asyncio.gather(*(happen(f"{number}", "after it") for number in range(8)))
    assert await verify() == []
    assert (await trail.head())[0] == 16
