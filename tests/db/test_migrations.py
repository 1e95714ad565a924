"""The one migration history: complete, reversible and never run twice at once (OPS-9)."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager

from app.db import piccolo_app
from app.db.engine import engine, fetch
from app.db.migrate import LOCK, migrate, unmigrate
from app.db.migrations import LockHeld, at_head

CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    " AND prokind <> 'a'",
    "types": "SELECT typname, typtype::text, array(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid"
    " ORDER BY enumsortorder)::text FROM pg_type t WHERE typnamespace = 'public'::regnamespace",
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
    "applied": "SELECT name, app_name FROM migration",
}


async def catalogue() -> dict[str, list[str]]:
    """Return everything that the schema consists of, sorted so that two can be compared."""
    return {kind: sorted(str(tuple(row)) for row in await fetch(query)) for kind, query in CATALOGUE.items()}


@pytest.mark.rule("OPS-9")
async def test_the_history_leads_to_the_tables_of_the_code(database: None) -> None:
    folder = Path(piccolo_app.APP_CONFIG.resolved_migrations_folder_path)
    files = sorted(path.name for path in folder.glob("*.py"))
    differences = await AutoMigrationManager(auto_input="n").get_alter_statements(piccolo_app.APP_CONFIG)
    assert [line for difference in differences for line in difference.statements] == []
    assert sorted(path.name for path in folder.glob("*.py")) == files


@pytest.mark.rule("OPS-9")
async def test_up_down_and_up_again_gives_the_same_schema(committed_database: str) -> None:
    before = await catalogue()
    assert await at_head()
    await unmigrate()
    assert not await at_head()
    left = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'")
    functions = await fetch("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    assert [tuple(row) for row in [*left, *functions]] == []
    await migrate()
    assert await catalogue() == before
    assert await at_head()


@pytest.mark.rule("OPS-9")
async def test_migrating_twice_changes_nothing(committed_database: str) -> None:
    before = await catalogue()
    await migrate()
    assert await catalogue() == before


@pytest.mark.rule("OPS-9")
async def test_a_second_runner_is_turned_away_while_one_is_at_work(committed_database: str) -> None:
    first = await asyncpg.connect(**engine.config)
    try:
        await first.execute("SELECT pg_advisory_lock($1)", LOCK)
        with pytest.raises(LockHeld):
            await migrate()
    finally:
        await first.close()
    await migrate()
    assert await at_head()


@pytest.mark.rule("TRP-14")
async def test_no_column_is_filled_in_silently(database: None) -> None:
    rows = await fetch(
        "SELECT table_name, column_name, column_default FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_default IS NOT NULL AND table_name <> 'migration' AND table_name NOT LIKE 'procrastinate%'"
    )
    filled = {(row["table_name"], row["column_name"]): row["column_default"] for row in rows}
    surprising = {
        place: default
        for place, default in filled.items()
        if not (place[1] == "id" and default.startswith("nextval("))
        and not (place[1] == "public_id" and default == "gen_random_uuid()")
    }
    assert surprising == {}


@pytest.mark.rule("IDN-03")
async def test_no_column_could_hold_a_date_of_birth_or_a_national_insurance_number(database: None) -> None:
    rows = await fetch(
        "SELECT table_name || '.' || column_name AS place FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (column_name ~ 'birth|dob|nino|insurance' OR table_name = 'teacher' AND column_name ~ 'email')"
    )
    assert [row["place"] for row in rows] == []


async def test_no_extension_is_used(database: None) -> None:
    assert [row["extname"] for row in await fetch("SELECT extname FROM pg_extension")] == ["plpgsql"]
