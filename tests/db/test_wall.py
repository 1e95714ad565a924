"""The second wall between schools: roles, rights and row-level policies (ACC-14.6)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest

from app.db import wall
from app.db.engine import connection, engine, fetch
from app.db.migrate import migrate
from app.db.migrations import at_head
from app.db.sight import OWNER, SERVICE, across_schools, in_force, of_school, seen_by
from app.db.transaction import transaction
from tests.conftest import maintenance_url, named
from tests.db.rows import World, insert, make_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

WITH_A_SCHOOL = """
    SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'school'::regclass
        AND a.attnum = ANY(f.conkey)
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        AND (a.attname = 'school_id' OR f.oid IS NOT NULL)"""
OF_NO_SCHOOL = {"school": "the national register itself: its schools' names and what decides about them"}
PER_TABLE = "SELECT count(*) AS n FROM {}"


@pytest.fixture
async def plainly_owned() -> AsyncIterator[None]:
    """Open a database that was made, and is owned, by somebody who may neither do everything nor make roles."""
    name, conn = f"register_plain_{uuid4().hex[:8]}", await asyncpg.connect(maintenance_url())
    try:
        await conn.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE")
        await conn.execute(f"GRANT {', '.join(wall.ROLES)} TO {name}")
        await conn.execute(f"CREATE DATABASE {name} OWNER {name}")
        engine.point_at(re.sub(r"//[^/@]*@?", f"//{name}@", named(maintenance_url(), name), count=1))
        await engine.open(size=2)
        await migrate()
        yield
    finally:
        await engine.close()
        await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conn.execute(f"DROP ROLE {name}")
        await conn.close()


async def walled() -> list[str]:
    rows = await fetch("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
    return sorted(row["relname"] for row in rows)


async def seen(tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows of each table can be seen."""
    return {table: (await fetch(PER_TABLE.format(table)))[0]["n"] for table in tables}


@pytest.mark.rule("ACC-14.6")
async def test_every_table_that_names_a_school_is_walled_or_says_why_not(database: None) -> None:
    named = {row["name"] for row in await fetch(WITH_A_SCHOOL)}
    assert len(named) > 20
    assert named == {*await walled(), *wall.NOT_WALLED, *OF_NO_SCHOOL}


@pytest.mark.rule("ACC-14.6")
@pytest.mark.rule("SEC-1")
async def test_a_school_sees_its_own_rows_and_nobody_elses(database: None) -> None:
    world = await make_world()
    tables = await walled()
    of_row = {"event": {"school_id": world.school}, "reminder_sent": {}, "support_query": {"school_id": world.school}}
    for table in tables:
        if not (await seen([table]))[table]:
            await insert(world, table, **of_row.get(table, {}))
    everything = await seen(tables)
    with seen_by(of_school(world.school)):
        own = await seen(tables)
    with seen_by(of_school(world.other_school)):
        others = await seen(tables)
    assert all(everything.values()), everything
    assert own == everything
    assert others == dict.fromkeys(tables, 0)


@pytest.mark.rule("ACC-14.6")
async def test_a_school_writes_no_row_of_another(database: None) -> None:
    world = await make_world()
    with seen_by(of_school(world.other_school)):
        assert await fetch("UPDATE ect_at_school_period SET email = 'x@y.example' RETURNING id") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection() as conn, conn.transaction():
                await conn.fetch("UPDATE draft SET school_id = $1", world.school)
                await conn.execute(
                    "INSERT INTO school_year (created_at, updated_at, school_id, contract_period_year)"
                    " VALUES (now(), now(), $1, 2025)",
                    world.school,
                )


@pytest.mark.rule("ACC-14.6")
async def test_what_was_said_in_a_mail_is_hidden_from_pages_of_schools(database: None) -> None:
    with seen_by(of_school(1)):
        assert await fetch("SELECT state, finished_at FROM message WHERE lower(recipient) = 'a@b.example'") == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection() as conn, conn.transaction():
                await conn.fetch("SELECT personalisation FROM message")


@pytest.mark.rule("ACC-14.6")
@pytest.mark.rule("SEC-33")
@pytest.mark.rule("SEC-23")
async def test_the_service_owns_nothing_and_cannot_touch_the_audit_trail(database: None) -> None:
    (role,) = await fetch(
        "SELECT current_user AS name, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert dict(role) == {"name": "register_service", "rolsuper": False, "rolbypassrls": False}
    owned = await fetch("SELECT FROM pg_class WHERE pg_get_userbyid(relowner) = ANY($1)", list(wall.ROLES))
    assert owned == []
    for sight in (SERVICE, of_school(1)):
        for table in wall.APPEND_ONLY:
            for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
                with seen_by(sight):
                    (row,) = await fetch("SELECT has_table_privilege($1, $2) AS may", table, right)
                assert not row["may"], (sight, table, right)


@pytest.mark.rule("ACC-14.6")
async def test_an_operation_sees_every_school_and_afterwards_the_wall_stands_again(committed_database: str) -> None:
    world = await make_world()
    tables = ["ect_at_school_period"]
    with seen_by(of_school(world.other_school)):
        async with transaction():
            assert await seen(tables) == {"ect_at_school_period": 1}
        assert await seen(tables) == {"ect_at_school_period": 0}
        with across_schools("EML-01"):
            assert await seen(tables) == {"ect_at_school_period": 1}
        assert await seen(tables) == {"ect_at_school_period": 0}
    with pytest.raises(ValueError, match="rule"), across_schools(""):
        pass


@pytest.mark.rule("ACC-14.6")
async def test_a_savepoint_that_is_rolled_back_leaves_no_wrong_sight(database: None) -> None:
    world = await make_world()
    with seen_by(of_school(world.other_school)):
        await seen(["draft"])
        with pytest.raises(ZeroDivisionError):
            async with transaction(), transaction():
                await seen(["draft"])
                raise ZeroDivisionError
        assert await seen(["ect_at_school_period"]) == {"ect_at_school_period": 0}


@pytest.mark.rule("ACC-14.6")
async def test_pages_of_two_schools_at_once_share_connections_but_no_rows(committed_database: str) -> None:
    world = await make_world()
    await engine.close()
    await engine.open(size=2)

    async def page(school: int, expected: int) -> None:
        with seen_by(of_school(school)):
            for _ in range(20):
                assert await seen(["mentor_at_school_period"]) == {"mentor_at_school_period": expected}

    await asyncio.gather(*(page(world.school, 1) for _ in range(3)), *(page(world.other_school, 0) for _ in range(3)))
    assert in_force.get() is SERVICE


@pytest.mark.rule("ACC-14.6")
async def test_a_table_whose_policy_is_gone_keeps_the_service_from_being_ready(committed_database: str) -> None:
    assert await at_head()
    with seen_by(OWNER):
        await fetch("ALTER TABLE draft DISABLE ROW LEVEL SECURITY")
    assert not await at_head()
    await migrate()
    with seen_by(OWNER):
        await fetch("DROP POLICY sees_its_own ON draft")
        await fetch("CREATE POLICY sees_its_own ON draft TO register_school USING (true)")
    assert not await at_head()
    await migrate()
    assert await at_head()


@pytest.mark.rule("ACC-14.6")
async def test_before_any_school_is_named_a_page_sees_nothing(database: None) -> None:
    await make_world()
    assert World().school == 0
    with seen_by(of_school(0)):
        assert set((await seen(await walled())).values()) == {0}


@pytest.mark.rule("ACC-14.6")
async def test_an_owner_without_special_rights_builds_the_same_wall(
    template_database: str, plainly_owned: None
) -> None:
    with seen_by(OWNER):
        (owner,) = await fetch("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = session_user")
    assert dict(owner) == {"rolsuper": False, "rolcreaterole": False}
    assert await at_head()
    world = await make_world()
    for school, expected in ((world.school, 1), (world.other_school, 0)):
        with seen_by(of_school(school)):
            assert await seen(["ect_at_school_period"]) == {"ect_at_school_period": expected}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await fetch("DELETE FROM event")
