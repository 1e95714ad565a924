"""Asking for access and signing in by email, through the developer mailbox, in Chromium (QUA-2.3, access 5 and 6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.notices.deliver import deliver_due
from app.notices.mailbox import DeveloperMailbox

if TYPE_CHECKING:
    from tests.browser.conftest import Served

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["JavaScript", "no JavaScript"])
ADDRESS = "head.office@ash.example"


async def mail(reader: Any, to: str, email_id: str) -> str:
    """Deliver what is queued; returns the text of the newest such email in the developer mailbox."""
    await deliver_due(DeveloperMailbox())
    answer = await reader.context.request.get(f"/dev/mailbox.json?to={to}&email_id={email_id}")
    return str((await answer.json())[0]["body"])


def path_in(body: str, start: str) -> str:
    """Return the path of ours that an email links to."""
    found = re.search(rf"https?://[^/\s]+({start}\S+)", body)
    assert found is not None, body
    return found[1]


@BOTH
@pytest.mark.rule("ACC-5.1", "ACC-5.12", "ACC-5.15", "ACC-6.5", "ACC-6.6", "AX-22", "NOT-1.6")
async def test_a_school_names_somebody_who_signs_in_with_link_and_code(
    open_browser: Any, served: Served, javascript: bool
) -> None:
    await fetch("UPDATE school SET primary_email = $2 WHERE id = $1", served.world.ash, ADDRESS)
    async with open_browser(javascript=javascript, signed_in=False) as reader:
        await reader.open("/request-access")
        await reader.press("Search")
        assert "Enter a school name, URN or postcode" in await reader.text()
        await reader.fill(q="no such school")
        await reader.press("Search")
        assert "No school found" in await reader.text()
        await reader.fill(q="ash sch")
        await reader.press("Search")
        await reader.press("Continue")
        assert "Select your school" in await reader.text()
        await reader.choose("Ash School")
        await reader.press("Continue")
        assert "h****e@ash.example" in await reader.text()
        await reader.press("Confirm and send the link", "sent")

        await reader.open(path_in(await mail(reader, ADDRESS, "M-70"), "/access/"))
        await reader.choose("No")
        await reader.press("Continue", "not-expecting")
        await reader.follow("continue anyway", "name")
        await reader.press("Continue")
        assert "Enter the full name" in await reader.text()
        await reader.fill(name="Dana Drew")
        await reader.press("Continue", "email")
        await reader.fill(email="dana@ash.example")
        await reader.press("Continue", "induction-tutor")
        await reader.choose("No")
        await reader.press("Continue", "check-answers")
        await reader.follow("Change name", "name")
        await reader.fill(name="Dana Drewe")
        await reader.press("Continue", "check-answers")
        await reader.press("Confirm and give access", "done")
        assert "Dana Drewe" in await mail(reader, "dana@ash.example", "M-72")

        await reader.open("/sign-in/email")
        await reader.fill(email="dana")
        await reader.press("Continue")
        assert "Check the email address" in await reader.text()
        await reader.fill(email="dana@ash.example")
        await reader.press("Continue", "email")
        assert await reader.h1() == "Check your email"
        body = await mail(reader, "dana@ash.example", "M-74")
        code = str(re.search(r"code is ([0-9]{6})", body)[1])  # type: ignore[index]
        await reader.fill(code=f"{(int(code) + 1) % 10**6:06}")
        await reader.press("Sign in", "email")
        assert "The code is not right" in await reader.text()
        await reader.fill(code=f"{code[:3]} {code[3:]}")
        await reader.press("Sign in", "privacy-notice")
    rows = await fetch("SELECT personalisation FROM message WHERE message_id IN ('M-70', 'M-74')")
    assert [row["personalisation"] for row in rows] == [None, None]


@BOTH
@pytest.mark.rule("ACC-6.5", "ACC-6.6")
async def test_the_link_is_opened_on_another_device(open_browser: Any, served: Served, javascript: bool) -> None:
    rows = await fetch(
        "INSERT INTO app_user (created_at, updated_at, audience, name, email, active, staff_roles,"
        " accepted_privacy_version, accepted_privacy_at)"
        " VALUES (now(), now(), 'school', 'Dana Drew', 'dana@ash.example', true, '{}', '1.0', now()) RETURNING id"
    )
    user = rows[0]["id"]
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject)"
        " VALUES (now(), now(), $1, 'email_link', 'dana@ash.example')",
        user,
    )
    await fetch(
        "INSERT INTO school_access (created_at, updated_at, user_id, school_id, source, granted_by, granted_at)"
        " VALUES (now(), now(), $1, $2, 'email_link', 'nomination', now())",
        user,
        served.world.ash,
    )
    async with open_browser(javascript=javascript, signed_in=False) as desk:
        await desk.open("/sign-in/email")
        await desk.fill(email="dana@ash.example")
        await desk.press("Continue", "email")
        link = path_in(await mail(desk, "dana@ash.example", "M-74"), "/sign-in/link/")
    async with open_browser(javascript=javascript, signed_in=False) as phone:
        await phone.open(link)
        await phone.press("Sign in", "home")
        await phone.open("/your-details")
        await phone.fill(email="dana.drew@ash.example")
        await phone.press("Save", "your-details")
        assert "until then nothing changes" in await phone.page.inner_text("#page")
        await phone.open(path_in(await mail(phone, "dana.drew@ash.example", "M-76"), "/your-details/confirm/"))
        await phone.press("Confirm and change my address")
        assert await phone.h1() == "Your email address has been changed"
        await phone.open(link)
        assert await phone.h1() == "That link has expired"
