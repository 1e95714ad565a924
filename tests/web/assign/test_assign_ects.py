"""Giving a mentor several ECTs at once, from the mentor's side (AM-06 to AM-08)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app.db.engine import fetch
from tests import factories
from tests.web.assign.conftest import TODAY
from tests.web.assign.steps import assign_ects, assign_mentor, mentorships

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.web.conftest import Browser

DECEMBER = date(2025, 12, 12)


@pytest.mark.rule("AM-06", "AM-07", "PER-63")
async def test_several_ects_get_the_mentor_together(client: Browser, people: Cast) -> None:
    mentor, old = await factories.mentor(people.ash), await factories.mentor(people.ash, "Olga Old")
    alone, mentored = await factories.ect(people.ash, "Amy Alone"), await factories.ect(people.ash, "Mo Mentored")
    await factories.mentorship(mentored, old)
    going = await assign_ects(client, mentor).begin(ect_ids=[alone.public_id, mentored.public_id])
    assert going.step == "check-answers"
    assert "Replaces Olga Old, until 5 October 2025" in client.text()
    assert "Change whether they mentor Amy Alone" in client.text()
    said = await going.done()
    assert "Max Mentor will mentor Amy Alone and Mo Mentored" in said
    assert await mentorships(alone) == [("Mentor", TODAY, None, False)]
    assert [row[1:3] for row in await mentorships(mentored)] == [("2025-09-01", "2025-10-05"), (TODAY, None)]


@pytest.mark.rule("AM-06", "PER-61")
async def test_the_page_lists_those_without_a_mentor_first(client: Browser, people: Cast) -> None:
    mentor, old = await factories.mentor(people.ash), await factories.mentor(people.ash, "Olga Old")
    has, soon, mine = [await factories.ect(people.ash, name) for name in ("Amy Has", "Bea Soon", "Cat Mine")]
    await factories.ect(people.ash, "Zoe Without")
    await factories.ect(people.ash, mentor.teacher)
    await factories.ect(people.ash, await factories.teacher("Ed Exempt", trs_induction_status="Exempt"))
    await factories.mentorship(has, old)
    await factories.mentorship(soon, old, date(2025, 11, 3))
    await factories.mentorship(mine, mentor)
    await client.get(f"{mentor.url}/assign-ects")
    options = client.text().partition("Which ECTs")[2]
    assert options.index("Zoe Without No mentor yet") < options.index("Amy Has Has Olga Old now")
    assert "Bea Soon Will have Olga Old" in options
    assert not [name for name in ("Cat Mine", "Ed Exempt", "Birch") if name in options]
    assert f'value="{mine.public_id}"' not in client.page.text  # type: ignore[union-attr]


@pytest.mark.rule("AM-06")
async def test_with_nobody_to_assign_the_page_says_so(client: Browser, people: Cast) -> None:
    mentor = await factories.mentor(people.ash)
    await client.get(f"{mentor.url}/assign-ects")
    assert "There is no ECT at your school" in client.text()


@pytest.mark.rule("AM-06", "GEN-06")
async def test_wrong_choices_are_field_errors_and_the_others_stay_ticked(client: Browser, people: Cast) -> None:
    mentor, ect = await factories.mentor(people.ash), await factories.ect(people.ash)
    left = await factories.ect(people.ash, "Lea Left", finished_on=date(2025, 9, 30))
    foreign = await factories.ect(people.birch, "Bea Birch")
    path = f"{mentor.url}/assign-ects"
    await client.get(path)
    for posted, said in (
        ([], "Select at least one ECT"),
        ([ect.public_id, foreign.public_id], "Select one of the options"),
        ([ect.public_id, "nonsense"], "Select one of the options"),
        ([ect.public_id, left.public_id], "Lea Left has left"),
    ):
        answer = await client.post(path, {"ect_ids": posted})
        assert (answer.status_code, said in client.text()) == (422, True), client.text()
        assert (f'value="{ect.public_id}" checked' in answer.text) is bool(posted)
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("AM-07", "CON-01", "DRF-12")
async def test_one_that_changed_meanwhile_holds_all_of_them_back(client: Browser, people: Cast) -> None:
    mentor, other = await factories.mentor(people.ash), await factories.mentor(people.ash, "Olga Other")
    one, two = await factories.ect(people.ash, "Amy One"), await factories.ect(people.ash, "Bea Two")
    going = await assign_ects(client, mentor).begin(ect_ids=[one.public_id, two.public_id])
    await (await assign_mentor(client, two).begin(mentor_id=other.public_id)).done()
    answer = await going.confirm()
    assert (answer.status_code, answer.headers["location"]) == (303, f"{going.base}/assign-ects")
    await client.get(answer.headers["location"])
    assert "The mentor of one of these ECTs has changed" in client.text()
    assert (await mentorships(one), len(await mentorships(two))) == ([], 1)
    going.step = "assign-ects"
    await going.answer(ect_ids=[one.public_id, two.public_id])
    await going.done()
    assert [len(await mentorships(ect)) for ect in (one, two)] == [1, 2]


@pytest.mark.rule("AM-07", "DRF-12")
async def test_one_who_is_exempt_by_now_holds_all_of_them_back(client: Browser, people: Cast) -> None:
    mentor = await factories.mentor(people.ash)
    one, two = await factories.ect(people.ash, "Amy One"), await factories.ect(people.ash, "Bea Two")
    going = await assign_ects(client, mentor).begin(ect_ids=[one.public_id, two.public_id])
    await fetch("UPDATE teacher SET trs_induction_status = 'Exempt' WHERE id = $1", two.teacher.id)
    await client.get((await going.confirm()).headers["location"])
    assert "Bea Two has left, completed their induction or is exempt" in client.text()
    assert await mentorships(one) == []


@pytest.mark.rule("PER-60")
async def test_many_ects_are_noted_and_not_stopped(client: Browser, people: Cast) -> None:
    mentor = await factories.mentor(people.ash)
    ects = [await factories.ect(people.ash, f"Eve Number{number}") for number in range(3)]
    going = await assign_ects(client, mentor).begin(ect_ids=[ect.public_id for ect in ects])
    assert "Max Mentor will mentor 3 ECTs. Check that they have enough time" in client.text()
    await going.done()


@pytest.mark.rule("PRM-02", "AM-06", "GEN-05")
async def test_only_a_mentor_who_stays_at_the_own_school_can_be_given_ects(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    for stay, status in (
        (await factories.mentor(people.ash, "Lea Leaving", finished_on=DECEMBER), 403),
        (await factories.mentor(people.ash, "Lou Left", finished_on=date(2025, 9, 30)), 403),
        (await factories.mentor(people.birch, "Bob Birch"), 404),
    ):
        assert (await client.get(f"{stay.url}/assign-ects")).status_code == status
        answer = await client.post(f"{stay.url}/assign-ects", {"ect_ids": [ect.public_id]})
        assert answer.status_code == status
    assert await fetch("SELECT FROM draft UNION ALL SELECT FROM mentorship_period") == []


@pytest.mark.rule("PRM-04")
async def test_a_closed_window_shuts_it(client: Browser, people: Cast) -> None:
    mentor = await factories.mentor(people.ash)
    await factories.closure(date(2025, 10, 6), date(2025, 10, 10))
    answer = await client.get(f"{mentor.url}/assign-ects")
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/registration-closed")


@pytest.mark.rule("AM-08", "PER-64")
async def test_there_is_no_way_to_take_a_mentor_off_without_naming_another(client: Browser, people: Cast) -> None:
    mentor, ect = await factories.mentor(people.ash), await factories.ect(people.ash)
    await factories.mentor(people.ash, "Olga Other")
    await factories.mentorship(ect, mentor)
    for path, field in ((f"{ect.url}/assign-mentor", "mentor_id"), (f"{mentor.url}/assign-ects", "ect_ids")):
        await client.get(path)
        assert (await client.post(path, {field: ""})).status_code == 422
    assert len(await mentorships(ect)) == 1
