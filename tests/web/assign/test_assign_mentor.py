"""Giving an ECT a mentor from the ECT's side (AM-01 to AM-05, table 6.3)."""

from __future__ import annotations

import logging
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.cast import sign_in
from tests.web.assign.conftest import TODAY
from tests.web.assign.steps import assign_mentor, events, mentorships

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.web.conftest import Browser

SEPTEMBER, NOVEMBER, DECEMBER = date(2025, 9, 1), date(2025, 11, 3), date(2025, 12, 12)


@pytest.mark.rule("AM-01", "AM-04", "AM-05", "PER-62", "MSG-02")
async def test_an_ect_without_a_mentor_gets_one_from_today(client: Browser, people: Cast) -> None:
    ect, other = await factories.ect(people.ash), await factories.ect(people.ash, "Zoe Young")
    mentor = await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    assert going.step == "check-answers"
    assert await mentorships(ect) == []
    said = await going.done()
    assert await mentorships(ect) == [("Mentor", TODAY, None, False)]
    assert "Max Mentor will mentor Siân Evans" in said
    assert f"/school/ects/{other.public_id}/assign-mentor" in going.page
    assert f"/school/ects/{ect.public_id}" in going.page
    assert await fetch("SELECT FROM message") == []


TABLE: dict[str, tuple[dict[str, Any], list[tuple[str, str, str | None, bool]]]] = {
    "changed": ({}, [("Old", "2025-09-01", "2025-10-05", False), ("Mentor", TODAY, None, False)]),
    "not started": (
        {"started_on": NOVEMBER},
        [("Old", "2025-11-03", None, True), ("Mentor", "2025-11-03", None, False)],
    ),
    "leaving": (
        {"finished_on": DECEMBER},
        [("Old", "2025-09-01", "2025-10-05", False), ("Mentor", TODAY, "2025-12-12", False)],
    ),
}


@pytest.mark.rule("PER-62", "PER-63", "EVT-03")
@pytest.mark.parametrize(("stay", "expected"), TABLE.values(), ids=TABLE)
async def test_a_new_mentor_takes_the_place_of_the_former_one(
    client: Browser, people: Cast, stay: dict[str, Any], expected: Any
) -> None:
    ect = await factories.ect(people.ash, **stay)
    old, new = await factories.mentor(people.ash, "Olga Old"), await factories.mentor(people.ash)
    await factories.mentorship(ect, old, finished_on=stay.get("finished_on"))
    going = await assign_mentor(client, ect).begin(mentor_id=new.public_id)
    assert "Olga Old" in client.text()
    await going.done()
    assert await mentorships(ect) == expected
    cancelled = expected[0][3]
    outgoing = (
        ["mentorship_cancelled"] * 2 if cancelled else ["teacher_finishes_mentoring", "teacher_finishes_being_mentored"]
    )
    kinds = [*outgoing, "teacher_starts_mentoring", "teacher_starts_being_mentored"]
    people_of = [old.teacher.id, ect.teacher.id, new.teacher.id, ect.teacher.id]
    assert await events("mentor") == list(zip(kinds, people_of, strict=True))


@pytest.mark.rule("PER-63")
async def test_a_change_on_the_same_day_cancels_and_keeps_both_in_the_history(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    first, second = await factories.mentor(people.ash, "Fay First"), await factories.mentor(people.ash, "Sam Second")
    await (await assign_mentor(client, ect).begin(mentor_id=first.public_id)).done()
    going = await assign_mentor(client, ect).begin(mentor_id=second.public_id)
    assert "Fay First, whose mentoring from 6 October 2025 is cancelled" in client.text()
    await going.done()
    assert await mentorships(ect) == [("First", TODAY, None, True), ("Second", TODAY, None, False)]
    await client.get(f"{ect.url}/history")
    assert "Fay First will not mentor Siân Evans" in client.text()
    assert "Siân Evans is mentored by Fay First from 6 October 2025" in client.text()


@pytest.mark.rule("PER-62")
@pytest.mark.parametrize(
    ("mentor_from", "former_ends", "starts"),
    [("now", "2025-10-05", TODAY), ("after_present", "2025-11-20", "2025-11-21"), (None, "2025-10-05", TODAY)],
)
async def test_while_the_present_mentor_is_leaving_there_is_a_choice_of_days(
    client: Browser, people: Cast, mentor_from: str | None, former_ends: str, starts: str
) -> None:
    last_day = date(2025, 11, 20)
    ect, new = await factories.ect(people.ash), await factories.mentor(people.ash)
    old = await factories.mentor(people.ash, "Olga Old", finished_on=last_day)
    await factories.mentorship(ect, old, finished_on=last_day)
    await client.get(f"{ect.url}/assign-mentor")
    assert 'value="after_present" checked' in client.page.text  # type: ignore[union-attr]
    chosen = {"mentor_id": new.public_id} | ({"mentor_from": mentor_from} if mentor_from else {})
    await (await assign_mentor(client, ect).begin(**chosen)).done()
    assert [row[1:3] for row in await mentorships(ect)] == [("2025-09-01", former_ends), (starts, None)]


@pytest.mark.rule("AM-01", "PER-61")
async def test_the_page_lists_whoever_can_mentor_with_their_load(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    busy = await factories.mentor(people.ash, "Busy Bea")
    for number in range(3):
        await factories.mentorship(await factories.ect(people.ash, f"Eve Number{number}"), busy)
    left = await factories.mentor(people.ash, "Lea Leaving", finished_on=DECEMBER)
    await factories.mentor(people.birch, "Bob Birch")
    await factories.mentor(people.ash, "Ann Able")
    await client.get(f"{ect.url}/assign-mentor?mentor_id={busy.public_id}")
    text = client.text()
    assert text.index("Ann Able") < text.index("Busy Bea") < text.index("Register a new mentor")
    assert "Mentors 3 ECTs. Check that they have enough time for another" in text
    assert "Lea Leaving" not in text
    assert "Bob Birch" not in text
    assert f'value="{busy.public_id}" checked' in client.page.text  # type: ignore[union-attr]
    refused = await client.post(f"{ect.url}/assign-mentor", {"mentor_id": left.public_id})
    assert (refused.status_code, "Lea Leaving leaves on 12 December 2025" in client.text()) == (422, True)


@pytest.mark.rule("PER-60")
async def test_the_note_is_repeated_before_confirming(client: Browser, people: Cast) -> None:
    ect, busy = await factories.ect(people.ash), await factories.mentor(people.ash, "Busy Bea")
    for number in range(2):
        await factories.mentorship(await factories.ect(people.ash, f"Eve Number{number}"), busy)
    await assign_mentor(client, ect).begin(mentor_id=busy.public_id)
    assert "Busy Bea will mentor 3 ECTs" in client.text()


@pytest.mark.rule("AM-01", "GEN-06")
@pytest.mark.parametrize("which", ["nothing", "foreign", "malformed", "themself", "present"])
async def test_a_choice_that_is_none_is_a_field_error(client: Browser, people: Cast, which: str) -> None:
    ect = await factories.ect(people.ash)
    present = await factories.mentor(people.ash, "Olga Old")
    await factories.mentorship(ect, present)
    themself = await factories.mentor(people.ash, ect.teacher)
    foreign = await factories.mentor(people.birch, "Bob Birch")
    await factories.mentor(people.ash)
    typed, said = {
        "nothing": ("", "Select who will mentor Siân Evans"),
        "foreign": (str(foreign.public_id), "Select one of the options"),
        "malformed": ("1 OR 1=1", "Select one of the options"),
        "themself": (str(themself.public_id), "Siân Evans cannot mentor themself"),
        "present": (str(present.public_id), "Olga Old is Siân Evans’s mentor already"),
    }[which]
    await client.get(f"{ect.url}/assign-mentor")
    answer = await client.post(f"{ect.url}/assign-mentor", {"mentor_id": typed})
    assert (answer.status_code, said in client.text()) == (422, True), client.text()
    assert "Bob Birch" not in client.text()
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("AM-01", "RM-01")
async def test_registering_a_mentor_is_a_choice_and_the_only_one_without_mentors(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    registering = f"/school/register-mentor?ect_id={ect.public_id}"
    straight = await client.get(f"{ect.url}/assign-mentor")
    assert (straight.status_code, straight.headers["location"]) == (303, registering)
    await factories.mentor(people.ash)
    await client.get(f"{ect.url}/assign-mentor")
    chosen = await client.post(f"{ect.url}/assign-mentor", {"mentor_id": "new"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, registering)
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("PRM-01", "GEN-05", "PER-61")
async def test_only_an_ect_in_progress_of_the_own_school_can_be_given_a_mentor(client: Browser, people: Cast) -> None:
    await factories.mentor(people.ash)
    mentor = await factories.mentor(people.birch, "Bob Birch")
    exempt = await factories.teacher("Ed Exempt", trs_induction_status="Exempt")
    passed = await factories.teacher("Pat Passed", trs_induction_status="Passed")
    stays = [
        (await factories.ect(people.ash, exempt), 403),
        (await factories.ect(people.ash, passed), 403),
        (await factories.ect(people.ash, "Lea Left", finished_on=date(2025, 9, 30)), 403),
        (await factories.ect(people.birch, "Bea Birch"), 404),
    ]
    for stay, status in stays:
        assert (await client.get(f"{stay.url}/assign-mentor")).status_code == status
        answer = await client.post(f"{stay.url}/assign-mentor", {"mentor_id": mentor.public_id})
        assert answer.status_code == status
    assert await fetch("SELECT FROM draft UNION ALL SELECT FROM mentorship_period") == []


@pytest.mark.rule("PRM-04")
async def test_a_closed_window_shuts_the_journey_also_in_the_middle(client: Browser, people: Cast) -> None:
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await factories.closure(date(2025, 10, 6), date(2025, 10, 10))
    for path in (f"{ect.url}/assign-mentor", f"{going.base}/check-answers"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/school/registration-closed")
    assert (await client.send("GET", "/school/registration-closed")).status_code == 200
    assert len(await fetch("SELECT FROM draft WHERE state = 'open'")) == 1


@pytest.mark.rule("CON-01", "PER-63")
async def test_a_mentor_changed_meanwhile_is_asked_about(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    mine, theirs = await factories.mentor(people.ash, "Mia Mine"), await factories.mentor(people.ash, "Tom Theirs")
    going = await assign_mentor(client, ect).begin(mentor_id=mine.public_id)
    await (await assign_mentor(client, ect).begin(mentor_id=theirs.public_id)).done()
    answer = await going.confirm()
    assert answer.status_code == 409
    assert "Tom Theirs, from 6 October 2025" in client.text()
    assert "Mia Mine" in client.text()
    assert len(await mentorships(ect)) == 1


@pytest.mark.rule("CON-01", "PER-63")
@pytest.mark.parametrize(("choice", "kept"), [("keep_mine", "Mine"), ("keep_theirs", "Theirs")])
async def test_either_of_the_two_can_be_kept(client: Browser, people: Cast, choice: str, kept: str) -> None:
    ect = await factories.ect(people.ash)
    mine, theirs = await factories.mentor(people.ash, "Mia Mine"), await factories.mentor(people.ash, "Tom Theirs")
    going = await assign_mentor(client, ect).begin(mentor_id=mine.public_id)
    await (await assign_mentor(client, ect).begin(mentor_id=theirs.public_id)).done()
    await going.confirm()
    assert "Alice Archer" in client.text()
    mark = re.findall(r'name="seen_mark" value="([^"]*)"', going.page)[0]
    await client.post(f"{going.base}/check-answers", {"seen_mark": mark, "resolve": choice})
    assert [row[0] for row in await mentorships(ect) if not row[3]] == [kept]


@pytest.mark.rule("GDS-14")
async def test_mentors_of_one_name_are_told_apart(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    twins = [await factories.mentor(people.ash, "Sam Same") for _ in range(2)]
    await client.get(f"{ect.url}/assign-mentor")
    assert all(f"Sam Same ({twin.teacher.trn})" in client.text() for twin in twins)


@pytest.mark.rule("CON-01", "CON-02")
async def test_a_colleague_who_chose_the_same_mentor_is_told_and_nothing_is_written(
    client: Browser, people: Cast
) -> None:
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await (await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)).done()
    answer = await going.confirm()
    assert answer.status_code == 409
    assert str(mentor.public_id) not in client.text()
    assert len(await mentorships(ect)) == 1


@pytest.mark.rule("FLT-12")
@pytest.mark.rule("DRF-12", "PER-61")
async def test_a_mentor_who_is_leaving_by_now_is_asked_about_again(client: Browser, people: Cast) -> None:
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await factories.mentor(people.ash, "Olga Other")
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    await fetch(
        "UPDATE mentor_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1", mentor.id, DECEMBER
    )
    answer = await going.confirm()
    assert answer.headers["location"] == f"{going.base}/assign-mentor"
    await client.get(answer.headers["location"])
    assert "Max Mentor leaves on 12 December 2025" in client.text()
    assert "Olga Other" in client.text()
    assert await mentorships(ect) == []


@pytest.mark.rule("GEN-05", "DRF-14")
async def test_a_draft_is_found_at_its_own_school_and_ect_alone(client: Browser, people: Cast) -> None:
    ect, other, mentor = (
        await factories.ect(people.ash),
        await factories.ect(people.ash, "Zoe Young"),
        await factories.mentor(people.ash),
    )
    going = await assign_mentor(client, ect).begin(mentor_id=mentor.public_id)
    elsewhere = going.base.replace(str(ect.public_id), str(other.public_id))
    assert (await client.get(f"{elsewhere}/check-answers")).status_code == 404
    await sign_in(client, people.carla, people.birch, TODAY)
    assert (await client.get(f"{going.base}/check-answers")).status_code == 404


@pytest.mark.rule("PRF-3")
async def test_the_pages_send_as_many_statements_for_one_as_for_many(
    client: Browser, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    counts: list[int] = []
    for number in range(8):
        ect = await factories.ect(people.ash, f"Eve Number{number}")
        mentor = await factories.mentor(people.ash, f"Max Number{number}")
        await factories.mentorship(ect, mentor)
        if number in {1, 7}:
            with caplog.at_level(logging.INFO):
                for path in (f"{ect.url}/assign-mentor", f"{mentor.url}/assign-ects"):
                    await client.get(path)
                    logged = [record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")]
                    counts.append(logged[-1])

    assert counts[:2] == counts[2:]
    assert max(counts) <= 6
