"""Closing stays as stored: training, mentorships, events of both people."""

from datetime import date

import pytest

from app.db.engine import fetch
from app.db.transaction import transaction
from app.registration.close_stay import CloseStay, close_ect_stay, close_mentor_stay
from app.terms import SYSTEM, StayEndReason
from tests import factories
from tests.cast import cast

LAST = date(2026, 2, 13)
LEFT = StayEndReason.LEFT


async def ends(table, *ids):
    """Return the last day of each row in turn, or "cancelled"."""
    rows = {row["id"]: row for row in await fetch(f"SELECT * FROM {table} WHERE id = ANY($1)", list(ids))}
    return ["cancelled" if rows[one].get("cancelled_at") else rows[one]["finished_on"] for one in ids]


async def close(operation, stay, last_day=LAST):
    async with transaction():
        await operation(CloseStay(stay.id, last_day, LEFT), SYSTEM)


@pytest.mark.rule("PER-40")
@pytest.mark.rule("PER-41")
async def test_a_mentors_last_day_ends_their_mentorships_here_and_nothing_at_other_schools(database):
    """W12: with an ECT who leaves before, one who stays and one who is still to come."""
    people = await cast()
    here, there = await factories.mentor(people.ash, "Yan Yew"), None
    stays = await factories.ect(people.ash, "Ann Ash")
    leaves = await factories.ect(people.ash, "Ben Bay", finished_on=date(2026, 1, 30))
    comes = await factories.ect(people.ash, "Cy Cedar", date(2026, 3, 1))
    there = await factories.mentor(people.birch, here.teacher)
    elsewhere = await factories.ect(people.birch, "Di Dale")
    rows = [
        await factories.mentorship(stays, here),
        await factories.mentorship(leaves, here, finished_on=date(2026, 1, 30)),
        await factories.mentorship(comes, here),
        await factories.mentorship(elsewhere, there),
    ]
    await close(close_mentor_stay, here)
    assert await ends("mentorship_period", *[row["id"] for row in rows]) == [
        LAST,
        date(2026, 1, 30),
        "cancelled",
        None,
    ]
    assert await ends("mentor_at_school_period", here.id, there.id) == [LAST, None]
    kinds = await fetch("SELECT kind, teacher_id, school_id FROM event WHERE school_id = $1 ORDER BY id", people.ash.id)
    assert [(row["kind"], row["teacher_id"]) for row in kinds] == [
        ("teacher_finishes_mentoring", here.teacher.id),
        ("teacher_finishes_being_mentored", stays.teacher.id),
        ("mentorship_cancelled", here.teacher.id),
        ("mentorship_cancelled", comes.teacher.id),
        ("teacher_left_school_as_mentor", here.teacher.id),
    ]


@pytest.mark.rule("PER-40")
async def test_a_mentor_with_the_same_number_as_an_ect_keeps_their_training(database):
    """Stays of the two roles are numbered apart: only rows of the closed stay change."""
    people = await cast()
    as_ect = await factories.ect(people.ash, "Ann Ash")
    as_mentor = await factories.mentor(people.ash, as_ect.teacher)
    await fetch("UPDATE mentor_at_school_period SET id = $2 WHERE id = $1", as_mentor.id, as_ect.id)
    provider = await factories.lead_provider()
    of_ect = await factories.training(as_ect, provider)
    of_mentor = await factories.training(
        as_ect, provider, role="mentor", ect_at_school_period_id=None, mentor_at_school_period_id=as_ect.id
    )
    await close(close_ect_stay, as_ect)
    assert await ends("training_period", of_ect["id"], of_mentor["id"]) == [LAST, None]
