"""The console commands `register refdata …` and `register schools …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from app import clock
from app.db.console import Day, Exit, run_on_database, stop, valid_settings
from app.db.migrations import at_head
from app.refdata.download import download_schools
from app.refdata.export import export_set
from app.refdata.findings import AnotherRun, FileUnreadable
from app.refdata.load import check_set, load_set
from app.refdata.load_induction import load_induction
from app.refdata.progress import Progress
from app.refdata.school_import import import_schools
from app.terms import Actor, ActorKind, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from app.refdata.report import Report
    from app.schools.gias import SchoolRegisterSource

    OpenSource = Callable[[], AbstractAsyncContextManager[SchoolRegisterSource | None]]

T = TypeVar("T")
OPERATOR = Actor(ActorKind.OPERATOR, "command line")
PATH = click.Path(path_type=Path)
DRY_RUN = click.option("--dry-run", is_flag=True, help="do everything, print the report, write nothing")


def _writable(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a report file that can't be written before anything is done, and begin it."""
    if path is not None:
        try:
            path.write_text("The run goes on, or was stopped.\n", encoding="utf-8")
        except OSError as fault:
            raise click.BadParameter(f"{path} can't be written: {fault.strerror or fault}") from None
    return path


REPORT = click.option(
    "--report", "report_file", type=PATH, callback=_writable, help="write the whole report to this file"
)


@click.group("refdata")
def refdata() -> None:
    """Check and load reference data: years, schedules, providers, appropriate bodies."""


@refdata.command("check")
@click.argument("path", type=PATH)
def check(path: Path) -> None:
    """Check a set (folder or zip file) against itself and the database; nothing is written."""
    end(run(lambda: check_set(path)), None)


@refdata.command("load")
@click.argument("path", type=PATH)
@DRY_RUN
@click.option(
    "--prune",
    is_flag=True,
    help="remove contracts and pairings that their file leaves out, and end such appropriate bodies",
)
@REPORT
def load(*, path: Path, dry_run: bool, prune: bool, report_file: Path | None) -> None:
    """Load a set (folder or zip file): all of it, or nothing when anything is wrong."""
    end(run(lambda: load_set(path, dry_run=dry_run, actor=OPERATOR, prune=prune)), report_file)


@refdata.command("export")
@click.argument("path", type=PATH)
def export(path: Path) -> None:
    """Write what is stored as a set that loads back unchanged; PATH: a new or empty folder, or a new .zip file."""
    end(run(lambda: export_set(path)), None)


@click.group("induction")
def induction() -> None:
    """Bring in what appropriate bodies recorded of inductions."""


@induction.command("load")
@click.argument("file", type=PATH)
@DRY_RUN
@REPORT
def load_induction_command(*, file: Path, dry_run: bool, report_file: Path | None) -> None:
    """Load induction records (CSV): all of them, or none when anything is wrong; outcomes end registrations."""
    end(run(lambda: load_induction(file, dry_run=dry_run, actor=OPERATOR)), report_file)


@click.group("schools")
def schools() -> None:
    """Bring the national schools register in."""


@schools.command("import")
@click.option("--establishments", type=PATH, multiple=True, required=True, help="CSV or zip; again for supplements")
@click.option("--links", type=PATH, help="links between establishments; CSV or zip")
@click.option("--as-of", type=Day(), help="the day of the run; none: today; not in production")
@DRY_RUN
@REPORT
@click.option("--accept-shrink", is_flag=True, help="accept far fewer rows than last time")
@click.option("--force", is_flag=True, help="accept a file older than the last one")
def import_command(
    establishments: tuple[Path, ...],
    links: Path | None,
    as_of: datetime | None,
    report_file: Path | None,
    *,
    dry_run: bool,
    accept_shrink: bool,
    force: bool,
) -> None:
    """Apply the register's files to the schools stored here."""
    if as_of and valid_settings().production:
        stop(Exit.REFUSED, "--as-of does not exist in production.")
    moment = clock.at_noon(as_of.date()) if as_of else None

    async def work() -> Report:
        with clock.at(moment):
            return await import_schools(
                establishments,
                links,
                actor=OPERATOR,
                dry_run=dry_run,
                accept_shrink=accept_shrink,
                force=force,
                progress=Progress(lambda line: click.echo(line, err=True)),
            )

    end(run(work), report_file)


def make_download(open_source: OpenSource) -> click.Command:
    """Make `register schools download`; open_source: opens where the files come from while it works."""

    @click.command("download")
    @DRY_RUN
    @REPORT
    def download(*, dry_run: bool, report_file: Path | None) -> None:
        """Fetch the register's files of today, or of up to three days before, and apply them."""

        async def work() -> Report:
            async with open_source() as source:
                if source is None:
                    stop(Exit.WRONG_USE, "GIAS_SOURCE names no place to fetch from. Use: register schools import")
                progress = Progress(lambda line: click.echo(line, err=True))
                return await download_schools(source, actor=OPERATOR, dry_run=dry_run, progress=progress)

        end(run(work), report_file)

    return download


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Do work on the migrated database; whatever prevents it ends the program with its exit code (REF-1.2)."""
    try:
        return run_on_database(lambda: _on_migrated(work))
    except FileUnreadable as fault:
        stop(Exit.WRONG_USE, str(fault))
    except AnotherRun:
        stop(Exit.UNAVAILABLE, "Another run holds the lock. Try again when it has finished.")
    except Refused as refused:
        stop(Exit.INPUT_HAS_ERRORS, f"The database refused the data ({refused.code}). Nothing was written.")


async def _on_migrated(work: Callable[[], Awaitable[T]]) -> T:
    if not await at_head():
        stop(Exit.UNAVAILABLE, "The database is not up to date. Run: register migrate")
    return await work()


def end(report: Report, report_file: Path | None) -> None:
    """Print a report, write it whole to a file if one is given, and end with its exit code."""
    click.echo(report.on_screen())
    if report_file:
        try:
            report_file.write_text(report.in_full(), encoding="utf-8")
        except OSError as fault:
            click.echo(f"The whole report can't be written to {report_file}: {fault.strerror or fault}", err=True)
    raise SystemExit(report.exit_code)
