"""Loading a reference-data set: checked alone, against itself and the database, then written whole (REF-4.3)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from app import clock
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata.check_bodies import check_appropriate_bodies, check_providers, check_uplifts
from app.refdata.check_years import check_closures, check_contract_periods, check_schedules
from app.refdata.dataset import together
from app.refdata.events import ReferenceDataLoaded
from app.refdata.findings import WHOLE_FILE, WHOLE_ROW, Finding, Findings
from app.refdata.prune import prune as mark_left_out
from app.refdata.prune import warn_of_no_rows
from app.refdata.records import DATA_SET, FORMATS, DataSet
from app.refdata.report import Report, asked_by
from app.refdata.runs import REFERENCE_DATA, Run, store_run, take_lock
from app.refdata.set_files import read_set
from app.refdata.sheets import Read, read_sheet
from app.refdata.stored import read_stored, stored_urns
from app.refdata.write import write_changes

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.dataset import Dataset
    from app.terms import Actor


class _TakeBack(Exception):
    """Rolls a dry run back."""


async def check_set(path: Path) -> Report:
    """Check a set against itself and the database without writing; raises FileUnreadable, DatabaseUnavailable."""
    texts = _read(path, findings := Findings())
    report, data = await _checked(path, texts, findings)
    warn_of_no_rows(data, texts, clock.today())
    report.state = "invalid" if findings.errors else "checked"
    return report


async def load_set(path: Path, *, dry_run: bool, actor: Actor, prune: bool = False) -> Report:
    """Load a set from a folder or zip file in one transaction (REF-4.3, REF-1.3, REF-1.4).

    prune: take away contracts and pairings that their file leaves out, and let such bodies end yesterday.
    Raises FileUnreadable, AnotherRun, DatabaseUnavailable; what is wrong in the files is in the report.
    """
    texts = _read(path, findings := Findings())
    report = Report(path.name, is_dry_run=dry_run, findings=findings)
    try:
        async with transaction():
            await take_lock()
            report, data = await _checked(path, texts, findings, prune=prune)
            report.is_dry_run = dry_run
            if findings.errors:
                report.state = "invalid"
                return report
            report.by = asked_by(actor)
            await _write(report, data, texts, actor)
            _keep_unless(dry_run=dry_run)
    except _TakeBack:
        pass
    return report


def _keep_unless(*, dry_run: bool) -> None:
    if dry_run:
        raise _TakeBack


def _read(path: Path, findings: Findings) -> dict[str, str]:
    texts = read_set(path, findings)
    if DATA_SET.file not in texts and not any(found.file == DATA_SET.file for found in findings.errors):
        message = f"a set must have the file {DATA_SET.file}"
        findings.errors.append(Finding(DATA_SET.file, WHOLE_FILE, WHOLE_ROW, "REQUIRED", message))
    return texts


async def _checked(
    path: Path, texts: dict[str, str], findings: Findings, *, prune: bool = False
) -> tuple[Report, Dataset]:
    _check_data_set(texts, findings)
    unreadable = {found.file for found in findings.errors if found.line == WHOLE_FILE}
    read: dict[str, list[Read] | None] = dict.fromkeys((form.name for form in FORMATS if form.file in unreadable), None)
    for form in FORMATS:
        if form.file in texts:
            read[form.name] = read_sheet(form, texts[form.file], findings)
    data = together(read, await read_stored(), findings)
    if prune:
        await mark_left_out(data, texts, clock.today())
    check_together(data)
    check_uplifts(data, await stored_urns())
    return Report(path.name, findings=findings), data


def check_together(data: Dataset) -> None:
    """List what is wrong between the rows given and all others; uplifts, which need the schools, are apart."""
    check_contract_periods(data)
    check_closures(data)
    check_schedules(data)
    check_providers(data)
    check_appropriate_bodies(data)


def _check_data_set(texts: dict[str, str], findings: Findings) -> None:
    text = texts.get(DATA_SET.file)
    rows = read_sheet(DATA_SET, text, findings) if text is not None else None
    if rows is None:
        return
    if not rows:
        message = "there must be exactly one row, here is none"
        findings.errors.append(Finding(DATA_SET.file, WHOLE_FILE, WHOLE_ROW, "REQUIRED", message))
    for row in rows[1:]:
        message = f"there must be exactly one row; line {rows[0].line} has one"
        findings.errors.append(Finding(DATA_SET.file, row.line, WHOLE_ROW, "KEY_REPEATED", message))


async def _write(report: Report, data: Dataset, texts: dict[str, str], actor: Actor) -> None:
    (row,) = read_sheet(DATA_SET, texts[DATA_SET.file], Findings()) or []
    named = DataSet(**row.cells)
    for name, sheet in data.sheets.items():
        if sheet.given:
            report.counts[f"{name}_added"] = len(sheet.added)
            report.counts[f"{name}_changed"] = len(sheet.changed)
            report.counts[f"{name}_unchanged"] = len(sheet.given) - len(sheet.added) - len(sheet.changed)
        if sheet.pruned:
            report.counts[f"{name}_removed"] = len(sheet.pruned)
    report.changes += await write_changes(data, named, actor)
    rows = sum(len(sheet.given) for sheet in data.sheets.values())
    hashes = tuple(hashlib.sha256(texts[name].encode()).hexdigest() for name in sorted(texts))
    await store_run(Run(REFERENCE_DATA, named.name, hashes, named.version, rows), report)
    record(ReferenceDataLoaded(About(), named.name, named.version, report.counts), actor)
