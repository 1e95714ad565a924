"""Staff sign in with a code by email (access, section 7)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.access.add_staff import AddStaff, add_staff
from app.access.deactivate_staff import DeactivateStaff, deactivate_staff
from app.access.issue_staff_code import IssueStaffCode, issue_staff_code
from app.access.request_staff_code import RequestStaffCode, request_staff_code
from app.access.sign_in_by_staff_code import SignInByStaffCode, sign_in_by_staff_code
from app.access.unlock_staff import UnlockStaff, unlock_staff
from app.db.engine import fetch
from app.jobs.run_due import run_due
from app.notices.mailbox import DeveloperMailbox
from app.terms import Actor, ActorKind, Refused
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from tests.web.conftest import Browser

START = datetime(2026, 9, 14, 9, tzinfo=UTC)
SAM = "Sam@staff.example"
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
BROWSER = b"b" * 32


def at(seconds: float = 0) -> dict[str, str]:
    return {"X-With-Server-Date": (START + timedelta(seconds=seconds)).isoformat()}


async def account(email: str = SAM, roles: tuple[str, ...] = ("support",)) -> None:
    with clock.at(START):
        await add_staff(AddStaff(email, "Sam Support", roles), OPERATOR)


async def mails(message: str = "M-78") -> list[Any]:
    return await fetch("SELECT * FROM message WHERE message_id = $1 ORDER BY id, created_at", message)


async def newest_code() -> str:
    rows = await fetch("SELECT personalisation FROM message WHERE message_id = 'M-78' ORDER BY created_at DESC LIMIT 1")
    return str(json.loads(rows[0]["personalisation"])["fields"]["code"])


async def events() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind ~ 'staff|otp' ORDER BY id")
    return [row["kind"] for row in rows]


async def ask(client: Browser, seconds: float = 0, email: str = SAM) -> None:
    """Ask for a code by the page."""
    await client.get("/staff/sign-in", headers=at(seconds))
    answer = await client.post("/staff/sign-in", {"email": email}, headers=at(seconds))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in/code")
    await client.get("/staff/sign-in/code", headers=at(seconds))


async def type_code(client: Browser, code: str, seconds: float = 0) -> Any:
    return await client.post("/staff/sign-in/code", {"code": code}, headers=at(seconds))


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.rule("ACC-7.2", "ACC-7.3", "ACC-9.2", "ACC-9.9", "ACC-18.1")
async def test_a_code_by_email_opens_the_console(client: Browser) -> None:
    await account()
    assert (await client.get("/admin", headers=at())).headers["location"] == "/staff/sign-in"
    await ask(client, email="sAM@staff.EXAMPLE")
    assert client.h1() == "Enter the code from your email"
    assert "If this is a staff account we have sent a code" in client.text()
    before = client.client.cookies["session"]
    code = await newest_code()
    answer = await type_code(client, f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    assert client.client.cookies["session"] != before
    await client.get("/admin", headers=at())
    assert client.h1() == "Support console"
    assert "Sam Support" in client.text()
    assert await events() == ["staff_account_created", "staff_signs_in"]
    (event,) = await fetch("SELECT actor_kind, actor_name, metadata FROM event WHERE kind = 'staff_signs_in'")
    assert (event["actor_kind"], event["actor_name"]) == ("staff", "Sam Support")
    assert json.loads(event["metadata"])["method"] == "staff_code"


@pytest.mark.rule("ACC-7.2")
@pytest.mark.parametrize("who", ["nobody", "inactive", "foreign domain"])
async def test_the_answer_does_not_tell_whether_there_is_an_account(client: Browser, who: str) -> None:
    await account()
    if who == "inactive":
        await deactivate_staff(DeactivateStaff(SAM, "left"), OPERATOR)
    if who == "foreign domain":
        await fetch("UPDATE app_user SET email = 'sam@elsewhere.example'")
    email = {"nobody": "nobody@staff.example", "inactive": SAM, "foreign domain": "sam@elsewhere.example"}[who]
    await ask(client, email=email)
    assert f"If this is a staff account we have sent a code to {email}." in client.text()
    assert not await mails()
    assert (await type_code(client, "123456")).status_code == 422
    assert "The code is not right" in client.text()


@pytest.mark.rule("ACC-7.1")
async def test_an_address_is_one_account_and_of_a_domain_of_staff(database: None) -> None:
    await account()
    with pytest.raises(Refused, match="account_exists"):
        await account("SAM@STAFF.EXAMPLE")
    with pytest.raises(Refused, match="foreign_domain"):
        await account("sam@school.example")


@pytest.mark.rule("ACC-7.3")
async def test_a_code_ends_after_ten_minutes_and_works_once_in_its_browser(client: Browser, app: Any) -> None:
    await account()
    await ask(client)
    code = await newest_code()
    elsewhere = browser_of(app)
    await ask(elsewhere, 1)
    assert (await type_code(elsewhere, code, 2)).status_code == 422
    assert (await type_code(client, code, 600)).status_code == 422
    await fetch("UPDATE app_user SET wrong_codes = NULL")
    assert (await type_code(client, code, 599)).status_code == 303
    third = browser_of(app)
    third.client.cookies.set("session", elsewhere.client.cookies["session"], domain="127.0.0.1", path="/")
    third.page = elsewhere.page
    assert (await type_code(third, code, 3)).status_code == 422


@pytest.mark.rule("ACC-7.3")
async def test_requests_within_a_minute_are_one_and_a_new_code_voids_the_old(client: Browser) -> None:
    await account()
    await ask(client)
    first = await newest_code()
    await ask(client, 59)
    assert len(await mails()) == 1
    await ask(client, 60)
    assert len(await mails()) == 2
    assert (await type_code(client, first, 61)).status_code == 422
    assert (await type_code(client, await newest_code(), 61)).status_code == 303


@pytest.mark.rule("ACC-7.3")
async def test_five_codes_are_mailed_in_a_quarter_of_an_hour(database: None) -> None:
    await account()
    for seconds in (0, 60, 120, 180, 240, 300, 899, 900):
        with clock.at(START + timedelta(seconds=seconds)):
            await request_staff_code(RequestStaffCode(SAM, BROWSER))
    assert len(await mails()) == 6
    assert (await mails())[0]["expires_at"] - (await mails())[0]["created_at"] == timedelta(minutes=10)


async def wrong_tries(count: int, seconds: float) -> None:
    with clock.at(START + timedelta(seconds=seconds)):
        await request_staff_code(RequestStaffCode(SAM, BROWSER))
        code = await newest_code()
        for _ in range(count):
            assert await sign_in_by_staff_code(SignInByStaffCode(SAM, other(code), BROWSER)) is None


async def succeeds(code: str, seconds: float) -> bool:
    with clock.at(START + timedelta(seconds=seconds)):
        return await sign_in_by_staff_code(SignInByStaffCode(SAM, code, BROWSER)) is not None


@pytest.mark.rule("ACC-7.4")
async def test_five_wrong_tries_void_the_code_and_ten_in_a_row_lock_the_account(database: None) -> None:
    await account()
    await wrong_tries(5, 0)
    assert not await succeeds(await newest_code(), 1)
    await wrong_tries(3, 70)
    assert not await mails("M-79")
    await wrong_tries(1, 140)
    assert len(await mails("M-79")) == 1
    await wrong_tries(2, 210)
    assert not await succeeds(await newest_code(), 211)
    assert len(await mails("M-79")) == 1
    assert (await events()).count("otp_account_locked") == 1

    assert await unlock_staff(UnlockStaff(SAM, "asked by phone"), OPERATOR)
    assert not await unlock_staff(UnlockStaff(SAM, "again"), OPERATOR)
    await wrong_tries(1, 280)
    assert await succeeds(await newest_code(), 281)
    assert (await events()).count("otp_account_unlocked") == 1


@pytest.mark.rule("ACC-7.4")
async def test_success_starts_the_count_anew(database: None) -> None:
    await account()
    for seconds in (0, 100, 200):
        await wrong_tries(4, seconds)
        assert await succeeds(await newest_code(), seconds + 1)
    assert not await mails("M-79")


@pytest.mark.rule("ACC-7.4", "TRP-4")
async def test_tries_at_the_same_moment_are_counted_one_by_one(committed_database: str) -> None:
    await account()
    await request_staff_code(RequestStaffCode(SAM, BROWSER))
    code = await newest_code()
    wrong = SignInByStaffCode(SAM, other(code), BROWSER)
    await asyncio.gather(*(sign_in_by_staff_code(wrong) for _ in range(20)))
    (row,) = await fetch("SELECT wrong_codes, locked_at FROM app_user")
    assert (row["wrong_codes"], row["locked_at"] is not None) == (10, True)
    assert len(await mails("M-79")) == 1
    assert await sign_in_by_staff_code(SignInByStaffCode(SAM, code, BROWSER)) is None


@pytest.mark.rule("ACC-7.3", "TRP-4")
async def test_of_one_code_typed_twice_at_once_one_signs_in(committed_database: str) -> None:
    await account()
    await request_staff_code(RequestStaffCode(SAM, BROWSER))
    right = SignInByStaffCode(SAM, await newest_code(), BROWSER)
    answers = await asyncio.gather(*(sign_in_by_staff_code(right) for _ in range(5)))
    assert len([answer for answer in answers if answer is not None]) == 1


@pytest.mark.rule("ACC-7.5")
async def test_an_operator_gives_out_a_code_that_works_anywhere(client: Browser) -> None:
    await account()
    with clock.at(START):
        made = await issue_staff_code(IssueStaffCode(SAM, "mail is down"), OPERATOR)
    await ask(client, 90)
    assert not await mails()
    assert (await type_code(client, made.code, 91)).status_code == 303
    (event,) = await fetch("SELECT * FROM event WHERE kind = 'staff_code_issued_by_operator'")
    assert json.loads(event["metadata"])["reason"] == "mail is down"
    assert made.code not in str(dict(event))


@pytest.mark.rule("ADM-11.3", "ACC-9.8", "SEC-13")
async def test_deactivating_ends_sessions_and_codes_at_the_next_request(client: Browser) -> None:
    await account()
    await ask(client)
    await type_code(client, await newest_code())
    await deactivate_staff(DeactivateStaff(SAM, "left"), OPERATOR)
    assert (await client.get("/admin", headers=at(1))).status_code == 403
    assert (await client.get("/admin", headers=at(2))).headers["location"] == "/staff/sign-in"


@pytest.mark.rule("ADM-11.4")
async def test_the_last_manager_stays(database: None) -> None:
    await account(roles=("manager",))
    with pytest.raises(Refused, match="last_manager"):
        await deactivate_staff(DeactivateStaff(SAM, "left"), OPERATOR)
    await account("mo@staff.example", ("manager",))
    assert await deactivate_staff(DeactivateStaff(SAM, "left"), OPERATOR)
    assert [row["recipient"] for row in await mails("M-80")].count(SAM) == 2


@pytest.mark.rule("ACC-16.1", "SEC-4")
async def test_eleven_posts_for_one_address_in_five_minutes_are_too_many(client: Browser) -> None:
    await account()
    await ask(client)
    code = await newest_code()
    for _ in range(9):
        assert (await type_code(client, other(code))).status_code == 422
    refused = await type_code(client, code)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 301
    assert client.h1() == "Too many attempts"


@pytest.mark.rule("ACC-16.1", "SEC-4")
async def test_thirty_one_posts_from_one_address_in_five_minutes_are_too_many(client: Browser) -> None:
    await client.get("/staff/sign-in", headers=at())
    answers = [
        await client.post("/staff/sign-in", {"email": f"sam{number}@staff.example"}, headers=at())
        for number in range(31)
    ]
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]


@pytest.mark.rule("ACC-2.5")
async def test_while_codes_are_paused_the_page_says_what_staff_say(client: Browser) -> None:
    await account()
    await ask(client)
    await fetch(
        "INSERT INTO service_setting (created_at, updated_at, key, value)"
        """ VALUES (now(), now(), 'paused_sign_in_methods', '{"staff_code": "Back at noon."}')"""
    )
    assert (await type_code(client, await newest_code())).headers["location"] == "/staff/sign-in"
    await client.post("/staff/sign-in", {"email": SAM}, headers=at(90))
    assert "Back at noon." in client.text()
    assert len(await mails()) == 1
    await client.get("/staff/sign-in")
    assert "Back at noon." in client.text()
    assert 'name="email"' not in client.page.text  # type: ignore[union-attr]


@pytest.mark.rule("ACC-2.6")
async def test_neither_way_in_leads_to_the_other(client: Browser) -> None:
    assert "/staff/sign-in" not in (await client.get("/sign-in")).text
    assert 'href="/sign-in"' not in (await client.get("/staff/sign-in")).text


@pytest.mark.rule("ACC-7.2")
async def test_what_is_no_address_and_no_code_is_said_beside_the_field(client: Browser) -> None:
    await client.get("/staff/sign-in")
    assert (await client.post("/staff/sign-in", {"email": "sam"})).status_code == 422
    assert (await client.get("/staff/sign-in/code")).headers["location"] == "/staff/sign-in"
    await ask(client)
    for typed in ("", "12345", "1234567", "abcdef"):
        assert (await type_code(client, typed)).status_code == 422


@pytest.mark.rule("ACC-6.7", "NOT-1.6", "ACC-17.5")
async def test_a_code_is_forgotten_when_it_has_left(client: Browser, caplog: pytest.LogCaptureFixture) -> None:
    await account()
    await ask(client)
    code = await newest_code()
    with clock.at(START):
        await run_due(None, DeveloperMailbox())
    (mail,) = await mails()
    assert (mail["state"], mail["personalisation"]) == ("delivered", None)
    assert code not in caplog.text
