"""A register run with files fetched from where they are published (EXT-4.3, EXT-4.4)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from app import clock
from app.db.transaction import transaction
from app.refdata.findings import FileUnreadable
from app.refdata.report import Report, asked_by
from app.refdata.runs import SCHOOL_REGISTER, Run, store_run
from app.refdata.school_import import WHAT, import_schools
from app.schools.gias import Files, NotYet, Refused, Unavailable
from app.terms import FailureCause

if TYPE_CHECKING:
    from app.refdata.progress import Progress
    from app.schools.gias import FetchOutcome, SchoolRegisterSource
    from app.terms import Actor

TRIES = 3
WAIT_SECONDS = 600.0
WORTH_ANOTHER_TRY = frozenset({FailureCause.TIMEOUT, FailureCause.CONNECT, FailureCause.SERVER_ERROR})


async def download_schools(
    source: SchoolRegisterSource,
    *,
    actor: Actor,
    dry_run: bool = False,
    tries: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Fetch the files of the day of the clock and apply them; any outcome but files keeps everything as it is.

    tries: how often an outcome that may pass is asked for again, ten minutes apart (EXT-1.5). Raises AnotherRun,
    DatabaseUnavailable.
    """
    with tempfile.TemporaryDirectory() as name:
        fetched = await _fetch(source, Path(name), tries)
        if isinstance(fetched, Files):
            try:
                return await import_schools(
                    fetched.establishments, fetched.links, actor=actor, dry_run=dry_run, progress=progress
                )
            except FileUnreadable as fault:
                return await _kept(str(fault), fetched.source_name, actor, dry_run=dry_run)
    return await _kept(_words(fetched), "download", actor, dry_run=dry_run)


async def _fetch(source: SchoolRegisterSource, folder: Path, tries: int) -> FetchOutcome:
    fetched = await source.fetch(clock.today(), folder)
    for _ in range(tries - 1):
        if not isinstance(fetched, Unavailable) or fetched.cause not in WORTH_ANOTHER_TRY:
            break
        await asyncio.sleep(WAIT_SECONDS)
        fetched = await source.fetch(clock.today(), folder)
    return fetched


def _words(outcome: NotYet | Refused | Unavailable) -> str:
    match outcome:
        case NotYet():
            return "there are no files of today or of the three days before"
        case Refused(reason):
            return f"the register refused: {reason}"
        case Unavailable(cause):
            return f"the register {cause.words}"
        case _:
            assert_never(outcome)


async def _kept(reason: str, source_name: str, actor: Actor, *, dry_run: bool) -> Report:
    """Note a run that had nothing to apply, for the page of imports."""
    report = Report(WHAT, state="unavailable", is_dry_run=dry_run, refusal=reason, by=asked_by(actor))
    if not dry_run:
        async with transaction():
            await store_run(Run(SCHOOL_REGISTER, source_name, ()), report)
    return report
