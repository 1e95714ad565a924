"""Finding people (ADM-2.1 to ADM-2.3, ADM-2.5, ADM-1.7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from app import clock
from app.console.search import PeopleSearch, people_search
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.terms import SYSTEM
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast

SIAN, SAM = "4512378", "8845120"


def names(answer: Any) -> list[str]:
    """Return whom the list shows, in order."""
    return [link.text for link in html.fromstring(answer.text).xpath("//tbody//th/a")]


async def two_to_search(people: Cast) -> tuple[factories.Stay, factories.Stay]:
    """Store Siân O'Dowd, corrected from Sian Dowd, at Ash, and Sam Brown-Lee, a mentor at Birch."""
    sian = await factories.teacher("Sian Dowd", SIAN, corrected_name="Siân O'Dowd")
    ect = await factories.ect(people.ash, sian, email="sian@ash.example")
    return ect, await factories.mentor(people.birch, await factories.teacher("Sam Brown-Lee", SAM))


@pytest.mark.rule("ADM-2.1")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sian", ["Siân O'Dowd"]),
        ("dow", ["Siân O'Dowd"]),
        ("O’DOWD si", ["Siân O'Dowd"]),
        ("lee sam", ["Sam Brown-Lee"]),
        ("SIAN@ASH.EXAMPLE", ["Siân O'Dowd"]),
        (f"{SAM} or {SIAN}, please", ["Sam Brown-Lee", "Siân O'Dowd"]),
        ("sian lee", []),
        ("ian", []),
        ("nobody@ash.example", []),
        ("()", []),
        ("", ["Sam Brown-Lee", "Siân O'Dowd"]),
    ],
)
async def test_people_are_found_by_numbers_addresses_and_words(
    typed: str, found: list[str], sam: Any, people: Cast
) -> None:
    await two_to_search(people)

    assert names(await sam.get("/admin/people", params={"q": typed})) == found


@pytest.mark.rule("ADM-2.1")
def test_digits_inside_an_id_are_no_trn() -> None:
    typed = "a1234567-0000-4000-8000-000000000001"

    assert people_search(typed) == PeopleSearch(ids=(UUID(typed),))
    assert people_search(f"{typed} {SIAN}").trns == (SIAN,)
    assert {people_search(one).trns for one in ("99 00 032", "RP99/00032", "9900-032")} == {("9900032",)}


@pytest.mark.rule("ADM-2.1")
async def test_the_id_of_a_person_or_of_a_registration_finds_them(sam: Any, people: Cast) -> None:
    ect, mentor = await two_to_search(people)

    for stay in (ect, mentor):
        both = f"{stay.public_id} {stay.teacher.public_id}"
        assert names(await sam.get("/admin/people", params={"q": both})) == [stay.teacher.name]


@pytest.mark.rule("ADM-2.1")
async def test_a_former_address_finds_whose_it_was(sam: Any, people: Cast) -> None:
    ect, _ = await two_to_search(people)
    about = About(teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    async with transaction():
        record(TeacherEmailAddressUpdated(about, "Old@ash.example", "sian@ash.example"), SYSTEM)

    assert names(await sam.get("/admin/people", params={"q": "old@Ash.example"})) == ["Siân O'Dowd"]


@pytest.mark.rule("ADM-2.1", "ADM-2.5")
async def test_one_known_trn_goes_straight_to_the_person(sam: Any, people: Cast) -> None:
    ect, _ = await two_to_search(people)

    answer = await sam.get("/admin/people", params={"q": f"TRN {SIAN}"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/people/{ect.teacher.public_id}")
    assert names(await sam.get("/admin/people", params={"q": "7654321"})) == []


@pytest.mark.rule("ADM-2.1")
async def test_without_a_search_the_newest_registrations_come_first(sam: Any, people: Cast) -> None:
    for day, name in enumerate(("Amy First", "Zoe Second", "Ben Third"), 1):
        with clock.at(datetime(2025, 10, day, 12, tzinfo=UTC)):
            await factories.ect(people.ash, name)

    assert names(await sam.get("/admin/people")) == ["Ben Third", "Zoe Second", "Amy First"]


@pytest.mark.rule("ADM-2.2")
@pytest.mark.parametrize(
    "typed", ["sa%00m", "%ED%A0%80sam", "%ff", "' OR 1=1 --", "%2525", "🙂" * 50, "a & !b | (c)", "x" * 10_000]
)
async def test_no_input_breaks_the_search(typed: str, sam: Any, people: Cast) -> None:
    await two_to_search(people)

    for path in ("/admin/people", "/admin/schools"):
        for name in ("q", "role", "year", "school", "lead-provider", "tag", "size", "page", "type", "level"):
            assert (await sam.get(f"{path}?{name}={typed}")).status_code == 200


@pytest.mark.rule("ADM-2.2")
@given(st.text())
def test_any_text_is_a_search(typed: str) -> None:
    search = people_search(typed)

    assert all(word.isalnum() for word in search.words)
    assert not any(mark in search.email for mark in " \n")


@pytest.mark.rule("ADM-2.3")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("role=ect", ["Eve Ect"]),
        ("role=mentor", ["Max Mentor"]),
        ("role=both", ["Bo Both"]),
        ("role=none", ["Nora None"]),
        ("role=none&q=nora", ["Nora None"]),
        ("school=100002", ["Bo Both", "Max Mentor"]),
        ("year=2025", ["Eve Ect"]),
        ("year=none&role=ect", []),
        ("tag=Not+mentoring", ["Max Mentor"]),
        ("tag=Action+required", ["Bo Both", "Eve Ect"]),
    ],
)
async def test_filters_narrow_what_is_found(asked: str, found: list[str], sam: Any, people: Cast) -> None:
    eve = await factories.ect(people.ash, "Eve Ect")
    await factories.training(eve, await factories.lead_provider())
    await factories.mentor(people.birch, "Max Mentor")
    bo = await factories.ect(people.ash, "Bo Both", date(2025, 9, 1))
    await factories.mentor(people.birch, bo.teacher)
    await factories.teacher("Nora None")

    assert sorted(names(await sam.get(f"/admin/people?{asked}"))) == found


@pytest.mark.rule("ADM-2.3")
async def test_one_row_tells_name_number_role_school_tag_and_year(sam: Any, people: Cast) -> None:
    ect, _ = await two_to_search(people)
    await factories.training(ect, await factories.lead_provider())

    answer = await sam.get("/admin/people?q=sian")

    labels = html.fromstring(answer.text).xpath("//tbody/tr/td/@data-label")
    assert labels == ["TRN", "Role", "School", "Tag", "Latest year", "Tick"]
    cells = [" ".join(cell.text_content().split()) for cell in html.fromstring(answer.text).xpath("//tbody/tr/*")]
    assert cells == [
        "Siân O'Dowd Sian Dowd on the teaching record",
        SIAN,
        "ECT",
        "Ash School",
        "Action required",
        "2025 to 2026",
        "Siân O'Dowd",  # the label of its tick box
    ]


@pytest.mark.rule("ADM-1.7")
async def test_beyond_the_last_page_is_the_last_and_filters_stay(sam: Any, people: Cast) -> None:
    for number in range(21):
        await factories.ect(people.ash, f"Person {chr(97 + number)}")

    answer = await sam.get("/admin/people?q=person&role=ect&page=99")

    page = html.fromstring(answer.text)
    assert names(answer) == ["Person u"]
    assert "page 2 of 2" in page.xpath("//title")[0].text
    assert page.xpath("//a[@rel='prev']/@href") == ["/admin/people?q=person&role=ect&page=1"]


@pytest.mark.rule("ADM-1.1", "ACC-15.1")
async def test_people_of_schools_and_visitors_find_nobody(client: Any, people: Cast) -> None:
    await two_to_search(people)

    assert (await client.get("/admin/people")).headers["location"] == "/staff/sign-in"
    await client.sign_in("100001", name=people.alice.name, email=people.alice.email)
    answer = await client.get("/admin/people")

    assert answer.status_code == 403
    assert "Dowd" not in answer.text
