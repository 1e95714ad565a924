"""Withdraw, defer, resume and change schedule over HTTP (API-13)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.api.client import said
from tests.provider_records.world import settled
from tests.training.acts import on

if TYPE_CHECKING:
    from tests.api.conftest import World

COURSE = {"course_identifier": "ecf-induction"}
WITHDRAW = {**COURSE, "reason": "moved-school"}
DEFER = {**COURSE, "reason": "parental-leave"}
EXTENDED = {**COURSE, "schedule_identifier": "ecf-extended-september"}


async def somebody(world: World, **facts: Any) -> str:
    """An ECT in training with Larch since 1 September 2025; their address."""
    with on(date(2025, 9, 1)):
        there = await world.acts.reported()
        await factories.schedule(2025, "ecf-extended-september")
        stay, _ = await world.acts.ect(there, **facts)
        await settled()
    (row,) = await fetch("SELECT public_id FROM teacher WHERE id = $1", stay.teacher.id)
    return f"/participants/{row['public_id']}"


def enrolment(document: Any) -> Any:
    (only,) = document["data"]["attributes"]["ecf_enrolments"]
    return only


@pytest.mark.rule("API-13.2")
@pytest.mark.rule("API-13.5")
@pytest.mark.rule("API-13.7")
@pytest.mark.rule("API-19.5")
async def test_a_withdrawal_is_shown_at_once_and_undone_the_same_day(world: World) -> None:
    larch, who = world.larch, await somebody(world)
    before = enrolment(await larch.get(who))
    gone = enrolment(await larch.put(f"{who}/withdraw", sent=WITHDRAW))
    assert (gone["training_status"], gone["participant_status"], gone["deferral"]) == ("withdrawn", "left", None)
    assert gone["withdrawal"] == {"reason": "moved-school", "date": "2026-03-04T12:00:00Z"}
    assert enrolment(await larch.get(who)) == gone
    assert said(await larch.put(f"{who}/withdraw", 422, sent=WITHDRAW)) == [("participant_id", "already_withdrawn")]
    assert enrolment(await larch.put(f"{who}/resume", sent=COURSE)) == before
    assert said(await larch.put(f"{who}/resume", 422, sent=COURSE)) == [("participant_id", "already_active")]
    assert enrolment(await larch.put(f"{who}/withdraw", sent=WITHDRAW))["training_status"] == "withdrawn"


@pytest.mark.rule("API-13.8")
@pytest.mark.rule("API-13.9")
async def test_from_the_next_day_training_begins_anew(world: World) -> None:
    larch, who = world.larch, await somebody(world)
    paused = enrolment(await larch.put(f"{who}/defer", sent=DEFER, day="2026-03-04T23:59:00Z"))
    assert (paused["training_status"], paused["deferral"]["reason"]) == ("deferred", "parental-leave")
    assert said(await larch.put(f"{who}/defer", 422, sent=DEFER, day="2026-03-05")) == [
        ("participant_id", "already_deferred")
    ]
    anew = enrolment(await larch.put(f"{who}/resume", sent=COURSE, day="2026-03-05"))
    assert (anew["training_status"], anew["training_record_id"]) == ("active", paused["training_record_id"])
    rows = await fetch("SELECT started_on, finished_on FROM training_period ORDER BY started_on")
    assert [tuple(row) for row in rows] == [
        (date(2025, 9, 1), date(2026, 3, 4)),
        (date(2026, 3, 5), rows[1]["finished_on"]),
    ]


@pytest.mark.rule("API-13.11")
@pytest.mark.rule("API-13.12")
async def test_a_schedule_changes_from_today(world: World) -> None:
    larch, who = world.larch, await somebody(world)
    changed = enrolment(await larch.put(f"{who}/change-schedule", sent=EXTENDED))
    assert (changed["schedule_identifier"], changed["cohort"]) == ("ecf-extended-september", "2025")
    again = said(await larch.put(f"{who}/change-schedule", 422, sent={**EXTENDED, "cohort": 2025}))
    assert again == [("schedule_identifier", "unchanged")]
    elsewhere = await larch.put(f"{who}/change-schedule", 422, sent={**EXTENDED, "cohort": "2031"})
    assert said(elsewhere) == [("schedule_identifier", "not_in_cohort"), ("cohort", "unknown")]


@pytest.mark.rule("API-6.2")
@pytest.mark.rule("API-6.4")
@pytest.mark.rule("API-13.1")
@pytest.mark.rule("API-13.3")
@pytest.mark.parametrize(
    ("action", "sent", "errors"),
    [
        ("withdraw", {"reason": "moved-school"}, [("course_identifier", "blank")]),
        ("withdraw", {"course_identifier": "ecf-mentor", "reason": "x"}, [("course_identifier", "no_training"), ("reason", "unknown")]),
        ("withdraw", {"course_identifier": 5}, [("course_identifier", "blank"), ("reason", "blank")]),
        ("withdraw", {**COURSE, "reason": "moved_school"}, [("reason", "unknown")]),
        ("withdraw", {**COURSE, "reason": "mentor-no-longer-being-mentor"}, [("reason", "not_for_ects")]),
        ("defer", {**COURSE, "reason": "moved-school"}, [("reason", "unknown")]),
        ("change-schedule", {**COURSE, "schedule_identifier": "ecf-replacement-april"}, [("schedule_identifier", "not_in_cohort")]),
        ("change-schedule", COURSE, [("schedule_identifier", "blank")]),
    ],
)  # fmt: skip
async def test_a_refused_action_changes_nothing(world: World, action: str, sent: Any, errors: Any) -> None:
    larch, who = world.larch, await somebody(world)
    before = await larch.get(who)
    assert said(await larch.put(f"{who}/{action}", 422, sent=sent)) == errors
    assert await larch.get(who) == before
    assert [row["kind"] for row in await fetch("SELECT kind FROM event WHERE teacher_id IS NOT NULL")] == []


@pytest.mark.rule("API-1.4")
@pytest.mark.rule("API-13.1")
async def test_somebody_of_another_lead_provider_is_unknown(world: World) -> None:
    who = await somebody(world)
    unknown = "/participants/5f2c1f0e-3a0b-4a3f-9a55-6f2d3a7c1b10"
    for action, sent in (("withdraw", WITHDRAW), ("defer", DEFER), ("resume", COURSE), ("change-schedule", EXTENDED)):
        theirs = await world.other.put(f"{who}/{action}", 404, sent=sent)
        assert theirs == await world.other.put(f"{unknown}/{action}", 404, sent=sent)
    assert (await fetch("SELECT count(*) AS n FROM training_period WHERE withdrawn_at IS NOT NULL"))[0]["n"] == 0
