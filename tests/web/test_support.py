"""Writing to support and giving feedback (SP-01, SP-02, ADM-15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.jobs.run_due import run_due
from app.notices.mailbox import DeveloperMailbox
from app.support.ask_support import AskSupport, Sender, ask_support
from app.support.note_delivery import note_delivery
from app.support.rules import masked, page_without_ids
from app.support.subjects import Subject
from app.terms import SYSTEM, SchoolId, UserId
from tests import factories
from tests.cast import Cast, cast, sign_in

QUERY = {"subject": "appropriate_body", "message": "Ours has merged.\r\nWhat now?"}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def queries() -> list[tuple[Any, ...]]:
    rows = await fetch(
        """SELECT name, email, user_id, school_id, subject, message, about_role, about_stay_id, page, state
        FROM support_query ORDER BY id"""
    )
    return [tuple(row) for row in rows]


async def sent() -> list[tuple[str, str]]:
    rows = await fetch("SELECT message_id, recipient FROM message ORDER BY message_id")
    return [tuple(row) for row in rows]


@pytest.mark.rule("SP-01", "GDS-14")
async def test_somebody_who_came_back_is_told_apart_from_their_earlier_time(alice: Any, people: Cast) -> None:
    earlier = await factories.ect(people.ash, "Bea Back", date(2024, 9, 1), finished_on=date(2025, 3, 31))
    await factories.ect(people.ash, earlier.teacher, date(2025, 9, 1))
    await alice.get("/school/support")
    shown = [words.strip() for words in html.fromstring(alice.page.text).xpath("//select[@name='about']/option/text()")]
    who = f"Bea Back ({earlier.teacher.trn}), ECT"
    assert sorted(shown[1:]) == [who, f"{who}, last day 31 March 2025"]


@pytest.mark.rule("SP-01", "M-60", "M-84", "EVT-03")
async def test_a_message_goes_under_the_name_of_who_is_signed_in(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await alice.get(f"/school/support?about={ect.public_id}", headers={"Referer": f"http://127.0.0.1:8000{ect.url}"})
    assert "Ash School (URN 100001)" in alice.text()
    assert html.fromstring(alice.page.text).xpath("//select[@name='about']/option[@selected]/@value") == [
        str(ect.public_id)
    ]
    forged = {"name": "Mallory", "email": "m@evil.example", "school_id": str(people.birch.public_id)}
    page = html.fromstring(alice.page.text).xpath("//input[@name='page']/@value")[0]

    answer = await alice.post("/school/support", {**QUERY, "about": str(ect.public_id), "page": page, **forged})

    assert (answer.status_code, answer.headers["location"]) == (303, "/school/support?sent=yes")
    await alice.get(answer.headers["location"])
    assert alice.h1() == "We have your message"
    assert "changes no record by itself" in alice.text()
    alice_says = ("Alice Archer", "alice@ash.example", people.alice.id, people.ash.id)
    about = ("ect", ect.id, "/school/ects/…", "received")
    assert await queries() == [(*alice_says, "appropriate_body", "Ours has merged.\nWhat now?", *about)]
    assert await sent() == [("M-60", "alice@ash.example"), ("M-84", "support@register.example")]
    (event,) = await fetch("SELECT sentence, metadata::text FROM event WHERE kind = 'support_query_sent'")
    assert event["sentence"] == "Wrote to support: Appropriate body"
    assert "merged" not in event["metadata"]


@pytest.mark.rule("SP-01", "GEN-05", "GEN-06", "VAL-07")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "weather"}, "subject"),
        ({"message": " \r\n "}, "message"),
        ({"message": "x" * 5001}, "message"),
        ({"about": "other"}, "about"),
        ({"about": "x"}, "about"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    change: dict[str, str], field: str, alice: Any, people: Cast
) -> None:
    await factories.ect(people.ash)
    theirs = await factories.ect(people.birch, "Ora Other")
    form = {**QUERY, **change}
    if form.get("about") == "other":
        form["about"] = str(theirs.public_id)
    await alice.get(f"/school/support?about={theirs.public_id}")
    assert "Ora Other" not in alice.page.text

    answer = await alice.post("/school/support", form)

    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == [f"#{field}"]
    assert await queries() == []


@pytest.mark.rule("ADM-15.1", "M-84")
@pytest.mark.parametrize(
    ("team", "state"), [("support@register.example", "sent"), ("support+bounce@register.example", "failed")]
)
async def test_a_query_says_whether_it_reached_support(team: str, state: str, people: Cast) -> None:
    sender = Sender(people.alice.name, people.alice.email, UserId(people.alice.id), SchoolId(people.ash.id))
    await ask_support(AskSupport(sender, Subject.SOMETHING_ELSE, "What now?", team), SYSTEM)
    assert await note_delivery() == 0
    assert (await queries())[0][-1] == "received"

    await run_due(None, DeveloperMailbox())

    assert (await queries())[0][-1] == state
    assert await note_delivery() == 0


@pytest.mark.rule("SP-01", "M-60")
async def test_visitors_give_name_and_address(client: Any, people: Cast) -> None:
    await client.get("/support")
    assert "support@register.example" in client.text()
    answer = await client.post("/support", QUERY)
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == ["#name", "#email"]

    answer = await client.post("/support", {**QUERY, "name": "Viv Visitor", "email": "viv@home.example"})

    assert answer.headers["location"] == "/support?sent=yes"
    await client.get("/support?sent=yes")
    assert client.h1() == "We have your message"
    ((name, email, user, school, *_),) = await queries()
    assert (name, email, user, school) == ("Viv Visitor", "viv@home.example", None, None)
    assert [recipient for _, recipient in await sent()] == ["viv@home.example", "support@register.example"]


@pytest.mark.rule("ACC-16.1", "SP-01", "SP-02")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/feedback", {"satisfaction": "3"}),
        ("/support", {**QUERY, "name": "Viv Visitor", "email": "viv@home.example"}),
    ],
)
async def test_ten_messages_an_hour_may_come_from_one_address(path: str, form: Any, client: Any, people: Cast) -> None:
    await client.get(path)
    for _ in range(10):
        assert (await client.post(path, form)).status_code == 303

    answer = await client.post(path, form)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.rule("SP-02")
async def test_feedback_is_anonymous_and_masks_what_people_write(alice: Any, people: Cast) -> None:
    answer = await alice.get("/school/home")
    assert 'href="/feedback"' in answer.text
    await alice.get("/feedback", headers={"Referer": "http://127.0.0.1:8000/school/ects?q=Evans"})
    page = html.fromstring(alice.page.text).xpath("//input[@name='page']/@value")[0]
    comments = "Ask Ann at ann@ash.example about 1234567"

    answer = await alice.post("/feedback", {"satisfaction": "2", "comments": comments, "page": page})

    assert answer.headers["location"] == "/feedback?sent=yes"
    await alice.get("/feedback?sent=yes")
    assert alice.h1() == "Thank you for your feedback"
    rows = await fetch("SELECT satisfaction, comments, page FROM feedback")
    assert [tuple(row) for row in rows] == [(2, "Ask Ann at [hidden] about [hidden]", "/school/ects")]


@pytest.mark.rule("SP-02", "GEN-06", "VAL-07")
@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "satisfaction"),
        ({"satisfaction": "6"}, "satisfaction"),
        ({"satisfaction": "1", "comments": "x" * 1201}, "comments"),
    ],
)
async def test_feedback_that_cannot_be_taken(form: dict[str, str], field: str, client: Any, database: None) -> None:
    await client.get("/feedback")
    answer = await client.post("/feedback", form)

    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == [f"#{field}"]


@pytest.mark.rule("ADM-15.2")
@pytest.mark.parametrize(
    "secret", ["1234567", "12/34567", "RP12/34567", "AB 12 34 56 C".replace("AB", "QQ"), "o'neil+x@a-b.example"]
)
def test_what_is_masked(secret: str) -> None:
    assert masked(f"It is {secret}.") == "It is [hidden]."


@pytest.mark.rule("ADM-15.2")
def test_what_is_not_masked() -> None:
    assert masked("In 2025 to 2026 we had 123456 visits") == "In 2025 to 2026 we had 123456 visits"


@pytest.mark.rule("SP-02")
@pytest.mark.parametrize(
    ("path", "kept"),
    [("/school/ects?q=Ann#x", "/school/ects"), ("elsewhere", ""), ("/" + "x" * 300, ""), ("", "")],
)
def test_a_page_is_kept_without_whose_it_is(path: str, kept: str) -> None:
    assert page_without_ids(path) == kept
