"""Changing name, email, working pattern and appropriate body: what is stored, recorded and sent."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from app.db.engine import fetch, fetch_one
from app.registration.changes.body_changes import LeftOut
from app.registration.changes.change_appropriate_body import BodyChanged, ChangeAppropriateBody, change_appropriate_body
from app.registration.changes.change_email import ChangeEmail, change_email
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.changes.change_working_pattern import ChangeWorkingPattern, change_working_pattern
from app.registration.queries import appropriate_bodies
from app.terms import (
    Actor,
    ActorKind,
    ECTAtSchoolId,
    Refused,
    Role,
    SchoolId,
    SchoolKind,
    UserId,
    WorkingPattern,
)
from tests import factories
from tests.cast import Cast, cast

TODAY = date(2025, 11, 10)
ROLES = pytest.mark.parametrize("role", [Role.ECT, Role.MENTOR])


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


def alice(people: Cast) -> Actor:
    """Return Alice as the author of a change."""
    who, school = people.alice, people.ash
    return Actor(ActorKind.SCHOOL_USER, who.name, who.email, UserId(who.id), SchoolId(school.id))


async def somebody(people: Cast, role: Role, who: Any = "Siân Evans", **facts: Any) -> factories.Stay:
    """Store an ECT or mentor at Ash School."""
    make = factories.ect if role is Role.ECT else factories.mentor
    return await make(people.ash, who, **facts)


async def events() -> list[tuple[str, Any]]:
    """Return kind and old and new value of every event."""
    rows = await fetch("SELECT kind, changes, actor_name FROM event ORDER BY id")
    assert all(row["actor_name"] == "Alice Archer" for row in rows)
    return [(row["kind"], row["changes"]) for row in rows]


async def stays(table: str, column: str) -> list[Any]:
    """Return one column of every stay, in order."""
    return [row[0] for row in await fetch(f"SELECT {column} FROM {table} ORDER BY id")]


RENAMES = {
    "small": ("Sian Evans", "Sian Evans", ["teacher_name_updated_by_user"]),
    "case alone": ("siân evans", "siân evans", ["teacher_name_updated_by_user"]),
    "very different": ("Rosa Bell", "Rosa Bell", ["teacher_name_updated_by_user", "teacher_name_flagged"]),
    "the same": ("Siân Evans", None, []),
    "the same, untidy": (" Siân   Evans ", None, []),
}


@pytest.mark.rule("NAM-01", "NAM-04", "NAM-06", "CON-02", "EVT-05", "CH-09")
@ROLES
@pytest.mark.parametrize(("new", "stored", "kinds"), RENAMES.values(), ids=RENAMES)
async def test_a_name_is_changed_once(people: Cast, role: Role, new: str, stored: str | None, kinds: list[str]) -> None:
    stay = await somebody(people, role)
    await change_name(ChangeName(role, stay.id, new, NameReason.NAME_CHANGED), alice(people), TODAY)
    teacher = await fetch_one("SELECT corrected_name, trs_first_name, trs_last_name, search_name FROM teacher")
    assert tuple(teacher)[:3] == (stored, "Siân", "Evans")
    assert stored is None or set(stored.lower().replace("â", "a").split()) <= set(teacher["search_name"].split())
    assert [kind for kind, _ in await events()] == kinds
    flags = await fetch('SELECT trs_name, old_name, new_name, "where" FROM name_flag')
    flagged = [("Siân Evans", "Siân Evans", "Rosa Bell", "change")] if len(kinds) > 1 else []
    assert [tuple(row) for row in flags] == flagged


@pytest.mark.rule("NAM-01", "EVT-01")
async def test_going_back_to_the_name_of_the_teaching_record_drops_the_correction(people: Cast) -> None:
    stay = await somebody(people, Role.ECT, await factories.teacher("Siân Evans", corrected_name="Rosa Bell"))
    await change_name(ChangeName(Role.ECT, stay.id, "Siân Evans", NameReason.ENTERED_INCORRECTLY), alice(people), TODAY)
    assert await stays("teacher", "corrected_name") == [None]
    event = await fetch_one("SELECT * FROM event WHERE kind = 'teacher_name_updated_by_user'")
    assert event["sentence"] == "Name changed from Rosa Bell to Siân Evans"
    assert '"entered_incorrectly"' in event["metadata"]
    assert (event["school_id"], event["ect_at_school_period_id"]) == (people.ash.id, stay.id)


@pytest.mark.rule("EML-03", "EVT-03", "CH-09", "M-15")
@ROLES
async def test_an_email_is_changed_on_one_stay_and_the_person_told(people: Cast, role: Role) -> None:
    teacher = await factories.teacher()
    ect = await factories.ect(people.ash, teacher, email="old@ash.example")
    mentor = await factories.mentor(people.ash, teacher, email="old@ash.example")
    stay = ect if role is Role.ECT else mentor
    await change_email(ChangeEmail(role, stay.id, "new@ash.example"), alice(people), TODAY)
    here, there = ("ect", "mentor") if role is Role.ECT else ("mentor", "ect")
    assert await stays(f"{here}_at_school_period", "email") == ["new@ash.example"]
    assert await stays(f"{there}_at_school_period", "email") == ["old@ash.example"]
    event = await fetch_one(f"SELECT *, {here}_at_school_period_id AS stay FROM event")
    assert (event["kind"], event["stay"]) == ("teacher_email_address_updated", stay.id)
    assert event["sentence"] == "Email address changed from old@ash.example to new@ash.example"
    sent = await fetch("SELECT message_id, recipient FROM message")
    assert [tuple(row) for row in sent] == [("M-15", "new@ash.example")]


@pytest.mark.rule("M-15", "NOT-1.3")
async def test_each_change_of_email_is_told(people: Cast) -> None:
    stay = await somebody(people, Role.ECT, email="one@ash.example")
    for address in ("two@ash.example", "one@ash.example", "two@ash.example"):
        await change_email(ChangeEmail(Role.ECT, stay.id, address), alice(people), TODAY)
    sent = await fetch("SELECT recipient FROM message ORDER BY created_at")
    assert [row[0] for row in sent] == ["two@ash.example", "one@ash.example", "two@ash.example"]


@pytest.mark.rule("EML-04", "CON-02", "EVT-05")
async def test_the_same_email_writes_and_sends_nothing(people: Cast) -> None:
    stay = await somebody(people, Role.ECT, email="old@ash.example")
    await change_email(ChangeEmail(Role.ECT, stay.id, "OLD@ash.example"), alice(people), TODAY)
    assert await stays("ect_at_school_period", "email") == ["old@ash.example"]
    assert await events() == []
    assert await fetch("SELECT FROM message") == []


HOLDERS: dict[str, tuple[dict[str, Any], bool]] = {
    "somebody else's open stay": ({}, True),
    "one that ends today": ({"finished_on": TODAY}, True),
    "one that ended": ({"finished_on": date(2025, 11, 9)}, False),
    "one that was removed": ({"removed_at": factories.noon(date(2025, 11, 1))}, False),
}


@pytest.mark.rule("EML-01", "EML-02", "EVT-05")
@ROLES
@pytest.mark.parametrize(("facts", "in_use"), HOLDERS.values(), ids=HOLDERS)
async def test_an_email_in_use_is_refused(people: Cast, role: Role, facts: dict[str, Any], in_use: bool) -> None:
    await factories.ect(people.birch, "Vic Other", email="Taken@birch.example", **facts)
    stay = await somebody(people, role, email="old@ash.example")
    command = ChangeEmail(role, stay.id, "taken@birch.example")
    if in_use:
        with pytest.raises(Refused, match="email_in_use"):
            await change_email(command, alice(people), TODAY)
        assert await events() == []
    else:
        await change_email(command, alice(people), TODAY)
        assert len(await events()) == 1


@pytest.mark.rule("EML-01", "EML-03")
async def test_an_email_of_ones_own_other_stay_is_free(people: Cast) -> None:
    teacher = await factories.teacher()
    await factories.mentor(people.birch, teacher, email="mine@birch.example")
    stay = await factories.ect(people.ash, teacher)
    await change_email(ChangeEmail(Role.ECT, stay.id, "mine@birch.example"), alice(people), TODAY)
    assert await stays("ect_at_school_period", "email") == ["mine@birch.example"]


@pytest.mark.rule("CH-04", "CON-02", "EVT-03")
@pytest.mark.parametrize("former", [None, "full_time", "part_time"])
async def test_a_working_pattern_is_changed(people: Cast, former: str | None) -> None:
    stay = await somebody(people, Role.ECT, working_pattern=former)
    command = ChangeWorkingPattern(ECTAtSchoolId(stay.id), WorkingPattern.PART_TIME)
    await change_working_pattern(command, alice(people), TODAY)
    assert await stays("ect_at_school_period", "working_pattern") == ["part_time"]
    kinds = [kind for kind, _ in await events()]
    assert kinds == ([] if former == "part_time" else ["teacher_working_pattern_updated"])


async def move(people: Cast, to: str, *chosen: factories.Stay, seen: int | None = None) -> BodyChanged:
    """Change the body of ECTs, all of whom had the same one when it was begun."""
    body = next(body for body in await appropriate_bodies() if body.name == to)
    before: dict[Any, Any] = {stay.id: seen for stay in chosen}
    command = ChangeAppropriateBody(SchoolId(people.ash.id), SchoolKind.STATE_FUNDED, before, body)
    return await change_appropriate_body(command, alice(people), TODAY)


@pytest.mark.rule("CH-11", "ABR-02", "ABR-06", "CON-01", "EVT-03", "SCH-05")
async def test_each_ect_changes_or_is_left_out_with_the_reason(people: Cast) -> None:
    north = await factories.appropriate_body("North Hub")
    south = await factories.appropriate_body("South Hub", active_to=date(2026, 3, 31))
    east = await factories.appropriate_body("East Hub")
    reported = {"school_reported_appropriate_body_id": north.id}
    amy = await factories.ect(people.ash, "Amy Able", **reported)
    cases = {
        amy: None,
        await factories.ect(people.ash, "Ben Box", school_reported_appropriate_body_id=south.id): (
            LeftOut.ALREADY_WITH_IT
        ),
        await factories.ect(people.ash, "Cat Cole", started_on=date(2026, 4, 1), **reported): LeftOut.NOT_ACTIVE,
        await factories.ect(people.ash, "Dan Dale", school_reported_appropriate_body_id=east.id): (
            LeftOut.CHANGED_MEANWHILE
        ),
        await factories.ect(people.ash, "Eve East", finished_on=date(2025, 11, 9), **reported): LeftOut.NOT_IN_PROGRESS,
        (recorded := await factories.ect(people.ash, "Fay Fox", **reported)): LeftOut.RECORDED,
    }
    await factories.induction(recorded.teacher, north)
    done = await move(people, "South Hub", *cases, seen=north.id)
    assert [holder.stay.id for holder in done.changed] == [amy.id]
    why = {holder.stay.id: reason for holder, reason in done.left_out}
    assert why == {stay.id: reason for stay, reason in cases.items() if reason is not None}
    stored = await stays("ect_at_school_period", "school_reported_appropriate_body_id")
    assert stored == [south.id, south.id, north.id, east.id, north.id, north.id]
    (event,) = await fetch("SELECT * FROM event")
    assert event["sentence"] == "Appropriate body changed from North Hub to South Hub"
    assert (event["ect_at_school_period_id"], event["appropriate_body_id"]) == (amy.id, south.id)
    assert await stays("school", "last_appropriate_body_id") == [None, None]


@pytest.mark.rule("CH-11", "CH-09")
async def test_several_ects_have_one_event_each(people: Cast) -> None:
    await factories.appropriate_body("South Hub")
    both = [await factories.ect(people.ash, name) for name in ("Amy Able", "Ben Box")]
    await move(people, "South Hub", *both)
    found = await fetch("SELECT ect_at_school_period_id, sentence FROM event ORDER BY id")
    words = "Appropriate body changed from not reported to South Hub"
    assert [tuple(row) for row in found] == [(stay.id, words) for stay in both]


@pytest.mark.rule("GEN-05")
async def test_an_ect_of_another_school_is_never_changed(people: Cast) -> None:
    await factories.appropriate_body("South Hub")
    done = await move(people, "South Hub", await factories.ect(people.birch, "Vic Other"))
    assert (done.changed, done.left_out) == ((), ())


@pytest.mark.rule("EML-02", "CON-03")
async def test_of_two_people_given_one_address_at_once_one_is_refused(committed_database: str) -> None:
    people = await cast()
    both = [await factories.ect(people.ash, "Amy Able"), await factories.mentor(people.ash, "Ben Box")]
    changes = (
        change_email(ChangeEmail(role, stay.id, "one@ash.example"), alice(people), TODAY)
        for role, stay in zip((Role.ECT, Role.MENTOR), both, strict=True)
    )
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert list(outcomes).count(None) == 1
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refused)] == ["email_in_use"]
    assert len(await events()) == len(await fetch("SELECT FROM message")) == 1
