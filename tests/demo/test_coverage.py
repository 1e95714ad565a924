"""Every branch of registering an ECT has somebody or some school to walk it with (REF-6.9)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from app import clock
from app.adapters.trs import TRSClient
from app.db.engine import fetch, fetch_one
from app.demo.people import BORN, teaching_records
from app.demo.personas import NEW_HERE, PERSONAS
from app.policy import Policy
from app.registration.queries import appropriate_bodies, email_in_use, person
from app.registration.registering.appropriate_bodies import is_selectable
from app.registration.registering.start_dates import BoundReason, StartDateFacts, start_date_bounds
from app.registration.registering.unfinished import unfinished
from app.registration.rules import DeadEnd, asks_about_transfer, ect_dead_end, induction_tutor_gate, latest_stay
from app.schools.queries import school_facts
from app.schools.rules import RefusalReason, SchoolLevel, school_access
from app.settings import settings
from app.stand_ins.people import DEFAULT_KEY
from app.stand_ins.trs import running_stand_in
from app.teachers.snapshot import Snapshot, take
from app.teachers.trs import Deactivated, Found, Matched, Merged, NotFound, SecondFactDiffers, Unavailable
from app.terms import TRN, DraftKind, FailureCause, Role, SchoolId, SchoolKind, Year
from app.training.arrangements import ArrangementKind, ReuseLost, arrangements, programme_offers, reuse_lost
from app.training.periods import NotOpen, RegistrationPeriod
from app.training.queries import calendar, school_providers
from app.training.rules import latest_training
from app.values import DateOfBirth, NationalInsuranceNumber

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.demo.calendar import Days

AMBERLEY, CALDER = "9000001", "9000003"


@pytest.fixture
async def records(demo_data: Days) -> AsyncIterator[TRSClient]:
    """Ask the stand-in with the demo's people over HTTP."""
    async with running_stand_in(teaching_records(demo_data), as_of=demo_data.as_of) as url:
        client = TRSClient(url, DEFAULT_KEY)
        with clock.at(demo_data.moment):
            yield client
        await client.close()


async def school_id(urn: str) -> SchoolId:
    """Return a school's internal id."""
    row = await fetch_one("SELECT id FROM school WHERE urn = $1", urn)
    assert row is not None
    return SchoolId(row["id"])


async def snapshot_of(records: TRSClient, trn: str, days: Days) -> Snapshot:
    """Return what a draft would keep of a record."""
    found = await records.read(TRN(trn))
    assert isinstance(found, Found)
    return take(found.record, days.as_of, settings().prohibition_categories)


@pytest.mark.rule("REF-6.9", "IDN-02")
@pytest.mark.parametrize(
    ("trn", "outcome"),
    [
        ("9900001", Matched), ("9900002", Matched), ("9900003", NotFound), ("9900004", Deactivated),
        ("9900005", Merged), ("9900006", Matched), ("9900015", SecondFactDiffers), ("9900016", SecondFactDiffers),
        ("9900018", Matched), ("9900019", Matched),
    ],
)  # fmt: skip
async def test_each_answer_of_the_first_look_up(records: TRSClient, trn: str, outcome: type) -> None:
    found = await records.match_by_date_of_birth(TRN(trn), DateOfBirth(BORN))
    assert type(found) is outcome


@pytest.mark.rule("REF-6.9", "IDN-02")
@pytest.mark.parametrize(("trn", "outcome"), [("9900015", Matched), ("9900016", SecondFactDiffers)])
async def test_each_answer_of_the_second_look_up(records: TRSClient, trn: str, outcome: type) -> None:
    number = NationalInsuranceNumber(f"JX0000{trn[-2:]}A")
    assert type(await records.match_by_national_insurance_number(TRN(trn), number)) is outcome


@pytest.mark.rule("REF-6.9", "EXT-6.6")
@pytest.mark.parametrize(
    ("trn", "cause"),
    [
        ("9900036", FailureCause.SERVER_ERROR), ("9900037", FailureCause.RATE_LIMITED),
        ("9900038", FailureCause.CONTRACT), ("9900039", FailureCause.CONTRACT),
    ],
)  # fmt: skip
async def test_each_fault_of_the_teaching_records(records: TRSClient, trn: str, cause: FailureCause) -> None:
    found = await records.match_by_date_of_birth(TRN(trn), DateOfBirth(BORN))
    assert isinstance(found, Unavailable)
    assert found.cause is cause


@pytest.mark.rule("REF-6.9", "IDN-07")
@pytest.mark.parametrize(
    ("trn", "dead_end"),
    [
        ("9900001", None), ("9900002", None), ("9900007", DeadEnd.INDUCTION_COMPLETED),
        ("9900008", DeadEnd.INDUCTION_FAILED), ("9900009", DeadEnd.INDUCTION_FAILED),
        ("9900010", DeadEnd.INDUCTION_EXEMPT), ("9900011", DeadEnd.CANNOT_REGISTER), ("9900012", None),
        ("9900013", DeadEnd.CANNOT_REGISTER), ("9900014", None), ("9900017", None), ("9900020", None),
        ("9900021", None), ("9900022", None), ("9900023", DeadEnd.ALREADY_REGISTERED),
        ("9900024", DeadEnd.ALREADY_REGISTERED), ("9900025", DeadEnd.REGISTERED_AS_MENTOR),
        ("9900026", DeadEnd.REGISTERED_AS_MENTOR), ("9900027", DeadEnd.REGISTERED_AS_MENTOR), ("9900028", None),
        ("9900030", None), ("9900031", None), ("9900101", DeadEnd.ALREADY_REGISTERED),
        ("9900102", DeadEnd.ALREADY_REGISTERED), ("9900106", DeadEnd.ALREADY_REGISTERED), ("9900109", None),
        ("9900110", None), ("9900111", None),
    ],
)  # fmt: skip
async def test_who_gets_through_at_amberley_grove(
    demo_data: Days, records: TRSClient, trn: str, dead_end: DeadEnd | None
) -> None:
    found = (await person(TRN(trn))).found(await snapshot_of(records, trn, demo_data))
    assert ect_dead_end(found, await school_id(AMBERLEY), demo_data.as_of) is dead_end


@pytest.mark.rule("REF-6.9", "IDN-07", "MFT-01")
@pytest.mark.parametrize(
    ("trn", "stop", "elsewhere", "fundable"),
    [
        ("9900001", "", 0, True), ("9900011", "prohibited", 0, True), ("9900025", "here", 0, True),
        ("9900026", "", 1, True), ("9900027", "here", 2, True), ("9900028", "", 0, False), ("9900029", "", 0, False),
    ],
)  # fmt: skip
async def test_who_can_become_a_mentor_at_amberley_grove(
    demo_data: Days, records: TRSClient, trn: str, stop: str, elsewhere: int, *, fundable: bool
) -> None:
    known, here = await person(TRN(trn)), await school_id(AMBERLEY)
    stays = [stay.school_id for stay in known.mentor_stays if stay.period.is_open(demo_data.as_of)]
    prohibited = (await snapshot_of(records, trn, demo_data)).prohibited
    assert ("here" if here in stays else "prohibited" if prohibited else "") == stop
    assert len([school for school in stays if school != here]) == elsewhere
    assert known.as_mentor.fundable is fundable


@pytest.mark.rule("REF-6.9", "RE-09")
@pytest.mark.parametrize(
    ("trn", "asked"),
    [
        ("9900020", True), ("9900021", False), ("9900022", False), ("9900109", True), ("9900110", True),
        ("9900111", None), ("9900028", None), ("9900001", None),
    ],
)  # fmt: skip
async def test_who_was_registered_before(demo_data: Days, trn: str, asked: bool | None) -> None:
    earlier = latest_stay((await person(TRN(trn))).ect_stays)
    here = await school_id(AMBERLEY)
    assert (asks_about_transfer(earlier, here, demo_data.as_of) if earlier else None) is asked


@pytest.mark.rule("REF-6.9", "PER-01")
@pytest.mark.parametrize(
    ("trn", "reason", "limited"),
    [
        ("9900001", BoundReason.GENERAL, False), ("9900020", BoundReason.STAY_ELSEWHERE, True),
        ("9900022", BoundReason.OWN_EARLIER_STAY, False), ("9900110", BoundReason.STARTS_ELSEWHERE, True),
        ("9900112", BoundReason.DECLARATION, True), ("9900117", BoundReason.TRAINING, True),
        ("9900021", BoundReason.STAY_ELSEWHERE, False),
    ],
)  # fmt: skip
async def test_each_reason_for_a_bound_of_the_start_date(
    demo_data: Days, trn: str, reason: BoundReason, limited: bool
) -> None:
    known = await person(TRN(trn))
    facts = StartDateFacts(await school_id(AMBERLEY), await calendar(), known.ect_stays, known.trainings)
    bounds = start_date_bounds(facts, demo_data.as_of, Policy())
    assert bounds.earliest is not None
    assert bounds.earliest.reason is reason
    assert (bounds.latest is not None) is limited


@pytest.mark.rule("REF-6.9", "CP-05")
async def test_next_year_is_not_open(demo_data: Days) -> None:
    found = (await calendar()).registration_not_open(date(demo_data.year + 1, 9, 1), demo_data.as_of, Role.ECT)
    assert found == NotOpen(Year(demo_data.year + 1), None)


async def lost_at(urn: str, days: Days) -> ReuseLost | None:
    """Say why a school's last choices are not offered again to somebody new."""
    row = await fetch_one("SELECT id, kind FROM school WHERE urn = $1", urn)
    assert row is not None
    providers = await school_providers(SchoolId(row["id"]), provider_led_offered=True)
    last = providers.facts.last_choices
    body = next((body for body in await appropriate_bodies() if last and body.id == last.appropriate_body_id), None)
    usable = body is not None and is_selectable(body, SchoolKind(row["kind"]), days.as_of, days.as_of)
    registration = await this_year(days)
    return reuse_lost(providers.facts, registration, last_body_selectable=usable)


async def this_year(days: Days) -> RegistrationPeriod:
    """Return R of somebody new who starts today."""
    found = (await calendar()).registration_period_for_ect(None, days.as_of, days.as_of)
    assert isinstance(found, RegistrationPeriod)
    return found


@pytest.mark.rule("REF-6.9", "ARR-04", "ARR-05")
@pytest.mark.parametrize(
    ("urn", "lost"),
    [
        (AMBERLEY, None), ("9000004", None), ("9000028", None), ("9000021", None), ("9000019", None),
        ("9000018", ReuseLost.LEAD_PROVIDER_NOT_CONTRACTED), ("9000020", ReuseLost.PAIR_ENDED),
        ("9000022", ReuseLost.NOTHING_TO_CONTINUE), ("9000023", ReuseLost.APPROPRIATE_BODY_CLOSED),
    ],
)  # fmt: skip
async def test_whose_last_choices_can_be_used_again(demo_data: Days, urn: str, lost: ReuseLost | None) -> None:
    assert await lost_at(urn, demo_data) is lost


@pytest.mark.rule("REF-6.9", "ARR-05", "ARR-06")
@pytest.mark.parametrize(
    ("urn", "kind"),
    [
        (AMBERLEY, ArrangementKind.CONFIRMED), ("9000021", ArrangementKind.CARRY_FORWARD),
        ("9000019", ArrangementKind.REQUESTED), ("9000028", None),
    ],
)  # fmt: skip
async def test_each_kind_of_previous_arrangement(demo_data: Days, urn: str, kind: ArrangementKind | None) -> None:
    providers = await school_providers(await school_id(urn), provider_led_offered=True)
    offers = programme_offers(providers.facts, await this_year(demo_data), None, last_body_selectable=True)
    assert offers.previous is not None
    assert (offers.previous.arrangement.kind if offers.previous.arrangement else None) is kind


@pytest.mark.rule("REF-6.9", "ARR-03")
async def test_amberley_grove_can_choose_each_kind_of_arrangement(demo_data: Days) -> None:
    providers = await school_providers(await school_id(AMBERLEY), provider_led_offered=True)
    kinds = {entry.kind for entry in arrangements(providers.facts, await this_year(demo_data))}
    assert kinds == set(ArrangementKind)


@pytest.mark.rule("REF-6.9", "ARR-07", "CP-06")
async def test_a_transfer_can_keep_its_provider_and_a_frozen_year_moves_on(demo_data: Days) -> None:
    years, providers = await calendar(), await school_providers(await school_id(AMBERLEY), provider_led_offered=True)
    for trn, year, moved, keeps in (
        ("9900020", demo_data.year - 1, False, True),
        ("9900030", demo_data.year - 2, True, False),
    ):
        latest = latest_training((await person(TRN(trn))).trainings, Role.ECT)
        registration = years.registration_period_for_ect(latest, demo_data.as_of, demo_data.as_of)
        assert isinstance(registration, RegistrationPeriod)
        assert (registration.year, registration.frozen_move) == (year, moved)
        offers = programme_offers(providers.facts, registration, latest, last_body_selectable=True)
        assert (offers.keep is not None, offers.previous is not None) == (keeps, True), trn


@pytest.mark.rule("REF-6.9", "EML-01")
async def test_an_address_is_taken(demo_data: Days) -> None:
    assert await email_in_use("Taken@Amberley.example", TRN("9900001"), demo_data.as_of)


@pytest.mark.rule("REF-6.7", "DRF-08", "DRF-10")
async def test_unfinished_registrations_of_each_kind(demo_data: Days) -> None:
    with clock.at(demo_data.moment):
        found = await unfinished(await school_id(AMBERLEY), demo_data.moment, Policy(), await calendar())
    seen = {
        (draft.name, draft.started_by, draft.kind, draft.expires_soon, draft.opened_on is not None) for draft in found
    }
    assert seen == {
        ("Rory Kendal", "Bob Bright", DraftKind.REGISTER_ECT, False, False),
        ("Fleur Hobday", "Alice Archer", DraftKind.REGISTER_ECT, True, False),
        ("Gus Irwin", "Alice Archer", DraftKind.REGISTER_ECT, False, False),
        ("Hope Jessup", "Alice Archer", DraftKind.REGISTER_ECT, False, True),
        ("Jess Loader", "Anna Ames", DraftKind.REGISTER_MENTOR, False, False),
    }
    blocked = await fetch("SELECT trn FROM draft WHERE state = 'blocked'")
    assert [row["trn"] for row in blocked] == ["9900177"]


@pytest.mark.rule("REF-6.9", "ACC-13.5")
@pytest.mark.parametrize(
    ("urn", "level", "reason"),
    [
        (AMBERLEY, SchoolLevel.FULL, None), ("9000004", SchoolLevel.FULL, None),
        ("9000005", SchoolLevel.FULL_NO_NEW_ECTS, None), ("9000006", SchoolLevel.NONE, RefusalReason.NOT_FUNDED),
        ("9000007", SchoolLevel.NONE, RefusalReason.NOT_IN_ENGLAND),
        ("9000008", SchoolLevel.NONE, RefusalReason.CLOSED), ("9000017", SchoolLevel.NONE, RefusalReason.NOT_OPEN_YET),
        ("9000024", SchoolLevel.FULL, None), ("9000025", SchoolLevel.NONE, RefusalReason.NOT_IN_ENGLAND),
        ("9000026", SchoolLevel.FULL, None), ("9000027", SchoolLevel.NONE, RefusalReason.TYPE_UNKNOWN),
        ("9000028", SchoolLevel.FULL, None),
    ],
)  # fmt: skip
async def test_what_each_school_may_do(
    demo_data: Days, urn: str, level: SchoolLevel, reason: RefusalReason | None
) -> None:
    facts = await school_facts(await school_id(urn), demo_data.as_of)
    access = school_access(facts, demo_data.as_of, Policy())
    assert (access.level, access.reason) == (level, reason)


@pytest.mark.rule("REF-6.9", "IT-01")
async def test_the_gate_stands_where_a_tutor_is_missing_or_of_last_year(demo_data: Days) -> None:
    years = await calendar()
    rows = await fetch(
        """SELECT s.urn, t.confirmed_for_year AS year FROM school s LEFT JOIN induction_tutor t
        ON t.school_id = s.id AND t.ended_at IS NULL ORDER BY s.urn"""
    )
    gated = [row["urn"] for row in rows if induction_tutor_gate(years, demo_data.as_of, row["year"]) is not None]
    assert gated == ["9000002", "9000068"]


@pytest.mark.rule("REF-6.8", "ACC-8.1")
async def test_personas_who_were_here_before_are_users(demo_data: Days) -> None:
    del demo_data
    known = {row["email"] for row in await fetch("SELECT email FROM app_user")}
    urns = {row["urn"] for row in await fetch("SELECT urn FROM school")}
    assert len({persona.key for persona in PERSONAS}) == 17
    for persona in PERSONAS:
        assert (persona.email in known) is (persona.key not in NEW_HERE)
        assert set(persona.school_urns) <= urns
