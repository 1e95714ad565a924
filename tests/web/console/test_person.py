"""The pages of one person (ADM-1.8 to ADM-1.10, ADM-3.1 to ADM-3.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.events import TeacherNameUpdatedByUser
from app.terms import Actor, ActorKind, UserId
from app.web.console.person import TABS
from tests import factories

if TYPE_CHECKING:
    from tests.cast import Cast


def rows(answer: Any) -> dict[str, str]:
    """Return key and words of the rows of a page; of a key that stands twice the last."""
    found = html.fromstring(answer.text).xpath("//*[@data-row]")
    return {row.get("data-row"): " ".join(row.xpath("dd")[0].text_content().split()) for row in found}


def titles(answer: Any) -> list[str]:
    """Return the titles of the cards of a page."""
    found = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card__title')]")
    return [" ".join(title.text_content().split()) for title in found if title.tag != "div"]


async def sian(people: Cast) -> factories.Stay:
    """Store Siân, an ECT at Ash with a mentor, training and induction, removed at Birch before."""
    who = await factories.teacher(
        "Sian Evans", "4512378", corrected_name="Siân Evans", trs_qts_awarded_on=date(2025, 7, 1)
    )
    before = date(2025, 1, 6)
    await factories.ect(
        people.birch, who, before, finished_on=date(2025, 3, 1), removed_at=factories.noon(date(2025, 3, 2))
    )
    body = await factories.appropriate_body("North Hub")
    ect = await factories.ect(people.ash, who, email="sian@ash.example", school_reported_appropriate_body_id=body.id)
    await factories.mentorship(ect, await factories.mentor(people.ash, "Max Mentor"))
    await factories.training(
        ect,
        await factories.lead_provider("Larch Learning"),
        withdrawn_at=factories.noon(date(2025, 10, 1)),
        withdrawal_reason="left_teaching_profession",
        finished_on=date(2025, 10, 1),
    )
    await factories.induction(who, await factories.appropriate_body("South Hub"), date(2025, 9, 1))
    return ect


def page_of(ect: factories.Stay, tab: str = "") -> str:
    return f"/admin/people/{ect.teacher.public_id}" + (f"/{tab}" if tab else "")


@pytest.mark.rule("ADM-3.1", "ADM-3.2", "ADM-1.8")
async def test_the_overview_tells_where_somebody_is_and_what_the_teaching_record_says(sam: Any, people: Cast) -> None:
    ect = await sian(people)

    answer = await sam.get(page_of(ect))

    assert sam.h1() == "Siân Evans"
    assert "Sian Evans on the teaching record. TRN 4512378. ECT." in sam.text()
    found = rows(answer)
    assert found["ect-school"].startswith("Ash School")
    assert found["ect-email"].startswith("sian@ash.example")
    assert found["appropriate-body"] == "North Hub"
    assert found["ect-training"] == "Provider-led: Larch Learning Withdrawn on 1 October 2025"
    assert found["mentorship"].startswith("Max Mentor")
    assert found["qualified-teacher-status"] == "1 July 2025"
    assert found["teaching-record-answer"].startswith("Found")


@pytest.mark.rule("ADM-6.1")
async def test_what_can_be_put_right_stands_below_what_is_wrong(sam: Any, people: Cast) -> None:
    answer = await sam.get(page_of(await sian(people)))

    headings = html.fromstring(answer.text).xpath("//h2[.='Put something right']/following-sibling::h3")
    found = {heading.text: heading.xpath("following-sibling::ul[1]//a/@href") for heading in headings}
    assert list(found) == [
        "Name or email address", "Registration at a school", "Training", "Mentor", "Induction and appropriate body",
        "The record itself",
    ]  # fmt: skip
    last = {href.rpartition("/")[2] for href in found["The record itself"]}
    assert last == {"refresh", "merge", "look-up-limit-of-trn", "anonymise"}


@pytest.mark.rule("ADM-3.2")
async def test_schools_shows_every_registration_and_marks_removed_ones(sam: Any, people: Cast) -> None:
    answer = await sam.get(page_of(await sian(people), "schools"))

    assert titles(answer) == ["ECT at Ash School", "ECT at Birch School – Removed on 2 March 2025: wrong person"]
    assert "Max Mentor 1 September 2025 to no end" in sam.text()
    assert "North Hub" in sam.text()


@pytest.mark.rule("ADM-3.2")
async def test_training_shows_every_reason(sam: Any, people: Cast) -> None:
    answer = await sam.get(page_of(await sian(people), "training"))

    assert titles(answer) == ["Provider-led, ECT"]
    assert rows(answer)["withdrawn"] == "On 1 October 2025 Reason: left teaching"
    assert rows(answer)["lead-provider"] == "Larch Learning"


@pytest.mark.rule("ADM-3.2")
async def test_an_induction_by_another_body_than_reported_is_marked(sam: Any, people: Cast) -> None:
    answer = await sam.get(page_of(await sian(people), "induction"))

    assert titles(answer) == ["South Hub – Not the body that the school reported"]


@pytest.mark.rule("ADM-3.2", "IDN-06")
async def test_look_ups_show_who_failed_and_how(sam: Any, people: Cast) -> None:
    ect = await sian(people)
    for outcome in ("matched", "date_of_birth_mismatch"):
        await factories.insert(
            "lookup_attempt",
            user_id=people.carla.id,
            school_id=people.birch.id,
            role="ect",
            at=clock.now(),
            outcome=outcome,
            trn="4512378",
        )

    await sam.get(page_of(ect, "look-ups"))

    assert "Birch School (100002) Carla Cole ECT date of birth mismatch" in sam.text()
    assert "matched" not in sam.text()


async def renamed(ect: factories.Stay, by: Actor, number: int) -> None:
    """Record the change of a name on a day of October."""
    about = About(school_id=ect.school.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    with clock.at(datetime(2025, 10, number, 12, tzinfo=UTC)):
        async with transaction():
            record(TeacherNameUpdatedByUser(about, f"Name {number}", f"Name {number + 1}", "name_changed"), by)


@pytest.mark.rule("ADM-3.2", "ADM-1.10")
async def test_the_timeline_names_every_author_and_can_be_narrowed(sam: Any, people: Cast) -> None:
    ect = await sian(people)
    alice = Actor(ActorKind.SCHOOL_USER, "Alice Archer", "alice@ash.example", UserId(people.alice.id))
    await renamed(ect, alice, 1)
    await renamed(ect, Actor(ActorKind.STAFF, "Sam Support", "sam@staff.example"), 2)

    await sam.get(page_of(ect, "timeline"))
    everything = sam.text()
    await sam.get(page_of(ect, "timeline") + "?author=staff&since=2/10/2025&until=2025-10-02")
    narrowed = sam.text()

    assert "by Alice Archer (alice@ash.example), school user, at Ash School" in everything
    assert "Name changed from Name 2 to Name 3" in everything
    await sam.get(page_of(ect, "timeline") + "?since=31/2/2025")
    assert "“31/2/2025” is no day, so it was left out" in sam.text()
    assert "1 entry" in narrowed
    assert "by Sam Support (sam@staff.example), DfE support" in narrowed


@pytest.mark.rule("ADM-3.2", "ADM-1.7")
async def test_a_long_timeline_has_pages_of_fifty(sam: Any, people: Cast) -> None:
    ect = await sian(people)
    for number in range(1, 31):
        await renamed(ect, Actor(ActorKind.SYSTEM), number)
        await renamed(ect, Actor(ActorKind.SYSTEM), number)

    answer = await sam.get(page_of(ect, "timeline") + "?kind=teacher_name_updated_by_user&page=9")

    assert len(html.fromstring(answer.text).xpath("//li[@data-event]")) == 10
    assert "60 entries, page 2 of 2" in sam.text()


@pytest.mark.rule("ADM-3.3", "ADM-3.4")
async def test_a_record_that_was_merged_keeps_its_page_and_its_history_stands_with_the_other(
    sam: Any, people: Cast
) -> None:
    ect = await sian(people)
    old = await factories.teacher("Sian Ewans", merged_into_teacher_id=ect.teacher.id)
    async with transaction():
        record(TeacherNameUpdatedByUser(About(teacher_id=old.id), "A", "B", "name_changed"), Actor(ActorKind.SYSTEM))

    await sam.get(page_of(ect, "timeline"))
    with_the_survivor = sam.text()
    await sam.get(f"/admin/people/{old.public_id}")

    assert "written for Sian Ewans" in with_the_survivor
    assert "This record was merged into that of Siân Evans." in sam.text()
    assert "No registration stands." in sam.text()


@pytest.mark.rule("ADM-1.9")
async def test_looking_at_a_person_is_noted_once_an_hour(sam: Any, people: Cast) -> None:
    ect = await sian(people)
    start = datetime(2025, 11, 10, 9, tzinfo=UTC)

    for minutes in (0, 5, 59, 61):
        sam.client.headers["X-With-Server-Date"] = (start + timedelta(minutes=minutes)).isoformat()
        await sam.get(page_of(ect, "schools" if minutes else ""))

    noted = await fetch(
        "SELECT recorded_at, actor_name, teacher_id FROM event WHERE kind = 'staff_viewed_record' ORDER BY id"
    )
    assert [row["recorded_at"] for row in noted] == [start, start + timedelta(minutes=61)]
    assert {(row["actor_name"], row["teacher_id"]) for row in noted} == {("Sam Support", ect.teacher.id)}


@pytest.mark.rule("ADM-1.9", "ADM-16.2")
async def test_a_school_never_sees_who_looked(sam: Any, people: Cast) -> None:
    ect = await sian(people)
    await sam.get(page_of(ect))

    await sam.sign_in(people.ash.urn, name=people.alice.name, email=people.alice.email)
    await sam.get(f"{ect.url}/history")

    assert "Looked at" not in sam.text()
    assert "Sam Support" not in sam.text()


@pytest.mark.rule("GEN-05")
@pytest.mark.parametrize("tab", TABS)
async def test_nobodys_id_is_not_found(tab: str, sam: Any) -> None:
    for unknown in (uuid4(), "nonsense"):
        assert (await sam.get(f"/admin/people/{unknown}/{tab}".rstrip("/"))).status_code == 404


@pytest.mark.rule("ADM-3.4")
@pytest.mark.parametrize("tab", TABS)
async def test_every_tab_of_somebody_who_was_never_registered_has_its_words(tab: str, sam: Any) -> None:
    nora = await factories.teacher("Nora None")

    answer = await sam.get(f"/admin/people/{nora.public_id}/{tab}".rstrip("/"))

    assert answer.status_code == 200
    assert sam.h1() == "Nora None"
