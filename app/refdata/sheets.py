"""From the text of one file to typed cells, each fault with its place (REF-4.1, REF-4.2)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.refdata.findings import WHOLE_ROW, Finding, Findings, did_you_mean, masked, separated_otherwise
from app.refdata.kinds import Fault
from app.refdata.rows import Row, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.refdata.records import Column, Format, Key


@dataclass(frozen=True)
class Read:
    """One row: typed cells of the columns that the file has, None where a cell is wrong."""

    line: int
    cells: dict[str, Any]
    is_whole: bool


def read_sheet(form: Format, text: str, findings: Findings) -> list[Read] | None:
    """Return the rows of one file, without second rows of a key; None when its header is wrong."""
    rows = read_rows(io.StringIO(text, newline=""))
    header = next(rows, Row(1, []))
    columns = _columns(form, header, findings)
    if columns is None:
        return None
    read = [found for row in rows if (found := _read_row(form, columns, row, findings))]
    return list(_first_of_each_key(form, read, findings))


def _columns(form: Format, header: Row, findings: Findings) -> list[Column] | None:
    by_name = {column.name: column for column in form.columns}
    names = [name.strip() for name in header.cells]
    faults = [(WHOLE_ROW, "HEADER_MISSING", header.fault)] if header.fault else []
    if otherwise := separated_otherwise(names):
        faults.append((WHOLE_ROW, "HEADER_UNKNOWN", otherwise))
        names = []
    for number, name in enumerate(names):
        if name not in by_name:
            faults.append((name or WHOLE_ROW, "HEADER_UNKNOWN", f"no such column{did_you_mean(name, by_name)}"))
        elif name in names[:number]:
            faults.append((name, "HEADER_REPEATED", "the column stands there twice"))
    faults += [
        (column.name, "HEADER_MISSING", "this column is required")
        for column in form.columns
        if column.required and column.name not in names and not otherwise
    ]
    findings.errors += [Finding(form.file, header.line, *fault) for fault in faults]
    return None if faults else [by_name[name] for name in names]


def _read_row(form: Format, columns: list[Column], row: Row, findings: Findings) -> Read | None:
    if row.is_blank or (row.cells and row.cells[0].lstrip().startswith("#")):
        return None
    fault = row.fault
    if not fault and len(row.cells) != len(columns):
        fault = f"the row has {len(row.cells)} values, the header {len(columns)}"
    if fault:
        findings.errors.append(Finding(form.file, row.line, WHOLE_ROW, "FIELD_COUNT", fault))
        return None
    found = len(findings.errors)
    cells = {
        column.name: _read_cell(form, column, row.line, cell, findings)
        for column, cell in zip(columns, row.cells, strict=True)
    }
    return Read(row.line, cells, is_whole=len(findings.errors) == found)


def _read_cell(form: Format, column: Column, line: int, cell: str, findings: Findings) -> Any:
    value = cell.strip()
    if not value:
        if column.required:
            findings.errors.append(Finding(form.file, line, column.name, "REQUIRED", "a value is required"))
        return column.default
    try:
        return column.read(value)
    except Fault as fault:
        shown = masked(value) if column.is_email else value
        findings.errors.append(Finding(form.file, line, column.name, fault.code, fault.message, shown))
        return None


def _first_of_each_key(form: Format, rows: list[Read], findings: Findings) -> Iterator[Read]:
    lines: dict[Key, int] = {}
    for row in rows:
        key = tuple(row.cells[name] for name in form.key)
        if None in key:
            yield row
            continue
        if form.key and key in lines:
            shown = ", ".join(map(str, key))
            message = f"line {lines[key]} has the same {', '.join(form.key)}"
            findings.errors.append(Finding(form.file, row.line, form.key[0], "KEY_REPEATED", message, shown))
            continue
        lines[key] = row.line
        yield row
