"""A school's notices and the updates on its home page (NOT-6.1, UP-01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.catalogue import SchoolAccessEnded
from app.events.record import About, record
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.events import TeacherLeftSchoolAsECT
from app.teachers.events import TeacherTRSInductionChanged, TeacherTRSRecordChanged
from app.terms import SYSTEM, Actor, ActorKind, Role, SchoolId, UserId
from app.training.provider_events import SchoolPartnershipReportedAgain, TeacherTrainingWithdrawn
from tests import factories
from tests.cast import Cast, cast, sign_in

if TYPE_CHECKING:
    from app.events.record import Event

NOW = factories.noon(date(2025, 11, 9))
LARCH = Actor(ActorKind.LEAD_PROVIDER, "Larch Learning")


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def by(person: Any, at: Any) -> Actor:
    return Actor(ActorKind.SCHOOL_USER, person.name, person.email, UserId(person.id), SchoolId(at.id))


async def happens(event: Event, actor: Actor, days_ago: int = 1) -> None:
    """Record an event so many days before the browser's."""
    with clock.at(NOW + timedelta(days=1 - days_ago)):
        async with transaction():
            record(event, actor)


def lines(browser: Any) -> list[tuple[str, str]]:
    found = html.fromstring(browser.page.text).xpath("//*[@data-notice]")
    return [(line.get("data-notice"), " ".join(line.text_content().split())) for line in found]


def of(ect: Any) -> About:
    return About(school_id=ect.school.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)


def withdrawal(ect: Any, training: Any = None) -> TeacherTrainingWithdrawn:
    about = replace(of(ect), training_period_id=training["id"] if training else None)
    return TeacherTrainingWithdrawn(about, "Larch Learning", "other", None, date(2025, 11, 6))


def email_changed(ect: Any) -> TeacherEmailAddressUpdated:
    return TeacherEmailAddressUpdated(of(ect), "old@ash.example", "new@ash.example")


def transferred(ect: Any) -> TeacherLeftSchoolAsECT:
    day = date(2025, 11, 20)
    return TeacherLeftSchoolAsECT(of(ect), ect.teacher.name, day, None, "joined_another_school")


async def stopped(people: Cast, name: str = "Siân Evans") -> tuple[Any, Any]:
    """Store an ECT whom a lead provider no longer trains."""
    ect = await factories.ect(people.ash, name)
    found = await fetch("SELECT id, public_id, name FROM lead_provider")
    provider = factories.Named(*found[0].values()) if found else await factories.lead_provider()
    marks = {"withdrawn_at": NOW, "withdrawal_reason": "other", "finished_on": date(2025, 11, 6)}
    return ect, await factories.training(ect, provider, **marks)


@pytest.mark.rule("UP-01", "NOT-6.1", "HM-01", "EVT-02")
async def test_what_others_did_stands_newest_first_with_a_link_and_without_another_school(
    alice: Any, people: Cast
) -> None:
    ect, training = await stopped(people)
    await happens(transferred(ect), by(people.carla, people.birch), days_ago=3)
    await happens(withdrawal(ect, training), LARCH, days_ago=2)
    await happens(email_changed(ect), by(people.bob, people.ash))
    await happens(email_changed(ect), by(people.alice, people.ash))  # her own act is no news to her

    await alice.get("/school/home")
    assert [kind for kind, _ in lines(alice)] == ["colleague_change", "training_withdrawn", "joined_another_school"]
    await alice.get("/school/notices")

    assert lines(alice) == [
        (
            "colleague_change",
            (
                "Siân Evans: Email address changed from old@ash.example to new@ash.example New "
                "9 November 2025 at midday, by Bob Baker, your school"
            ),
        ),
        (
            "training_withdrawn",
            (
                "Siân Evans: Larch Learning stopped training them New "
                "8 November 2025 at midday, by Larch Learning, lead provider"
            ),
        ),
        (
            "joined_another_school",
            (
                "Siân Evans’s last day is 20 November 2025: registered by another school New "
                "7 November 2025 at midday, by another school"
            ),
        ),
    ]
    assert html.fromstring(alice.page.text).xpath("//*[@data-notice]/a/@href") == [ect.url] * 3
    assert "Birch" not in alice.page.text
    assert "Notices (3 not read)" in " ".join(html.fromstring(alice.page.text).text_content().split())


@pytest.mark.rule("NOT-6.1")
async def test_all_are_marked_read_by_post_for_oneself_only(alice: Any, client: Any, people: Cast) -> None:
    ect, training = await stopped(people)
    await happens(withdrawal(ect, training), LARCH)
    await alice.get("/school/notices")
    await alice.get("/school/notices")  # looking changes nothing
    assert [text for _, text in lines(alice) if " New " in text]

    answer = await alice.post("/school/notices/read", {"up_to": "999999999"})
    assert answer.headers["location"] == "/school/notices"
    await alice.get("/school/notices")
    assert "not read)" not in alice.page.text
    assert not [text for _, text in lines(alice) if " New " in text]
    await alice.get("/school/notices?filter=unread")
    assert "There are no notices here" in alice.text()

    await happens(email_changed(ect), by(people.bob, people.ash), days_ago=0)
    await sign_in(alice, people.alice, people.ash)
    await alice.get("/school/notices?filter=unread")
    assert [kind for kind, _ in lines(alice)] == ["colleague_change"]
    await sign_in(client, people.bob, people.ash)
    await client.get("/school/notices")
    assert [kind for kind, text in lines(client) if " New " in text] == ["training_withdrawn"]


@pytest.mark.rule("NOT-6.1")
async def test_a_settled_matter_says_done_and_leaves_the_count(alice: Any, people: Cast) -> None:
    ect, training = await stopped(people)
    await happens(withdrawal(ect, training), LARCH)
    await factories.training(ect, started_on=date(2025, 11, 7))

    await alice.get("/school/notices")

    assert " Done " in lines(alice)[0][1]
    assert "not read)" not in alice.page.text


@pytest.mark.rule("NOT-6.1")
@pytest.mark.parametrize(
    ("group", "kinds"),
    [("action", ["training_withdrawn"]), ("update", ["access_changed"]), ("information", []), ("nonsense", None)],
)
async def test_notices_are_narrowed_by_group(group: str, kinds: list[str] | None, alice: Any, people: Cast) -> None:
    ect, training = await stopped(people)
    await happens(withdrawal(ect, training), LARCH)
    ended = SchoolAccessEnded(About(school_id=people.ash.id), "removed", "Dana Drew")
    await happens(ended, by(people.bob, people.ash))

    await alice.get(f"/school/notices?filter={group}")

    expected = ["access_changed", "training_withdrawn"] if kinds is None else kinds
    assert [kind for kind, _ in lines(alice)] == expected


@pytest.mark.rule("NOT-6.1", "GEN-01")
async def test_notices_are_kept_for_400_days_and_none_comes_from_the_future(alice: Any, people: Cast) -> None:
    ect, training = await stopped(people)
    for days_ago in (401, 399, -5):
        await happens(withdrawal(ect, training), LARCH, days_ago=days_ago)
    await happens(withdrawal(await factories.ect(people.birch, "Ora Other")), SYSTEM)

    await alice.get("/school/notices")

    assert len(lines(alice)) == 1


@pytest.mark.rule("NOT-6.1", "PRF-3")
async def test_notices_are_paged(alice: Any, people: Cast, caplog: pytest.LogCaptureFixture) -> None:
    ect, training = await stopped(people)
    for number in range(25):
        await happens(withdrawal(ect, training), LARCH, days_ago=30 - number)

    with caplog.at_level("INFO"):
        await alice.get("/school/notices?filter=action&page=2")

    assert len(lines(alice)) == 5
    assert [record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1] <= 3
    assert (await alice.get("/school/notices?filter=action&page=9")).headers["location"] == (
        "/school/notices?filter=action"
    )


@pytest.mark.rule("HM-02")
async def test_counts_of_mentors_are_the_totals_of_their_lists(alice: Any, people: Cast) -> None:
    one = await factories.mentor(people.ash, "Max One")
    await factories.mentorship(await factories.ect(people.ash), one)
    await factories.mentor(people.ash, "Mia Two")
    await factories.mentor(people.ash, "Mo Three", finished_on=date(2025, 7, 1))

    home = html.fromstring((await alice.get("/school/home")).text)

    for key, name in (("mentoring", "Max One"), ("not_mentoring", "Mia Two"), ("left", "Mo Three")):
        (link,) = home.xpath(f"//*[@data-row='mentors-{key}']//a")
        assert link.text == "1"
        await alice.get(link.get("href"))
        titles = html.fromstring(alice.page.text).xpath("//*[contains(@class, 'govuk-summary-card__title')]/a/text()")
        assert titles == [name]


@pytest.mark.rule("NOT-6.1", "CHL-01")
@pytest.mark.parametrize(("year", "reported_on", "done"), [(2025, -20, False), (2024, -14, False), (2024, -15, True)])
async def test_a_report_is_done_when_the_days_to_say_it_is_wrong_are_over(
    year: int, reported_on: int, done: bool, alice: Any, people: Cast
) -> None:
    # For 2025 it can be said until 30 November whatever the day of the report.
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    at = NOW + timedelta(days=1 + reported_on)
    reported = await factories.partnership(people.ash, larch, dogwood, year, reported_at=at)
    about = About(school_id=people.ash.id, school_partnership_id=reported["id"])
    await happens(
        SchoolPartnershipReportedAgain(about, "Larch Learning", "Dogwood Partners", year, "looks_like_a_mistake"), LARCH
    )

    await alice.get("/school/notices")

    ((kind, text),) = lines(alice)
    assert kind == "partnership_reported"
    assert (" Done " in text) is done


@pytest.mark.rule("NOT-6.1", "NAM-01", "EVT-02")
async def test_a_name_that_another_school_changed_is_told_without_the_school(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher("Max Mentor")
    await factories.mentor(people.ash, teacher)
    theirs = await factories.mentor(people.birch, teacher)
    change = ChangeName(Role.MENTOR, theirs.id, "Max Miller", NameReason.NAME_CHANGED)
    with clock.at(NOW):
        await change_name(change, by(people.carla, people.birch), NOW.date())

    await alice.get("/school/notices")

    ((kind, text),) = lines(alice)
    assert kind == "name_changed_elsewhere"
    assert "Max Miller" in text
    assert text.endswith("by another school")


@pytest.mark.rule("NOT-6.1", "EXT-2.21")
@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (("InProgress", "in progress"), "induction_recorded"),
        (("Passed", "passed"), "induction_completed"),
        (("Exempt", "exempt"), "teaching_record_problem"),
        (("Failed", "failed"), "teaching_record_problem"),
    ],
)
async def test_what_a_teaching_record_says_of_induction_is_told_by_what_it_asks(
    event: tuple[str, str], kind: str, alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash)
    nothing = (None, None, None)
    await happens(TeacherTRSInductionChanged(of(ect), *event, nothing, (event[0], None, None)), SYSTEM)
    await happens(TeacherTRSRecordChanged(of(ect), "in_order"), SYSTEM)

    await alice.get("/school/notices")

    assert [found for found, _ in lines(alice)] == [kind]
