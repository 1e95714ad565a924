"""Killing a register run at any moment loses nothing, and the next one goes on where it was (FLT-40, REF-3.1)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from app import clock
from app.db.engine import DatabaseUnavailable, fetch
from app.events.verify import verify
from app.refdata import store_register
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests import factories as make
from tests.refdata.files import fillers, school, write_links, write_register

REGISTER = Path(sys.executable).parent / "register"
CLOSING = range(920_000, 920_040)
FEW = range(920_000, 920_006)
FILLERS = 300
PART = 2
DAY = date(2026, 11, 2)


async def counts() -> tuple[int, int, int]:
    """Return how many stays have ended, how many of those went on, and how many closings are noted."""
    (row,) = await fetch(
        """SELECT (SELECT count(*) FROM ect_at_school_period WHERE end_reason = 'school_closed') AS ended,
            (SELECT count(*) FROM ect_at_school_period WHERE continues_stay_id IS NOT NULL) AS continued,
            (SELECT count(*) FROM school_closing) AS noted"""
    )
    return row["ended"], row["continued"], row["noted"]


async def prepare(folder: Path, closing: range) -> tuple[Path, Path]:
    """Import schools with an ECT each, and write the files in which they close and go on elsewhere."""
    successor = school(930_000)
    opened = write_register(folder / "one.csv", [*map(school, closing), successor, *fillers(FILLERS)])
    with clock.at(clock.at_noon(date(2026, 10, 25))):
        await import_schools([opened], actor=SYSTEM)
    ids = await fetch("SELECT id, public_id, urn, name FROM school WHERE urn::int < 930000 AND urn::int >= 920000")
    for row in ids:
        await make.ect(make.School(**dict(row)))
    shut = [school(urn, **{"EstablishmentStatus (code)": "2", "CloseDate": "01-11-2026"}) for urn in closing]
    file = write_register(folder / "two.csv", [*shut, successor, *fillers(FILLERS)])
    links = write_links(folder / "links.csv", *((str(urn), "930000", "Successor - merged", "") for urn in closing))
    return file, links


async def finish(file: Path, links: Path, people: int) -> None:
    """Run to the end what was stopped: everybody is at the successor, once, and the audit trail is whole."""
    with clock.at(clock.at_noon(DAY)):
        report = await import_schools([file], links, actor=SYSTEM)
    assert report.state in {"done", "nothing_to_do"}
    assert await counts() == (people,) * 3
    assert await verify() == []
    assert await fetch("SELECT FROM provider_postponed") == []
    assert len(await fetch("SELECT FROM event WHERE kind = 'import_run_finished'")) == 2


@pytest.mark.rule("FLT-40")
@pytest.mark.rule("REF-3.1")
@pytest.mark.rule("REL-1")
@pytest.mark.parametrize("seconds", [1.4, 2.2])
async def test_a_killed_run_loses_nothing_and_the_next_goes_on(
    committed_database: str, tmp_path: Path, seconds: float
) -> None:
    file, links = await prepare(tmp_path, CLOSING)
    process = await asyncio.create_subprocess_exec(
        *(str(REGISTER), "schools", "import", "--establishments", str(file), "--links", str(links)),
        *("--as-of", DAY.isoformat()),
        env=os.environ | {"DATABASE_URL": committed_database, "ENVIRONMENT": "test"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.sleep(seconds)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()
    await asyncio.sleep(0.3)
    ended, continued, noted = await counts()
    assert ended == continued == noted
    await finish(file, links, len(CLOSING))


CUT = """
    CREATE SEQUENCE cuts;
    CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        IF nextval('cuts') = {turn} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER cut AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION cut()"""
MOMENTS = {
    "the links are replaced": ("INSERT", "school_link", 3),
    "the first schools are stored": ("UPDATE", "school", 1),
    "the second part of the schools is stored": ("UPDATE", "school", 2 * PART + 2),
    "the last part of the schools is stored": ("UPDATE", "school", 2 * len(FEW)),
    "the run is noted": ("INSERT", "register_run", 1),
    "the first school's people end": ("UPDATE", "ect_at_school_period", 1),
    "somebody goes on": ("INSERT", "ect_at_school_period", 3),
    "what was done with a school is noted": ("INSERT", "school_closing", 4),
    "the events of a school are written": ("INSERT", "event", 30),
    "the last school is done": ("INSERT", "school_closing", len(FEW)),
    "lead providers are brought up to date": ("DELETE", "provider_postponed", 3),
    "the run is finished": ("UPDATE", "register_run", 1),
}


@pytest.mark.rule("FLT-40", "REF-3.1", "REF-1.2")
@pytest.mark.parametrize(("act", "table", "turn"), MOMENTS.values(), ids=MOMENTS)
async def test_a_run_whose_connection_is_cut_while(
    committed_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, table: str, turn: int
) -> None:
    file, links = await prepare(tmp_path, FEW)
    monkeypatch.setattr(store_register, "MOST", PART)
    own = await asyncpg.connect(committed_database)
    await own.execute(CUT.format(act=act, table=table, turn=turn))
    with clock.at(clock.at_noon(DAY)), pytest.raises(DatabaseUnavailable):
        await import_schools([file], links, actor=SYSTEM)
    assert await own.fetchval("SELECT last_value FROM cuts") >= turn
    ended, continued, noted = await counts()
    assert ended == continued == noted
    await own.execute(f"DROP TRIGGER cut ON {table}")
    await own.close()
    await finish(file, links, len(FEW))
