"""Naming the person who gets access, with a nomination link (ACC-5.11 to ACC-5.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.access.request_access import RequestAccess, request_access
from app.clock import at, parse
from app.db.engine import fetch
from tests import factories
from tests.web.access.mail import mails, sent
from tests.web.conftest import browser_of

if TYPE_CHECKING:
    from tests.cast import Cast

MADE = "2025-10-06T10:00:00Z"
DANA = {"name": "Dana Drew", "email": "Dana@ash.example"}


@pytest.fixture
async def link(people: Cast) -> str:
    """Give the path of a link for Ash School, made an hour ago."""
    with at(parse(MADE)):
        await request_access(RequestAccess(people.ash.id, people.ash.name, "head.office@ash.example", 0))
    (mail,) = await mails()
    await fetch("DELETE FROM message")
    return str(mail["link"])


async def accesses() -> list[tuple[Any, ...]]:
    """Return name, school, source and granted by of every access that is not a test person's."""
    rows = await fetch(
        """SELECT u.name, u.email, s.name, a.source, a.granted_by FROM school_access a
        JOIN app_user u ON u.id = a.user_id JOIN school s ON s.id = a.school_id WHERE a.source <> 'personas'
        ORDER BY a.id"""
    )
    return [tuple(row) for row in rows]


async def to_check(browser: Any, link: str, tutor: str = "no", **change: str) -> Any:
    """Answer every question; returns the answer to the last one."""
    await browser.get(link)
    person = {**DANA, **change}
    answers = ({"expecting_ects": "yes"}, {"name": person["name"]}, {"email": person["email"]})
    answer = None
    for typed in (*answers, {"is_induction_tutor": tutor}):
        answer = await browser.post(str(browser.page.url), typed)
        if answer.status_code != 303:
            return answer
        await browser.get(answer.headers["location"])
    return answer


def shown(tutor: str = "no", **change: str) -> dict[str, str]:
    """Return what the page to confirm sends."""
    return {**DANA, "is_induction_tutor": tutor, **change}


@pytest.mark.rule("ACC-5.12", "ACC-5.15", "ACC-2.7", "M-72", "ACC-3.1")
async def test_the_person_named_gets_access_and_an_email(visitor: Any, link: str, people: Cast) -> None:
    await to_check(visitor, link)
    assert visitor.h1() == "Check your answers"
    assert "Dana Drew" in visitor.text()
    assert await accesses() == []
    answer = await visitor.post(f"{link}/check-answers", shown())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}/done")
    await visitor.get(answer.headers["location"])
    assert visitor.h1() == "Access given"
    assert await accesses() == [("Dana Drew", "Dana@ash.example", "Ash School", "email_link", "nomination")]
    assert ("M-72", "Dana@ash.example") in await sent()
    identity = await fetch("SELECT subject FROM user_identity WHERE method = 'email_link'")
    assert [row["subject"] for row in identity] == ["dana@ash.example"]
    kinds = [
        row["kind"] for row in await fetch("SELECT kind FROM event WHERE school_id = $1 ORDER BY id", people.ash.id)
    ]
    assert kinds == ["access_link_requested", "school_year_answered", "access_link_used", "school_access_opened"]
    assert (await fetch("SELECT typed FROM one_time_secret"))[0]["typed"] is None


@pytest.mark.rule("ACC-5.15", "ACC-1.2", "M-10", "M-11")
async def test_they_become_the_induction_tutor_only_if_said_so(visitor: Any, link: str) -> None:
    await to_check(visitor, link, tutor="yes")
    await visitor.post(f"{link}/check-answers", shown("yes"))
    tutor = await fetch(
        "SELECT name, confirmed_for_year FROM induction_tutor WHERE ended_at IS NULL AND name LIKE 'Dana%'"
    )
    assert [tuple(row) for row in tutor] == [("Dana Drew", 2025)]
    assert {("M-10", "Dana@ash.example"), ("M-11", "alice@ash.example")} <= set(await sent())


@pytest.mark.rule("ACC-2.3", "ACC-5.11")
async def test_a_link_is_over_once_its_school_may_gain_no_access_by_email(
    visitor: Any, link: str, people: Cast
) -> None:
    await to_check(visitor, link)
    await fetch("UPDATE school SET email_link_override = 'off' WHERE id = $1", people.ash.id)
    for answer in (
        await visitor.post(f"{link}/check-answers", shown()),
        await visitor.get(f"{link}/check-answers"),
        await visitor.get(link),
    ):
        assert (answer.status_code, visitor.h1()) == (410, "This link has expired")
    assert await accesses() == []
    assert f"/request-access?school_urn={people.ash.urn}" in visitor.page.text


@pytest.mark.rule("ACC-3.4", "M-49")
async def test_the_school_is_told_of_a_further_user_once_a_week(visitor: Any, link: str, people: Cast) -> None:
    await to_check(visitor, link)
    await visitor.post(f"{link}/check-answers", shown())
    (mail,) = await mails("M-49")
    assert (mail["to"], mail["user_name"]) == ("alice@ash.example", "Dana Drew")
    with at(parse("2025-10-06T11:30:00Z")):
        await request_access(RequestAccess(people.ash.id, people.ash.name, "head.office@ash.example", 0))
    other = (await mails("M-71"))[0]["link"]
    await to_check(visitor, other, name="Evan East", email="evan@ash.example")
    assert (await visitor.post(f"{other}/check-answers", shown(name="Evan East", email="evan@ash.example"))).is_redirect
    assert len(await mails("M-49")) == 1
    assert len(await accesses()) == 2


@pytest.mark.rule("ACC-5.11")
async def test_looking_changes_nothing_and_every_page_keeps_the_address_to_itself(visitor: Any, link: str) -> None:
    before = [tuple(row) for row in await fetch("SELECT * FROM one_time_secret")]
    for _ in range(3):
        answer = await visitor.get(link)
        assert answer.status_code == 200
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    for step in ("name", "email", "induction-tutor", "check-answers", "done", "not-expecting"):
        assert (await visitor.get(f"{link}/{step}")).headers["location"] == link
    assert (await visitor.get(f"{link}/nothing")).status_code == 404
    assert [tuple(row) for row in await fetch("SELECT * FROM one_time_secret")] == before


@pytest.mark.rule("ACC-5.7", "ACC-5.11")
@pytest.mark.parametrize(
    ("moment", "status"), [("2025-10-27T09:59:59Z", 200), ("2025-10-27T10:00:00Z", 410), ("2025-12-01", 410)]
)
async def test_a_link_works_for_21_days_to_the_second(visitor: Any, link: str, moment: str, status: int) -> None:
    visitor.client.headers["X-With-Server-Date"] = moment
    assert (await visitor.get(link)).status_code == status
    if status == 410:
        assert visitor.h1() == "This link has expired"
        assert "/request-access?school_urn=100001" in visitor.page.text


@pytest.mark.rule("ACC-5.11")
async def test_a_used_link_says_so_and_an_unknown_one_is_not_valid(visitor: Any, link: str) -> None:
    await to_check(visitor, link)
    await visitor.post(f"{link}/check-answers", shown())
    answer = await visitor.get(link)
    assert (answer.status_code, visitor.h1()) == (410, "This link has been used")
    assert answer.headers["referrer-policy"] == "no-referrer"
    answer = await visitor.get("/access/never-made")
    assert (answer.status_code, visitor.h1()) == (404, "This link is not valid")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "/request-access" in visitor.page.text


@pytest.mark.rule("ACC-16.1")
async def test_unknown_links_can_be_tried_twenty_times_in_five_minutes(visitor: Any, link: str) -> None:
    answers = [(await visitor.get(f"/access/guess-{number}")).status_code for number in range(21)]
    assert answers == [404] * 20 + [429]
    assert (await visitor.get(link)).status_code == 200


@pytest.mark.rule("ACC-5.12", "SCH-06", "NOT-5.4")
async def test_expecting_nobody_is_stored_and_leaves_the_link_unused(visitor: Any, link: str) -> None:
    await visitor.get(link)
    answer = await visitor.post(link, {"expecting_ects": "no"})
    assert answer.headers["location"] == f"{link}/not-expecting"
    await visitor.get(answer.headers["location"])
    assert "continue anyway" in visitor.text()
    stored = "SELECT contract_period_year, expecting_ects FROM school_year"
    assert [tuple(row) for row in await fetch(stored)] == [(2025, "no")]
    assert (await visitor.get(f"{link}/name")).status_code == 200
    await visitor.get(link)
    answer = await visitor.post(link, {"expecting_ects": "not_sure"})
    assert answer.headers["location"] == f"{link}/name"
    assert [tuple(row) for row in await fetch(stored)] == [(2025, "not_sure")]


@pytest.mark.rule("ACC-5.13", "VAL-05", "VAL-06", "GEN-06")
@pytest.mark.parametrize(
    ("step", "typed", "message"),
    [
        ("", {}, "Select yes, no or not sure"),
        ("", {"expecting_ects": "maybe"}, "Select one of the options on this page"),
        ("/name", {"name": " "}, "Enter the full name"),
        ("/email", {"email": "dana"}, "Check the email address"),
        ("/induction-tutor", {}, "Select yes if they are also your induction tutor"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_question(
    visitor: Any, link: str, step: str, typed: dict[str, str], message: str
) -> None:
    await to_check(visitor, link)
    await visitor.get(f"{link}{step}?change=1")
    answer = await visitor.post(f"{link}{step}?change=1", typed)
    assert answer.status_code == 422
    assert message in visitor.text()


@pytest.mark.rule("ACC-5.12", "GDS-8")
async def test_an_answer_is_changed_from_the_page_to_confirm(visitor: Any, link: str) -> None:
    await to_check(visitor, link)
    await visitor.get(f"{link}/name?change=1")
    assert 'value="Dana Drew"' in visitor.page.text
    answer = await visitor.post(f"{link}/name?change=1", {"name": "Dana Drewe"})
    assert answer.headers["location"] == f"{link}/check-answers"


@pytest.mark.rule("ACC-5.14", "IT-07")
@pytest.mark.parametrize(
    ("name", "email", "status"),
    [
        pytest.param("Dana Drew", "carla@birch.example", 422, id="another school's tutor"),
        pytest.param("carla  COLE", "CARLA@birch.example", 303, id="the same person of another school"),
        pytest.param("Dana Drew", "bob@ash.example", 422, id="another user by email"),
        pytest.param("Bob Baker", "bob@ash.example", 303, id="the same user by email"),
        pytest.param("Dana Drew", "alice@ash.example", 303, id="this school's own tutor"),
    ],
)
async def test_an_address_of_somebody_else_is_refused_without_saying_whose(
    visitor: Any, link: str, people: Cast, name: str, email: str, status: int
) -> None:
    await factories.insert("user_identity", user_id=people.bob.id, method="email_link", subject="bob@ash.example")
    answer = await to_check(visitor, link, name=name, email=email)
    assert answer.status_code == status
    if status == 422:
        assert "Check the name and email address" in visitor.text()
        assert "Carla" not in visitor.page.text
        assert "Baker" not in visitor.page.text
    else:
        confirmed = await visitor.post(f"{link}/check-answers", shown(name=name, email=email))
        assert confirmed.headers["location"] == f"{link}/done"


@pytest.mark.rule("ACC-5.14")
async def test_the_address_is_compared_again_when_it_is_confirmed(visitor: Any, link: str) -> None:
    await to_check(visitor, link)
    answer = await visitor.post(f"{link}/check-answers", shown(email="carla@birch.example"))
    assert answer.status_code == 422
    assert await accesses() == []
    assert (await visitor.get(link)).status_code == 200


@pytest.mark.rule("ACC-5.15", "GDS-11")
async def test_confirming_twice_happens_once_and_both_see_the_last_page(visitor: Any, link: str, app: Any) -> None:
    await to_check(visitor, link)
    answers = [await visitor.post(f"{link}/check-answers", shown()) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"{link}/done"}
    assert len(await accesses()) == 1
    assert len(await mails("M-72")) == 1
    assert (await visitor.post(f"{link}/check-answers", shown(email="eve@evil.example"))).status_code == 410
    assert len(await accesses()) == 1
    other = browser_of(app)
    assert (await other.get(f"{link}/done")).status_code == 200
    await other.client.aclose()


@pytest.mark.rule("ACC-3.2", "ACC-3.4")
async def test_a_known_user_is_used_again_and_opening_twice_is_once(visitor: Any, link: str, people: Cast) -> None:
    await fetch("DELETE FROM user_identity WHERE user_id = $1", people.bob.id)
    await to_check(visitor, link, name="Bob Baker", email="bob@ash.example")
    await visitor.post(f"{link}/check-answers", shown(name="Bob Baker", email="bob@ash.example"))
    rows = await fetch("SELECT source FROM school_access WHERE user_id = $1 ORDER BY id", people.bob.id)
    assert [row["source"] for row in rows] == ["personas", "email_link"]
    assert await mails("M-49") == []


@pytest.mark.rule("NOT-1.7")
async def test_a_link_used_before_its_mail_left_withdraws_the_mail(visitor: Any, people: Cast) -> None:
    with at(parse(MADE)):
        await request_access(RequestAccess(people.ash.id, people.ash.name, "head.office@ash.example", 0))
    link = (await mails("M-71"))[0]["link"]
    await to_check(visitor, link)
    await visitor.post(f"{link}/check-answers", shown())
    assert (await fetch("SELECT state FROM message WHERE message_id = 'M-71'"))[0]["state"] == "cancelled"
