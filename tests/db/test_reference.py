"""What a process keeps of the reference data, and that no change of it is missed (PRF-8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.db.engine import Statements, fetch, statements
from app.db.transaction import transaction
from app.registration.queries import appropriate_bodies, kept_bodies
from app.training.queries import kept_market, school_providers
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.db.reference import Kept

KEPT: tuple[Kept[object, object], ...] = (kept_bodies, kept_market)
WATCHED = "SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE tgname = 'move_reference_version'"


@pytest.fixture
def counted() -> Iterator[Statements]:
    found = Statements()
    token = statements.set(found)
    yield found
    statements.reset(token)


async def names() -> list[str]:
    return sorted(body.name for body in await appropriate_bodies())


@pytest.mark.rule("PRF-8")
@pytest.mark.usefixtures("database")
async def test_what_nobody_changed_is_not_read_again(counted: Statements) -> None:
    await factories.appropriate_body("North Hub")
    await names()
    before = counted.count
    assert await names() == ["North Hub"]
    assert counted.count - before == 1


@pytest.mark.rule("PRF-8")
async def test_a_change_by_another_process_is_seen_by_the_next_reading(committed_database: str) -> None:
    school = await factories.school()
    await factories.contract_periods()
    await factories.contract(larch := await factories.lead_provider("Larch Learning"))
    await factories.appropriate_body("North Hub")
    assert await names() == ["North Hub"]
    assert (await school_providers(school.id, provider_led_offered=True)).facts.contracted == {(larch.id, 2025)}
    other = await asyncpg.connect(committed_database)
    try:
        async with other.transaction():
            await other.execute("UPDATE appropriate_body SET name = 'South Hub'")
            await other.execute("DELETE FROM lead_provider_contract")
            assert await names() == ["North Hub"]  # not committed
    finally:
        await other.close()
    assert await names() == ["South Hub"]
    assert not (await school_providers(school.id, provider_led_offered=True)).facts.contracted


@pytest.mark.rule("PRF-8")
@pytest.mark.usefixtures("committed_database")
async def test_nothing_is_kept_of_a_change_that_was_taken_back() -> None:
    await factories.appropriate_body("North Hub")
    for name in ("South Hub", "West Hub"):
        with pytest.raises(ZeroDivisionError):
            async with transaction():
                await fetch("UPDATE appropriate_body SET name = $1", name)
                assert await names() == [name]
                raise ZeroDivisionError
        assert await names() == ["North Hub"]


@pytest.mark.rule("PRF-8")
@pytest.mark.usefixtures("database")
async def test_every_table_that_is_kept_moves_the_version() -> None:
    read = {name for kept in KEPT for name in re.findall(r"FROM (\w+)", kept.wanted.query)}
    assert read == {row["name"] for row in await fetch(WATCHED)}


@pytest.mark.rule("PRF-8")
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE appropriate_body SET name = name",
        "DELETE FROM schedule WHERE false",
        "INSERT INTO delivery_partner SELECT * FROM delivery_partner WHERE false",
    ],
)
async def test_each_kind_of_change_moves_the_version(change: str) -> None:
    before = await fetch("SELECT version FROM reference_version")
    await fetch(change)
    assert await fetch("SELECT version FROM reference_version") != before
