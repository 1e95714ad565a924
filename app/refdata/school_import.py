"""One run of the school register: read, checked, then stored some schools at a time (REF-2.8, REF-3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.transaction import transaction
from app.events.record import About, record
from app.provider_records.postponed import settle_postponed
from app.refdata.apply_register import RegisterChanges
from app.refdata.events import ImportRunFinished, ImportRunForced, ImportRunRefused
from app.refdata.findings import FileUnreadable, Findings
from app.refdata.progress import Progress
from app.refdata.reconcile import reconcile
from app.refdata.register_files import establishments_and_links, readable
from app.refdata.report import Report, asked_by
from app.refdata.runs import (
    SCHOOL_REGISTER,
    LastRun,
    Run,
    finish_run,
    hashes_of,
    last_applied,
    none_finished,
    run_lock,
    store_run,
)
from app.refdata.staging import SchoolStager, Staged, finish_staging, stage_links, staging_tables
from app.refdata.store_register import Storing
from app.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.refdata.register_files import Source
    from app.terms import Actor

WHAT = "school register"
LEAST_SHARE_OF_ROWS = 0.9
MOST_SHARE_OF_ERRORS = 0.01
OLDEST = timedelta(days=7)


class _Refusal(Exception):
    """A safety rule refuses the run (REF-2.8)."""


class _TakeBack(Exception):
    """Rolls back a dry run, or one whose files can't be used."""


@dataclass
class _Import:
    establishments: list[Source]
    links: list[Source]
    hashes: tuple[str, ...]
    actor: Actor
    progress: Progress
    report: Report
    accept_shrink: bool = False
    force: bool = False
    staged: Staged = field(default_factory=Staged)
    findings: Findings = field(default_factory=Findings)
    row: int | None = None
    """Internal id of the run's row, once the files are checked."""
    continued: dict[str, Any] | None = None
    """What is kept of the report of a run that was stopped, and that this one continues."""

    @property
    def source_name(self) -> str:
        return ", ".join(dict.fromkeys(source.path.name for source in (*self.establishments, *self.links)))


async def import_schools(
    establishments: Sequence[Path],
    links: Path | None = None,
    *,
    actor: Actor,
    dry_run: bool = False,
    accept_shrink: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Apply the register's files to the stored schools by the day of the clock; the engine is open.

    Raises FileUnreadable, AnotherRun, DatabaseUnavailable; errors in rows and refusals are in the report.
    """
    report = Report(WHAT, is_dry_run=dry_run, by=asked_by(actor))
    run = _prepare(establishments, links, actor, report, progress or Progress())
    run.accept_shrink, run.force = accept_shrink, force
    report.findings = run.findings
    async with run_lock() as conn, staging_tables(conn), run.progress.ticking():
        try:
            await (_rehearse(run) if dry_run else _do(run))
        except _TakeBack:
            pass
        except _Refusal as refusal:
            report.state, report.refusal = "refused", str(refusal)
            if not dry_run:
                await _store_refusal(run)
    return report


async def _do(run: _Import) -> None:
    """Check the files in one transaction, store schools some hundred in each, then reconcile closed ones (REF-3.1).

    Lead providers are shown it after that, some hundred schools at a time (REF-2.11). A run that was stopped before has
    left the rest of its schools as they were, which the same files find again, and a note of what lead providers are
    not shown yet, which this run clears, and so does a job.
    """
    async with transaction():
        changes = await _check(run)
    if changes is not None:
        await _store(run, changes)
        await reconcile(run.actor, clock.today(), run.report, run.progress)
    if not run.report.is_dry_run:
        run.progress.phase("bringing lead providers up to date")
        await settle_postponed(run.progress.at)
    if changes is not None:
        await _finish(run)


async def _rehearse(run: _Import) -> None:
    """Do all of it in one transaction and take it back (REF-1.3)."""
    async with transaction():
        await _do(run)
        raise _TakeBack


async def _finish(run: _Import) -> None:
    async with transaction():
        if run.row is not None:
            await finish_run(run.row, run.report)
        record(ImportRunFinished(About(), run.source_name, run.report.counts), run.actor)
        if run.report.overridden:
            forced = ImportRunForced(About(), run.source_name, run.report.counts, "; ".join(run.report.overridden))
            record(forced, run.actor)


def _prepare(paths: Sequence[Path], links: Path | None, actor: Actor, report: Report, progress: Progress) -> _Import:
    establishment_sources: list[Source] = []
    link_sources: list[Source] = []
    for path in paths:
        found, found_links = establishments_and_links(path)
        establishment_sources += found
        link_sources += found_links
    if links is not None:
        only, inside = establishments_and_links(links)
        link_sources = inside or only
    given = [*paths, *([links] if links else [])]
    with readable(given[0]):
        hashes = hashes_of(given)
    for number, path in enumerate(paths):
        if hashes[number] in hashes[:number]:
            raise FileUnreadable(f"{path.name} is the same file as {paths[hashes.index(hashes[number])].name}")
    return _Import(establishment_sources, link_sources, hashes, actor, progress, report)


async def _check(run: _Import) -> RegisterChanges | None:
    """Read the files, find what they change and note the run; None when the last run did all of it today.

    Nothing is stored of a school yet. A run that was stopped before it had finished is continued under its row.
    """
    last = await last_applied(SCHOOL_REGISTER)
    is_same = last is not None and last.hashes == run.hashes and last.business_date == clock.today()
    if last and is_same and last.finished:
        run.report.state = "nothing_to_do"
        return None
    await _stage(run)
    if run.staged.is_unusable:
        run.report.state = "invalid"
        raise _TakeBack
    _demand_safe(run, last)
    run.progress.phase("applying the register")
    changes = RegisterChanges(run.staged, run.findings, run.report, clock.today())
    await changes.find(date.fromisoformat(settings().register_keep_closed_since))
    if last and is_same and not run.report.is_dry_run:
        run.row, run.continued = last.id, last.report
    else:
        run.row = await store_run(_row(run), run.report, finished=False)
    return changes


async def _store(run: _Import, changes: RegisterChanges) -> None:
    run.progress.phase("storing schools")
    is_silent, is_dry_run = await none_finished(SCHOOL_REGISTER), run.report.is_dry_run
    await Storing(changes, run.actor, is_silent, is_dry_run, run.progress.at).store()
    if run.continued is not None:
        run.report.go_on_from(run.continued)


async def _stage(run: _Import) -> None:
    for source in run.establishments:
        await SchoolStager(source, run.staged, run.findings).run(run.progress)
    for source in run.links:
        await stage_links(source, run.staged, run.findings, run.progress)
    run.report.counts["rows_read"] = run.staged.rows
    run.report.counts["links_read"] = run.staged.link_rows
    await finish_staging(run.staged, run.findings)


def _demand_safe(run: _Import, last: LastRun | None) -> None:
    """Raise _Refusal when a rule of REF-2.8 says no; note the rules that were overridden."""
    staged = run.staged
    if not run.establishments:
        raise _Refusal("none of the files has the columns of a list of schools")
    if not staged.rows:
        raise _Refusal("the files have no data rows")
    if staged.invalid > staged.rows * MOST_SHARE_OF_ERRORS:
        raise _Refusal(f"{staged.invalid:,} of {staged.rows:,} rows have errors, more than 1 %")
    if staged.link_invalid > staged.link_rows * MOST_SHARE_OF_ERRORS:
        raise _Refusal(f"{staged.link_invalid:,} of {staged.link_rows:,} rows of links have errors, more than 1 %")
    if last is None:
        return
    if staged.rows < last.rows_read * LEAST_SHARE_OF_ROWS:
        reason = f"{staged.rows:,} rows are fewer than 90 % of the {last.rows_read:,} of the last run"
        _refuse_unless(run, run.accept_shrink, reason, "--accept-shrink")
    newest, before = staged.newest_change_on, last.newest_change_on
    if newest and before and newest < before - OLDEST:
        reason = f"the newest change ({newest}) is more than 7 days before that of the last run ({before})"
        _refuse_unless(run, run.force, reason, "--force")


def _refuse_unless(run: _Import, allowed: bool, reason: str, option: str) -> None:  # noqa: FBT001
    if not allowed:
        raise _Refusal(f"{reason}. If that is right, use {option}")
    run.report.overridden.append(reason)


async def _store_refusal(run: _Import) -> None:
    async with transaction():
        await store_run(_row(run), run.report)
        record(ImportRunRefused(About(), run.source_name, run.report.counts, run.report.refusal), run.actor)


def _row(run: _Import) -> Run:
    staged = run.staged
    return Run(
        SCHOOL_REGISTER, run.source_name, run.hashes, None, staged.rows, newest_change_on=staged.newest_change_on
    )
