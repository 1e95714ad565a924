"""Why a school can't register somebody (ADM-4.1 to ADM-4.3, ADM-4.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch
from app.settings import settings
from app.teachers.trs import Deactivated, Found, Merged, NotFound, TeachingRecord, Unavailable
from app.terms import TRN, FailureCause, TRSInductionStatus
from tests import factories
from tests.applications import application
from tests.web.conftest import PERSONAS

if TYPE_CHECKING:
    from app.teachers.trs import ReadOutcome
    from tests.cast import Cast

SIAN = "4512378"
ASKED = {"urn": "100001", "trn": SIAN, "role": "ect"}


def found(status: str = "RequiredToComplete") -> Found:
    """Return the answer of the teaching record about Siân."""
    record = TeachingRecord(
        trn=TRN(SIAN),
        first_name="Siân",
        last_name="Evans",
        induction_status=TRSInductionStatus(status),
        induction_start_date=None,
        induction_completed_date=None,
        qts_awarded_on=date(2025, 7, 1),
        alerts=(),
        read_at=datetime(2025, 11, 10, 12, tzinfo=UTC),
    )
    return Found(record)


class Records:
    """A teaching record system that gives the answer it was told."""

    answer: ReadOutcome = found()

    async def read(self, _trn: TRN) -> ReadOutcome:
        """Answer."""
        return self.answer


@pytest.fixture
def records() -> Records:
    """Give the teaching record system."""
    return Records()


@pytest.fixture
def app(records: Records) -> Any:
    """Give the application with it."""
    return application(settings(), trs=records, personas=PERSONAS)


@pytest.fixture
async def filled(people: Cast) -> Cast:
    """Give the cast with a body, a provider and every schedule, so that nothing stops anybody."""
    await factories.appropriate_body("North Hub", allowed_school_kinds=["state_funded"])
    await factories.contract(await factories.lead_provider())
    for month in ("september", "january", "april"):
        await factories.schedule(2025, f"ecf-standard-{month}")
    return people


def verdicts(answer: Any) -> dict[str, str]:
    """Return the result of each check by its name."""
    rows = html.fromstring(answer.text).xpath("//tbody/tr")
    return {row.xpath("th")[0].text.partition(". ")[2]: row.xpath("td")[0].text_content().strip() for row in rows}


def headline(answer: Any) -> str:
    """Return what the page says first."""
    return str(html.fromstring(answer.text).get_element_by_id("headline").text_content().strip())


@pytest.mark.rule("ADM-4.2", "ADM-4.3")
async def test_with_nothing_in_the_way_every_check_passes(sam: Any, filled: Cast) -> None:
    answer = await sam.get("/admin/explain", params={**ASKED, "email": "new@ash.example"})

    assert headline(answer) == "Nothing stops Ash School"
    assert len(verdicts(answer)) == 18
    assert set(verdicts(answer).values()) == {"Passed", "Never a stop"}


async def here(people: Cast) -> None:
    await factories.ect(people.ash, await factories.teacher("Siân Evans", SIAN))


async def mentor(people: Cast) -> None:
    await factories.mentor(people.birch, await factories.teacher("Siân Evans", SIAN))


async def closed(_people: Cast) -> None:
    await factories.closure(date(2025, 11, 1), date(2025, 11, 30))


async def unconfirmed(_people: Cast) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024")


async def shut(_people: Cast) -> None:
    await fetch("UPDATE school SET status_code = 2, closed_on = '2024-08-31'")


async def taken(people: Cast) -> None:
    await factories.ect(people.birch, "Una Still", email="NEW@ash.example")


async def unbound(_people: Cast) -> None:
    await fetch("DELETE FROM appropriate_body")


async def unscheduled(_people: Cast) -> None:
    await fetch("DELETE FROM schedule")


async def limited(people: Cast, times: int = 50) -> None:
    for _ in range(times):
        await factories.insert(
            "lookup_attempt",
            user_id=people.alice.id,
            school_id=people.ash.id,
            role="ect",
            at=datetime(2025, 11, 10, 11, tzinfo=UTC),
            outcome="trn_not_found",
            trn=SIAN,
        )


@pytest.mark.rule("ADM-4.2", "ADM-4.3")
@pytest.mark.parametrize(
    ("arrange", "check", "page"),
    [
        (shut, "What the school may do", "Your school cannot use this service"),
        (unconfirmed, "Induction tutor", "Check your induction tutor"),
        (closed, "Closed registration", "Registration is closed at the moment"),
        (limited, "Limits of look-ups", "You have tried too many times"),
        (here, "Registered here already", "NAME is already registered at your school"),
        (mentor, "Registered as a mentor", "NAME is registered as a mentor"),
        (taken, "Email address in use", "This email address is in use for someone else"),
        (unbound, "Appropriate body", "We cannot file this registration yet"),
        (unscheduled, "Schedule", "We cannot file this registration yet"),
    ],
)
async def test_the_first_stop_is_the_headline_with_the_page_that_the_school_gets(
    arrange: Any, check: str, page: str, sam: Any, filled: Cast
) -> None:
    await arrange(filled)

    answer = await sam.get("/admin/explain", params={**ASKED, "email": "new@ash.example"})

    assert verdicts(answer)[check] == "Stops here"
    assert list(verdicts(answer).values()).count("Stops here") == 1
    assert f"{check}. It gets the page “{page}”" in sam.text()


@pytest.mark.rule("ADM-4.2", "ADM-4.3", "FIX-23", "ADM-6.1")
@pytest.mark.parametrize(("times", "whose", "asked"), [(50, "school", ""), (10, "TRN", SIAN)])
async def test_whose_limit_is_reached_is_said_and_the_form_that_lifts_it_is_filled_in(
    times: int, whose: str, asked: str, sam: Any, filled: Cast
) -> None:
    await limited(filled, times)

    answer = await sam.get("/admin/explain", params=ASKED)

    assert f"The limit of look-ups of this {whose} is reached until 11:00 UTC on 11 November 2025" in sam.text()
    form = html.fromstring((await sam.get(link(answer, "Lift a look-up limit"))).text)
    assert form.xpath("//input[@name='whose'][@checked]/@value") == [whose.lower()]
    assert form.xpath("//input[@name='trn']")[0].get("value", "") == asked


def link(answer: Any, text: str) -> str:
    """Return where a link of a page leads."""
    return str(html.fromstring(answer.text).xpath(f"//main//a[.='{text}']/@href")[0])


@pytest.mark.rule("ADM-4.3")
@pytest.mark.parametrize(
    ("answer", "check", "verdict", "words"),
    [
        (NotFound(), "Teaching record", "Stops here", "Nobody has this TRN"),
        (Deactivated(), "Teaching record", "Stops here", "The record is deactivated"),
        (Merged(TRN("7654321")), "Teaching record", "Stops here", "The record was merged into 7654321"),
        (Unavailable(FailureCause.TIMEOUT), "Teaching record", "Not checked", "The teaching record did not answer"),
        (found("Passed"), "Induction over", "Stops here", "They passed induction, according to the teaching record"),
        (found("Exempt"), "Induction over", "Stops here", "They are exempt from induction"),
        (found("FailedInWales"), "Induction over", "Stops here", "They failed induction"),
    ],
)
async def test_what_the_teaching_record_says_decides(
    answer: ReadOutcome, check: str, verdict: str, words: str, sam: Any, filled: Cast, records: Records
) -> None:
    records.answer = answer

    shown = await sam.get("/admin/explain", params=ASKED)

    assert verdicts(shown)[check] == verdict
    assert words in sam.text()


@pytest.mark.rule("ADM-4.2")
async def test_later_checks_are_made_all_the_same(sam: Any, filled: Cast) -> None:
    await closed(filled)
    await mentor(filled)

    answer = await sam.get("/admin/explain", params=ASKED)

    assert verdicts(answer)["Closed registration"] == "Stops here"
    assert verdicts(answer)["Registered as a mentor"] == "Would stop"


@pytest.mark.rule("ADM-4.1")
async def test_asking_writes_nothing_but_that_it_was_asked(sam: Any, filled: Cast) -> None:
    await closed(filled)
    counted = "SELECT count(*) AS n FROM draft UNION ALL SELECT count(*) FROM lookup_attempt"
    before = [row["n"] for row in await fetch(counted)]

    await sam.get("/admin/explain", params=ASKED)

    assert [row["n"] for row in await fetch(counted)] == before
    rows = await fetch("SELECT kind, school_id, metadata FROM event ORDER BY id DESC LIMIT 1")
    assert (rows[0]["kind"], rows[0]["school_id"]) == ("staff_explainer_used", filled.ash.id)
    assert "Closed registration" in rows[0]["metadata"]


@pytest.mark.rule("ADM-4.6", "ADM-6.1")
async def test_the_reply_names_nobody_and_what_helps_is_a_link(sam: Any, filled: Cast) -> None:
    await mentor(filled)

    answer = await sam.get("/admin/explain", params=ASKED)

    reply = html.fromstring(answer.text).get_element_by_id("reply").text_content()
    assert "this person is registered as a mentor" in reply
    fix = (
        html.fromstring(answer.text).xpath("//a[starts-with(., 'Record, change or cancel a last day')]")[0].get("href")
    )
    assert "/fixes/last-day?from=%2Fadmin%2Fexplain%3Fquestion%3Dregister%26urn%3D100001" in fix
    assert not [word for word in (SIAN, "Siân", "Evans", "Birch") if word in reply]


@pytest.mark.rule("ADM-4.1")
async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(sam: Any, filled: Cast) -> None:
    asked = {
        "urn": "abc",
        "trn": "12",
        "role": "",
        "email": "nobody",
        "start_date_day": "40",
        "start_date_month": "1",
    } | {"start_date_year": "2025"}

    answer = await sam.get("/admin/explain", params=asked)

    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    summary = page.xpath("//*[contains(@class, 'govuk-error-summary')]//a/@href")
    assert summary == ["#urn", "#trn", "#role", "#email", "#start_date_day"]
    assert page.get_element_by_id("urn").get("value") == "abc"
    unknown = await sam.get("/admin/explain", params={**ASKED, "urn": "999999"})
    assert "No school has this URN" in unknown.text


@pytest.mark.rule("ADM-4.1")
async def test_a_person_can_be_named_by_their_id(sam: Any, filled: Cast) -> None:
    sian = await factories.teacher("Siân Evans", SIAN)
    await factories.ect(filled.ash, sian)

    answer = await sam.get("/admin/explain", params={**ASKED, "trn": str(sian.public_id)})
    assert verdicts(answer)["Registered here already"] == "Stops here"
    unknown = await sam.get("/admin/explain", params={**ASKED, "trn": "00000000-0000-4000-8000-000000000000"})
    assert "Nobody has this id" in unknown.text


@pytest.mark.rule("ADM-4.3")
async def test_a_mentor_elsewhere_is_worth_knowing_and_never_a_stop(sam: Any, filled: Cast) -> None:
    await mentor(filled)
    with clock.at(datetime(2025, 11, 10, 12, tzinfo=UTC)):
        answer = await sam.get("/admin/explain", params={**ASKED, "role": "mentor"})

    assert verdicts(answer)["At another school now"] == "Never a stop"
    assert headline(answer) == "Nothing stops Ash School"
