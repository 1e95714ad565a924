"""Changing lead provider and training programme as stored: rows, partnerships, stamps and events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.registration.changes.change_lead_provider import ChangeLeadProvider, change_lead_provider
from app.registration.changes.change_training_programme import (
    ChangeTrainingProgramme,
    change_training_programme,
    shown_as,
)
from app.registration.changes.mentor_follows import mentor_too
from app.registration.changes.training_change_facts import WhoseTraining, person_in_training, terms_of
from app.registration.mentorships.mentor_of_ect import mentor_of_ect
from app.schools.rules import SchoolLevel
from app.terms import TRN, Actor, ActorKind, ECTAtSchoolId, Refused, Role, SchoolId, TrainingProgramme
from app.training.change_decisions import (
    decide_programme,
    lead_provider_period,
    offered,
    other_arrangements,
    provider_led_period,
)
from tests import factories
from tests.cast import cast

TODAY, YESTERDAY, TOMORROW = date(2025, 11, 10), date(2025, 11, 9), date(2025, 11, 11)
STARTED, EARLIER, LATER = date(2025, 9, 1), date(2025, 10, 3), date(2026, 1, 5)
ACTOR = Actor(ActorKind.SCHOOL_USER, "Alice Archer", "alice@ash.example")
TERMS = terms_of(SchoolLevel.FULL, Policy())
PROVIDER_LED, SCHOOL_LED = TrainingProgramme.PROVIDER_LED, TrainingProgramme.SCHOOL_LED


@dataclass
class Ash:
    """Ash School with Oak, whose delivery partner is Fern, and Elm, whose delivery partner is Moss."""

    people: Any
    oak: Any
    elm: Any
    fern: Any
    moss: Any

    @property
    def school(self) -> Any:
        return self.people.ash


@pytest.fixture
async def ash(database):
    with clock.at(factories.noon(TODAY)):
        people = await cast()
        oak, elm = await factories.lead_provider("Oak"), await factories.lead_provider("Elm")
        fern, moss = await factories.delivery_partner("Fern"), await factories.delivery_partner("Moss")
        for year in (2024, 2025):
            await factories.contract(oak, year)
            await factories.contract(elm, year)
            for identifier in ("ecf-standard-september", "ecf-standard-january", "ecf-extended-september"):
                await factories.schedule(year, identifier)
        yield Ash(people, oak, elm, fern, moss)


def whose(stay, role=Role.ECT):
    return WhoseTraining(role, SchoolId(stay.school.id), TRN(stay.teacher.trn), stay.id)


async def choice(stay, provider, role=Role.ECT, *, to_provider_led=False):
    """Return the first arrangement with a lead provider that is offered now, and the year it is filed in."""
    person = await person_in_training(whose(stay, role), TERMS, TODAY)
    period = provider_led_period(person.facts) if to_provider_led else lead_provider_period(person.facts)
    return next(a for a in offered(person.facts, period) if a.lead_provider.id == provider.id), period.year


async def to_provider(stay, provider, role=Role.ECT, terms=TERMS):
    command = ChangeLeadProvider(whose(stay, role), *await choice(stay, provider, role), terms)
    return await change_lead_provider(command, ACTOR, TODAY)


async def to_programme(stay, programme, provider=None, terms=TERMS):
    """Change as the pages do: with the arrangement offered now, and the mentor who would be shown."""
    arrangement, year = await choice(stay, provider, to_provider_led=True) if provider else (None, None)
    person = await person_in_training(whose(stay), terms, TODAY)
    change = decide_programme(person.facts, programme, arrangement)
    mentor_now = await mentor_of_ect(ECTAtSchoolId(stay.id), change.plan.starts_on)
    shown = mentor_too(mentor_now, person.facts, change, school_trains=terms.trains_mentors)
    command = ChangeTrainingProgramme(whose(stay), programme, terms, arrangement, year, shown_as(shown))
    return await change_training_programme(command, ACTOR, TODAY)


async def rows(stay, role="ect"):
    """Return the training rows of a stay, oldest first."""
    return await fetch(
        f"SELECT * FROM training_period WHERE {role}_at_school_period_id = $1 ORDER BY id",
        stay.id,
    )


async def kinds(school):
    return [row["kind"] for row in await fetch("SELECT kind FROM event WHERE school_id = $1 ORDER BY id", school.id)]


def brief(row):
    """Return what most tests ask of a row: first and last day, and why it was cancelled."""
    return row["started_on"], row["finished_on"], row["cancellation_reason"]


async def confirmed(ash, stay, **facts):
    return await factories.training(stay, ash.oak, await factories.partnership(ash.school, ash.oak, ash.fern), **facts)


async def disputed(ash, stay):
    challenged = {"challenged_at": clock.now(), "challenge_reason": "looks_like_a_mistake"}
    await factories.training(stay, ash.oak, await factories.partnership(ash.school, ash.oak, ash.fern, **challenged))


def stopped(mark, on):
    reason = {"withdrawn_at": "withdrawal_reason", "deferred_at": "deferral_reason"}[mark]
    return {mark: factories.noon(on), reason: "other", "finished_on": on}


BEFORE = {
    "future": (lambda ash, s: confirmed(ash, s, started_on=LATER), [(LATER, None, None)]),
    "confirmed": (confirmed, [(STARTED, YESTERDAY, None), (TODAY, None, None)]),
    "requested (W15)": (
        lambda ash, s: factories.training(s, ash.oak),
        [(STARTED, None, "replaced_before_confirmation"), (TODAY, None, None)],
    ),
    "disputed": (disputed, [(STARTED, YESTERDAY, None), (TODAY, None, None)]),
    "withdrawn today (W10)": (
        lambda ash, s: confirmed(ash, s, **stopped("withdrawn_at", TODAY)),
        [(STARTED, TODAY, None), (TOMORROW, None, None)],
    ),
    "withdrawn earlier": (
        lambda ash, s: confirmed(ash, s, **stopped("withdrawn_at", EARLIER)),
        [(STARTED, EARLIER, None), (TODAY, None, None)],
    ),
    "deferred": (
        lambda ash, s: confirmed(ash, s, **stopped("deferred_at", EARLIER)),
        [(STARTED, EARLIER, None), (TODAY, None, None)],
    ),
    "finished": (
        lambda ash, s: confirmed(ash, s, finished_on=EARLIER),
        [(STARTED, EARLIER, None), (TODAY, None, None)],
    ),
}


@pytest.mark.rule("PER-31", "CHL-06", "CH-10")
@pytest.mark.parametrize(("before", "after"), BEFORE.values(), ids=BEFORE.keys())
async def test_another_lead_provider(ash, before, after):
    stay = await factories.ect(ash.school)
    await before(ash, stay)
    await to_provider(stay, ash.elm)
    found = await rows(stay)
    assert [brief(row) for row in found] == after
    assert (found[-1]["lead_provider_id"], found[-1]["school_partnership_id"]) == (ash.elm.id, None)
    assert found[-1]["requested_at"] is not None
    assert found[-1]["confirmed_at"] is None


@pytest.mark.rule("PER-31", "EVT-03", "CH-09")
async def test_each_row_of_a_change_has_its_event(ash):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    await factories.partnership(ash.school, ash.elm, ash.moss)
    await to_provider(stay, ash.elm)
    assert await kinds(ash.school) == [
        "teacher_finishes_training_period",
        "school_partnership_reused",
        "training_period_assigned_to_school_partnership",
        "teacher_schedule_assigned_to_training_period",
        "teacher_starts_training_period",
        "teacher_training_lead_provider_updated",
    ]
    event = await fetch_one("SELECT * FROM event WHERE kind = 'teacher_training_lead_provider_updated'")
    assert event["sentence"] == "Lead provider changed from Oak to Elm"
    assert '"Fern"' in event["changes"]
    assert '"Moss"' in event["changes"]
    assert event["actor_name"] == "Alice Archer"
    assert (await rows(stay))[-1]["confirmation_source"] == "existing_partnership"


@pytest.mark.rule("PER-31")
async def test_training_changed_in_place_keeps_its_dates_and_the_event_keeps_the_former_provider(ash):
    stay = await factories.ect(ash.school, started_on=LATER)
    await confirmed(ash, stay)
    await factories.partnership(ash.school, ash.elm, ash.moss)
    await to_provider(stay, ash.elm)
    (row,) = await rows(stay)
    assert (row["started_on"], row["lead_provider_id"], row["requested_at"]) == (LATER, ash.elm.id, None)
    assert "teacher_training_lead_provider_updated" in await kinds(ash.school)
    assert "teacher_starts_training_period" not in await kinds(ash.school)


@pytest.mark.rule("ARR-09", "ARR-03")
async def test_a_partnership_is_carried_forward_and_takes_what_was_requested(ash):
    await factories.partnership(ash.school, ash.elm, ash.moss, 2024)
    contract = await factories.contract(ash.elm)
    await factories.insert(
        "provider_pairing",
        lead_provider_contract_id=contract,
        delivery_partner_id=ash.moss.id,
        lead_provider_id=ash.elm.id,
        contract_period_year=2025,
    )
    waiting, stay = await factories.ect(ash.school, "Ann Ash"), await factories.ect(ash.school)
    await factories.training(waiting, ash.elm)
    await confirmed(ash, stay)
    await to_provider(stay, ash.elm)
    made = await fetch_one("SELECT * FROM school_partnership WHERE origin = 'carried_forward'")
    assert (made["lead_provider_id"], made["contract_period_year"]) == (ash.elm.id, 2025)
    assert [(await rows(s))[-1]["school_partnership_id"] for s in (waiting, stay)] == [made["id"]] * 2
    assert "school_partnership_created" in await kinds(ash.school)


@pytest.mark.rule("PER-21")
async def test_somebody_leaving_is_trained_until_their_last_day(ash):
    """W9."""
    last_day = date(2026, 4, 30)
    stay = await factories.ect(ash.school, finished_on=last_day)
    await confirmed(ash, stay)
    await to_provider(stay, ash.elm)
    assert [brief(row)[:2] for row in await rows(stay)] == [(STARTED, YESTERDAY), (TODAY, last_day)]


async def freeze(year, successor):
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = $2, successor_year = $3,
            successor_schedule_identifier = 'ecf-extended-september' WHERE year = $1""",
        year,
        date(2025, 7, 31),
        successor,
    )


@pytest.mark.rule("CP-08", "CP-10", "SCD-01")
async def test_an_ect_of_a_frozen_year_moves_to_its_successor_with_the_longer_schedule(ash):
    await freeze(2024, 2025)
    started = date(2024, 9, 2)
    stay = await factories.ect(ash.school, started_on=started)
    in_2024 = await factories.partnership(ash.school, ash.oak, ash.fern, 2024)
    await factories.training(stay, ash.oak, in_2024, 2024)
    change = await to_provider(stay, ash.elm)
    old, new = await rows(stay)
    assert (old["contract_period_year"], new["contract_period_year"]) == (2024, 2025)
    assert change.schedule == "ecf-extended-september"
    teacher = await fetch_one("SELECT ect_payments_frozen_year FROM teacher WHERE id = $1", stay.teacher.id)
    assert teacher["ect_payments_frozen_year"] == 2024


@pytest.mark.rule("CP-08", "SCD-01", "WT-22")
async def test_an_unfrozen_year_and_its_schedule_are_kept(ash):
    stay = await factories.ect(ash.school, started_on=date(2024, 9, 2))
    await factories.training(
        stay,
        ash.oak,
        await factories.partnership(ash.school, ash.oak, ash.fern, 2024),
        2024,
        schedule_id=await factories.schedule(2024, "ecf-standard-january"),
    )
    change = await to_provider(stay, ash.elm)
    assert (await rows(stay))[-1]["contract_period_year"] == 2024
    assert change.schedule == "ecf-standard-january"


@pytest.mark.rule("CP-11", "SCD-04")
@pytest.mark.parametrize("fault", ["no successor", "no schedule"])
async def test_what_cannot_be_filed_is_refused_and_nothing_is_written(ash, fault):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    arrangement, year = await choice(stay, ash.elm)
    await freeze(2025, 2026)
    if fault == "no successor":
        await freeze(2026, 2027)
        await factories.contract_period(2027)
        await freeze(2027, 2025)
    else:
        await factories.contract(ash.elm, 2026)
    with pytest.raises(Refused, match="cannot_file_yet"):
        await change_lead_provider(ChangeLeadProvider(whose(stay), arrangement, year, TERMS), ACTOR, TODAY)
    assert len(await rows(stay)) == 1
    assert await kinds(ash.school) == []


@pytest.mark.rule("PER-30", "CON-02", "EVT-05")
async def test_the_present_lead_provider_is_neither_offered_nor_accepted(ash):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    facts = (await person_in_training(whose(stay), TERMS, TODAY)).facts
    assert [a.lead_provider.name for a in other_arrangements(facts, lead_provider_period(facts))] == ["Elm"]
    with pytest.raises(Refused, match="same_lead_provider"):
        await to_provider(stay, ash.oak)
    assert await kinds(ash.school) == []


@pytest.mark.rule("ARR-08", "CON-03")
async def test_an_arrangement_that_has_changed_since_it_was_shown_is_refused(ash):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    shown, year = await choice(stay, ash.elm)
    await factories.partnership(ash.school, ash.elm, ash.moss)
    with pytest.raises(Refused, match="choice_changed"):
        await change_lead_provider(ChangeLeadProvider(whose(stay), shown, year, TERMS), ACTOR, TODAY)


@pytest.mark.rule("CP-09", "CP-03")
async def test_a_year_that_was_frozen_since_it_was_shown_is_refused(ash):
    await factories.contract(ash.elm, 2026)
    await factories.schedule(2026, "ecf-extended-september")
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    shown, year = await choice(stay, ash.elm)
    await freeze(2025, 2026)
    with pytest.raises(Refused, match="choice_changed"):
        await change_lead_provider(ChangeLeadProvider(whose(stay), shown, year, TERMS), ACTOR, TODAY)


@pytest.mark.rule("PER-21")
async def test_nothing_can_follow_a_training_that_was_withdrawn_on_the_last_day_of_the_stay(ash):
    stay = await factories.ect(ash.school, finished_on=TODAY)
    await confirmed(ash, stay, **stopped("withdrawn_at", TODAY))
    with pytest.raises(Refused, match="no_days_left"):
        await to_provider(stay, ash.elm)


@pytest.mark.rule("ACC-13.7")
async def test_funded_training_stays_funded_with_another_lead_provider(ash):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    unfunded = terms_of(SchoolLevel.SCHOOL_LED_ONLY, Policy(unfunded_may_use_provider_led=True))
    await to_provider(stay, ash.elm, terms=unfunded)
    assert [row["self_funded"] for row in await rows(stay)] == [False, False]


TO_SCHOOL_LED = {
    "future": [(LATER, None, "replaced_before_start"), (TODAY, None, None)],
    "confirmed": BEFORE["confirmed"][1],
    "requested (W15)": BEFORE["requested (W15)"][1],
    "disputed": BEFORE["disputed"][1],
    "withdrawn today (W10)": BEFORE["withdrawn today (W10)"][1],
    "withdrawn earlier": BEFORE["withdrawn earlier"][1],
    "deferred": BEFORE["deferred"][1],
    "finished": BEFORE["finished"][1],
}


@pytest.mark.rule("PER-32", "CH-10", "WT-24")
@pytest.mark.parametrize("before", TO_SCHOOL_LED)
async def test_to_school_led(ash, before):
    stay = await factories.ect(ash.school)
    await BEFORE[before][0](ash, stay)
    former = (await rows(stay))[0]
    await to_programme(stay, SCHOOL_LED)
    found = await rows(stay)
    assert [brief(row) for row in found] == TO_SCHOOL_LED[before]
    assert (found[-1]["training_programme"], found[-1]["lead_provider_id"]) == ("school_led", None)
    kept = ("withdrawn_at", "withdrawal_reason", "deferred_at", "deferral_reason", "lead_provider_id", "schedule_id")
    assert [found[0][name] for name in kept] == [former[name] for name in kept]


@pytest.mark.rule("PER-33", "PER-35", "CH-08")
@pytest.mark.parametrize(
    ("started_on", "after"),
    [
        (STARTED, [(STARTED, YESTERDAY, None), (TODAY, None, None)]),
        (TODAY, [(TODAY, None, "replaced_before_start"), (TODAY, None, None)]),
        (LATER, [(LATER, None, "replaced_before_start"), (LATER, None, None)]),
        (None, [(TODAY, None, None)]),
    ],
)
async def test_to_provider_led(ash, started_on, after):
    stay = await factories.ect(ash.school, started_on=started_on or STARTED)
    if started_on is not None:
        await factories.training(stay)
    await to_programme(stay, PROVIDER_LED, ash.elm)
    found = await rows(stay)
    assert [brief(row) for row in found] == after
    assert (found[-1]["lead_provider_id"], found[-1]["contract_period_year"]) == (ash.elm.id, 2025)
    school = await fetch_one("SELECT last_training_programme FROM school WHERE id = $1", ash.school.id)
    assert school["last_training_programme"] is None


@pytest.mark.rule("EVT-03", "PER-32")
async def test_a_change_of_programme_keeps_old_new_and_lead_provider(ash):
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    await to_programme(stay, SCHOOL_LED)
    event = await fetch_one("SELECT * FROM event WHERE kind = 'teacher_training_programme_updated'")
    assert event["sentence"] == "Training programme changed from provider-led to school-led"
    assert '"Oak"' in event["metadata"]


@pytest.mark.rule("CP-08")
async def test_back_to_provider_led_is_filed_in_the_year_of_the_earlier_provider_led_training(ash):
    stay = await factories.ect(ash.school, started_on=date(2024, 9, 2))
    await factories.training(stay, ash.oak, year=2024, finished_on=date(2025, 1, 31))
    await factories.training(stay, started_on=date(2025, 2, 1))
    change = await to_programme(stay, PROVIDER_LED, ash.elm)
    assert change.registration is not None
    assert change.registration.year == 2024


@pytest.mark.rule("CP-08", "CP-09", "CP-10", "SCD-01")
async def test_back_to_provider_led_moves_an_ect_out_of_a_frozen_year(ash):
    await freeze(2024, 2025)
    stay = await factories.ect(ash.school, started_on=date(2024, 9, 2))
    await factories.training(stay, ash.oak, year=2024, finished_on=date(2025, 1, 31))
    await factories.training(stay, started_on=date(2025, 2, 1))
    await to_programme(stay, PROVIDER_LED, ash.elm)
    new = (await rows(stay))[-1]
    schedule = await fetch_one("SELECT * FROM schedule WHERE id = $1", new["schedule_id"])
    assert (new["contract_period_year"], schedule["contract_period_year"]) == (2025, 2025)
    assert schedule["identifier"] == "ecf-extended-september"
    teacher = await fetch_one("SELECT ect_payments_frozen_year FROM teacher WHERE id = $1", stay.teacher.id)
    assert teacher["ect_payments_frozen_year"] == 2024


@pytest.mark.rule("SCH-02", "SCH-04")
async def test_a_school_without_funding_pays_for_provider_led_training_itself_or_cannot_choose_it(ash):
    stay = await factories.ect(ash.school)
    await factories.training(stay)
    neither = terms_of(SchoolLevel.SCHOOL_LED_ONLY, Policy())
    with pytest.raises(Refused, match="same_programme"):
        await to_programme(stay, PROVIDER_LED, ash.elm, neither)
    unfunded = terms_of(SchoolLevel.SCHOOL_LED_ONLY, Policy(unfunded_may_use_provider_led=True))
    await to_programme(stay, PROVIDER_LED, ash.elm, unfunded)
    assert (await rows(stay))[-1]["self_funded"] is True


async def school_led_with_mentor(ash, **mentor_stay):
    stay = await factories.ect(ash.school)
    await factories.training(stay)
    mentor = await factories.mentor(ash.school, **mentor_stay)
    begins = max(stay.started_on, mentor.started_on)
    await factories.mentorship(stay, mentor, begins)
    return stay, mentor


@pytest.mark.rule("PER-34", "MFT-10", "ARR-11", "WT-25")
async def test_the_mentor_is_trained_with_the_same_lead_provider_from_the_same_day(ash):
    partnership = await factories.partnership(ash.school, ash.elm, ash.moss)
    stay, mentor = await school_led_with_mentor(ash)
    await to_programme(stay, PROVIDER_LED, ash.elm)
    (ect_row,) = (await rows(stay))[1:]
    (mentor_row,) = await rows(mentor, "mentor")
    for row in (ect_row, mentor_row):
        assert (row["started_on"], row["lead_provider_id"]) == (TODAY, ash.elm.id)
        assert row["school_partnership_id"] == partnership["id"]
    stamp = await fetch_one("SELECT mentor_first_eligible_at FROM teacher WHERE id = $1", mentor.teacher.id)
    assert stamp["mentor_first_eligible_at"] is not None


@pytest.mark.rule("PER-34")
async def test_a_mentor_who_starts_later_is_trained_from_their_own_start(ash):
    stay, mentor = await school_led_with_mentor(ash, started_on=LATER)
    await to_programme(stay, PROVIDER_LED, ash.elm)
    assert [row["started_on"] for row in await rows(mentor, "mentor")] == [LATER]


@pytest.mark.rule("PER-34", "MFT-01", "MFT-03", "MFT-06")
@pytest.mark.parametrize("why", ["not fundable", "trained elsewhere long ago", "not contracted for them"])
async def test_the_mentor_gets_no_training(ash, why):
    stay, mentor = await school_led_with_mentor(ash)
    if why == "not fundable":
        await fetch(
            """UPDATE teacher SET mentor_ineligible_on = $2, mentor_ineligible_reason = 'started_not_completed'
            WHERE id = $1""",
            mentor.teacher.id,
            EARLIER,
        )
    elif why == "trained elsewhere long ago":
        before = {"started_on": date(2023, 9, 1), "finished_on": date(2024, 3, 1)}
        there = await factories.mentor(ash.people.birch, mentor.teacher, **before)
        await as_mentor(there, ash.elm, year=2024)
    else:
        await fetch("UPDATE training_period SET started_on = $2 WHERE ect_at_school_period_id = $1", stay.id, EARLIER)
        await factories.training(stay, ash.oak, year=2024, finished_on=date(2025, 9, 30))
        await fetch(
            "DELETE FROM lead_provider_contract WHERE lead_provider_id = $1 AND contract_period_year = 2025", ash.elm.id
        )
    await to_programme(stay, PROVIDER_LED, ash.elm)
    assert await rows(mentor, "mentor") == []


@pytest.mark.rule("PER-34")
async def test_the_mentor_who_was_shown_is_the_one_who_is_trained(ash):
    stay, _ = await school_led_with_mentor(ash)
    arrangement, year = await choice(stay, ash.elm, to_provider_led=True)
    command = ChangeTrainingProgramme(whose(stay), PROVIDER_LED, TERMS, arrangement, year)
    with pytest.raises(Refused, match="mentor_changed"):
        await change_training_programme(command, ACTOR, TODAY)


async def as_mentor(stay, provider, partnership=None, **facts):
    return await factories.training(
        stay,
        provider,
        partnership,
        **{"role": "mentor", "ect_at_school_period_id": None, "mentor_at_school_period_id": stay.id, **facts},
    )


@pytest.mark.rule("MFT-11", "ARR-11", "CP-08")
async def test_a_mentors_lead_provider_changes_in_the_partnership_of_their_ect(ash):
    """R is the year of the latest mentor training, although payments of that year have stopped."""
    await freeze(2025, 2026)
    of_ect = await factories.partnership(ash.school, ash.elm, ash.moss, reported_at=factories.noon(STARTED))
    await factories.partnership(ash.school, ash.elm, ash.fern, origin="carried_forward")
    stay, mentor = await factories.ect(ash.school), await factories.mentor(ash.school)
    await factories.training(stay, ash.elm, of_ect)
    await factories.mentorship(stay, mentor)
    await as_mentor(mentor, ash.oak, started_on=STARTED)
    await to_provider(mentor, ash.elm, Role.MENTOR)
    old, new = await rows(mentor, "mentor")
    assert brief(old) == (STARTED, None, "replaced_before_confirmation")
    assert (new["started_on"], new["school_partnership_id"]) == (TODAY, of_ect["id"])
    assert len(await rows(stay)) == 1
    frozen = await fetch_one("SELECT ect_payments_frozen_year FROM teacher WHERE id = $1", mentor.teacher.id)
    assert frozen["ect_payments_frozen_year"] is None


@pytest.mark.rule("MFT-11")
async def test_a_mentor_without_training_has_no_lead_provider_to_change(ash):
    mentor = await factories.mentor(ash.school)
    stay = await factories.ect(ash.school)
    await confirmed(ash, stay)
    arrangement, year = await choice(stay, ash.elm)
    with pytest.raises(Refused, match="no_lead_provider"):
        await change_lead_provider(
            ChangeLeadProvider(whose(mentor, Role.MENTOR), arrangement, year, TERMS), ACTOR, TODAY
        )


@pytest.mark.rule("MFT-09", "MFT-11")
async def test_training_at_another_school_stands_in_the_way_of_a_mentors_change(ash):
    mentor = await factories.mentor(ash.school)
    there = await factories.mentor(ash.people.birch, mentor.teacher)
    await as_mentor(mentor, ash.oak, **stopped("withdrawn_at", EARLIER))
    await as_mentor(there, ash.oak, started_on=TODAY)
    with pytest.raises(Refused, match="trained_elsewhere"):
        await to_provider(mentor, ash.elm, Role.MENTOR)
