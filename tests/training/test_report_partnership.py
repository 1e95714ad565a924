"""Lead providers report that they work with a school (API-11.2 to API-11.5, ARR-10)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.terms import Refused
from app.training.arrangements import Arrangement, ArrangementKind, DeliveryPartner, LeadProvider, Partnership
from app.training.attach import NOT_ATTACHED, Attachment, attach
from app.training.provider_acts import Unreadable
from tests import factories
from tests.training.acts import LARCH_TEAM, TODAY, kinds, mail, make_world, on, refuses, rows_of, stored

if TYPE_CHECKING:
    from tests.training.acts import World

CHALLENGED = {"challenged_at": clock.at_noon(date(2026, 3, 1)), "challenge_reason": "looks_like_a_mistake"}
ATTACHED = "training_period_assigned_to_school_partnership"


@pytest.fixture
async def world(database: None) -> World:
    with on(date(2025, 9, 1)):
        return await make_world()


async def only_partnership() -> Any:
    (row,) = await fetch("SELECT * FROM school_partnership")
    return row


@pytest.mark.rule("API-11.4")
@pytest.mark.rule("M-20")
@pytest.mark.rule("API-11.3")
async def test_a_report_makes_a_partnership_and_tells_the_school(world: World) -> None:
    other = await factories.lead_provider("Oak Training")
    await factories.partnership(world.ash, other, world.dogwood)
    done = await world.reports()
    row = await fetch_one("SELECT * FROM school_partnership WHERE id = $1", done.id)
    assert row is not None
    assert (row["origin"], row["challenged_at"]) == ("reported", None)
    assert (await kinds(), await mail("M-20")) == (["school_partnership_created"], ["alice@ash.example"])
    message = await fetch_one("SELECT personalisation::text AS said FROM message")
    assert message is not None
    for said in ("2026-03-18", f"/school/partnerships/{done.public_id}", "Dogwood Partners"):
        assert said in message["said"]


@pytest.mark.rule("ARR-10")
@pytest.mark.rule("API-23.4")
async def test_everybody_who_asked_is_confirmed_whichever_partner_was_hoped_for(world: World) -> None:
    _, ect = await world.ect()
    _, mentor = await world.mentor()
    done = await world.reports(delivery_partner_id=world.elder.id)
    assert done.attached == 2
    for training in (ect, mentor):
        row = await stored(training)
        assert (row["school_partnership_id"], row["confirmation_source"]) == (done.id, "lead_provider_report")
        assert row["confirmed_at"].astimezone(clock.LONDON).date() == TODAY
        same = ("started_on", "finished_on", "schedule_id", "requested_at")
        assert [row[name] for name in same] == [training[name] for name in same]
    assert await kinds() == ["school_partnership_created", ATTACHED, ATTACHED]


@pytest.mark.rule("ARR-10")
@pytest.mark.rule("ARR-12")
@pytest.mark.parametrize(
    "facts",
    [
        {"finished_on": TODAY - timedelta(days=1)},
        {"finished_on": TODAY, "withdrawn_at": clock.at_noon(TODAY), "withdrawal_reason": "other"},
        {"finished_on": TODAY, "deferred_at": clock.at_noon(TODAY), "deferral_reason": "other"},
        {"cancelled_at": clock.at_noon(TODAY), "cancellation_reason": "support"},
        {"year": 2024},
    ],
    ids=["ended", "withdrawn", "deferred", "cancelled", "another year"],
)
async def test_a_report_leaves_alone_what_does_not_ask(world: World, facts: dict[str, Any]) -> None:
    _, training = await world.ect(**facts)
    done = await world.reports()
    assert done.attached == 0
    assert (await stored(training))["school_partnership_id"] is None


@pytest.mark.rule("ARR-10")
async def test_a_report_for_another_lead_provider_school_or_confirmed_training_changes_nothing(world: World) -> None:
    other = await factories.lead_provider("Oak Training")
    stay = await factories.ect(world.ash, "Omar Haddad")
    theirs = await factories.training(stay, other)
    earlier = await world.reported(world.elder, 2024)
    _, confirmed = await world.ect(earlier, year=2024)
    done = await world.reports()
    assert done.attached == 0
    assert (await stored(theirs))["school_partnership_id"] is None
    assert (await stored(confirmed))["school_partnership_id"] == earlier["id"]


@pytest.mark.rule("CHL-05")
async def test_the_same_pair_again_clears_the_challenge_of_its_row(world: World) -> None:
    challenged = await world.reported(origin="carried_forward", **CHALLENGED)
    _, training = await world.ect(challenged)
    done = await world.reports()
    row = await only_partnership()
    assert (done.id, done.attached, row["challenged_at"], row["origin"]) == (challenged["id"], 1, None, "reported")
    assert row["reported_at"].astimezone(clock.LONDON).date() == TODAY
    assert (await stored(training))["confirmation_source"] == "lead_provider_report"
    assert await kinds() == ["school_partnership_reported_again", ATTACHED]
    assert await mail("M-20") == ["alice@ash.example"]


@pytest.mark.rule("CHL-05")
@pytest.mark.rule("API-11.9")
async def test_another_partner_makes_a_new_row_that_takes_over_who_was_disputed(world: World) -> None:
    challenged = await world.reported(**CHALLENGED)
    stay, training = await world.ect(challenged)
    _, ended = await world.mentor(challenged, finished_on=date(2026, 1, 31))
    done = await world.reports(delivery_partner_id=world.elder.id)
    assert done.id != challenged["id"]
    assert (await stored(training))["school_partnership_id"] == done.id
    assert (await stored(ended))["school_partnership_id"] == challenged["id"]
    assert len(await rows_of(stay)) == 1


async def _led_by_the_school(world: World) -> None:
    await factories.training(await factories.ect(world.ash))


async def _no_more_pairs(world: World) -> None:
    await fetch("DELETE FROM provider_pairing WHERE delivery_partner_id = $1", world.dogwood.id)


async def _not_opened(world: World) -> None:
    await fetch("UPDATE contract_period SET registration_opens_on = NULL WHERE year = 2025")


async def _not_funded(world: World) -> None:
    await fetch("UPDATE school SET type_code = 11, access_override = 'school_led_only' WHERE id = $1", world.ash.id)


async def _closed(world: World) -> None:
    await fetch("UPDATE school SET status_code = 2, closed_on = '2026-01-01' WHERE id = $1", world.ash.id)


async def _reported(world: World) -> None:
    await world.reported()


async def _carried_forward(world: World) -> None:
    await world.reported(world.elder, origin="carried_forward")


async def _nothing(world: World) -> None:
    """Change nothing."""


REFUSED = [
    (_nothing, {"year": Unreadable.BLANK}, [("cohort", "blank"), ("delivery_partner_id", "not_paired")]),
    (_nothing, {"year": 2099}, [("cohort", "unknown"), ("delivery_partner_id", "not_paired")]),
    (_nothing, {"year": 2026}, [("cohort", "cohort_not_started"), ("delivery_partner_id", "not_paired")]),
    (_not_opened, {}, [("cohort", "cohort_closed")]),
    (_nothing, {"school_id": Unreadable.BLANK}, [("school_id", "blank")]),
    (_nothing, {"school_id": 0}, [("school_id", "unknown")]),
    (_not_funded, {}, [("school_id", "school_not_eligible")]),
    (_closed, {}, [("school_id", "school_not_eligible")]),
    (_reported, {}, [("school_id", "partnership_exists")]),
    (_carried_forward, {}, [("school_id", "partnership_exists")]),
    (_led_by_the_school, {}, [("school_id", "school_led")]),
    (_nothing, {"delivery_partner_id": Unreadable.BLANK}, [("delivery_partner_id", "blank")]),
    (_nothing, {"delivery_partner_id": 0}, [("delivery_partner_id", "unknown")]),
    (_no_more_pairs, {}, [("delivery_partner_id", "not_paired")]),
]


@pytest.mark.rule("API-11.2")
@pytest.mark.rule("API-6.4")
@pytest.mark.parametrize(
    ("given", "facts", "expected"), REFUSED, ids=[f"{case[2][0][1]}-{number}" for number, case in enumerate(REFUSED)]
)
async def test_what_is_refused_and_leaves_nothing(
    world: World, given: Any, facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    await given(world)
    before = len(await fetch("SELECT FROM school_partnership"))
    with refuses(*expected):
        await world.reports(**facts)
    assert len(await fetch("SELECT FROM school_partnership")) == before
    assert (await kinds(), await mail("M-20")) == ([], [])


@pytest.mark.rule("API-11.2")
async def test_a_year_is_accepted_on_its_first_day_and_after_it_ended(world: World) -> None:
    contract_id = await factories.contract(world.larch, 2026)
    await factories.insert(
        "provider_pairing",
        lead_provider_contract_id=contract_id,
        delivery_partner_id=world.dogwood.id,
        lead_provider_id=world.larch.id,
        contract_period_year=2026,
    )
    first_day = date(2026, 6, 1)
    assert (await world.reports(first_day, year=2026)).id
    assert (await world.reports(first_day, year=2024)).id


@pytest.mark.rule("API-11.2")
@pytest.mark.parametrize("asked", [True, False])
async def test_a_school_with_limited_use_is_reported_only_where_it_asked(world: World, asked: bool) -> None:
    await _not_funded(world)
    if asked:
        await world.ect()
        assert (await world.reports()).attached == 1
    else:
        with refuses(("school_id", "school_not_eligible")):
            await world.reports()


@pytest.mark.rule("API-11.5")
@pytest.mark.rule("API-19.6")
async def test_of_parallel_reports_one_wins(committed_database: str) -> None:
    with on(date(2025, 9, 1)):
        world = await make_world()
        _, training = await world.ect()

    async def report(partner: int) -> str:
        try:
            await world.reports(delivery_partner_id=partner)
        except Refused as refused:
            return refused.code
        return "reported"

    partners = [world.dogwood.id, world.elder.id, world.dogwood.id, world.elder.id, world.dogwood.id]
    answers = await asyncio.gather(*(report(partner) for partner in partners))
    assert sorted(answers) == [*["partnership_exists"] * 4, "reported"]
    assert (await stored(training))["school_partnership_id"] == (await only_partnership())["id"]
    assert await mail("M-20") == ["alice@ash.example"]


def arrangement(world: World, kind: ArrangementKind, row: Any = None) -> Arrangement:
    provider = LeadProvider(world.larch.id, world.larch.public_id, world.larch.name)  # type: ignore[arg-type]
    if row is None:
        return Arrangement(kind, provider)
    partner = DeliveryPartner(world.dogwood.id, world.dogwood.name)  # type: ignore[arg-type]
    ids = (row["id"], row["public_id"], world.larch.id, world.dogwood.id)
    return Arrangement(kind, provider, partner, Partnership(*ids, 2025, row["reported_at"]))  # type: ignore[arg-type]


async def attaches(world: World, choice: Arrangement) -> Attachment:
    async with transaction():
        return await attach(choice, world.ash.id, 2025, LARCH_TEAM, TODAY)  # type: ignore[arg-type]


@pytest.mark.rule("ARR-08")
@pytest.mark.rule("API-19.6")
async def test_a_request_that_a_report_was_faster_than_is_chosen_anew(world: World) -> None:
    request = arrangement(world, ArrangementKind.REQUESTED)
    assert await attaches(world, request) == NOT_ATTACHED
    await world.reports()
    with pytest.raises(Refused, match="changed_meanwhile"):
        await attaches(world, request)


@pytest.mark.rule("ARR-08")
@pytest.mark.rule("CHL-05")
async def test_a_partnership_that_was_challenged_meanwhile_is_chosen_anew(world: World) -> None:
    held = await world.reported()
    confirmed = arrangement(world, ArrangementKind.CONFIRMED, held)
    assert (await attaches(world, confirmed)).partnership_id == held["id"]
    await fetch(
        """UPDATE school_partnership SET challenged_at = now(), challenge_reason = 'looks_like_a_mistake'
        WHERE id = $1""",
        held["id"],
    )
    with pytest.raises(Refused, match="changed_meanwhile"):
        await attaches(world, confirmed)


@pytest.mark.rule("M-20")
@pytest.mark.rule("CHL-05")
async def test_each_report_is_told_also_within_the_same_moment(world: World) -> None:
    for _ in range(3):
        done = await world.reports()
        await fetch(
            """UPDATE school_partnership SET challenged_at = reported_at, challenge_reason = 'looks_like_a_mistake'
            WHERE id = $1""",
            done.id,
        )
    assert await mail("M-20") == ["alice@ash.example"] * 3
