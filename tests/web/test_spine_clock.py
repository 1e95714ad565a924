"""The time of a request: its header, else its session's, else the machine's (contract, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import clock
from app.db.engine import fetch
from tests.web.probes import PROBES
from tests.web.world import make_school

if TYPE_CHECKING:
    from tests.web.conftest import Browser


@pytest.fixture
def handlers():
    return PROBES


async def date_of(client: Browser, **headers):
    return (await client.get("/school/probe", headers=headers)).headers["x-here"].split()[2]


@pytest.mark.rule("GEN-01")
async def test_the_header_sets_the_time_of_one_request(client: Browser):
    await make_school()
    await client.sign_in()
    assert await date_of(client, **{"X-With-Server-Date": "2025-10-06"}) == "2025-10-06"
    assert 'id="clock-banner"' in client.page.text
    assert "6 October 2025 at midday" in client.page.text
    assert await date_of(client) == clock.today().isoformat()
    assert 'id="clock-banner"' not in client.page.text


@pytest.mark.rule("GEN-01")
@pytest.mark.parametrize(
    "text", ["", "yesterday", "2025-13-01", "2025-10-06T25:00", "0001-01-01T00:00+23:00", "6/10/2025", "\u0661"]
)
async def test_an_unreadable_time_is_refused(client: Browser, text):
    answer = await client.get("/", headers={"X-With-Server-Date": text.encode()})
    assert answer.status_code == 400
    assert "X-With-Server-Date" in client.text()


@pytest.mark.rule("GEN-01")
async def test_the_clock_page_sets_the_time_of_the_session(client: Browser):
    await make_school()
    await client.sign_in()
    await client.get("/clock")
    assert (await client.post("/clock", {"now": "2030-10-06T10:00"})).status_code == 303
    assert await date_of(client) == "2030-10-06"
    assert 'id="clock-banner"' in client.page.text
    assert await date_of(client, **{"X-With-Server-Date": "2030-10-06T11:30:00Z"}) == "2030-10-06"
    await client.get("/clock")
    assert (await client.post("/clock", {"now": "soon"})).status_code == 422
    assert 'value="soon"' in client.page.text
    assert (await client.post("/clock", {"now": " "})).status_code == 303
    assert await date_of(client) == clock.today().isoformat()


@pytest.mark.rule("GEN-01")
async def test_the_time_set_before_signing_in_stays(client: Browser):
    await make_school()
    await client.get("/clock")
    await client.post("/clock", {"now": "2026-01-05"})
    await client.sign_in()
    assert await date_of(client) == "2026-01-05"
    (session,) = await fetch("SELECT signed_in_at FROM session")
    assert session["signed_in_at"].date().isoformat() == "2026-01-05"


@pytest.mark.rule("GEN-01")
async def test_two_requests_do_not_share_a_time(client: Browser):
    await make_school()
    await client.sign_in(headers={"X-With-Server-Date": "2025-06-01"})
    await client.get("/school/probe", headers={"X-With-Server-Date": "2025-06-01"})
    assert not clock.is_moved()
