"""Reporting, amending and cancelling a leaving as stored, and what induction outcomes close."""

from dataclasses import replace
from datetime import date

import pytest

from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.registration.complete_induction import CompleteInduction, complete_induction
from app.registration.leaving.amend_leaving import AmendLeaving, amend_leaving
from app.registration.leaving.cancel_leaving import CancelLeaving, cancel_leaving
from app.registration.leaving.report_leaving import ReportLeaving, report_leaving
from app.terms import SYSTEM, Refused, Role
from tests import factories
from tests.cast import cast
from tests.registration.test_closing import ends

TODAY = date(2025, 11, 10)
L1, L2, L3 = date(2025, 12, 19), date(2026, 1, 30), date(2025, 11, 28)
ECT, MENTOR = Role.ECT, Role.MENTOR


def command(kind, stay, *more, role=ECT):
    return kind(role, stay.teacher.trn, stay.id, stay.school.id, *more)


async def report(stay, last_day=L1, role=ECT, today=TODAY):
    return await report_leaving(command(ReportLeaving, stay, last_day, role=role), SYSTEM, today, Policy())


async def amend(stay, last_day, role=ECT, today=TODAY):
    return await amend_leaving(command(AmendLeaving, stay, last_day, role=role), SYSTEM, today, Policy())


async def cancel(stay, role=ECT, today=TODAY):
    return await cancel_leaving(command(CancelLeaving, stay, role=role), SYSTEM, today)


async def mentored_ect(people, **facts):
    """An ECT at Ash with a mentor and training, and training that is still to come."""
    ect, mentor = await factories.ect(people.ash, "Ann Ash", **facts), await factories.mentor(people.ash)
    rows = [
        await factories.training(ect, finished_on=date(2026, 1, 11)),
        await factories.training(ect, started_on=date(2026, 1, 12)),
    ]
    return ect, mentor, rows, await factories.mentorship(ect, mentor)


async def dates(rows, mentorship):
    return [
        *(await ends("training_period", *[row["id"] for row in rows])),
        *(await ends("mentorship_period", mentorship["id"])),
    ]


@pytest.mark.rule("PER-41")
@pytest.mark.rule("PER-43")
async def test_a_last_day_ends_everything_and_moves_to_and_fro_until_it_is_withdrawn(database):
    ect, _, rows, mentorship = await mentored_ect(await cast())
    own_end = date(2026, 1, 11)
    await report(ect)
    assert await dates(rows, mentorship) == [L1, "cancelled", L1]
    await amend(ect, L2)
    assert await dates(rows, mentorship) == [own_end, L2, L2]
    await amend(ect, L3)
    assert await dates(rows, mentorship) == [L3, "cancelled", L3]
    undone = await cancel(ect)
    assert await dates(rows, mentorship) == [own_end, None, None]
    assert len(undone.restored) == 3
    assert undone.not_restored == ()
    stay = await fetch_one("SELECT * FROM ect_at_school_period WHERE id = $1", ect.id)
    assert (stay["finished_on"], stay["end_reason"], stay["leaving_reported_at"]) == (None, None, None)


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-64")
async def test_a_mentor_who_stays_after_all_gets_back_only_ects_without_another_mentor(database):
    people = await cast()
    leaver, other = await factories.mentor(people.ash, "Yan Yew"), await factories.mentor(people.ash, "Zed Zest")
    first, second = await factories.ect(people.ash, "Ann Ash"), await factories.ect(people.ash, "Ben Bay")
    kept, given = await factories.mentorship(first, leaver), await factories.mentorship(second, leaver)
    await report(leaver, role=MENTOR)
    await factories.mentorship(second, other, date(2025, 12, 20))
    undone = await cancel(leaver, role=MENTOR)
    assert await ends("mentorship_period", kept["id"], given["id"]) == [None, L1]
    assert undone.restored == ("mentoring of Ann Ash",)
    assert undone.not_restored[0].startswith("mentoring of Ben Bay")


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("day", [TODAY, L1], ids=["before the last day", "on it"])
async def test_what_a_lead_provider_stopped_meanwhile_stays_stopped(database, day):
    people = await cast()
    ect = await factories.ect(people.ash)
    training = await factories.training(ect, await factories.lead_provider())
    await report(ect)
    await fetch(
        "UPDATE training_period SET withdrawn_at = now(), withdrawal_reason = 'other', finished_on = $2 WHERE id = $1",
        training["id"],
        day,
    )
    undone = await cancel(ect, today=day)
    assert await ends("training_period", training["id"]) == [day]
    assert undone.not_restored == ("training with Larch Learning: it was changed after the last day was recorded",)


@pytest.mark.rule("PER-43")
async def test_a_leaving_without_any_event_is_withdrawn_too(database):
    """Migrated leaving reports have no event: what ends with the stay goes on with it."""
    people = await cast()
    ect = await factories.ect(people.ash, finished_on=L1)
    training = await factories.training(ect)
    mentorship = await factories.mentorship(ect, await factories.mentor(people.ash), finished_on=L1)
    await cancel(ect)
    assert await dates([training], mentorship) == [None, None]


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-44")
@pytest.mark.rule("PER-45")
@pytest.mark.parametrize(
    ("facts", "today"),
    [
        pytest.param({}, TODAY, id="nobody is leaving"),
        pytest.param({"finished_on": L1}, date(2025, 12, 20), id="left yesterday"),
        pytest.param({"finished_on": L1, "end_reason": "joined_another_school"}, TODAY, id="registered elsewhere"),
        pytest.param({"removed_at": factories.noon(TODAY), "finished_on": L1}, TODAY, id="removed"),
    ],
)
async def test_only_a_leaving_report_of_this_school_that_is_not_over_can_be_changed(database, facts, today):
    ect = await factories.ect((await cast()).ash, **facts)
    for change in (amend(ect, L2, today=today), cancel(ect, today=today)):
        with pytest.raises(Refused) as refused:
            await change
        assert refused.value.code == "changed_meanwhile"
    assert not await fetch("SELECT FROM event WHERE teacher_id = $1", ect.teacher.id)


@pytest.mark.rule("PER-41")
@pytest.mark.rule("PER-43")
@pytest.mark.rule("GEN-05")
async def test_another_school_neither_reports_nor_changes_a_leaving(database):
    people = await cast()
    ect = await factories.ect(people.ash)
    elsewhere = replace(ect, school=people.birch)
    with pytest.raises(Refused, match="changed_meanwhile"):
        await report(elsewhere)
    await report(ect)
    for change in (amend(elsewhere, L2), cancel(elsewhere)):
        with pytest.raises(Refused, match="changed_meanwhile"):
            await change
    assert await ends("ect_at_school_period", ect.id) == [L1]


@pytest.mark.rule("LV-05")
async def test_on_the_last_day_itself_it_can_still_be_withdrawn(database):
    ect, *_ = await mentored_ect(await cast())
    await report(ect)
    await cancel(ect, today=L1)
    assert await ends("ect_at_school_period", ect.id) == [None]


@pytest.mark.rule("PER-43")
async def test_days_that_another_school_has_registered_are_not_taken_back(database):
    """W8 the other way round: Birch has registered them from 12 January."""
    people = await cast()
    ect = await factories.ect(people.ash)
    await report(ect)
    await factories.ect(people.birch, ect.teacher, date(2026, 1, 12))
    with pytest.raises(Refused) as refused:
        await cancel(ect)
    assert refused.value.code == "registered_later"
    with pytest.raises(Refused) as refused:
        await amend(ect, date(2026, 1, 12))
    assert refused.value.code == "last_day_out_of_bounds"
    await amend(ect, date(2026, 1, 11))
    assert await ends("ect_at_school_period", ect.id) == [date(2026, 1, 11)]


@pytest.mark.rule("CON-02")
async def test_the_same_last_day_again_writes_nothing(database):
    ect, *_ = await mentored_ect(await cast())
    await report(ect)
    before = await fetch("SELECT id FROM event")
    await amend(ect, L1)
    assert await fetch("SELECT id FROM event") == before


@pytest.mark.rule("PER-41")
@pytest.mark.rule("CON-03")
async def test_a_second_report_and_one_out_of_bounds_write_nothing(database):
    ect, *_ = await mentored_ect(await cast())
    with pytest.raises(Refused):
        await report(ect, date(2025, 9, 2))
    await report(ect)
    with pytest.raises(Refused):
        await report(ect, L2)
    assert await ends("ect_at_school_period", ect.id) == [L1]


@pytest.mark.rule("PER-46")
@pytest.mark.parametrize("outcome", ["Passed", "Failed", "FailedInWales"])
async def test_an_outcome_closes_the_current_stay_today_once(database, outcome):
    people = await cast()
    teacher = await factories.teacher("Ann Ash", trs_induction_status=outcome)
    ect = await factories.ect(people.ash, teacher)
    training = await factories.training(ect)
    for _ in range(2):
        await complete_induction(CompleteInduction(teacher.trn, teacher.id), SYSTEM, TODAY)
    stay = await fetch_one("SELECT * FROM ect_at_school_period WHERE id = $1", ect.id)
    assert (stay["finished_on"], stay["end_reason"]) == (TODAY, "induction_completed")
    assert await ends("training_period", training["id"]) == [TODAY]
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id")]
    assert kinds == ["teacher_finishes_training_period", "teacher_left_school_as_ect"]


@pytest.mark.rule("PER-46")
async def test_an_outcome_removes_a_stay_that_has_not_started_and_an_exemption_nothing(database):
    people = await cast()
    teacher = await factories.teacher("Ann Ash", trs_induction_status="Exempt")
    ect = await factories.ect(people.ash, teacher, date(2026, 1, 5))
    training = await factories.training(ect)
    outcome = CompleteInduction(teacher.trn, teacher.id)
    await complete_induction(outcome, SYSTEM, TODAY)
    assert not await fetch("SELECT FROM event")
    await factories.induction(
        teacher, await factories.appropriate_body(), finished_on=date(2025, 11, 1), outcome="pass"
    )
    await complete_induction(outcome, SYSTEM, TODAY)
    stay = await fetch_one("SELECT * FROM ect_at_school_period WHERE id = $1", ect.id)
    assert (stay["removal_reason"], stay["finished_on"]) == ("induction_completed", None)
    assert await ends("training_period", training["id"]) == ["cancelled"]


@pytest.mark.rule("PER-46")
async def test_an_outcome_touches_only_the_stay_that_goes_on_today(database):
    people = await cast()
    teacher = await factories.teacher("Ann Ash", trs_induction_status="Passed")
    await factories.ect(people.ash, teacher, date(2025, 1, 6), finished_on=date(2025, 7, 31))
    await factories.ect(people.birch, teacher, date(2025, 9, 1), removed_at=factories.noon(TODAY))
    await factories.ect(people.ash, teacher, TODAY)
    await complete_induction(CompleteInduction(teacher.trn, teacher.id), SYSTEM, TODAY)
    stays = await fetch("SELECT finished_on, end_reason FROM ect_at_school_period ORDER BY started_on")
    assert [tuple(stay) for stay in stays] == [
        (date(2025, 7, 31), "left"),
        (None, None),
        (TODAY, "induction_completed"),
    ]


@pytest.mark.rule("PER-43")
async def test_a_registration_elsewhere_that_was_removed_takes_no_days(database):
    people = await cast()
    ect = await factories.ect(people.ash, "Ann Ash")
    await report(ect)
    await factories.ect(people.birch, ect.teacher, date(2026, 1, 5), removed_at=factories.noon(TODAY))
    await cancel(ect)
    stay = await fetch_one("SELECT finished_on FROM ect_at_school_period WHERE id = $1", ect.id)
    assert stay["finished_on"] is None
