"""The two command groups as an operator meets them: exit codes, report file, one run at a time."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, NoReturn

import psycopg
import pytest

from app.db.console import run_on_database
from app.db.engine import fetch
from app.db.migrations import at_head
from app.db.transaction import transaction
from app.demo.migrated import load_history
from app.refdata.export import export_set
from app.refdata.findings import AnotherRun
from app.refdata.load_induction import load_induction
from app.refdata.runs import LOCK, take_lock
from app.terms import SYSTEM
from tests.refdata.files import NATIONAL, SCHOOL, fillers, school, write_register, write_set

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from pathlib import Path

    from app.refdata.report import Report

PROGRAM = "import sys; from app.refdata import command; getattr(command, sys.argv.pop(1))()"


async def register(*words: object, database: str, **environment: str) -> tuple[int, str, str]:
    """Run `register …` as a process of its own; returns exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", PROGRAM, *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"DATABASE_URL": database, "ENVIRONMENT": "test"} | environment,
    )
    out, err = await process.communicate()
    assert b"Traceback" not in err, err.decode()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.rule("REF-1.2")
@pytest.mark.rule("OPS-13")
async def test_reference_data_from_the_command_line(committed_database: str, tmp_path: Path) -> None:
    url = committed_database
    assert (await register("refdata", "check", NATIONAL, database=url))[:2] == (0, "national: no errors\n")
    report = tmp_path / "report.txt"
    code, out, _ = await register("refdata", "load", NATIONAL, "--report", report, database=url)
    assert (code, out.splitlines()[-1]) == (0, "national: done")
    assert "new contract_periods 2026" in report.read_text(encoding="utf-8")
    (event,) = await fetch("SELECT actor_kind FROM event WHERE kind = 'reference_data_loaded'")
    assert event["actor_kind"] == "operator"
    code, out, _ = await register("refdata", "load", write_set(tmp_path / "bad", pairings="x\n"), database=url)
    assert (code, "pairings.csv:1:x HEADER_UNKNOWN" in out) == (1, True)
    assert (await register("refdata", "load", tmp_path / "nowhere", database=url))[0] == 2


@pytest.mark.rule("REF-1.2")
@pytest.mark.rule("OPS-13")
async def test_the_school_register_from_the_command_line(committed_database: str, tmp_path: Path) -> None:
    url = committed_database
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(20)])
    words = ("schools", "import", "--establishments", file, "--as-of", "2026-11-02")
    code, out, err = await register(*words, database=url)
    assert (code, out.splitlines()[-1], "reading one.csv" in err) == (0, "school register: done", True)
    assert (await register(*words, database=url))[:2] == (0, "school register: nothing to do\n")
    few = write_register(tmp_path / "few.csv", [school(900_001)])
    code, out, _ = await register("schools", "import", "--establishments", few, database=url)
    assert (code, "--accept-shrink" in out) == (3, True)
    (run,) = await fetch("SELECT business_date FROM register_run WHERE state = 'done'")
    assert run["business_date"].isoformat() == "2026-11-02"


@pytest.mark.rule("REF-1.2")
@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--report", "/nowhere/report.txt", "can't be written"),
        ("--as-of", "0001-01-01", "2000 to 2099"),
        ("--as-of", "9999-12-31", "2000 to 2099"),
    ],
)
async def test_wrong_use_is_said_before_anything_is_done(
    committed_database: str, tmp_path: Path, option: str, value: str, words: str
) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL, *fillers(20)])
    code, _, err = await register(
        "schools", "import", "--establishments", file, option, value, database=committed_database
    )
    assert (code, words in err) == (2, True), err
    assert await fetch("SELECT FROM register_run") == []


@pytest.mark.rule("REF-1.2")
def test_ctrl_c_ends_with_words_and_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(work: Coroutine[object, object, object]) -> NoReturn:
        work.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", pressed)
    with pytest.raises(SystemExit) as ended:
        run_on_database(at_head)
    assert (ended.value.code, "run it again" in capsys.readouterr().err) == (130, True)


@pytest.mark.rule("REF-1.2")
async def test_one_run_at_a_time(committed_database: str, tmp_path: Path) -> None:
    file = write_register(tmp_path / "one.csv", [SCHOOL])
    async with transaction():
        await take_lock()
        loading = await register("refdata", "load", NATIONAL, database=committed_database)
        importing = await register("schools", "import", "--establishments", file, database=committed_database)
    assert (loading[0], importing[0]) == (4, 4)
    assert "Another run" in loading[2]
    assert "Another run" in importing[2]


@pytest.mark.rule("REF-1.2")
@pytest.mark.parametrize(
    "work",
    [
        lambda path: load_induction(path, dry_run=False, actor=SYSTEM),
        lambda path: load_history(path, dry_run=False, actor=SYSTEM),
        lambda path: export_set(path.parent / "exported"),
    ],
    ids=["induction", "history", "export"],
)
async def test_records_history_and_an_export_wait_for_another_run_too(
    committed_database: str, tmp_path: Path, work: Callable[[Path], Awaitable[Report]]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("trn\n", encoding="utf-8")
    with psycopg.connect(committed_database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(AnotherRun):
            await work(file)


@pytest.mark.rule("REF-1.2")
async def test_a_database_that_cannot_be_reached(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    code, _, err = await register("refdata", "check", write_set(tmp_path), database=nowhere)
    assert (code, "database" in err) == (4, True)
