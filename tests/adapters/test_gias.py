"""The clients of the school register against its stand-in: files whole, or the reason why there are none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app import clock
from app.adapters.breaker import FAILURES, CircuitBreaker
from app.adapters.gias import LIMITS, GIASDownload, GIASExtract
from app.adapters.gias_wire import ExtractLogin
from app.db.engine import fetch
from app.jobs.school_register import Nightly
from app.refdata.download import download_schools
from app.schools.gias import Files, NotYet, Refused, Unavailable
from app.stand_ins.gias import DOWNLOADS, EXTRACT_ID, PASSWORD, SERVICE, USER, running_stand_in
from app.terms import SYSTEM, FailureCause
from tests.refdata.files import EXTRACT, LINKS, SCHOOL, fillers, table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from app.schools.gias import FetchOutcome

TODAY = date(2026, 11, 2)
ROWS = [SCHOOL, *fillers(30)]
LINK = {"URN": "900001", "LinkURN": "910000", "LinkType": "Other"}
SOON = replace(LIMITS, attempt=1, step=3)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    content = {"establishments": table(EXTRACT, ROWS), "links": table(LINKS, [LINK])}
    async with running_stand_in(content, as_of=TODAY) as address:
        yield address


def source_of(
    kind: str, url: str, password: str = PASSWORD, breaker: CircuitBreaker | None = None
) -> GIASDownload | GIASExtract:
    if kind == "download":
        return GIASDownload(url + DOWNLOADS, SOON, breaker)
    return GIASExtract(url + SERVICE, ExtractLogin(EXTRACT_ID, USER, password), SOON, breaker)


async def set_fault(url: str, **fault: Any) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as control:
        answer = await control.put("/__stand-in/faults", content=json.dumps([fault]))
        assert answer.status_code == 204, answer.text


async def fetched(kind: str, url: str, folder: Path, day: date = TODAY, **more: str) -> FetchOutcome:
    source = source_of(kind, url, **more)
    try:
        return await source.fetch(day, folder)
    finally:
        await source.close()


@pytest.mark.rule("EXT-4.3")
async def test_both_files_of_the_day_are_downloaded(url: str, tmp_path: Path) -> None:
    outcome = await fetched("download", url, tmp_path)
    assert isinstance(outcome, Files)
    assert outcome.establishments[0].name == "edubasealldata20261102.csv"
    assert outcome.establishments[0].read_text("cp1252") == table(EXTRACT, ROWS).replace("\r\n", "\n")
    assert outcome.links is not None


@pytest.mark.rule("EXT-4.3")
@pytest.mark.parametrize(("ahead", "found"), [(0, True), (3, True), (4, False)])
async def test_files_of_up_to_three_days_before_are_taken(url: str, tmp_path: Path, ahead: int, found: bool) -> None:
    outcome = await fetched("download", url, tmp_path, TODAY + timedelta(days=ahead))
    assert isinstance(outcome, Files if found else NotYet)
    if isinstance(outcome, Files):
        assert outcome.source_name == "edubasealldata20261102.csv"


@pytest.mark.rule("EXT-4.3")
async def test_both_files_are_of_the_same_day(url: str, tmp_path: Path) -> None:
    await set_fault(url, match={"path": f"{DOWNLOADS}links_edubasealldata20261102.csv"}, answer="missing_file")
    outcome = await fetched("download", url, tmp_path)
    assert isinstance(outcome, Files)
    assert (outcome.establishments[0].name, outcome.links and outcome.links.name) == (
        "edubasealldata20261101.csv",
        "links_edubasealldata20261101.csv",
    )


@pytest.mark.rule("EXT-4.2")
@pytest.mark.rule("REF-2.1")
async def test_the_extract_is_one_archive_whose_members_are_known_by_their_headers(
    database: None, url: str, tmp_path: Path
) -> None:
    outcome = await fetched("extract", url, tmp_path)
    assert isinstance(outcome, Files)
    assert [path.name for path in tmp_path.iterdir()] == ["extract20261102.zip"]
    source = source_of("extract", url)
    with clock.at(clock.at_noon(TODAY)):
        report = await download_schools(source, actor=SYSTEM)
    await source.close()
    assert (report.state, report.counts["new"], report.counts["links_new"]) == ("done", len(ROWS), 1)


@pytest.mark.rule("EXT-4.2")
async def test_wrong_credentials_are_refused_with_the_registers_reason(url: str, tmp_path: Path) -> None:
    assert await fetched("extract", url, tmp_path, password="wrong") == Refused("Authentication failed")


FAULTS = {
    "server_error": {FailureCause.SERVER_ERROR},
    "bad_gateway_html": {FailureCause.SERVER_ERROR},
    "unavailable": {FailureCause.SERVER_ERROR},
    "html_200": {FailureCause.CONTRACT},
    "truncated_json": {FailureCause.CONTRACT},
    "rate_limited": {FailureCause.RATE_LIMITED},
    "drop_connection": {FailureCause.CONNECT, FailureCause.CONTRACT},
    "drip": {FailureCause.TIMEOUT},
}


@pytest.mark.rule("EXT-4.3")
@pytest.mark.rule("EXT-1.2")
@pytest.mark.rule("EXT-1.5")
@pytest.mark.parametrize("kind", ["download", "extract"])
@pytest.mark.parametrize(("answer", "causes"), FAULTS.items(), ids=FAULTS)
async def test_each_fault_has_its_cause(
    url: str, tmp_path: Path, kind: str, answer: str, causes: set[FailureCause]
) -> None:
    await set_fault(url, answer=answer)
    outcome = await fetched(kind, url, tmp_path)
    assert isinstance(outcome, Unavailable)
    assert outcome.cause in causes


@pytest.mark.rule("EXT-4.1")
@pytest.mark.parametrize("answer", ["unauthorised", "forbidden"])
@pytest.mark.parametrize("kind", ["download", "extract"])
async def test_credentials_that_are_not_accepted(url: str, tmp_path: Path, kind: str, answer: str) -> None:
    await set_fault(url, answer=answer)
    assert isinstance(await fetched(kind, url, tmp_path), Refused)


@pytest.mark.rule("EXT-4.2")
async def test_a_broken_archive_is_against_the_contract_and_a_fault_is_refused(url: str, tmp_path: Path) -> None:
    await set_fault(url, answer="broken_zip")
    assert await fetched("extract", url, tmp_path) == Unavailable(FailureCause.CONTRACT)
    await set_fault(url, answer="fault")
    assert await fetched("extract", url, tmp_path) == Refused("The extract could not be made")


APPLIED = {"half_rows": "refused", "missing_header": "invalid", "bad_bytes": "done", "fault": "unavailable"}


@pytest.mark.rule("EXT-4.4")
@pytest.mark.rule("REF-2.8")
@pytest.mark.parametrize(("answer", "state"), APPLIED.items(), ids=APPLIED)
async def test_whatever_comes_ends_in_a_report_and_keeps_the_rest(
    database: None, url: str, answer: str, state: str
) -> None:
    source = source_of("extract", url)
    with clock.at(clock.at_noon(TODAY - timedelta(days=1))):
        await download_schools(source, actor=SYSTEM)
    before = await fetch("SELECT * FROM school ORDER BY id")
    await set_fault(url, answer=answer)
    with clock.at(clock.at_noon(TODAY)):
        report = await download_schools(source, actor=SYSTEM)
    await source.close()
    assert report.state == state, report.in_full()
    if state != "done":
        assert await fetch("SELECT * FROM school ORDER BY id") == before


@pytest.mark.rule("EXT-4.4")
async def test_the_night_brings_the_register_in_once_a_day(database: None, url: str) -> None:
    source = source_of("download", url)
    nightly = Nightly(source)
    done = []
    for hour in (2, 3, 4, 12):
        with clock.at(clock.at_noon(TODAY).replace(hour=hour)):
            done.append(await nightly.run())
    await source.close()
    assert done == [0, 1, 0, 0]
    assert len(await fetch("SELECT 1 FROM register_run WHERE state = 'done'")) == 1


@pytest.mark.rule("EXT-4.4")
async def test_a_night_without_files_is_noted_and_tried_again(database: None, url: str) -> None:
    source = source_of("download", url)
    await set_fault(url, answer="server_error")
    with clock.at(clock.at_noon(TODAY)):
        assert await Nightly(source).run() == 0
    rows = await fetch("SELECT state, report ->> 'refusal' AS reason FROM register_run")
    assert [tuple(row) for row in rows] == [("unavailable", "the register reported a fault of its own")]
    await set_fault(url, answer="html_200", times=1, match={"operation": "extract"})
    with clock.at(clock.at_noon(TODAY)):
        assert await Nightly(source).run() == 1
    await source.close()


@pytest.mark.rule("EXT-4.5")
@pytest.mark.rule("EXT-1.9")
async def test_nothing_of_the_files_is_logged(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        await fetched("extract", url, tmp_path, password="wrong")
        await fetched("extract", url, tmp_path)
    said = caplog.text + " ".join(str(vars(record)) for record in caplog.records)
    assert "amberley.example" not in said
    assert "wrong" not in said


@pytest.mark.rule("EXT-1.6")
@pytest.mark.parametrize("kind", ["download", "extract"])
async def test_a_register_that_is_down_is_left_alone_for_a_while(url: str, tmp_path: Path, kind: str) -> None:
    seconds = 0.0
    source = source_of(kind, url, breaker=CircuitBreaker(lambda: seconds))
    await set_fault(url, answer="server_error")
    outcomes = [await source.fetch(TODAY, tmp_path) for _ in range(FAILURES + 1)]
    assert outcomes == [Unavailable(FailureCause.SERVER_ERROR)] * FAILURES + [Unavailable(FailureCause.BREAKER_OPEN)]
    await set_fault(url, match={"operation": "wsdl"})
    seconds = 31.0
    assert isinstance(await source.fetch(TODAY, tmp_path), Files)
    assert source.health().breaker == "closed"
    await source.close()


@pytest.mark.rule("EXT-1.6")
async def test_wrong_credentials_open_no_breaker_and_raise_an_alarm(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = source_of("download", url, breaker=CircuitBreaker())
    await set_fault(url, answer="unauthorised")
    with caplog.at_level("INFO", "register.outside"):
        for _ in range(FAILURES + 1):
            assert isinstance(await source.fetch(TODAY, tmp_path), Refused)
    assert {(record.levelname, vars(record)["alarm"]) for record in caplog.records} == {("ERROR", True)}
    health = source.health()
    assert (health.breaker, health.last_cause, health.last_success) == ("closed", FailureCause.MISCONFIGURED, None)
    await source.close()


WRONG = {
    ("download", "nothing"): "",
    ("download", "server_error"): "it reported a fault of its own",
    ("download", "forbidden"): "it refused: the register does not accept our credentials",
    ("extract", "nothing"): "",
    ("extract", "fault"): "it refused: The extract could not be made",
    ("extract", "html_200"): "it answered in an unexpected form",
}


@pytest.mark.rule("EXT-1.14")
@pytest.mark.parametrize(("asked", "words"), WRONG.items(), ids=[" ".join(key) for key in WRONG])
async def test_what_is_wrong_is_said_in_words(url: str, asked: tuple[str, str], words: str) -> None:
    kind, answer = asked
    if answer != "nothing":
        await set_fault(url, answer=answer)
    source = source_of(kind, url)
    assert await source.fault(TODAY) == words
    assert await source.fault(TODAY + timedelta(days=9)) == (words or _at_another_time(kind))
    await source.close()


def _at_another_time(kind: str) -> str:
    return "there are no files of today or of the 3 days before" if kind == "download" else ""
