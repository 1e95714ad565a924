"""What an operator reads while a long run goes on (REF-1.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch
from app.refdata.progress import EVERY_SECONDS, Progress
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests.refdata.files import SCHOOL, fillers, write_links, write_register

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.rule("REF-1.5")
async def test_each_phase_is_told_with_rows_rate_and_estimate(database: None, tmp_path: Path) -> None:
    lines: list[str] = []
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(2_100)])
    links = write_links(tmp_path / "links.csv", ("900001", "910000", "Other", ""))
    await import_schools([file], links, actor=SYSTEM, progress=Progress(lines.append, every=0))
    phases = [line for line in lines if ":" not in line]
    assert phases == [
        "reading one.csv",
        "reading links.csv",
        "applying the register",
        "storing schools",
        "reconciling closed schools",
        "bringing lead providers up to date",
    ]
    told = [line for line in lines if line.startswith("reading one.csv: ")]
    assert re.fullmatch(r"reading one\.csv: 2,000 rows, [\d,]+ a second, about \d+ s left", told[-1]), lines


@pytest.mark.rule("REF-1.5")
async def test_a_long_statement_is_told_as_well(database: None) -> None:
    lines: list[str] = []
    progress = Progress(lines.append, every=0.05)
    async with progress.ticking():
        progress.phase("applying the register")
        await fetch("SELECT pg_sleep(0.2)")
    told = len(lines)
    assert told >= 2
    assert set(lines[1:]) == {"applying the register: 0 s"}
    await fetch("SELECT pg_sleep(0.1)")
    assert len(lines) == told


@pytest.mark.rule("REF-1.5")
def test_lines_come_at_least_every_two_seconds() -> None:
    assert EVERY_SECONDS <= 2
