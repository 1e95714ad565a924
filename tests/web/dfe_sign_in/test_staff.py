"""Staff sign in with DfE Sign-in: the role opens the door, the account here decides (ACC-7.6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.access.add_staff import AddStaff, add_staff
from app.access.deactivate_staff import DeactivateStaff, deactivate_staff
from app.db.engine import fetch
from app.settings import Settings
from app.terms import Actor, ActorKind
from tests.web.conftest import BASE_URL
from tests.web.dfe_sign_in.conftest import query_of
from tests.web.dfe_sign_in.people import (
    ALICE,
    API_SECRET,
    NO_ACCOUNT,
    NOBODY,
    SAM,
    SECRET,
    department,
    sub_of,
    user,
    users_file,
)

if TYPE_CHECKING:
    from tests.web.dfe_sign_in.conftest import DfEBrowser, Outside

BEGIN = "/staff/sign-in/dfe"
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")


@pytest.fixture
def dfe_settings(stand_in_url: str) -> Settings:
    return Settings(
        base_url=BASE_URL,
        sign_in_methods="email_link,staff_code,staff_dfe",
        dfe_sign_in_issuer=stand_in_url,
        dfe_sign_in_api_url=stand_in_url,
        dfe_sign_in_client_id="register",
        dfe_sign_in_secret=SECRET,
        dfe_sign_in_api_secret=API_SECRET,
    )


async def account(email: str = "Sam@Staff.example", *roles: str) -> int:
    return await add_staff(AddStaff(email, "Sam Support", roles or ("support",)), OPERATOR)


async def come(dfe: DfEBrowser, email: str = SAM) -> Any:
    return await dfe.browser.get(await dfe.choose(await dfe.leave(BEGIN), email))


async def newest_event() -> tuple[str, str]:
    (row,) = await fetch("SELECT kind, metadata FROM event ORDER BY id DESC LIMIT 1")
    return row["kind"], json.loads(row["metadata"]).get("reason", "")


@pytest.mark.rule("ACC-7.6", "ACC-9.2", "ACC-9.9")
async def test_an_account_of_the_same_address_opens_and_is_known_by_its_id_from_then_on(
    dfe: DfEBrowser, outside: Outside
):
    number = await account()
    assert (await dfe.browser.get("/admin")).headers["location"] == "/staff/sign-in"
    before = dfe.browser.client.cookies["session"]
    answer = await come(dfe)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    assert dfe.browser.client.cookies["session"] != before
    await dfe.browser.get("/admin")
    assert "Sam Support (Sam@Staff.example)" in dfe.browser.text()
    assert await newest_event() == ("staff_signs_in", "")
    identities = await fetch("SELECT user_id, subject FROM user_identity WHERE method = 'staff_dfe'")
    assert [tuple(row) for row in identities] == [(number, sub_of(SAM))]

    content = users_file()
    content["users"] = [{**user(SAM, department()), "email": "other@staff.example"}]
    await outside.serve(content)
    assert (await come(dfe, "other@staff.example")).headers["location"] == "/admin"
    assert (await fetch("SELECT email FROM app_user WHERE id = $1", number))[0]["email"] == "Sam@Staff.example"


@pytest.mark.rule("ACC-7.6")
async def test_without_role_or_active_account_there_is_the_refused_page(dfe: DfEBrowser, outside: Outside):
    await account()
    await account("boss@staff.example", "manager")

    async def refused(email: str, reason: str) -> None:
        answer = await come(dfe, email)
        assert answer.status_code == 403
        assert dfe.browser.h1() == "You cannot use the support console"
        assert f'href="{BEGIN}"' in answer.text
        assert await newest_event() == ("staff_sign_in_refused", reason)
        assert await fetch("SELECT 1 FROM session WHERE user_id IS NOT NULL") == []

    await refused(NO_ACCOUNT, "no_account")
    await refused(ALICE, "no_account")
    for organisations in ([department("OtherRole")], []):
        content = users_file()
        content["users"] = [user(SAM, *organisations)]
        await outside.serve(content)
        await refused(SAM, "no_role")
    await outside.serve(users_file())
    await deactivate_staff(DeactivateStaff(SAM, "has left us"), OPERATOR)
    await refused(SAM, "inactive")


@pytest.mark.rule("ACC-7.6")
async def test_an_account_that_one_person_came_to_is_not_given_to_another_with_its_address(
    dfe: DfEBrowser, outside: Outside
):
    await account()
    await come(dfe)
    await dfe.browser.post("/sign-out")
    content = users_file()
    content["users"] = [{**user(SAM, department()), "sub": sub_of("somebody else")}]
    await outside.serve(content)
    assert (await come(dfe)).status_code == 403
    assert await newest_event() == ("staff_sign_in_refused", "no_account")


@pytest.mark.rule("ACC-4.14", "ACC-7.6")
async def test_signing_out_ends_the_session_there_too(dfe: DfEBrowser, outside: Outside):
    await account()
    await come(dfe)
    answer = await dfe.browser.post("/sign-out")
    assert answer.headers["location"].startswith(f"{outside.url}/session/end?")
    assert query_of(answer.headers["location"])["id_token_hint"]


@pytest.mark.rule("ACC-2.1", "ACC-2.5", "ACC-2.6")
async def test_the_choice_for_staff_offers_what_is_on_and_not_paused(dfe: DfEBrowser):
    answer = await dfe.browser.get("/staff/sign-in")
    assert answer.text.index(f'href="{BEGIN}"') < answer.text.index('href="/staff/sign-in/email"')
    assert 'href="/sign-in/email"' not in answer.text
    await dfe.browser.get("/staff/sign-in/email")
    assert dfe.browser.h1() == "What is your work email address?"
    await pause(staff_dfe="DfE Sign-in is down until noon.", dfe_sign_in="Schools only.")
    await dfe.browser.get("/staff/sign-in")
    assert dfe.browser.h1() == "What is your work email address?"
    assert "Schools only" not in dfe.browser.text()
    assert (await dfe.browser.get(BEGIN)).headers["location"] == "/staff/sign-in"
    await pause(staff_code="No codes today.")
    answer = await dfe.browser.get("/staff/sign-in")
    assert "No codes today." in dfe.browser.text()
    assert f'href="{BEGIN}"' in answer.text


async def pause(**messages: str) -> None:
    await fetch("DELETE FROM service_setting WHERE key = 'paused_sign_in_methods'")
    await fetch(
        "INSERT INTO service_setting (created_at, updated_at, key, value)"
        " VALUES (now(), now(), 'paused_sign_in_methods', $1)",
        json.dumps(messages),
    )


@pytest.mark.rule("ACC-2.2", "ACC-4.6", "ACC-4.10", "ACC-7.6")
async def test_an_attempt_of_staff_that_comes_to_nothing_leads_back_to_their_own_door(
    dfe: DfEBrowser, outside: Outside
):
    assert (await dfe.browser.get("/sign-in/dfe")).status_code == 404
    await dfe.leave(BEGIN)
    await dfe.browser.get("/sign-in/dfe/callback?error=consent_denied")
    assert dfe.browser.h1() == "You cancelled signing in"
    assert f'href="{BEGIN}"' in dfe.browser.page.text
    again = await dfe.browser.get("/sign-in/dfe/callback?error=sessionexpired")
    assert again.status_code == 303
    assert (await dfe.browser.get("/sign-in/dfe/callback")).status_code == 400
    assert f'href="{BEGIN}"' in dfe.browser.page.text
    await account()
    await outside.fail({"match": {"operation": "role"}, "answer": "server_error"})
    assert (await come(dfe)).status_code == 503
    assert f'href="{BEGIN}"' in dfe.browser.page.text
    await outside.fail({"match": {"operation": "role"}, "answer": "unauthorised"})
    assert (await come(dfe, NOBODY)).status_code == 403
