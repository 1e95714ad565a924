"""The stand-in for DfE Sign-in on loopback, the service registered there, and a browser that signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from app.adapters.dfe_clients import dfe_sign_in_clients
from app.settings import Settings
from app.stand_ins.dfe_sign_in import running_stand_in
from app.web.dfe_endings import DfESignIn
from tests.applications import application
from tests.web.conftest import BASE_URL, PERSONAS, Browser, NoTeachingRecords, browser_of
from tests.web.dfe_sign_in.people import API_SECRET, SECRET, users_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Outside:
    """The stand-in as a test drives it."""

    def __init__(self, url: str, control: httpx.AsyncClient) -> None:
        self.url = url
        self.control = control

    async def serve(self, content: object) -> None:
        answer = await self.control.put("/__stand-in/data", json=content)
        assert answer.status_code == 204, answer.text

    async def fail(self, *faults: dict[str, Any]) -> None:
        answer = await self.control.put("/__stand-in/faults", json=list(faults))
        assert answer.status_code == 204, answer.text

    async def requests(self, *operations: str) -> list[dict[str, Any]]:
        asked = (await self.control.get("/__stand-in/requests")).json()
        return [one for one in asked if not operations or one["operation"] in operations]

    async def forget(self) -> None:
        await self.control.delete("/__stand-in/requests")


class DfEBrowser:
    """A browser of the service that goes to the stand-in and comes back."""

    def __init__(self, browser: Browser, outside: Outside) -> None:
        self.browser = browser
        self.outside = outside

    async def leave(self, path: str = "/sign-in/dfe") -> str:
        """Begin; returns the address at DfE Sign-in."""
        answer = await self.browser.get(path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def choose(self, address: str, email: str, organisation: str = "") -> str:
        """Be somebody there; returns the address to come back to, without our own origin."""
        who = {"stand_in_user": email} | ({"stand_in_organisation": organisation} if organisation else {})
        answer = await self.outside.control.get(f"{address}&{urlencode(who)}")
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(f"{BASE_URL}/sign-in/dfe/callback")
        return answer.headers["location"].removeprefix(BASE_URL)

    async def sign_in(self, email: str, organisation: str = "") -> httpx.Response:
        """Sign in; returns the answer of the callback."""
        return await self.browser.get(await self.choose(await self.leave(), email, organisation))


def query_of(address: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(address).query))


@pytest.fixture(scope="session")
async def stand_in_url() -> AsyncIterator[str]:
    async with running_stand_in(users_file()) as url:
        yield url


@pytest.fixture
async def outside(stand_in_url: str) -> AsyncIterator[Outside]:
    async with httpx.AsyncClient(base_url=stand_in_url, trust_env=False) as control:
        driven = Outside(stand_in_url, control)
        await driven.serve(users_file())
        await driven.forget()
        yield driven


@pytest.fixture
def dfe_settings(stand_in_url: str) -> Settings:
    return Settings(
        base_url=BASE_URL,
        dfe_sign_in_issuer=stand_in_url,
        dfe_sign_in_api_url=stand_in_url,
        dfe_sign_in_client_id="register",
        dfe_sign_in_secret=SECRET,
        dfe_sign_in_api_secret=API_SECRET,
    )


@pytest.fixture
async def dfe_app(dfe_settings: Settings, outside: Outside) -> AsyncIterator[Any]:
    clients = dfe_sign_in_clients(dfe_settings)
    assert clients is not None
    dfe = DfESignIn(clients.provider, clients.directory)
    yield application(dfe_settings, trs=NoTeachingRecords(), dfe=dfe, personas=PERSONAS)
    await clients.close()


@pytest.fixture
async def dfe(database: None, dfe_app: Any, outside: Outside) -> AsyncIterator[DfEBrowser]:
    browser = browser_of(dfe_app)
    yield DfEBrowser(browser, outside)
    await browser.client.aclose()


@pytest.fixture
async def somebody_else(database: None, dfe_app: Any, outside: Outside) -> AsyncIterator[DfEBrowser]:
    browser = browser_of(dfe_app)
    yield DfEBrowser(browser, outside)
    await browser.client.aclose()
