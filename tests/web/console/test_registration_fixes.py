"""What staff put right about registrations: body, first and last day, mentors, removal (FIX-03, 05, 06, 10, 11)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from tests import factories
from tests.web.console.test_fixes import address, checked, confirmed, hidden, kinds, stored

if TYPE_CHECKING:
    from tests.cast import Cast

TICKET = {"ticket": "INC-42"}


def day(prefix: str, typed: date) -> dict[str, str]:
    return {
        f"{prefix}_{part}": f"{getattr(typed, part):0>{4 if part == 'year' else 1}}"
        for part in ("day", "month", "year")
    }


@pytest.fixture
async def ect(people: Cast) -> factories.Stay:
    """Give Siân, an ECT at Ash since September."""
    return await factories.ect(people.ash, "Siân Evans", date(2025, 9, 1))


async def put_right(sam: Any, of: factories.Stay, fix: str, **fields: str) -> Any:
    """Fill in a fix of a person and confirm it; returns the last answer."""
    answer = await checked(sam, of, fix, **fields)
    return answer if answer.status_code != 200 else await confirmed(sam, of, fix)


async def row_of(table: str, number: int) -> Any:
    return (await fetch(f"SELECT * FROM {table} WHERE id = $1", number))[0]


@pytest.mark.rule("FIX-03", "ABR-02", "ADM-6.1")
async def test_the_reported_body_is_changed_from_the_card_for_the_record_where_need_be(
    sam: Any, ect: factories.Stay
) -> None:
    old = await factories.appropriate_body("Old Body", type="local_authority", allowed_school_kinds=[])
    await sam.get(f"/admin/people/{ect.teacher.public_id}/schools")
    card = f"{address(ect, 'appropriate-body')}?stay={ect.public_id}&amp;from=%2Fadmin%2Fpeople%2F"
    assert card in sam.page.text

    answer = await put_right(sam, ect, "appropriate-body", appropriate_body=str(old.public_id))
    assert answer.status_code == 422
    assert "it is not an appropriate body on the day from which they would have it" in sam.text()

    await put_right(sam, ect, "appropriate-body", appropriate_body=str(old.public_id), for_the_record="yes")
    assert (await stored(ect))["school_reported_appropriate_body_id"] == old.id
    assert await kinds() == ["teacher_appropriate_body_changed", "staff_fix_applied"]


@pytest.mark.rule("FIX-03", "ABR-06")
async def test_a_recorded_induction_is_corrected_first(sam: Any, ect: factories.Stay) -> None:
    await factories.induction(ect.teacher, await factories.appropriate_body("South Hub"))

    await sam.get(address(ect, "appropriate-body"))

    assert "Correct what it has recorded first." in sam.text()
    assert f"{address(ect, 'induction')}?from=" in sam.page.text


@pytest.mark.rule("FIX-05", "ADM-1.3", "ADM-16.1")
async def test_the_first_day_moves_with_what_began_on_it(sam: Any, ect: factories.Stay, people: Cast) -> None:
    mentor = await factories.mentor(people.ash, started_on=date(2025, 8, 1))
    training = await factories.training(ect, started_on=date(2025, 9, 1))
    mentorship = await factories.mentorship(ect, mentor, date(2025, 9, 1))

    await checked(sam, ect, "start-date", **day("start_date", date(2023, 1, 9)))
    assert "First day: was 1 September 2025, now 9 January 2023" in sam.text()
    assert "School-led training from 9 January 2023" in sam.text()
    await confirmed(sam, ect, "start-date")

    assert (await stored(ect))["started_on"] == date(2023, 1, 9)
    assert (await row_of("training_period", training["id"]))["started_on"] == date(2023, 1, 9)
    assert (await row_of("mentorship_period", mentorship["id"]))["started_on"] == date(2025, 8, 1)
    assert await kinds() == ["teacher_start_date_corrected", "staff_fix_applied"]

    await factories.induction(ect.teacher, await factories.appropriate_body("South Hub"), date(2025, 9, 1))
    await fetch("UPDATE teacher SET trs_qts_awarded_on = '2022-07-15' WHERE id = $1", ect.teacher.id)
    await fetch("UPDATE school SET opened_on = '2022-09-01' WHERE id = $1", people.ash.id)
    for typed, why in (
        (date(1949, 12, 31), "First day must be on or after 1 January 1950: check the year"),
        (date(2022, 7, 14), "They got qualified teacher status on 15 July 2022, after this day"),
        (date(2022, 8, 31), "Ash School opened on 1 September 2022, after this day"),
        (date(2025, 9, 2), "South Hub recorded their induction from 1 September 2025, before this day"),
    ):
        answer = await checked(sam, ect, "start-date", **day("start_date", typed))
        assert (answer.status_code, why in sam.text()) == (422, True)


@pytest.mark.rule("FIX-05", "FIX-06")
async def test_the_days_of_a_mentor_are_put_right_with_the_mentoring_inside(
    sam: Any, ect: factories.Stay, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Mo Mann", started_on=date(2025, 9, 15))
    mentorship = await factories.mentorship(ect, mentor, date(2025, 9, 15))
    await factories.mentor(people.birch, mentor.teacher, date(2025, 9, 1))
    which = {"stay": str(mentor.public_id)}

    await put_right(sam, mentor, "start-date", **which, **day("start_date", date(2025, 8, 18)))
    assert (await row_of("mentor_at_school_period", mentor.id))["started_on"] == date(2025, 8, 18)
    assert (await row_of("mentorship_period", mentorship["id"]))["started_on"] == date(2025, 9, 1)

    await put_right(sam, mentor, "last-day", **which, leaving_action="set", **day("leaving_date", date(2025, 10, 31)))
    assert (await row_of("mentorship_period", mentorship["id"]))["finished_on"] == date(2025, 10, 31)
    await put_right(sam, mentor, "last-day", **which, leaving_action="cancel")
    assert (await row_of("mentorship_period", mentorship["id"]))["finished_on"] is None
    assert (await row_of("mentor_at_school_period", mentor.id))["end_reason"] is None


@pytest.mark.rule("FIX-05", "ADM-1.5", "ADM-6.3")
async def test_a_first_day_on_which_they_were_elsewhere_is_refused_with_a_link(
    sam: Any, ect: factories.Stay, people: Cast
) -> None:
    before = await factories.ect(people.birch, ect.teacher, date(2025, 1, 6), finished_on=date(2025, 8, 31))

    answer = await checked(sam, ect, "start-date", stay=str(ect.public_id), **day("start_date", date(2025, 8, 31)))

    assert answer.status_code == 422
    assert "They are registered at Birch School from 6 January 2025 to 31 August 2025" in sam.text()
    assert f'href="/admin/people?q={before.public_id}"' in answer.text
    assert (await stored(ect))["started_on"] == date(2025, 9, 1)


@pytest.mark.rule("FIX-05", "FIX-08")
async def test_training_that_belongs_in_another_year_then_is_filed_there_on_the_same_check_page(
    sam: Any, people: Cast
) -> None:
    provider = await factories.lead_provider()
    for year in (2025, 2026):
        await factories.contract(provider, year)
        await factories.schedule(year)
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-11-01' WHERE year = 2026")
    with clock.at(factories.noon(date(2025, 11, 3))):
        ect = await factories.ect(people.ash, "Siân Evans", date(2025, 12, 1))
    training = await factories.training(ect, provider, started_on=date(2025, 12, 1))
    start = day("start_date", date(2026, 6, 8))

    answer = await checked(sam, ect, "start-date", **start)
    assert answer.status_code == 422
    assert "Their training belongs in 2026 to 2027 then: select where" in sam.text()
    value = html.fromstring(answer.text).xpath("//input[@name='filing']")[0].get("value")
    await checked(sam, ect, "start-date", **start, filing=value)
    assert "Academic year: was 2025 to 2026, now 2026 to 2027" in sam.text()
    assert "First day: was 1 December 2025, now 8 June 2026" in sam.text()
    await confirmed(sam, ect, "start-date")

    row = await row_of("training_period", training["id"])
    assert (row["started_on"], row["contract_period_year"]) == (date(2026, 6, 8), 2026)


@pytest.mark.rule("FIX-06", "PER-44")
async def test_a_last_day_is_recorded_changed_when_it_is_past_and_cancelled(sam: Any, ect: factories.Stay) -> None:
    training = await factories.training(ect, started_on=date(2025, 9, 1))

    await put_right(sam, ect, "last-day", leaving_action="set", **day("leaving_date", date(2025, 10, 17)))
    row = await stored(ect)
    assert (row["finished_on"], row["end_reason"], row["leaving_reported_at"]) == (date(2025, 10, 17), "support", None)

    await put_right(sam, ect, "last-day", leaving_action="set", **day("leaving_date", date(2025, 10, 24)))
    assert (await stored(ect))["finished_on"] == date(2025, 10, 24)
    assert (await row_of("training_period", training["id"]))["finished_on"] == date(2025, 10, 24)

    await checked(sam, ect, "last-day", leaving_action="cancel")
    assert "Goes on: school-led training" in sam.text()
    await confirmed(sam, ect, "last-day")
    row = await stored(ect)
    assert (row["finished_on"], row["end_reason"]) == (None, None)
    await checked(sam, ect, "last-day", leaving_action="cancel")
    assert "They have no last day at this school" in sam.text()
    assert (await row_of("training_period", training["id"]))["finished_on"] is None


@pytest.mark.rule("FIX-06", "PER-41")
async def test_with_a_ticket_a_last_day_may_be_far_ahead_but_never_too_early(sam: Any, ect: factories.Stay) -> None:
    far = day("leaving_date", date(2026, 7, 17))

    answer = await put_right(sam, ect, "last-day", leaving_action="set", **far)
    assert answer.status_code == 422
    assert "Last day must be on or before 10 March 2026" in sam.text()
    early = await put_right(
        sam, ect, "last-day", leaving_action="set", **TICKET, **day("leaving_date", date(2025, 9, 2))
    )
    assert early.status_code == 422

    mistyped = day("leaving_date", date(2099, 12, 31))
    assert (await put_right(sam, ect, "last-day", leaving_action="set", **TICKET, **mistyped)).status_code == 422
    assert "120 months from today" in sam.text()
    await put_right(sam, ect, "last-day", leaving_action="set", **TICKET, **far)
    assert (await stored(ect))["finished_on"] == date(2026, 7, 17)


@pytest.mark.rule("FIX-06", "PER-45", "ADM-1.5", "ADM-6.3")
async def test_a_stay_that_another_school_ended_is_changed_but_goes_on_only_when_they_are_not_elsewhere(
    sam: Any, ect: factories.Stay, people: Cast
) -> None:
    await fetch("UPDATE ect_at_school_period SET finished_on = '2025-11-02', end_reason = 'left' WHERE id = $1", ect.id)
    later = await factories.ect(people.birch, ect.teacher, date(2025, 11, 3), email="two@birch.example")
    await fetch(
        """UPDATE ect_at_school_period SET end_reason = 'joined_another_school', ended_by_stay_id = $2
        WHERE id = $1""",
        ect.id,
        later.id,
    )
    which = {"stay": str(ect.public_id)}

    answer = await checked(sam, ect, "last-day", leaving_action="cancel", **which)
    assert answer.status_code == 422
    assert "They are registered from a later day on" in sam.text()
    assert f'href="/admin/people?q={later.public_id}"' in answer.text

    await put_right(sam, ect, "last-day", leaving_action="set", **which, **day("leaving_date", date(2025, 10, 24)))
    row = await stored(ect)
    assert (row["finished_on"], row["end_reason"]) == (date(2025, 10, 24), "joined_another_school")

    await put_right(sam, ect, "remove-registration", stay=str(later.public_id))
    await factories.ect(people.birch, "Una Still", email=row["email"].upper())
    await checked(sam, ect, "last-day", leaving_action="cancel", **which)
    assert "Somebody else uses their email address by now" in sam.text()
    await fetch("UPDATE ect_at_school_period SET email = 'una@birch.example' WHERE teacher_id <> $1", ect.teacher.id)
    await put_right(sam, ect, "last-day", leaving_action="cancel", **which)
    row = await stored(ect)
    assert (row["finished_on"], row["ended_by_stay_id"]) == (None, None)


@pytest.mark.rule("FIX-06", "PER-46")
async def test_a_stay_ended_by_an_outcome_goes_on_only_without_the_outcome(sam: Any, ect: factories.Stay) -> None:
    await fetch(
        """UPDATE ect_at_school_period SET finished_on = '2025-10-31', end_reason = 'induction_completed'
        WHERE id = $1""",
        ect.id,
    )
    await fetch("UPDATE teacher SET trs_induction_status = 'Failed' WHERE id = $1", ect.teacher.id)

    answer = await checked(sam, ect, "last-day", leaving_action="cancel")

    assert answer.status_code == 422
    assert "Their induction has an outcome" in sam.text()


@pytest.mark.rule("FIX-10", "PER-63")
async def test_a_mentor_is_given_changed_and_the_days_corrected(sam: Any, ect: factories.Stay, people: Cast) -> None:
    first = await factories.mentor(people.ash, "Mo Mann", started_on=date(2025, 9, 8))
    second = await factories.mentor(people.ash, "Nell Noor", started_on=date(2025, 9, 1))

    answer = await put_right(
        sam, ect, "mentorship", mentor=str(first.public_id), **day("mentor_from", date(2025, 9, 1))
    )
    assert answer.status_code == 422
    assert "Mo Mann is registered at Ash School from 8 September 2025 to no last day only" in sam.text()

    await put_right(sam, ect, "mentorship", mentor=str(first.public_id), **day("mentor_from", date(2025, 9, 15)))
    to_second = {"mentorship": "new", "mentor": str(second.public_id)}
    await put_right(sam, ect, "mentorship", **to_second, **day("mentor_from", date(2025, 10, 1)))
    assert await days_of(ect) == [
        (first.id, date(2025, 9, 15), date(2025, 9, 30)),
        (second.id, date(2025, 10, 1), None),
    ]

    await sam.get(f"{address(ect, 'mentorship')}?mentorship=2025-10-01")
    assert 'name="mentor_from_month" type="text" value="10"' in sam.page.text
    ended = day("mentor_from", date(2025, 10, 6)) | day("mentor_until", date(2025, 12, 19))
    await put_right(sam, ect, "mentorship", mentorship="2025-10-01", **ended)
    assert (await days_of(ect))[1] == (second.id, date(2025, 10, 6), date(2025, 12, 19))
    rows = await fetch("SELECT cancellation_reason FROM mentorship_period WHERE cancelled_at IS NOT NULL")
    assert [row["cancellation_reason"] for row in rows] == ["support"]


@pytest.mark.rule("FIX-10", "MFT-03", "PER-65")
async def test_the_first_training_of_the_mentor_starts_with_the_mentorship_if_there_is_any(
    sam: Any, ect: factories.Stay, people: Cast
) -> None:
    mentor = await factories.mentor(people.ash, "Mo Mann", started_on=date(2025, 9, 1))
    chosen = {"mentor": str(mentor.public_id), "train": "yes", **day("mentor_from", date(2025, 10, 1))}

    assert (await checked(sam, ect, "mentorship", **chosen)).status_code == 422
    assert "The mentor cannot have training" in sam.text()

    provider = await factories.lead_provider()
    await factories.contract(provider)
    await factories.training(ect, provider)
    await factories.schedule(2025, "ecf-standard-january")
    await put_right(sam, ect, "mentorship", **chosen)
    rows = await fetch("SELECT lead_provider_id, started_on FROM training_period WHERE role = 'mentor'")
    assert [tuple(row) for row in rows] == [(provider.id, date(2025, 11, 10))]
    assert await days_of(ect) == [(mentor.id, date(2025, 10, 1), None)]


async def days_of(of: factories.Stay) -> list[Any]:
    rows = await fetch(
        """SELECT mentor_at_school_period_id, started_on, finished_on FROM mentorship_period
        WHERE ect_at_school_period_id = $1 AND cancelled_at IS NULL ORDER BY started_on""",
        of.id,
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("FIX-11", "PER-50", "PER-51")
async def test_what_schools_cannot_remove_needs_a_ticket_and_agreement(sam: Any, ect: factories.Stay) -> None:
    await factories.induction(ect.teacher, await factories.appropriate_body("South Hub"), date(2025, 9, 1))

    for missing in ({}, {"agreed": "yes"}, TICKET):
        answer = await checked(sam, ect, "remove-registration", **missing)
        assert answer.status_code == 422
    assert "an appropriate body has recorded their induction at your school" in sam.text()

    await put_right(sam, ect, "remove-registration", agreed="yes", **TICKET)
    row = await stored(ect)
    assert (row["removed_at"] is not None, row["removal_reason"]) == (True, "support")
    assert await kinds() == ["teacher_registration_removed", "staff_fix_applied"]
    rows = await fetch("SELECT metadata FROM event WHERE kind = 'staff_fix_applied'")
    assert json.loads(rows[0]["metadata"])["ticket"] == "INC-42"


@pytest.mark.rule("FIX-11")
async def test_a_registration_with_an_outcome_inside_is_never_removed(sam: Any, ect: factories.Stay) -> None:
    hub = await factories.appropriate_body("South Hub")
    await factories.induction(ect.teacher, hub, finished_on=date(2025, 10, 31), outcome="pass")

    answer = await checked(sam, ect, "remove-registration", agreed="yes", **TICKET)

    assert answer.status_code == 422
    assert "their induction has been passed or failed" in sam.text()
    assert hidden(sam)["agreed"] == ["yes"]
