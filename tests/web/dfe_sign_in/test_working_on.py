"""While somebody works: the role asked about again, other schools, and signing out there too (ACC-4.11 to 4.14)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import pytest
from lxml import html

from app.access.queries import RoleStanding
from app.access.sign_in import HasNot
from app.db.engine import fetch, fetch_one
from app.web.schools.own_roles import asked
from tests import factories
from tests.cast import cast
from tests.factories import noon
from tests.web.dfe_sign_in.conftest import query_of
from tests.web.dfe_sign_in.people import ALICE, ASH, BOTH, users_file
from tests.web.dfe_sign_in.test_signing_in import accept_privacy_notice

if TYPE_CHECKING:
    from tests.web.dfe_sign_in.conftest import DfEBrowser, Outside

DOWN = {"match": {"operation": "role"}, "answer": "server_error"}
FORM = {"subject": "A question", "message": "How do I register a mentor?", "name": "Alice"}


def at(dfe: DfEBrowser, time: str) -> None:
    dfe.browser.client.headers["X-With-Server-Date"] = f"2025-11-10T{time}"


@pytest.fixture
async def alice(dfe: DfEBrowser):
    """Sign Alice in at noon."""
    made = await cast()
    await factories.school("100003", "Cedar School")
    await accept_privacy_notice()
    at(dfe, "12:00:00")
    assert (await dfe.sign_in(ALICE)).status_code == 303
    await dfe.outside.forget()
    return made


@pytest.fixture
async def both(dfe: DfEBrowser):
    """Sign somebody in at noon at the first of three organisations."""
    made = await cast()
    await factories.school("100003", "Cedar School")
    at(dfe, "12:00:00")
    assert (await dfe.sign_in(BOTH, ASH)).status_code == 303
    await accept_privacy_notice()
    return made


@pytest.mark.rule("ACC-4.12")
async def test_the_role_is_asked_about_again_after_15_minutes_and_not_before(dfe: DfEBrowser, alice, outside: Outside):
    at(dfe, "12:15:00")
    assert (await dfe.browser.get("/school/home")).status_code == 200
    assert await outside.requests("role") == []
    at(dfe, "12:15:01")
    assert (await dfe.browser.get("/school/home")).status_code == 200
    assert (await dfe.browser.get("/school/home")).status_code == 200
    assert len(await outside.requests("role")) == 1


@pytest.mark.rule("ACC-4.12", "ACC-3.5", "ACC-3.7")
async def test_a_role_withdrawn_meanwhile_ends_access_with_the_refusal_page(dfe: DfEBrowser, alice, outside: Outside):
    await outside.serve(users_file(without=ASH))
    at(dfe, "12:20:00")
    answer = await dfe.browser.get("/school/ects")
    assert answer.status_code == 403
    assert dfe.browser.h1() == "You do not have access to this service for Ash School"
    assert (await dfe.browser.get("/school/ects")).headers["location"] == "/sign-in"
    access = await fetch_one("SELECT ended_at, end_reason FROM school_access WHERE source = 'dfe_sign_in'")
    assert access is not None
    assert access["end_reason"] == "role_withdrawn"
    assert "school_access_ended" in [row["kind"] for row in await fetch("SELECT kind FROM event")]


@pytest.mark.rule("ACC-4.12")
async def test_access_by_another_way_outlives_the_role(dfe: DfEBrowser, alice, outside: Outside):
    await factories.access(alice.ash, alice.alice, source="email_link", granted_by="nomination")
    await outside.serve(users_file(without=ASH))
    at(dfe, "12:20:00")
    assert (await dfe.browser.get("/school/home")).status_code == 200


@pytest.mark.rule("ACC-4.12", "FLT-36", "EXT-3.17")
@pytest.mark.parametrize("answer", ["server_error", "drop_connection", "forbidden", "html_200"])
async def test_while_roles_cannot_be_asked_about_people_go_on_for_an_hour_then_read(
    dfe: DfEBrowser, alice, outside: Outside, answer
):
    await outside.fail({**DOWN, "answer": answer})
    at(dfe, "12:59:59")
    assert (await dfe.browser.get("/school/support")).status_code == 200
    assert (await dfe.browser.post("/school/support", {})).status_code == 422
    at(dfe, "13:00:00")
    assert (await dfe.browser.get("/school/support")).status_code == 200
    held = await dfe.browser.post("/school/support", {"message": "How do I register a mentor?"})
    assert (held.status_code, held.headers["retry-after"]) == (503, "60")
    assert dfe.browser.h1() == "We cannot check your access right now"
    assert 'name="message" value="How do I register a mentor?"' in held.text
    await outside.fail()
    at(dfe, "13:02:00")
    assert (await dfe.browser.post("/school/support", {"message": ""})).status_code == 422


@pytest.mark.rule("ACC-4.12")
async def test_pages_do_not_wait_for_each_other_question_while_it_is_down(dfe: DfEBrowser, alice, outside: Outside):
    await outside.fail(DOWN)
    at(dfe, "12:20:00")
    for _ in range(3):
        assert (await dfe.browser.get("/school/home")).status_code == 200
    assert len(await outside.requests("role")) == 1
    at(dfe, "12:21:00")
    await dfe.browser.get("/school/home")
    assert len(await outside.requests("role")) == 2


@pytest.mark.rule("ACC-4.11", "ACC-10.4")
async def test_other_schools_are_offered_and_asked_about_when_chosen(dfe: DfEBrowser, both, outside: Outside):
    assert "Change school" in (await dfe.browser.get("/school/home")).text
    await outside.forget()
    await dfe.browser.get("/school/choose")
    assert "Birch School" in dfe.browser.text()
    assert dfe.browser.text().count("We check your access when you choose it") == 2
    answer = await dfe.browser.post("/school/choose", {"school_id": str(both.birch.public_id)})
    assert answer.status_code == 303
    assert "Birch School" in (await dfe.browser.get("/school/home")).text
    assert len(await outside.requests("role")) == 1
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds[-2:] == ["school_access_opened", "school_switched"]


@pytest.mark.rule("ACC-4.11")
async def test_a_school_without_the_role_is_refused_and_the_present_one_stays(dfe: DfEBrowser, both, outside: Outside):
    cedar = await fetch_one("SELECT public_id FROM school WHERE urn = '100003'")
    assert cedar is not None
    await dfe.browser.get("/school/choose")
    answer = await dfe.browser.post("/school/choose", {"school_id": str(cedar["public_id"])})
    assert answer.status_code == 403
    assert dfe.browser.h1() == "You do not have access to this service for Cedar School"
    await outside.fail(DOWN)
    await dfe.browser.get("/school/choose")
    answer = await dfe.browser.post("/school/choose", {"school_id": str(both.birch.public_id)})
    assert answer.status_code == 503
    assert "Ash School" in (await dfe.browser.get("/school/home")).text


@pytest.mark.rule("ACC-4.14", "EXT-3.15", "ACC-9.7")
async def test_signing_out_ends_the_session_first_and_then_that_of_dfe_sign_in(
    dfe: DfEBrowser, alice, outside: Outside
):
    cookie = dfe.browser.client.cookies["session"]
    answer = await dfe.browser.post("/sign-out")
    address = answer.headers["location"]
    asked = query_of(address)
    assert address.startswith(f"{outside.url}/session/end?")
    assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8000/signed-out"
    assert asked["id_token_hint"].count(".") == 2
    assert await fetch("SELECT 1 FROM session WHERE user_id IS NOT NULL") == []
    there = await outside.control.get(address)
    assert there.headers["location"].startswith("http://127.0.0.1:8000/signed-out?state=")
    dfe.browser.client.cookies.set("session", cookie)
    assert (await dfe.browser.get("/school/home")).headers["location"].startswith("/sign-in")


@pytest.mark.rule("HTX-7", "ACC-17.1")
async def test_signing_out_leaves_by_a_full_load_to_an_origin_that_forms_may_lead_to(
    dfe: DfEBrowser, alice, outside: Outside
):
    page = await dfe.browser.get("/sign-out")
    assert f"form-action 'self' {outside.url};" in page.headers["content-security-policy"]
    answer = await dfe.browser.post("/sign-out", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith(f"{outside.url}/session/end?")


@pytest.mark.rule("ACC-4.14")
async def test_without_what_it_takes_the_page_says_they_may_still_be_signed_in_there(dfe: DfEBrowser, alice):
    await fetch("UPDATE session SET id_token = NULL")
    answer = await dfe.browser.post("/sign-out")
    assert answer.headers["location"] == "/signed-out?dfe-sign-in=still"
    page = await dfe.browser.get("/signed-out?dfe-sign-in=still")
    assert "You may still be signed in to DfE Sign-in" in dfe.browser.text()
    assert page.status_code == 200
    await dfe.browser.get("/signed-out")
    assert "You may still be signed in" not in dfe.browser.text()


@pytest.mark.rule("ACC-4.14", "EXT-3.15")
@pytest.mark.parametrize(
    "spoiled", [{"id_token_hint": "unreadable"}, {"post_logout_redirect_uri": "http://127.0.0.1:8000/"}]
)
async def test_dfe_sign_in_refuses_another_return_address_or_hint(dfe: DfEBrowser, alice, outside: Outside, spoiled):
    asked = query_of((await dfe.browser.post("/sign-out")).headers["location"])
    assert (await outside.control.get("/session/end", params={**asked, **spoiled})).status_code == 400


@pytest.mark.rule("ACC-4.1", "EXT-6.10")
@pytest.mark.parametrize(
    "spoiled", [{"redirect_uri": "http://127.0.0.1:8000/sign-in/dfe/callback/"}, {"client_id": "x"}]
)
async def test_dfe_sign_in_sends_nobody_to_an_address_that_is_not_registered_exactly(
    dfe: DfEBrowser, alice, outside: Outside, spoiled
):
    asked = {**query_of(await dfe.leave()), **spoiled, "stand_in_user": ALICE}
    assert (await outside.control.get("/auth", params=asked)).status_code == 400


@pytest.mark.rule("ACC-2.5", "ACC-2.6")
async def test_a_paused_method_is_not_offered_and_its_message_stands_on_the_page(dfe: DfEBrowser, outside: Outside):
    assert 'href="/sign-in/dfe"' in (await dfe.browser.get("/sign-in")).text
    come_back = await dfe.choose(await dfe.leave(), ALICE)
    await outside.forget()
    await factories.insert(
        "service_setting", key="paused_sign_in_methods", value='{"dfe_sign_in": "DfE Sign-in is down until 3pm."}'
    )
    page = await dfe.browser.get("/sign-in")
    assert 'href="/sign-in/dfe"' not in page.text
    assert "DfE Sign-in is down until 3pm." in dfe.browser.text()
    ways = ("/sign-in/dfe", "/sign-in/dfe/callback", "/sign-in/dfe/callback?error=sessionexpired", come_back)
    for way in ways:  # nor is there a way around the pause
        assert (await dfe.browser.get(way)).headers["location"] == "/sign-in", way
    assert await outside.requests() == []
    assert (await dfe.browser.get("/school/home")).headers["location"] == "/sign-in"


def cards(dfe: DfEBrowser) -> dict[str, tuple[bool, str]]:
    """Return of each school on the page whether its counts are shown, and its button."""
    found = html.fromstring(dfe.browser.page.text).xpath("//*[@data-school]")
    return {
        card.get("data-school"): (bool(card.xpath(".//*[@data-row='to-do']")), " ".join(card.xpath(".//button/text()")))
        for card in found
    }


@pytest.mark.rule("ACC-10.5", "ACC-4.11", "ACC-4.12")
async def test_my_schools_ask_about_roles_first_and_show_no_counts_of_what_is_not_known(
    dfe: DfEBrowser, both, outside: Outside
):
    await dfe.browser.get("/school/my-schools")
    assert cards(dfe) == {
        "100001": (True, ""),
        "100002": (False, "Select to view"),
        "100003": (False, "Select to view"),
    }
    (birch,) = await fetch("SELECT public_id FROM school WHERE urn = '100002'")
    answer = await dfe.browser.post("/school/my-schools", {"school_id": str(birch["public_id"])})
    assert answer.headers["location"] == "/school/home"
    await outside.forget()
    at(dfe, "12:20:00")
    await dfe.browser.get("/school/my-schools")
    assert {urn: shown for urn, (shown, _) in cards(dfe).items()} == {"100001": True, "100002": True, "100003": False}
    assert len(await outside.requests("role")) == 2
    at(dfe, "12:40:00")
    await outside.fail({**DOWN, "times": 1}, {**DOWN, "answer": "unavailable", "times": 1})
    await dfe.browser.get("/school/my-schools")
    assert [urn for urn, (shown, _) in cards(dfe).items() if shown] == []
    (cedar,) = await fetch("SELECT public_id FROM school WHERE urn = '100003'")
    assert (await dfe.browser.post("/school/my-schools", {"school_id": str(cedar["public_id"])})).status_code == 403


@pytest.mark.rule("ACC-10.5", "ACC-3.5")
async def test_a_school_whose_role_is_gone_leaves_my_schools(dfe: DfEBrowser, both, outside: Outside):
    (birch,) = await fetch("SELECT id FROM school WHERE urn = '100002'")
    await fetch(
        """INSERT INTO school_access (created_at, updated_at, user_id, school_id, source, granted_by, granted_at,
            role_checked_at) SELECT created_at, updated_at, user_id, $1, source, granted_by, granted_at, role_checked_at
        FROM school_access WHERE source = 'dfe_sign_in'""",
        birch["id"],
    )
    content = users_file()
    content["users"][1]["organisations"][1]["roles"] = []
    await outside.serve(content)
    at(dfe, "12:16:00")
    await dfe.browser.get("/school/my-schools")
    assert cards(dfe).keys() == {"100001", "100003"}
    ended = await fetch(
        "SELECT end_reason FROM school_access WHERE school_id = $1 AND source = 'dfe_sign_in'", birch["id"]
    )
    assert [row["end_reason"] for row in ended] == ["role_withdrawn"]


@pytest.mark.rule("ACC-10.5")
async def test_roles_are_asked_about_five_at_a_time():
    asking: set[str] = set()
    most = 0

    class Slow:
        async def role(self, subject: str, organisation: str) -> HasNot:
            nonlocal most
            asking.add(organisation)
            most = max(most, len(asking))
            await asyncio.sleep(0.01)
            asking.remove(organisation)
            return HasNot()

    at_noon = noon(date(2025, 11, 10))
    roles = [RoleStanding("somebody", str(number), at_noon, None) for number in range(12)]
    assert await asked(Slow(), roles) == [HasNot()] * 12  # type: ignore[arg-type]
    assert most == 5
