"""Change reference data by hand, by the very rules, statements and events of a load (ADM-10.1, REF-4.3, REF-4.4)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.refdata.dataset import together
from app.refdata.findings import AnotherRun, Findings
from app.refdata.in_use import uses_of
from app.refdata.load import check_together
from app.refdata.records import FORMATS, SCHOOL_UPLIFTS, DataSet
from app.refdata.runs import take_lock
from app.refdata.sheets import read_sheet
from app.refdata.stored import read_stored
from app.refdata.write import write_changes
from app.terms import Refused
from app.values import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.refdata.dataset import Dataset, Sheet
    from app.refdata.records import Format, Key
    from app.terms import Actor

SOURCE = "Support console"
BY_HAND = tuple(form for form in FORMATS if form is not SCHOOL_UPLIFTS)
"""What can be changed one by one; the flags of schools come in files alone."""
MOST_NAMED = 10
NO_VALUE = "Enter a value"
WORDS = {
    "REQUIRED": NO_VALUE,
    "PERIOD_GAP": "There are days between this year and the one before it. Bring both in a file that says there may be",
}
"""What a form says of an error otherwise than the report of a file."""


@dataclass(frozen=True)
class ChangeRecords:
    """Rows as their cells would stand in a file, by the name of the file, and keys of rows that go.

    new: no row with these keys may be there yet. accepted: also a change that leaves people outside (ADM-10.1).
    """

    rows: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    removed: Mapping[str, Sequence[Key]] = field(default_factory=dict)
    new: bool = False
    accepted: bool = False


async def change_records(command: ChangeRecords, actor: Actor, today: date) -> None:
    """Write what differs, with an event each.

    Raises Invalid with the name of a column for what a load would call an error, and Refused for a row that is in
    use, and while a load or an import goes on.
    """
    findings = Findings()
    async with transaction():
        await hold_reference_data()
        stored = await read_stored(BY_HAND)
        read = {form.name: read_sheet(form, _text(form, command.rows.get(form.name, ())), findings) for form in BY_HAND}
        data = together(read, stored, findings)
        await _take_away(data, command.removed)
        check_together(data)
        if findings.errors:
            raise Invalid({found.column: WORDS.get(found.code, found.message) for found in reversed(findings.errors)})
        if command.new:
            _demand_new(data)
        _demand_same_start(data.contract_periods, today)
        if not command.accepted:
            await _demand_nobody_outside(data.appropriate_bodies)
        named = DataSet(SOURCE, today.isoformat(), SOURCE, today, "1")
        await write_changes(data, named, actor)


async def hold_reference_data() -> None:
    """Let no load or other change begin until the transaction in force ends; raises Refused while one goes on."""
    try:
        await take_lock()
    except AnotherRun:
        raise Refused("another_run", "note", "Data is being loaded just now. Try again in a few minutes") from None


def _text(form: Format, rows: Sequence[Mapping[str, str]]) -> str:
    columns = [column.name for column in form.columns]
    given = [name for name in columns if any(name in row for row in rows)] or columns
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(given)
    writer.writerows([row.get(name, "") for name in given] for row in rows)
    return text.getvalue()


async def _take_away(data: Dataset, removed: Mapping[str, Sequence[Key]]) -> None:
    for name, keys in removed.items():
        for key in keys:
            uses = await uses_of(name, key)
            if uses:
                raise Refused("in_use", "note", f"It cannot be taken away: it is in use by {uses}")
            data.sheets[name].pruned.add(key)


def _demand_new(data: Dataset) -> None:
    for sheet in data.sheets.values():
        if any(key in sheet.stored for key in sheet.given):
            raise Invalid({sheet.form.key[-1]: "There is one already"})


def _demand_same_start(sheet: Sheet[Any], today: date) -> None:
    for (year,), row in sheet.changed.items():
        before = sheet.stored[(year,)]
        if before.started_on <= today and row.started_on != before.started_on:
            raise Invalid(started_on="The year has begun: its first day cannot change any more")


OUTSIDE = """SELECT coalesce(t.corrected_name, concat_ws(' ', t.trs_first_name, t.trs_last_name)) AS name,
        s.name AS school
    FROM ect_at_school_period p JOIN teacher t ON t.id = p.teacher_id JOIN school s ON s.id = p.school_id
    JOIN appropriate_body b ON b.id = p.school_reported_appropriate_body_id
    WHERE b.key = $1 AND p.started_on > $2 AND p.removed_at IS NULL ORDER BY p.started_on, p.id"""


async def _demand_nobody_outside(sheet: Sheet[Any]) -> None:
    for (key,), row in sheet.changed.items():
        if row.active_to is None:
            continue
        found = await fetch(OUTSIDE, key, row.active_to)
        if found:
            named = ", ".join(f"{ect['name']} ({ect['school']})" for ect in found[:MOST_NAMED])
            more = f" and {len(found) - MOST_NAMED:,} more" if len(found) > MOST_NAMED else ""
            starts = "ECT starts" if len(found) == 1 else "ECTs start"
            raise Invalid(accepted=f"{len(found):,} {starts} after its last day: {named}{more}. Tick to change it")


@dataclass(frozen=True)
class LastLoad:
    """The last file that held rows of a kind."""

    source: str
    version: str
    day: date


async def last_loads(*kinds: str) -> dict[str, LastLoad]:
    """Return the last load with rows of each kind, but for those that were never loaded (ADM-10.1)."""
    rows = await fetch(
        """SELECT k.kind, r.source_name, r.source_version, r.created_at FROM unnest($1::text[]) AS k (kind)
        CROSS JOIN LATERAL (SELECT * FROM register_run WHERE kind = 'reference_data' AND state = 'done'
            AND report -> 'counts' ? (k.kind || '_unchanged') ORDER BY id DESC LIMIT 1) r""",
        kinds,
    )
    return {
        row["kind"]: LastLoad(
            row["source_name"], row["source_version"] or "", row["created_at"].astimezone(clock.LONDON).date()
        )
        for row in rows
    }
