"""What an attacker tries with cookies, addresses and headers; each is a test of its own (quality, section 7)."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from app.access.add_staff import AddStaff, add_staff
from app.access.issue_staff_code import IssueStaffCode, issue_staff_code
from app.access.make_manager import MakeManager, make_manager
from app.db.engine import fetch
from app.settings import Settings
from app.terms import Actor, ActorKind
from app.web.headers import ALWAYS
from tests.applications import application
from tests.cli.conftest import NOTIFY
from tests.web.conftest import BASE_URL, browser_of
from tests.web.probes import PROBES
from tests.web.world import make_school

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Browser

SAM = "sam@staff.example"
OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
LARGEST = 1_000_000


@pytest.fixture
def handlers() -> list[Any]:
    return PROBES


@pytest.fixture
async def alice(client: Browser) -> Browser:
    """Give Alice's browser, signed in, on a page with a form."""
    await make_school()
    await client.sign_in()
    await client.get("/school/probe")
    return client


def thief(app: Any, cookie: str | None) -> Browser:
    """Give a browser with somebody's cookie."""
    browser = browser_of(app)
    browser.client.cookies.set("session", cookie or "", domain="127.0.0.1", path="/")
    return browser


@pytest.mark.rule("ACC-9.2", "SEC-12")
async def test_a_session_planted_before_sign_in_opens_nothing_afterwards(client: Browser, app: Any) -> None:
    await make_school()
    attacker = browser_of(app)
    await attacker.get("/clock")
    planted = attacker.client.cookies["session"]
    client.client.cookies.set("session", planted, domain="127.0.0.1", path="/")
    await client.sign_in()
    assert client.client.cookies.get("session", domain="127.0.0.1", path="/") != planted
    assert (await client.get("/school/probe")).status_code == 200
    assert (await attacker.get("/school/probe")).headers["location"] == "/sign-in"


@pytest.mark.rule("ACC-9.7", "SEC-13")
async def test_what_was_sent_before_sign_out_does_nothing_afterwards(alice: Browser, app: Any) -> None:
    cookie, form = alice.client.cookies["session"], alice.hidden()
    await alice.post("/sign-out")
    replay = thief(app, cookie)
    answer = await replay.send("POST", "/school/probe", data=form)
    assert answer.status_code == 409
    assert (await replay.get("/school/probe")).headers["location"] == "/sign-in"
    assert await fetch("SELECT id FROM session WHERE user_id IS NOT NULL") == []


@pytest.mark.rule("ACC-9.7", "SEC-18")
async def test_signing_out_clears_what_the_browser_kept(alice: Browser) -> None:
    answer = await alice.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.rule("ACC-9.2", "SEC-12")
async def test_a_stolen_cookie_is_worth_nothing_after_the_roles_changed(client: Browser, app: Any) -> None:
    await add_staff(AddStaff(SAM, "Sam Support", ("support",)), OPERATOR)
    code = (await issue_staff_code(IssueStaffCode(SAM, "a test"), OPERATOR)).code
    await client.get("/staff/sign-in")
    await client.get((await client.post("/staff/sign-in", {"email": SAM})).headers["location"])
    await client.post("/staff/sign-in/code", {"code": code})
    stolen = thief(app, client.client.cookies["session"])
    assert (await stolen.get("/admin")).status_code == 200
    await make_manager(MakeManager(SAM, "Sam Support", "a test"), OPERATOR)
    assert (await stolen.get("/admin")).headers["location"] == "/staff/sign-in"


@pytest.mark.rule("ACC-9.8", "SEC-13")
async def test_a_stolen_cookie_is_worth_nothing_after_the_access_ended(alice: Browser, app: Any) -> None:
    stolen = thief(app, alice.client.cookies["session"])
    await fetch("UPDATE school_access SET ended_at = now()")
    assert (await stolen.get("/school/probe")).headers["location"] == "/no-school"


FOREIGN = [
    "//evil.example/school/home",
    "//evil.example",
    "///evil.example/school/home",
    "/\\evil.example/school/home",
    "/school/\\..\\..\\evil.example",
    "/%2F%2Fevil.example",
    "/school/%0d%0aLocation:%20https:%2F%2Fevil.example",
    "/sign-in?next=https://evil.example",
    "/admin?next=//evil.example",
]


@pytest.mark.rule("ACC-17.4", "ACC-9.9")
@pytest.mark.parametrize("asked", FOREIGN)
async def test_signing_in_leads_to_no_foreign_address(client: Browser, asked: str) -> None:
    await make_school()
    client.linted = False
    request = client.client.build_request("GET", BASE_URL)
    request.url = request.url.copy_with(raw_path=asked.encode())
    await client.client.send(request)
    target = (await client.sign_in()).headers["location"]
    parts = urlsplit(target)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert target.startswith("/school/")
    assert "\\" not in target
    assert "\n" not in target


@pytest.mark.rule("ACC-9.9", "SEC-22")
@pytest.mark.parametrize(("asked", "led_to"), [("’", "%E2%80%99"), ("?q=€", "?q=%E2%82%AC"), ("%0d%0aX: y", None)])
async def test_an_address_that_no_header_can_hold_keeps_nobody_out(
    client: Browser, asked: str, led_to: str | None
) -> None:
    await make_school()
    assert (await client.get(f"/school/ects{asked}" if "?" in asked else f"/school/ects/{asked}")).status_code == 303
    came_in = await client.sign_in()
    wanted = "/school/home" if led_to is None else f"/school/ects{led_to}" if "?" in asked else f"/school/ects/{led_to}"
    assert came_in.headers["location"] == wanted
    assert "x" not in came_in.headers


@pytest.mark.rule("ACC-17.4")
@pytest.mark.parametrize("name", ["next", "return_path", "return_to", "redirect", "path", "url"])
async def test_no_parameter_says_where_to_go(client: Browser, name: str) -> None:
    await make_school()
    await client.get("/sign-in", params={name: "https://evil.example/"})
    answer = await client.sign_in(**{name: "https://evil.example/"})
    assert answer.headers["location"] == "/school/home"


@pytest.mark.rule("ACC-17.4")
@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/school/probe",
        "//evil.example",
        f"{BASE_URL}//evil.example/",
        f"{BASE_URL}.evil.example/",
        f"{BASE_URL}@evil.example/",
        "http://127.0.0.1:80001/x",
    ],
)
async def test_staying_signed_in_leads_back_to_our_own_pages_only(alice: Browser, referer: str) -> None:
    answer = await alice.post("/session/extend", headers={"Referer": referer})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")


@pytest.mark.rule("ACC-17.4", "SEC-21")
@pytest.mark.parametrize(
    "spoofed",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/admin", "X-Rewrite-URL": "/admin"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-Prefix": "//evil.example"},
    ],
)
async def test_headers_of_proxies_that_we_do_not_use_change_nothing(alice: Browser, spoofed: dict[str, str]) -> None:
    plain, answer = await alice.get("/privacy"), await alice.get("/privacy", headers=spoofed)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    assert len(answer.text) == len(plain.text)


@pytest.mark.rule("ACC-16.1", "SEC-21", "SEC-4")
async def test_an_invented_address_is_no_way_around_a_limit(client: Browser) -> None:
    await client.get("/staff/sign-in")
    statuses = [
        (
            await client.post(
                "/staff/sign-in",
                {"email": f"sam{number}@staff.example"},
                headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
            )
        ).status_code
        for number in range(31)
    ]
    assert statuses[-1] == 429


def production(**changes: str) -> Browser:
    """Give a browser on the live service behind a proxy at an address of its own."""
    given = {
        "environment": "production",
        "database_url": "postgresql://unused",
        "base_url": "https://127.0.0.1:8000",
        "secret_key": "k" * 32,
        "allowed_hosts": "127.0.0.1",
        "sign_in_methods": "email_link,staff_code",
        "trs_base_url": "https://trs.example",
        "trs_api_key": "x",
        "gias_source": "files",
        **{name.lower(): value for name, value in NOTIFY.items()},
        "trusted_proxies": "127.0.0.1",
    }
    return browser_of(application(Settings(**{**given, **changes})))


@pytest.mark.rule("ACC-17.4", "SEC-21")
async def test_only_a_trusted_proxy_says_that_the_way_was_encrypted(database: None) -> None:
    secure = {"X-Forwarded-Proto": "https"}
    assert (await production().get("/privacy", headers=secure)).status_code == 200
    assert (await production(trusted_proxies="10.0.0.9").get("/privacy", headers=secure)).status_code == 308


@pytest.mark.rule("ACC-17.2", "ACC-17.4", "SEC-6")
async def test_the_way_to_encryption_carries_the_headers_and_keeps_to_our_own_address(database: None) -> None:
    live = production()
    live.linted = False
    answer = await live.get("/privacy", headers={"X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (308, "https://127.0.0.1:8000/privacy")
    assert missing(answer) == []


def missing(answer: httpx.Response) -> list[str]:
    """Return the headers that an answer lacks."""
    return [name for name in ALWAYS if name not in answer.headers]


@pytest.mark.rule("ACC-17.2", "SEC-6")
@pytest.mark.parametrize(
    ("status", "sent"),
    [
        pytest.param(400, {"method": "GET", "headers": {"Host": "evil.example"}}, id="a foreign host"),
        pytest.param(400, {"method": "GET", "headers": {"X-With-Server-Date": "rubbish"}}, id="an unreadable time"),
        pytest.param(413, {"method": "POST", "data": {"a": "x" * LARGEST}}, id="a body that is too large"),
        pytest.param(204, {"method": "GET", "headers": {"HX-Request": "true"}}, id="an instruction to HTMX"),
        pytest.param(405, {"method": "PUT"}, id="a method that is not there"),
    ],
)
async def test_refusals_before_any_page_carry_the_headers_too(
    client: Browser, status: int, sent: dict[str, Any]
) -> None:
    client.linted = False
    answer = await client.send(url="/school/probe", **sent)
    assert answer.status_code == status
    assert missing(answer) == []


@pytest.mark.rule("ACC-17.4")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/x-www-form-urlencoded", 413),
        ("multipart/form-data; boundary=x", 413),
        ("application/json", 403),
        ("text/plain", 403),
    ],
)
@pytest.mark.rule("SEC-9")
async def test_no_body_is_read_beyond_a_megabyte_and_what_is_no_form_not_at_all(
    alice: Browser, kind: str, status: int
) -> None:
    alice.linted = False
    body = b"a=" + b"x" * LARGEST
    answer = await alice.send("POST", "/school/probe", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


@pytest.mark.rule("ADM-1.8", "SEC-9", "PRF-9")
async def test_what_strangers_post_is_forgotten(client: Browser) -> None:
    client.linted = False
    tracemalloc.start()
    try:
        for number in range(30):
            answer = await client.send(
                *("POST", "/sign-in/email"),
                content=f"date_of_birth_year={number:09}".encode() * 10_000,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            assert answer.status_code == 403
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 3 * LARGEST  # they were 8.4 million bytes


@pytest.mark.rule("ACC-9.6", "IDN-03")
async def test_a_session_has_no_place_for_answers(database: None) -> None:
    rows = await fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'session'")
    assert {row["column_name"] for row in rows} == {
        *("id", "created_at", "updated_at", "id_hash", "csrf_secret", "user_id", "school_id", "method"),
        *("signed_in_at", "last_seen_at", "absolute_expires_at", "return_path", "clock_at", "notice", "id_token"),
        *("asked_email", "acting_until", "elevated_until"),
    }
