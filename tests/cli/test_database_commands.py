"""Commands on a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from app import clock
from app.db.migrate import LOCK
from app.demo.calendar import Days
from app.demo.people import teaching_records
from app.demo.tokens import token_of
from app.stand_ins import gias
from app.stand_ins.people import DEFAULT_KEY
from app.stand_ins.trs import running_stand_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


async def test_migrating_twice_is_migrating_once(run: Run, empty_database: str) -> None:
    assert (await run("migrate")).exit_code == 0
    again = await run("migrate")
    assert (again.exit_code, again.output) == (0, "The database is up to date.\n")
    conn = await asyncpg.connect(empty_database)
    try:
        assert await conn.fetchval("SELECT to_regclass('ect_at_school_period') IS NOT NULL")
    finally:
        await conn.close()


@pytest.mark.rule("REF-1.2", "OPS-13")
async def test_a_second_migration_at_the_same_time_is_turned_away(run: Run, empty_database: str) -> None:
    holder = await asyncpg.connect(empty_database)
    try:
        await holder.fetchval("SELECT pg_advisory_lock($1)", LOCK)
        result = await run("migrate")
    finally:
        await holder.close()
    assert result.exit_code == 4
    assert "holds the lock" in result.output


@pytest.mark.rule("REF-1.2", "OPS-13")
@pytest.mark.parametrize("command", ["migrate", "doctor", "audit verify", "demo-data load"])
async def test_an_unreachable_database_has_its_own_exit_code(
    run: Run, environment: pytest.MonkeyPatch, command: str
) -> None:
    environment.setenv("DATABASE_URL", "postgresql://somebody:a-password@127.0.0.1:1/none")
    result = await run(*command.split())
    assert result.exit_code == 4
    assert "a-password" not in result.output


@pytest.mark.rule("SEC-33")
async def test_a_noted_head_of_the_chain_is_checked(run: Run, migrated_database: str, tmp_path: Path) -> None:
    del migrated_database
    noted = tmp_path / "head"
    fresh = await run("audit", "verify")
    assert fresh.exit_code == 0
    noted.write_text(f"1 {'ab' * 32}\n", encoding="ascii")
    missing = await run("audit", "verify", "--head", str(noted))
    assert missing.exit_code == 1
    assert "missing" in missing.output


@pytest.mark.rule("REF-1.2")
async def test_an_unreadable_head_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert (await run("audit", "verify", "--head", str(tmp_path / "none"))).exit_code == 2


@pytest.mark.rule("EXT-1.14")
async def test_the_doctor_asks_the_teaching_records(
    run: Run, migrated_database: str, environment: pytest.MonkeyPatch
) -> None:
    del migrated_database
    unset = await run("doctor")
    assert unset.exit_code == 1
    assert "TRS_BASE_URL" in unset.output
    async with running_stand_in(teaching_records(Days.around(clock.today()))) as url:
        environment.setenv("TRS_BASE_URL", url)
        environment.setenv("TRS_API_KEY", DEFAULT_KEY)
        well = await run("doctor")
        environment.setenv("TRS_API_KEY", "wrong")
        refused = await run("doctor")
    assert (well.exit_code, well.output) == (0, "Everything answers.\n")
    assert refused.exit_code == 1
    assert "refused our key" in refused.output


@pytest.mark.rule("EXT-1.14")
async def test_the_doctor_asks_the_school_register(
    run: Run, migrated_database: str, environment: pytest.MonkeyPatch
) -> None:
    del migrated_database
    files = {"establishments": "URN\r\n", "links": "URN\r\n"}
    async with gias.running_stand_in(files) as url:
        environment.setenv("GIAS_SOURCE", "extract")
        environment.setenv("GIAS_EXTRACT_URL", url + gias.SERVICE)
        environment.setenv("GIAS_EXTRACT_ID", gias.EXTRACT_ID)
        environment.setenv("GIAS_USER", gias.USER)
        environment.setenv("GIAS_PASSWORD", gias.PASSWORD)
        well = await run("doctor")
        environment.setenv("GIAS_PASSWORD", "wrong")
        refused = await run("doctor")
    assert "School register" not in well.output
    assert "School register: it refused: Authentication failed." in refused.output


async def test_the_doctor_sees_outstanding_migrations(run: Run, empty_database: str) -> None:
    del empty_database
    result = await run("doctor")
    assert result.exit_code == 1
    assert "register migrate" in result.output


@pytest.mark.rule("REF-1.4", "REF-6.2", "REF-6.4")
async def test_demo_data_is_loaded_once(run: Run, empty_database: str) -> None:
    del empty_database
    loaded = await run("demo-data", "load", "--as-of", "2026-10-06")
    assert loaded.exit_code == 0
    assert loaded.output.startswith("The demo data is loaded, built around 2026-10-06.\n")
    assert token_of("northstar-training") in loaded.output
    head = (await run("audit", "verify")).output
    again = await run("demo-data", "load", "--as-of", "2026-10-06")
    assert (again.exit_code, again.output) == (0, "The demo data is already there. Nothing to do.\n")
    assert (await run("audit", "verify")).output == head
    other = await run("demo-data", "load", "--as-of", "2026-10-07")
    assert other.exit_code == 3
    assert "demo-data reset" in other.output


@pytest.mark.rule("REF-6.2")
async def test_reset_needs_the_word_and_makes_the_database_anew(run: Run, migrated_database: str) -> None:
    conn = await asyncpg.connect(migrated_database)
    await conn.execute(
        "INSERT INTO contract_period (created_at, updated_at, year, started_on, finished_on, mentor_funding_enabled,"
        " uplift_fees) VALUES (now(), now(), 2050, '2050-06-01', '2051-05-31', false, false)"
    )
    await conn.close()
    kept = await run("demo-data", "reset", "--as-of", "2026-10-06", typed="yes\n")
    assert kept.exit_code == 3
    assert (await run("demo-data", "reset", "--as-of", "2026-10-06", typed="reset\n")).exit_code == 0
    conn = await asyncpg.connect(migrated_database)
    try:
        years = [row["year"] for row in await conn.fetch("SELECT year FROM contract_period ORDER BY year")]
    finally:
        await conn.close()
    assert years == list(range(2021, 2028))
