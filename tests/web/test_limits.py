"""Rate limits: atomic, shared, by a sliding window (access, section 16)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.access.rate_limit import count
from app.db.engine import fetch
from app.settings import Settings
from app.web.limits import AddressLimit, client_address

if TYPE_CHECKING:
    from tests.web.conftest import Browser

WINDOW = timedelta(minutes=5)
KEY = b"k" * 32
START = clock.parse("2025-10-06T09:00:00Z")


async def attempt(seconds: int = 0, key: str = "a@b.example", kind: str = "sign_in") -> int:
    with clock.at(START + timedelta(seconds=seconds)):
        return await count(kind, key, 3, WINDOW, KEY)


@pytest.mark.rule("ACC-16.1")
async def test_the_window_slides_and_refusals_do_not_count(database):
    assert [await attempt(second) for second in (0, 100, 200)] == [0, 0, 0]
    assert await attempt(250) == 51
    assert await attempt(299) == 2
    assert await attempt(300) == 0
    assert await attempt(301) > 0
    assert await attempt(400) == 0


@pytest.mark.rule("ACC-16.1")
async def test_kinds_and_keys_are_counted_apart(database):
    for _ in range(3):
        await attempt()
    assert await attempt() > 0
    assert await attempt(key="c@d.example") == 0
    assert await attempt(kind="search") == 0


@pytest.mark.rule("GEN-01")
async def test_what_is_stamped_later_than_now_is_not_counted(database):
    for _ in range(3):
        await attempt(seconds=200)
    assert await attempt(seconds=100) == 0


@pytest.mark.rule("ACC-18.1")
async def test_the_key_is_stored_as_a_keyed_hash(database):
    await attempt()
    (row,) = await fetch("SELECT * FROM rate_count")
    assert "a@b" not in str(dict(row))
    assert len(row["key_hash"]) == 32


@pytest.mark.rule("TRP-4")
@pytest.mark.rule("ACC-16.1")
async def test_of_a_hundred_at_once_no_more_than_the_limit_pass(committed_database):
    answers = await asyncio.gather(*(count("sign_in", "a", 30, WINDOW, KEY) for _ in range(100)))
    assert answers.count(0) == 30
    assert (await fetch("SELECT count(*) AS n FROM rate_count"))[0]["n"] == 30


@pytest.mark.rule("SEC-21")
@pytest.mark.rule("ACC-16.1")
@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        pytest.param("", "203.0.113.9", "10.0.0.1", id="no proxy is trusted"),
        pytest.param("10.0.0.1", "203.0.113.9", "203.0.113.9", id="one proxy"),
        pytest.param("10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9", id="what the client claims is ignored"),
        pytest.param("10.0.0.1,10.0.0.2", "203.0.113.9, 10.0.0.2", "203.0.113.9", id="two proxies"),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="the proxy itself"),
    ],
)
def test_the_address_comes_from_trusted_proxies_only(proxies, forwarded, expected):
    settings = Settings(environment="test", trusted_proxies=proxies)
    scope = {"client": ("10.0.0.1", 5), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert client_address(scope, settings) == expected


def asked(path="/", address="10.0.0.1"):
    return {"client": (address, 5), "headers": [], "path": path}


@pytest.mark.rule("ACC-16.1")
@pytest.mark.rule("ACC-16.2")
async def test_anything_from_one_address_is_counted_in_batches(database):
    limit = AddressLimit(Settings(environment="test"), batch=2, entries=3)
    with clock.at(START):
        assert [await limit.wait(asked()) for _ in range(8)] == [0] * 7 + [301]
        assert await limit.wait(asked()) == 301
        assert await limit.wait(asked("/health/live")) == 0
        assert await limit.wait(asked(address="10.0.0.2")) == 0
    with clock.at(START + WINDOW):
        assert await limit.wait(asked()) == 0


@pytest.mark.rule("ACC-16.2")
async def test_address_limits_can_be_off(database):
    limit = AddressLimit(Settings(environment="test", address_limits="off"), batch=1, entries=1)
    assert [await limit.wait(asked()) for _ in range(3)] == [0] * 3


@pytest.mark.rule("ACC-16.1")
async def test_an_address_that_asks_too_much_gets_a_page_that_says_when(client: Browser, app_settings):
    headers = {"X-With-Server-Date": START.isoformat()}
    with clock.at(START):
        for _ in range(60):
            await count("anything", "127.0.0.1", 60, WINDOW, app_settings.secret())
    answers = [await client.get("/robots.txt", headers=headers) for _ in range(25)]
    assert [answer.status_code for answer in answers] == [200] * 24 + [429]
    refused = await client.get("/", headers=headers)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert client.h1() == "Too many attempts"
    assert (await client.get("/api/v3/x", headers=headers)).json()["errors"][0]["title"] == "Too many requests"
