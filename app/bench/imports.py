"""How long the school register takes, first and again (PRF-18, REF-2.11)."""

from __future__ import annotations

import resource
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from app import clock
from app.bench.metrics import Metric
from app.bench.scratch import MOMENT, SIZES, beside, opened
from app.db.migrations import migrate
from app.national.country import country
from app.national.files import write_register
from app.refdata.school_import import import_schools
from app.terms import SYSTEM

if TYPE_CHECKING:
    from app.bench.world import World

FIRST_BAR, AGAIN_BAR, MEMORY_BAR = 90, 30, 300
FULL = 25_000


async def register_import(world: World) -> list[Metric]:
    """Import generated register files into an empty database, and the same files the next day."""
    size = SIZES[world.scratch.name]
    is_full = size.schools >= FULL
    with TemporaryDirectory() as name:
        files = write_register(country(size), Path(name))
        async with beside(world.scratch, "import", copied=False) as empty, opened(empty):
            await migrate()
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            first = await _import(*files, days=0)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1_024
            again = await _import(*files, days=1)
    note = f"{size.schools * 47_000 // FULL:,} establishments"
    return [
        Metric("import first", first, "s", FIRST_BAR if is_full else None, note=note),
        Metric("import again, nothing changed", again, "s", AGAIN_BAR if is_full else None, note=note),
        Metric("import memory above idle", grown, "MB", MEMORY_BAR, note="above the generator's own peak"),
    ]


async def _import(establishments: Path, links: Path, *, days: int) -> float:
    started = perf_counter()
    with clock.at(MOMENT + timedelta(days=days)):
        report = await import_schools([establishments], links, actor=SYSTEM)
    if report.state != "done":
        raise ValueError(report.summary())
    return perf_counter() - started
