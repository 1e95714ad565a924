"""DfE Sign-in over loopback HTTP: what the adapter makes of good and spoiled answers (EXT section 3)."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.access.flows import new_flow
from app.access.sign_in import Has, HasNot, Identified, LocalOnly, Organisation, Redirect, TryAgain, Unavailable
from app.adapters import dfe_wire as wire
from app.adapters.dfe_sign_in import DfESignInClient, RoleDirectoryClient
from app.stand_ins.dfe_file import ANSWERS, TOKENS
from app.terms import FailureCause
from tests.adapters.dfe.conftest import SigningIn, registration
from tests.adapters.test_trs_privacy import recorder  # noqa: F401 - a fixture
from tests.web.dfe_sign_in.people import ALICE, API_SECRET, ASH, INACTIVE, NO_ROLE, NOBODY, SECRET, sub_of, users_file

if TYPE_CHECKING:
    from tests.adapters.test_trs_privacy import Recorder
    from tests.web.dfe_sign_in.conftest import Outside

HARMLESS = {"rotate_keys", "empty_organisation", "organisation_in_userinfo_only"}
ASH_ID = users_file()["users"][0]["organisations"][0]["id"]


@pytest.mark.rule("EXT-3.2", "EXT-3.10")
async def test_somebody_is_identified_with_their_organisation(signing_in: SigningIn):
    outcome = await signing_in.whole()
    assert isinstance(outcome, Identified)
    assert (outcome.subject, outcome.email, outcome.name) == (sub_of(ALICE), ALICE, "Alice Archer")
    assert outcome.organisation == Organisation(ASH_ID.lower(), "Ash School", ASH)


@pytest.mark.rule("EXT-3.12", "ACC-4.4", "SEC-14", "FLT-37")
@pytest.mark.parametrize("spoiled", [kind for kind in TOKENS if kind not in HARMLESS])
async def test_a_spoiled_token_means_trying_again(signing_in: SigningIn, outside: Outside, spoiled: str):
    await outside.fail({"answer": spoiled})
    assert isinstance(await signing_in.whole(), TryAgain)


@pytest.mark.rule("EXT-3.12", "SEC-14")
async def test_a_code_works_once_with_its_own_verifier_and_nonce_alone(signing_in: SigningIn):
    flow = new_flow()
    back = await signing_in.back(flow)
    wrong = replace(flow, verifier="v" * 64)
    assert await signing_in.client.complete(back, wrong) == TryAgain("code_refused")
    back = await signing_in.back(flow)
    assert isinstance(await signing_in.client.complete(back, flow), Identified)
    assert await signing_in.client.complete(back, flow) == TryAgain("code_refused")
    back = await signing_in.back(flow)
    assert isinstance(await signing_in.client.complete(back, replace(flow, nonce="another")), TryAgain)
    back = await signing_in.back(flow)
    assert isinstance(await signing_in.client.complete({**back, "iss": "https://elsewhere"}, flow), TryAgain)


@pytest.mark.rule("ACC-4.4", "EXT-3.9", "EXT-3.12")
async def test_a_rotated_key_is_fetched_once_a_minute(signing_in: SigningIn, outside: Outside):
    assert isinstance(await signing_in.whole(), Identified)
    await outside.fail({"answer": "rotate_keys", "times": 1})
    assert isinstance(await signing_in.whole(), Identified)
    assert isinstance(await signing_in.whole(), Identified)
    assert len(await outside.requests("keys")) == 2
    await outside.fail({"answer": "rotate_keys", "times": 1})
    assert isinstance(await signing_in.whole(), TryAgain)
    assert len(await outside.requests("keys")) == 2


@pytest.mark.rule("EXT-3.1", "ACC-4.1", "ACC-4.3")
async def test_the_issuer_is_compared_as_an_exact_string(outside: Outside):
    client = DfESignInClient(registration(f"{outside.url}/"))
    assert await client.begin(new_flow()) == Unavailable(FailureCause.MISCONFIGURED)
    await client.close()


@pytest.mark.rule("EXT-3.1")
async def test_another_host_is_no_fault_while_the_other_side_names_itself_by_it(outside: Outside):
    client = DfESignInClient(registration(outside.url.replace("127.0.0.1", "localhost")))
    begun = await client.begin(new_flow())
    await client.close()
    assert isinstance(begun, Redirect)
    assert begun.url.startswith("http://localhost:")


@pytest.mark.rule("EXT-3.1", "ACC-4.1")
async def test_discovery_is_kept(signing_in: SigningIn, outside: Outside):
    await signing_in.whole()
    await signing_in.whole()
    assert len(await outside.requests("discovery")) == 1


@pytest.mark.rule("ACC-4.1", "EXT-3.2")
async def test_both_ways_of_sending_the_secret_work_and_a_wrong_one_is_our_fault(outside: Outside):
    for basic in (True, False):
        client = DfESignInClient(registration(outside.url, basic=basic))
        assert isinstance(await SigningIn(outside, client).whole(), Identified)
        await client.close()
    client = DfESignInClient(registration(outside.url, secret="wrong"))
    assert await SigningIn(outside, client).whole() == Unavailable(FailureCause.MISCONFIGURED)
    await client.close()


@pytest.mark.rule("ACC-4.14")
async def test_signing_out_there_needs_discovery_and_a_token(signing_in: SigningIn, outside: Outside):
    await outside.fail({"match": {"operation": "discovery"}, "answer": "server_error"})
    assert await signing_in.client.end("a.b.c") == LocalOnly()
    await outside.fail()
    assert await signing_in.client.end("") == LocalOnly()


@pytest.mark.rule("ACC-4.8", "ACC-4.9", "EXT-3.6")
@pytest.mark.parametrize(
    ("email", "organisation", "expected"),
    [
        (ALICE, ASH_ID.lower(), Has(frozenset({"SchoolUser"}))),
        (ALICE, ASH_ID.upper(), Has(frozenset({"SchoolUser"}))),
        (NO_ROLE, ASH_ID, Has(frozenset({"OtherRole"}))),
        (INACTIVE, ASH_ID, Has(frozenset())),
        (NOBODY, ASH_ID, HasNot()),
    ],
)
async def test_roles_in_force_are_those_that_count(directory: RoleDirectoryClient, email, organisation, expected):
    assert await directory.role(sub_of(email), organisation) == expected


@pytest.mark.rule("ACC-4.10", "EXT-3.6", "EXT-1.2")
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("unauthorised", "misconfigured"),
        ("forbidden", "misconfigured"),
        ("server_error", "server_error"),
        ("unavailable", "server_error"),
        ("rate_limited", "rate_limited"),
        ("html_200", "contract"),
        ("truncated_json", "contract"),
        ("drop_connection", "connect"),
    ],
)
async def test_no_usable_answer_is_unavailable_with_its_cause(
    directory: RoleDirectoryClient, outside: Outside, answer, cause
):
    await outside.fail({"match": {"operation": "role"}, "answer": answer})
    assert await directory.role(sub_of(ALICE), ASH_ID) == Unavailable(FailureCause(cause))
    assert len(await outside.requests("role")) == (2 if cause == "connect" else 1)
    assert await directory.organisations("nobody") == ()


@pytest.mark.rule("EXT-3.6", "EXT-1.13")
async def test_a_wrong_api_secret_is_refused(outside: Outside):
    client = RoleDirectoryClient(outside.url, "register", "another-secret-that-is-long-enough")
    assert await client.role(sub_of(ALICE), ASH_ID) == Unavailable(FailureCause.MISCONFIGURED)
    await client.close()


@pytest.mark.rule("ACC-4.7", "EXT-3.4")
@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (None, None),
        ({}, None),
        ("not JSON", None),
        ("[]", None),
        ({"id": "no uuid", "urn": "100001"}, None),
        ({"id": ASH_ID, "name": "Ash", "urn": "100001"}, Organisation(ASH_ID.lower(), "Ash", "100001")),
        (json.dumps({"id": ASH_ID, "name": "Ash", "urn": 100001}), Organisation(ASH_ID.lower(), "Ash", "100001")),
        ({"id": ASH_ID, "name": "Ash", "urn": "1234"}, Organisation(ASH_ID.lower(), "Ash")),
        ({"id": ASH_ID, "name": "Ash", "urn": "12345678"}, Organisation(ASH_ID.lower(), "Ash")),
        ({"id": ASH_ID, "name": "Ash", "urn": None}, Organisation(ASH_ID.lower(), "Ash")),
        ({"id": ASH_ID, "urn": True, "category": 7}, Organisation(ASH_ID.lower(), "")),
    ],
)
def test_the_organisation_is_read_in_every_shape(claim, expected):
    assert wire.read_organisation(claim) == expected


@pytest.mark.rule("EXT-1.9", "EXT-1.10", "EXT-1.11", "EXT-3.16", "ACC-4.6", "ACC-17.5")
@pytest.mark.parametrize(
    "answer",
    [
        None,
        *[
            kind
            for kind in ANSWERS
            if kind not in {"drip", "session_expired", "no_parameters", "consent_denied", "access_denied"}
        ],
    ],
)
async def test_no_log_line_holds_a_secret_a_code_or_a_person(
    outside: Outside, directory: RoleDirectoryClient, recorder: Recorder, answer: str | None
):
    logging.getLogger("authlib").setLevel(logging.NOTSET)
    client = DfESignInClient(registration(outside.url))
    flow = new_flow()
    back = await SigningIn(outside, client).back(flow)
    await outside.fail(*([{"answer": answer}] if answer else []))
    await client.complete(back, flow)
    await directory.role(sub_of(ALICE), ASH_ID)
    await directory.organisations(sub_of(ALICE))
    await client.close()
    logged = "\n".join(
        line for line in recorder.everything().splitlines() if "register.outside" in line or "httpx" in line
    )
    assert len(recorder.calls()) >= 3
    secret = (SECRET, API_SECRET, back["code"], flow.state, flow.nonce, flow.verifier, ALICE, sub_of(ALICE), ASH_ID)
    assert [one for one in secret if one.lower() in logged.lower()] == []
