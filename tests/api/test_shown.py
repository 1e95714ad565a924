"""What a lead provider is shown of schools and people, attribute by attribute (API-9 to API-16)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from tests import factories
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from tests.api.conftest import World

BEGAN = date(2025, 9, 1)
TODAY = date(2026, 3, 4)


async def only(world: World, path: str, day: str = "2026-03-04") -> Any:
    """Return the attributes of the one record of a list."""
    (record,) = (await world.larch.get(path, day=day))["data"]
    return record["attributes"]


async def enrolment(world: World, day: str = "2026-03-04") -> Any:
    """Return the one enrolment of the one participant."""
    (found,) = (await only(world, "/participants", day))["ecf_enrolments"]
    return found


@pytest.mark.rule("API-12.1")
@pytest.mark.rule("API-12.2")
async def test_everything_about_a_participant(world: World) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        stay = await factories.ect(acts.ash, "Siân Evans", email="sian@ash.example", working_pattern="part_time")
        await factories.training(stay, acts.larch, there)
        mentor = await factories.mentor(acts.ash)
        await factories.mentorship(stay, mentor)
        body = await factories.appropriate_body()
        await factories.induction(stay.teacher, body, date(2025, 9, 3))
        await settled()
    attributes = await only(world, "/participants")
    (shown,) = attributes["ecf_enrolments"]
    (ids,) = await fetch(
        "SELECT t.trn, m.public_id AS mentor, r.public_id AS record FROM teacher t JOIN training_record r"
        " ON r.teacher_id = t.id, teacher m WHERE t.id = $1 AND m.id = $2",
        stay.teacher.id,
        mentor.teacher.id,
    )
    assert (attributes["full_name"], attributes["teacher_reference_number"]) == ("Siân Evans", ids["trn"])
    assert shown == {
        "training_record_id": str(ids["record"]),
        "email": "sian@ash.example",
        "mentor_id": str(ids["mentor"]),
        "school_urn": "100001",
        "participant_type": "ect",
        "cohort": "2025",
        "training_status": "active",
        "participant_status": "active",
        "eligible_for_funding": shown["eligible_for_funding"],
        "pupil_premium_uplift": False,
        "sparsity_uplift": False,
        "schedule_identifier": "ecf-standard-september",
        "delivery_partner_id": str(acts.dogwood.public_id),
        "withdrawal": None,
        "deferral": None,
        "created_at": "2025-09-01T11:00:00Z",
        "induction_end_date": None,
        "most_recent_induction_period_end_date": None,
        "overall_induction_start_date": "2025-09-03",
        "mentor_funding_end_date": None,
        "cohort_changed_after_payments_frozen": False,
        "mentor_ineligible_for_funding_reason": None,
        "working_pattern": "part_time",
    }


@pytest.mark.rule("API-12.1")
async def test_asking_shows_nobody_and_leaving_hides_nobody(world: World) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        await acts.ect(None, "Una Waiting")
        gone = await factories.ect(acts.ash, "Wim Gone", finished_on=date(2025, 10, 1))
        await factories.training(gone, acts.larch, there)
        removed = await factories.ect(acts.ash, "Rea Removed")
        cancelled = {"cancelled_at": clock.now(), "cancellation_reason": "support"}
        await factories.training(removed, acts.larch, there, **cancelled)
        await settled()
    assert [one["attributes"]["full_name"] for one in (await world.larch.get("/participants"))["data"]] == ["Wim Gone"]


NOON = datetime(2026, 3, 4, 12, tzinfo=clock.LONDON)
WITHDRAWN = {"withdrawn_at": NOON, "withdrawal_reason": "other"}
STATUSES: dict[str, tuple[date, date | None, dict[str, Any], bool, str]] = {
    "starts tomorrow": (date(2026, 3, 5), None, {}, False, "joining"),
    "starts today": (TODAY, None, {}, False, "active"),
    "began, no end": (BEGAN, None, {}, False, "active"),
    "last day tomorrow": (BEGAN, date(2026, 3, 5), {}, False, "leaving"),
    "last day today": (BEGAN, TODAY, {}, False, "left"),
    "start and end to come": (date(2026, 3, 5), date(2026, 6, 1), {}, False, "leaving"),
    "withdrawn, last day today": (BEGAN, TODAY, WITHDRAWN, False, "left"),
    "withdrawn, last day to come": (BEGAN, date(2026, 3, 5), WITHDRAWN, False, "leaving"),
    "completed before the last day": (BEGAN, date(2026, 3, 1), {}, True, "active"),
    "completed, withdrawn": (BEGAN, date(2026, 3, 1), WITHDRAWN, True, "left"),
}


@pytest.mark.rule("API-12.3")
@pytest.mark.rule("API-12.4")
@pytest.mark.parametrize(("starts", "ends", "marks", "completed", "status"), STATUSES.values(), ids=STATUSES)
async def test_the_status_by_its_days(
    world: World, starts: date, ends: date | None, marks: dict[str, Any], completed: bool, status: str
) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        stay = await factories.ect(acts.ash)
        await factories.training(stay, acts.larch, there, started_on=starts, finished_on=ends, **marks)
        if completed:
            body = await factories.appropriate_body()
            over = {"finished_on": date(2026, 2, 1), "outcome": "pass", "number_of_terms": 3}
            await factories.induction(stay.teacher, body, **over)
        await settled()
    assert (await enrolment(world))["participant_status"] == status


@pytest.mark.rule("API-12.5")
@pytest.mark.rule("API-15.1")
async def test_each_mentor_is_a_participant_or_unfunded_and_never_both(world: World) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        trained, _ = await acts.mentor(there)
        unfunded = await factories.mentor(acts.ash, "Xia Xu", email="xia@ash.example")
        for who, mentor in (("Ella One", trained), ("Ella Two", unfunded)):
            stay, _ = await acts.ect(there, who)
            await factories.mentorship(stay, mentor)
        await settled()
    larch = world.larch
    people = (await larch.get("/participants"))["data"]
    mentors = {e["mentor_id"] for one in people for e in one["attributes"]["ecf_enrolments"]} - {None}
    assert len(mentors) == 2
    (listed,) = (await larch.get("/unfunded-mentors"))["data"]
    assert mentors == {listed["id"]} | (mentors & {one["id"] for one in people})
    assert listed["id"] not in {one["id"] for one in people}
    assert (listed["attributes"]["full_name"], listed["attributes"]["email"]) == ("Xia Xu", "xia@ash.example")


@pytest.mark.rule("API-14.1")
@pytest.mark.rule("API-14.2")
async def test_a_move_is_seen_by_both_lead_providers_and_by_nobody_else(world: World) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        left = await factories.ect(acts.ash, "Priya Patel", finished_on=date(2026, 6, 17))
        await factories.training(left, acts.larch, there)
        next_one = await factories.partnership(world.birch, world.oak, acts.elder)
        joined = await factories.ect(world.birch, left.teacher, date(2026, 6, 18))
        await factories.training(joined, world.oak, next_one)
        await settled()
    expected = {
        "transfer_type": "new_provider",
        "leaving": {"school_urn": "100001", "provider": "Larch Learning", "date": "2026-06-17"},
        "joining": {"school_urn": "100002", "provider": "Oak Training", "date": "2026-06-18"},
    }
    for program in (world.larch, world.other):
        for day, status in (("2026-06-16", "incomplete"), ("2026-06-17", "incomplete"), ("2026-06-18", "complete")):
            (record,) = (await program.get("/participants/transfers", day=day))["data"]
            (move,) = record["attributes"]["transfers"]
            assert move["status"] == status, day
            assert {name: move[name] for name in expected} == expected
            assert (await program.get(f"/participants/{record['id']}/transfers", day=day))["data"] == record


@pytest.mark.rule("API-14.1")
async def test_who_leaves_for_nowhere_is_an_unknown_move_complete_on_the_last_day(world: World) -> None:
    acts = world.acts
    with on(BEGAN):
        there = await acts.reported()
        left = await factories.ect(acts.ash, "Wim Gone", finished_on=TODAY)
        await factories.training(left, acts.larch, there)
        await settled()
    for day, status in (("2026-03-03", "incomplete"), ("2026-03-04", "complete")):
        (move,) = (await only(world, "/participants/transfers", day))["transfers"]
        assert (move["transfer_type"], move["status"], move["joining"]) == ("unknown", status, None)


@pytest.mark.rule("API-9.1")
@pytest.mark.rule("API-10.1")
@pytest.mark.rule("API-11.1")
@pytest.mark.rule("API-16.1")
async def test_schools_partners_partnerships_and_who_waits(world: World) -> None:
    acts, larch = world.acts, world.larch
    with on(BEGAN):
        await acts.ect(None, "Una Waiting")
        await settled()
    schools = {
        one["attributes"]["urn"]: one["attributes"] for one in (await larch.get("/schools?filter[cohort]=2025"))["data"]
    }
    ash, birch = schools["100001"], schools["100002"]
    assert (ash["induction_tutor_name"], ash["induction_tutor_email"]) == ("Alice Archer", "alice@ash.example")
    assert (birch["induction_tutor_name"], birch["induction_tutor_email"]) == (None, None)
    for shown, choice, wanted in ((ash, "provider_led", True), (birch, "not_yet_known", False)):
        assert (shown["induction_programme_choice"], shown["expression_of_interest"]) == (choice, wanted)
        assert (shown["cohort"], shown["in_partnership"]) == ("2025", False)
    assert (await larch.get("/schools?filter[cohort]=2031"))["data"] == []
    waiting = await only(world, "/expressions-of-interest")
    assert (waiting["ects"], waiting["mentors"], waiting["disputed"]) == (1, 0, 0)
    assert (waiting["school_urn"], waiting["earliest_start_date"]) == ("100001", "2025-09-01")
    partners = (await larch.get("/delivery-partners?filter[cohort]=2024"))["data"]
    assert {one["attributes"]["name"]: one["attributes"]["cohort"] for one in partners} == {
        "Dogwood Partners": ["2024", "2025"],
        "Elder Partners": ["2024", "2025"],
    }
    assert (
        await larch.ids("/delivery-partners?filter[cohort]=2023") == await world.other.ids("/delivery-partners") == []
    )
    made = (await larch.post("/partnerships", sent=world.report))["data"]["attributes"]
    assert (made["urn"], made["cohort"], made["participants_currently_training"]) == ("100001", "2025", 1)
    assert made["induction_tutor_email"] == "alice@ash.example"
    assert (await world.other.get("/schools?filter[cohort]=2025&filter[urn]=100001"))["data"][0]["attributes"][
        "in_partnership"
    ]


@pytest.mark.rule("API-5.4")
@pytest.mark.rule("API-29.7")
async def test_somebody_who_is_registered_again_has_the_ids_they_had(world: World) -> None:
    with on(BEGAN):
        there = await world.acts.reported()
        stay, training = await world.acts.ect(there)
        await settled()
    first = (await world.larch.get("/participants"))["data"]
    cancel = "UPDATE training_period SET cancelled_at = $2, cancellation_reason = 'support' WHERE id = $1"
    await fetch(cancel, training["id"], clock.machine_now())
    await settled()
    assert await world.larch.ids("/participants") == []
    await factories.training(stay, world.acts.larch, there)
    await settled()
    again = (await world.larch.get("/participants"))["data"]
    ids = [
        [(one["id"], one["attributes"]["ecf_enrolments"][0]["training_record_id"]) for one in each]
        for each in (first, again)
    ]
    assert ids[0] == ids[1]
