"""Signing in with DfE Sign-in as people do, in Chromium, with JavaScript and without: there, back, and out again."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from app.access.add_staff import AddStaff, add_staff
from app.adapters.dfe_clients import dfe_sign_in_clients
from app.settings import Settings
from app.terms import Actor, ActorKind
from app.web.dfe_endings import DfESignIn
from tests.applications import application
from tests.browser.conftest import CLOCK
from tests.browser.reader import Reader
from tests.browser.serving import free_port, serving
from tests.cast import cast
from tests.web.conftest import NoTeachingRecords
from tests.web.dfe_sign_in.conftest import outside, stand_in_url  # noqa: F401 - fixtures
from tests.web.dfe_sign_in.people import (
    ALICE,
    API_SECRET,
    BOTH,
    NO_ROLE,
    NOBODY,
    SAM,
    SECRET,
    STRANGE,
    TRUST,
    users_file,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.web.dfe_sign_in.conftest import Outside

BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])


def settings_of(address: str, outside: str) -> Settings:
    """Return the settings of the service at an address, registered at the stand-in."""
    return Settings(
        base_url=address,
        sign_in_methods="dfe_sign_in,email_link,staff_code,staff_dfe",
        dfe_sign_in_issuer=outside,
        dfe_sign_in_api_url=outside,
        dfe_sign_in_client_id="register",
        dfe_sign_in_secret=SECRET,
        dfe_sign_in_api_secret=API_SECRET,
    )


@pytest.fixture(scope="module")
async def registered(stand_in_url: str) -> AsyncIterator[str]:
    """Serve the application on a free port; gives its address."""
    taken, address = free_port()
    async with serving(application(settings_of(address, stand_in_url)), taken):
        yield address


@pytest.fixture
async def address(committed_database: str, outside: Outside, registered: str) -> AsyncIterator[str]:
    """Give the address of the service, which the stand-in knows, with its cast."""
    await cast()
    uris = {
        "redirect_uris": [f"{registered}/sign-in/dfe/callback"],
        "post_logout_redirect_uris": [f"{registered}/signed-out"],
    }
    await outside.serve({**users_file(), "client": uris})
    settings = settings_of(registered, outside.url)
    clients = dfe_sign_in_clients(settings)
    assert clients is not None
    application(settings, trs=NoTeachingRecords(), dfe=DfESignIn(clients.provider, clients.directory))
    yield registered
    await clients.close()


@asynccontextmanager
async def reading(chromium: Browser, address: str, *, javascript: bool) -> AsyncIterator[Reader]:
    context = await chromium.new_context(java_script_enabled=javascript, base_url=address, extra_http_headers=CLOCK)
    context.set_default_timeout(8_000)
    reader = Reader(context, await context.new_page(), javascript=javascript)
    try:
        async with asyncio.timeout(90):
            yield reader
            await reader.leave()
    finally:
        await context.close()


async def be(reader: Reader, email: str, organisation: str = "", begin: str = "/sign-in/dfe") -> None:
    """Go to DfE Sign-in from the page that is open, choose somebody there, and look at the page they come back to."""
    await reader.page.locator(f"a[href='{begin}']").first.click()
    await reader.page.get_by_role("button", name=re.compile(re.escape(email))).click()
    if organisation:
        await reader.page.get_by_role("button", name=organisation).click()
    await reader.page.wait_for_url(lambda url: "/auth" not in url)
    await reader.page.wait_for_load_state()
    await reader.look()


@BOTH_WAYS
@pytest.mark.rule("ACC-2.6", "ACC-9.9", "ACC-4.13", "ACC-4.14", "HTX-7", "ACC-17.1")
async def test_somebody_signs_in_chooses_another_organisation_and_signs_out(
    chromium: Browser, address: str, javascript: bool
) -> None:
    async with reading(chromium, address, javascript=javascript) as reader:
        await reader.open("/school/ects")
        assert await reader.h1() == "Sign in"
        await be(reader, BOTH, "Ash School")
        assert "privacy" in (await reader.h1()).lower()
        await reader.page.get_by_label(re.compile("^Yes|I accept|accept", re.IGNORECASE)).first.check()
        await reader.press("Continue")
        assert "/school/ects" in reader.page.url
        assert "Ash School" in await reader.page.locator("body").inner_text()
        await reader.open("/school/choose")
        assert "We check your access when you choose it" in await reader.text()
        await be(reader, BOTH, "Birch School")
        assert "Birch School" in await reader.page.locator("body").inner_text()
        await reader.open("/sign-out")
        await reader.page.locator("main").get_by_role("button", name="Sign out", exact=True).click()
        await reader.page.wait_for_url(re.compile("/signed-out"))
        await reader.look()
        assert await reader.h1() == "You have signed out"


@BOTH_WAYS
@pytest.mark.rule("ACC-4.10", "ACC-4.6")
async def test_each_way_that_leads_nowhere_has_a_page_that_leads_on(
    chromium: Browser, address: str, outside: Outside, javascript: bool
) -> None:
    headings: dict[str, Any] = {
        NOBODY: "Your account is not linked to a school",
        TRUST: "Sign in with a school",
        STRANGE: "We cannot find your school",
        NO_ROLE: "You do not have access to this service for Ash School",
    }
    async with reading(chromium, address, javascript=javascript) as reader:
        await reader.open("/sign-in")
        for email, heading in headings.items():
            await be(reader, email)
            assert await reader.h1() == heading
        await outside.fail({"match": {"operation": "role"}, "answer": "server_error"})
        await be(reader, ALICE)
        assert await reader.h1() == "We cannot check your access right now"
        await outside.fail({"answer": "wrong_nonce"})
        await be(reader, ALICE)
        assert await reader.h1() == "Sign in again"


@BOTH_WAYS
@pytest.mark.rule("ACC-7.6", "ADM-7.2", "ADM-7.4", "ADM-7.5", "QUA-2.3")
async def test_staff_come_from_dfe_sign_in_act_for_a_school_and_stop(
    chromium: Browser, address: str, javascript: bool
) -> None:
    async with reading(chromium, address, javascript=javascript) as reader:
        await reader.open("/staff/sign-in")
        await be(reader, SAM, begin="/staff/sign-in/dfe")
        assert await reader.h1() == "You cannot use the support console"
        await add_staff(AddStaff(SAM, "Sam Support", ("support",)), Actor(ActorKind.OPERATOR, "An operator"))
        await be(reader, SAM, begin="/staff/sign-in/dfe")
        await reader.open("/admin/schools/100001/act-as")
        await reader.press("Start viewing")
        assert "Enter a note or a ticket number" in await reader.text()
        await reader.choose("Somebody at the school asked")
        await reader.fill(ticket="REG-1234")
        await reader.press("Start viewing", "home")
        banner = reader.page.locator("#acting-banner")
        assert "You are viewing as Ash School (100001). Read-only." in await banner.inner_text()
        await reader.open("/school/ects")
        assert await reader.page.get_by_role("button", name="Register an ECT").is_disabled()
        assert await reader.page.get_by_role("button", name="Search").is_enabled()
        await reader.open("/school/register-ect")
        assert "You are viewing read-only" in await reader.text()
        await banner.get_by_role("link", name="Make changes").click()
        await reader.page.wait_for_url(re.compile("elevate"))
        await reader.look()
        await reader.fill(note="They cannot do it themselves")
        await reader.choose("I will make this change")
        await reader.press("Start making changes", "home")
        assert "You can make changes for the school until" in await banner.inner_text()
        await reader.open("/school/ects")
        await banner.get_by_role("button", name="Stop", exact=True).click()
        await reader.page.wait_for_url(re.compile("/admin/schools/100001$"))


@pytest.mark.rule("ACC-4.6", "ACC-4.10", "ACC-5.11", "ACC-3.7", "QUA-2.3")
async def test_every_page_that_lets_nobody_in_can_be_read(chromium: Browser, address: str, outside: Outside) -> None:
    pages = {
        "/sign-in/dfe/callback?error=access_denied": "You cancelled signing in",
        "/sign-in/dfe/callback?code=unknown&state=unknown": "Sign in again",
        "/access/unknown": "This link is not valid",
        "/no-school": "",
        "/signed-out": "You have signed out",
        "/staff/sign-in/email": "What is your work email address?",
        "/sign-in?ended=yes": "You have been signed out",
    }
    async with reading(chromium, address, javascript=True) as reader:
        for path, heading in pages.items():
            await reader.open(path)
            assert heading in await reader.h1()
        await reader.open("/sign-in")
        await outside.fail({"match": {"operation": "role"}, "answer": "unauthorised"})
        await be(reader, ALICE)
        assert await reader.h1() == "There is a problem signing in"
