"""The stand-in keeps the wire contract, and can be steered."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.stand_ins.trs import running_stand_in
from tests.adapters.contract import trs as contract
from tests.adapters.people import ACTIVE, DEACTIVATED, MERGED, NUMBER, SURVIVOR, TWICE_MERGED, UNKNOWN, people_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEADERS = {"Authorization": "Bearer stand-in-trs-key", "X-Api-Version": "20260120"}
SECTIONS = "include=Alerts,Induction"
BORN = "1998-02-14"


@pytest.fixture(scope="session")
async def url() -> AsyncIterator[str]:
    async with running_stand_in(people_file(), as_of=date(2026, 3, 10)) as address:
        yield address


@pytest.fixture
async def wire(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, trust_env=False) as client:
        assert (await client.put("/__stand-in/data", json=people_file())).status_code == 204
        await client.delete("/__stand-in/requests")
        yield client


async def find(wire: httpx.AsyncClient, *pairs: tuple[str, str]) -> httpx.Response:
    persons = [{"trn": trn, "dateOfBirth": born} for trn, born in pairs]
    return await wire.post("/v3/persons/find", json={"persons": persons})


def problem(answer: httpx.Response) -> tuple[int, int | None]:
    assert answer.headers["content-type"].startswith("application/problem+json")
    return answer.status_code, contract.Problem.model_validate_json(answer.content).errorCode


@pytest.mark.rule("EXT-6.3")
@pytest.mark.rule("EXT-6.7")
@pytest.mark.rule("EXT-2.9")
@pytest.mark.rule("EXT-2.10")
@pytest.mark.rule("EXT-2.11")
@pytest.mark.parametrize("trn", [ACTIVE, SURVIVOR])
async def test_every_answer_has_the_shape_of_the_full_contract(wire: httpx.AsyncClient, trn: str) -> None:
    bare = await wire.get(f"/v3/persons/{trn}")
    assert contract.Bare.model_validate_json(bare.content).trn == trn
    whole = await wire.get(f"/v3/persons/{trn}?{SECTIONS}")
    assert contract.WithSections.model_validate_json(whole.content).trn == trn
    found = await find(wire, (trn, BORN))
    assert contract.Results.model_validate_json(found.content).results[0].trn == trn


@pytest.mark.rule("EXT-6.3")
async def test_closed_alerts_and_unreadable_ends_are_sent_as_they_stand(wire: httpx.AsyncClient) -> None:
    answer = await wire.get(f"/v3/persons/{ACTIVE}?{SECTIONS}")
    whole = contract.WithSections.model_validate_json(answer.content)
    assert [alert.endDate for alert in whole.alerts] == ["31/12/2030", "2021-01-01"]
    again = await wire.get(f"/v3/persons/{ACTIVE}?{SECTIONS}")
    assert again.content == answer.content


@pytest.mark.rule("EXT-2.6")
@pytest.mark.parametrize(
    ("query", "sections"),
    [
        ("", set()),
        ("include=Alerts", {"alerts"}),
        ("include=Alerts,Induction", {"alerts", "induction"}),
        ("include=Alerts&include=Induction", {"alerts"}),
        ("include=Alerts,Inductions", set()),
        ("include=PreviousNames", {"previousNames"}),
    ],
)
async def test_sections_come_only_when_asked_for_in_one_list(
    wire: httpx.AsyncClient, query: str, sections: set[str]
) -> None:
    answer = (await wire.get(f"/v3/persons/{ACTIVE}?{query}")).json()
    assert set(answer) & {"alerts", "induction", "previousNames"} == sections


@pytest.mark.rule("EXT-6.7")
@pytest.mark.rule("EXT-2.9")
async def test_find_knows_active_people_only_and_takes_the_first_of_two_dates(wire: httpx.AsyncClient) -> None:
    gone = await find(wire, (MERGED, BORN), (DEACTIVATED, BORN), (UNKNOWN, BORN), (ACTIVE, "1998-02-15"))
    assert gone.json() == {"total": 0, "results": []}
    assert (await find(wire, (ACTIVE, "1990-01-01"), (ACTIVE, BORN))).json()["total"] == 0
    assert (await find(wire, (ACTIVE, BORN), (ACTIVE, "1990-01-01"), (SURVIVOR, BORN))).json()["total"] == 2


@pytest.mark.rule("EXT-2.9")
@pytest.mark.parametrize(
    "body",
    [
        {"persons": [{"trn": ACTIVE, "dateOfBirth": "14/02/1998"}]},
        {"persons": [{"trn": ACTIVE, "dateOfBirth": "today"}]},
        {"persons": [{"trn": ACTIVE}]},
        {"persons": [{"trn": ACTIVE, "dateOfBirth": BORN}] * 501},
        {"people": []},
        [],
    ],
)
async def test_a_malformed_find_is_a_bad_request(wire: httpx.AsyncClient, body: object) -> None:
    answer = await wire.post("/v3/persons/find", json=body)
    assert problem(answer) == (400, None)
    assert "persons" in answer.json()["errors"]


@pytest.mark.rule("EXT-2.12")
@pytest.mark.rule("EXT-2.13")
@pytest.mark.parametrize("query", ["", f"?{SECTIONS}", f"?{SECTIONS}&nationalInsuranceNumber=CE123456B"])
async def test_records_that_are_gone_say_so_whatever_else_is_asked(wire: httpx.AsyncClient, query: str) -> None:
    for trn in (MERGED, TWICE_MERGED):
        merged = await wire.get(f"/v3/persons/{trn}{query}")
        assert (merged.status_code, merged.headers["location"], merged.content) == (308, f"/v3/persons/{SURVIVOR}", b"")
    assert problem(await wire.get(f"/v3/persons/{DEACTIVATED}{query}")) == (410, 10058)
    assert problem(await wire.get(f"/v3/persons/{UNKNOWN}{query}")) == (404, 10001)


@pytest.mark.rule("EXT-6.7")
async def test_a_number_is_compared_without_case_spaces_and_hyphens(wire: httpx.AsyncClient) -> None:
    for number, status in ((NUMBER, 200), ("jx 00-00 11a", 200), ("JX000012B", 200), ("JX000013A", 404)):
        answer = await wire.get(f"/v3/persons/{ACTIVE}", params={"nationalInsuranceNumber": number})
        assert answer.status_code == status, number
    absent = await wire.get(f"/v3/persons/{SURVIVOR}", params={"nationalInsuranceNumber": NUMBER})
    assert problem(absent) == (404, 10001)


@pytest.mark.rule("EXT-2.8")
@pytest.mark.rule("EXT-6.7")
async def test_versions_keys_and_roles_are_checked(wire: httpx.AsyncClient) -> None:
    path = f"/v3/persons/{ACTIVE}"
    for version in ("", "20240101", "20991231"):
        bare = await wire.get(path, headers={"X-Api-Version": version})
        assert (bare.status_code, bare.content) == (404, b"")
    assert (await wire.get("/v3/teachers")).content == b""
    assert problem(await wire.get(path, headers={"Authorization": "Bearer other"})) == (401, None)
    assert problem(await wire.get(path, headers={"Authorization": "Bearer no-role"})) == (403, 10040)


@pytest.mark.rule("EXT-6.8")
async def test_a_quota_limits_a_key(wire: httpx.AsyncClient) -> None:
    await wire.put("/__stand-in/data", json={"format": 1, "people": [], "quota": {"requests": 2, "seconds": 60}})
    answers = [await wire.get(f"/v3/persons/{UNKNOWN}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60


@pytest.mark.rule("EXT-6.5")
async def test_data_can_be_read_and_replaced_and_mistakes_change_nothing(wire: httpx.AsyncClient) -> None:
    assert (await wire.get("/__stand-in/health")).json() == {"stand_in": "trs", "records": 5}
    assert (await wire.get("/__stand-in/data")).json() == people_file()
    refused = await wire.put("/__stand-in/data", json={"format": 1, "people": [{"trn": 1}, {}]})
    assert refused.status_code == 422
    assert "people[0].trn: a number; write it as text in quotes" in refused.json()["errors"]
    assert (await wire.get("/__stand-in/health")).json()["records"] == 5
    await wire.put("/__stand-in/data", json={"format": 1, "people": []})
    assert (await wire.get(f"/v3/persons/{ACTIVE}")).status_code == 404


@pytest.mark.rule("EXT-6.5")
async def test_requests_are_kept_without_credentials(wire: httpx.AsyncClient) -> None:
    await find(wire, (ACTIVE, BORN))
    await wire.get(f"/v3/persons/{UNKNOWN}?{SECTIONS}")
    answer = await wire.get("/__stand-in/requests")
    first, second = answer.json()
    assert set(first) == {"operation", "method", "path", "query", "body", "status", "time"}
    assert first["body"] == {"persons": [{"trn": ACTIVE, "dateOfBirth": BORN}]}
    assert (second["operation"], second["query"], second["status"]) == ("get_person", SECTIONS, 404)
    assert "stand-in-trs-key" not in answer.text
    await wire.delete("/__stand-in/requests")
    assert (await wire.get("/__stand-in/requests")).json() == []


async def set_faults(wire: httpx.AsyncClient, *faults: dict[str, Any]) -> httpx.Response:
    return await wire.put("/__stand-in/faults", json=list(faults))


@pytest.mark.rule("EXT-6.6")
@pytest.mark.parametrize(
    ("match", "met", "spared"),
    [
        ({"trn": ACTIVE}, f"/v3/persons/{ACTIVE}", f"/v3/persons/{SURVIVOR}"),
        ({"path": f"/v3/persons/{ACTIVE}"}, f"/v3/persons/{ACTIVE}", f"/v3/persons/{SURVIVOR}"),
        ({"operation": "get_person", "trn": ACTIVE}, f"/v3/persons/{ACTIVE}", f"/v3/persons/{SURVIVOR}"),
        ({"operation": "unknown"}, "/v3/other", f"/v3/persons/{ACTIVE}"),
    ],
)
async def test_a_fault_meets_only_whom_it_matches(
    wire: httpx.AsyncClient, match: dict[str, str], met: str, spared: str
) -> None:
    await set_faults(wire, {"match": match, "answer": "server_error"})
    assert (await wire.get(met)).status_code == 500
    assert (await wire.get(spared)).status_code == 200


@pytest.mark.rule("EXT-6.6")
async def test_a_fault_matches_a_trn_in_a_body_too(wire: httpx.AsyncClient) -> None:
    await set_faults(wire, {"match": {"trn": ACTIVE}, "answer": "rate_limited", "retry_after": 7})
    answer = await find(wire, (SURVIVOR, BORN), (ACTIVE, BORN))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert (await find(wire, (SURVIVOR, BORN))).status_code == 200


@pytest.mark.rule("EXT-6.6")
async def test_the_first_match_wins_as_often_as_it_says(wire: httpx.AsyncClient) -> None:
    await set_faults(wire, {"answer": "unavailable", "status": 504, "times": 2}, {"answer": "wrong_route"})
    codes = [(await wire.get(f"/v3/persons/{ACTIVE}")).status_code for _ in range(4)]
    assert codes == [504, 504, 404, 404]
    assert (await wire.get("/__stand-in/faults")).json() == [{"answer": "wrong_route"}]
    await wire.delete("/__stand-in/faults")
    assert (await wire.get(f"/v3/persons/{ACTIVE}")).status_code == 200


@pytest.mark.rule("EXT-6.6")
@pytest.mark.rule("EXT-6.8")
async def test_a_person_can_carry_a_fault(wire: httpx.AsyncClient) -> None:
    people = people_file()
    people["people"][0]["faults"] = [{"answer": "forbidden"}]  # type: ignore[index]
    await wire.put("/__stand-in/data", json=people)
    assert problem(await wire.get(f"/v3/persons/{ACTIVE}")) == (403, 10040)
    assert (await wire.get(f"/v3/persons/{SURVIVOR}")).status_code == 200


@pytest.mark.rule("EXT-6.6")
async def test_a_fault_nobody_knows_is_refused(wire: httpx.AsyncClient) -> None:
    refused = await set_faults(wire, {"answer": "explode", "retry_after": -1})
    assert refused.status_code == 422
    assert [line.partition(":")[0] for line in refused.json()["errors"]] == [
        "faults[0].retry_after",
        "faults[0].answer",
    ]


@pytest.mark.rule("EXT-6.6")
@pytest.mark.parametrize("section", ["alerts", "induction", "qts"])
async def test_a_section_can_be_missing_or_null_in_both_operations(wire: httpx.AsyncClient, section: str) -> None:
    async def answers() -> list[dict[str, object]]:
        got = await wire.get(f"/v3/persons/{ACTIVE}?{SECTIONS}")
        return [got.json(), (await find(wire, (ACTIVE, BORN))).json()["results"][0]]

    await set_faults(wire, {"answer": "missing_section", "section": section})
    assert [section in answer for answer in await answers()] == [False, False]
    await set_faults(wire, {"answer": "null_section", "section": section})
    assert [answer[section] for answer in await answers()] == [None, None]


@pytest.mark.rule("EXT-6.6")
async def test_connections_are_dropped_before_or_after_the_work(wire: httpx.AsyncClient) -> None:
    for answer, status in (("drop_connection", None), ("lose_answer", 200)):
        await set_faults(wire, {"answer": answer})
        await wire.delete("/__stand-in/requests")
        with pytest.raises(httpx.TransportError):
            await wire.get(f"/v3/persons/{ACTIVE}")
        assert [entry["status"] for entry in (await wire.get("/__stand-in/requests")).json()] == [status]


@pytest.mark.rule("EXT-6.6")
async def test_an_answer_can_drip_and_can_be_cut(wire: httpx.AsyncClient) -> None:
    await set_faults(wire, {"answer": "drip"})
    async with wire.stream("GET", f"/v3/persons/{UNKNOWN}") as response:
        first = await asyncio.wait_for(anext(response.aiter_raw()), 5)
    assert first == b"{"
    await set_faults(wire, {"answer": "truncated_json"})
    with pytest.raises(httpx.RemoteProtocolError):
        await wire.get(f"/v3/persons/{ACTIVE}")
