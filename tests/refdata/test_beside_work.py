"""A run beside schools at work: what it holds, and how much memory it takes (REF-2.11); sizes are for the bench."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from app import clock
from app.db.engine import fetch
from app.provider_records import postponed
from app.provider_records.asked import ResourceType
from app.provider_records.postponed import settle_postponed
from app.provider_records.verify import verify
from app.refdata.progress import Progress
from app.refdata.school_import import import_schools
from app.terms import SYSTEM
from tests import factories
from tests.provider_records.world import entries, listed
from tests.refdata.files import SCHOOL, fillers, write_links, write_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.factories import Named

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


FEW, A_BATCH = 30, 8
BRINGING = "bringing lead providers up to date"
SEEN = """SELECT (SELECT count(*) FROM school WHERE name LIKE 'New %%'),
    (SELECT count(*) FROM provider_record WHERE body LIKE '%%"New %%'),
    (SELECT count(*) FROM change WHERE lead_provider_id = %s)"""
RENAMED = [row | {"EstablishmentName": f"New {row['URN']}"} for row in fillers(FEW)]


class Stopped(Exception):
    """The run ends here, as if it were killed."""


class Stopping(Progress):
    """Ends a run of a small file when the first schools have been brought to lead providers."""

    def phase(self, name: str) -> None:
        self._is_last = name == BRINGING

    def at(self, rows: int, share: float) -> None:
        if self._is_last:
            raise Stopped


class Watching(Progress):
    """Looks when lead providers are about to be brought up to date, and after each time that some were."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look = look
        self._is_last = False

    def phase(self, name: str) -> None:
        self._is_last = name == BRINGING
        self.at(0, 0)

    def at(self, rows: int, share: float) -> None:
        if self._is_last:
            self._look()


@pytest.fixture
async def larch(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> Named:
    """A lead provider with a year in which all schools are listed for it; few schools are settled at a time."""
    monkeypatch.setattr(postponed, "MOST", A_BATCH)
    larch = await factories.lead_provider()
    await factories.contract_period(2025)
    await factories.contract(larch, 2025)
    return larch


async def import_of(file: Path, day: date, progress: Progress | None = None) -> None:
    """Import a file with a service of its day."""
    with clock.at(clock.at_noon(day)):
        await import_schools([file], actor=SYSTEM, progress=progress)


async def names_shown(of: Named) -> set[str]:
    """The names of the schools that a lead provider is shown."""
    return {row["attributes"]["name"] for row in await listed(of, ResourceType.SCHOOL, DAY, cohorts=(2025,))}


@pytest.mark.rule("REF-2.11", "API-17.3")
async def test_lead_providers_are_brought_up_to_date_after_the_schools_are_stored(
    larch: Named, committed_database: str, tmp_path: Path
) -> None:
    await import_of(write_register(tmp_path / "one.csv", fillers(FEW)), DAY)
    assert await names_shown(larch) == {row["EstablishmentName"] for row in fillers(FEW)}
    seen: list[tuple[int, ...]] = []
    with psycopg.connect(committed_database, autocommit=True) as other:

        def look() -> None:
            other.execute("SELECT id FROM school FOR UPDATE NOWAIT")
            seen.append(other.execute(SEEN, [larch.id]).fetchone() or ())

        await import_of(write_register(tmp_path / "two.csv", RENAMED), DAY + timedelta(days=1), Watching(look))
    # the schools first, then in steps as many entries as records
    assert [shown for _, shown, _ in seen if shown][:3] == [8, 16, 24]
    assert seen[0][1] == 0
    assert all((stored, told) == (FEW, FEW + shown) for stored, shown, told in seen)
    assert await names_shown(larch) == {row["EstablishmentName"] for row in RENAMED}
    assert len(await entries(larch)) == 2 * FEW


@pytest.mark.rule("FLT-40", "API-17.5")
async def test_what_a_stopped_run_has_not_brought_to_lead_providers_comes_later_once(
    larch: Named, tmp_path: Path
) -> None:
    await import_of(write_register(tmp_path / "one.csv", fillers(FEW)), DAY)

    two = write_register(tmp_path / "two.csv", RENAMED)
    with pytest.raises(Stopped):
        await import_of(two, DAY + timedelta(days=1), Stopping())
    shown = await names_shown(larch)
    assert (len(shown), len([name for name in shown if name.startswith("New ")])) == (FEW, A_BATCH)
    kept = await fetch("SELECT relpersistence::text AS kind FROM pg_class WHERE relname = 'provider_postponed'")
    assert [row["kind"] for row in kept] == ["p"]
    with clock.at(clock.at_noon(DAY + timedelta(days=1))):
        assert await settle_postponed() >= FEW - A_BATCH
        assert await settle_postponed() == 0
        assert await verify() == []
    assert await names_shown(larch) == {row["EstablishmentName"] for row in RENAMED}
    assert len(await entries(larch)) == 2 * FEW
    before = await fetch("SELECT id, updated_at FROM provider_record ORDER BY id")
    for day in (1, 2):
        await import_of(two, DAY + timedelta(days=day))
    assert await fetch("SELECT id, updated_at FROM provider_record ORDER BY id") == before
    assert len(await entries(larch)) == 2 * FEW
