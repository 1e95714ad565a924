"""What stands on every answer, and what is answered when something goes wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from app import logs
from app.db.engine import engine
from app.settings import Settings
from app.web.errors import LAST_RESORT
from app.web.headers import ALWAYS
from tests.applications import application
from tests.cli.conftest import NOTIFY
from tests.web.conftest import BASE_URL, Browser, browser_of
from tests.web.probes import PROBES
from tests.web.world import make_school

SECRETS = ("alice", "archer", "amberley", "100001", "q=", "1 May 1990", "session=")


@pytest.fixture
def handlers():
    return PROBES


@pytest.fixture
async def alice(client: Browser):
    await make_school()
    await client.sign_in()
    return client


@pytest.fixture
def lines(caplog):
    """Give a way to read the log lines of requests."""
    caplog.set_level("INFO", "register.request")
    return lambda: [record.fields for record in caplog.records if record.name == "register.request"]


ANSWERS = [
    pytest.param("GET", "/", 200, id="a page"),
    pytest.param("GET", "/school/probe", 303, id="a redirect"),
    pytest.param("GET", "/nowhere", 404, id="an unknown address"),
    pytest.param("GET", "/school/nowhere/at/all", 404, id="an unknown address below a known one"),
    pytest.param("POST", "/nowhere", 404, id="a form for nobody"),
    pytest.param("DELETE", "/privacy", 405, id="a method that is not there"),
    pytest.param("POST", "/sign-out", 403, id="a form without token"),
    pytest.param("GET", "/no-school", 403, id="a refusal"),
    pytest.param("GET", "/fails/refused", 409, id="a refusal by a rule"),
    pytest.param("GET", "/fails/database", 503, id="no database"),
    pytest.param("GET", "/fails/badly", 500, id="a fault"),
    pytest.param("GET", "/static/nothing.css", 404, id="an unknown file"),
    pytest.param("GET", "/health/live", 200, id="health"),
    pytest.param("GET", "/robots.txt", 200, id="a text"),
    pytest.param("OPTIONS", "/", 204, id="options"),
    pytest.param("TRACE", "/", 405, id="trace"),
]


@pytest.mark.rule("ACC-17.2")
@pytest.mark.rule("SEC-6")
@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_headers(client: Browser, method, path, status):
    answer = await client.send(method, path)
    assert answer.status_code == status
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.rule("ACC-17.2")
async def test_files_carry_the_headers_and_may_be_kept(client: Browser):
    await client.get("/")
    href = client.page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await client.get(href)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = await client.get(href, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == ALWAYS["content-security-policy"]


@pytest.mark.rule("ACC-17.1")
@pytest.mark.rule("SEC-7")
def test_the_content_policy_admits_nothing_inline_and_nobody_else():
    policy = ALWAYS["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")


@pytest.mark.rule("ACC-17.2")
async def test_only_the_start_and_the_guidance_may_be_indexed(database):
    app = application(Settings(environment="test", allow_indexing=True), trs=None)
    browser = browser_of(app)
    for path, header in (("/", None), ("/guidance", None), ("/privacy", "noindex, nofollow")):
        assert (await browser.get(path)).headers.get("x-robots-tag") == header
    assert "Allow: /guidance$" in (await browser.get("/robots.txt")).text


@pytest.mark.rule("ACC-15.2")
@pytest.mark.rule("TRP-5")
@pytest.mark.parametrize("path", ["/", "/sign-in", "/school/probe", "/nowhere", "/health/live", "/robots.txt"])
async def test_head_answers_wherever_get_does(alice: Browser, path):
    got, head = await alice.get(path), await alice.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == got.headers.get("content-type")


@pytest.mark.rule("ACC-17.4")
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("127.0.0.1", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil.example:8000", 400),
        ("", 400),
        ("127.0.0.1:8000@evil.example", 400),
    ],
)
async def test_only_known_hosts_are_answered(client: Browser, host, status):
    answer = await client.get("/", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.rule("TRP-6")
async def test_an_unknown_address_shows_a_page_that_knows_the_visitor(alice: Browser):
    for path in ("/nowhere", "/school/nobody/nothing/at-all", "/-/not-found"):
        answer = await alice.get(path)
        assert answer.status_code == 404
        assert alice.h1() == "Page not found"
        assert "Alice Archer" in answer.text


@pytest.mark.rule("TRP-7")
@pytest.mark.rule("SEC-22")
@pytest.mark.parametrize("path", ["/%00", "/school/%00", "/fails/%00", "/%ff%fe", "/static/%00.css", "/%E0%80%80"])
async def test_bytes_that_are_no_text_are_not_found(alice: Browser, path):
    answer = await alice.get(path)
    assert answer.status_code == 404


@pytest.mark.rule("TRP-7")
@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "a&b&&=", "q=1&q=2", "%00=%00"])
async def test_no_query_breaks_a_page(alice: Browser, query):
    assert (await alice.get(f"/school/choose?{query}")).status_code == 200
    await alice.get("/sign-out")
    await alice.post("/sign-out")
    assert (await alice.get(f"/school/probe?{query}")).status_code == 303


@pytest.mark.rule("TRP-6")
@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nowhere", "text/html,application/json;q=0.9", "text/html"),
        ("/nowhere", "*/*", "text/html"),
        ("/nowhere", "application/json", "application/json"),
        ("/api/v3/nothing", "*/*", "application/json"),
        ("/fails/badly", "application/json", "application/json"),
        ("/fails/badly", "*/*", "text/html"),
    ],
)
async def test_programs_get_errors_as_json(client: Browser, path, accept, kind):
    answer = await client.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == kind
    if kind == "application/json":
        assert answer.json()["errors"][0]["title"]


@pytest.mark.rule("SEC-22")
async def test_a_fault_says_nothing_about_itself(client: Browser, caplog):
    answer = await client.get("/fails/badly")
    assert (answer.status_code, answer.text) == (500, LAST_RESORT)
    (record,) = [record for record in caplog.records if record.name == "register.fault"]
    assert record.fields["error"] == ["builtins.ValueError"]
    assert "1 May 1990" not in json.dumps(record.fields)
    assert record.fields["request_id"] == answer.headers["x-request-id"]


async def test_a_refusal_that_nobody_explained_is_a_page(client: Browser):
    answer = await client.get("/fails/refused")
    assert answer.status_code == 409
    assert "Somebody else changed it." in client.text()


async def test_without_a_database_there_is_a_page_and_a_time_to_come_back(alice: Browser):
    held = engine.current_transaction.set(None)
    try:
        answer = await alice.get("/school/probe")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert (await alice.get("/fails/badly")).status_code == 503
        assert (await browser_of(alice.client._transport.app).get("/fails/badly")).text == LAST_RESORT
        assert (await alice.get("/health/live")).status_code == 200
        assert (await alice.get("/health/ready")).status_code == 503
    finally:
        engine.current_transaction.reset(held)


@pytest.mark.rule("OPS-3")
async def test_health_is_told_without_signing_in(client: Browser):
    live, ready, deps = [await client.get(f"/health/{what}") for what in ("live", "ready", "deps")]
    assert live.json() == {"status": "ok", "build": "development"}
    assert ready.json() == {"status": "ok", "build": "development"}
    assert (deps.json()["build"], set(deps.json()["dependencies"])) == ("development", {"gias"})
    assert ready.headers["cache-control"] == "no-store"
    refused = await client.post("/health/live")
    assert (refused.status_code, refused.headers["allow"], refused.text) == (405, "GET, HEAD", "")


@pytest.mark.rule("ACC-17.6")
async def test_security_txt_says_whom_to_tell(client: Browser):
    answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Contact: mailto:" in answer.text
    assert "Expires: 20" in answer.text


@pytest.mark.rule("OPS-2")
@pytest.mark.rule("ACC-17.5")
@pytest.mark.rule("TRP-9")
@pytest.mark.rule("SEC-17")
async def test_a_request_is_one_line_without_personal_data(alice: Browser, lines):
    before = len(lines())
    await alice.get("/fails/refused?q=alice", headers={"HX-Request": "true"})
    (line,) = lines()[before:]
    assert set(line) == {
        *("request_id", "route", "method", "status", "actor_kind", "school"),
        *("request_time", "request_cpu_time", "db_count", "db_time", "outside_time", "partial"),
    }
    assert (line["route"], line["method"], line["status"]) == ("/fails/{how}", "GET", 409)
    assert (line["actor_kind"], line["partial"], line["db_count"]) == ("school_user", True, 1)
    assert 0 < line["request_cpu_time"] <= line["request_time"]
    assert 0 < line["db_time"] < line["request_time"]
    assert (line["outside_time"], len(line["school"])) == (0, 12)
    await alice.get("/school/probe")
    assert lines()[-1]["school"] == line["school"]
    assert not [secret for secret in SECRETS if secret in json.dumps(line).lower()]


@pytest.mark.rule("OPS-2", "SEC-22")
async def test_refusals_and_changes_of_rights_are_a_stream_of_their_own(
    alice: Browser, client: Browser, caplog: pytest.LogCaptureFixture
):
    def said() -> list[dict[str, Any]]:
        return [record.fields for record in caplog.records if record.name == "register.security"]

    caplog.set_level(logging.INFO, "register.security")
    assert (await alice.get("/admin")).status_code == 403
    (refused,) = said()
    assert refused.pop("request_id")
    assert refused.pop("school")
    assert refused == {
        "security": "not_allowed", "route": "/admin", "method": "GET", "status": 403, "actor_kind": "school_user",
    }  # fmt: skip
    await client.get("/", headers={"Host": "alice.example"})
    assert said()[-1]["security"] == "not_for_this_service"
    assert not [secret for secret in SECRETS if secret in json.dumps(said()).lower()]


@pytest.mark.rule("OPS-2")
@pytest.mark.parametrize("path", ["/nobody/alice@amberley.example?q=1", "/%00alice", "/school/1234567"])
async def test_an_unknown_address_is_not_logged(client: Browser, lines, path):
    await client.get(path)
    (line,) = lines()
    assert (line["route"], line["actor_kind"]) == ("/{unmatched}", "visitor")


@pytest.mark.rule("OPS-2")
async def test_a_bad_host_or_method_is_logged_without_its_words(client: Browser, lines):
    await client.get("/", headers={"Host": "alice.example"})
    await client.send("AL-ICE", "/")
    first, second = lines()
    assert first["status"] == 400
    assert "alice" not in json.dumps(first)
    assert (second["method"], second["status"]) == ("OTHER", 405)


@pytest.mark.rule("OPS-2")
def test_log_lines_are_json_without_the_words_of_exceptions():
    with pytest.raises(ValueError, match="alice") as caught:
        int("alice@amberley.example")
    fault = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, "first\nsecond", (), fault)
    line = logs.JSONLines().format(record)
    assert "\n" not in line
    read = json.loads(line)
    assert (read["level"], read["message"], read["error"]) == ("error", "first\nsecond", ["builtins.ValueError"])
    assert "alice" not in line


@pytest.mark.rule("OPS-2")
@pytest.mark.parametrize("said", ["a caf\u00e9", "a line\u2028break", "half a letter \udce9"])
def test_log_lines_are_ascii(said):
    record = logging.LogRecord("test", logging.INFO, __file__, 1, said, (), None)
    line = logs.JSONLines().format(record)
    assert line.isascii()
    assert json.loads(line)["message"] == said


@pytest.mark.rule("EXT-1.12")
def test_http_clients_do_not_log_addresses(monkeypatch):
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    logging.getLogger("httpcore").setLevel(logging.NOTSET)
    try:
        logs.configure()
        assert logging.getLogger("httpx").getEffectiveLevel() == logging.WARNING
        assert logging.getLogger("httpcore").getEffectiveLevel() == logging.WARNING
    finally:
        root.handlers[:] = kept
        root.setLevel(level)


@pytest.fixture
def production(database):
    """Give a browser on the live service, behind a proxy of its own."""
    settings = Settings(
        environment="production",
        database_url="postgresql://unused",
        base_url=BASE_URL.replace("http:", "https:"),
        secret_key="k" * 32,
        allowed_hosts="127.0.0.1",
        trusted_proxies="127.0.0.1",
        sign_in_methods="dfe_sign_in,staff_code",
        dfe_sign_in_client_id="register",
        dfe_sign_in_secret="a-secret",
        dfe_sign_in_api_secret="another-secret",
        trs_base_url="https://trs.example",
        trs_api_key="x",
        gias_source="files",
        **{name.lower(): value for name, value in NOTIFY.items()},
    )
    return browser_of(application(settings, trs=None))


@pytest.mark.rule("ACC-8.2")
@pytest.mark.rule("GEN-01")
@pytest.mark.rule("OPS-14")
async def test_in_production_there_is_no_test_sign_in_and_no_clock(production):
    secure = {"X-Forwarded-Proto": "https"}
    for path in ("/personas", "/clock"):
        assert (await production.get(path, headers=secure)).status_code == 404
    answer = await production.get("/", headers={**secure, "X-With-Server-Date": "rubbish"})
    assert answer.status_code == 200


@pytest.mark.rule("ACC-17.4")
async def test_in_production_everything_is_encrypted_but_the_sign_of_life(production):
    answer = await production.get("/privacy?x=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "https://127.0.0.1:8000/privacy?x=1")
    assert (await production.get("/health/live")).status_code == 200
