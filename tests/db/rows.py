"""A small world written straight to the tables, and rows that fit into it, for tests of the tables themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.engine import fetch

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
DAY = date(2025, 9, 1)
HASH = bytes(32)


@dataclass
class World:
    """The ids of the rows that other rows refer to."""

    user: int = 0
    school: int = 0
    other_school: int = 0
    ect: int = 0
    """A teacher with an open ECT stay at the school from 1 September 2025."""
    mentor: int = 0
    """A teacher with an open mentor stay at the school from 1 September 2025."""
    newcomer: int = 0
    """A teacher without any stay."""
    provider: int = 0
    """Contracted in 2025, paired with the partner, in partnership with the school."""
    uncontracted: int = 0
    partner: int = 0
    other_partner: int = 0
    contract: int = 0
    partnership: int = 0
    standard: int = 0
    reduced: int = 0
    replacement: int = 0
    standard_2024: int = 0
    body: int = 0
    ect_stay: int = 0
    mentor_stay: int = 0


async def add(table: str, **values: Any) -> Any:
    """Write one row as given; returns its key."""
    names = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    rows = await fetch(f'INSERT INTO "{table}" ({names}) VALUES ({places}) RETURNING *', *values.values())
    return rows[0][0]


def stamped(**values: Any) -> dict[str, Any]:
    return {"created_at": NOW, "updated_at": NOW, **values}


def teacher(_: World, trn: str = "7000009") -> dict[str, Any]:
    return stamped(
        trn=trn,
        trs_first_name="Ada",
        trs_last_name="Test",
        search_name="adatest",
        trs_refreshed_at=NOW,
        trs_answer="found",
        version=1,
    )


def school(_: World, urn: str = "100009") -> dict[str, Any]:
    return stamped(
        urn=urn,
        kind="state_funded",
        name="A school",
        type_code=1,
        type_name="Community school",
        status_code=1,
        local_authority_code="201",
        section_41_approved=False,
        search_name="aschool",
        version=1,
    )


def contract_period(_: World, year: int = 2030) -> dict[str, Any]:
    return stamped(
        year=year,
        started_on=date(year, 6, 1),
        finished_on=date(year + 1, 5, 31),
        mentor_funding_enabled=True,
        uplift_fees=False,
    )


def registration_closure(_: World) -> dict[str, Any]:
    return stamped(key="summer", starts_on=date(2025, 7, 1), ends_on=date(2025, 7, 8), message="Back soon")


def schedule(_: World) -> dict[str, Any]:
    return stamped(contract_period_year=2025, identifier="ecf-standard-april")


def milestone(world: World) -> dict[str, Any]:
    return stamped(schedule_id=world.standard, declaration="started", opens_on=DAY, closes_on=date(2025, 11, 30))


def lead_provider(_: World, key: str = "new-provider") -> dict[str, Any]:
    return stamped(key=key, name=key.title(), notification_emails=[])


def lead_provider_contract(world: World) -> dict[str, Any]:
    return stamped(lead_provider_id=world.uncontracted, contract_period_year=2025)


def delivery_partner(_: World, key: str = "new-partner") -> dict[str, Any]:
    return stamped(key=key, name=key.title())


def provider_pairing(world: World) -> dict[str, Any]:
    return stamped(
        lead_provider_contract_id=world.contract,
        delivery_partner_id=world.other_partner,
        lead_provider_id=world.provider,
        contract_period_year=2025,
    )


def appropriate_body(_: World, key: str = "new-body") -> dict[str, Any]:
    return stamped(
        key=key, name=key.title(), type="teaching_school_hub", allowed_school_kinds=["state_funded"], districts=[]
    )


def induction_tutor(world: World) -> dict[str, Any]:
    return stamped(
        school_id=world.school, name="Tia Tutor", email="tia@a.example", started_at=NOW, recorded_by_user_id=world.user
    )


def school_year(world: World) -> dict[str, Any]:
    return stamped(school_id=world.school, contract_period_year=2025, expecting_ects="yes")


def school_uplift(world: World) -> dict[str, Any]:
    return stamped(school_id=world.school, contract_period_year=2025, pupil_premium=True, sparsity=False)


def school_closing(world: World) -> dict[str, Any]:
    return stamped(school_id=world.school, urn="100001", closed_on=DAY, state="closed", noted_on=DAY, acted_on=DAY)


def register_item(world: World) -> dict[str, Any]:
    return stamped(queue="Q-06", kind="fault", school_id=world.school, detail="{}", raised_on=DAY)


def school_partnership(world: World) -> dict[str, Any]:
    return stamped(
        school_id=world.other_school,
        lead_provider_id=world.provider,
        delivery_partner_id=world.partner,
        contract_period_year=2025,
        origin="reported",
        reported_at=NOW,
    )


def ect_at_school_period(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.newcomer,
        school_id=world.school,
        started_on=DAY,
        email="new@a.example",
        working_pattern="full_time",
        school_reported_appropriate_body_id=world.body,
        registered_by_user_id=world.user,
        identity_match="date_of_birth",
        version=1,
    )


def mentor_at_school_period(world: World) -> dict[str, Any]:
    return stamped(teacher_id=world.newcomer, school_id=world.school, started_on=DAY, email="new@a.example", version=1)


def mentorship_period(world: World) -> dict[str, Any]:
    return stamped(
        ect_at_school_period_id=world.ect_stay,
        ect_teacher_id=world.ect,
        mentor_at_school_period_id=world.mentor_stay,
        mentor_teacher_id=world.mentor,
        school_id=world.school,
        started_on=DAY,
    )


def training_period(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.ect,
        role="ect",
        school_id=world.school,
        ect_at_school_period_id=world.ect_stay,
        training_programme="provider_led",
        lead_provider_id=world.provider,
        contract_period_year=2025,
        school_partnership_id=world.partnership,
        schedule_id=world.standard,
        confirmed_at=NOW,
        confirmation_source="existing_partnership",
        self_funded=False,
        started_on=DAY,
    )


def induction_period(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.ect,
        appropriate_body_id=world.body,
        started_on=DAY,
        finished_on=date(2025, 12, 31),
        outcome="pass",
        number_of_terms=1,
    )


def induction_to_tell(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.ect,
        status="InProgress",
        started_on=DAY,
        decided_at=NOW,
        state="waiting",
        due_at=NOW,
        attempts=0,
    )


def draft(world: World) -> dict[str, Any]:
    return stamped(
        id=UUID(int=1),
        kind="register_ect",
        journey="register-ect",
        school_id=world.school,
        started_by_user_id=world.user,
        last_saved_by_user_id=world.user,
        last_saved_at=NOW,
        expires_at=NOW,
        state="open",
        answers="{}",
        answer_versions="{}",
        version=1,
    )


def lookup_attempt(world: World) -> dict[str, Any]:
    return stamped(
        user_id=world.user, school_id=world.school, role="ect", at=NOW, outcome="trn_not_found", trn="7000009"
    )


def name_flag(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.ect,
        school_id=world.school,
        trs_name="Ada Test",
        old_name="Ada Test",
        new_name="Zoe Other",
        where="registration",
        raised_at=NOW,
    )


def name_correction(world: World) -> dict[str, Any]:
    return stamped(
        teacher_id=world.ect,
        school_id=world.school,
        trs_name="Ada Test",
        old_name="Ada Test",
        new_name="Zoe Other",
        score=20,
        where="registration",
        reason="corrected at registration",
        actor_kind="school_user",
        made_at=NOW,
    )


def anonymisation(world: World) -> dict[str, Any]:
    return stamped(teacher_id=world.newcomer, asked_by_user_id=world.user, note="Asked for by themself", ticket="")


def bulk_batch(world: World) -> dict[str, Any]:
    return stamped(fix="FIX-13", fields="{}", note="Asked for by a trust", ticket="", asked_by_user_id=world.user)


def bulk_row(_: World) -> dict[str, Any]:
    return stamped(bulk_batch_id=1, position=1, trn="7000001")


def reference_version(_: World) -> dict[str, Any]:
    return {"one": True, "version": UUID(int=1)}


def app_user(_: World) -> dict[str, Any]:
    return stamped(
        audience="school",
        name="Alice",
        email="alice@a.example",
        active=True,
        staff_roles=[],
    )


def user_identity(world: World) -> dict[str, Any]:
    return stamped(user_id=world.user, method="personas", subject="alice")


def school_access(world: World) -> dict[str, Any]:
    return stamped(
        user_id=world.user, school_id=world.school, source="persona", granted_by="the service", granted_at=NOW
    )


def session(world: World) -> dict[str, Any]:
    return stamped(id_hash=HASH, csrf_secret=HASH, user_id=world.user, last_seen_at=NOW, absolute_expires_at=NOW)


def event(_: World) -> dict[str, Any]:
    return {
        "id": 1,
        "kind": "something_happened",
        "recorded_at": NOW,
        "business_date": DAY,
        "actor_kind": "system",
        "sentence": "Something happened",
        "changes": "{}",
        "metadata": "{}",
        "prev_hash": HASH,
        "hash": bytes([1]) * 32,
    }


def event_subject(_: World) -> dict[str, Any]:
    return {"event_id": 1, "kind": "teacher_id", "subject_id": 1}


def service_setting(_: World) -> dict[str, Any]:
    return stamped(key="draft_days", value="30")


def school_link(_: World) -> dict[str, Any]:
    return stamped(urn="100001", link_urn="100002", link_type="Successor")


def message(_: World) -> dict[str, Any]:
    return stamped(
        id=UUID(int=2),
        message_id="M-01",
        priority=1,
        recipient="a@a.example",
        dedupe_key="once",
        not_before=NOW,
        state="pending",
        attempts=0,
        earlier_failures=0,
        version=1,
    )


def job_run(_: World) -> dict[str, Any]:
    return stamped(name="tidy_up", cron="15 2 * * *", when_late="things lie about")


def field_error(_: World) -> dict[str, Any]:
    return stamped(day=DAY, journey="register_ect", field="email", errors=1)


def sender_stop(_: World) -> dict[str, Any]:
    return stamped(reason="forbidden", stopped_at=NOW, try_at=NOW)


def calendar_feed(world: World) -> dict[str, Any]:
    return stamped(id=1, user_id=world.user, school_id=world.school, token_hash=b"1", names="initials")


def calendar_entry(_: World) -> dict[str, Any]:
    return stamped(feed_id=1, key="opening-2025", on_day=DAY, summary="Registration opens", sequence=0)


def support_query(world: World) -> dict[str, Any]:
    return stamped(
        user_id=world.user,
        school_id=world.school,
        name="A",
        email="a@a.example",
        subject="access",
        message="Help",
        state="received",
    )


def feedback(_: World) -> dict[str, Any]:
    return stamped(satisfaction=3, at=NOW)


def school_preference(world: World) -> dict[str, Any]:
    return stamped(
        user_id=world.user,
        school_id=world.school,
        confirmation_emails=True,
        digest="off",
        digest_groups=[],
        notices_read_to=0,
        digest_told_to=0,
    )


def user_organisation(world: World) -> dict[str, Any]:
    return stamped(user_id=world.user, school_id=world.school, subject="subject", organisation_id="organisation")


def sign_in_flow(_: World) -> dict[str, Any]:
    return stamped(state_hash=b"1", session_hash=b"2", nonce="nonce", verifier="v", automatic=False, method="staff_dfe")


def one_time_secret(world: World) -> dict[str, Any]:
    return stamped(
        purpose="sign_in", subject_hash=b"1", school_id=world.school, expires_at=NOW, link_hash=b"1", wrong_codes=0
    )


def reminder_run(_: World) -> dict[str, Any]:
    return stamped(reminder="M-44", planned_on=DAY, runs_on=DAY, state="planned", sent=0, skipped="{}")


def reminder_sent(world: World) -> dict[str, Any]:
    return stamped(school_id=world.school, reminder="M-44", sent_on=DAY)


def api_token(world: World) -> dict[str, Any]:
    return stamped(
        lead_provider_id=world.provider,
        token_hash=HASH,
        first_characters="abcdefgh",
        description="Our system",
        scope="read",
        created_by="An operator",
    )


def api_token_day(_: World) -> dict[str, Any]:
    return stamped(token_id=1, day=DAY, calls=1, refusals=0)


BUILDERS: dict[str, Callable[[World], dict[str, Any]]] = {
    made.__name__: made
    for made in (
        teacher,
        school,
        contract_period,
        registration_closure,
        schedule,
        milestone,
        lead_provider,
        lead_provider_contract,
        delivery_partner,
        provider_pairing,
        appropriate_body,
        induction_tutor,
        school_year,
        school_uplift,
        school_partnership,
        ect_at_school_period,
        mentor_at_school_period,
        mentorship_period,
        training_period,
        induction_period,
        induction_to_tell,
        draft,
        lookup_attempt,
        name_flag,
        name_correction,
        anonymisation,
        bulk_batch,
        support_query,
        feedback,
        school_preference,
        one_time_secret,
        user_organisation,
        sign_in_flow,
        reminder_run,
        reminder_sent,
        app_user,
        user_identity,
        school_access,
        session,
        event,
        service_setting,
        school_link,
        school_closing,
        register_item,
        message,
        sender_stop,
        job_run,
        field_error,
        calendar_feed,
        api_token,
    )
}


DEPENDENT = {
    "event_subject": event_subject,
    "calendar_entry": calendar_entry,
    "api_token_day": api_token_day,
    "bulk_row": bulk_row,
    "reference_version": reference_version,
}
"""Rows that need another of BUILDERS first, or that there is one of already."""


async def insert(world: World, table: str, **changes: Any) -> Any:
    """Write the table's row that fits into the world, with these columns changed; returns its key."""
    return await add(table, **((BUILDERS | DEPENDENT)[table](world) | changes))


async def make_world() -> World:
    """Write two schools, an ECT, a mentor, a newcomer and one lead provider under contract in 2025."""
    world = World()
    world.user = await insert(world, "app_user")
    world.school = await add("school", **school(world, "100001"))
    world.other_school = await add("school", **school(world, "100002"))
    for number, name in enumerate(("ect", "mentor", "newcomer"), 1):
        setattr(world, name, await add("teacher", **teacher(world, f"700000{number}")))
    world.body = await add("appropriate_body", **appropriate_body(world, "a-body"))
    await _make_providers(world)
    world.ect_stay = await insert(world, "ect_at_school_period", teacher_id=world.ect)
    world.mentor_stay = await insert(world, "mentor_at_school_period", teacher_id=world.mentor)
    return world


async def _make_providers(world: World) -> None:
    for year in (2024, 2025):
        await add("contract_period", **contract_period(world, year))
    world.provider = await add("lead_provider", **lead_provider(world, "contracted"))
    world.uncontracted = await add("lead_provider", **lead_provider(world, "uncontracted"))
    world.partner = await add("delivery_partner", **delivery_partner(world, "paired"))
    world.other_partner = await add("delivery_partner", **delivery_partner(world, "unpaired"))
    world.contract = await insert(world, "lead_provider_contract", lead_provider_id=world.provider)
    await insert(world, "provider_pairing", delivery_partner_id=world.partner)
    world.partnership = await insert(world, "school_partnership", school_id=world.school)
    for name in ("standard", "reduced", "replacement"):
        setattr(world, name, await insert(world, "schedule", identifier=f"ecf-{name}-september"))
    world.standard_2024 = await insert(
        world, "schedule", contract_period_year=2024, identifier="ecf-standard-september"
    )
