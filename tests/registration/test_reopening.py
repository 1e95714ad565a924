"""What regains its former dates, as stored, when a last day moves or is withdrawn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.db.engine import fetch
from app.db.transaction import transaction
from app.policy import Policy
from app.registration.close_stay import CloseStay
from app.registration.leaving.remove_registration import RemoveRegistration, remove_registration
from app.registration.leaving.report_leaving import CLOSE
from app.registration.merging.merge_people import MergePeople, merge_people
from app.terms import SYSTEM, RemovalReason, StayEndReason
from tests import factories
from tests.cast import cast
from tests.registration.test_closing import ends
from tests.registration.test_leaving import ECT, L1, L2, L3, MENTOR, TODAY, amend, cancel, command, report

SEPTEMBER, BETWEEN, SPRING = date(2025, 9, 1), date(2026, 1, 12), date(2026, 3, 31)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("what", ["an ECT's training", "an ECT's mentorship", "a mentor's training"])
@pytest.mark.parametrize(
    ("started_on", "own_end", "moved_to"),
    [
        pytest.param(SEPTEMBER, SPRING, (L2, L3), id="it would run on beyond each last day"),
        pytest.param(SEPTEMBER, BETWEEN, (L2,), id="it is over by the later last day"),
        pytest.param(SEPTEMBER, L2, (L2,), id="it is over on the later last day"),
        pytest.param(BETWEEN, SPRING, (date(2026, 1, 5),), id="it would begin after each last day"),
        pytest.param(BETWEEN, SPRING, (L2, L1), id="it would begin between the last days"),
        pytest.param(BETWEEN, date(2026, 1, 20), (L2,), id="it begins and is over by the later last day"),
    ],
)
async def test_however_often_the_last_day_moves_all_is_as_before_in_the_end(
    database, what, started_on, own_end, moved_to
):
    people = await cast()
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    role, stay = (MENTOR, mentor) if what == "a mentor's training" else (ECT, ect)
    days = {"started_on": started_on, "finished_on": own_end}
    mentored = what == "an ECT's mentorship"
    provider = await factories.lead_provider()
    row = await (factories.mentorship(ect, mentor, **days) if mentored else factories.training(stay, provider, **days))
    await report(stay, role=role)
    for last_day in moved_to:
        await amend(stay, last_day, role)
    undone = await cancel(stay, role)
    assert await ends("mentorship_period" if mentored else "training_period", row["id"]) == [own_end]
    assert undone.not_restored == ()


@pytest.mark.rule("PER-43")
async def test_what_was_made_for_as_long_as_the_stay_goes_on_with_it(database):
    """A mentorship from while they are leaving ends with the stay, and has no end of its own (PER-62)."""
    people = await cast()
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await report(ect)
    since = await factories.mentorship(ect, mentor, TODAY, finished_on=L1)
    await amend(ect, L3)
    await cancel(ect)
    assert await ends("mentorship_period", since["id"]) == [None]


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-63")
@pytest.mark.parametrize("moved_to", [(L3,), (L2, L3)], ids=["earlier", "to and fro"])
async def test_whoever_took_over_while_they_were_leaving_goes_on_from_the_same_day(database, moved_to):
    people = await cast()
    ect = await factories.ect(people.ash)
    first, second = await factories.mentor(people.ash, "Yan Yew"), await factories.mentor(people.ash, "Zed Zest")
    earlier = await factories.mentorship(ect, first)
    await report(ect)
    await fetch("UPDATE mentorship_period SET finished_on = '2025-12-04' WHERE id = $1", earlier["id"])
    later = await factories.mentorship(ect, second, date(2025, 12, 5), finished_on=L1)
    for last_day in moved_to:
        await amend(ect, last_day)
    await cancel(ect)
    assert await ends("mentorship_period", earlier["id"], later["id"]) == [date(2025, 12, 4), None]


@pytest.mark.rule("PER-43")
async def test_what_others_cancelled_after_it_was_back_stays_cancelled(database):
    ect = await factories.ect((await cast()).ash)
    training = await factories.training(ect, started_on=BETWEEN, finished_on=date(2026, 1, 20))
    await report(ect)
    await amend(ect, L2)
    await fetch(
        "UPDATE training_period SET cancelled_at = now(), cancellation_reason = 'support' WHERE id = $1", training["id"]
    )
    undone = await cancel(ect)
    assert await ends("training_period", training["id"]) == ["cancelled"]
    assert undone.not_restored == ("school-led training: it was changed after the last day was recorded",)


MADE = {ECT: factories.ect, MENTOR: factories.mentor}


async def trained(role, at, **facts):
    """Somebody at a school with training until spring."""
    stay = await MADE[role](at, **facts)
    return stay, await factories.training(stay, await factories.lead_provider(), finished_on=SPRING)


async def merged(stay):
    """The same stay, of somebody whose record was merged into another; its events stay with the old one."""
    survivor = await factories.teacher()
    await merge_people(MergePeople(survivor.id, stay.teacher.trn, checked=True), SYSTEM, TODAY)
    return replace(stay, teacher=survivor)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("between", [None, merged], ids=["", "their record was merged in between"])
@pytest.mark.parametrize("role", MADE)
async def test_of_two_reports_of_the_same_last_day_the_later_one_counts(database, role, between):
    stay, training = await trained(role, (await cast()).ash)
    await report(stay, role=role)
    await cancel(stay, role)
    stay = await between(stay) if between else stay
    await fetch("UPDATE training_period SET finished_on = $2 WHERE id = $1", training["id"], BETWEEN)
    await report(stay, role=role)
    await cancel(stay, role)
    assert await ends("training_period", training["id"]) == [BETWEEN]


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("role", MADE)
async def test_another_stay_of_the_same_person_with_the_same_last_day_is_left_alone(database, role):
    people = await cast()
    stay, training = await trained(role, people.ash)
    other = await factories.mentor(people.birch, stay.teacher)
    await report(stay, role=role)
    await report(other, L2, MENTOR)
    await amend(other, L1, MENTOR)
    await cancel(stay, role)
    assert await ends("training_period", training["id"]) == [SPRING]


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-51")
@pytest.mark.parametrize("role", MADE)
async def test_a_report_that_holds_again_after_a_mistaken_registration_elsewhere_is_withdrawn_as_before(database, role):
    people = await cast()
    stay, training = await trained(role, people.ash)
    await report(stay, role=role)
    async with transaction():
        await CLOSE[role](CloseStay(stay.id, L3, StayEndReason.JOINED_ANOTHER_SCHOOL), SYSTEM)
    mistaken = await MADE[role](people.birch, stay.teacher, L3 + timedelta(days=1))
    await fetch(f"UPDATE {role.value}_at_school_period SET ended_by_stay_id = $2 WHERE id = $1", stay.id, mistaken.id)
    wrong = command(RemoveRegistration, mistaken, RemovalReason.WRONG_PERSON, role=role)
    await remove_registration(wrong, SYSTEM, TODAY, Policy())
    assert await ends("training_period", training["id"]) == [L1]
    await cancel(stay, role)
    assert await ends("training_period", training["id"]) == [SPRING]


@pytest.mark.rule("PER-43")
@pytest.mark.rule("FIX-12")
@pytest.mark.parametrize("role", MADE)
async def test_the_former_dates_are_found_after_the_record_was_merged_into_another(database, role):
    stay, training = await trained(role, (await cast()).ash)
    await report(stay, role=role)
    await cancel(await merged(await merged(stay)), role)
    assert await ends("training_period", training["id"]) == [SPRING]
