"""What each answer of the Teaching Record System means, over real HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app import clock
from app.adapters.trs import TRSClient
from app.teachers.prohibition import Alert
from app.teachers.trs import (
    Deactivated,
    Found,
    Matched,
    Merged,
    NotFound,
    NotMatched,
    SecondFactDiffers,
    TeachingRecord,
    Unavailable,
)
from app.terms import TRN, FailureCause, TRSInductionStatus
from app.values import DateOfBirth, NationalInsuranceNumber
from tests.adapters.conftest import KEY, Outside
from tests.adapters.people import (
    ACTIVE,
    DEACTIVATED,
    MERGED,
    NUMBER,
    PENSIONS_NUMBER,
    SURVIVOR,
    TWICE_MERGED,
    UNKNOWN,
    people_file,
)

ROOT = Path(__file__).parents[2]
BORN = DateOfBirth(date(1998, 2, 14))
OTHER_DAY = DateOfBirth(date(1998, 2, 15))
RIGHT_NUMBER = NationalInsuranceNumber(NUMBER)
OTHER_NUMBER = NationalInsuranceNumber("JX000099A")
CONTRACT = Unavailable(FailureCause.CONTRACT)
MISCONFIGURED = Unavailable(FailureCause.MISCONFIGURED)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RECORD = TeachingRecord(
    trn=TRN(ACTIVE),
    first_name="Aled",
    last_name="Prosser",
    induction_status=TRSInductionStatus.IN_PROGRESS,
    induction_start_date=date(2025, 9, 1),
    induction_completed_date=date(2026, 3, 1),
    qts_awarded_on=date(2025, 7, 15),
    alerts=(
        Alert(UUID("790410c1-b884-4cdd-8db9-64a042ab54ae"), "31/12/2030"),
        Alert(UUID("b2b19019-b165-47a3-8745-3297ff152581"), "2021-01-01"),
    ),
    read_at=NOW,
)


@pytest.mark.rule("EXT-2.1")
@pytest.mark.rule("EXT-2.10")
async def test_each_way_of_asking_brings_the_same_record_and_no_more(trs: TRSClient) -> None:
    with clock.at(NOW):
        assert await trs.match_by_date_of_birth(TRN(ACTIVE), BORN) == Matched(RECORD)
        assert await trs.match_by_national_insurance_number(TRN(ACTIVE), RIGHT_NUMBER) == Matched(RECORD)
        assert await trs.read(TRN(ACTIVE)) == Found(RECORD)


@pytest.mark.rule("FLT-32")
@pytest.mark.rule("EXT-2.2")
@pytest.mark.rule("EXT-2.12")
@pytest.mark.rule("IDN-02")
@pytest.mark.parametrize(
    ("trn", "by_birth", "by_number", "again"),
    [
        pytest.param(ACTIVE, SecondFactDiffers(), SecondFactDiffers(), None, id="EXT-2.2 another second fact"),
        pytest.param(UNKNOWN, NotFound(), SecondFactDiffers(), NotFound(), id="EXT-2.12 404 with 10001"),
        pytest.param(MERGED, *[Merged(TRN(SURVIVOR))] * 3, id="EXT-2.13 308, even with a wrong second fact"),
        pytest.param(TWICE_MERGED, *[Merged(TRN(SURVIVOR))] * 3, id="EXT-2.12 308 names the final survivor"),
        pytest.param(DEACTIVATED, *[Deactivated()] * 3, id="EXT-2.12 410, even with a wrong second fact"),
    ],
)
async def test_second_facts_that_differ_and_records_that_are_gone(
    trs: TRSClient, trn: TRN, by_birth: object, by_number: object, again: object
) -> None:
    assert await trs.match_by_date_of_birth(trn, OTHER_DAY) == by_birth
    assert await trs.match_by_national_insurance_number(trn, OTHER_NUMBER) == by_number
    if again is not None:
        assert await trs.read(trn) == again


@pytest.mark.rule("EXT-2.4")
@pytest.mark.parametrize("typed", [NUMBER, "jx 00 00 11 a", "JX-00-00-11-A", PENSIONS_NUMBER])
async def test_a_number_matches_however_it_was_typed_and_from_pensions_data(trs: TRSClient, typed: str) -> None:
    assert isinstance(
        await trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber(typed)), Matched
    )


@pytest.mark.rule("FLT-31")
@pytest.mark.rule("EXT-2.12", "EXT-2.17", "EXT-1.1", "EXT-1.8")
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"answer": "unauthorised"}, MISCONFIGURED),
        ({"answer": "forbidden"}, MISCONFIGURED),
        ({"answer": "wrong_route"}, MISCONFIGURED),
        ({"answer": "rate_limited"}, Unavailable(FailureCause.RATE_LIMITED)),
        ({"answer": "rate_limited", "retry_after": 17}, Unavailable(FailureCause.RATE_LIMITED, 17)),
        ({"answer": "server_error"}, Unavailable(FailureCause.SERVER_ERROR)),
        ({"answer": "bad_gateway_html"}, Unavailable(FailureCause.SERVER_ERROR)),
        ({"answer": "unavailable"}, Unavailable(FailureCause.SERVER_ERROR)),
        ({"answer": "unavailable", "status": 599, "retry_after": 5}, Unavailable(FailureCause.SERVER_ERROR, 5)),
        ({"answer": "truncated_json"}, CONTRACT),
        ({"answer": "html_200"}, CONTRACT),
        ({"answer": "drop_connection"}, Unavailable(FailureCause.CONNECT)),
        ({"answer": "lose_answer"}, Unavailable(FailureCause.CONNECT)),
        ({"answer": "missing_section", "section": "alerts"}, CONTRACT),
        ({"answer": "missing_section", "section": "induction"}, CONTRACT),
        ({"answer": "null_section", "section": "alerts"}, CONTRACT),
        ({"answer": "null_section", "section": "induction"}, CONTRACT),
        ({"answer": "unknown_enum"}, CONTRACT),
        ({"answer": "other_trn"}, CONTRACT),
        ({"answer": "redirect_elsewhere"}, CONTRACT),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_what_is_no_answer_is_unavailable_with_its_cause(
    trs: TRSClient, outside: Outside, fault: dict[str, object], outcome: Unavailable
) -> None:
    await outside.fail(fault)
    assert await trs.match_by_date_of_birth(TRN(ACTIVE), BORN) == outcome
    assert await trs.match_by_national_insurance_number(TRN(ACTIVE), RIGHT_NUMBER) == outcome
    assert await trs.read(TRN(ACTIVE)) == outcome


@pytest.mark.rule("EXT-2.17")
@pytest.mark.parametrize("kind", ["missing_section", "null_section"])
async def test_a_record_without_qualification_is_a_whole_answer(trs: TRSClient, outside: Outside, kind: str) -> None:
    await outside.fail({"answer": kind, "section": "qts"})
    found = await trs.read(TRN(ACTIVE))
    assert isinstance(found, Found)
    assert found.record.qts_awarded_on is None


@pytest.mark.rule("EXT-2.2")
@pytest.mark.rule("EXT-2.12")
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("server_error", FailureCause.SERVER_ERROR),
        ("unauthorised", FailureCause.MISCONFIGURED),
        ("wrong_route", FailureCause.MISCONFIGURED),
        ("html_200", FailureCause.CONTRACT),
        ("truncated_json", FailureCause.CONTRACT),
        ("other_trn", FailureCause.CONTRACT),
        ("redirect_elsewhere", FailureCause.CONTRACT),
    ],
)
async def test_a_probe_that_fails_leaves_the_person_undecided(
    trs: TRSClient, outside: Outside, answer: str, cause: FailureCause
) -> None:
    await outside.fail({"match": {"operation": "get_person"}, "answer": answer})
    assert await trs.match_by_date_of_birth(TRN(ACTIVE), OTHER_DAY) == Unavailable(cause)


@pytest.mark.rule("EXT-2.8")
@pytest.mark.parametrize(
    ("key", "version"),
    [("wrong", "20260120"), ("no-role", "20260120"), (KEY, "20240101"), (KEY, "20991231")],
    ids=["unknown key", "key without the role", "old version", "unknown version"],
)
async def test_a_wrong_key_or_version_is_never_not_found(outside: Outside, key: str, version: str) -> None:
    client = TRSClient(outside.url, key, api_version=version)
    assert await client.read(TRN(UNKNOWN)) == MISCONFIGURED
    await client.close()


@pytest.mark.rule("EXT-1.2")
@pytest.mark.parametrize(
    ("address", "cause"),
    [("", FailureCause.MISCONFIGURED), ("http://127.0.0.1:1", FailureCause.CONNECT)],
    ids=["no address", "nobody listening"],
)
async def test_an_address_that_leads_nowhere_is_an_outcome(address: str, cause: FailureCause) -> None:
    client = TRSClient(address, KEY)
    assert await client.read(TRN(ACTIVE)) == Unavailable(cause)
    await client.close()


@pytest.mark.rule("EXT-2.6")
@pytest.mark.parametrize("trn", ["", "990001", "99000111", "99000/1", "٩٩٠٠٠١١", "9900011\n", "find"])
async def test_only_seven_digits_are_ever_put_in_a_path(trs: TRSClient, outside: Outside, trn: str) -> None:
    with pytest.raises(ValueError, match="seven ASCII digits"):
        await trs.read(TRN(trn))
    assert await outside.requests() == []


@pytest.mark.rule("EXT-1.14")
async def test_health_tells_the_last_answers_without_asking(trs: TRSClient, outside: Outside) -> None:
    await trs.read(TRN(UNKNOWN))
    await outside.fail({"answer": "html_200"})
    await trs.read(TRN(UNKNOWN))
    asked = len(await outside.requests())
    health = trs.health()
    assert (health.breaker, health.last_cause) == ("off", FailureCause.CONTRACT)
    assert health.last_success is not None
    assert health.last_failure is not None
    assert health.last_success <= health.last_failure
    assert len(await outside.requests()) == asked


@pytest.mark.rule("EXT-1.4")
async def test_an_answer_of_over_two_megabytes_is_refused(trs: TRSClient, outside: Outside) -> None:
    people = people_file()
    people["people"][0]["alerts"][0]["details"] = "x" * 2_100_000  # type: ignore[index]
    await outside.serve(people)
    assert await trs.read(TRN(ACTIVE)) == CONTRACT


@pytest.mark.rule("EXT-1.3")
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_there_is_one_http_client_library(lock: str) -> None:
    names = {line.partition("==")[0] for line in (ROOT / lock).read_text(encoding="utf-8").splitlines()}
    assert "httpx" in names
    assert "httpx2" not in names


@pytest.mark.rule("EXT-2.7")
async def test_many_are_asked_about_at_once_and_told_apart_by_trn(trs: TRSClient, outside: Outside) -> None:
    pairs = {TRN(UNKNOWN): BORN, TRN(SURVIVOR): BORN, TRN(MERGED): BORN, TRN(ACTIVE): BORN}
    found = await trs.match_many(pairs)
    assert not isinstance(found, Unavailable)
    assert list(found) == list(pairs)
    assert [trn for trn, outcome in found.items() if isinstance(outcome, Matched) and outcome.record.trn == trn] == [
        SURVIVOR,
        ACTIVE,
    ]
    assert [trn for trn, outcome in found.items() if outcome == NotMatched()] == [UNKNOWN, MERGED]
    assert await trs.match_many({TRN(ACTIVE): OTHER_DAY}) == {TRN(ACTIVE): NotMatched()}
    assert [one["operation"] for one in await outside.requests()] == ["find_persons", "find_persons"]


@pytest.mark.rule("EXT-2.7", "EXT-2.17")
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"answer": "rate_limited", "retry_after": 9}, Unavailable(FailureCause.RATE_LIMITED, 9)),
        ({"answer": "other_trn"}, CONTRACT),
        ({"answer": "missing_section", "section": "alerts"}, CONTRACT),
        ({"answer": "truncated_json"}, CONTRACT),
    ],
)
async def test_an_answer_about_many_that_is_none_is_one_for_all(
    trs: TRSClient, outside: Outside, fault: dict[str, object], outcome: Unavailable
) -> None:
    await outside.fail(fault)
    assert await trs.match_many({TRN(ACTIVE): BORN, TRN(SURVIVOR): BORN}) == outcome


@pytest.mark.rule("EXT-2.7")
@pytest.mark.parametrize("number", [0, 101])
async def test_nobody_and_more_than_a_hundred_are_not_asked_about(
    trs: TRSClient, outside: Outside, number: int
) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        await trs.match_many({TRN(f"{trn:07}"): BORN for trn in range(number)})
    assert await outside.requests() == []
