"""Doing what staff asked for with the files that they brought in: a dry run, or the run itself (ADM-13.3)."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.events.record import because
from app.refdata.findings import AnotherRun, FileUnreadable
from app.refdata.load import load_set
from app.refdata.progress import EVERY_SECONDS, Progress
from app.refdata.report import Report
from app.refdata.runs import REFERENCE_DATA, kept_of, last_applied
from app.refdata.school_import import import_schools
from app.refdata.uploads import COLUMNS, ZIP, as_upload

if TYPE_CHECKING:
    from app.refdata.runs import LastRun
    from app.refdata.uploads import Upload

STALE = timedelta(minutes=10)
"""So long after its last sign of life a run counts as stopped, and is done again."""
KEPT = timedelta(days=30)
NEXT = f"""UPDATE import_upload u SET state = CASE state WHEN 'waiting' THEN 'checking' WHEN 'asked' THEN 'applying'
        ELSE state END, updated_at = $1
    WHERE id = (SELECT id FROM import_upload WHERE state IN ('waiting', 'asked')
        OR (state IN ('checking', 'applying') AND updated_at < $2) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING {COLUMNS}, u.content"""  # noqa: S608 - names are ours


async def run_uploads() -> int:
    """Try out or apply everything that waits, and forget files of 30 days ago; returns how many were dealt with."""
    done = 0
    await fetch("DELETE FROM import_upload WHERE created_at < $1", clock.now() - KEPT)
    while row := await fetch_one(NEXT, clock.now(), clock.now() - STALE):
        try:
            await _run(as_upload(row), row["content"] or b"")
        except AnotherRun:
            await _put_back(row["id"])
            break
        done += 1
    return done


async def _run(upload: Upload, content: bytes) -> None:
    dry_run, last = upload.state == "checking", await last_applied(upload.kind)
    is_newer = (last.id if last else None) != upload.based_on and not _is_its_own(last, content)
    if is_newer and not dry_run:
        report = Report(upload.source_name, state="refused", refusal="newer data arrived after the dry run")
    else:
        report = await _report(upload, content, dry_run=dry_run)
    state = {"done": "checked" if dry_run else "done", "nothing_to_do": "done", "refused": "refused"}
    await fetch(
        """UPDATE import_upload SET state = $2, report = $3, progress = '', updated_at = $4,
            based_on = CASE WHEN $5 THEN $6::bigint ELSE based_on END,
            content = CASE WHEN $2 = 'done' THEN NULL ELSE content END WHERE id = $1""",
        upload.id,
        state.get(report.state, "failed"),
        kept_of(report),
        clock.now(),
        dry_run,
        last.id if last else None,
    )


def _is_its_own(last: LastRun | None, content: bytes) -> bool:
    """Tell whether the last run is this one, which was stopped and goes on (REF-3.1)."""
    return last is not None and last.hashes == (hashlib.sha256(content).hexdigest(),)


async def _report(upload: Upload, content: bytes, *, dry_run: bool) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, _file_name(upload.source_name))
        await asyncio.to_thread(path.write_bytes, content)
        said = [""]
        telling = asyncio.create_task(_tell(upload.id, said))
        try:
            with because(upload.note, upload.ticket):
                if upload.kind == REFERENCE_DATA:
                    return await load_set(path, dry_run=dry_run, actor=upload.actor)
                return await import_schools(
                    [path],
                    actor=upload.actor,
                    dry_run=dry_run,
                    accept_shrink=upload.override == "--accept-shrink",
                    force=upload.override == "--force",
                    progress=Progress(lambda line: said.__setitem__(0, line)),
                )
        except FileUnreadable as fault:
            return Report(upload.source_name, state="unavailable", refusal=str(fault))
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling


def _file_name(brought: str) -> str:
    """Return what the packed files are called in the report: by the name of the one zip file that they came in."""
    return brought if brought.isascii() and brought.lower().endswith(ZIP) and "," not in brought else "files.zip"


async def _tell(upload: int, said: list[str]) -> None:
    """Note every two seconds how far it has come, outside the transaction of the run (REF-1.5)."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await fetch(
            "UPDATE import_upload SET progress = $2, updated_at = $3 WHERE id = $1", upload, said[0], clock.now()
        )


async def _put_back(upload: int) -> None:
    await fetch(
        """UPDATE import_upload SET state = CASE state WHEN 'checking' THEN 'waiting' ELSE 'asked' END,
            progress = 'waits for another run to end' WHERE id = $1""",
        upload,
    )
