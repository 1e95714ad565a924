"""Runs of imports and loads: one at a time, each with its own row (REF-1.2, ADM-13.1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.refdata.findings import AnotherRun
from app.refdata.report import SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from app.refdata.report import Report

LOCK = 7_203_413
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
    """What the safety rules compare with (REF-2.8)."""

    hashes: tuple[str, ...]
    business_date: date
    rows_read: int
    newest_change_on: date | None


async def take_lock() -> None:
    """Hold the lock of all runs until the transaction in force ends; raises AnotherRun."""
    row = await fetch_one("SELECT pg_try_advisory_xact_lock($1) AS taken", LOCK)
    if row is None or not row["taken"]:
        raise AnotherRun


async def last_applied(kind: str) -> LastRun | None:
    """Return the latest run of the kind that was applied."""
    row = await fetch_one(
        "SELECT hashes, business_date, rows_read, newest_change_on FROM register_run"
        " WHERE kind = $1 AND state = 'done' ORDER BY id DESC LIMIT 1",
        kind,
    )
    if row is None:
        return None
    return LastRun(tuple(row["hashes"]), row["business_date"], row["rows_read"], row["newest_change_on"])


async def store_run(run: Run, report: Report) -> None:
    """Keep the run's row, with its counts and the first of its findings."""
    kept = {
        "counts": report.counts,
        "refusal": report.refusal,
        "errors": [str(finding) for finding in report.findings.errors[:SHOWN]],
        "warnings": [str(finding) for finding in report.findings.warnings[:SHOWN]],
    }
    await fetch(
        "INSERT INTO register_run (created_at, updated_at, kind, state, source_name, source_version, hashes,"
        " business_date, rows_read, newest_change_on, report, finished_at)"
        " VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $1)",
        *(clock.now(), run.kind, report.state, run.source_name, run.source_version, list(run.hashes)),
        *(clock.today(), run.rows_read, run.newest_change_on, json.dumps(kept)),
    )


def hashes_of(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the SHA-256 of each file, in order."""
    return tuple(_hash_of(path) for path in paths)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
