"""A run beside schools at work: what it holds, and how much memory it takes (REF-2.11); sizes are for the bench."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from app import clock
from app.refdata.progress import Progress
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests.refdata.files import SCHOOL, fillers, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 2)
ROWS = 2_100
MOST_BYTES_A_ROW = 300_000_000 / 52_000


@pytest.mark.rule("REF-2.11")
async def test_no_school_is_held_while_files_are_read(committed_database: str, tmp_path: Path) -> None:
    links = write_links(tmp_path / "links.csv", ("900001", "910000", "Other", ""))
    with clock.at(clock.at_noon(DAY)):
        await import_schools([write_register(tmp_path / "one.csv", [SCHOOL, *fillers(ROWS)])], links, actor=SYSTEM)
    renamed = [row | {"EstablishmentName": f"New {row['URN']}"} for row in (SCHOOL, *fillers(ROWS))]
    held: dict[str, bool] = {}

    with psycopg.connect(committed_database, autocommit=True) as other:

        def look(line: str) -> None:
            try:
                other.execute("SELECT id FROM school ORDER BY id FOR UPDATE NOWAIT")
                held[line] = False
            except psycopg.errors.LockNotAvailable:
                held[line] = True

        with clock.at(clock.at_noon(DAY + timedelta(days=1))):
            progress = Progress(look, every=0)
            file = write_register(tmp_path / "two.csv", renamed)
            report = await import_schools([file], links, actor=SYSTEM, progress=progress)
    assert (report.state, report.counts["changed"]) == ("done", ROWS + 1)
    read = [line for line in held if line.startswith(("reading two.csv: 2,000", "reading links.csv", "applying the"))]
    assert len(read) >= 3, held
    assert [line for line in held if held[line] and line.startswith("reading")] == []


@pytest.mark.rule("REF-2.11")
async def test_memory_grows_no_faster_than_the_country_allows(database: None, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(ROWS)])
    tracemalloc.start()
    try:
        with clock.at(clock.at_noon(DAY)):
            await import_schools([file], actor=SYSTEM)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak / ROWS < MOST_BYTES_A_ROW
