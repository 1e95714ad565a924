"""The console command `register bench` (PRF-20)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import uvloop

from app.bench import api, database, imports, memory, metrics, pages, programs, runs, search, sync
from app.bench.client import Unexpected
from app.bench.scratch import NOT_SHOWN, TENTH, BrokenData, beside, prepared
from app.bench.world import World, teaching_records
from app.db import server
from app.db.console import Exit, stop, valid_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from app.bench.metrics import Metric
    from app.settings import Settings

    Measure = Callable[[World], Awaitable[list[Metric]]]

MEASURES: dict[str, Measure] = {
    "queries": pages.queries,
    "weight": pages.weight,
    "render": pages.render,
    "database": database.database,
    "growth": pages.growth,
    "registration": runs.registration,
    "process": runs.process,
    "search": search.search,
    "asgi": runs.asgi,
    "memory": memory.memory,
    "import": imports.register_import,
    "api": api.api,
    "sync": sync.sync,
    "calls": programs.calls,
    "load": runs.at_rate("load", 50, 30, {0.5: 25, 0.95: 100, 0.99: 250}),
    "spike": runs.spike,
    "break": runs.breaking,
    "soak": runs.soak,
    "year": runs.year,
}
LONG = {"soak", "year"}
"""Only when asked for by name."""
OF_LEAD_PROVIDERS = {"api", "calls", "sync"}
DEFAULT_MINUTES = 30.0


def make_command(make_app: Callable[..., Any]) -> click.Command:
    """Make the command; `make_app` is what wires the application."""

    @click.command("bench")
    @click.argument("names", nargs=-1, type=click.Choice(list(MEASURES)))
    @click.option("--data", "size", type=click.Choice(list(TENTH)), default="small", show_default=True)
    @click.option("--minutes", type=click.FloatRange(0.05), default=DEFAULT_MINUTES, help="at most, for each run")
    @click.option("--json", "file", type=click.Path(path_type=Path), help="write every value to this file")
    @click.option("--check", is_flag=True, help="exit code 1 when a bar is missed or a value is worse than before")
    @click.option("--accept", is_flag=True, help="keep better values in tests/bench/ratchet.json")
    def bench(  # noqa: PLR0917 - click's way
        names: tuple[str, ...],
        size: str,
        minutes: float,
        file: Path | None,
        check: bool,  # noqa: FBT001 - click's way
        accept: bool,  # noqa: FBT001 - click's way
    ) -> None:
        """Measure the service on a scratch database; without a name everything but soak and year."""
        chosen = names or tuple(name for name in MEASURES if name not in LONG)
        if size in NOT_SHOWN and (asked := OF_LEAD_PROVIDERS & set(chosen)):
            raise click.UsageError(f"With --data {size} lead providers are shown nothing: {', '.join(sorted(asked))}.")
        found = _measured(make_app, chosen, size, minutes)
        held = metrics.ratchet()
        if file:
            file.write_text(metrics.as_json(found), encoding="utf-8")
        if accept:
            metrics.keep(metrics.accepted(found, held))
        judge(found, held, check=check)

    return bench


def _measured(make_app: Callable[..., Any], names: Sequence[str], size: str, minutes: float) -> list[Metric]:
    chosen = valid_settings()
    if chosen.production:
        stop(Exit.REFUSED, "Nothing is measured in production.")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the web process has it
            return runner.run(_all(make_app, chosen, names, size, minutes))
    except (Unexpected, BrokenData, ConnectionError, BaseExceptionGroup) as fault:
        stop(Exit.INPUT_HAS_ERRORS, *(f"The measurement failed: {type(one).__name__}: {one}" for one in leaves(fault)))


def leaves(faults: BaseException) -> list[BaseException]:
    """Return what went wrong without the groups around it."""
    if isinstance(faults, BaseExceptionGroup):
        return [leaf for fault in faults.exceptions for leaf in leaves(fault)]
    return [faults]


async def _all(
    make_app: Callable[..., Any], chosen: Settings, names: Sequence[str], size: str, minutes: float
) -> list[Metric]:
    base, found = server.database_url(chosen), []
    smaller = TENTH[size] if "growth" in names else None
    settings = chosen.model_copy(update={"address_limits": "off"})
    with teaching_records() as records:
        # Making a country after a copy of gigabytes ended twice in a statement that took too long.
        made = await prepared(base, size, _tell)
        other = await prepared(base, smaller, _tell) if smaller else None
        async with AsyncExitStack() as stack:
            scratch = await stack.enter_async_context(beside(made, "run", copied=True))
            compared = None
            if other:
                compared = await stack.enter_async_context(beside(other, "compared", copied=True))
            world = World(scratch, compared, settings, make_app, minutes, records)
            for name in names:
                for metric in await MEASURES[name](world):
                    click.echo(metric.line())
                    found.append(metric)
    return found


def _tell(line: str) -> None:
    click.echo(line, err=True)


def judge(found: list[Metric], held: dict[str, float], *, check: bool) -> None:
    """Tell what is worse than before; with `check` end the command for that or for a bar missed anew."""
    worse = metrics.worse_than_before(found, held)
    for line in worse:
        click.echo(f"WORSE {line}")
    missed = [one for one in found if not one.is_met and one.name not in held]
    if check and (worse or missed):
        stop(Exit.INPUT_HAS_ERRORS, f"{len(missed)} bars missed, {len(worse)} values worse than before.")
