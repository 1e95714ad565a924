"""Which single fact moves the stamp of which record, for whom, and writes the entry that says so (API-18.1 to API-18.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.provider_records.asked import ResourceType
from app.provider_records.turn_day import turn_day
from app.provider_records.verify import verify
from tests import factories
from tests.provider_records.world import entries, filters_of, listed, settled

if TYPE_CHECKING:
    from tests.factories import Named, School, Stay

TODAY = date(2025, 11, 24)
LATER = clock.at_noon(TODAY) + timedelta(hours=1)
SHOWN = {
    "S": ResourceType.SCHOOL,
    "D": ResourceType.DELIVERY_PARTNER,
    "P": ResourceType.PARTNERSHIP,
    "T": ResourceType.PARTICIPANT,
    "X": ResourceType.PARTICIPANT_TRANSFER,
    "U": ResourceType.UNFUNDED_MENTOR,
    "E": ResourceType.EXPRESSION_OF_INTEREST,
}


@dataclass(frozen=True)
class World:
    """Ash School, where Larch trains people; Birch School, where somebody of Larch's has gone; Maple, uninvolved."""

    larch: Named
    maple: Named
    ids: dict[str, Any]


@pytest.fixture
async def world(database: None) -> World:
    with clock.at(clock.at_noon(TODAY)):
        await factories.contract_periods()
        await factories.schedule(2025, "ecf-extended-september")
        ash, birch = await factories.school(), await factories.school("100002", "Birch School")
        larch, maple = await factories.lead_provider(), await factories.lead_provider("Maple Training")
        dogwood = await factories.delivery_partner()
        alice = await factories.user()
        await factories.induction_tutor(ash, alice)
        there = await factories.partnership(ash, larch, dogwood)
        ids = await _people(ash, birch, larch, there)
        await settled()
    ids |= {"ash": ash.id, "birch": birch.id, "partnership": there["id"], "dogwood": dogwood.id, "larch": larch.id}
    return World(larch, maple, ids | {"year": 2025})


async def _people(ash: School, birch: School, larch: Named, there: Any) -> dict[str, Any]:
    trained, mentor = await factories.ect(ash), await factories.mentor(ash)
    mentorship = await factories.mentorship(trained, mentor)
    training = await factories.training(trained, larch, there)
    asking = await factories.training(await factories.ect(ash, "Una Waiting"), larch)
    gone = await factories.ect(ash, "Wim Gone", finished_on=date(2025, 10, 1))
    await factories.training(gone, larch, there)
    arrived = await factories.ect(birch, gone.teacher, date(2025, 10, 2))
    joined = await factories.training(arrived)
    funded = await _funded(ash, larch, there)
    people: dict[str, Stay] = {"trained": trained, "mentor": mentor, "gone": gone, "arrived": arrived, "funded": funded}
    stays = {name: stay.id for name, stay in people.items()}
    teachers = {f"{name}_teacher": stay.teacher.id for name, stay in people.items()}
    rows = {"mentorship": mentorship["id"], "training": training["id"], "asking": asking["id"], "joined": joined["id"]}
    return stays | teachers | rows


async def _funded(ash: School, larch: Named, there: Any) -> Stay:
    stay = await factories.mentor(ash, "Fay Funded")
    facts = {"started_on": date(2025, 9, 1), "ect_at_school_period_id": None, "mentor_at_school_period_id": stay.id}
    await factories.training(stay, larch, there, role="mentor", **facts)
    return stay


def change(table: str, which: str, what: str) -> tuple[str, str]:
    """A change of one row of the world."""
    key = "year" if table == "contract_period" else "id"
    return f"UPDATE {table} SET {what} WHERE {key} = $1", which


MOVES = {
    "a corrected name": (change("teacher", "trained_teacher", "corrected_name = 'Sian E'"), "T"),
    "a TRN": (change("teacher", "trained_teacher", "trn = '7654321'"), "T"),
    "a name of an unfunded mentor": (change("teacher", "mentor_teacher", "trs_last_name = 'Other'"), "U"),
    "an address of an ECT": (change("ect_at_school_period", "trained", "email = 'n@school.example'"), "T"),
    "an address of an unfunded mentor": (change("mentor_at_school_period", "mentor", "email = 'n@s.example'"), "U"),
    "a working pattern": (change("ect_at_school_period", "trained", "working_pattern = 'part_time'"), "T"),
    "a working pattern at another school": (change("ect_at_school_period", "arrived", "working_pattern = 'part_time'"), "T"),
    "a completed induction": (change("teacher", "trained_teacher", "trs_induction_completed_date = '2025-11-01'"), "T"),
    "a completed induction of somebody who moved": (
        change("teacher", "gone_teacher", "trs_induction_completed_date = '2025-09-30'"), "T",
    ),
    "an eligibility stamp": (change("teacher", "trained_teacher", "ect_first_eligible_at = now()"), "T"),
    "a mentor's funding end": (
        change("teacher", "funded_teacher",
               "mentor_ineligible_on = '2025-11-01', mentor_ineligible_reason = 'started_not_completed'"), "T",
    ),
    "a frozen year": (change("teacher", "trained_teacher", "ect_payments_frozen_year = 2024"), "T"),
    "a mentorship that ends": (change("mentorship_period", "mentorship", "finished_on = '2025-11-01'"), "TU"),
    "a mentorship cancelled": (
        change("mentorship_period", "mentorship", "cancelled_at = now(), cancellation_reason = 'support'"), "TU",
    ),
    "training withdrawn": (
        change("training_period", "training", "withdrawn_at = now(), withdrawal_reason = 'other', finished_on = '2025-11-24'"),
        "T",
    ),
    "training that ended yesterday": (change("training_period", "training", "finished_on = '2025-11-23'"), "TP"),
    "another schedule": (
        change("training_period", "training",
               "schedule_id = (SELECT id FROM schedule WHERE identifier = 'ecf-extended-september')"), "T",
    ),
    "training not funded": (change("training_period", "training", "self_funded = true"), "T"),
    "training cancelled": (
        change("training_period", "training", "cancelled_at = now(), cancellation_reason = 'support'"), "TUP",
    ),
    "a request that confirms": (
        change("training_period", "asking", "school_partnership_id = (SELECT max(id) FROM school_partnership),"
               " confirmed_at = now(), confirmation_source = 'support'"), "TPE",
    ),
    "a request that ended": (change("training_period", "asking", "finished_on = '2025-11-01'"), "E"),
    "where somebody joined later": (change("training_period", "joined", "started_on = '2025-10-05'"), "X"),
    "a school's name": (change("school", "ash", "name = 'Ash Academy'"), "SE"),
    "a school's number": (change("school", "ash", "urn = '100009'"), "STPXE"),
    "another school's number": (change("school", "birch", "urn = '100009'"), "SX"),
    "a school that lost its type": (change("school", "birch", "type_code = 30"), "S"),
    "a school's address that nobody is shown": (change("school", "ash", "primary_email = 'o@ash.example'"), ""),
    "a school's street": (change("school", "ash", "street = 'High Street'"), ""),
    "a tutor's address": (("UPDATE induction_tutor SET email = 'tia@ash.example' WHERE school_id = $1", "ash"), "SP"),
    "a delivery partner's name": (change("delivery_partner", "dogwood", "name = 'Dog Wood'"), "DP"),
    "a lead provider's name": (change("lead_provider", "larch", "name = 'Larch'"), "X"),
    "a pairing gone": (("DELETE FROM provider_pairing WHERE $1 = 2025 AND contract_period_year = 2024", "year"), ""),
    "an uplift": (("""INSERT INTO school_uplift (created_at, updated_at, school_id, contract_period_year, pupil_premium,
        sparsity) VALUES (now(), now(), $1, 2025, true, false)""", "ash"), ""),
    "a year with uplifts": (("""WITH paid AS (UPDATE contract_period SET uplift_fees = true WHERE year = 2025)
        INSERT INTO school_uplift (created_at, updated_at, school_id, contract_period_year, pupil_premium, sparsity)
        VALUES (now(), now(), $1, 2025, true, false)""", "ash"), "T"),
    "a partnership challenged": (
        change("school_partnership", "partnership", "challenged_at = now(), challenge_reason = 'looks_like_a_mistake',"
               " challenged_by_user_id = (SELECT max(id) FROM app_user)"), "STPXUE",
    ),
    "a partnership looked at": (
        change("school_partnership", "partnership",
               "checked_at = now(), checked_by_user_id = (SELECT max(id) FROM app_user)"), "",
    ),
}  # fmt: skip


@pytest.mark.rule("API-18.1", "API-18.2", "API-18.3", "API-17.3", "API-17.5")
@pytest.mark.parametrize(("done", "moved"), MOVES.values(), ids=MOVES)
async def test_a_fact_moves_what_shows_it_and_nothing_else(world: World, done: tuple[str, str], moved: str) -> None:
    before = await _all(world.larch)
    number = len(await entries(world.larch))
    with clock.at(LATER):
        async with transaction():
            await fetch(done[0], world.ids[done[1]])
        after = await _all(world.larch)
        told = {(kind, key) for _, kind, key, _, _ in (await entries(world.larch))[number:]}
        assert {kind for kind, _ in told} == {SHOWN[letter].value for letter in moved}
        assert told == {(kind, key) for kind, key in before.keys() | after.keys() if _differs(before, after, kind, key)}
        stamps = {after[key]["attributes"]["updated_at"] for key in told & after.keys()}
        assert stamps <= {"2025-11-24T13:00:00Z"}
        assert await verify() == []


def _differs(before: Any, after: Any, kind: str, key: str) -> bool:
    return before.get((kind, key)) != after.get((kind, key))  # type: ignore[no-any-return]


async def _all(of: Named) -> dict[tuple[str, str], dict[str, Any]]:
    lists = {kind.value: await listed(of, kind, TODAY, **filters_of(kind)) for kind in ResourceType}
    return {(kind, row["id"]): row for kind, rows in lists.items() for row in rows}


@pytest.mark.rule("API-18.4")
async def test_a_partnership_moves_the_school_for_every_lead_provider(world: World) -> None:
    with clock.at(LATER):
        async with transaction():
            await fetch(*_update(world, MOVES["a partnership challenged"][0]))
        assert {(action, kind) for action, kind, *_ in await entries(world.maple, 2)} == {("upsert", "school")}


def _update(world: World, done: tuple[str, str]) -> tuple[str, Any]:
    return done[0], world.ids[done[1]]


@pytest.mark.rule("API-11.8", "API-17.1", "API-16.2")
async def test_an_entry_says_why_something_went(world: World) -> None:
    with clock.at(LATER):
        number = len(await entries(world.larch))
        async with transaction():
            await fetch(*_update(world, MOVES["a partnership challenged"][0]))
        gone = {
            (kind, reason) for action, kind, _, _, reason in (await entries(world.larch))[number:] if action == "delete"
        }
        assert gone == {
            ("partnership", "challenged"), ("participant", "challenged"), ("participant-transfer", "challenged"),
            ("unfunded-mentor", "challenged"),
        }  # fmt: skip
        number = len(await entries(world.larch))
        async with transaction():
            await fetch(
                "UPDATE school_partnership SET challenged_at = NULL, challenge_reason = NULL,"
                " challenged_by_user_id = NULL"
            )
            await fetch(*_update(world, MOVES["a request that confirms"][0]))
        back = (await entries(world.larch))[number:]
        assert [(kind, reason) for action, kind, _, _, reason in back if action == "delete"] == [
            ("expression-of-interest", "confirmed")
        ]


@pytest.mark.rule("API-18.5")
async def test_the_day_turns_what_it_changes_and_answers_do_not_wait_for_it(world: World) -> None:
    with clock.at(LATER):
        async with transaction():
            await fetch("UPDATE mentorship_period SET finished_on = $1", TODAY + timedelta(days=2))
    late = TODAY + timedelta(days=3)
    with clock.at(clock.at_noon(late)):
        assert await listed(world.larch, ResourceType.UNFUNDED_MENTOR, late) == []
        number = len(await entries(world.larch))
        assert await turn_day() > 0
        assert await turn_day() == 0
        told = [(action, kind, reason) for action, kind, _, _, reason in (await entries(world.larch))[number:]]
        assert sorted(told) == [("delete", "unfunded-mentor", "no_longer_listed"), ("upsert", "participant", None)]
        assert await verify() == []
