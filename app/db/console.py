"""Running a console command's work on the database, ending with the exit codes of the contract."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from app import clock
from app.db import server
from app.db.engine import DatabaseUnavailable, engine
from app.db.migrations import LockHeld, MigrationFailed, TablesInUse
from app.settings import Settings, ValidationError, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

T = TypeVar("T")
YEARS = range(2000, 2100)


class Exit(IntEnum):
    """What the exit codes of `register` mean (contract, section 1)."""

    DONE = 0
    INPUT_HAS_ERRORS = 1
    WRONG_USE = 2
    REFUSED = 3
    UNAVAILABLE = 4
    STOPPED = 130


def stop(code: Exit, *lines: str) -> NoReturn:
    """End the command with what is wrong on standard error."""
    for line in lines:
        click.echo(line, err=True)
    raise SystemExit(code)


def valid_settings() -> Settings:
    """Return the settings, or end the command listing everything wrong with them (OPS-1)."""
    try:
        return settings()
    except ValidationError as found:
        stop(Exit.INPUT_HAS_ERRORS, "These settings are missing or wrong:", *problems_of(found))


def _moment(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    try:
        moment = clock.parse(value) if value is not None else None
    except (ValueError, OverflowError):
        raise click.BadParameter("give a date, or a date and time such as 2026-09-01T09:30") from None
    if moment is not None and valid_settings().production:
        stop(Exit.REFUSED, "--now does not exist in production.")
    return moment


NOW = click.option("--now", callback=_moment, metavar="DATE-TIME", help="the time to do it at; not in production")
"""The option of every command that can be run at another time (contract, section 3)."""


class Day(click.DateTime):
    """A day of a year with which can be reckoned, written YYYY-MM-DD."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the day at midnight, or end the command."""
        day = super().convert(value, param, ctx)
        if day.year not in YEARS:
            self.fail(f"the year must be one of {YEARS[0]} to {YEARS[-1]}", param, ctx)
        return day


def problems_of(found: ValidationError) -> list[str]:
    """Return one line a problem, never with a value that was given."""
    lines: list[str] = []
    for error in found.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in error["loc"]).upper()
        message = error["msg"].removeprefix("Value error, ")
        lines += [f"  {name}: {message}"] if name else [f"  {part}" for part in message.split("; ")]
    return lines


def run_on_database(work: Callable[[], Awaitable[T]], *, size: int = 4) -> T:
    """Open the database, do the work and close it; what keeps it from being opened ends the command."""
    chosen = valid_settings()
    try:
        return asyncio.run(_with_engine(work, server.database_url(chosen), size))
    except KeyboardInterrupt:
        stop(Exit.STOPPED, "Stopped. What was begun was taken back; what was done stays: run it again to go on.")
    except LockHeld:
        stop(Exit.UNAVAILABLE, "Another run holds the lock. Try again when it has finished.")
    except (DatabaseUnavailable, OSError) as fault:
        if TimeoutError.__name__ in {type(fault).__name__, str(fault)}:
            stop(Exit.UNAVAILABLE, "The database took too long to answer. What was begun was taken back: run it again.")
        stop(Exit.UNAVAILABLE, f"The database cannot be used ({type(fault).__name__}). Check DATABASE_URL.")
    except TablesInUse as fault:
        stop(Exit.UNAVAILABLE, f"The migration gave up, and can be run again: {fault}")
    except MigrationFailed as fault:
        stop(Exit.INPUT_HAS_ERRORS, f"The migration failed: {fault}")


async def _with_engine(work: Callable[[], Awaitable[T]], url: str, size: int) -> T:
    engine.point_at(url)
    try:
        await engine.open(size=size)
    except Exception as fault:
        raise DatabaseUnavailable(type(fault).__name__) from fault
    try:
        return await work()
    finally:
        await engine.close()
