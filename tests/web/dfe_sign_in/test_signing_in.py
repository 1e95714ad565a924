"""Signing in with DfE Sign-in over real loopback HTTP: there, back, and every way it can end (ACC-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import cast
from tests.web.conftest import BASE_URL
from tests.web.dfe_sign_in.conftest import query_of
from tests.web.dfe_sign_in.people import (
    ALICE,
    ASH,
    BIRCH,
    BOTH,
    INACTIVE,
    NO_ROLE,
    NOBODY,
    STRANGE,
    TRUST,
    sub_of,
    users_file,
)

if TYPE_CHECKING:
    from tests.web.dfe_sign_in.conftest import DfEBrowser, Outside


@pytest.fixture(autouse=True)
async def schools(dfe: DfEBrowser):
    made = await cast()
    await accept_privacy_notice()
    dfe.browser.client.headers["X-With-Server-Date"] = "2025-11-10"
    return made


async def accept_privacy_notice() -> None:
    await fetch("UPDATE app_user SET accepted_privacy_version = '1.0', accepted_privacy_at = now()")


async def kinds() -> list[str]:
    return [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]


@pytest.mark.rule("EXT-3.14", "ACC-9.1")
async def test_the_answer_comes_back_in_the_address_which_the_cookie_survives(dfe: DfEBrowser):
    begun = await dfe.browser.get("/sign-in/dfe")
    asked = query_of(begun.headers["location"])
    assert asked["response_type"] == "code"
    assert asked.get("response_mode", "query") == "query"
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


@pytest.mark.rule("EXT-3.8", "ACC-4.2")
async def test_the_code_is_exchanged_with_what_was_kept_and_nothing_else(dfe: DfEBrowser, outside: Outside):
    address = await dfe.leave()
    back = await dfe.choose(address, ALICE)
    assert (await dfe.browser.get(back)).status_code == 303
    (token,) = await outside.requests("token")
    sent = dict(parse_qsl(token["body"]))
    assert sent.keys() == {"grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret"}
    assert (sent["grant_type"], sent["redirect_uri"]) == ("authorization_code", f"{BASE_URL}/sign-in/dfe/callback")
    assert create_s256_code_challenge(sent["code_verifier"]) == query_of(address)["code_challenge"]
    assert (await dfe.browser.get(back)).status_code == 400
    assert len(await outside.requests("token")) == 1
    foreign = await dfe.choose(await dfe.leave(), ALICE)
    assert (await dfe.browser.get(f"{foreign}&iss=https://elsewhere.example")).status_code == 400
    assert len(await outside.requests("token")) == 1


@pytest.mark.rule("ACC-4.1", "EXT-3.2", "EXT-3.7", "SEC-14")
async def test_the_browser_is_sent_there_with_state_nonce_and_pkce(dfe: DfEBrowser, outside: Outside):
    address = await dfe.leave()
    asked = query_of(address)
    assert address.startswith(f"{outside.url}/auth?")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/sign-in/dfe/callback"
    assert (asked["client_id"], asked["response_type"]) == ("register", "code")
    assert asked["scope"] == "openid profile email organisation"
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert len(asked["state"]) == len(asked["nonce"]) == 32
    (kept,) = await fetch("SELECT verifier, nonce FROM sign_in_flow")
    assert len(kept["verifier"]) == 64
    assert kept["nonce"] == asked["nonce"]


@pytest.mark.rule("ACC-4.10", "ACC-9.9", "ACC-9.2", "EXT-3.13")
async def test_somebody_with_the_role_comes_in_and_to_the_page_asked_for(dfe: DfEBrowser):
    assert (await dfe.browser.get("/school/ects?q=x")).headers["location"] == "/sign-in"
    before = dfe.browser.client.cookies["session"]
    answer = await dfe.sign_in(ALICE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/ects?q=x")
    assert dfe.browser.client.cookies["session"] != before
    page = await dfe.browser.get("/school/home")
    assert page.status_code == 200
    assert "Ash School" in page.text
    session = await fetch_one("SELECT method, id_token FROM session WHERE user_id IS NOT NULL")
    assert session is not None
    assert session["method"] == "dfe_sign_in"
    assert b"eyJhbGciOiJSUzI1" not in session["id_token"]
    assert await kinds() == ["school_access_opened", "school_user_signs_in"]


@pytest.mark.rule("ACC-3.1", "ACC-3.2", "ACC-3.4", "ACC-3.5")
async def test_the_identity_joins_the_one_user_of_that_address_and_access_opens_once(dfe: DfEBrowser, schools):
    await dfe.sign_in(ALICE)
    await dfe.sign_in(ALICE)
    rows = await fetch("SELECT user_id, subject FROM user_identity WHERE method = 'dfe_sign_in'")
    assert [(row["user_id"], row["subject"]) for row in rows] == [(schools.alice.id, sub_of(ALICE))]
    opened = await fetch("SELECT user_id, role_checked_at FROM school_access WHERE source = 'dfe_sign_in'")
    assert [row["user_id"] for row in opened] == [schools.alice.id]
    assert opened[0]["role_checked_at"] is not None


@pytest.mark.rule("ACC-3.2")
async def test_two_users_of_one_address_are_not_guessed_at_and_a_changed_address_moves_nothing(
    dfe: DfEBrowser, outside: Outside
):
    await factories.user("Other Alice", ALICE.upper())
    await dfe.sign_in(ALICE)
    assert await fetch_one("SELECT count(*) AS n FROM app_user WHERE lower(email) = $1", ALICE) == (3,)
    content = users_file()
    content["users"][0]["email"] = "alison@ash.example"
    await outside.serve(content)
    await dfe.sign_in("alison@ash.example")
    (row,) = await fetch(
        "SELECT u.email FROM user_identity i JOIN app_user u ON u.id = i.user_id WHERE i.method = 'dfe_sign_in'"
    )
    assert row["email"] == "alison@ash.example"


@pytest.mark.rule("ACC-4.7", "ACC-4.9", "ACC-4.10")
@pytest.mark.parametrize(
    ("email", "heading", "words", "reason"),
    [
        (NOBODY, "Your account is not linked to a school", "has no organisation", "no_organisation"),
        (TRUST, "Sign in with a school", "Oaks Trust", "not_a_school"),
        (STRANGE, "We cannot find your school", "Strange School (URN 199999)", "unknown_school"),
        (NO_ROLE, "You do not have access to this service for Ash School", "approves access", "no_role"),
        (INACTIVE, "You do not have access to this service for Ash School", "approves access", "no_role"),
    ],
)
async def test_somebody_who_may_not_come_in_is_told_why(dfe: DfEBrowser, email, heading, words, reason):
    answer = await dfe.sign_in(email)
    assert answer.status_code == 403
    assert dfe.browser.h1() == heading
    assert words in dfe.browser.text()
    assert 'href="/sign-in/dfe"' in answer.text
    assert await fetch("SELECT 1 FROM session WHERE user_id IS NOT NULL") == []
    (event,) = await fetch("SELECT kind, metadata, actor_email FROM event")
    assert (event["kind"], event["actor_email"]) == ("school_user_refused", None)
    assert reason in event["metadata"]
    assert email not in event["metadata"]


@pytest.mark.rule("ACC-1.3")
async def test_somebody_of_an_appropriate_body_is_refused_whatever_their_roles(dfe: DfEBrowser, outside: Outside):
    content = users_file()
    trust = next(user for user in content["users"] if user["email"] == TRUST)
    trust["organisations"][0]["roles"] = ["AppropriateBodyUser", "SchoolUser"]
    await outside.serve(content)
    await factories.appropriate_body("North Hub", dfe_sign_in_organisation_id=trust["organisations"][0]["id"])
    assert (await dfe.sign_in(TRUST)).status_code == 403
    assert dfe.browser.h1() == "Sign in with a school"
    assert await fetch("SELECT 1 FROM session WHERE user_id IS NOT NULL") == []


@pytest.mark.rule("ACC-4.10", "ACC-13.8")
async def test_a_closed_school_gets_its_own_page_and_nothing_else(dfe: DfEBrowser, schools):
    await fetch("UPDATE school SET status_code = 2, closed_on = '2025-08-31' WHERE urn = $1", ASH)
    assert (await dfe.sign_in(ALICE)).status_code == 303
    assert (await dfe.browser.get("/school/home")).headers["location"] == "/school/access-denied"
    assert (await dfe.browser.get("/school/access-denied")).status_code == 403
    assert "has closed" in dfe.browser.text()


@pytest.mark.rule("ACC-4.13", "EXT-3.3", "ACC-10.2")
async def test_another_organisation_is_chosen_by_a_fresh_authorisation(dfe: DfEBrowser):
    await dfe.sign_in(BOTH, ASH)
    await accept_privacy_notice()
    assert "Ash School" in (await dfe.browser.get("/school/choose")).text
    assert "Choose a different organisation at DfE Sign-in" in dfe.browser.text()
    await dfe.sign_in(BOTH, BIRCH)
    await dfe.browser.get("/school/home", follow_redirects=True)
    assert "Birch School" in dfe.browser.page.text


@pytest.mark.rule("ACC-4.6", "EXT-3.5")
@pytest.mark.parametrize("fault", ["session_expired", "no_parameters"])
async def test_a_bare_callback_begins_again_once_and_then_says_so(dfe: DfEBrowser, outside: Outside, fault):
    await outside.fail({"answer": fault})
    back = await dfe.choose(await dfe.leave(), ALICE)
    again = await dfe.browser.get(back)
    assert again.status_code == 303
    assert again.headers["location"].startswith(f"{outside.url}/auth?")
    back = await dfe.choose(again.headers["location"], ALICE)
    assert (await dfe.browser.get(back)).status_code == 400
    assert dfe.browser.h1() == "Sign in again"
    await outside.fail()
    assert (await dfe.sign_in(ALICE)).status_code == 303


@pytest.mark.rule("ACC-4.6")
async def test_a_session_that_expired_there_with_our_state_begins_again_once(dfe: DfEBrowser):
    state = query_of(await dfe.leave())["state"]
    first = await dfe.browser.get(f"/sign-in/dfe/callback?error=sessionexpired&state={state}")
    assert first.status_code == 303
    state = query_of(first.headers["location"])["state"]
    assert (await dfe.browser.get(f"/sign-in/dfe/callback?error=sessionexpired&state={state}")).status_code == 400


@pytest.mark.rule("ACC-4.6")
@pytest.mark.parametrize("fault", ["consent_denied", "access_denied"])
async def test_cancelling_there_offers_to_sign_in(dfe: DfEBrowser, outside: Outside, fault):
    await outside.fail({"answer": fault})
    answer = await dfe.sign_in(ALICE)
    assert answer.status_code == 200
    assert dfe.browser.h1() == "You cancelled signing in"
    assert 'href="/sign-in/dfe"' in answer.text


@pytest.mark.rule("ACC-4.6", "ACC-4.2")
@pytest.mark.parametrize(
    "query", ["code=x", "code=x&state=unknown", "error=server_error&state=x", "error=", "state=%00&code=%FF"]
)
async def test_any_other_callback_leads_to_signing_in_again(dfe: DfEBrowser, query):
    await dfe.leave()
    answer = await dfe.browser.get(f"/sign-in/dfe/callback?{query}")
    assert answer.status_code in {303, 400}
    if answer.status_code == 400:
        assert dfe.browser.h1() == "Sign in again"


@pytest.mark.rule("ACC-4.2", "EXT-3.12")
async def test_a_state_works_once_for_ten_minutes_in_the_browser_that_began(dfe: DfEBrowser, somebody_else: DfEBrowser):
    back = await dfe.choose(await dfe.leave(), ALICE)
    await somebody_else.leave()
    assert (await somebody_else.browser.get(back)).status_code == 400
    assert (await dfe.browser.get(back)).status_code == 400
    back = await dfe.choose(await dfe.leave(), ALICE)
    assert (await dfe.browser.get(back)).status_code == 303
    assert (await dfe.browser.get(back)).status_code == 400
    await fetch("DELETE FROM session")
    dfe.browser.client.headers["X-With-Server-Date"] = "2025-11-10T12:00:00"
    back = await dfe.choose(await dfe.leave(), ALICE)
    dfe.browser.client.headers["X-With-Server-Date"] = "2025-11-10T12:10:00"
    assert (await dfe.browser.get(back)).status_code == 400


@pytest.mark.rule("ACC-4.2")
async def test_a_browser_has_five_attempts_open_and_the_oldest_goes(dfe: DfEBrowser):
    first = await dfe.choose(await dfe.leave(), ALICE)
    second = await dfe.choose(await dfe.leave(), ALICE)
    for _ in range(4):
        await dfe.leave()
    assert (await dfe.browser.get(first)).status_code == 400
    assert (await dfe.browser.get(second)).status_code == 303


@pytest.mark.rule("ACC-4.10", "FLT-36")
@pytest.mark.parametrize(
    ("operation", "answer", "heading"),
    [
        ("role", "unauthorised", "There is a problem signing in"),
        ("role", "forbidden", "There is a problem signing in"),
        ("role", "server_error", "We cannot check your access right now"),
        ("role", "truncated_json", "We cannot check your access right now"),
        ("role", "html_200", "We cannot check your access right now"),
        ("role", "drop_connection", "We cannot check your access right now"),
        ("token", "unauthorised", "There is a problem signing in"),
        ("token", "server_error", "We cannot check your access right now"),
        ("userinfo", "unavailable", "We cannot check your access right now"),
        ("keys", "bad_gateway_html", "We cannot check your access right now"),
    ],
)
async def test_without_an_answer_nobody_comes_in_and_the_page_says_when_to_try_again(
    dfe: DfEBrowser, outside: Outside, operation, answer, heading
):
    await outside.fail({"match": {"operation": operation}, "answer": answer})
    said = await dfe.sign_in(ALICE)
    assert (said.status_code, said.headers["retry-after"]) == (503, "60")
    assert dfe.browser.h1() == heading
    assert await fetch("SELECT 1 FROM session WHERE user_id IS NOT NULL") == []


@pytest.mark.rule("ACC-4.10", "ACC-4.1")
async def test_a_provider_that_cannot_be_reached_is_said_at_once_and_found_again(dfe: DfEBrowser, outside: Outside):
    await outside.fail({"match": {"operation": "discovery"}, "answer": "drop_connection"})
    answer = await dfe.browser.get("/sign-in/dfe")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert dfe.browser.h1() == "DfE Sign-in is not available"
    assert len(await outside.requests("discovery")) == 2
    await outside.fail()
    await outside.forget()
    await dfe.leave()
    await dfe.leave()
    assert len(await outside.requests("discovery")) == 1


@pytest.mark.rule("ACC-4.11")
async def test_failing_to_list_other_organisations_is_ignored(dfe: DfEBrowser, outside: Outside):
    await outside.fail({"match": {"operation": "organisations"}, "answer": "server_error"})
    assert (await dfe.sign_in(BOTH, ASH)).status_code == 303
    assert len(await fetch("SELECT 1 FROM user_organisation")) == 1


@pytest.mark.rule("ACC-4.5", "EXT-3.10")
async def test_an_organisation_only_in_userinfo_counts_and_an_empty_one_does_not(dfe: DfEBrowser, outside: Outside):
    await outside.fail({"answer": "organisation_in_userinfo_only"})
    assert (await dfe.sign_in(ALICE)).status_code == 303
    await outside.fail({"answer": "empty_organisation"})
    assert (await dfe.sign_in(ALICE)).status_code == 403
    assert dfe.browser.h1() == "Your account is not linked to a school"


@pytest.mark.rule("HTX-7", "EXT-3.7")
async def test_htmx_is_told_to_load_the_other_site_in_full(dfe: DfEBrowser, outside: Outside):
    answer = await dfe.browser.get("/sign-in/dfe", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith(f"{outside.url}/auth?")


@pytest.mark.rule("ACC-15.2")
async def test_asking_for_the_headers_begins_nothing(dfe: DfEBrowser):
    assert (await dfe.browser.head("/sign-in/dfe")).headers["location"] == "/sign-in"
    assert (await dfe.browser.head("/sign-in/dfe/callback?code=x")).status_code == 303
    assert await fetch("SELECT 1 FROM sign_in_flow") == []


@pytest.mark.rule("ACC-4.8", "EXT-3.6")
async def test_the_role_is_asked_for_by_the_organisation_and_the_person(dfe: DfEBrowser, outside: Outside):
    await dfe.sign_in(ALICE)
    (asked,) = await outside.requests("role")
    assert asked["path"].startswith("/services/register/organisations/")
    assert asked["path"].endswith(f"/users/{sub_of(ALICE)}")
