"""Text that is stored as markup, template or command comes out as the text it is, on whatever page shows it (SEC-11)."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from tests import factories
from tests.cast import TODAY, cast, sign_in

HOSTILE = "<script>alert(1)</script>'; DROP TABLE teacher; -- {{ 7 + 7 }} ${7+7} \u202e&amp;</main>"


@pytest.mark.rule("SEC-11")
async def test_stored_text_is_shown_as_text_and_nothing_else(client: Any, database: None) -> None:
    people = await cast()
    ect = await factories.ect(people.ash, await factories.teacher(corrected_name=HOSTILE))
    mentor = await factories.mentor(people.ash, await factories.teacher(corrected_name=f"{HOSTILE} Mentor"))
    await factories.mentorship(ect, mentor)
    provider, partner = await factories.lead_provider(f"{HOSTILE} Oak"), await factories.delivery_partner(HOSTILE)
    await factories.training(ect, provider, await factories.partnership(people.ash, provider, partner))
    record = f"/school/ects/{ect.public_id}"
    await sign_in(client, people.alice, people.ash)
    for path in ("/school/home", "/school/ects", "/school/mentors", "/school/partnerships", record):
        await check_shown(client, path)
    client.client.headers["X-With-Server-Date"] = TODAY
    await client.sign_in_as_staff("support")
    for path in ("/admin/people?q=script", f"/admin/people/{ect.teacher.public_id}"):
        await check_shown(client, path)


async def check_shown(client: Any, path: str) -> None:
    """Read a page, which the page lint takes apart too."""
    answer = await client.get(path)
    assert answer.status_code == 200, path
    shown = html.fromstring(answer.text).text_content()
    assert HOSTILE in shown, path
    assert "<script>alert" not in answer.text, path
