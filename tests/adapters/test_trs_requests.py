"""What the client sends, and what it never sends: proved by the stand-in's record of requests."""

from __future__ import annotations

import ast
import ssl
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.adapters.http import _certificates
from app.terms import TRN
from app.values import DateOfBirth, NationalInsuranceNumber
from tests.adapters.contract import trs as contract
from tests.adapters.people import ACTIVE, BORN_ON, MERGED, NUMBER, SURVIVOR, UNKNOWN

if TYPE_CHECKING:
    from app.adapters.trs import TRSClient
    from tests.adapters.conftest import Outside

ADAPTERS = Path(__file__).parents[2] / "app" / "adapters"
BORN = DateOfBirth(date(1998, 2, 14))
SECTIONS = "include=Alerts,Induction"


@pytest.mark.rule("EXT-2.2")
@pytest.mark.rule("EXT-2.3")
@pytest.mark.rule("EXT-2.9")
@pytest.mark.rule("EXT-6.3")
async def test_a_date_of_birth_travels_in_the_body_and_a_match_needs_no_second_request(
    trs: TRSClient, outside: Outside
) -> None:
    await trs.match_by_date_of_birth(TRN(ACTIVE), BORN)
    (sent,) = await outside.requests()
    assert (sent["method"], sent["path"], sent["query"]) == ("POST", "/v3/persons/find", "")
    assert sent["body"] == {"persons": [{"trn": ACTIVE, "dateOfBirth": BORN_ON}]}
    assert contract.Find.model_validate(sent["body"]).persons[0].trn == ACTIVE


@pytest.mark.rule("EXT-2.2")
@pytest.mark.rule("EXT-2.3")
async def test_after_an_empty_find_the_probe_has_no_query_and_no_body(trs: TRSClient, outside: Outside) -> None:
    await trs.match_by_date_of_birth(TRN(UNKNOWN), BORN)
    find, probe = await outside.requests()
    assert find["operation"] == "find_persons"
    assert (probe["method"], probe["path"], probe["query"], probe["body"]) == (
        "GET",
        f"/v3/persons/{UNKNOWN}",
        "",
        None,
    )


@pytest.mark.rule("EXT-2.4")
@pytest.mark.rule("SEC-17")
async def test_a_number_is_cleaned_and_is_the_only_fact_in_an_address(trs: TRSClient, outside: Outside) -> None:
    await trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber("jx-00 00 11a"))
    (sent,) = await outside.requests()
    assert (sent["path"], sent["body"]) == (f"/v3/persons/{ACTIVE}", None)
    assert sent["query"] == f"{SECTIONS}&nationalInsuranceNumber={NUMBER}"


@pytest.mark.rule("EXT-2.4")
async def test_a_number_cannot_add_to_the_address(trs: TRSClient, outside: Outside) -> None:
    await trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber("A&include=#/?é"))
    (sent,) = await outside.requests()
    assert sent["query"] == f"{SECTIONS}&nationalInsuranceNumber=A%26include%3D%23%2F%3F%C3%A9"


@pytest.mark.rule("EXT-2.2")
@pytest.mark.rule("EXT-2.6")
async def test_reading_again_asks_for_both_sections_in_one_parameter(trs: TRSClient, outside: Outside) -> None:
    await trs.read(TRN(ACTIVE))
    (sent,) = await outside.requests()
    assert (sent["method"], sent["query"], sent["body"]) == ("GET", SECTIONS, None)


@pytest.mark.rule("FLT-32")
@pytest.mark.rule("EXT-2.13")
@pytest.mark.rule("EXT-1.4")
async def test_a_merged_record_is_never_followed_to_its_survivor(trs: TRSClient, outside: Outside) -> None:
    await trs.read(TRN(MERGED))
    await trs.match_by_national_insurance_number(TRN(MERGED), NationalInsuranceNumber(NUMBER))
    await trs.match_by_date_of_birth(TRN(MERGED), BORN)
    sent = await outside.requests()
    assert [request["status"] for request in sent] == [308, 308, 200, 308]
    assert not [request for request in sent if SURVIVOR in request["path"]]


@pytest.mark.rule("EXT-1.5")
@pytest.mark.parametrize(
    ("fault", "times_sent"),
    [
        ({"answer": "drop_connection"}, 2),
        ({"answer": "lose_answer"}, 2),
        ({"answer": "bad_gateway_html"}, 2),
        ({"answer": "unavailable"}, 2),
        ({"answer": "unavailable", "status": 504}, 2),
        ({"answer": "server_error"}, 1),
        ({"answer": "rate_limited"}, 1),
        ({"answer": "unauthorised"}, 1),
        ({"answer": "html_200"}, 1),
        ({"answer": "truncated_json"}, 1),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_only_a_broken_way_there_is_tried_once_more(
    trs: TRSClient, outside: Outside, fault: dict[str, object], times_sent: int
) -> None:
    await outside.fail(fault)
    await trs.read(TRN(ACTIVE))
    assert len(await outside.requests()) == times_sent


@pytest.mark.rule("EXT-1.5")
async def test_one_hiccup_is_not_noticed(trs: TRSClient, outside: Outside) -> None:
    expected = await trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber("X"))
    await outside.fail({"answer": "unavailable", "times": 1})
    assert await trs.match_by_national_insurance_number(TRN(ACTIVE), NationalInsuranceNumber("X")) == expected


def functions_naming(text: str) -> list[str]:
    """Return every function of the adapters whose code has a string with the text in it."""
    return [
        f"{path.stem}.{function.name}"
        for path in sorted(ADAPTERS.glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and text in node.value
    ]


@pytest.mark.rule("EXT-2.4")
def test_the_adapter_writes_a_date_of_birth_in_the_body_of_a_find_alone() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ADAPTERS.glob("*.py"))
    assert functions_naming("dateOfBirth") == ["trs_wire.find_many"]
    assert code.count("dateOfBirth") == 1
    assert functions_naming("nationalInsuranceNumber") == ["trs_wire.get_with_number"]
    assert "params=" not in code


@pytest.mark.rule("EXT-1.4")
@pytest.mark.rule("EXT-1.10")
@pytest.mark.rule("SEC-23", "TRP-10")
def test_the_adapters_follow_nothing_and_quote_no_client_error() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ADAPTERS.glob("*.py"))
    assert "follow_redirects=False" in code
    for forbidden in ("raise_for_status", "follow_redirects=True", ".exception(", "exc_info"):
        assert forbidden not in code
    assert code.count("verify=") == code.count("verify=_certificates(")
    for trust_env in (True, False):
        trusted = _certificates(trust_env=trust_env)
        assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)
