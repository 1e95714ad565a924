"""Killing a register run at any moment loses nothing, and the next one goes on where it was (FLT-40, REF-3.1)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import date
from pathlib import Path

import pytest

from app import clock
from app.db.engine import fetch
from app.events.verify import verify
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests import factories as make
from tests.refdata.files import fillers, school, write_links, write_register

REGISTER = Path(sys.executable).parent / "register"
CLOSING = range(920_000, 920_040)
DAY = date(2026, 11, 2)


async def counts() -> tuple[int, int, int]:
    """Return how many stays have ended, how many of those went on, and how many closings are noted."""
    (row,) = await fetch(
        """SELECT (SELECT count(*) FROM ect_at_school_period WHERE end_reason = 'school_closed') AS ended,
            (SELECT count(*) FROM ect_at_school_period WHERE continues_stay_id IS NOT NULL) AS continued,
            (SELECT count(*) FROM school_closing) AS noted"""
    )
    return row["ended"], row["continued"], row["noted"]


@pytest.mark.rule("FLT-40")
@pytest.mark.rule("REF-3.1")
@pytest.mark.rule("REL-1")
@pytest.mark.parametrize("seconds", [0.8, 1.4, 1.8, 2.2, 2.6])
async def test_a_killed_run_loses_nothing_and_the_next_goes_on(
    committed_database: str, tmp_path: Path, seconds: float
) -> None:
    successor = school(930_000)
    opened = write_register(tmp_path / "one.csv", [*map(school, CLOSING), successor, *fillers(300)])
    with clock.at(clock.at_noon(date(2026, 10, 25))):
        await import_schools([opened], actor=SYSTEM)
    ids = await fetch("SELECT id, public_id, urn, name FROM school WHERE urn::int < 930000 AND urn::int >= 920000")
    for row in ids:
        await make.ect(make.School(**dict(row)))
    shut = [school(urn, **{"EstablishmentStatus (code)": "2", "CloseDate": "01-11-2026"}) for urn in CLOSING]
    file = write_register(tmp_path / "two.csv", [*shut, successor, *fillers(300)])
    links = write_links(tmp_path / "links.csv", *((str(urn), "930000", "Successor - merged", "") for urn in CLOSING))
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
    with clock.at(clock.at_noon(DAY)):
        report = await import_schools([file], links, actor=SYSTEM)
    assert report.state in {"done", "nothing_to_do"}
    assert await counts() == (len(CLOSING),) * 3
    assert await verify() == []
