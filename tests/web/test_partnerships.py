"""The partnership pages of a school: list, one partnership, saying it is wrong and taking that back (section 14)."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.db.engine import fetch, fetch_one
from app.policy import Policy
from app.terms import Actor, ActorKind
from app.training.report_partnership import ReportPartnership, report_partnership
from tests import factories
from tests.cast import Cast, cast, sign_in

if TYPE_CHECKING:
    from tests.factories import Named
    from tests.web.conftest import Browser

LIST = "/school/partnerships"
REPORTED = date(2025, 10, 10)
LAST_DAY = "2025-11-30"
MISTAKE = {"challenge_reason": "looks_like_a_mistake"}


@pytest.fixture
async def people(database: None) -> Cast:
    return await cast()


@pytest.fixture
async def alice(client: Browser, people: Cast) -> Browser:
    await sign_in(client, people.alice, people.ash)
    return client


@pytest.fixture
async def larch(people: Cast) -> Named:
    return await factories.lead_provider()


@pytest.fixture
async def dogwood(people: Cast) -> Named:
    return await factories.delivery_partner()


@pytest.fixture
async def held(people: Cast, larch: Named, dogwood: Named) -> Any:
    """Larch's report of Ash with Dogwood for 2025, with one ECT in training."""
    row = await factories.partnership(people.ash, larch, dogwood, reported_at=clock.at_noon(REPORTED))
    await factories.training(await factories.ect(people.ash), larch, row)
    return row


def url(held: Any, *more: str) -> str:
    return "/".join((LIST, str(held["public_id"]), *more))


async def go_to(browser: Browser, people: Cast, day: str) -> None:
    """Sign in anew on another day."""
    await sign_in(browser, people.alice, people.ash, day)


def cards(browser: Browser) -> list[str]:
    assert browser.page is not None
    found = html.fromstring(browser.page.text).xpath("//div[@class='govuk-summary-card']")
    return [" ".join(card.text_content().split()) for card in found]


async def challenge(browser: Browser, held: Any) -> Any:
    """Go from the first page to the confirmation."""
    await browser.get(url(held, "challenge"))
    answer = await browser.post(url(held, "challenge"), MISTAKE)
    assert answer.status_code == 303, browser.text()
    await browser.get(answer.headers["location"])
    done = await browser.post(answer.headers["location"])
    assert done.status_code == 303, browser.text()
    return await browser.get(done.headers["location"])


async def undo(browser: Browser, held: Any) -> Any:
    await browser.get(url(held, "undo-challenge"))
    done = await browser.post(url(held, "undo-challenge"))
    return await browser.get(done.headers["location"]) if done.status_code == 303 else done


@pytest.mark.rule("PT-01")
@pytest.mark.rule("G-12")
async def test_the_list_is_by_academic_year_with_state_people_and_deadline(
    alice: Browser, people: Cast, larch: Named, dogwood: Named, held: Any
) -> None:
    earlier = await factories.partnership(people.ash, larch, dogwood, 2024, reported_at=clock.at_noon(date(2024, 9, 1)))
    elder = await factories.delivery_partner("Elder Partners")
    await factories.partnership(
        people.ash,
        larch,
        elder,
        origin="carried_forward",
        carried_from_partnership_id=earlier["id"],
        reported_at=clock.at_noon(REPORTED),
    )
    await alice.get("/school/home")
    assert f'href="{LIST}"' in alice.page.text  # type: ignore[union-attr]
    await alice.get(LIST)
    newest, carried, oldest = cards(alice)
    assert "Larch Learning and Dogwood Partners Confirmed" in newest
    assert "Reported by Larch Learning on 10 October 2025" in newest
    assert "You can tell us this is wrong until 30 November 2025" in newest
    assert "ECTs 1" in newest
    assert "Continues from 2024 to 2025, since 10 October 2025" in carried
    assert "Contact Larch Learning or support" in oldest
    assert alice.text().index("2025 to 2026") < alice.text().index("Academic year 2024 to 2025")


@pytest.mark.rule("PT-01")
async def test_who_has_not_confirmed_yet_is_listed_with_whom_and_since_when(alice: Browser, people: Cast) -> None:
    oak = await factories.lead_provider("Oak Training")
    await factories.training(await factories.ect(people.ash, "Will Waiting"), oak)
    await alice.get(LIST)
    assert "Oak Training, 2025 to 2026 Asked since 1 September 2025 for: Will Waiting" in alice.text()
    assert "No lead provider has reported a partnership" in alice.text()


@pytest.mark.rule("PT-01")
@pytest.mark.parametrize("still_paired", [True, False])
async def test_a_pair_that_ends_says_so(
    alice: Browser, larch: Named, dogwood: Named, held: Any, still_paired: bool
) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = '2025-11-01' WHERE year = 2026")
    if still_paired:
        facts = {"lead_provider_id": larch.id, "delivery_partner_id": dogwood.id, "contract_period_year": 2026}
        contract_id = await factories.contract(larch, 2026)
        await factories.insert("provider_pairing", lead_provider_contract_id=contract_id, **facts)
    await alice.get(LIST)
    assert ("They no longer work together in 2026 to 2027" in alice.text()) is not still_paired


@pytest.mark.rule("PT-02")
@pytest.mark.rule("TD-13")
@pytest.mark.rule("G-04")
async def test_looking_changes_nothing_and_saying_it_is_right_is_noted_once(
    alice: Browser, people: Cast, held: Any
) -> None:
    await alice.get(url(held))
    assert "Siân Evans" in alice.text()
    assert "Is this right?" in alice.text()
    assert await fetch("SELECT FROM event WHERE school_partnership_id = $1", held["id"]) == []
    answer = await alice.post(url(held))
    await alice.get(answer.headers["location"])
    assert "You have told us that this is right" in alice.page.text  # type: ignore[union-attr]
    assert "Is this right?" not in alice.text()
    assert "checked: it is right" in alice.text()
    row = await fetch_one("SELECT checked_by_user_id FROM school_partnership WHERE id = $1", held["id"])
    assert row is not None
    assert row["checked_by_user_id"] == people.alice.id


@pytest.mark.rule("TD-13")
async def test_the_to_do_list_asks_until_somebody_says_it_is_right_or_the_window_closes(
    alice: Browser, people: Cast, held: Any
) -> None:
    task = "Check that Larch Learning and Dogwood Partners are right for the academic year 2025 to 2026"
    await alice.get("/school/home")
    assert f"{task} for 31 days, until 30 November 2025" in alice.text()
    assert f'href="{url(held)}"' in alice.page.text  # type: ignore[union-attr]
    await go_to(alice, people, "2025-12-01")
    await alice.get("/school/home")
    assert task not in alice.text()
    await go_to(alice, people, LAST_DAY)
    await alice.get(url(held))
    await alice.post(url(held))
    await alice.get("/school/home")
    assert task not in alice.text()


@pytest.mark.rule("TD-13")
async def test_what_was_carried_forward_or_is_long_past_is_not_asked_about(
    alice: Browser, people: Cast, larch: Named, dogwood: Named
) -> None:
    old = await factories.partnership(people.ash, larch, dogwood, 2024, reported_at=clock.at_noon(date(2024, 9, 1)))
    own = await factories.partnership(people.ash, larch, dogwood, origin="carried_forward")
    for one in (old, own):
        await alice.get(url(one))
        assert "Is this right?" not in alice.text()


@pytest.mark.rule("PT-03")
@pytest.mark.rule("WT-28")
@pytest.mark.rule("CHL-03")
@pytest.mark.rule("M-22")
async def test_a_challenge_goes_from_reason_to_confirmation(alice: Browser, held: Any) -> None:
    await alice.get(url(held))
    await alice.get(url(held, "challenge"))
    first = await alice.post(url(held, "challenge"), MISTAKE)
    check = first.headers["location"]
    await alice.get(check)
    assert alice.h1() == "Check what you are telling us"
    assert "It looks like a mistake" in alice.text()
    assert "Siân Evans" in alice.text()
    done = (await alice.post(check)).headers["location"]
    for _ in range(2):
        await alice.get(done)
        assert alice.h1() == "You have told us that this partnership is wrong"
        assert "until 30 November 2025" in alice.text()
        assert "Choose a lead provider for Siân Evans" in alice.text()
    await alice.get(url(held))
    assert "Reported as wrong" in alice.text()
    assert "Alice Archer told us on 10 November 2025 that this is wrong" in alice.text()
    assert len(await fetch("SELECT FROM message WHERE message_id = 'M-22'")) == 1


@pytest.mark.rule("PT-03")
@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({}, "Select what is wrong with the partnership"),
        ({"challenge_reason": "because"}, "Select one of the options on this page"),
    ],
)
async def test_a_challenge_needs_one_of_the_reasons(
    alice: Browser, held: Any, posted: dict[str, str], message: str
) -> None:
    await alice.get(url(held, "challenge"))
    answer = await alice.post(url(held, "challenge"), posted)
    assert answer.status_code == 422
    assert message in alice.text()
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("PT-03")
async def test_no_ects_this_year_says_what_else_it_sets(alice: Browser, held: Any) -> None:
    await alice.get(url(held, "challenge"))
    answer = await alice.post(url(held, "challenge"), {"challenge_reason": "no_ects_this_year"})
    await alice.get(answer.headers["location"])
    assert "you expect no new ECTs in 2025 to 2026" in alice.text()


@pytest.mark.rule("PT-03")
@pytest.mark.rule("PT-05a")
@pytest.mark.rule("CHL-02")
async def test_on_the_last_day_it_works_and_on_the_next_it_is_too_late(alice: Browser, people: Cast, held: Any) -> None:
    await go_to(alice, people, "2025-12-01")
    late = await alice.get(url(held, "challenge"))
    assert (late.status_code, "until 30 November 2025" in alice.text()) == (403, True)
    await go_to(alice, people, LAST_DAY)
    await challenge(alice, held)
    assert alice.h1() == "You have told us that this partnership is wrong"


@pytest.mark.rule("PT-03")
async def test_a_second_challenge_or_one_of_declared_training_gets_its_own_page(alice: Browser, held: Any) -> None:
    training = await fetch_one("SELECT id FROM training_period")
    assert training is not None
    declaration = {"training_period_id": training["id"], "type": "started", "declared_on": date(2025, 11, 1)}
    await factories.insert("declaration", **declaration)
    assert (await alice.get(url(held, "challenge"))).status_code == 403
    assert "has declared training" in alice.text()
    await fetch("UPDATE declaration SET voided_at = now()")
    await challenge(alice, held)
    assert (await alice.get(url(held, "challenge"))).status_code == 403
    assert alice.h1() == "You have told us that this is wrong"
    assert "Take this back" in alice.text()


@pytest.mark.rule("PT-03")
@pytest.mark.rule("CON-03")
async def test_a_draft_that_a_colleague_was_faster_than_is_refused(alice: Browser, held: Any) -> None:
    await alice.get(url(held, "challenge"))
    slow = (await alice.post(url(held, "challenge"), MISTAKE)).headers["location"]
    await challenge(alice, held)
    assert (await alice.get(slow)).status_code == 403
    assert len(await fetch("SELECT FROM message WHERE message_id = 'M-22'")) == 1


@pytest.mark.rule("PT-04")
@pytest.mark.rule("CHL-04")
async def test_taking_it_back_lists_who_is_back_and_who_is_not(alice: Browser, people: Cast, held: Any) -> None:
    await challenge(alice, held)
    today = date(2025, 11, 10)
    moved = await factories.ect(people.ash, "Mo Moved")
    larch = factories.Named(held["lead_provider_id"], held["public_id"], "Larch Learning")
    await factories.training(moved, larch, held, finished_on=today - timedelta(days=1))
    await factories.training(moved, started_on=today)
    await alice.get(url(held, "undo-challenge"))
    for said in ("Siân Evans", "Mo Moved", "You told us on 10 November 2025"):
        assert said in alice.text()
    await undo(alice, held)
    assert alice.h1() == "The partnership counts as confirmed again"
    assert "Confirmed again with Larch Learning and Dogwood Partners: Siân Evans." in alice.text()
    assert "stays as it is: Mo Moved." in alice.text()
    await alice.get(url(held))
    assert "Confirmed" in alice.text()
    again = await alice.get(url(held, "undo-challenge"))
    assert (again.status_code, "counts as confirmed" in alice.text()) == (403, True)


async def reported_again(people: Cast, larch: Named) -> Any:
    elder = await factories.delivery_partner("Elder Partners")
    await factories.insert(
        "provider_pairing",
        lead_provider_contract_id=await factories.contract(larch),
        delivery_partner_id=elder.id,
        lead_provider_id=larch.id,
        contract_period_year=2025,
    )
    command = ReportPartnership(larch.id, 2025, people.ash.id, elder.id)  # type: ignore[arg-type]
    with clock.at(datetime(2025, 11, 11, tzinfo=clock.LONDON)):
        actor = Actor(ActorKind.LEAD_PROVIDER, "Larch Learning")
        return await report_partnership(command, actor, clock.today(), Policy())


@pytest.mark.rule("PT-04")
@pytest.mark.rule("CHL-04")
async def test_taking_back_is_refused_once_reported_again_with_the_way_to_the_newer_one(
    alice: Browser, people: Cast, larch: Named, held: Any
) -> None:
    await challenge(alice, held)
    newer = await reported_again(people, larch)
    await go_to(alice, people, "2025-11-12")
    for answer in (await alice.get(url(held, "undo-challenge")), await alice.post(url(held, "undo-challenge"))):
        assert answer.status_code == 403
        assert f'href="{LIST}/{newer.public_id}"' in answer.text
    await alice.get(url(held))
    assert f'href="{LIST}/{newer.public_id}"' in alice.page.text  # type: ignore[union-attr]


@pytest.mark.rule("PT-04")
@pytest.mark.rule("CHL-04")
async def test_taking_back_is_too_late_after_the_last_day(alice: Browser, people: Cast, held: Any) -> None:
    await challenge(alice, held)
    await go_to(alice, people, "2025-12-01")
    assert (await undo(alice, held)).status_code == 403
    assert "until 30 November 2025" in alice.text()


@pytest.mark.rule("PT-05")
async def test_the_link_of_an_email_leads_there_through_sign_in(client: Browser, people: Cast, held: Any) -> None:
    client.client.headers["X-With-Server-Date"] = "2025-11-10"
    answer = await client.get(url(held))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    back = await client.sign_in(people.ash.urn, name=people.alice.name, email=people.alice.email)
    assert back.headers["location"] == url(held)


@pytest.mark.rule("GEN-05")
@pytest.mark.parametrize("page", ["", "/challenge", "/undo-challenge"])
async def test_another_schools_unknown_and_malformed_ids_are_not_found_alike(
    alice: Browser, people: Cast, larch: Named, dogwood: Named, page: str
) -> None:
    foreign = await factories.partnership(people.birch, larch, dogwood)
    unknown = "00000000-0000-4000-8000-000000000000"
    answers = []
    for found in (foreign["public_id"], unknown, "1"):
        await alice.get(LIST)
        answers += [await alice.get(f"{LIST}/{found}{page}"), await alice.post(f"{LIST}/{found}{page}", MISTAKE)]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("Dogwood" in answer.text for answer in answers)
    assert await fetch("SELECT FROM draft") == []


@pytest.mark.rule("GEN-05")
async def test_a_draft_belongs_to_the_partnership_it_was_made_for(
    alice: Browser, people: Cast, larch: Named, held: Any
) -> None:
    other = await factories.partnership(people.ash, larch, await factories.delivery_partner("Elder Partners"), 2024)
    await alice.get(url(held, "challenge"))
    draft = (await alice.post(url(held, "challenge"), MISTAKE)).headers["location"]
    await fetch("UPDATE school_partnership SET reported_at = '2025-11-09' WHERE id = $1", other["id"])
    strange = draft.replace(str(held["public_id"]), str(other["public_id"]))
    assert (await alice.get(strange)).status_code == 404


@pytest.mark.rule("PRM-04")
@pytest.mark.rule("PRM-05")
async def test_a_closed_window_leaves_partnerships_open_and_the_tutor_gate_does_not(
    alice: Browser, people: Cast, held: Any
) -> None:
    await factories.closure(date(2025, 11, 1), date(2025, 11, 30))
    assert (await alice.get(url(held, "challenge"))).status_code == 200
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2023 WHERE school_id = $1", people.ash.id)
    assert (await alice.get(url(held))).headers["location"] == "/school/induction-tutor"


@pytest.mark.rule("PRF-3")
@pytest.mark.parametrize("page", ["list", "one"])
async def test_pages_send_as_many_statements_for_one_as_for_many(
    page: str, alice: Browser, people: Cast, larch: Named, held: Any, caplog: pytest.LogCaptureFixture
) -> None:
    counts = []
    for number in range(12):
        partner = await factories.delivery_partner(f"Partner {number}")
        await factories.partnership(people.ash, larch, partner, 2024, origin="carried_forward")
        await factories.training(await factories.ect(people.ash, f"Eve Number{number}"), larch, held)
        await factories.training(await factories.ect(people.ash, f"Will Number{number}"), larch)
        if number in {0, 11}:
            with caplog.at_level(logging.INFO):
                await alice.get(LIST if page == "list" else url(held))
            counts.append([record.fields["db_count"] for record in caplog.records if hasattr(record, "fields")][-1])
    assert counts[0] == counts[1]
    assert counts[0] <= 6
