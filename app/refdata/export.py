"""Writing the stored reference data as a set that loads back unchanged (REF-4.15)."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.refdata.dataset import together
from app.refdata.findings import FileUnreadable, Findings
from app.refdata.records import DATA_SET, FORMATS, SCHOOL_UPLIFTS, DataSet
from app.refdata.report import Report
from app.refdata.runs import take_lock
from app.refdata.sheets import read_sheet
from app.refdata.stored import read_stored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.refdata.dataset import Stored
    from app.refdata.records import Format

ARCHIVE = ".zip"
NAME, SOURCE = "Stored reference data", "register refdata export"


async def export_set(path: Path) -> Report:
    """Write every kind of stored row to a folder, or to a zip file where the path ends so.

    Nothing that exists is written over: raises FileUnreadable for a file, or a folder that is not empty; AnotherRun
    while a load goes on. What is stored but would not load back as it is is an error of the report, and then nothing
    is written.
    """
    _demand_free(path)
    async with transaction():
        await take_lock()
        stored = await read_stored()
        for (urn,) in await fetch("SELECT urn FROM school WHERE alias_of_school_id IS NOT NULL"):
            for key in [key for key in stored[SCHOOL_UPLIFTS.name] if key[0] == urn]:
                del stored[SCHOOL_UPLIFTS.name][key]
    today = clock.today()
    named = DataSet(NAME, today.isoformat(), SOURCE, today, "1")
    texts = {form.file: _text(form, stored[form.name].values()) for form in FORMATS}
    report = _read_back(path, texts, stored)
    if report.state == "done":
        _write(path, {DATA_SET.file: _text(DATA_SET, [named])} | texts)
    return report


def _demand_free(path: Path) -> None:
    if path.is_file() or (path.is_dir() and (path.suffix == ARCHIVE or any(path.iterdir()))):
        raise FileUnreadable(f"{path.name} is there already: name a new or empty folder, or a new {ARCHIVE} file")


def _text(form: Format, rows: Iterable[Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    names = [column.name for column in form.columns]
    writer.writerow(names)
    writer.writerows(cells_of(form, row).values() for row in sorted(rows, key=form.key_of))
    return text.getvalue()


def cells_of(form: Format, row: Any) -> dict[str, str]:
    """Return a row as its cells stand in a file."""
    return {column.name: _cell(getattr(row, column.name)) for column in form.columns}


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(map(str, value))
        case _:
            return str(value)


def _read_back(path: Path, texts: dict[str, str], stored: Stored) -> Report:
    """Read what would be written, as a load does; raises nothing: whatever differs is an error."""
    report = Report(path.name)
    findings: Findings = report.findings
    data = together({form.name: read_sheet(form, texts[form.file], findings) for form in FORMATS}, stored, findings)
    for sheet in data.sheets.values():
        report.counts[sheet.form.name] = len(sheet.given)
        for key in {**sheet.added, **sheet.changed}:
            column = sheet.form.key[0]
            sheet.fault(key, column, "NOT_THE_SAME", "this row would not load back as it is stored")
    if findings.errors:
        report.state = "invalid"
    return report


def _write(path: Path, texts: dict[str, str]) -> None:
    try:
        if path.suffix == ARCHIVE:
            with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
                for name, text in texts.items():
                    archive.writestr(name, text.encode())
            return
        path.mkdir(exist_ok=True)
        for name, text in texts.items():
            (path / name).write_bytes(text.encode())
    except OSError as fault:
        raise FileUnreadable(f"{path} can't be written: {fault.strerror or fault}") from fault
