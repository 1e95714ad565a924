"""What regains its former dates, as stored, when a last day moves or is withdrawn."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from app.db.engine import fetch
from app.db.transaction import transaction
from app.policy import Policy
from app.registration.close_stay import CloseStay
from app.registration.leaving.remove_registration import RemoveRegistration, remove_registration
from app.registration.leaving.report_leaving import CLOSE
from app.registration.merging.merge_people import MergePeople, merge_people
from app.terms import SYSTEM, Refused, RemovalReason, StayEndReason
from tests import factories
from tests.cast import cast
from tests.registration.test_closing import ends
from tests.registration.test_leaving import ECT, L1, L2, L3, MENTOR, TODAY, amend, cancel, command, report

ONE_DAY = timedelta(days=1)
SEPTEMBER, BETWEEN, SPRING = date(2025, 9, 1), date(2026, 1, 12), date(2026, 3, 31)
MADE = {ECT: factories.ect, MENTOR: factories.mentor}
CANCELLED = {"cancelled_at": factories.noon(TODAY), "cancellation_reason": "support"}


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
@pytest.mark.parametrize("moved_to", [(), (L3,), (L2,), (L2, L1)], ids=["", "earlier", "later", "later and back"])
async def test_what_ended_that_day_anyway_makes_way_for_what_follows(database, moved_to):
    people = await cast()
    ect = await factories.ect(people.ash)
    provider = await factories.lead_provider()
    first, second = await factories.mentor(people.ash, "Yan Yew"), await factories.mentor(people.ash, "Zed Zest")
    after = L1 + ONE_DAY
    trainings = [
        await factories.training(ect, finished_on=L1),
        await factories.training(ect, provider, started_on=after),
    ]
    mentorships = [
        await factories.mentorship(ect, first, finished_on=L1),
        await factories.mentorship(ect, second, after),
    ]
    await factories.training(ect, finished_on=L1, **CANCELLED)
    await factories.mentorship(ect, second, finished_on=L1, **CANCELLED)
    await report(ect)
    for last_day in moved_to:
        await amend(ect, last_day)
    undone = await cancel(ect)
    assert await ends("training_period", *[row["id"] for row in trainings]) == [L1, None]
    assert await ends("mentorship_period", *[row["id"] for row in mentorships]) == [L1, None]
    assert undone.not_restored == ()


@pytest.mark.rule("PER-43")
async def test_training_that_was_stopped_on_that_day_ends_on_it_again(database):
    ect = await factories.ect((await cast()).ash)
    stop = {"finished_on": L1, "withdrawn_at": factories.noon(L1), "withdrawal_reason": "other"}
    training = await factories.training(ect, await factories.lead_provider(), **stop)
    await report(ect)
    await amend(ect, L3)
    await cancel(ect)
    assert await ends("training_period", training["id"]) == [L1]


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("moved_to", [(), (L2,)], ids=["", "later"])
@pytest.mark.parametrize("first", MADE)
async def test_two_who_leave_on_the_same_day_go_on_together_when_both_stay(database, first, moved_to):
    people = await cast()
    both = {ECT: await factories.ect(people.ash), MENTOR: await factories.mentor(people.ash)}
    mentorship = await factories.mentorship(both[ECT], both[MENTOR])
    order = [first, MENTOR if first is ECT else ECT]
    for role in order:
        await report(both[role], role=role)
    for last_day in moved_to:
        for role in order:
            await amend(both[role], last_day, role)
    for role in order:
        await cancel(both[role], role)
    assert await ends("mentorship_period", mentorship["id"]) == [None]


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
    mistaken = await MADE[role](people.birch, stay.teacher, L3 + ONE_DAY)
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


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("role", MADE)
async def test_the_first_of_several_later_registrations_of_the_person_bounds_the_last_day(database, role):
    people = await cast()
    stay = await MADE[role](people.ash)
    await report(stay, role=role)
    await MADE[role](people.ash, "Zed Zest", BETWEEN - ONE_DAY)
    await MADE[role](people.ash, stay.teacher, date(2026, 3, 2))
    first = await MADE[role](people.ash, stay.teacher, BETWEEN, finished_on=date(2026, 2, 27))
    with pytest.raises(Refused) as refused:
        await amend(stay, BETWEEN, role)
    assert refused.value.details == {"record": first.public_id}
    await amend(stay, BETWEEN - ONE_DAY, role)


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-11")
@pytest.mark.parametrize(
    ("school", "facts", "refused"),
    [
        pytest.param("ash", {}, True, id="again at this school"),
        pytest.param("ash", {"removed_at": factories.noon(TODAY)}, False, id="at this school, but removed"),
        pytest.param("birch", {}, False, id="at another school"),
    ],
)
async def test_a_mentors_later_registration_at_the_same_school_keeps_its_days(database, school, facts, refused):
    people = await cast()
    mentor = await factories.mentor(people.ash)
    await report(mentor, role=MENTOR)
    await factories.mentor(getattr(people, school), mentor.teacher, BETWEEN, **facts)
    with pytest.raises(Refused, match="registered_later") if refused else nullcontext():
        await cancel(mentor, MENTOR)
    assert await ends("mentor_at_school_period", mentor.id) == [L1 if refused else None]


async def trained_at_birch(people, mentor, **facts):
    """Training of a mentor at another school, from the day after the last one at Ash School."""
    there = await factories.mentor(people.birch, mentor.teacher if mentor else "Zed Zest")
    provider = await factories.lead_provider("Spruce")
    return await factories.training(there, provider, started_on=L1 + ONE_DAY, **facts)


async def trained_somebody_else(people, _mentor):
    return await trained_at_birch(people, None)


async def trained_as_an_ect(people, mentor):
    return await factories.training(await factories.ect(people.birch, mentor.teacher), started_on=L1 + ONE_DAY)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize(
    ("later", "own_end"),
    [
        pytest.param(trained_at_birch, L1, id="at another school"),
        pytest.param(partial(trained_at_birch, **CANCELLED), SPRING, id="at another school, cancelled"),
        pytest.param(trained_as_an_ect, SPRING, id="as an ECT"),
        pytest.param(trained_somebody_else, SPRING, id="of somebody else"),
    ],
)
async def test_training_of_the_same_person_in_the_same_role_keeps_its_days(database, later, own_end):
    people = await cast()
    mentor, training = await trained(MENTOR, people.ash)
    await report(mentor, role=MENTOR)
    await later(people, mentor)
    undone = await cancel(mentor, MENTOR)
    assert await ends("training_period", training["id"]) == [own_end]
    taken = "training with Larch Learning: another one has been recorded for those days"
    assert undone.not_restored == ((taken,) if own_end == L1 else ())


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize(
    ("facts", "end"),
    [
        pytest.param({"finished_on": date(2026, 1, 5)}, L1, id="for some of the days"),
        pytest.param(CANCELLED, SPRING, id="cancelled"),
    ],
)
async def test_a_mentor_who_stays_gets_back_each_ect_as_far_as_nobody_else_has_them(database, facts, end):
    people = await cast()
    leaver, other = await factories.mentor(people.ash, "Yan Yew"), await factories.mentor(people.ash, "Zed Zest")
    given, kept = await factories.ect(people.ash, "Ann Ash"), await factories.ect(people.ash, "Ben Bay")
    rows = [await factories.mentorship(ect, leaver, finished_on=SPRING) for ect in (given, kept)]
    await report(leaver, role=MENTOR)
    await factories.mentorship(given, other, L1 + ONE_DAY, **facts)
    await factories.mentorship(given, other, SPRING + ONE_DAY)
    undone = await cancel(leaver, MENTOR)
    assert await ends("mentorship_period", *[row["id"] for row in rows]) == [end, SPRING]
    assert len(undone.not_restored) == (1 if end == L1 else 0)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("role", MADE)
async def test_a_mentorship_goes_on_until_the_other_person_leaves_and_not_at_all_if_they_were_removed(database, role):
    people = await cast()
    stay = await MADE[role](people.ash)
    make = factories.mentor if role is ECT else factories.ect
    leaves, removed = await make(people.ash, "Yan Yew"), await make(people.ash, "Zed Zest", BETWEEN)

    async def mentored(other, **days):
        return await factories.mentorship(*((stay, other) if role is ECT else (other, stay)), **days)

    rows = [
        await mentored(leaves, started_on=SEPTEMBER, finished_on=BETWEEN - ONE_DAY),
        await mentored(removed, started_on=BETWEEN),
    ]
    await report(stay, role=role)
    table = f"{leaves.role}_at_school_period"
    await fetch(f"UPDATE {table} SET finished_on = '2026-01-05', end_reason = 'left' WHERE id = $1", leaves.id)
    await fetch(f"UPDATE {table} SET removed_at = now(), removal_reason = 'duplicate' WHERE id = $1", removed.id)
    undone = await cancel(stay, role)
    assert await ends("mentorship_period", *[row["id"] for row in rows]) == [date(2026, 1, 5), "cancelled"]
    word = "by" if role is ECT else "of"
    assert undone.restored == (f"mentoring {word} Yan Yew",)
    assert undone.not_restored == (f"mentoring {word} Zed Zest: the mentor or ECT is no longer there",)


@pytest.mark.rule("PER-43")
@pytest.mark.rule("EVT-03")
async def test_both_people_learn_at_the_school_that_a_mentorship_goes_on(database):
    people = await cast()
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await factories.mentorship(ect, mentor)
    await report(ect)
    await cancel(ect)
    rows = await fetch("SELECT kind, teacher_id, school_id FROM event ORDER BY id DESC LIMIT 3")
    assert [tuple(row) for row in rows] == [
        ("teacher_leaving_cancelled", ect.teacher.id, people.ash.id),
        ("teacher_starts_being_mentored", ect.teacher.id, people.ash.id),
        ("teacher_starts_mentoring", mentor.teacher.id, people.ash.id),
    ]
