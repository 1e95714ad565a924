"""The list of ECTs: tabs, search, order, paging, cards (LS-01 to LS-10)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from app.registration.people.people_list import parse_search
from app.teachers.rules import search_text
from app.terms import TRN
from tests import factories
from tests.cast import Cast, cast, sign_in

SIAN, SAM = "4512378", "8845120"


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


@pytest.fixture
async def alice(client: Any, people: Cast) -> Any:
    """Give Alice's browser, signed in at Ash School."""
    await sign_in(client, people.alice, people.ash)
    return client


def names(answer: Any) -> list[str]:
    """Return whom a list shows, in order."""
    links = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card__title')]/a")
    return [link.text_content().strip() for link in links]


def rows(answer: Any) -> dict[str, str]:
    """Return key and words of the rows of a page; of a key that stands twice the last."""
    found = html.fromstring(answer.text).xpath("//*[@data-row]")
    return {row.get("data-row"): " ".join(row.xpath("dd")[0].text_content().split()) for row in found}


async def two_to_search(people: Cast) -> None:
    """Store Siân O'Dowd, corrected from Sian Dowd, and Sam Brown-Lee."""
    sian = await factories.teacher("Sian Dowd", SIAN, corrected_name="Siân O'Dowd")
    await factories.ect(people.ash, sian, date(2025, 9, 2))
    await factories.ect(people.ash, await factories.teacher("Sam Brown-Lee", SAM))


SEARCHES = [
    *((text, {"Siân O'Dowd"}) for text in ("sian", "SIÂN", "odowd", "o'dowd", "o’dowd", "dow", SIAN, f"trn {SIAN}")),
    *((text, {"Sam Brown-Lee"}) for text in ("lee sam", "brown", "sam b", "8451", "845", SAM)),
    *(
        (text, {"Siân O'Dowd", "Sam Brown-Lee"})
        for text in ("s", f"{SAM} and {SIAN}", "", "   ", "(", "&", "'", "%", "🙂🙂")
    ),
    *((text, set()) for text in ("zz", "a:b", '"x', "ian", "sian lee", "4512379", "45123789")),
]


@pytest.mark.rule("LS-03", "LS-03a", "NAM-01")
@pytest.mark.parametrize(("typed", "found"), SEARCHES)
async def test_search_finds_people_by_either_name_and_by_trn(
    typed: str, found: set[str], alice: Any, people: Cast
) -> None:
    await two_to_search(people)

    answer = await alice.get("/school/ects", params={"q": typed})

    assert answer.status_code == 200
    assert set(names(answer)) == found


@pytest.mark.rule("LS-03")
def test_a_search_is_cut_and_understands_digits_of_any_script() -> None:
    assert parse_search("x" * 300).pieces == ("x" * 100,)
    assert parse_search("٤٥١٢٣٧٨").trns == {SIAN}
    assert parse_search("sa\ufffdm").pieces == ("sa", "m")
    assert parse_search(f"8845120 {SIAN} sam").trns == {SIAN, SAM}


@pytest.mark.rule("LS-03", "TRP-7")
@pytest.mark.parametrize("typed", ["sa%00m", "%ED%A0%80sam", "%ff", "sam%0d%0a", "%2525", "sam%EF%BF%BD%F0%9F%98%80"])
async def test_no_bytes_in_a_search_break_the_list(typed: str, alice: Any, people: Cast) -> None:
    await two_to_search(people)

    for path in ("/school/ects", "/school/ects/export", "/school/mentors", "/school/mentors/export"):
        assert (await alice.get(f"{path}?q={typed}")).status_code == 200


@dataclass(frozen=True)
class Person:
    """Somebody to be searched for."""

    trn: TRN
    search_name: str
    stay: Any = None
    name: Any = None


@pytest.mark.rule("LS-03", "NAM-03")
@given(st.text())
def test_any_text_is_a_search(typed: str) -> None:
    search = parse_search(typed)

    assert all(len(trn) == 7 and trn.isascii() and trn.isdigit() for trn in search.trns)
    assert all(piece.isalnum() for piece in search.pieces)
    assert search.blank or not search.finds(Person(TRN(""), ""))


@pytest.mark.rule("LS-03", "LS-03a")
@given(st.from_regex(r"[A-Za-zÀ-ÖØ-öø-ÿ'’ -]{1,40}", fullmatch=True), st.integers(0, 40), st.data())
def test_the_beginning_of_every_word_of_a_name_finds_it(name: str, cut: int, data: st.DataObject) -> None:
    words = search_text(name).split()
    pieces = [word[: 1 + cut % len(word)] for word in data.draw(st.permutations(words))]

    assert parse_search(" ".join(pieces)).finds(Person(TRN("4512378"), search_text(name)))


@pytest.mark.rule("LS-03", "AX-6")
async def test_what_was_searched_for_is_kept_in_the_field_and_never_in_the_title(alice: Any, people: Cast) -> None:
    await two_to_search(people)

    answer = await alice.get("/school/ects", params={"q": "sian"})

    page = html.fromstring(answer.text)
    assert page.get_element_by_id("q").get("value") == "sian"
    assert "sian" not in page.xpath("//title")[0].text.lower()


@pytest.mark.rule("LS-03")
async def test_no_result_says_so_with_matches_elsewhere_and_a_way_out(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Una Still")
    await factories.ect(people.ash, "Liam Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))

    answer = await alice.get("/school/ects", params={"tab": "current", "q": "liam"})

    page = html.fromstring(answer.text)
    assert names(answer) == []
    assert page.xpath("//main//a[contains(@href, 'tab=left') and contains(@href, 'q=liam')]")
    assert page.xpath("//main//a[text()='Clear search']/@href") == ["/school/ects?tab=current"]


async def one_of_each(people: Cast) -> None:
    """Store ECTs of every state and face."""
    hub = await factories.appropriate_body()
    passed = await factories.teacher("Paula Passed", trs_induction_status="Passed")
    exempt = await factories.teacher("Ed Exempt", trs_induction_status="Exempt")
    failed = await factories.teacher("Fay Failed")
    await factories.ect(people.ash, "Ida Progress")
    await factories.ect(people.ash, "Stu Starting", date(2026, 1, 5))
    await factories.ect(people.ash, "Lea Leaving", finished_on=date(2025, 12, 19))
    await factories.ect(people.ash, exempt)
    await factories.ect(people.ash, passed)
    await factories.ect(
        people.ash, failed, date(2024, 9, 1), finished_on=date(2025, 9, 30), end_reason="induction_completed"
    )
    await factories.induction(failed, hub, date(2024, 9, 1), finished_on=date(2025, 9, 30), outcome="fail")
    await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))
    await factories.ect(people.ash, "Rex Removed", removed_at=factories.noon(date(2025, 10, 1)))
    await factories.ect(people.birch, "Ora Other")


TABS = [
    ("current", {"Ida Progress", "Stu Starting", "Lea Leaving", "Ed Exempt"}),
    ("completed", {"Paula Passed", "Fay Failed"}),
    ("left", {"Gil Gone"}),
]


@pytest.mark.rule("LS-01", "STA-01", "PRM-06", "UM-03")
@pytest.mark.parametrize(("tab", "found"), TABS)
async def test_each_tab_lists_its_states_of_this_school_only(
    tab: str, found: set[str], alice: Any, people: Cast
) -> None:
    await one_of_each(people)

    answer = await alice.get("/school/ects", params={"tab": tab})

    assert set(names(answer)) == found
    counts = [
        link.text_content().strip()
        for link in html.fromstring(answer.text).xpath("//nav[@aria-label='ECTs by state']//a")
    ]
    assert counts == ["Current (4)", "Completed (2)", "Left (1)"]


@pytest.mark.rule("LS-01", "LS-02")
async def test_without_a_tab_the_first_that_is_not_empty_is_shown(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))

    for query in ("", "?tab=nonsense&sort=nonsense&filter=nonsense&page=nonsense", "?page=-3"):
        assert names(await alice.get(f"/school/ects{query}")) == ["Gil Gone"]


@pytest.mark.rule("LS-04")
async def test_order_is_without_mentor_then_latest_start_then_name(alice: Any, people: Cast) -> None:
    mentored = await factories.ect(people.ash, "Mia Mentored", date(2025, 11, 1))
    await factories.mentorship(mentored, await factories.mentor(people.ash))
    await factories.ect(people.ash, "Zoe Adams", date(2025, 9, 1))
    await factories.ect(people.ash, "Abe Éden", date(2025, 9, 1))
    await factories.ect(people.ash, "Ann Zephyr", date(2025, 9, 2))

    by_default = await alice.get("/school/ects")
    by_name = await alice.get("/school/ects?sort=name")
    by_start = await alice.get("/school/ects?sort=start")

    assert names(by_default) == ["Ann Zephyr", "Zoe Adams", "Abe Éden", "Mia Mentored"]
    assert names(by_name) == ["Zoe Adams", "Abe Éden", "Mia Mentored", "Ann Zephyr"]
    assert names(by_start)[:2] == ["Mia Mentored", "Ann Zephyr"]


@pytest.mark.rule("LS-04")
async def test_those_who_left_are_listed_by_their_last_day(alice: Any, people: Cast) -> None:
    for name, day in (("Early Bird", date(2025, 3, 1)), ("Late Owl", date(2025, 10, 1))):
        await factories.ect(people.ash, name, date(2024, 9, 1), finished_on=day)

    assert names(await alice.get("/school/ects?tab=left")) == ["Late Owl", "Early Bird"]


@pytest.mark.rule("LS-02", "LS-05", "LS-10", "GDS-14")
async def test_pages_keep_order_and_search_and_beyond_the_end_is_the_last(alice: Any, people: Cast) -> None:
    for number in range(21):
        await factories.ect(people.ash, f"Eve Number{number:02}")

    first = await alice.get("/school/ects?sort=name&q=eve")
    beyond = await alice.get("/school/ects?sort=name&q=eve&page=99")

    assert len(names(first)) == 20
    assert names(beyond) == ["Eve Number20"]
    page = html.fromstring(first.text)
    following = page.xpath("//a[@rel='next']/@href")[0]
    assert {"q=eve", "sort=name", "page=2"} <= set(following.partition("?")[2].split("&"))
    assert "page 1 of 2" in page.xpath("//title")[0].text
    assert page.xpath("//*[@data-status]")[0].text == "21 ECTs found in “Current”, page 1 of 2"


@pytest.mark.rule("LS-10")
async def test_a_search_by_script_gets_the_results_with_their_number(alice: Any, people: Cast) -> None:
    await two_to_search(people)

    answer = await alice.get("/school/ects?q=sam", headers={"HX-Request": "true", "HX-Target": "results"})

    results = html.fromstring(f"<div>{answer.text}</div>").get_element_by_id("results")
    assert results.xpath(".//*[@data-status]")[0].text == "1 ECT found in “Current”"
    assert "<html" not in answer.text


@pytest.mark.rule("LS-02", "RC-01")
async def test_a_record_leads_back_to_the_list_as_it_was(alice: Any, people: Cast) -> None:
    await two_to_search(people)
    answer = await alice.get("/school/ects?sort=name&q=sam")
    record = html.fromstring(answer.text).xpath("//*[contains(@class, 'govuk-summary-card__title')]/a/@href")[0]

    answer = await alice.get(record)

    assert html.fromstring(answer.text).xpath("//a[contains(@class, 'govuk-back-link')]/@href") == [
        "/school/ects?q=sam&sort=name"
    ]


@pytest.mark.rule("LS-06", "ABR-06", "RC-02b")
async def test_a_card_shows_who_trains_and_mentors_somebody(alice: Any, people: Cast) -> None:
    hub = await factories.appropriate_body()
    ect = await factories.ect(people.ash, "Ida Progress", school_reported_appropriate_body_id=hub.id)
    await factories.mentorship(ect, await factories.mentor(people.ash, "Max Mentor"))
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    await factories.training(ect, provider, await factories.partnership(people.ash, provider, partner))

    answer = await alice.get("/school/ects")

    shown = rows(answer)
    assert shown["trn"] == ect.teacher.trn
    assert shown["start-date"] == "1 September 2025"
    assert shown["induction-start-date"] == "Not yet reported by the appropriate body"
    assert shown["appropriate-body"].startswith("North Hub")
    assert "Awaiting confirmation" in shown["appropriate-body"]
    assert shown["training-programme"] == "Provider-led"
    assert shown["lead-provider"].startswith("Larch Learning")
    assert "Confirmed since 1 September 2025" in shown["lead-provider"]
    assert shown["delivery-partner"].startswith("Dogwood Partners")
    assert shown["mentor"].startswith("Max Mentor")
    tag = html.fromstring(answer.text).xpath("(//*[contains(@class, 'govuk-tag')])[1]")[0]
    assert (tag.text, tag.get("class")) == ("Registered", "govuk-tag govuk-tag--green")


@pytest.mark.rule("LS-06", "AX-18")
async def test_a_card_without_a_mentor_leads_straight_to_assigning_one(alice: Any, people: Cast) -> None:
    needs = await factories.ect(people.ash, "Nell Alone")
    mentored = await factories.ect(people.ash, "Mia Mentored")
    for name, first_day in (("Max Now", None), ("Lou Later", date(2026, 1, 1))):
        end = None if first_day else date(2025, 12, 31)
        await factories.mentorship(mentored, await factories.mentor(people.ash, name), first_day, finished_on=end)
    exempt = await factories.teacher("Ed Exempt", trs_induction_status="Exempt")
    await factories.ect(people.ash, exempt)

    answer = await alice.get("/school/ects?sort=name")

    (link,) = html.fromstring(answer.text).xpath("//a[contains(@href, 'assign-mentor')]")
    assert (link.get("href"), link.text_content()) == (f"{needs.url}/assign-mentor", "Assign a mentor for Nell Alone")
    assert rows(answer)["later-mentor"] == "Lou Later From 1 January 2026"


@pytest.mark.rule("LS-06", "PRM-01")
async def test_a_card_of_somebody_who_left_has_nothing_to_change(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))

    page = html.fromstring((await alice.get("/school/ects")).text)

    assert page.xpath(f"//main//a[starts-with(@href, '{ect.url}/')]") == []


@pytest.mark.rule("WD-05", "STA-02", "LV-00")
@pytest.mark.parametrize("mark", [("withdrawn_at", "withdrawal_reason"), ("deferred_at", "deferral_reason")])
async def test_a_card_tells_that_training_stopped_and_leads_to_it(
    mark: tuple[str, str], alice: Any, people: Cast
) -> None:
    ect = await factories.ect(people.ash, "Wim Withdrawn")
    facts = {mark[0]: factories.noon(date(2025, 10, 6)), mark[1]: "other", "finished_on": date(2025, 10, 6)}
    await factories.training(ect, await factories.lead_provider(), **facts)

    page = html.fromstring((await alice.get("/school/ects")).text)

    assert "Larch Learning told us on 6 October 2025" in alice.text()
    (link,) = page.xpath("//a[contains(@href, '#training')]")
    assert link.text == "See the training of Wim Withdrawn"
    assert link.get("href").startswith(ect.url)
    (leaving,) = page.xpath("//a[contains(@href, '/report-leaving')]")
    assert (leaving.get("href"), leaving.text) == (
        f"{ect.url}/report-leaving",
        "report that Wim Withdrawn has left or is leaving",
    )


@pytest.mark.rule("LS-09")
async def test_the_list_leads_to_what_is_done_with_several_people(alice: Any, people: Cast) -> None:
    await factories.ect(people.ash, "Ida Progress")

    links = html.fromstring((await alice.get("/school/ects")).text).xpath("//main//a/@href")

    assert {"/school/register-ect", "/school/ects/change-appropriate-body", "/school/ects/export?tab=current"} <= set(
        links
    )
    assert "/school/ects/change-appropriate-body" not in (await alice.get("/school/ects?tab=left")).text


@pytest.mark.rule("LS-06")
async def test_a_school_led_card_has_no_provider_and_one_who_left_a_last_day(alice: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Gil Gone", date(2024, 9, 1), finished_on=date(2025, 7, 1))
    await factories.training(ect)

    shown = rows(await alice.get("/school/ects"))

    assert shown["training-programme"] == "School-led"
    assert shown["last-day"] == "1 July 2025"
    assert not {"lead-provider", "delivery-partner", "mentor"} & set(shown)


@pytest.mark.rule("LS-08", "SCH-03")
async def test_an_empty_list_says_what_belongs_there(alice: Any) -> None:
    await alice.get("/school/ects")
    assert "once you have registered them" in alice.text()
    assert 'href="/school/register-ect"' in alice.page.text

    await alice.get("/school/ects?tab=completed")
    assert "completed their induction" in alice.text()


@pytest.mark.rule("LS-08", "SCH-03")
async def test_a_school_that_may_not_register_sees_why_instead_of_the_button(client: Any, people: Cast) -> None:
    school = await factories.school("100003", "Cedar School", type_code=11)
    carol = await factories.user("Carol Cross", "carol@cedar.example")
    await factories.induction_tutor(school, carol)
    await factories.training(await factories.ect(school, "Ida Progress"))
    await sign_in(client, carol, school)

    answer = await client.get("/school/ects")

    assert names(answer) == ["Ida Progress"]
    assert "cannot register new ECTs" in client.text()
    assert "/school/register-ect" not in answer.text


@pytest.mark.rule("GDS-14")
async def test_two_people_of_one_name_are_told_apart(alice: Any, people: Cast) -> None:
    for trn in (SIAN, SAM):
        await factories.ect(people.ash, await factories.teacher("Ann Twin", trn))

    assert set(names(await alice.get("/school/ects"))) == {f"Ann Twin ({SIAN})", f"Ann Twin ({SAM})"}


@pytest.mark.rule("HM-02", "LS-04")
async def test_filters_show_who_lacks_a_mentor_and_who_waits_for_a_lead_provider(alice: Any, people: Cast) -> None:
    waiting = await factories.ect(people.ash, "Will Waiting")
    await factories.training(waiting, await factories.lead_provider())
    await factories.mentorship(waiting, await factories.mentor(people.ash))
    await factories.training(await factories.ect(people.ash, "Nell Alone"))

    assert names(await alice.get("/school/ects?filter=awaiting-lead-provider")) == ["Will Waiting"]
    assert names(await alice.get("/school/ects?filter=without-mentor")) == ["Nell Alone"]


@pytest.mark.rule("PRF-3", "PRF-10")
@pytest.mark.parametrize("path", ["/school/ects", "/school/home"])
async def test_a_page_sends_as_many_statements_for_one_as_for_many(
    path: str, alice: Any, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    provider, partner = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, provider, partner)
    mentor = await factories.mentor(people.ash)
    counts = []
    for number in range(12):
        ect = await factories.ect(people.ash, f"Eve Number{number}", date(2025, 9, 1) + timedelta(days=number))
        await factories.training(ect, provider, partnership)
        await factories.mentorship(ect, mentor)
        if number in {0, 11}:
            with caplog.at_level(logging.INFO):
                await alice.get(path)
            counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])

    assert counts[0] == counts[1]
    assert counts[0] <= 6
