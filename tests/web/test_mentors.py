"""The list of mentors: tabs, search, order, cards (LS-01 to LS-10)."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from lxml import html

from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.test_ects import names, rows

MARKED = factories.noon(date(2025, 10, 6))
SEPTEMBER = date(2025, 9, 1)


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def tags(answer: Any) -> list[tuple[str, str]]:
    """Return words and colours of the tags of a page, in order."""
    found = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-tag')]")
    return [(tag.text, tag.get("class").rpartition("--")[2]) for tag in found]


async def one_of_each(people: Cast) -> None:
    """Store mentors of every state."""
    passed = await factories.teacher("Paula Passed", trs_induction_status="Passed")
    mentoring = await factories.mentor(people.ash, "Mo Mentoring")
    await factories.mentorship(await factories.ect(people.ash, "Ida Progress"), mentoring)
    leaving = await factories.mentor(people.ash, "Lea Leaving", finished_on=date(2025, 12, 19))
    await factories.mentorship(await factories.ect(people.ash, "Eli Each"), leaving, finished_on=date(2025, 12, 19))
    former = await factories.mentor(people.ash, "Fin Former")
    await factories.mentorship(await factories.ect(people.ash, passed), former)
    await factories.mentor(people.ash, "Stu Starting", date(2026, 1, 5))
    await factories.mentor(people.ash, "Gil Gone", finished_on=date(2025, 7, 1))
    await factories.mentor(people.ash, "Rex Removed", removed_at=factories.noon(date(2025, 10, 1)))
    await factories.mentor(people.birch, "Ora Other")


TABS = [
    ("mentoring", {"Mo Mentoring", "Lea Leaving"}),
    ("not_mentoring", {"Fin Former", "Stu Starting"}),
    ("left", {"Gil Gone"}),
]


@pytest.mark.rule("LS-01", "STA-03", "PRM-06", "UM-03", "PER-42")
@pytest.mark.parametrize(("tab", "found"), TABS)
async def test_each_tab_lists_its_states_of_this_school_only(
    tab: str, found: set[str], alice: Any, people: Cast
) -> None:
    await one_of_each(people)

    answer = await alice.get("/school/mentors", params={"tab": tab})

    assert set(names(answer)) == found
    counts = [
        link.text_content().strip()
        for link in html.fromstring(answer.text).xpath("//nav[@aria-label='Mentors by state']//a")
    ]
    assert counts == ["Mentoring (2)", "Not mentoring (2)", "Left (1)"]


@pytest.mark.rule("LS-01", "LS-02")
async def test_without_a_tab_the_first_that_is_not_empty_is_shown(alice: Any, people: Cast) -> None:
    await factories.mentor(people.ash, "Gil Gone", finished_on=date(2025, 7, 1))

    for query in ("", "?tab=current&sort=nonsense&page=nonsense"):
        assert names(await alice.get(f"/school/mentors{query}")) == ["Gil Gone"]


@pytest.mark.rule("LS-03", "LS-04", "LS-05")
async def test_search_order_and_paging_are_those_of_every_list(alice: Any, people: Cast) -> None:
    for number in range(20):
        await factories.mentor(people.ash, f"Eve Number{number:02}")
    await factories.mentor(people.ash, await factories.teacher("Zoe Abel", "4512378"), date(2025, 9, 2))

    assert names(await alice.get("/school/mentors"))[0] == "Zoe Abel"
    assert names(await alice.get("/school/mentors?page=99")) == ["Eve Number19"]
    assert names(await alice.get("/school/mentors?sort=start"))[0] == "Zoe Abel"
    assert names(await alice.get("/school/mentors?q=4512378")) == ["Zoe Abel"]
    assert names(await alice.get("/school/mentors?q=number07+eve")) == ["Eve Number07"]


@pytest.mark.rule("LS-07", "STA-04")
async def test_a_card_shows_ects_and_training(alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    for name in ("Bo Second", "Al First"):
        await factories.mentorship(await factories.ect(people.ash, name), mentor)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(mentor, provider, partnership, started_on=SEPTEMBER)

    answer = await alice.get("/school/mentors")

    shown = rows(answer)
    assert shown["trn"] == mentor.teacher.trn
    assert shown["ects"] == "Al First, Bo Second"
    assert shown["mentor-training"] == "Confirmed with a lead provider and a delivery partner"
    assert shown["lead-provider"].startswith("Larch Learning Confirmed since")
    assert shown["delivery-partner"].startswith("Dogwood Partners")
    assert tags(answer) == [("Mentoring 2 ECTs", "green")]


@pytest.mark.rule("LS-07")
async def test_more_than_five_ects_are_counted_and_one_who_left_shows_whom_they_mentored(
    alice: Any, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    for number in range(6):
        await factories.mentorship(await factories.ect(people.ash, f"Eve Number{number}"), mentor)
    last_day = date(2025, 7, 1)
    gone = await factories.mentor(people.ash, "Gil Gone", finished_on=last_day)
    ect = await factories.ect(people.ash, "Ida Progress", date(2024, 9, 1))
    await factories.mentorship(ect, gone, finished_on=last_day)

    assert rows(await alice.get("/school/mentors"))["ects"] == "6 ECTs"
    left = rows(await alice.get("/school/mentors?tab=left"))
    assert (left["last-day"], left["ects"]) == ("1 July 2025", "Ida Progress")
    assert "mentor-training" not in left


@pytest.mark.rule("WD-03", "WD-05", "WDR-03", "LV-00")
async def test_stopped_training_is_on_the_card_with_the_way_to_more(alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor")
    facts = {"withdrawn_at": MARKED, "withdrawal_reason": "mentor_no_longer_being_mentor"}
    provider = await factories.lead_provider()
    await factories.training(mentor, provider, started_on=SEPTEMBER, finished_on=date(2025, 10, 6), **facts)

    answer = await alice.get("/school/mentors")

    assert tags(answer) == [("Action required", "red")]
    assert "Larch Learning told us on 6 October 2025 that it no longer trains them" in alice.text()
    assert html.fromstring(answer.text).xpath(f"//a[starts-with(@href, '{mentor.url}') and contains(@href, '#train')]")
    assert html.fromstring(answer.text).xpath(f"//a[@href='{mentor.url}/report-leaving']")
    assert "lead-provider" not in rows(answer)


@pytest.mark.rule("STA-02", "MSG-03", "LS-07")
async def test_an_address_that_fails_is_a_second_tag_until_mail_arrives(alice: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, "Max Mentor", email="max@ash.example")
    await mail("MAX@ash.example", "bounced", date(2025, 11, 1))

    assert tags(await alice.get("/school/mentors"))[1] == ("Email not delivered", "red")
    assert tags(await alice.get(mentor.url))[1] == ("Email not delivered", "red")

    await mail("max@ash.example", "delivered", date(2025, 11, 2))

    assert len(tags(await alice.get("/school/mentors"))) == 1


async def mail(to: str, state: str, day: date) -> None:
    """Store the end of a message."""
    await factories.insert(
        "message", id=uuid4(), message_id="M-01", priority=1, recipient=to, dedupe_key=f"{to}{state}", not_before=MARKED,
        state=state, attempts=1, earlier_failures=0, finished_at=factories.noon(day), version=1,
    )  # fmt: skip


@pytest.mark.rule("LS-08", "LS-09")
async def test_an_empty_list_says_what_belongs_there(alice: Any) -> None:
    for tab, words in (("", "Every ECT needs one"), ("?tab=not_mentoring", "no ECT"), ("?tab=left", "have left")):
        answer = await alice.get(f"/school/mentors{tab}")
        assert words in alice.text()
        assert html.fromstring(answer.text).xpath("//a[@href='/school/register-mentor' and @role='button']")


@pytest.mark.rule("PRF-3", "PRF-10")
@pytest.mark.parametrize("page", ["/school/mentors", "record", "record/history", "/school/mentors/export"])
async def test_a_page_sends_as_many_statements_for_one_as_for_many(
    page: str, alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    counts = []
    for number in range(12):
        mentor = await factories.mentor(people.ash, f"Max Number{number}")
        await factories.training(mentor, provider, partnership, started_on=SEPTEMBER)
        for other in range(1 + number % 3):
            await factories.mentorship(await factories.ect(people.ash, f"Eve {number} {other}"), mentor)
        if number in {0, 11}:
            with caplog.at_level(logging.INFO):
                await alice.get(page.replace("record", mentor.url))
            counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])

    assert counts[0] == counts[1]
    assert counts[0] <= (6 if "export" not in page else 14)
