"""Naming, confirming and changing the induction tutor (journeys section 15, access section 12)."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from app.db.engine import fetch
from tests import factories
from tests.cast import Cast, cast, sign_in

TUTOR = "/school/induction-tutor"
DANA = {"induction_tutor_name": "Dana Drew", "induction_tutor_email": "dana@ash.example"}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


async def follow(browser: Any, answer: Any) -> Any:
    """Open the page that an answer leads to."""
    assert answer.status_code == 303, browser.text()
    return await browser.get(answer.headers["location"])


async def to_check(browser: Any, journey: str = "change", **changes: str) -> str:
    """Answer the first question of a journey with Dana's details; returns the address of check answers."""
    await browser.get(f"{TUTOR}/{journey}")
    await follow(browser, await browser.post(f"{TUTOR}/{journey}", {**DANA, **changes}))
    assert browser.h1() == "Check the induction tutor’s details"
    return str(browser.page.url.path)


async def current(at: Any) -> tuple[Any, ...]:
    rows = await fetch(
        """SELECT name, email, confirmed_for_year FROM induction_tutor
        WHERE school_id = $1 AND ended_at IS NULL""",
        at.id,
    )
    (row,) = rows
    return tuple(row)


async def sent() -> list[tuple[str, str]]:
    rows = await fetch("SELECT message_id, recipient FROM message ORDER BY message_id, recipient")
    return [tuple(row) for row in rows]


async def events() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind NOT LIKE 'school_user%' ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.mark.rule("IT-05", "IT-06", "IT-09", "M-10", "M-11", "ACC-12.1")
async def test_another_address_replaces_the_tutor_and_tells_both(alice: Any, people: Cast) -> None:
    await alice.get(f"{TUTOR}/change")
    values = html.fromstring(alice.page.text).xpath("//main//input[starts-with(@name, 'induction')]/@value")
    assert values == ["Alice Archer", "alice@ash.example"]

    answer = await alice.post(await to_check(alice))
    await follow(alice, answer)

    assert alice.h1() == "Dana Drew is now your induction tutor"
    assert "The person they replace gets an email too" in alice.text()
    assert await current(people.ash) == ("Dana Drew", "dana@ash.example", 2025)
    assert await sent() == [("M-10", "dana@ash.example"), ("M-11", "alice@ash.example")]
    assert await events() == ["school_induction_tutor_updated"]
    await alice.get(TUTOR)
    assert "Earlier induction tutors Alice Archer, from" in alice.text()
    assert "Induction tutor since" in alice.text()
    await alice.get("/school/home")
    assert alice.h1() == "Home"  # nobody's access has changed


@pytest.mark.rule("IT-05", "IT-09", "M-10", "M-11")
async def test_the_same_address_in_other_capitals_edits_the_row(alice: Any, people: Cast) -> None:
    check = await to_check(alice, induction_tutor_name="Alice Ash", induction_tutor_email="Alice@ash.example")

    await follow(alice, await alice.post(check))

    assert alice.h1() == "The details of Alice Ash have been changed"
    assert await current(people.ash) == ("Alice Ash", "Alice@ash.example", 2025)
    assert await sent() == [("M-10", "Alice@ash.example")]
    assert len(await fetch("SELECT FROM induction_tutor WHERE school_id = $1", people.ash.id)) == 1


@pytest.mark.rule("IT-05", "IT-04")
@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({"induction_tutor_name": " Alice  Archer", "induction_tutor_email": "ALICE@ash.example"}, [0]),
        ({"induction_tutor_name": "", "induction_tutor_email": "nobody"}, [0, 1]),
        ({"induction_tutor_name": "Carla Clone", "induction_tutor_email": "carla@birch.example"}, [1]),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(form: dict[str, str], fields: list[int], alice: Any) -> None:
    await alice.get(f"{TUTOR}/change")

    answer = await alice.post(f"{TUTOR}/change", form)

    assert answer.status_code == 422
    wanted = [("#induction_tutor_name", "#induction_tutor_email")[number] for number in fields]
    assert html.fromstring(answer.text).xpath("//*[@class='govuk-error-summary']//a/@href") == wanted
    assert "Carla Cole" not in answer.text


@pytest.mark.rule("IT-07", "IT-08", "ACC-12.1")
async def test_the_tutor_of_another_school_may_be_named_by_their_whole_name(alice: Any, people: Cast) -> None:
    details = {"induction_tutor_name": "CARLA  Cole", "induction_tutor_email": "carla@birch.example"}

    await follow(alice, await alice.post(await to_check(alice, **details)))

    assert (await current(people.ash))[1] == "carla@birch.example"
    assert (await current(people.birch))[1] == "carla@birch.example"


@pytest.mark.rule("IT-03", "IT-06")
async def test_naming_the_first_tutor_lifts_the_gate(alice: Any, people: Cast) -> None:
    await fetch("DELETE FROM induction_tutor WHERE school_id = $1", people.ash.id)

    answer = await alice.get("/school/ects")
    assert answer.headers["location"] == TUTOR
    assert (await alice.get(f"{TUTOR}/confirm")).headers["location"] == TUTOR
    await follow(alice, await alice.post(await to_check(alice, "new")))
    assert alice.h1() == "Dana Drew is now your induction tutor"
    assert (await alice.get("/school/continue")).headers["location"] == "/school/ects"
    assert await current(people.ash) == ("Dana Drew", "dana@ash.example", 2025)


@pytest.mark.rule("IT-04", "IT-09", "MSG-02")
async def test_confirming_stores_the_year_only(alice: Any, people: Cast) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024")
    await alice.get(f"{TUTOR}/confirm")
    assert (await alice.post(f"{TUTOR}/confirm", {})).status_code == 422
    await follow(alice, await alice.post(f"{TUTOR}/confirm", {"details_correct": "yes"}))

    await follow(alice, await alice.post(alice.page.url.path))

    assert alice.h1() == "Alice Archer is confirmed as your induction tutor"
    assert await current(people.ash) == ("Alice Archer", "alice@ash.example", 2025)
    assert await sent() == []
    assert await events() == ["school_induction_tutor_confirmed"]


@pytest.mark.rule("IT-06")
async def test_without_an_academic_year_only_change_does_anything(client: Any, people: Cast) -> None:
    await sign_in(client, people.alice, people.ash, "2027-06-05")

    for journey in ("new", "confirm"):
        answer = await client.get(f"{TUTOR}/{journey}")
        assert answer.headers["location"] == f"{TUTOR}?notice=no-year"
    await client.get(f"{TUTOR}?notice=no-year")
    assert "There is no academic year" in client.text()
    await follow(client, await client.post(await to_check(client)))
    assert await current(people.ash) == ("Dana Drew", "dana@ash.example", 2025)
    assert (await client.get(f"{TUTOR}/elsewhere")).status_code == 404


async def give_email_link(people: Cast) -> None:
    """Let Alice use the service for Ash School by email link only."""
    await fetch("UPDATE school_access SET source = 'email_link' WHERE user_id = $1", people.alice.id)


@pytest.mark.rule("IT-08", "ACC-12.4", "M-73", "ACC-3.6")
@pytest.mark.parametrize("keeps", ["yes", "no"])
async def test_whether_an_outgoing_tutor_keeps_access_by_email_link_is_asked(
    keeps: str, client: Any, people: Cast
) -> None:
    await give_email_link(people)
    await sign_in(client, people.bob, people.ash)
    check = await to_check(client)
    assert "Should Alice Archer keep access" in client.text()
    for wrong in ({}, {"outgoing_keeps_access": "perhaps"}):
        assert (await client.post(check, wrong)).status_code == 422

    await follow(client, await client.post(check, {"outgoing_keeps_access": keeps}))

    rows = await fetch(
        "SELECT end_reason FROM school_access WHERE user_id = $1 AND ended_at IS NULL OR end_reason IS NOT NULL",
        people.alice.id,
    )
    assert [row["end_reason"] for row in rows] == [None if keeps == "yes" else "tutor_hand_over"]
    expected = [("M-10", "dana@ash.example"), ("M-11", "alice@ash.example"), ("M-73", "alice@ash.example")]
    assert await sent() == expected[: 2 if keeps == "yes" else 3]
    assert ("school_access_ended" in await events()) is (keeps == "no")


@pytest.mark.rule("IT-08", "ACC-12.4")
async def test_an_edited_tutor_is_not_asked_about_access(alice: Any, people: Cast) -> None:
    await fetch(
        "UPDATE school_access SET source = 'email_link' WHERE user_id = $1 AND school_id = $2",
        people.bob.id,
        people.ash.id,
    )
    await to_check(alice)
    assert "keep access" not in alice.text()  # Alice has none by email link
    await to_check(alice, induction_tutor_email="alice@ash.example")
    assert "keep access" not in alice.text()


@pytest.mark.rule("ACC-12.4", "ACC-9.8")
async def test_who_gives_up_their_own_access_ends_on_the_last_page(alice: Any, people: Cast) -> None:
    await give_email_link(people)
    check = await to_check(alice)

    answer = await alice.post(check, {"outgoing_keeps_access": "no"})

    assert answer.status_code == 200
    assert alice.h1() == "Dana Drew is now your induction tutor"
    assert "Your own access to this service for the school has ended" in alice.text()
    assert (await alice.get("/school/home")).headers["location"] == "/no-school"


@pytest.mark.rule("ACC-12.3")
async def test_the_gate_stops_no_help_and_not_the_tutor_page(alice: Any) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = NULL")

    for path in (TUTOR, f"{TUTOR}/confirm", f"{TUTOR}/change", "/school/support", "/school/guidance"):
        assert (await alice.get(path)).status_code == 200, path


@pytest.mark.rule("GEN-05")
async def test_a_draft_of_another_school_is_not_found(alice: Any, people: Cast) -> None:
    check = await to_check(alice)
    await factories.access(people.birch, people.alice)
    await sign_in(alice, people.alice, people.birch)

    assert (await alice.get(check)).status_code == 404
