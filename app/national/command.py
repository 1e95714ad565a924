"""The console command `register generate national` (REF-7.1, REF-7.2)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app import clock
from app.db.console import Day, Exit, run_on_database, stop, valid_settings
from app.db.migrate import migrate
from app.national import load as loading
from app.national.country import Country, country
from app.national.files import write_files
from app.national.size import History, Size

if TYPE_CHECKING:
    from datetime import datetime

LEAST_SCHOOLS, LEAST_TEACHERS = 100, 500


@click.group("generate")
def generate() -> None:
    """Make invented data; never in production."""


@generate.command("national")
@click.option("--schools", type=click.IntRange(LEAST_SCHOOLS, 400_000), default=25_000, show_default=True)
@click.option("--teachers", type=click.IntRange(LEAST_TEACHERS, 4_000_000), default=250_000, show_default=True)
@click.option("--variant", type=int, default=1, show_default=True, help="which pseudo-random stream")
@click.option("--as-of", type=Day(), help="the day the data is built around; none: today")
@click.option("--history", type=click.Choice([item.value for item in History]), default="light", show_default=True)
@click.option(
    "--database", "into_database", is_flag=True, help="into the database, which has to be empty (the default)"
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="into files of this folder instead")
def national(  # noqa: PLR0917 - click's way
    schools: int,
    teachers: int,
    variant: int,
    as_of: datetime | None,
    history: str,
    into_database: bool,  # noqa: FBT001 - click's way
    out: Path | None,
) -> None:
    """Make schools, people and their histories at the size of the country."""
    if valid_settings().production:
        stop(Exit.REFUSED, "Invented data is never made in production.")
    if into_database and out:
        stop(Exit.WRONG_USE, "Choose --database or --out, not both.")
    day = as_of.date() if as_of else clock.today()
    size = Size(day, schools, teachers, variant, History(history))
    if out:
        _to_files(size, out)
    else:
        broken = run_on_database(lambda: into_empty_database(size))
        if broken:
            stop(Exit.INPUT_HAS_ERRORS, *(f"{name}: {count} rows break it" for name, count in broken.items()))
        click.echo("Every invariant holds.")


def _to_files(size: Size, folder: Path) -> None:
    try:
        made = write_files(country(size), folder)
    except OSError as fault:
        stop(Exit.WRONG_USE, f"{folder}: can't be written ({type(fault).__name__})")
    for name, digest in made.items():
        click.echo(f"{digest}  {name}")


async def into_empty_database(size: Size) -> dict[str, int]:
    """Migrate and load; returns the broken invariants. Stops with exit code 3 when something is there."""
    await migrate()
    if not await loading.is_empty():
        stop(Exit.REFUSED, "The database is not empty. Point DATABASE_URL or DATA_DIR at an empty one.")
    made: Country = country(size)
    return await loading.load(made, lambda line: click.echo(line, err=True))
