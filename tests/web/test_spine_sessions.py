"""Sessions: made by the server, replaced at sign-in, over by either limit, dead after sign-out (access, section 9)."""

from __future__ import annotations

import pytest

from app.access.sessions import hash_of
from app.db.engine import fetch
from app.settings import Settings
from app.web import chrome
from tests.web.conftest import Browser, browser_of
from tests.web.probes import PROBES
from tests.web.world import make_school

START = "2025-10-06T09:00:00Z"


@pytest.fixture
def handlers():
    return PROBES


def at(moment):
    return {"X-With-Server-Date": moment}


async def sessions():
    return await fetch("SELECT * FROM session")


@pytest.mark.rule("ACC-9.1")
@pytest.mark.rule("TRP-2")
async def test_a_visitor_without_a_form_gets_no_session(client: Browser):
    answer = await client.get("/")
    assert "set-cookie" not in answer.headers
    assert not await sessions()


@pytest.mark.rule("ACC-9.1")
@pytest.mark.parametrize("beside", ["{session}", "a[1]=\u00a3; {session}", "{session}; b", "old_session=1;{session}"])
async def test_a_session_is_found_beside_whatever_other_cookies_there_are(client: Browser, beside):
    await make_school()
    await client.sign_in()
    ours = f"session={client.client.cookies['session']}"
    client.client.cookies.clear()
    answer = await client.get("/school/probe", headers={"Cookie": beside.format(session=ours).encode("latin-1")})
    assert answer.status_code == 200


@pytest.mark.rule("PRF-8")
async def test_the_frame_of_a_page_is_only_made_for_a_page(client: Browser, monkeypatch):
    made = []
    make = chrome.chrome_for
    monkeypatch.setattr(chrome, "chrome_for", lambda *args: made.append(args) or make(*args))
    await make_school()
    await client.sign_in()
    made.clear()
    assert (await client.get("/school/home")).status_code == 200
    assert len(made) == 1
    assert (await client.post("/sign-out", {})).status_code == 303
    assert len(made) == 1


@pytest.mark.rule("ACC-9.1")
async def test_a_page_with_a_form_makes_a_session_whose_id_is_not_stored(client: Browser):
    answer = await client.get("/clock")
    cookie = client.client.cookies["session"]
    (row,) = await sessions()
    assert row["id_hash"] == hash_of(cookie)
    assert cookie.encode() not in bytes(row["id_hash"]) + bytes(row["csrf_secret"])
    header = answer.headers["set-cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Domain" not in header
    assert "Expires" not in header
    assert "Max-Age" not in header


@pytest.mark.rule("ACC-9.1")
@pytest.mark.rule("TRP-1")
async def test_an_id_the_server_does_not_know_is_never_adopted(client: Browser):
    client.client.cookies.set("session", "chosen-by-the-attacker", domain="127.0.0.1", path="/")
    answer = await client.get("/clock")
    assert hash_of("chosen-by-the-attacker") not in [row["id_hash"] for row in await sessions()]
    assert "chosen-by-the-attacker" not in answer.headers["set-cookie"]


@pytest.mark.rule("ACC-9.2")
@pytest.mark.rule("SEC-12")
async def test_the_id_is_replaced_at_sign_in(client: Browser):
    await make_school()
    await client.get("/clock")
    before = client.client.cookies["session"]
    await client.sign_in()
    after = client.client.cookies["session"]
    assert before != after
    assert len(after) >= 43
    assert [row["id_hash"] for row in await sessions()] == [hash_of(after)]


@pytest.mark.rule("ACC-9.7")
async def test_a_copied_cookie_is_useless_after_sign_out(client: Browser):
    await make_school()
    await client.sign_in()
    copied = client.client.cookies["session"]
    await client.get("/sign-out")
    assert client.h1() == "Do you want to sign out?"
    answer = await client.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "session" not in client.client.cookies
    client.client.cookies.set("session", copied, domain="127.0.0.1", path="/")
    assert (await client.get("/school/probe")).headers["location"] == "/sign-in"


@pytest.mark.rule("ACC-9.3")
@pytest.mark.parametrize(
    ("moment", "status"),
    [
        pytest.param("2025-10-06T10:59:59Z", 200, id="a second before two hours"),
        pytest.param("2025-10-06T11:00:00Z", 303, id="at 7,200 seconds it is over"),
        pytest.param("2025-10-01T09:00:00Z", 200, id="the clock went back: it counts as new"),
    ],
)
async def test_a_session_nobody_uses_ends_after_two_hours(client: Browser, moment, status):
    await make_school()
    await client.sign_in(headers=at(START))
    assert (await client.get("/school/probe", headers=at(moment))).status_code == status


@pytest.mark.rule("ACC-9.3")
async def test_a_session_in_use_ends_after_twelve_hours(client: Browser):
    await make_school()
    await client.sign_in(headers=at(START))
    for hour in range(10, 21):
        assert (await client.get("/school/probe", headers=at(f"2025-10-06T{hour}:00:00Z"))).status_code == 200
    assert (await client.get("/school/probe", headers=at("2025-10-06T20:59:59Z"))).status_code == 200
    assert (await client.get("/school/probe", headers=at("2025-10-06T21:00:00Z"))).status_code == 303


@pytest.mark.rule("ACC-9.3")
async def test_what_the_page_asks_for_by_itself_is_no_use(client: Browser):
    await make_school()
    await client.sign_in(headers=at(START))
    assert (await client.get("/school/polled", headers=at("2025-10-06T10:30:00Z"))).status_code == 200
    assert (await client.get("/school/probe", headers=at("2025-10-06T11:00:00Z"))).status_code == 303


@pytest.mark.rule("ACC-9.5")
@pytest.mark.rule("ACC-9.9")
async def test_after_signing_in_again_the_page_asked_for_opens(client: Browser):
    await make_school()
    await client.sign_in(headers=at(START))
    late = at("2025-10-06T12:00:00Z")
    answer = await client.get("/school/probe?tab=left", headers=late)
    await client.get(answer.headers["location"], headers=late)
    assert client.h1() == "You have been signed out"
    answer = await client.sign_in(headers=late)
    assert answer.headers["location"] == "/school/probe?tab=left"
    assert (await client.sign_in(headers=late)).headers["location"] == "/school/home"


@pytest.mark.rule("ACC-9.5")
async def test_sign_in_never_lands_inside_a_part_of_a_page(client: Browser):
    answer = await client.get("/school/probe", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"], answer.text) == (204, "/sign-in", "")


@pytest.mark.rule("ACC-9.9")
async def test_a_path_of_another_area_is_not_returned_to(client: Browser):
    await make_school()
    await client.get("/admin")
    assert (await client.sign_in()).headers["location"] == "/school/home"


@pytest.mark.rule("ACC-9.4")
async def test_staying_signed_in_adds_to_the_idle_limit_but_not_to_the_absolute_one(client: Browser):
    await make_school()
    await client.sign_in(headers=at(START))
    await client.get("/school/probe", headers=at(START))
    later = at("2025-10-06T10:59:00Z")
    token = {"X-CSRF-Token": client.hidden()["csrf_token"]}
    assert (await client.post("/session/extend", headers={**later, **token})).status_code == 204
    back = {"Referer": "http://127.0.0.1:8000/school/probe"}
    answer = await client.post("/session/extend", headers={**later, **back})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/probe")
    answer = await client.post("/session/extend", headers={**later, "Referer": "https://elsewhere.example/x"})
    assert answer.headers["location"] == "/school/home"
    assert (await client.get("/school/probe", headers=at("2025-10-06T12:58:00Z"))).status_code == 200
    (row,) = await sessions()
    assert row["absolute_expires_at"].isoformat() == "2025-10-06T21:00:00+00:00"


@pytest.mark.rule("ACC-9.8")
async def test_signing_out_everywhere_ends_every_browser(client: Browser, app):
    await make_school()
    await client.sign_in()
    other = browser_of(app)
    await other.sign_in()
    assert (await other.get("/school/probe")).status_code == 200
    await client.get("/sign-out")
    assert (await client.post("/sessions/end")).headers["location"] == "/signed-out"
    assert (await other.get("/school/probe")).headers["location"] == "/sign-in"


@pytest.mark.rule("ACC-9.8")
async def test_switching_an_account_off_works_at_the_next_request(client: Browser):
    await make_school()
    await client.sign_in()
    await fetch("UPDATE app_user SET active = false")
    assert (await client.get("/school/probe")).status_code == 403
    assert "switched off" in client.text()
    assert not await sessions()


@pytest.mark.rule("ACC-3.7")
async def test_losing_the_last_access_ends_the_session(client: Browser):
    await make_school()
    await client.sign_in()
    await fetch("UPDATE school_access SET ended_at = now()")
    answer = await client.get("/school/probe")
    assert answer.headers["location"] == "/no-school"
    assert not await sessions()
    assert (await client.get("/no-school")).status_code == 403


@pytest.mark.rule("ACC-9.1")
@pytest.mark.rule("SEC-5")
class TestOverHttps:
    @pytest.fixture
    def app_settings(self):
        return Settings(environment="test", base_url="https://127.0.0.1:8000")

    async def test_the_cookie_is_secure_and_bound_to_the_host(self, client: Browser):
        answer = await client.get("/clock")
        header = answer.headers["set-cookie"]
        assert header.startswith("__Host-session=")
        assert "; Secure" in header
