"""Removing a registration that was a mistake, and every fact that prevents it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.close_stay import CloseStay, close_ect_stay, close_mentor_stay
from app.registration.merging.merge_people import MergePeople, merge_people
from app.terms import SYSTEM, TRN, Actor, ActorKind, StayEndReason, TeacherId
from app.training.provider_events import TeacherTrainingStopUndone
from tests import factories
from tests.cast import cast, sign_in
from tests.web.test_leaving import MADE, last_day, mail

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.cast import Cast
    from tests.factories import Stay
    from tests.web.conftest import Browser

TODAY = date(2025, 10, 6)
CLOSE = {"ect": close_ect_stay, "mentor": close_mentor_stay}
WRONG = {"removal_reason": "wrong_person"}


@pytest.fixture
async def people(client: Browser) -> Cast:
    made = await cast()
    await sign_in(client, made.alice, made.ash, str(TODAY))
    return made


async def remove(client: Browser, stay: Stay, reason: str = "wrong_person") -> None:
    """Go through the journey to its confirmation page."""
    await client.get(f"{stay.url}/registered-by-mistake")
    answer = await client.post(f"{stay.url}/registered-by-mistake", {"removal_reason": reason})
    await client.get(answer.headers["location"])
    answer = await client.post(answer.headers["location"])
    assert answer.headers["location"].endswith("/confirmation"), client.text()
    await client.get(answer.headers["location"])


async def stored(stay: Stay) -> Any:
    return await fetch_one(f"SELECT * FROM {stay.role}_at_school_period WHERE id = $1", stay.id)


@pytest.mark.rule("PER-51")
@pytest.mark.rule("UM-02")
@pytest.mark.rule("UM-03")
@pytest.mark.rule("M-09")
async def test_a_registration_is_removed_with_everything_in_it(client: Browser, people: Cast) -> None:
    stay, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    training = await factories.training(stay, await factories.lead_provider())
    mentorship = await factories.mentorship(stay, mentor)
    await client.get(f"{stay.url}/registered-by-mistake")
    answer = await client.post(f"{stay.url}/registered-by-mistake", WRONG)
    await client.get(answer.headers["location"])
    for said in ("We registered the wrong person", "Training with Larch Learning", "Max Mentor", "Nothing is deleted"):
        assert said in client.text()
    answer = await client.post(answer.headers["location"])
    page = await client.get(answer.headers["location"])
    assert client.h1() == "The registration of Siân Evans was removed"
    assert "/school/register-ect" in page.text
    assert (await stored(stay))["removal_reason"] == "wrong_person"
    for table, row in (("training_period", training), ("mentorship_period", mentorship)):
        now = await fetch_one(f"SELECT cancellation_reason FROM {table} WHERE id = $1", row["id"])
        assert now is not None
        assert now["cancellation_reason"] == "registration_removed"
    assert sorted((await mail())["M-09"]) == sorted(["alice@ash.example", f"{stay.teacher.trn}@school.example"])
    event = await fetch_one("SELECT metadata FROM event WHERE kind = 'teacher_registration_removed'")
    assert event is not None
    assert event["metadata"].count('"started_on"') == 3
    await client.get(stay.url)
    assert "removed" in client.text()


@pytest.mark.rule("PER-51")
async def test_a_mentor_registered_by_mistake_leaves_their_ects(client: Browser, people: Cast) -> None:
    mentor, ect = await factories.mentor(people.ash, started_on=date(2025, 10, 1)), await factories.ect(people.ash)
    mentorship = await factories.mentorship(ect, mentor, date(2025, 10, 1))
    await remove(client, mentor, "duplicate")
    assert (await stored(mentor))["removal_reason"] == "duplicate"
    row = await fetch_one("SELECT cancelled_at FROM mentorship_period WHERE id = $1", mentorship["id"])
    assert row is not None
    assert row["cancelled_at"] is not None
    assert await last_day(ect) is None
    kinds = {row["kind"] for row in await fetch("SELECT kind FROM event WHERE teacher_id = $1", ect.teacher.id)}
    assert kinds == {"mentorship_cancelled"}


async def transferred(people: Cast, role: str, **earlier: Any) -> tuple[Stay, Stay]:
    """Somebody of Birch School whom Ash School has registered from 1 October: W1, or W7 with a last day before."""
    was = await MADE[role](people.birch, **earlier)
    if role == "ect":
        await factories.training(was, finished_on=earlier.get("finished_on"))
    async with transaction():
        await CLOSE[role](
            CloseStay(was.id, date(2025, 9, 30), StayEndReason.JOINED_ANOTHER_SCHOOL),
            Actor(ActorKind.SCHOOL_USER, "Alice Archer", "", None, people.ash.id),  # type: ignore[arg-type]
        )
    now = await MADE[role](people.ash, was.teacher, date(2025, 10, 1))
    await fetch(f"UPDATE {role}_at_school_period SET ended_by_stay_id = $2 WHERE id = $1", was.id, now.id)
    return was, now


@pytest.mark.rule("PER-51")
@pytest.mark.rule("M-09")
@pytest.mark.rule("WT-27")
@pytest.mark.parametrize("role", MADE)
@pytest.mark.parametrize("former", [None, date(2025, 12, 19)], ids=["W1", "W7"])
async def test_an_earlier_school_gets_its_person_back(
    client: Browser, people: Cast, role: str, former: date | None
) -> None:
    was, now = await transferred(people, role, **({"finished_on": former} if former else {}))
    ended = await stored(was)
    assert (ended["finished_on"], ended["end_reason"]) == (date(2025, 9, 30), "joined_another_school")
    await remove(client, now)
    assert "Their earlier school is told" in client.text()
    assert "Birch" not in client.text()
    row = await stored(was)
    assert (row["finished_on"], row["end_reason"]) == (former, "left" if former else None)
    assert row["ended_by_stay_id"] is None
    if role == "ect":
        training = await fetch_one("SELECT finished_on FROM training_period WHERE teacher_id = $1", was.teacher.id)
        assert training is not None
        assert training["finished_on"] == former
    assert (await mail())["M-09-earlier-school"] == ["carla@birch.example"]
    event = await fetch_one("SELECT * FROM event WHERE school_id = $1 ORDER BY id DESC LIMIT 1", people.birch.id)
    assert event is not None
    assert event["kind"] == "teacher_leaving_cancelled"
    assert "Ash" not in event["sentence"] + event["metadata"]


@pytest.mark.rule("PER-51")
async def test_what_changed_at_an_earlier_school_is_left_to_support(client: Browser, people: Cast) -> None:
    was, now = await transferred(people, "ect")
    await fetch("UPDATE training_period SET finished_on = '2025-09-12' WHERE ect_at_school_period_id = $1", was.id)
    await fetch("UPDATE ect_at_school_period SET finished_on = '2025-09-12' WHERE id = $1", was.id)
    await remove(client, now)
    assert "Support looks at their registration" in client.text()
    assert await last_day(was) == date(2025, 9, 12)
    assert "M-09-earlier-school" not in await mail()


@pytest.mark.rule("PER-51", "EML-01", "EML-02")
@pytest.mark.parametrize("role", MADE)
async def test_a_person_whose_address_somebody_else_has_by_now_is_left_to_support(
    client: Browser, people: Cast, role: str
) -> None:
    was, now = await transferred(people, role, email="ann@school.example")
    await factories.mentor(people.birch, "Bea Other", email="Ann@School.example")
    await remove(client, now)
    assert "Support looks at their registration" in client.text()
    assert (await stored(was))["finished_on"] == date(2025, 9, 30)
    assert (await stored(now))["removed_at"] is not None
    assert "M-09-earlier-school" not in await mail()


async def confirmed(stay: Stay, **facts: Any) -> Any:
    """Training confirmed by the lead provider's report, at a moment given."""
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(stay.school, provider, partner)
    return await factories.training(stay, provider, partnership, **facts)


async def confirmed_since(stay: Stay) -> None:
    at = (await stored(stay))["created_at"] + timedelta(minutes=1)
    await confirmed(stay, confirmed_at=at, confirmation_source="lead_provider_report")


async def confirmed_before(stay: Stay) -> None:
    at = (await stored(stay))["created_at"]
    await confirmed(stay, confirmed_at=at, confirmation_source="existing_partnership")


async def withdrawn(stay: Stay) -> None:
    await confirmed(stay, withdrawn_at=factories.noon(TODAY), withdrawal_reason="other", finished_on=TODAY)


async def acted(stay: Stay) -> None:
    """A stop that was taken back leaves no mark on the training."""
    training = await confirmed(stay)
    about = About(school_id=stay.school.id, teacher_id=stay.teacher.id, training_period_id=training["id"])
    async with transaction():
        event = TeacherTrainingStopUndone(about, "Larch Learning", None, None, None, None)
        record(event, Actor(ActorKind.LEAD_PROVIDER, "Larch Learning"))


async def acted_before_a_merge(stay: Stay) -> None:
    """The events of a record that was merged into another stay with it."""
    await acted(stay)
    survivor = await factories.teacher()
    await merge_people(MergePeople(TeacherId(survivor.id), TRN(stay.teacher.trn), checked=True), SYSTEM, TODAY)


async def declared(stay: Stay, **facts: Any) -> None:
    training = await confirmed(stay)
    await factories.insert("declaration", training_period_id=training["id"], type="started", declared_on=TODAY, **facts)


async def declared_and_voided(stay: Stay) -> None:
    await declared(stay, voided_at=factories.noon(TODAY))


async def inducted(stay: Stay) -> None:
    await factories.induction(stay.teacher, await factories.appropriate_body(), stay.started_on)


async def inducted_before(stay: Stay) -> None:
    body = await factories.appropriate_body()
    await factories.induction(stay.teacher, body, date(2024, 9, 1), finished_on=date(2025, 7, 1))


async def left_long_ago(stay: Stay) -> None:
    await left(stay, TODAY - timedelta(days=14))


async def left_just_now(stay: Stay) -> None:
    await left(stay, TODAY - timedelta(days=13))


async def left(stay: Stay, day: date) -> None:
    await fetch("UPDATE ect_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1", stay.id, day)


@pytest.mark.rule("PER-50")
@pytest.mark.rule("PER-52")
@pytest.mark.rule("UM-01")
@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (confirmed_since, "their lead provider has confirmed that it trains them"),
        (withdrawn, "has changed, paused or stopped their training"),
        (acted, "has changed, paused or stopped their training"),
        (acted_before_a_merge, "has changed, paused or stopped their training"),
        (declared, "has declared training that they did"),
        (inducted, "an appropriate body has recorded their induction at your school"),
        (left_long_ago, "they left 14 days ago or longer"),
    ],
)
async def test_what_prevents_it_is_said_with_what_to_do_instead(
    client: Browser, people: Cast, fact: Callable[[Stay], Awaitable[None]], said: str
) -> None:
    stay = await factories.ect(people.ash)
    await fact(stay)
    url = f"{stay.url}/registered-by-mistake"
    page = await client.get(url)
    assert page.status_code == 403
    assert "write to support" in client.text()
    assert ("The appropriate body can correct" in client.text()) == (fact is inducted)
    assert said in client.text()

    if fact is not left_long_ago:
        assert f"{stay.url}/report-leaving" in page.text
    assert ("Larch Learning" in client.text()) == (fact not in {inducted, left_long_ago})
    assert (await client.post(url, WRONG)).status_code == 403
    assert (await stored(stay))["removed_at"] is None


@pytest.mark.rule("PER-50")
@pytest.mark.parametrize("fact", [confirmed_before, declared_and_voided, inducted_before, left_just_now])
async def test_what_does_not_prevent_it(client: Browser, people: Cast, fact: Callable[[Stay], Awaitable[None]]) -> None:
    stay = await factories.ect(people.ash)
    await fact(stay)
    await remove(client, stay)
    assert (await stored(stay))["removed_at"] is not None


@pytest.mark.rule("PER-50")
async def test_a_fact_that_comes_to_light_meanwhile_prevents_it_too(client: Browser, people: Cast) -> None:
    stay = await factories.ect(people.ash)
    answer = await client.post(f"{stay.url}/registered-by-mistake", WRONG)
    await inducted(stay)
    assert (await client.post(answer.headers["location"])).status_code == 403
    assert (await stored(stay))["removed_at"] is None


@pytest.mark.rule("PER-50")
async def test_a_passed_induction_prevents_it(client: Browser, people: Cast) -> None:
    stay = await factories.ect(people.ash, await factories.teacher(trs_induction_status="Passed"))
    assert (await client.get(f"{stay.url}/registered-by-mistake")).status_code == 403
    assert "completed their induction" in client.text()


@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize("reason", ["", "support", "induction_completed", "other"])
async def test_only_the_three_reasons_are_taken(client: Browser, people: Cast, reason: str) -> None:
    stay = await factories.ect(people.ash)
    answer = await client.post(f"{stay.url}/registered-by-mistake", {"removal_reason": reason})
    assert answer.status_code == 422


@pytest.mark.rule("PER-51")
async def test_the_same_person_can_be_registered_again_at_once(client: Browser, people: Cast) -> None:
    stay = await factories.ect(people.ash)
    await remove(client, stay)
    again = await factories.ect(people.ash, stay.teacher)
    page = await client.get("/school/ects")
    assert again.url in page.text
    assert stay.url not in page.text
