"""Forms: only ours, only of this session, only for the school they were rendered for (access, sections 10 and 17)."""

from __future__ import annotations

import pytest

from app.db.engine import fetch
from app.web import csrf
from tests.web.conftest import Browser, browser_of
from tests.web.probes import PROBES
from tests.web.world import make_school

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def handlers():
    return PROBES


@pytest.fixture
async def alice(client: Browser):
    await make_school()
    await client.sign_in()
    await client.get("/school/probe")
    return client


@pytest.mark.rule("ACC-17.3")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="no browser, but the token"),
        pytest.param({"Origin": ORIGIN}, 200, id="own origin"),
        pytest.param({"Origin": "https://elsewhere.example"}, 403, id="foreign origin"),
        pytest.param({"Origin": "http://127.0.0.1:9000"}, 403, id="another port"),
        pytest.param({"Origin": "https://127.0.0.1:8000"}, 403, id="another scheme"),
        pytest.param({"Origin": "http://[broken"}, 403, id="unreadable origin"),
        pytest.param({"Origin": "null"}, 403, id="hidden origin alone"),
        pytest.param({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200, id="hidden origin of our own page"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 200, id="same origin"),
        pytest.param({"Sec-Fetch-Site": "none"}, 200, id="by the user's own hand"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a sister site"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
    ],
)
async def test_a_form_comes_from_our_own_pages(alice: Browser, headers, status):
    assert (await alice.post("/school/probe", headers=headers)).status_code == status


@pytest.mark.rule("ACC-17.3")
@pytest.mark.parametrize("token", ["", "x", "é", "A" * 86 + "==", "A" * 88, "\0"])
async def test_a_form_needs_our_token(alice: Browser, token):
    answer = await alice.send("POST", "/school/probe", data={"csrf_token": token})
    assert answer.status_code == 403


@pytest.mark.rule("ACC-17.3")
@pytest.mark.rule("TRP-3")
async def test_a_form_without_a_token_is_refused_signed_in_or_not(alice: Browser, app):
    assert (await alice.send("POST", "/school/probe")).status_code == 403
    assert (await browser_of(app).send("POST", "/school/probe")).status_code == 403
    assert (await alice.send("POST", "/sign-out", data={"email": "x"})).status_code == 403


@pytest.mark.rule("ACC-17.3")
async def test_the_form_of_somebody_who_signed_out_says_so(alice: Browser):
    old = alice.hidden()
    await alice.post("/sign-out")
    await alice.get("/feedback")  # begins a session of nobody's
    answer = await alice.send("POST", "/feedback", data=old)
    assert (answer.status_code, "You have signed out since you opened the page" in answer.text) == (409, True)


@pytest.mark.rule("ACC-17.3", "FLT-16")
async def test_the_form_of_an_ended_session_can_be_sent_again(alice: Browser):
    old = alice.hidden()
    await alice.sign_in()
    typed = {"email": "a&b@amberley.example", "tick": ["1", "2"]}
    answer = await alice.send("POST", "/school/probe", data={**old, **typed})
    assert answer.status_code == 409
    assert "You have signed in again since you opened the page" in answer.text
    assert 'name="email" value="a&amp;b@amberley.example"' in answer.text
    assert answer.text.count('name="tick"') == 2
    again = {**alice.hidden(), "email": "a&b@amberley.example"}
    assert again["csrf_token"] != old["csrf_token"]
    assert again["school_mark"] == old["school_mark"]
    answer = await alice.send("POST", "/school/probe", data=again)
    assert (answer.status_code, answer.headers["x-typed"]) == (200, "a&b@amberley.example")


@pytest.mark.rule("ACC-17.3")
async def test_the_form_of_a_session_that_ran_out_is_not_lost(alice: Browser):
    old = alice.hidden()
    await fetch("DELETE FROM session")
    answer = await alice.send("POST", "/school/probe", data={**old, "email": "x"})
    assert answer.status_code == 409
    assert 'name="email" value="x"' in answer.text


@pytest.mark.rule("FLT-17")
async def test_without_cookies_a_form_says_so_and_no_page_leads_round_in_circles(alice: Browser):
    typed = {**alice.hidden(), "email": "x"}
    alice.client.cookies.clear()
    answer = await alice.send("POST", "/school/probe", data=typed)
    assert answer.status_code == 409
    assert "allow cookies" in alice.text()
    redirects = 0
    alice.client.cookies.clear()
    answer = await alice.get("/school/probe")
    while answer.status_code == 303:
        redirects += 1
        alice.client.cookies.clear()
        answer = await alice.get(answer.headers["location"])
    assert (answer.status_code, alice.h1()) == (200, "Sign in")
    assert redirects <= 3


@pytest.mark.rule("ACC-17.3")
async def test_somebody_elses_token_does_not_do(alice: Browser, app):
    other = browser_of(app)
    await other.sign_in(name="Bob Bright", email="bob@amberley.example")
    await other.get("/school/probe")
    answer = await alice.send("POST", "/school/probe", data={**other.hidden(), "email": "x"})
    assert answer.status_code == 409
    assert "x-typed" not in answer.headers


@pytest.mark.rule("ACC-17.3")
def test_a_token_is_new_each_time_and_bound_to_its_session():
    key, secret = b"k" * 32, b"s" * 32
    assert csrf.make_token(key, secret) != csrf.make_token(key, secret)
    token = csrf.make_token(key, secret)
    assert csrf.judge(token, key, secret) is csrf.Verdict.GOOD
    assert csrf.judge(token, key, b"t" * 32) is csrf.Verdict.STALE
    assert csrf.judge(token, key, None) is csrf.Verdict.STALE
    assert csrf.judge(token, b"l" * 32, secret) is csrf.Verdict.WRONG


@pytest.mark.rule("ACC-10.3")
@pytest.mark.rule("G-04")
async def test_a_form_of_another_school_is_refused_and_offers_to_switch_back(alice: Browser):
    await make_school("100002", name="Calder Bridge School")
    old = alice.hidden()
    await alice.sign_in("100002")
    await alice.get("/school/probe")
    answer = await alice.post("/school/probe", {"school_mark": old["school_mark"], "email": "x"})
    assert answer.status_code == 409
    assert "Amberley Grove School" in alice.text()
    assert "x-typed" not in answer.headers
    (amberley,) = await fetch("SELECT public_id FROM school WHERE urn = '100001'")
    answer = await alice.post("/school/choose", {"school_id": str(amberley["public_id"])})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/probe")
    assert (await alice.get("/school/probe")).headers["x-here"].startswith("100001")


@pytest.mark.rule("ACC-10.3")
@pytest.mark.parametrize("mark", ["", "1", "1.x", "é", "9" * 30 + ".x", "9" * 5_000 + ".x"])
async def test_a_forged_mark_is_no_mark(alice: Browser, mark):
    answer = await alice.post("/school/probe", {"school_mark": mark})
    assert answer.status_code == 409


@pytest.mark.rule("TRP-7")
async def test_of_a_repeated_field_the_last_counts_and_nul_is_harmless(alice: Browser):
    answer = await alice.post("/school/probe", {"email": ["first", "last"]})
    assert answer.headers["x-typed"] == "last"
    answer = await alice.post("/school/probe", {"email": "a\0b"})
    assert (answer.status_code, answer.headers["x-typed"]) == (200, r"a\ufffdb")


async def test_a_body_of_more_than_a_megabyte_is_refused(alice: Browser):
    answer = await alice.post("/school/probe", {"email": "x" * 1_000_001})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param("multipart/form-data", b"x", 400, id="no boundary"),
        pytest.param("multipart/form-data; boundary=x", b"rubbish", 400, id="no parts"),
        pytest.param("application/json", b"{", 403, id="not a form"),
        pytest.param("application/x-www-form-urlencoded", b"\xff\xfe=%ff&%00=%00", 403, id="bad bytes"),
    ],
)
async def test_what_is_no_form_is_answered_kindly(alice: Browser, kind, body, status):
    answer = await alice.send("POST", "/school/probe", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
