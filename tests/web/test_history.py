"""A record's history: what, when, by whom, and nothing of another school (HI-01, EVT-02)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import html

from app import clock
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.events import TeacherLeftSchoolAsECT, TeacherNameUpdatedByUser
from app.terms import Actor, ActorKind, SchoolId, UserId
from tests import factories
from tests.cast import Cast, cast, sign_in


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def actor(person: factories.User, at: factories.School) -> Actor:
    """Return somebody of a school as the author of what they do."""
    return Actor(ActorKind.SCHOOL_USER, person.name, person.email, UserId(person.id), SchoolId(at.id))


async def renamed(ect: factories.Stay, by: Actor, times: int = 1) -> None:
    """Record changes of a name, numbered."""
    about = About(school_id=ect.school.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    with clock.at(datetime(2025, 10, 6, 13, 5, tzinfo=UTC)):
        async with transaction():
            for number in range(times):
                record(TeacherNameUpdatedByUser(about, f"Name {number}", f"Name {number + 1}", "name_changed"), by)


def sentences(answer: Any) -> list[str]:
    """Return what a history tells, in order."""
    return [found.text_content() for found in html.fromstring(answer.text).xpath("//li[@data-event]/strong")]


@pytest.mark.rule("HI-01", "EVT-01")
async def test_a_history_tells_what_changed_when_and_by_whom(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await renamed(ect, actor(people.bob, people.ash))

    await alice.get(f"{ect.url}/history")

    assert alice.h1() == "History of Siân Evans"
    assert "Name changed from Name 0 to Name 1" in alice.text()
    assert "Name: was Name 0, now Name 1" in alice.text()
    assert "6 October 2025 at 2:05pm, by Bob Baker, your school" in alice.text()


@pytest.mark.rule("HI-01", "FIX-12")
async def test_what_happened_under_a_record_that_was_merged_stays_in_the_history(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    between = await factories.teacher("Sian Evans", "1000002", merged_into_teacher_id=ect.teacher.id)
    old = await factories.teacher("Sian Ewans", "1000003", merged_into_teacher_id=between.id)
    for school, name in ((people.ash, "Ash"), (people.birch, "Birch")):
        about = About(school_id=school.id, teacher_id=old.id)
        async with transaction():
            record(TeacherNameUpdatedByUser(about, "Sian Ewans", name, "name_changed"), actor(people.bob, school))
    await renamed(ect, actor(people.alice, people.ash))

    told = sentences(await alice.get(f"{ect.url}/history"))

    assert told == ["Name changed from Name 0 to Name 1", "Name changed from Sian Ewans to Ash"]


@pytest.mark.rule("HI-01", "RC-02")
async def test_the_newest_comes_first_paged_and_five_stand_on_the_record(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await renamed(ect, actor(people.alice, people.ash), times=21)

    first = sentences(await alice.get(f"{ect.url}/history"))
    beyond = sentences(await alice.get(f"{ect.url}/history?page=9"))
    on_record = sentences(await alice.get(ect.url))

    assert len(first) == 20
    assert first[0] == "Name changed from Name 20 to Name 21"
    assert beyond == ["Name changed from Name 0 to Name 1"]
    assert on_record == first[:5]


@pytest.mark.rule("EVT-02", "ADM-16.2", "PER-05")
async def test_another_school_is_never_named(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, finished_on=date(2025, 12, 31), end_reason="joined_another_school")
    about = About(school_id=people.ash.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    async with transaction():
        record(
            TeacherLeftSchoolAsECT(about, "Siân Evans", date(2025, 12, 31), None, "joined_another_school"),
            actor(people.carla, people.birch),
        )

    answer = await alice.get(f"{ect.url}/history")

    assert "by another school" in alice.text()
    assert "Last day: was none, now 31 December 2025" in alice.text()
    for theirs in ("Carla", "carla@", "Birch"):
        assert theirs not in answer.text


@pytest.mark.rule("EVT-02", "PRM-06")
async def test_a_school_sees_only_events_of_its_own(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher()
    theirs = await factories.ect(people.birch, teacher, date(2024, 9, 1), finished_on=date(2025, 7, 31))
    ours = await factories.ect(people.ash, teacher)
    await renamed(theirs, actor(people.carla, people.birch))

    assert sentences(await alice.get(f"{ours.url}/history")) == []


@pytest.mark.rule("UM-03", "HI-01")
async def test_a_removed_registration_keeps_its_history_without_the_name(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Rex Removed", removed_at=factories.noon(date(2025, 10, 1)))
    await renamed(ect, actor(people.bob, people.ash))

    answer = await alice.get(f"{ect.url}/history")

    assert alice.h1() == "History of a removed registration"
    assert sentences(answer) == ["Name changed from Name 0 to Name 1"]
