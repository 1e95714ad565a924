"""Runs of imports and loads: one at a time, each with its own row (REF-1.2, ADM-13.1)."""

from __future__ import annotations

import hashlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch, fetch_one, one_connection
from app.db.pool import is_lost
from app.refdata.findings import AnotherRun
from app.refdata.report import SHOWN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import date
    from pathlib import Path

    import asyncpg

    from app.refdata.report import Report

LOCK = 7_203_416
SCHOOL_REGISTER = "school_register"
REFERENCE_DATA = "reference_data"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Run:
    """What a run read."""

    kind: str
    source_name: str
    hashes: tuple[str, ...]
    source_version: str | None = None
    rows_read: int = 0
    newest_change_on: date | None = None


@dataclass(frozen=True)
class LastRun:
    """What the safety rules compare with (REF-2.8); finished: it has stored and done everything."""

    id: int
    finished: bool
    report: dict[str, Any]
    hashes: tuple[str, ...]
    business_date: date
    rows_read: int
    newest_change_on: date | None


@asynccontextmanager
async def run_lock() -> AsyncIterator[asyncpg.Connection]:
    """Hold the lock of all runs for the body, over several transactions; raises AnotherRun.

    The body works on the connection that holds it, which is given to it: a run whose lock is lost ends.
    """
    async with one_connection() as conn:
        if not await conn.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise AnotherRun
        try:
            yield conn
        finally:
            # A broken connection has let go of it by itself.
            if not is_lost(conn):
                await conn.fetchval("SELECT pg_advisory_unlock($1)", LOCK)


async def take_lock() -> None:
    """Hold the lock of all runs until the transaction in force ends; raises AnotherRun."""
    row = await fetch_one("SELECT pg_try_advisory_xact_lock($1) AS taken", LOCK)
    if row is None or not row["taken"]:
        raise AnotherRun


async def last_applied(kind: str) -> LastRun | None:
    """Return the latest run of the kind that was applied."""
    row = await fetch_one(
        "SELECT id, finished_at IS NOT NULL AS finished, report, hashes, business_date, rows_read, newest_change_on"
        " FROM register_run WHERE kind = $1 AND state = 'done' ORDER BY id DESC LIMIT 1",
        kind,
    )
    if row is None:
        return None
    number, finished, report, hashes, *rest = tuple(row)
    return LastRun(number, finished, json.loads(report), tuple(hashes), *rest)


async def none_finished(kind: str) -> bool:
    """Tell whether no run of the kind has come to its end yet."""
    rows = await fetch(
        "SELECT FROM register_run WHERE kind = $1 AND state = 'done' AND finished_at IS NOT NULL LIMIT 1", kind
    )
    return not rows


async def store_run(run: Run, report: Report, *, finished: bool = True) -> int:
    """Keep the run's row, with its counts and the first of its findings; returns its internal id."""
    (row,) = await fetch(
        "INSERT INTO register_run (created_at, updated_at, kind, state, source_name, source_version, hashes,"
        " business_date, rows_read, newest_change_on, report, finished_at)"
        " VALUES ($1::timestamptz, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " CASE WHEN $11::boolean THEN $1::timestamptz END) RETURNING id",
        *(clock.now(), run.kind, report.state, run.source_name, run.source_version, list(run.hashes)),
        *(clock.today(), run.rows_read, run.newest_change_on, kept_of(report), finished),
    )
    return int(row["id"])


async def finish_run(number: int, report: Report) -> None:
    """Note that a run has done everything, with what it did."""
    await fetch(
        """UPDATE register_run SET finished_at = $2, updated_at = $2, report = report
            || jsonb_build_object('counts', (report -> 'counts') || ($3::jsonb -> 'counts'),
                'changes', $3::jsonb -> 'changes', 'seconds', $3::jsonb -> 'seconds')
        WHERE id = $1""",
        number,
        clock.now(),
        kept_of(report),
    )


def kept_of(report: Report) -> str:
    """Return what is kept of a report, as JSON: its counts and the first of its findings."""
    kept = {
        "counts": report.counts,
        "refusal": report.refusal,
        "by": report.by,
        "overridden": report.overridden,
        "seconds": round(monotonic() - report.began, 1),
        "errors": [str(finding) for finding in report.findings.errors[:SHOWN]],
        "warnings": [str(finding) for finding in report.findings.warnings[:SHOWN]],
        "changes": report.changes[-SHOWN:],
    }
    return json.dumps(kept)


def hashes_of(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the SHA-256 of each file, in order."""
    return tuple(_hash_of(path) for path in paths)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
