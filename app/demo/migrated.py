"""`register history load`: facts that only migrated data has, such as declarations (contract, section 1; API-25.1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, assert_never

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.survivors import survivors
from app.db.transaction import transaction
from app.events.record import About, record
from app.refdata import kinds
from app.refdata.events import HistoryLoaded
from app.refdata.findings import WHOLE_ROW, Finding, Findings
from app.refdata.induction_records import trn
from app.refdata.records import Column, Format
from app.refdata.report import Report
from app.refdata.runs import take_lock
from app.refdata.set_files import read_file
from app.refdata.sheets import read_sheet
from app.teachers.locks import lock_person
from app.terms import TRN, MentorIneligibleReason, Role, Word

if TYPE_CHECKING:
    from pathlib import Path

    from app.refdata.sheets import Read
    from app.terms import Actor

DECLARED = (
    "started", "retained-1", "retained-2", "retained-3", "retained-4", "extended-1", "extended-2", "extended-3",
    "completed",
)  # fmt: skip


class FactKind(Word):
    """What a row states."""

    DECLARATION = "declaration"
    MENTOR_INELIGIBLE = "mentor_ineligible"
    FROZEN_YEAR = "frozen_year"
    MISSING_VALUE = "missing_value"


USED = {
    FactKind.DECLARATION: {"type", "on"},
    FactKind.MENTOR_INELIGIBLE: {"on", "reason"},
    FactKind.FROZEN_YEAR: {"type"},
    FactKind.MISSING_VALUE: {"type"},
}
"""The columns that each kind demands; a declaration may also have `voided_on`. Others stay empty."""
MISSING = {"working_pattern": "working_pattern", "appropriate_body": "school_reported_appropriate_body_id"}


@dataclass(frozen=True)
class Fact:
    """One row. type: of a declaration its type, of a frozen year the year, of a missing value which one it is."""

    trn: str
    role: Role
    kind: FactKind
    type: str | None = None
    on: date | None = None
    voided_on: date | None = None
    reason: str | None = None


COLUMNS = (
    Column("trn", trn, required=True),
    Column("role", kinds.choice(role.value for role in Role), required=True),
    Column("kind", kinds.choice(kind.value for kind in FactKind), required=True),
    Column("type", kinds.text(60)),
    Column("on", kinds.day),
    Column("voided_on", kinds.day),
    Column("reason", kinds.choice(reason.value for reason in MentorIneligibleReason)),
)
TYPES = {
    FactKind.DECLARATION: kinds.choice(DECLARED),
    FactKind.FROZEN_YEAR: kinds.year,
    FactKind.MISSING_VALUE: kinds.choice(MISSING),
}


class _TakeBack(Exception):
    """Rolls a dry run back."""


async def load_history(path: Path, *, dry_run: bool, actor: Actor) -> Report:
    """Load a file whole, or nothing of it when anything is wrong; a second time changes nothing (REF-1.3, REF-1.4).

    Raises FileUnreadable, AnotherRun.
    """
    findings = Findings()
    report = Report(path.name, is_dry_run=dry_run, findings=findings)
    rows = _read(path, findings)
    try:
        async with transaction():
            await take_lock()
            done = Counter[str]()
            for row in rows:
                await _load_row(path.name, row, findings, done)
            report.counts = {} if findings.errors else dict(sorted(done.items()))
            if done.keys() - {"unchanged"}:
                record(HistoryLoaded(About(), path.name, report.counts), actor)
            _keep_unless(taken_back=bool(findings.errors) or dry_run)
    except _TakeBack:
        pass
    report.state = "invalid" if findings.errors else "done" if report.counts.keys() - {"unchanged"} else "nothing_to_do"
    return report


def _keep_unless(*, taken_back: bool) -> None:
    if taken_back:
        raise _TakeBack


def _read(path: Path, findings: Findings) -> list[Read]:
    text = read_file(path, findings)
    if text is None:
        return []
    form = Format(path.name.removesuffix(".csv"), Fact, COLUMNS, key=())
    read = read_sheet(form, text, findings) or []
    return [row for row in read if row.is_whole and _fits(path.name, row, findings)]


def _fits(file: str, row: Read, findings: Findings) -> bool:
    """Check that a row has what its kind needs, and nothing else."""
    kind, cells, found = FactKind(row.cells["kind"]), row.cells, len(findings.errors)
    may = USED[kind] | ({"voided_on"} if kind is FactKind.DECLARATION else set())
    for name in ("type", "on", "voided_on", "reason"):
        value = cells.get(name)
        if value is None and name in USED[kind]:
            findings.errors.append(Finding(file, row.line, name, "REQUIRED", f"a {kind.value} needs a value here"))
        if value is not None and name not in may:
            message = f"a {kind.value} has no value here"
            findings.errors.append(Finding(file, row.line, name, "NOT_USED", message, str(value)))
    _check_type(file, row, kind, findings)
    _check_days(file, row, findings)
    wrong_role = {FactKind.MENTOR_INELIGIBLE: Role.ECT, FactKind.MISSING_VALUE: Role.MENTOR}.get(kind)
    if cells["role"] == wrong_role:
        message = f"a {kind.value} is about the other role"
        findings.errors.append(Finding(file, row.line, "role", "NOT_IN_LIST", message, cells["role"]))
    return len(findings.errors) == found


def _check_type(file: str, row: Read, kind: FactKind, findings: Findings) -> None:
    value = row.cells.get("type")
    if value is None or kind not in TYPES:
        return
    try:
        TYPES[kind](value)
    except kinds.Fault as fault:
        findings.errors.append(Finding(file, row.line, "type", fault.code, fault.message, value))


def _check_days(file: str, row: Read, findings: Findings) -> None:
    on, voided_on = row.cells.get("on"), row.cells.get("voided_on")
    for name, day in (("on", on), ("voided_on", voided_on)):
        if day and day > clock.today():
            findings.errors.append(
                Finding(file, row.line, name, "IN_FUTURE", "the day must not lie in the future", str(day))
            )
    if on and voided_on and voided_on < on:
        message = f"what was declared on {on} can't have been voided before"
        findings.errors.append(Finding(file, row.line, "voided_on", "DATES_REVERSED", message, str(voided_on)))


async def _load_row(file: str, row: Read, findings: Findings, done: Counter[str]) -> None:
    cells: dict[str, Any] = row.cells | {"role": Role(row.cells["role"]), "kind": FactKind(row.cells["kind"])}
    fact = Fact(**cells)
    await lock_person(TRN(fact.trn))
    teacher = await fetch_one(f"SELECT id FROM {survivors('started.trn = $1')} known", fact.trn)  # noqa: S608 - a constant
    if teacher is None:
        findings.errors.append(Finding(file, row.line, "trn", "TRN_UNKNOWN", "nobody with this TRN is known", fact.trn))
        return
    if fact.kind is FactKind.FROZEN_YEAR and not await _has_period(fact):
        message = "there is no contract period of this year"
        findings.errors.append(Finding(file, row.line, "type", "UNKNOWN_REFERENCE", message, fact.type or ""))
        return
    try:
        changed = await _store(fact, teacher["id"])
    except LookupError as fault:
        findings.errors.append(Finding(file, row.line, WHOLE_ROW, "NOTHING_THERE", str(fault)))
        return
    done[fact.kind.value if changed else "unchanged"] += 1


async def _has_period(fact: Fact) -> bool:
    return bool(await fetch("SELECT FROM contract_period WHERE year = $1", int(fact.type or "")))


async def _store(fact: Fact, teacher_id: int) -> bool:
    """Write one fact; returns whether anything changed. Raises LookupError when what it belongs to is missing."""
    match fact.kind:
        case FactKind.DECLARATION:
            return await _declare(fact, teacher_id)
        case FactKind.MENTOR_INELIGIBLE:
            return await _set_ineligible(fact, teacher_id)
        case FactKind.FROZEN_YEAR:
            return await _freeze(fact, teacher_id)
        case FactKind.MISSING_VALUE:
            return await _empty(fact, teacher_id)
    assert_never(fact.kind)


async def _declare(fact: Fact, teacher_id: int) -> bool:
    training = await fetch_one(
        """SELECT id FROM training_period WHERE teacher_id = $1 AND role = $2 AND cancelled_at IS NULL
            AND training_programme = 'provider_led' AND started_on <= $3 ORDER BY started_on DESC LIMIT 1""",
        teacher_id,
        fact.role.value,
        fact.on,
    )
    if training is None:
        raise LookupError(f"no provider-led training in this role had begun by {fact.on}")
    voided = clock.at_noon(fact.voided_on) if fact.voided_on else None
    same = "training_period_id = $1 AND type = $2 AND declared_on = $3"
    key = (training["id"], fact.type, fact.on)
    if await fetch(f"SELECT FROM declaration WHERE {same} AND voided_at IS NOT DISTINCT FROM $4", *key, voided):  # noqa: S608 - constant
        return False
    voiding = "UPDATE declaration SET voided_at = $4, updated_at = $5"
    if not await fetch(f"{voiding} WHERE {same} RETURNING id", *key, voided, clock.now()):
        await fetch(
            """INSERT INTO declaration (training_period_id, type, declared_on, voided_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $5)""",
            *key,
            voided,
            clock.now(),
        )
    return True


async def _set_ineligible(fact: Fact, teacher_id: int) -> bool:
    return bool(
        await fetch(
            """UPDATE teacher SET mentor_ineligible_on = $2, mentor_ineligible_reason = $3, updated_at = $4
            WHERE id = $1 AND (mentor_ineligible_on, mentor_ineligible_reason) IS DISTINCT FROM ($2, $3)
            RETURNING id""",
            teacher_id,
            fact.on,
            fact.reason,
            clock.now(),
        )
    )


async def _freeze(fact: Fact, teacher_id: int) -> bool:
    column = f"{fact.role.value}_payments_frozen_year"
    return bool(
        await fetch(
            f"""UPDATE teacher SET {column} = $2, updated_at = $3
            WHERE id = $1 AND {column} IS DISTINCT FROM $2 RETURNING id""",  # noqa: S608 - names are ours
            teacher_id,
            int(fact.type or ""),
            clock.now(),
        )
    )


async def _empty(fact: Fact, teacher_id: int) -> bool:
    column = MISSING[fact.type or ""]
    stay = await fetch_one(
        f"""SELECT id, {column} AS value FROM ect_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL
        ORDER BY started_on DESC LIMIT 1""",  # noqa: S608 - names are ours
        teacher_id,
    )
    if stay is None:
        raise LookupError("they have never been registered as an ECT")
    if stay["value"] is None:
        return False
    now = clock.now()
    await fetch(f"UPDATE ect_at_school_period SET {column} = NULL, updated_at = $2 WHERE id = $1", stay["id"], now)  # noqa: S608
    return True
