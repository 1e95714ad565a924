"""The record of an ECT: who sees it, its rows, and what it says of training (RC-01 to RC-06, TR-01, WDR-02)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from lxml import html

from app.db.engine import fetch
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


def rows(answer: Any, section: str = "") -> dict[str, str]:
    """Return key and words of the rows of a page, or of the list after a section's heading."""
    where = f"//h2[@id='{section}']/following::dl[1]" if section else "/"
    found = html.fromstring(answer.text).xpath(f"{where}//*[@data-row]")
    return {row.get("data-row"): " ".join(row.xpath("dd")[0].text_content().split()) for row in found}


async def confirmed(people: Cast, **facts: Any) -> factories.Stay:
    """Store an ECT with a mentor and confirmed training."""
    hub = await factories.appropriate_body("North Hub", contact_email="hub@north.example")
    values = {"school_reported_appropriate_body_id": hub.id, "registered_by_user_id": people.bob.id}
    ect = await factories.ect(people.ash, "Siân Evans", **{**values, **facts})
    await factories.mentorship(ect, await factories.mentor(people.ash, "Max Mentor"))
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    await factories.training(ect, provider, await factories.partnership(people.ash, provider, partner))
    return ect


@pytest.mark.rule("RC-01", "RC-02", "TR-01")
async def test_a_record_shows_everything_about_an_ect(alice: Any, people: Cast) -> None:
    ect = await confirmed(people)

    answer = await alice.get(ect.url)

    assert alice.h1() == "Siân Evans"
    details = rows(answer, "details")
    assert details["name"] == "Siân Evans"
    assert details["trn"] == ect.teacher.trn
    assert details["email"] == f"{ect.teacher.trn}@school.example"
    assert details["mentor"] == "Max Mentor From 1 September 2025"
    assert details["start-date"] == "1 September 2025"
    assert details["working-pattern"] == "Full time"
    assert details["registered"].endswith("by Bob Baker")
    assert rows(answer, "induction")["qualified-teacher-status"] == "Not yet on the teaching record"
    training = rows(answer, "training")
    assert training["lead-provider"] == "Larch Learning Confirmed since 1 September 2025"
    assert training["delivery-partner"].startswith("Dogwood Partners")
    assert training["training-start-date"] == "1 September 2025"
    tracker = rows(answer, "next")
    assert tracker["mentor-assigned"].startswith("Done on 1 September 2025")
    assert tracker["induction-recorded"].startswith("Waiting, since 1 September 2025")
    assert "hub@north.example" in alice.text()
    tag = html.fromstring(answer.text).xpath("(//*[contains(@class, 'govuk-tag')])[1]")[0]
    assert (tag.text, tag.get("class")) == ("Registered", "govuk-tag govuk-tag--green")


@pytest.mark.rule("NAM-01", "RC-02")
async def test_a_corrected_name_stands_beside_that_of_the_teaching_record(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher("Sian Dowd", corrected_name="Siân O’Dowd")
    ect = await factories.ect(people.ash, teacher)

    answer = await alice.get(ect.url)

    assert alice.h1() == "Siân O’Dowd"
    assert rows(answer)["name"] == "Siân O’Dowd On the teaching record: Sian Dowd"


@pytest.mark.rule("GEN-05", "PRM-06")
@pytest.mark.parametrize("page", ["", "/history"])
async def test_another_schools_unknown_and_malformed_ids_are_the_same_not_found(
    page: str, alice: Any, people: Cast
) -> None:
    theirs = await factories.ect(people.birch, "Ora Other")

    answers = [await alice.get(f"/school/ects/{ect}{page}") for ect in (theirs.public_id, uuid4(), theirs.id, "x")]

    assert {answer.status_code for answer in answers} == {404}
    assert "Ora" not in answers[0].text
    assert len({html.fromstring(answer.text).xpath("//main")[0].text_content() for answer in answers}) == 1


@pytest.mark.rule("RC-01", "PRM-01")
async def test_somebody_who_left_can_still_be_seen(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))

    answer = await alice.get(ect.url)

    assert "left on 1 July 2025" in alice.text()
    assert rows(answer)["last-day"] == "1 July 2025"


@pytest.mark.rule("UM-03")
async def test_a_removed_registration_shows_only_that_it_was(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Rex Removed", removed_at=factories.noon(date(2025, 10, 1)))

    answer = await alice.get(ect.url)

    assert answer.status_code == 200
    assert "removed on 1 October 2025" in alice.text()
    assert "wrong person" in alice.text()
    assert "Rex" not in answer.text


@pytest.mark.rule("RC-04", "RC-02b", "RC-02a")
async def test_missing_values_read_not_reported(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, working_pattern=None, registered_by_user_id=None)

    shown = rows(await alice.get(ect.url))

    for key in ("working-pattern", "appropriate-body", "training-programme", "lead-provider"):
        assert shown[key] == "Not reported", key


NORTH, SOUTH = "North Hub", "South Hub"
BODIES = [
    pytest.param(True, None, NORTH, "Awaiting confirmation", id="reported, no induction: reported"),
    pytest.param(
        True, (NORTH, date(2025, 9, 8), None), NORTH, "Recorded by", id="recorded in this stay, same body: recorded"
    ),
    pytest.param(
        True, (SOUTH, date(2025, 9, 8), None), SOUTH, "Recorded by", id="recorded in this stay, other body: recorded"
    ),
    pytest.param(True, (SOUTH, date(2024, 9, 8), None), NORTH, "Awaiting", id="started before this stay: reported"),
    pytest.param(
        True, (SOUTH, date(2025, 9, 8), date(2025, 10, 1)), NORTH, "Awaiting", id="only a finished one: reported"
    ),
    pytest.param(False, None, "Not reported", "", id="neither: not reported"),
    pytest.param(
        False, (SOUTH, date(2024, 9, 8), None), "Not reported", "", id="not reported, started before: not reported"
    ),
]


@pytest.mark.rule("RC-02a", "ABR-06")
@pytest.mark.parametrize(("reported", "recorded", "shown", "hint"), BODIES)
async def test_the_appropriate_body_shown(
    reported: bool, recorded: Any, shown: str, hint: str, alice: Any, people: Cast
) -> None:
    hubs = {name: await factories.appropriate_body(name) for name in (NORTH, SOUTH)}
    ect = await factories.ect(people.ash, school_reported_appropriate_body_id=hubs[NORTH].id if reported else None)
    if recorded:
        body, started_on, finished_on = recorded
        await factories.induction(ect.teacher, hubs[body], started_on, finished_on=finished_on)

    line = rows(await alice.get(ect.url), "induction")["appropriate-body"]

    assert line.startswith(shown)
    assert hint in line


@pytest.mark.rule("ABR-04", "RC-02a")
@pytest.mark.parametrize(
    ("last_day", "marked"),
    [
        pytest.param(date(2025, 11, 9), ". It is no longer an appropriate body", id="ended yesterday"),
        pytest.param(date(2025, 11, 10), "", id="is one until today"),
    ],
)
async def test_a_body_that_has_ended_is_marked(alice: Any, people: Cast, last_day: date, marked: str) -> None:
    hub = await factories.appropriate_body(active_to=last_day)
    ect = await factories.ect(people.ash, school_reported_appropriate_body_id=hub.id)

    line = rows(await alice.get(ect.url), "induction")["appropriate-body"]

    assert line == f"North Hub Awaiting confirmation by the appropriate body{marked}"


@pytest.mark.rule("ABR-07")
async def test_the_induction_start_is_the_earliest_recorded_else_the_teaching_records(alice: Any, people: Cast) -> None:
    teacher = await factories.teacher()
    ect = await factories.ect(people.ash, teacher)

    assert rows(await alice.get(ect.url))["induction-start-date"] == "Not yet reported by the appropriate body"

    await fetch("UPDATE teacher SET trs_induction_start_date = '2025-09-03' WHERE id = $1", teacher.id)

    assert rows(await alice.get(ect.url))["induction-start-date"] == "3 September 2025"

    await factories.induction(teacher, await factories.appropriate_body(), date(2025, 9, 8))

    assert rows(await alice.get(ect.url))["induction-start-date"] == "8 September 2025"


MARKED = factories.noon(date(2025, 10, 6))
STOP = {"finished_on": date(2025, 10, 6)}


@pytest.mark.rule("RC-02b")
async def test_requested_training_awaits_confirmation(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await factories.training(ect, await factories.lead_provider())

    shown = rows(await alice.get(ect.url), "training")

    assert shown["lead-provider"] == "Larch Learning Awaiting confirmation since 1 September 2025"
    assert shown["delivery-partner"].startswith("To be confirmed by the lead provider")


@pytest.mark.rule("RC-02b", "WD-01", "WDR-01", "WDR-03")
async def test_withdrawn_training_tells_who_stopped_it_and_hides_the_provider_rows(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    facts = {"withdrawn_at": MARKED, "withdrawal_reason": "switched_to_school_led"}
    await factories.training(ect, await factories.lead_provider(), **STOP, **facts)

    shown = rows(await alice.get(ect.url), "training")

    assert not {"lead-provider", "delivery-partner"} & set(shown)
    assert "Larch Learning told us on 6 October 2025 that it no longer trains Siân Evans" in alice.text()
    assert "now school-led" in alice.text()


REASONS = [
    ("bereavement", "a period of leave"),
    ("long_term_sickness", "a period of leave"),
    ("parental_leave", "a period of leave"),
    ("career_break", "career break"),
    ("other", "another reason"),
]


@pytest.mark.rule("WDR-02", "RC-02b", "WD-02")
@pytest.mark.parametrize(("reason", "words"), REASONS)
async def test_a_private_reason_for_a_pause_is_only_a_period_of_leave(
    reason: str, words: str, alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(ect, provider, partnership, **STOP, deferred_at=MARKED, deferral_reason=reason)

    record = await alice.get(ect.url)

    assert f"Its reason: {words}" in alice.text()
    for private in ("bereavement", "sickness", "parental"):
        assert private not in record.text.lower()
    shown = rows(record, "training")
    assert shown["lead-provider"] == "Larch Learning Paused since 6 October 2025"
    assert shown["delivery-partner"].startswith("Dogwood Partners")


@pytest.mark.rule("RC-02b")
async def test_disputed_training_says_when_the_school_called_it_wrong(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    challenge = {"challenged_at": MARKED, "challenge_reason": "looks_like_a_mistake"}
    await factories.training(ect, provider, await factories.partnership(people.ash, provider, partner, **challenge))

    shown = rows(await alice.get(ect.url), "training")

    assert "You told us on 6 October 2025 that this is wrong" in shown["lead-provider"]
    assert "delivery-partner" not in shown


@pytest.mark.rule("RC-02", "SCH-04", "WD-04")
async def test_earlier_training_and_funding_are_told(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    first = await factories.lead_provider("First Learning")
    facts = {"withdrawn_at": MARKED, "withdrawal_reason": "other"}
    await factories.training(ect, first, **STOP, **facts)
    second = await factories.lead_provider("Second Learning")
    await factories.training(ect, second, started_on=date(2025, 10, 7), self_funded=True)

    answer = await alice.get(ect.url)

    shown = rows(answer, "training")
    assert shown["lead-provider"].startswith("Second Learning")
    assert shown["training-programme"] == "Provider-led Not funded by DfE"
    card = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card')]")[0].text_content()
    assert "Earlier: provider-led, 1 September 2025 to 6 October 2025" in card
    assert "First Learning" in card
    assert "another reason" in card


@pytest.mark.rule("RC-05")
async def test_somebody_who_passed_is_completed_whatever_their_training(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, await factories.teacher(trs_induction_status="Passed"))
    facts = {"withdrawn_at": MARKED, "withdrawal_reason": "other"}
    await factories.training(ect, await factories.lead_provider(), **STOP, **facts)

    await alice.get(ect.url)

    assert "Completed induction" in alice.text()
    assert "Action required" not in alice.text()


@pytest.mark.rule("RC-06")
async def test_what_only_leads_elsewhere_is_not_printed(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)

    answer = await alice.get(ect.url)

    links = html.fromstring(answer.text).xpath(
        "//main//a[not(ancestor-or-self::*[contains(@class, 'display-none-print')"
        " or contains(@class, 'summary-list__actions')])]/@class"
    )
    assert [words for words in links if "app-print-text" not in words] == []
