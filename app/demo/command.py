"""The console commands `register demo`, `register demo-data …` and `register history …`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.db import server
from app.db.console import Day, Exit, run_on_database, stop, valid_settings
from app.db.migrate import migrate
from app.demo.calendar import Days
from app.demo.dfe_users import dfe_users
from app.demo.load import is_empty, load, loaded_for
from app.demo.migrated import load_history
from app.demo.people import teaching_records
from app.demo.reset import NotAllowed, make_anew
from app.demo.run import Demo
from app.demo.schools import write_register_files
from app.demo.tokens import token_lines
from app.refdata.command import DRY_RUN, OPERATOR, end, run
from app.stand_ins.gias import read_folder

if TYPE_CHECKING:
    from datetime import date, datetime

AS_OF = click.option("--as-of", type=Day(), help="the day the data is built around; none: today")


def demo_teaching_records(day: date) -> dict[str, Any]:
    """Return the stand-in's people for a day (EXT-6.2)."""
    return teaching_records(_days(day))


def demo_dfe_sign_in(day: date) -> dict[str, Any]:
    """Return the people of the DfE Sign-in stand-in; it sends them back to where this service is (EXT-6.2, REF-6.8)."""
    return dfe_users(valid_settings(), _days(day))


def demo_school_register(day: date) -> dict[str, object]:
    """Return the files of the stand-in of the school register for a day (EXT-6.11)."""
    with tempfile.TemporaryDirectory() as name:
        write_register_files(_days(day), Path(name))
        return read_folder(Path(name))


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="folder of the database; none: DATA_DIR")
@AS_OF
def demo(port: int, data: Path | None, as_of: datetime | None) -> None:
    """Start everything with demo data; Ctrl-C stops all of it."""
    days = _days(as_of.date() if as_of else None)
    raise SystemExit(Demo(days, port, data).run())


@click.group("demo-data")
def demo_data() -> None:
    """Load the demo data; nothing is started."""


@demo_data.command("load")
@AS_OF
def load_demo_data(as_of: datetime | None) -> None:
    """Load the demo data into an empty database."""
    _refuse_production()
    days = _days(as_of.date() if as_of else None)
    if run_on_database(lambda: _load(days)):
        click.echo(f"The demo data is loaded, built around {days.as_of}.")
        _tell_tokens()
    else:
        click.echo("The demo data is already there. Nothing to do.")


@demo_data.command("reset")
@AS_OF
def reset_demo_data(as_of: datetime | None) -> None:
    """Remove everything in the database and load the demo data again."""
    _refuse_production()
    days = _days(as_of.date() if as_of else None)
    if click.prompt("Everything in the database will be removed. Type reset to go on") != "reset":
        stop(Exit.REFUSED, "Nothing was removed.")
    try:
        asyncio.run(make_anew(server.database_url(valid_settings())))
    except NotAllowed as refused:
        stop(Exit.REFUSED, f"The database user may not make the database {refused} anew. Nothing was removed.")
    except OSError as fault:
        stop(Exit.UNAVAILABLE, f"The database cannot be used ({type(fault).__name__}). Check DATABASE_URL.")
    run_on_database(lambda: _load(days))
    click.echo(f"The database was made anew with demo data built around {days.as_of}.")
    _tell_tokens()


@click.group("history")
def history() -> None:
    """Bring in facts of former years; never in production."""


@history.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@DRY_RUN
def load_history_command(file: Path, *, dry_run: bool) -> None:
    """Load declarations, mentors who cannot be funded, frozen years and values that are missing."""
    if valid_settings().production:
        stop(Exit.REFUSED, "Facts of former years are never loaded in production.")
    end(run(lambda: load_history(file, dry_run=dry_run, actor=OPERATOR)), None)


async def _load(days: Days) -> bool:
    """Migrate and load; returns whether anything was loaded."""
    await migrate()
    if await is_empty():
        await load(days)
        return True
    found = await loaded_for()
    if found != days.as_of:
        there = f"demo data built around {found}" if found else "other data"
        stop(Exit.REFUSED, f"The database holds {there}. To start again: register demo-data reset")
    return False


def _days(day: date | None) -> Days:
    try:
        return Days.around(day or clock.today())
    except ValueError as fault:
        stop(Exit.WRONG_USE, f"--as-of: {fault}")


def _tell_tokens() -> None:
    click.echo("\n".join(("Tokens of lead providers' programs:", *token_lines())))


def _refuse_production() -> None:
    if valid_settings().production:
        stop(Exit.REFUSED, "Demo data is never loaded in production.")
