"""Where the record of an ECT leads: what may be changed, what to do next, what to do when training stopped."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.registration.permissions import Action
from tests import factories
from tests.cast import Cast, cast, sign_in
from tests.web.test_ect_record import rows
from tests.web.test_mentor_record import ways

MARKED = factories.noon(date(2025, 10, 6))
STOP = {"finished_on": date(2025, 10, 6)}
DETAILS = {"change-name", "change-email", "change-working-pattern"}
TRAINING = {"change-training-programme", "change-lead-provider"}
ALL = DETAILS | TRAINING | {"assign-mentor", "change-appropriate-body"}
WRONG = {"report-leaving", "registered-by-mistake"}


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def buttons(answer: Any) -> dict[str, str]:
    """Return words and addresses of the buttons of a page, in order."""
    return {link.text: link.get("href") for link in html.fromstring(answer.text).xpath("//main//a[@role='button']")}


COLUMNS = [
    pytest.param({"started_on": date(2026, 1, 5)}, "RequiredToComplete", ALL | WRONG, id="starting"),
    pytest.param({}, "InProgress", ALL | WRONG, id="in progress"),
    pytest.param(
        {"finished_on": date(2025, 12, 19)},
        "InProgress",
        ALL | {"change-leaving", "registered-by-mistake"},
        id="leaving",
    ),
    pytest.param(
        {"finished_on": date(2025, 12, 19), "end_reason": "joined_another_school"},
        "InProgress",
        ALL | {"registered-by-mistake"},
        id="leaving for another school (PER-45)",
    ),
    pytest.param({}, "Exempt", WRONG, id="exempt"),
    pytest.param(
        {"finished_on": date(2025, 12, 19)}, "Exempt", {"change-leaving", "registered-by-mistake"}, id="exempt, leaving"
    ),
    pytest.param({}, "Passed", set(), id="completed"),
    pytest.param({"finished_on": date(2025, 11, 1)}, "InProgress", {"registered-by-mistake"}, id="left lately"),
    pytest.param({"finished_on": date(2025, 10, 1)}, "InProgress", set(), id="left long ago"),
]


@pytest.mark.rule("PRM-01", "RC-01", "RC-02", "PER-45", "PER-50")
@pytest.mark.parametrize(("facts", "status", "expected"), COLUMNS)
async def test_a_record_leads_only_to_what_may_be_done(
    facts: dict[str, Any], status: str, expected: set[str], alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash, await factories.teacher(trs_induction_status=status), **facts)
    await factories.training(ect, await factories.lead_provider())

    answer = await alice.get(ect.url)

    assert ways(answer, ect) == expected
    assert f"/school/support?about={ect.public_id}" in html.fromstring(answer.text).xpath("//main//a/@href")


@pytest.mark.rule("RC-02a", "ABR-06", "PRM-01")
@pytest.mark.parametrize(
    ("started_on", "finished_on", "changes"),
    [
        pytest.param(date(2025, 9, 8), None, False, id="recorded in this stay"),
        pytest.param(date(2024, 9, 8), None, False, id="started before this stay"),
        pytest.param(date(2024, 9, 8), date(2025, 7, 1), True, id="only a finished one"),
    ],
)
async def test_the_appropriate_body_changes_until_one_has_recorded(
    started_on: date, finished_on: date | None, changes: bool, alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash)
    await factories.induction(ect.teacher, await factories.appropriate_body(), started_on, finished_on=finished_on)

    assert ("change-appropriate-body" in ways(await alice.get(ect.url), ect)) is changes


@pytest.mark.rule("RC-02b", "PER-30", "RC-04")
@pytest.mark.parametrize("programme", ["school-led", "none"])
async def test_without_a_lead_provider_the_way_is_to_a_programme(programme: str, alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    if programme == "school-led":
        await factories.training(ect)

    answer = await alice.get(ect.url)

    assert ways(answer, ect) & TRAINING == {"change-training-programme"}
    changes = html.fromstring(answer.text).xpath("//*[@data-row='lead-provider']//a/@href")
    assert changes == ([] if programme == "school-led" else [f"{ect.url}/change-training-programme"])


@pytest.mark.rule("RC-04")
async def test_a_missing_value_reads_not_reported_beside_its_change(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, working_pattern=None)

    page = html.fromstring((await alice.get(ect.url)).text)

    for key in ("working-pattern", "appropriate-body", "training-programme"):
        (row,) = page.xpath(f"//*[@data-row='{key}']")
        assert row.xpath("dd")[0].text_content().strip() == "Not reported"
        assert row.xpath(".//a/@href") == [f"{ect.url}/change-{key}"]


OTHER, LED, LEFT = "Continue with another lead provider", "Change to school-led training", "Report that they have left"


@pytest.mark.rule("WD-01", "WDR-01", "WDR-03")
@pytest.mark.parametrize(
    ("reason", "order"),
    [
        ("other", [OTHER, LED, LEFT]),
        ("changed_lead_provider", [OTHER, LED, LEFT]),
        ("moved_school", [LEFT, OTHER, LED]),
        ("left_teaching_profession", [LEFT, OTHER, LED]),
        ("switched_to_school_led", [LED, OTHER, LEFT]),
    ],
)
async def test_after_a_withdrawal_the_likely_way_on_comes_first(
    reason: str, order: list[str], alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash)
    await factories.training(
        ect, await factories.lead_provider(), **STOP, withdrawn_at=MARKED, withdrawal_reason=reason
    )

    offered = buttons(await alice.get(ect.url))

    assert list(offered) == order
    assert offered[LED] == f"{ect.url}/change-training-programme?training_programme=school_led"
    assert "If this is wrong, contact Larch Learning" in alice.text()
    await alice.get(offered[LED])
    chosen = html.fromstring(alice.page.text).xpath("//input[@name='training_programme' and @checked]/@value")
    assert chosen == ["school_led"]


@pytest.mark.rule("WD-02", "WDR-03")
async def test_a_pause_needs_nothing_but_offers_the_same_ways_and_keeps_the_rows(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    await factories.training(ect, provider, partnership, **STOP, deferred_at=MARKED, deferral_reason="career_break")

    answer = await alice.get(ect.url)

    assert list(buttons(answer)) == [OTHER, LED, LEFT]
    assert "They stay registered and keep their mentor" in alice.text()
    assert "only it can restart the training" in alice.text()
    assert {"lead-provider", "delivery-partner"} <= set(rows(answer, "training"))


@pytest.mark.rule("RC-02", "WDR-03", "CHL-03")
async def test_disputed_training_asks_for_a_choice_of_training(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    challenge = {"challenged_at": MARKED, "challenge_reason": "looks_like_a_mistake"}
    await factories.training(ect, provider, await factories.partnership(people.ash, provider, partner, **challenge))

    offered = buttons(await alice.get(ect.url))

    assert list(offered) == [OTHER, LED]
    assert "You told us on 6 October 2025 that training with Larch Learning is wrong" in alice.text()


@pytest.mark.rule("WD-04")
async def test_after_a_new_choice_the_tag_goes_and_the_old_training_stays(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await factories.training(
        ect, await factories.lead_provider(), **STOP, withdrawn_at=MARKED, withdrawal_reason="other"
    )
    await factories.training(ect, started_on=date(2025, 10, 7))

    answer = await alice.get(ect.url)

    assert buttons(answer) == {}
    assert html.fromstring(answer.text).xpath("(//*[contains(@class, 'govuk-tag')])[1]")[0].text == "Registered"
    card = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card')]")[0].text_content()
    for words in ("1 September 2025 to 6 October 2025", "Larch Learning", "another reason"):
        assert words in card


@pytest.mark.rule("WD-01", "PRM-01")
async def test_somebody_leaving_is_not_reported_as_leaving_again(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, finished_on=date(2025, 12, 19))
    facts = {"withdrawn_at": MARKED, "withdrawal_reason": "moved_school"}
    await factories.training(ect, await factories.lead_provider(), **STOP, **facts)

    assert list(buttons(await alice.get(ect.url))) == [OTHER, LED]


@pytest.mark.rule("RC-01", "STA-02", "TR-01")
async def test_the_next_action_and_the_tracker_lead_to_the_journey(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await factories.training(ect)

    page = html.fromstring((await alice.get(ect.url)).text)

    to_mentor = page.xpath(f"//a[@href='{ect.url}/assign-mentor']")
    assert [link.text for link in to_mentor] == ["Assign a mentor"] * 3
    assert page.xpath("//*[@data-row='mentor-assigned']//a")


@pytest.mark.rule("RC-02", "RC-03")
async def test_mentors_now_later_and_before_lead_to_their_records(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    first, second = await factories.mentor(people.ash, "Ann First"), await factories.mentor(people.ash, "Bea Second")
    await factories.mentorship(ect, first, finished_on=date(2025, 12, 31))
    await factories.mentorship(ect, second, date(2026, 1, 1))

    answer = await alice.get(ect.url)

    page = html.fromstring(answer.text)
    assert page.xpath("//*[@data-row='mentor']/dd[1]/a/@href") == [first.url]
    assert page.xpath("//*[@data-row='later-mentor']/dd[1]/a/@href") == [second.url]
    so_far = [" ".join(row.text_content().split()) for row in page.xpath("//li[@data-row='mentor-so-far']")]
    assert so_far == ["Bea Second From 1 January 2026", "Ann First From 1 September 2025 to 31 December 2025"]


@pytest.mark.rule("PER-45", "LV-04")
async def test_a_last_day_set_by_another_school_is_for_support(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, finished_on=date(2025, 12, 19), end_reason="joined_another_school")

    await alice.get(ect.url)

    assert "Another school has registered them" in alice.text()
    assert "You cannot change this last day here" in alice.text()


@pytest.mark.rule("AX-18")
async def test_no_two_links_of_a_record_say_the_same_and_lead_elsewhere(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, working_pattern=None)
    await factories.training(ect, await factories.lead_provider())

    page = html.fromstring((await alice.get(ect.url)).text)

    targets: dict[str, set[str]] = {}
    for link in page.xpath("//main//a"):
        targets.setdefault(" ".join(link.text_content().split()), set()).add(link.get("href"))
    assert {words: found for words, found in targets.items() if len(found) > 1} == {}


@pytest.mark.rule("PRF-3", "PRF-10")
@pytest.mark.parametrize("page", ["", "/history"])
async def test_a_record_sends_as_many_statements_for_much_as_for_little(
    page: str, alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    little = await factories.ect(people.ash, "Lil Little")
    much = await factories.ect(people.ash, "Mo Much")
    for number in range(8):
        start, end = date(2025, 9, 1 + 2 * number), date(2025, 9, 2 + 2 * number)
        mentor = await factories.mentor(people.ash, f"Max Number{number}")
        await factories.mentorship(much, mentor, start, finished_on=end)
        await factories.training(much, started_on=start, finished_on=end)
    counts = []
    for ect in (little, much):
        with caplog.at_level(logging.INFO):
            await alice.get(f"{ect.url}{page}")
        counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])

    assert counts[0] == counts[1]
    assert counts[0] <= 6


@pytest.mark.rule("PRM-03")
async def test_no_page_offers_to_change_what_only_support_or_the_lead_provider_may(alice: Any, people: Cast) -> None:
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await factories.mentorship(ect, mentor)
    partnership = await factories.partnership(
        people.ash, await factories.lead_provider(), await factories.delivery_partner()
    )
    provider = factories.Named(*(await fetch("SELECT id, public_id, name FROM lead_provider"))[0].values())
    for stay in (ect, mentor):
        await factories.training(stay, provider, partnership, started_on=date(2025, 9, 1))
        page = html.fromstring((await alice.get(stay.url)).text)
        changed = {link.rpartition("/")[2] for link in page.xpath("//a/@href") if link.startswith(f"{stay.url}/")}
        assert changed <= {action.value for action in Action} | {"history"}
        assert page.xpath("//*[@data-row='trn' or @data-row='start-date' or @data-row='delivery-partner']")
        for key in ("trn", "start-date", "delivery-partner", "schedule", "training-start"):
            assert not page.xpath(f"//*[@data-row='{key}']//a[contains(@href, '/change')]"), key
    for name in ("change-trn", "change-start-date", "change-schedule", "change-delivery-partner"):
        assert (await alice.get(f"{ect.url}/{name}")).status_code == 404


VITAL = (
    "An appropriate body checks that the ECT gets a fair induction. A lead provider designs their training, "
    "and a delivery partner runs it locally."
)


@pytest.mark.rule("G-10")
async def test_who_does_what_is_said_wherever_a_role_is_asked_for_or_shown(alice: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, larch, dogwood)
    body = await factories.appropriate_body()
    ect = await factories.ect(people.ash, school_reported_appropriate_body_id=body.id)
    mentor = await factories.mentor(people.ash)
    for stay in (ect, mentor):
        await factories.training(stay, larch, partnership, started_on=date(2025, 9, 1))
    for path in (
        "/school/register-ect",
        "/school/partnerships",
        f"/school/partnerships/{partnership['public_id']}",
        mentor.url,
        f"{ect.url}/change-appropriate-body",
        f"{ect.url}/change-lead-provider",
        f"{ect.url}/change-training-programme",
        f"{mentor.url}/change-lead-provider",
    ):
        assert (await alice.get(path)).status_code == 200, path
        page = html.fromstring(alice.page.text)
        for hidden in page.xpath("//details"):
            hidden.getparent().remove(hidden)
        assert VITAL in " ".join(page.text_content().split()), path
    await alice.get(ect.url)
    assert all(f"{role}: " in alice.text() for role in ("Appropriate body", "Lead provider", "Delivery partner"))
