"""The runs of imports and loads as the console lists and shows them (ADM-13.1, ADM-13.2, ADM-13.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.engine import fetch, fetch_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncpg


@dataclass(frozen=True)
class RunRow:
    """A run as the list has it; `state` is `applying` while closed schools are still reconciled."""

    public_id: UUID
    kind: str
    state: str
    source_name: str
    source_version: str
    hashes: tuple[str, ...]
    rows_read: int
    created_at: datetime
    by: str
    seconds: float | None
    counts: Mapping[str, int]

    def total(self, ending: str) -> int:
        """Return how many rows of all kinds were, say, `added`; files of the school register say `new`."""
        return sum(number for name, number in self.counts.items() if name == ending or name.endswith(f"_{ending}"))


@dataclass(frozen=True)
class RunFile:
    """Everything that is kept of a run: what was wrong or odd, and the last thousand changes, one line each."""

    run: RunRow
    refusal: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Runs:
    """One page of the runs, the newest first."""

    total: int
    page: int
    pages: int
    runs: tuple[RunRow, ...]


COLUMNS = """r.public_id, r.kind, r.state, r.source_name, r.source_version, r.hashes, r.rows_read, r.created_at,
    r.finished_at, r.report"""


async def runs(kind: str, page: int, size: int) -> Runs:
    """Return a page of the runs of a kind, of every kind for none; beyond the last page, the last one (ADM-1.7)."""
    counted = await fetch_one("SELECT count(*) AS total FROM register_run WHERE $1 = '' OR kind = $1", kind)
    total = int(counted["total"]) if counted else 0
    pages = max(1, -(-total // size))
    number = min(max(page, 1), pages)
    rows = await fetch(
        f"""SELECT {COLUMNS} FROM register_run r WHERE $1 = '' OR r.kind = $1
        ORDER BY r.id DESC LIMIT $2 OFFSET $3""",  # noqa: S608 - names are ours
        kind,
        size,
        (number - 1) * size,
    )
    return Runs(total, number, pages, tuple(_run(row, json.loads(row["report"])) for row in rows))


async def run_file(public_id: UUID) -> RunFile | None:
    """Return a run with everything that is kept of it."""
    row = await fetch_one(f"SELECT {COLUMNS} FROM register_run r WHERE r.public_id = $1", public_id)  # noqa: S608
    if row is None:
        return None
    report = json.loads(row["report"])
    lists = (tuple(report.get(name, ())) for name in ("errors", "warnings", "changes"))
    return RunFile(_run(row, report), report.get("refusal", ""), *lists)


def _run(row: asyncpg.Record, report: Mapping[str, Any]) -> RunRow:
    unfinished = row["state"] == "done" and row["finished_at"] is None
    return RunRow(
        row["public_id"],
        row["kind"],
        "applying" if unfinished else row["state"],
        row["source_name"],
        row["source_version"] or "",
        tuple(row["hashes"]),
        row["rows_read"],
        row["created_at"],
        report.get("by") or "not known",
        report.get("seconds"),
        report.get("counts", {}),
    )
