"""What happens to a registration while other tabs, colleagues and days go by (quality section 5.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.events.verify import verify
from tests.web.conftest import browser_of
from tests.web.register_ect.conftest import CLOCK
from tests.web.register_ect.walking import EMAIL, YES_NAME, Walker, identity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.conftest import Browser
    from tests.web.register_ect.conftest import World


@pytest.fixture
async def bob(world: World, alice: Browser, app: Any) -> AsyncIterator[Browser]:
    """Give Bob, a colleague of Alice's, signed in."""
    browser = browser_of(app, headers=CLOCK)
    await browser.sign_in("100001", name="Bob Baker", email="bob@ash.example")
    yield browser
    await browser.client.aclose()


async def written() -> list[int]:
    """Return how many stays, mails and events of registering there are."""
    counts = await fetch(
        """SELECT (SELECT count(*) FROM ect_at_school_period) AS stays, (SELECT count(*) FROM message) AS mails,
            (SELECT count(*) FROM event WHERE kind = 'teacher_registered_as_ect') AS events"""
    )
    return list(counts[0])


@pytest.mark.rule("FLT-4", "FLT-5", "REL-1", "GDS-10")
async def test_a_confirmation_sent_again_shows_what_was_registered_and_writes_nothing(alice: Browser) -> None:
    walker = await Walker(alice).to_check()
    form = alice.hidden()
    await walker.answer("confirmation")
    before = await written()
    answer = await alice.send("POST", f"{walker.base}/check-answers", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{walker.base}/confirmation")
    shown = await alice.get(answer.headers["location"])
    assert "Priya Shah is registered as an ECT" in alice.h1()
    assert 'href="/school/ects/' in shown.text
    assert await written() == before == [1, 2, 1]


@pytest.mark.rule("FLT-6", "DR-01")
async def test_the_form_of_a_draft_that_is_gone_says_what_happened_and_changes_nothing(alice: Browser) -> None:
    walker = await Walker(alice).to_email()
    form = alice.hidden()
    await alice.get(f"/school/drafts/{walker.base.rpartition('/')[2]}/delete")
    await alice.post(f"/school/drafts/{walker.base.rpartition('/')[2]}/delete", {"confirm_delete": "yes"})
    alice.client.headers["X-With-Server-Date"] = "2025-10-07T09:00:00Z"
    await alice.sign_in("100001")
    await alice.get("/school/home")
    fresh = alice.hidden() | {"answer_version": form.get("answer_version", "0")}
    answer = await alice.send("POST", f"{walker.base}/email-address", data={**fresh, **EMAIL})
    while answer.status_code == 303:
        answer = await alice.get(answer.headers["location"])
    assert "This unfinished registration was deleted" in alice.h1()
    assert "Nothing was registered" in alice.text()
    assert 'href="/school/register-ect"' in answer.text
    assert await written() == [0, 0, 0]


@pytest.mark.rule("FLT-8", "DRF-10")
async def test_of_two_tabs_with_one_teacher_one_registers_and_the_other_is_told(alice: Browser) -> None:
    first = await Walker(alice).to_check()
    second = await Walker(alice).start()
    await second.answer("already-in-progress", **identity())
    assert "Alice Archer" in alice.text()
    await second.answer("review-ect", draft_choice="replace_existing")
    answer = await alice.post(f"{first.base}/check-answers")
    while answer.status_code == 303:
        answer = await alice.get(answer.headers["location"])
    assert "was deleted" in alice.h1()
    assert await written() == [0, 0, 0]
    await second.visit("review-ect")
    await second.answer("email-address", **YES_NAME)
    assert [row["state"] for row in await fetch("SELECT state FROM draft ORDER BY created_at")] == ["deleted", "open"]


@pytest.mark.rule("FLT-9")
async def test_of_two_colleagues_with_one_teacher_one_registers_and_the_other_sees_who_and_when(
    alice: Browser, bob: Browser
) -> None:
    hers, his = await Walker(alice).to_check(), await Walker(bob).start()
    await his.answer("already-in-progress", **identity())
    assert "Alice Archer" in bob.text()
    assert "6 October 2025" in bob.text()
    await hers.answer("already-in-progress")
    assert "Bob Baker" in alice.text()
    await hers.answer("check-answers", draft_choice="replace_existing")
    await hers.answer("confirmation")
    gone = await bob.get(f"{his.base}/find-ect")
    while gone.status_code == 303:
        gone = await bob.get(gone.headers["location"])
    assert "Alice Archer deleted it on 6 October 2025" in bob.text()
    late = await Walker(bob).start()
    await late.answer("already-registered", **identity())
    record = re.search(r"/school/ects/[0-9a-f-]{36}", bob.page.text if bob.page else "")
    assert record is not None
    await bob.get(record.group())
    assert "6 October 2025 at 10am, by Alice Archer" in bob.text()
    assert (await written())[0] == 1
    assert await verify() == []
