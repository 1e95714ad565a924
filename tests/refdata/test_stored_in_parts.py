"""A run stores some schools at a time: nobody waits, and stopped anywhere it ends as if it never had been (REF-3.1)."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import CHAIN_LOCK
from app.refdata import store_register
from app.refdata.findings import AnotherRun
from app.refdata.progress import Progress
from app.refdata.report import Report
from app.refdata.run_uploads import run_uploads
from app.refdata.runs import SCHOOL_REGISTER
from app.refdata.school_import import import_schools
from app.refdata.uploads import ApplyUpload, BringFiles, apply_upload, bring_files, packed, upload
from app.terms import SYSTEM, Actor, ActorKind
from tests import factories as make
from tests.refdata.files import fillers, school, write_links, write_register

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY, NEXT = date(2026, 11, 2), date(2026, 11, 3)
PART = 3
SAME = 120
"""Schools that stay as they are, so that few changes are a small share of the file."""
CLOSED = {"EstablishmentStatus (code)": "2", "CloseDate": "01-11-2026"}
BEFORE = [
    *(school(900_000 + number) for number in range(10)),
    *(school(900_010 + number, **CLOSED) for number in range(2)),
    school(900_020),
    *fillers(SAME),
]
AFTER = [
    *(school(900_000 + number, EstablishmentName=f"New {number}") for number in range(6)),
    *(school(900_006 + number, **CLOSED) for number in range(2)),
    *(school(900_008 + number, **{"TypeOfEstablishment (code)": "11"}) for number in range(2)),
    *(school(900_010 + number) for number in range(2)),
    *(school(900_030 + number) for number in range(5)),
    *fillers(SAME),
]
"""Six renamed, two closed (one in use, with a successor), two not funded, two open again, five new, one absent."""
CHANGED = 12
LINKS = (("900006", "900001", "Successor - merged", ""), ("900030", "900020", "Other", ""))


class Stopped(Exception):
    """The run ends here, as if it were killed."""


class Watching(Progress):
    """Calls whenever some schools have been stored, and counts how often."""

    def __init__(self, look: Callable[[int], None]) -> None:
        super().__init__()
        self._look, self._is_storing, self.times = look, False, 0

    def phase(self, name: str) -> None:
        self._is_storing = name == "storing schools"

    def at(self, rows: int, share: float) -> None:
        if self._is_storing:
            self.times += 1
            self._look(self.times)


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_register, "MOST", PART)


async def run(
    folder: Path,
    rows: list[dict[str, str]],
    day: date = NEXT,
    look: Callable[[int], None] | None = None,
    **options: bool,
) -> Report:
    links = write_links(folder / "links.csv", *LINKS)
    file = write_register(folder / f"{day}.csv", rows)
    watching = Watching(look) if look else None
    with clock.at(clock.at_noon(day)):
        return await import_schools([file], links, actor=SYSTEM, progress=watching, **options)


async def begun(folder: Path) -> None:
    """Have the schools of the first day, somebody at one that will close."""
    await run(folder, BEFORE, DAY)
    (row,) = await fetch("SELECT id, public_id, urn, name FROM school WHERE urn = '900006'")
    await make.ect(make.School(**dict(row)))


STORED = {
    "schools": "SELECT to_jsonb(s) - '{id,public_id,created_at}'::text[] FROM school s ORDER BY urn",
    "links": "SELECT to_jsonb(l) - '{id,public_id}'::text[] FROM school_link l ORDER BY urn, link_urn",
    "events": """SELECT jsonb_build_array(e.kind, s.urn, e.changes, e.metadata, e.sentence, e.business_date)
        FROM event e LEFT JOIN school s ON s.id = e.school_id WHERE e.kind LIKE 'school%' OR e.kind LIKE 'import%'
        ORDER BY e.kind, s.urn, e.sentence""",
    "runs": """SELECT (to_jsonb(r) || jsonb_build_object('report', r.report - 'seconds'))
            - '{id,public_id}'::text[] FROM register_run r ORDER BY id""",
    "items": """SELECT jsonb_build_array(s.urn, i.kind, i.raised_on, i.settled_at) FROM register_item i
        JOIN school s ON s.id = i.school_id ORDER BY s.urn, i.kind""",
    "closings": "SELECT jsonb_build_array(urn, closed_on, state, successor_urn, acted_on) FROM school_closing",
    "postponed": "SELECT to_jsonb(p) FROM provider_postponed p",
}


async def everything() -> dict[str, list[Any]]:
    """What is stored, without the numbers that rows were given."""
    return {name: [json.loads(row[0]) for row in await fetch(statement)] for name, statement in STORED.items()}


@pytest.mark.rule("REF-3.1", "FLT-40", "REF-1.4")
async def test_a_run_stopped_after_any_part_ends_as_one_that_was_not(database: None, tmp_path: Path) -> None:
    await begun(tmp_path)
    times, unbroken = 0, {}

    def count(time: int) -> None:
        nonlocal times
        times = time

    class TakeBack(Exception):
        """Leaves the schools as they were for the next attempt."""

    with pytest.raises(TakeBack):
        async with transaction():
            report = await run(tmp_path, AFTER, look=count)
            unbroken = await everything()
            raise TakeBack
    names = ("new", "changed", "unchanged", "absent", "schools_continued")
    assert [report.counts[name] for name in names] == [5, CHANGED, SAME, 1, 1]
    assert times == 7

    for last in range(1, times + 1):

        def stop(time: int, last: int = last) -> None:
            if time == last:
                raise Stopped

        with pytest.raises(TakeBack):
            async with transaction():
                with pytest.raises(Stopped):
                    await run(tmp_path, AFTER, look=stop)
                assert (await run(tmp_path, AFTER)).counts == report.counts
                assert await everything() == unbroken, f"stopped after part {last}"
                assert (await run(tmp_path, AFTER)).state == "nothing_to_do"
                raise TakeBack


@pytest.mark.rule("REF-3.1", "REF-3.2")
async def test_a_first_load_that_was_stopped_stays_silent(database: None, tmp_path: Path) -> None:
    def stop(time: int) -> None:
        if time == 2:
            raise Stopped

    with pytest.raises(Stopped):
        await run(tmp_path, BEFORE, DAY, look=stop)
    assert len(await fetch("SELECT FROM school")) == 2 * PART
    await run(tmp_path, BEFORE, DAY)
    assert len(await fetch("SELECT FROM school")) == len(BEFORE)
    assert [row["kind"] for row in await fetch("SELECT kind FROM event")] == ["import_run_finished"]


@pytest.mark.rule("REF-2.11")
@pytest.mark.parametrize("dry_run", [False, True], ids=["run", "dry run"])
async def test_between_two_parts_nobody_is_held(committed_database: str, tmp_path: Path, *, dry_run: bool) -> None:
    await begun(tmp_path)
    stored: list[int] = []
    with psycopg.connect(committed_database, autocommit=True) as other:

        def look(_: int) -> None:
            other.execute("SELECT id FROM school WHERE urn < '900006' FOR UPDATE NOWAIT")
            assert other.execute("SELECT pg_try_advisory_xact_lock(%s)", [CHAIN_LOCK]).fetchone() == (True,)
            counted = other.execute("SELECT count(*) FROM school WHERE version > 1 OR urn >= '900030'").fetchone() or ()
            stored.append(counted[0] - SAME)

        await run(tmp_path, AFTER, look=look, dry_run=dry_run)
    if dry_run:
        assert set(stored) == {0}
        return
    steps = [now - before for before, now in zip([0, *stored], stored, strict=False)]
    assert stored[-1] == 5 + CHANGED
    assert max(steps) == PART


@pytest.mark.rule("REF-2.8", "REF-3.1")
async def test_a_refused_run_leaves_links_and_schools_as_they_were(database: None, tmp_path: Path) -> None:
    await begun(tmp_path)
    before = await everything()
    refused = await run(tmp_path, [row | {"LastChangedDate": "12-10-2026"} for row in AFTER])
    assert refused.state == "refused"
    after = await everything()
    assert {name: after[name] for name in ("schools", "links", "postponed")} == {
        name: before[name] for name in ("schools", "links", "postponed")
    }
    assert [row["state"] for row in after["runs"]] == ["done", "refused"]


@pytest.mark.rule("REF-1.2", "REF-2.8")
async def test_two_runs_at_once_exclude_each_other(committed_database: str, tmp_path: Path) -> None:
    await begun(tmp_path)
    outcomes = await asyncio.gather(run(tmp_path, AFTER), run(tmp_path, AFTER), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {AnotherRun, Report}
    assert len(await fetch("SELECT FROM event WHERE kind = 'school_details_changed'")) == CHANGED


@pytest.mark.rule("ADM-13.3", "REF-3.1")
async def test_an_upload_whose_run_was_stopped_goes_on_with_it(
    database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(tmp_path)
    dee, file = Actor(ActorKind.STAFF, "Dee Data"), write_register(tmp_path / "two.csv", AFTER)
    with clock.at(clock.at_noon(NEXT)):
        files = [(file.name, file.read_bytes())]
        number = await bring_files(BringFiles(SCHOOL_REGISTER, files), packed(files), dee)
        await run_uploads()
        found = await upload(number)
        assert found is not None
        await apply_upload(ApplyUpload(number, found.hash, "Asked by the register", ""), dee)
        with monkeypatch.context() as killed:
            killed.setattr(store_register.Storing, "_marks", _stop)
            with pytest.raises(Stopped):
                await run_uploads()
        await fetch("UPDATE import_upload SET updated_at = updated_at - interval '1 hour'")
        assert await run_uploads() == 1
        done = await upload(number)
    assert done is not None
    assert (done.state, done.report["counts"]["changed"]) == ("done", CHANGED)
    assert [row["state"] for row in (await everything())["runs"]] == ["done", "done"]


async def _stop(_: object) -> None:
    raise Stopped
