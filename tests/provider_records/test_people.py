"""Participants, transfers and merges as lead providers are shown them (API-12, API-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.provider_records.asked import ResourceType
from app.provider_records.turn_day import turn_day
from tests import factories
from tests.provider_records.world import entries, listed, settled

if TYPE_CHECKING:
    from tests.factories import Named, School, Stay

TODAY = date(2025, 11, 24)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
PEOPLE, TRANSFERS = ResourceType.PARTICIPANT, ResourceType.PARTICIPANT_TRANSFER


@dataclass(frozen=True)
class World:
    """Ash and Birch School; Larch, in partnership with both, and Maple, with Birch."""

    ash: School
    birch: School
    larch: Named
    maple: Named
    at_ash: Any
    at_birch: Any
    maples: Any


@pytest.fixture
async def world(database: None) -> Any:
    with clock.at(clock.at_noon(TODAY)):
        await factories.contract_periods()
        ash, birch = await factories.school(), await factories.school("100002", "Birch School")
        larch, maple = await factories.lead_provider(), await factories.lead_provider("Maple Training")
        partner = await factories.delivery_partner()
        at_ash, at_birch = [await factories.partnership(school, larch, partner) for school in (ash, birch)]
        yield World(ash, birch, larch, maple, at_ash, at_birch, await factories.partnership(birch, maple, partner))


async def enrolments(of: Named, day: date = TODAY) -> list[dict[str, Any]]:
    """The enrolments of the only participant."""
    (one,) = await listed(of, PEOPLE, day)
    return one["attributes"]["ecf_enrolments"]  # type: ignore[no-any-return]


STOPPED = {"withdrawn_at": datetime(2025, 11, 1, tzinfo=UTC), "withdrawal_reason": "moved_school"}
STATUSES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "starts tomorrow": ({"started_on": TOMORROW}, {}, "joining"),
    "starts today": ({"started_on": TODAY}, {}, "active"),
    "ends tomorrow": ({"finished_on": TOMORROW}, {}, "leaving"),
    "ends today": ({"finished_on": TODAY}, {}, "left"),
    "starts and ends ahead": ({"started_on": TOMORROW, "finished_on": TOMORROW}, {}, "leaving"),
    "withdrawn, last day today": ({**STOPPED, "finished_on": TODAY}, {}, "left"),
    "withdrawn, last day ahead": ({**STOPPED, "finished_on": TOMORROW}, {}, "leaving"),
    "completed, then ended": ({"finished_on": TODAY}, {"trs_induction_completed_date": TODAY}, "active"),
    "completed after the end": ({"finished_on": YESTERDAY}, {"trs_induction_completed_date": TODAY}, "left"),
    "completed and withdrawn": ({**STOPPED, "finished_on": TODAY}, {"trs_induction_completed_date": TODAY}, "left"),
}


@pytest.mark.rule("API-12.3", "API-12.4")
@pytest.mark.parametrize(("training", "facts", "status"), STATUSES.values(), ids=STATUSES)
async def test_the_status_of_a_participant(
    world: World, training: dict[str, Any], facts: dict[str, Any], status: str
) -> None:
    who = await factories.teacher("Vic Test", **facts)
    stay = await factories.ect(world.ash, who, date(2025, 9, 1))
    await factories.training(stay, world.larch, world.at_ash, **training)
    await settled()
    (one,) = await enrolments(world.larch)
    assert one["participant_status"] == status


@pytest.mark.rule("API-12.2", "API-5.3")
async def test_an_enrolment_shows_what_the_facts_say(world: World) -> None:
    await fetch("UPDATE contract_period SET uplift_fees = true WHERE year = 2025")
    await factories.insert(
        "school_uplift", school_id=world.ash.id, contract_period_year=2025, pupil_premium=True, sparsity=False
    )
    who = await factories.teacher(
        "Tom Test", ect_first_eligible_at=datetime(2025, 9, 1, tzinfo=UTC), ect_payments_frozen_year=2022
    )
    await factories.induction(who, await factories.appropriate_body(), date(2025, 9, 8), finished_on=TODAY)
    stay, mentor = await factories.ect(world.ash, who), await factories.mentor(world.ash)
    await factories.mentorship(stay, mentor, TOMORROW)
    await factories.training(stay, world.larch, world.at_ash, **STOPPED, finished_on=TODAY)
    await settled()
    (one,) = await enrolments(world.larch)
    ids = await fetch_one(
        """SELECT r.public_id AS record, m.public_id AS mentor, dp.public_id AS partner FROM training_record r,
        teacher m, delivery_partner dp WHERE m.id = $1""",
        mentor.teacher.id,
    )
    assert ids is not None
    assert list(one.items()) == [
        ("training_record_id", str(ids["record"])),
        ("email", f"{who.trn}@school.example"),
        ("mentor_id", str(ids["mentor"])),
        ("school_urn", "100001"),
        ("participant_type", "ect"),
        ("cohort", "2025"),
        ("training_status", "withdrawn"),
        ("participant_status", "left"),
        ("eligible_for_funding", True),
        ("pupil_premium_uplift", True),
        ("sparsity_uplift", False),
        ("schedule_identifier", "ecf-standard-september"),
        ("delivery_partner_id", str(ids["partner"])),
        ("withdrawal", {"reason": "moved-school", "date": "2025-11-01T00:00:00Z"}),
        ("deferral", None),
        ("created_at", "2025-11-24T12:00:00Z"),
        ("induction_end_date", None),
        ("most_recent_induction_period_end_date", "2025-11-24"),
        ("overall_induction_start_date", "2025-09-08"),
        ("mentor_funding_end_date", None),
        ("cohort_changed_after_payments_frozen", True),
        ("mentor_ineligible_for_funding_reason", None),
        ("working_pattern", "full_time"),
    ]


ELIGIBLE, LATER = datetime(2025, 9, 30, 23, 30, tzinfo=UTC), date(2025, 10, 1)


@pytest.mark.rule("API-12.2")
@pytest.mark.parametrize(
    ("eligible", "ineligible_on", "self_funded", "expected"),
    [
        (None, None, False, None),
        (ELIGIBLE, None, False, True),
        (ELIGIBLE, LATER, False, True),
        (ELIGIBLE, LATER - timedelta(days=1), False, False),
        (None, LATER, False, False),
        (ELIGIBLE, None, True, False),
    ],
    ids=["nothing known", "eligible", "eligible that London day", "ineligible before", "ineligible", "self-funded"],
)
async def test_a_mentor_is_eligible_by_london_days(
    world: World, eligible: datetime | None, ineligible_on: date | None, self_funded: bool, expected: bool | None
) -> None:
    reason = {"mentor_ineligible_reason": "started_not_completed"} if ineligible_on else {}
    who = await factories.teacher(
        "Mia Mentor", mentor_first_eligible_at=eligible, mentor_ineligible_on=ineligible_on, **reason
    )
    stay = await factories.mentor(world.ash, who, date(2025, 9, 1))
    facts = {"mentor_at_school_period_id": stay.id, "self_funded": self_funded}
    await factories.training(stay, world.larch, world.at_ash, **facts)
    await settled()
    (one,) = await enrolments(world.larch)
    assert (one["participant_type"], one["eligible_for_funding"]) == ("mentor", expected)
    assert one["mentor_funding_end_date"] == (str(ineligible_on) if ineligible_on else None)


async def moved(world: World, to: Named, partnership: Any) -> Stay:
    """Somebody trained by Larch at Ash whom Birch registers from a week on, with a lead provider."""
    last = TODAY + timedelta(days=6)
    left = await factories.ect(world.ash, "Priya Patel", finished_on=last, end_reason="joined_another_school")
    await factories.training(left, world.larch, world.at_ash)
    joined = await factories.ect(world.birch, left.teacher, last + timedelta(days=1))
    await factories.training(joined, to, partnership)
    await settled()
    return joined


@pytest.mark.rule("API-14.1", "API-14.2", "API-18.5")
async def test_both_lead_providers_see_a_transfer_complete_on_its_day(world: World) -> None:
    joined = await moved(world, world.maple, world.maples)
    for of in (world.larch, world.maple):
        (one,) = await listed(of, TRANSFERS, TODAY)
        (transfer,) = one["attributes"]["transfers"]
        assert transfer["leaving"] == {"school_urn": "100001", "provider": "Larch Learning", "date": "2025-11-30"}
        assert transfer["joining"] == {"school_urn": "100002", "provider": "Maple Training", "date": "2025-12-01"}
        assert (transfer["transfer_type"], transfer["status"]) == ("new_provider", "incomplete")
    with clock.at(clock.at_noon(joined.started_on)):
        before = {of.id: len(await entries(of)) for of in (world.larch, world.maple)}
        await turn_day()
        for of in (world.larch, world.maple):
            (one,) = await listed(of, TRANSFERS, joined.started_on)
            assert one["attributes"]["transfers"][0]["status"] == "complete"
            assert one["attributes"]["updated_at"] == "2025-12-01T12:00:00Z"
            assert "participant-transfer" in {kind for _, kind, *_ in (await entries(of))[before[of.id] :]}


@pytest.mark.rule("API-29.1", "API-7.7")
async def test_people_are_in_the_order_in_which_any_lead_provider_first_had_them(world: World) -> None:
    days = [datetime(2025, 9, day, tzinfo=UTC) for day in (1, 2, 3)]
    new = await factories.ect(world.birch, "New Here")
    await factories.training(new, world.maple, world.maples, confirmed_at=days[1])
    left = await factories.ect(world.ash, "Came Later", finished_on=YESTERDAY, end_reason="joined_another_school")
    await factories.training(left, world.larch, world.at_ash, confirmed_at=days[0])
    joined = await factories.ect(world.birch, left.teacher, TODAY)
    await factories.training(joined, world.maple, world.maples, confirmed_at=days[2])
    await settled()
    shown = [one["attributes"]["full_name"] for one in await listed(world.maple, PEOPLE)]
    assert shown == ["Came Later", "New Here"]
    rows = await fetch(
        """SELECT resource_type, created_at FROM provider_record
        WHERE lead_provider_id = $1 AND subject_id = $2 AND resource_type LIKE 'participant%'""",
        world.maple.id,
        left.teacher.id,
    )
    assert {row["resource_type"]: row["created_at"] for row in rows} == dict.fromkeys((PEOPLE, TRANSFERS), days[0])


@pytest.mark.rule("API-14.1", "API-14.2")
async def test_moving_with_the_lead_provider_is_a_new_school(world: World) -> None:
    await moved(world, world.larch, world.at_birch)
    (one,) = await listed(world.larch, TRANSFERS, TODAY)
    assert [each["transfer_type"] for each in one["attributes"]["transfers"]] == ["new_school"]


@pytest.mark.rule("API-14.1")
@pytest.mark.parametrize(
    ("facts", "shown"),
    [({}, 1), ({"trs_induction_completed_date": TODAY}, 0)],
    ids=["left for somewhere unknown", "completed"],
)
async def test_who_left_without_a_next_school(world: World, facts: dict[str, Any], shown: int) -> None:
    who = await factories.teacher("Wim Gone", **facts)
    stay = await factories.ect(world.ash, who, finished_on=YESTERDAY)
    await factories.training(stay, world.larch, world.at_ash)
    await settled()
    found = [each for one in await listed(world.larch, TRANSFERS) for each in one["attributes"]["transfers"]]
    assert [(each["transfer_type"], each["joining"]) for each in found] == [("unknown", None)] * shown


@pytest.mark.rule("API-12.1", "API-17.1", "API-29.7")
async def test_a_merged_person_is_found_by_the_id_they_had(world: World) -> None:
    gone = await factories.ect(world.ash, "Ann Double", finished_on=YESTERDAY)
    first = await factories.training(gone, world.larch, world.at_ash)
    kept = await factories.teacher("Ann Single")
    await settled()
    (before,) = await listed(world.larch, PEOPLE)
    number = len(await entries(world.larch))
    async with transaction():
        await fetch(
            """WITH stays AS (UPDATE ect_at_school_period SET teacher_id = $2 WHERE id = $3)
            UPDATE training_period SET teacher_id = $2 WHERE id = $1""",
            first["id"],
            kept.id,
            gone.id,
        )
        await fetch("UPDATE teacher SET merged_into_teacher_id = $2 WHERE id = $1", gone.teacher.id, kept.id)
    (after,) = await listed(world.larch, PEOPLE)
    assert after["attributes"]["participant_id_changes"] == [
        {"from_participant_id": before["id"], "to_participant_id": after["id"], "changed_at": "2025-11-24T12:00:00Z"}
    ]
    (was,), (now,) = before["attributes"]["ecf_enrolments"], after["attributes"]["ecf_enrolments"]
    assert was["training_record_id"] == now["training_record_id"]
    from_ids = (before["id"],)
    assert [one["id"] for one in await listed(world.larch, PEOPLE, from_participant_ids=from_ids)] == [after["id"]]
    told = [(action, key, reason) for action, kind, key, _, reason in (await entries(world.larch))[number:]
            if kind == PEOPLE]  # fmt: skip
    assert sorted(told, key=str) == [("delete", before["id"], "merged"), ("upsert", after["id"], None)]
    moved_to = await fetch("SELECT moved_to FROM change WHERE reason = 'merged'")
    assert {str(row["moved_to"]) for row in moved_to} == {after["id"]}
