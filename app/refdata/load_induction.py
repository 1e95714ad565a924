"""`register induction load`: what appropriate bodies recorded, and what follows from outcomes (REF-4.14, PER-46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from app import clock
from app.db.engine import connection, fetch
from app.db.survivors import survivors
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata.findings import Findings
from app.refdata.induction_records import Check, Given, InductionRecord, format_of, given_rows
from app.refdata.report import Report
from app.refdata.runs import take_lock
from app.refdata.set_files import read_file
from app.refdata.sheets import read_sheet
from app.registration.complete_induction import CompleteInduction, complete_induction
from app.teachers.induction_events import InductionPeriodCorrected, InductionPeriodRecorded, what_happened
from app.terms import TRN, TeacherId

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.induction_records import Key
    from app.terms import Actor

PEOPLE = f"""
    SELECT t.trn, {survivors("started.id = t.id")} AS id FROM teacher t WHERE t.trn = ANY($1::text[])"""  # noqa: S608 - constants
STORED = """
    SELECT i.teacher_id, b.key AS appropriate_body, i.started_on, i.finished_on, i.outcome, i.number_of_terms
    FROM induction_period i JOIN appropriate_body b ON b.id = i.appropriate_body_id
    WHERE i.teacher_id = ANY($1::bigint[])"""
WHERE_THEY_ARE = """
    SELECT DISTINCT ON (teacher_id) teacher_id, id, school_id FROM ect_at_school_period
    WHERE teacher_id = ANY($1::bigint[]) AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $2
    ORDER BY teacher_id, started_on"""
TO_FOLLOW = """
    SELECT DISTINCT t.trn, t.id FROM induction_period i JOIN teacher t ON t.id = i.teacher_id
    JOIN ect_at_school_period e ON e.teacher_id = t.id AND e.removed_at IS NULL
        AND coalesce(e.finished_on, 'infinity') >= $2 AND e.end_reason IS DISTINCT FROM 'induction_completed'
    WHERE i.teacher_id = ANY($1::bigint[]) AND i.outcome IS NOT NULL ORDER BY t.id"""
UPDATE = """
    UPDATE induction_period SET updated_at = $1, finished_on = $5, outcome = $6, number_of_terms = $7,
        appropriate_body_id = (SELECT id FROM appropriate_body WHERE key = $4)
    WHERE teacher_id = $2 AND started_on = $3"""
INSERT = """
    INSERT INTO induction_period (created_at, updated_at, teacher_id, started_on, appropriate_body_id, finished_on,
        outcome, number_of_terms)
    VALUES ($1, $1, $2, $3, (SELECT id FROM appropriate_body WHERE key = $4), $5, $6, $7)"""


class _TakeBack(Exception):
    """Rolls a dry run back."""


def _take_back() -> NoReturn:
    raise _TakeBack


async def load_induction(path: Path, *, dry_run: bool, actor: Actor) -> Report:
    """Load a file of induction records whole, then close the stays of those whose outcome is known (PER-46).

    The records are one transaction; each person whose induction is over is another, so that a run that was stopped
    goes on where it was when it is run again. Raises FileUnreadable, AnotherRun, DatabaseUnavailable; what is wrong
    in the file is in the report. Nothing of the file is kept but what it says about people who are known.
    """
    report = Report(path.name, is_dry_run=dry_run, findings=Findings())
    try:
        async with transaction():
            await take_lock()
            people = await _load(path, report, actor)
            if report.state == "invalid":
                return report
            if dry_run:
                await _follow(people, report, actor, dry_run=True)
                _take_back()
        await _follow(people, report, actor, dry_run=False)
    except _TakeBack:
        pass
    done = report.counts.keys() - {"unchanged", "skipped"}
    report.state = "done" if dry_run or any(report.counts[name] for name in done) else "nothing_to_do"
    return report


async def _load(path: Path, report: Report, actor: Actor) -> list[int]:
    """Check the file and write what it changes; returns the internal ids of the people in it."""
    form, findings = format_of(path.name), report.findings
    text = read_file(path, findings)
    read = [] if text is None else read_sheet(form, text, findings) or []
    trns = [row.cells["trn"] for row in read if row.cells.get("trn")]
    people = {row["trn"]: row["id"] for row in await fetch(PEOPLE, trns)}
    stored = await _stored(list(people.values()))
    given = given_rows(form, read, people, stored, findings)
    bodies = {row["key"]: row["name"] for row in await fetch("SELECT key, name FROM appropriate_body")}
    check = Check(form.file, findings, clock.today())
    check.rows(given, bodies)
    check.people(given, stored)
    if findings.errors:
        report.state = "invalid"
        return []
    changed = [row for row in given if row.fields]
    report.counts |= {
        "recorded": sum(row.stored is None for row in changed),
        "corrected": sum(row.stored is not None for row in changed),
        "unchanged": len(given) - len(changed),
        "skipped": len(read) - len(given),
    }
    await _write(changed)
    await _record(changed, bodies, report, actor)
    return sorted(set(people.values()))


async def _stored(teacher_ids: list[int]) -> dict[Key, InductionRecord]:
    return {
        (row["teacher_id"], row["started_on"]): InductionRecord("", *tuple(row)[1:])
        for row in await fetch(STORED, teacher_ids)
    }


async def _write(changed: list[Given]) -> None:
    """Write known periods first: the end of one makes room for the next."""
    for statement, rows in (
        (UPDATE, [row for row in changed if row.stored]),
        (INSERT, [row for row in changed if not row.stored]),
    ):
        values = [(clock.now(), row.teacher_id, *_values(row.record)) for row in rows]
        if values:
            async with connection() as conn:
                await conn.executemany(statement, values)


def _values(period: InductionRecord) -> tuple[object, ...]:
    return period.started_on, period.appropriate_body, period.finished_on, period.outcome, period.number_of_terms


async def _record(changed: list[Given], bodies: dict[str, str], report: Report, actor: Actor) -> None:
    """Record an event for each row, where the person is a current or future ECT also for that school."""
    ids = [row.teacher_id for row in changed]
    places = {row["teacher_id"]: row for row in await fetch(WHERE_THEY_ARE, ids, clock.today())}
    keys = {row["key"]: row["id"] for row in await fetch("SELECT key, id FROM appropriate_body")}
    for row in changed:
        place, period = places.get(row.teacher_id), row.record
        about = About(
            teacher_id=row.teacher_id,
            appropriate_body_id=keys[period.appropriate_body],
            school_id=place["school_id"] if place else None,
            ect_at_school_period_id=place["id"] if place else None,
        )
        what = what_happened(row.stored, period)
        made = InductionPeriodCorrected if row.stored else InductionPeriodRecorded
        body, outcome = bodies[period.appropriate_body], period.outcome
        record(made(about, what, period.started_on, body, outcome, row.fields, report.what), actor)
        report.changes.append(f"line {row.line}: {period.trn} from {period.started_on}: {what.value}")


async def _follow(people: list[int], report: Report, actor: Actor, *, dry_run: bool) -> None:
    """Do what follows for everybody in the file whose outcome is known and who is still at a school."""
    rows = await fetch(TO_FOLLOW, people, clock.today())
    for row in rows:
        try:
            async with transaction():
                command = CompleteInduction(TRN(row["trn"]), TeacherId(row["id"]))
                await complete_induction(command, actor, clock.today())
                if dry_run:
                    _take_back()  # a rehearsal for thousands must not hold thousands of people
        except _TakeBack:
            pass
    if rows:
        report.counts["registrations_completed"] = len(rows)
