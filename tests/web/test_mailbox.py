"""The developer mailbox in the browser and for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.asgi import NOT_IN_PRODUCTION, handlers
from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices.catalogue import NamedAsInductionTutor
from app.notices.deliver import deliver_due
from app.notices.mailbox import DeveloperMailbox
from app.notices.outbox import Subjects, queue_message
from app.settings import Settings, settings
from tests.notices.rows import NOON, make_draft, make_user
from tests.web.world import make_school

if TYPE_CHECKING:
    from tests.web.conftest import Browser


async def send(to: str, name: str = "Alice Archer", school_id: int | None = None, hours: int = 0) -> None:
    with clock.at(NOON + timedelta(hours=hours)):
        async with transaction():
            message = NamedAsInductionTutor(name, "Amberley Grove School")
            await queue_message(message, to=to, dedupe_key=to, about=Subjects(school_id=school_id))
        await deliver_due(DeveloperMailbox())


@pytest.mark.rule("NOT-8.1")
async def test_programs_read_the_mail_newest_first_with_filters(client: Browser) -> None:
    school = await make_school("900007")
    await send("a@a.example")
    await send("b@a.example", school_id=school, hours=1)
    mails = (await client.send("GET", "/dev/mailbox.json")).json()
    assert [mail["to"] for mail in mails] == ["b@a.example", "a@a.example"]
    assert set(mails[0]) == {"id", "to", "email_id", "subject", "body", "at"}
    assert mails[0]["email_id"] == "M-10"
    assert mails[0]["at"] == (NOON + timedelta(hours=1)).isoformat()
    for query, count in (("to=A@a.example", 1), ("email_id=M-10", 2), ("email_id=M-11", 0), ("school_urn=900007", 1)):
        assert len((await client.send("GET", f"/dev/mailbox.json?{query}")).json()) == count, query


@pytest.mark.rule("NOT-8.1")
async def test_a_mail_is_shown_with_working_links_and_as_it_was_written(client: Browser) -> None:
    await send("a@a.example", name="<b>Eve</b> http://evil.example/x")
    page = await client.get("/dev/mailbox")
    assert "a@a.example" in client.text()
    (mail,) = (await client.send("GET", "/dev/mailbox.json")).json()
    assert f"/dev/mailbox/{mail['id']}" in page.text
    page = await client.get(f"/dev/mailbox/{mail['id']}")
    assert client.h1() == mail["subject"]
    base = settings().base_url
    assert f'<a class="govuk-link" href="{base}/privacy">' in page.text
    assert 'href="http://evil.example' not in page.text
    assert "<b>Eve" not in page.text


@pytest.mark.rule("NOT-8.1")
async def test_the_mailbox_can_be_emptied(client: Browser) -> None:
    await send("a@a.example")
    await client.get("/dev/mailbox")
    assert (await client.post("/dev/mailbox/clear")).status_code == 303
    await client.get("/dev/mailbox?to=a@a.example")
    assert "There are no emails like that." in client.text()


@pytest.mark.rule("GEN-05")
@pytest.mark.parametrize("mail", ["nonsense", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_mail_is_not_found(client: Browser, mail: str) -> None:
    assert (await client.get(f"/dev/mailbox/{mail}")).status_code == 404


@pytest.mark.rule("NOT-8.3")
async def test_the_clock_page_runs_what_is_due_at_the_time_in_use(client: Browser) -> None:
    school = await make_school()
    await make_draft(school, await make_user("bob@a.example", school))
    await client.get("/clock")
    await client.post("/clock", {"now": (NOON + timedelta(days=26)).isoformat()})
    await client.get("/clock")
    assert (await client.post("/clock/run-due")).headers["location"] == "/dev/mailbox"
    (mail,) = (await client.send("GET", "/dev/mailbox.json?email_id=M-30")).json()
    assert mail["to"] == "bob@a.example"
    assert [row["state"] for row in await fetch("SELECT state FROM draft")] == ["open"]


@pytest.mark.rule("NOT-8.1")
def test_production_has_no_mailbox() -> None:
    production = Settings.model_construct(environment="production", sign_in_methods="email_link")
    assert not [handler for handler in handlers(production) if handler in NOT_IN_PRODUCTION]
