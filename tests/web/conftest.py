"""The browser of the tests: it keeps cookies, reads forms and lints every page it gets."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from lxml import html

from app.access.personas import Persona
from app.settings import Settings, settings
from tests.applications import application
from tests.events_seen import Watched
from tests.page_lint import lint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

BASE_URL = "http://127.0.0.1:8000"
PERSONAS = (
    Persona("amberley-tutor", "Alice Archer", "alice@amberley.example", "school", "Registers ECTs", ("100001",)),
    Persona("no-school", "Nora Nowhere", "nora@nowhere.example", "school", "Works for no school"),
    Persona("staff-support", "Sam Support", "sam@staff.example", "staff", "Helps schools", roles=("support",)),
    Persona("staff-locked", "Lou Locked", "lou@staff.example", "staff", "Locked out", locked=True),
)


class NoTeachingRecords:
    """Stands where no test of these pages asks."""


class Browser:
    """Sends requests as a browser would; an answer that the page lint finds fault with fails the test."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page: httpx.Response | None = None
        self.linted = True

    async def get(self, url: str, **kwargs: Any) -> httpx.Response:
        """Ask for a page."""
        return self._keep(await self.client.get(url, **kwargs))

    async def head(self, url: str, **kwargs: Any) -> httpx.Response:
        """Ask for the headers of a page."""
        return await self.client.head(url, **kwargs)

    async def send(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send anything as it is: no token is added."""
        return self._keep(await self.client.request(method, url, **kwargs))

    async def post(self, url: str, data: Mapping[str, Any] | None = None, **kwargs: Any) -> httpx.Response:
        """Send a form with the token and school mark of the last page, which is fetched when there is none."""
        if not self.hidden():
            await self.get("/sign-out")
        return self._keep(await self.client.post(url, data={**self.hidden(), **(data or {})}, **kwargs))

    def hidden(self) -> dict[str, str]:
        """Return the token and school mark of the last page's first form."""
        text = self.page.text if self.page is not None else ""
        found = re.findall(r'name="(csrf_token|school_mark)" value="([^"]*)"', text)
        return {name: unescape(value) for name, value in reversed(found) if value or name == "school_mark"}

    async def sign_in(
        self, urn: str = "100001", *, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """Sign in as somebody of a school, Alice unless said otherwise."""
        form = {"kind": "school", "school_urn": urn, "name": "Alice Archer", "email": "alice@amberley.example"}
        answer = await self.client.post("/personas", data={**form, **fields}, headers=headers)
        assert answer.status_code == 303, answer.text
        self.page = None
        return answer

    async def sign_in_as_staff(self, *roles: str) -> httpx.Response:
        """Sign in as a member of staff."""
        form = {"kind": "staff", "roles": ",".join(roles), "name": "Sam Support", "email": "sam@staff.example"}
        answer = await self.client.post("/personas", data=form)
        assert answer.status_code == 303, answer.text
        self.page = None
        return answer

    def h1(self) -> str:
        """Return the heading of the last page."""
        assert self.page is not None
        return " ".join(html.fromstring(self.page.text).xpath("//h1")[0].text_content().split())

    def text(self) -> str:
        """Return the words of the last page's main part."""
        assert self.page is not None
        return " ".join(html.fromstring(self.page.text).xpath("//main")[0].text_content().split())

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if self.linted:
            assert not lint(answer), "\n".join(lint(answer))
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text:
            self.page = answer
        return answer


def browser_of(app: Any, **kwargs: Any) -> Browser:
    """Return a browser of its own on the app."""
    transport = httpx.ASGITransport(app=Watched(app), raise_app_exceptions=True)
    return Browser(httpx.AsyncClient(transport=transport, base_url=BASE_URL, **kwargs))


@pytest.fixture
def handlers() -> Sequence[Any]:
    """Give more routes for the app; a test module overrides it."""
    return ()


@pytest.fixture
def app_settings() -> Settings:
    """Give the app's settings; a test module overrides it."""
    return settings()


@pytest.fixture
def app(handlers: Sequence[Any], app_settings: Settings) -> Any:
    """Give the application."""
    return application(app_settings, trs=NoTeachingRecords(), personas=PERSONAS, more=handlers)


@pytest.fixture
async def client(database: None, app: Any) -> AsyncIterator[Browser]:
    """Give a browser on the app, inside the test's transaction."""
    browser = browser_of(app)
    yield browser
    await browser.client.aclose()
