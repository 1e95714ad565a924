"""Recorded pairs of request and answer, replayed against adapters and stand-ins (EXT-6.14)."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app import clock
from app.access.flows import new_flow
from app.adapters.dfe_sign_in import DfESignInClient, RoleDirectoryClient
from app.adapters.trs import TRSClient
from app.stand_ins.dfe_sign_in import running_stand_in as running_dfe_sign_in
from app.stand_ins.trs import running_stand_in as running_trs
from app.terms import TRN
from app.values import DateOfBirth, NationalInsuranceNumber
from tests.adapters.contract.replay import Replay, differences, filled, playing, recorded
from tests.adapters.dfe.conftest import SigningIn, registration
from tests.adapters.people import BORN_ON, NUMBER, people_file
from tests.web.dfe_sign_in.conftest import Outside
from tests.web.dfe_sign_in.people import ALICE, API_SECRET, SECRET, sub_of, users_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from app.access.sign_in import Flow

TRS, DFE = recorded("trs"), recorded("dfe_sign_in")
ASH_ID = users_file()["users"][0]["organisations"][0]["id"]
RULES = ("EXT-6.14", "EXT-6.3")


def of_stand_in(pairs: Mapping[str, Any]) -> list[str]:
    return [name for name, pair in pairs.items() if pair.get("stand_in", True)]


def matches(outcome: object, wanted: Mapping[str, Any]) -> bool:
    """Tell whether an outcome is of the kind and has the values that a pair names."""
    ((kind, values),) = wanted.items()
    return type(outcome).__name__ == kind and all(_has(outcome, name, value) for name, value in values.items())


def _has(holder: object, name: str, value: Any) -> bool:
    held = getattr(holder, name)
    if dataclasses.is_dataclass(held):
        return all(_has(held, part, wanted) for part, wanted in value.items())
    if isinstance(held, date):
        return held.isoformat() == value
    return bool(sorted(held) == value if isinstance(held, frozenset) else held == value)


async def ask_trs(client: TRSClient, ask: Mapping[str, str]) -> object:
    trn = TRN(ask["trn"])
    if ask["call"] == "read":
        return await client.read(trn)
    if ask["call"] == "match_by_date_of_birth":
        born = DateOfBirth(date.fromisoformat(ask.get("date_of_birth", BORN_ON)))
        return await client.match_by_date_of_birth(trn, born)
    return await client.match_by_national_insurance_number(trn, NationalInsuranceNumber(ask.get("number", NUMBER)))


@pytest.mark.rule(*RULES, "EXT-2.2", "EXT-2.8", "EXT-2.12")
@pytest.mark.parametrize("name", TRS)
async def test_the_client_of_teaching_records_asks_and_understands_as_recorded(name: str) -> None:
    pair = TRS[name]
    replay = Replay(pair["exchanges"])
    async with playing(replay) as url:
        client = TRSClient(url, "stand-in-trs-key")
        outcome = await ask_trs(client, pair["ask"])
        await client.close()
    assert replay.wrong == []
    assert replay.left == []
    assert matches(outcome, pair["outcome"]), outcome


@pytest.fixture(scope="session")
async def trs_url() -> AsyncIterator[str]:
    async with running_trs(people_file(), as_of=date(2026, 3, 10)) as url:
        yield url


async def send(client: httpx.AsyncClient, request: Mapping[str, Any], bearer: str = "") -> httpx.Response:
    headers = dict(request["headers"]) | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    content = urlencode(request["form"]) if "form" in request else None
    return await client.request(
        request["method"], request["path"], headers=headers, json=request.get("json"), content=content
    )


def assert_alike(answer: httpx.Response, wanted: Mapping[str, Any], words: Mapping[str, Any]) -> None:
    assert answer.status_code == wanted["status"]
    for header, value in wanted.get("headers", {}).items():
        assert answer.headers[header] == value
    if "json" in wanted:
        assert answer.headers["content-type"].split(";")[0] == wanted["content_type"]
        assert differences(filled(wanted["json"], words), answer.json()) == []


@pytest.mark.rule(*RULES, "EXT-6.7")
@pytest.mark.parametrize("name", of_stand_in(TRS))
async def test_the_stand_in_of_teaching_records_answers_as_recorded(trs_url: str, name: str) -> None:
    pair = TRS[name]
    async with httpx.AsyncClient(base_url=trs_url, trust_env=False) as client:
        await client.put("/__stand-in/faults", json=pair.get("stand_in_faults", []))
        for exchange in pair["exchanges"]:
            assert_alike(await send(client, exchange["request"]), exchange["answer"], {})
        await client.put("/__stand-in/faults", json=[])


KEY = RSAKey.generate_key(2048, {"kid": "recorded", "use": "sig", "alg": "RS256"})


def words_of(base: str, flow: Flow, code: str = "recorded-code") -> dict[str, Any]:
    """Return what the words of the pairs stand for in one run."""
    access = "recorded-access-token"
    now = int(clock.machine_now().timestamp())
    claims = {"iss": base, "aud": "register", "sub": sub_of(ALICE), "nonce": flow.nonce, "iat": now, "exp": now + 60}
    return {
        "$BASE": base,
        "$SUB": sub_of(ALICE),
        "$ORGANISATION": ASH_ID,
        "$CODE": code,
        "$VERIFIER": flow.verifier,
        "$SECRET": SECRET,
        "$ID_TOKEN": jwt.encode({"alg": "RS256", "kid": "recorded"}, claims, KEY),
        "$KEY": KEY.as_dict(private=False),
        "$ANY": access,
    }


async def ask_dfe(url: str, pair: Mapping[str, Any], flow: Flow) -> object:
    ask = pair["ask"]
    provider = DfESignInClient(registration(url))
    directory = RoleDirectoryClient(url, "register", API_SECRET)
    try:
        match ask["call"]:
            case "role":
                return await directory.role(sub_of(ALICE), ask.get("organisation", ASH_ID))
            case "organisations":
                return await directory.organisations(ask.get("subject", sub_of(ALICE)))
            case "begin":
                return await provider.begin(flow)
            case "end":
                return await provider.end("a.b.c")
        return await provider.complete({"code": "recorded-code"}, flow)
    finally:
        await provider.close()
        await directory.close()


@pytest.mark.rule(*RULES, "EXT-3.1", "EXT-3.6", "EXT-3.8", "EXT-3.10")
@pytest.mark.parametrize("name", DFE)
async def test_the_clients_of_dfe_sign_in_ask_and_understand_as_recorded(name: str) -> None:
    pair, flow = DFE[name], new_flow()
    replay = Replay([])
    async with playing(replay) as url:
        replay.left = filled(pair["exchanges"], words_of(url, flow))
        outcome = await ask_dfe(url, pair, flow)
    assert replay.wrong == []
    assert replay.left == []
    if pair["ask"]["call"] == "organisations":
        assert [{"name": one.name, "urn": one.urn} for one in outcome] == pair["outcome"]  # type: ignore[attr-defined]
    else:
        assert matches(outcome, pair["outcome"]), outcome


@pytest.fixture(scope="session")
async def dfe_url() -> AsyncIterator[str]:
    async with running_dfe_sign_in(users_file()) as url:
        yield url


@pytest.mark.rule(*RULES, "EXT-6.10")
@pytest.mark.parametrize("name", of_stand_in(DFE))
async def test_the_stand_in_of_dfe_sign_in_answers_as_recorded(dfe_url: str, name: str) -> None:
    pair, flow = DFE[name], new_flow()
    async with httpx.AsyncClient(base_url=dfe_url, trust_env=False) as client:
        provider = DfESignInClient(registration(dfe_url))
        code = (await SigningIn(Outside(dfe_url, client), provider).back(flow))["code"]
        await provider.close()
        await client.put("/__stand-in/faults", json=pair.get("stand_in_faults", []))
        words = words_of(dfe_url, flow, code)
        bearers = {"api": api_token()}
        for exchange in pair["exchanges"]:
            request = filled(exchange["request"], words)
            answer = await send(client, request, bearers.get(request.get("bearer", ""), ""))
            assert_alike(answer, exchange["answer"], {name: words[name] for name in ("$BASE", "$SUB", "$ORGANISATION")})
            if request["path"] == "/token" and answer.status_code == httpx.codes.OK:
                bearers["access"] = answer.json()["access_token"]
        await client.put("/__stand-in/faults", json=[])


def api_token() -> str:
    now = int(clock.machine_now().timestamp())
    claims = {"iss": "register", "aud": "signin.education.gov.uk", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(API_SECRET))


@pytest.mark.rule("EXT-6.14")
def test_every_way_of_asking_and_every_outcome_has_a_pair() -> None:
    assert {pair["ask"]["call"] for pair in TRS.values()} == {
        "read",
        "match_by_date_of_birth",
        "match_by_national_insurance_number",
    }
    outcomes = {kind for pair in TRS.values() for kind in pair["outcome"]}
    assert outcomes == {
        "Matched",
        "SecondFactDiffers",
        "NotFound",
        "Deactivated",
        "Merged",
        "Found",
        "Unavailable",
    }
