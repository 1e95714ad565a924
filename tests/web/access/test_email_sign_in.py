"""Signing in by email (access, section 6)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.notices.deliver import deliver_due
from app.notices.sender import Stop
from tests import factories
from tests.notices.doubles import RecordingSender
from tests.web.access.mail import mails, sent
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.cast import Cast

IN = "/sign-in/email"
BOB = "bob@ash.example"


@pytest.fixture
async def bob(people: Cast) -> None:
    """Let Bob sign in by email at Ash School."""
    await fetch("UPDATE school_access SET source = 'email_link' WHERE user_id = $1", people.bob.id)
    await fetch("UPDATE user_identity SET method = 'email_link', subject = $2 WHERE user_id = $1", people.bob.id, BOB)


@pytest.fixture
async def other(app: Any, visitor: Any) -> AsyncIterator[Any]:
    """Give a further browser, on another device."""
    made = browser_of(app, headers={"X-With-Server-Date": visitor.client.headers["X-With-Server-Date"]})
    yield made
    await made.client.aclose()


def later(browser: Any, moment: str) -> None:
    """Move a browser's clock on 6 October 2025."""
    browser.client.headers["X-With-Server-Date"] = f"2025-10-06T{moment}Z"


async def ask(browser: Any, email: str = BOB) -> Any:
    """Ask to sign in; shows the page with the box and returns the answer to the post."""
    await browser.get(IN)
    answer = await browser.post(IN, {"email": email})
    if answer.status_code == 303:
        await browser.get(answer.headers["location"])
    return answer


async def enter(browser: Any, code: str) -> Any:
    """Type a code."""
    return await browser.post(IN, {"code": code})


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.mark.rule("ACC-6.1", "ACC-6.3", "ACC-6.6", "M-74", "ACC-2.7", "AX-22")
async def test_the_code_signs_in_in_the_browser_that_asked(visitor: Any, bob: None) -> None:
    answer = await ask(visitor, " BOB@ash.example")
    assert answer.headers["location"] == f"{IN}?sent=yes"
    assert visitor.h1() == "Check your email"
    assert "BOB@ash.example" in visitor.text()
    box = html.fromstring(visitor.page.text).xpath("//input[@id='code']")[0]
    assert (box.get("autocomplete"), box.get("inputmode"), box.get("maxlength")) == ("one-time-code", "numeric", None)
    (mail,) = await mails()
    assert (mail["id"], mail["to"]) == ("M-74", "BOB@ash.example")
    answer = await enter(visitor, f" {mail['code'][:3]} {mail['code'][3:]}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")
    assert (await visitor.get("/school/home")).status_code == 200
    events = await fetch("SELECT kind, actor_name FROM event WHERE kind = 'school_user_signs_in'")
    assert [tuple(row) for row in events] == [("school_user_signs_in", "Bob Baker")]


@pytest.mark.rule("ACC-6.5", "ACC-6.6", "ACC-9.2")
async def test_the_link_signs_in_on_any_device_by_its_button_only(visitor: Any, other: Any, bob: None) -> None:
    await ask(visitor)
    link = (await mails())[0]["link"]
    for _ in range(3):  # what a mail scanner does
        answer = await other.get(link)
        assert (answer.status_code, other.h1()) == (200, "Sign in to Register early career teachers")
        assert answer.headers["referrer-policy"] == "no-referrer"
    await other.head(link)
    before = other.client.cookies.get("session")
    answer = await other.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")
    assert other.client.cookies.get("session") != before
    assert (await other.get("/school/home")).status_code == 200


@pytest.mark.rule("ACC-6.5", "ACC-6.7")
async def test_using_either_ends_both(visitor: Any, other: Any, bob: None) -> None:
    await ask(visitor)
    (mail,) = await mails()
    await other.get(mail["link"])
    await other.post(mail["link"])
    assert (await enter(visitor, mail["code"])).status_code == 422
    answer = await other.get(mail["link"])
    assert (answer.status_code, other.h1()) == (410, "That link has expired")
    assert "Send a new link" in other.text()
    await visitor.get(IN)
    assert (await visitor.post(mail["link"])).status_code == 410


@pytest.mark.rule("ACC-6.5")
@pytest.mark.parametrize(("moment", "status"), [("11:59:59", 200), ("12:00:00", 410)])
async def test_a_link_lives_an_hour(visitor: Any, bob: None, moment: str, status: int) -> None:
    await ask(visitor)
    later(visitor, moment)
    assert (await visitor.get((await mails())[0]["link"])).status_code == status


@pytest.mark.rule("ACC-6.5", "ACC-16.1")
async def test_a_link_that_was_never_made_is_not_valid(visitor: Any) -> None:
    answers = [await visitor.get(f"/sign-in/link/guess-{number}") for number in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]


@pytest.mark.rule("ACC-6.6")
async def test_a_code_does_not_work_in_another_browser(visitor: Any, other: Any, bob: None) -> None:
    await ask(visitor)
    code = (await mails())[0]["code"]
    await ask(other)
    assert len(await mails()) == 1
    assert (await enter(other, code)).status_code == 422
    assert (await enter(visitor, code)).status_code == 303


@pytest.mark.rule("ACC-6.1", "ACC-6.3", "M-75")
@pytest.mark.parametrize("case", ["unknown", "personas", "inactive", "ended", "staff"])
async def test_nothing_on_the_pages_tells_whether_an_address_is_known(
    visitor: Any, other: Any, bob: None, people: Cast, case: str
) -> None:
    email = {"unknown": "eve@evil.example", "personas": "alice@ash.example", "staff": "sam@staff.example"}.get(
        case, BOB
    )
    pages, answers = [], []
    if case == "inactive":
        await fetch("UPDATE app_user SET active = false WHERE id = $1", people.bob.id)
    if case == "ended":
        await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1", people.bob.id)
    if case == "staff":
        user = await factories.user("Sam Support", "sam@staff.example", audience="staff")
        await factories.insert("user_identity", user_id=user.id, method="staff_code", subject="sam@staff.example")
    for browser, typed in ((visitor, email), (other, "dana@ash.example")):
        if typed == "dana@ash.example":
            dana = await factories.user("Dana Drew", typed)
            await factories.access(people.ash, dana, source="email_link")
            await factories.insert("user_identity", user_id=dana.id, method="email_link", subject=typed)
        answer = await ask(browser, typed)
        answers.append((answer.status_code, dict(answer.headers).keys(), answer.text))
        pages.append(browser.text().replace(typed, "ADDRESS"))
        refused = await enter(browser, "000000" if typed == email else wrong((await mails("M-74"))[0]["code"]))
        answers.append((refused.status_code, dict(refused.headers).keys(), ""))
        pages.append(browser.text().replace(typed, "ADDRESS"))
    assert answers[:2] == answers[2:]
    assert pages[:2] == pages[2:]
    assert set(await sent()) == {("M-75", email), ("M-74", "dana@ash.example")}


@pytest.mark.rule("ACC-6.1")
async def test_the_address_is_looked_up_after_the_answer(
    visitor: Any, bob: None, caplog: pytest.LogCaptureFixture
) -> None:
    counts = {}
    for email in (BOB, "eve@evil.example"):
        await visitor.get(IN)
        caplog.clear()
        with caplog.at_level(logging.INFO, "register.request"):
            answer = await visitor.post(IN, {"email": email})
        assert answer.status_code == 303
        rows = await fetch("SELECT code_hash IS NULL AS none, browser_hash IS NULL AS any FROM one_time_secret")
        counts[email] = len(rows)
        assert not [row for row in rows if row["none"] or row["any"]]
    assert counts == {BOB: 1, "eve@evil.example": 2}


@pytest.mark.rule("ACC-6.2", "VAL-06")
@pytest.mark.parametrize("email", ["", "bob", "bob@", "b b@ash.example"])
async def test_a_wrong_format_is_an_ordinary_error(visitor: Any, email: str) -> None:
    assert (await ask(visitor, email)).status_code == 422
    assert visitor.h1() == "What is your email address?"
    assert await sent() == []


@pytest.mark.rule("ACC-6.4")
@pytest.mark.parametrize("email", [BOB, "eve@evil.example"])
async def test_asking_again_sends_nothing_for_five_minutes_and_then_ends_the_earlier_pair(
    visitor: Any, bob: None, email: str
) -> None:
    await ask(visitor, email)
    later(visitor, "11:04:59")
    await ask(visitor, email.upper())
    assert len(await mails()) == 1
    later(visitor, "11:05:00")
    await ask(visitor, email)
    assert len(await mails()) == 2
    if email == BOB:
        first, second = await mails()
        assert (await visitor.get(first["link"])).status_code == 410
        await visitor.get(f"{IN}?sent=yes")
        assert (await enter(visitor, first["code"])).status_code == 422
        assert (await enter(visitor, second["code"])).status_code == 303


@pytest.mark.rule("ACC-6.6")
async def test_five_wrong_codes_void_the_code_but_not_the_link(visitor: Any, bob: None) -> None:
    await ask(visitor)
    (mail,) = await mails()
    for _ in range(5):
        answer = await enter(visitor, wrong(mail["code"]))
        assert answer.status_code == 422
        assert "The code is not right, or it no longer works" in visitor.text()
    assert (await enter(visitor, mail["code"])).status_code == 422
    await visitor.get(mail["link"])
    assert (await visitor.post(mail["link"])).status_code == 303


@pytest.mark.rule("ACC-6.6")
async def test_twenty_wrong_codes_switch_codes_off_for_a_day_and_links_go_on(visitor: Any, bob: None) -> None:
    for quarter in range(5):
        later(visitor, f"1{1 + quarter}:00:00")
        await ask(visitor)
        code = (await mails("M-74"))[-1]["code"]
        for _ in range(4 if code else 0):
            assert (await enter(visitor, wrong(code))).status_code == 422
    assert (await enter(visitor, code)).status_code == 422
    later(visitor, "16:00:00")
    await ask(visitor)
    mail = (await mails("M-74"))[-1]
    assert mail["code"] == ""
    await visitor.get(mail["link"])
    assert (await visitor.post(mail["link"])).status_code == 303


@pytest.mark.rule("ACC-16.1")
async def test_an_email_address_may_be_typed_ten_times_in_five_minutes(visitor: Any, bob: None) -> None:
    codes = [(await ask(visitor)).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    assert (await ask(visitor, "eve@evil.example")).status_code == 303


@pytest.mark.rule("ACC-16.1")
async def test_thirty_posts_may_come_from_one_address_in_five_minutes(visitor: Any) -> None:
    await visitor.get(IN)
    codes = [(await visitor.post(IN, {"email": f"a{n}@b.example"})).status_code for n in range(31)]
    assert codes == [303] * 30 + [429]


@pytest.mark.rule("ACC-6.6")
async def test_a_code_without_asking_leads_to_the_first_page(visitor: Any) -> None:
    await visitor.get(IN)
    assert (await enter(visitor, "123456")).headers["location"] == IN
    await visitor.get(f"{IN}?sent=yes")
    assert visitor.h1() == "What is your email address?"


@pytest.mark.rule("ACC-6.6")
async def test_an_empty_box_is_said_and_not_counted(visitor: Any, bob: None) -> None:
    await ask(visitor)
    assert (await enter(visitor, " ")).status_code == 422
    assert "Enter the code from the email" in visitor.text()
    assert await fetch("SELECT id FROM rate_count WHERE kind = 'wrong_sign_in_code'") == []


@pytest.mark.rule("ACC-9.9", "ACC-9.11")
async def test_the_page_asked_for_opens_after_the_privacy_notice(visitor: Any, bob: None, people: Cast) -> None:
    await fetch("UPDATE app_user SET accepted_privacy_version = NULL WHERE id = $1", people.bob.id)
    await visitor.get("/school/ects")
    await ask(visitor)
    answer = await enter(visitor, (await mails())[0]["code"])
    assert answer.headers["location"] == "/school/ects"
    assert (await visitor.get("/school/ects")).headers["location"] == "/privacy-notice"
    await visitor.get("/privacy-notice")
    answer = await visitor.post("/privacy-notice", {"accept_privacy_notice": "yes"})
    assert answer.headers["location"] == "/school/ects"


@pytest.mark.rule("ACC-6.3", "ACC-13.8")
async def test_a_user_of_a_blocked_school_gets_in_as_far_as_the_reason(visitor: Any, bob: None, people: Cast) -> None:
    await fetch("UPDATE school SET status_code = 2 WHERE id = $1", people.ash.id)
    await ask(visitor)
    await enter(visitor, (await mails("M-74"))[0]["code"])
    assert (await visitor.get("/school/home")).headers["location"] == "/school/access-denied"


@pytest.mark.rule("ACC-3.6", "ACC-9.8")
async def test_a_link_of_somebody_whose_access_ended_opens_nothing(visitor: Any, bob: None, people: Cast) -> None:
    await ask(visitor)
    (mail,) = await mails()
    await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1", people.bob.id)
    await visitor.get(mail["link"])
    assert (await visitor.post(mail["link"])).status_code == 410
    await visitor.get(f"{IN}?sent=yes")
    assert (await enter(visitor, mail["code"])).status_code == 422


@pytest.mark.rule("ACC-17.5", "ACC-6.7")
async def test_neither_address_nor_link_nor_code_is_in_a_log_or_an_event(
    visitor: Any, bob: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await ask(visitor)
        (mail,) = await mails()
        await visitor.get(mail["link"])
        await visitor.post(mail["link"])
    token = mail["link"].rsplit("/", 1)[1]
    logged = " ".join(
        f"{record.getMessage()} {getattr(record, 'fields', '')}"
        for record in caplog.records
        if record.name.startswith("register")
    )
    assert "/sign-in/link/{token}" in logged
    events = str([tuple(row) for row in await fetch("SELECT * FROM event")])
    for secret in (BOB, token, mail["code"]):
        assert secret not in logged
    for secret in (token, mail["code"]):
        assert secret not in events


@pytest.mark.rule("ACC-2.6")
async def test_the_sign_in_page_offers_it(visitor: Any) -> None:
    await visitor.get("/sign-in")
    links = html.fromstring(visitor.page.text).xpath("//main//a/@href")
    assert {IN, "/request-access"} <= set(links)


@pytest.mark.rule("ACC-9.9")
async def test_somebody_who_is_in_already_goes_on(visitor: Any, bob: None) -> None:
    await ask(visitor)
    await enter(visitor, (await mails())[0]["code"])
    assert (await visitor.get(IN)).headers["location"] == "/school/home"


@pytest.mark.rule("EXT-5.8")
async def test_while_no_mail_leaves_the_page_says_to_wait_and_ask_again(visitor: Any, bob: None) -> None:
    refusing = RecordingSender(Stop("forbidden"))
    for moment in ("08:00", "08:10"):
        later(visitor, moment)
        answer = await ask(visitor)
        await deliver_due(refusing)
        assert (answer.status_code, visitor.h1()) == (303, "Check your email")
        assert "Wait 5 minutes and check your junk mail. Then you can ask again." in visitor.text()
    rows = await fetch("SELECT state FROM message WHERE message_id = 'M-74'")
    assert {row["state"] for row in rows} == {"expired", "pending"}
    assert (await visitor.get("/sign-in")).status_code == 200
