"""Loading the demo data into an empty database (REF-6.1, REF-6.2)."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import clock
from app.access.rules import PRIVACY_VERSION
from app.access.sign_in_as_persona import METHOD
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.demo.drafts import add_drafts
from app.demo.enrol import enrol
from app.demo.history import record_in_order
from app.demo.personas import NO_TUTOR, TUTOR_OF_LAST_YEAR, DemoUser, tutor_of, users
from app.demo.reference import DATA_SET_NAME, write_reference_set
from app.demo.registered import LAST_CHOICES, partnerships, stays
from app.demo.rows import fix_ids_of_mail, fix_ids_of_received_mail, fix_public_ids, ids_by, insert, show_lead_providers
from app.demo.schools import schools, write_register_files
from app.demo.stories import tell
from app.demo.the_rest import add_the_rest
from app.demo.tokens import add_tokens
from app.demo.world import World
from app.notices.deliver import deliver_due
from app.notices.mailbox import DeveloperMailbox
from app.notices.outbox import DELIVER
from app.refdata.load import load_set
from app.refdata.school_import import import_schools
from app.terms import SYSTEM, Actor, ActorKind, SchoolId, TrainingProgramme, UserId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.demo.calendar import Days
    from app.refdata.report import Report

IMPORTED = {"school": "urn", "lead_provider": "key", "delivery_partner": "key", "appropriate_body": "key"}


async def is_empty() -> bool:
    """Tell whether no school and no academic year is stored."""
    found = await fetch_one("SELECT EXISTS (SELECT FROM school) OR EXISTS (SELECT FROM contract_period) AS any")
    return found is not None and not found["any"]


async def loaded_for() -> date | None:
    """Return the day that the demo data in the database is built around; None when it holds other data."""
    found = await fetch_one(
        "SELECT source_version FROM register_run WHERE source_name = $1 ORDER BY id DESC LIMIT 1", DATA_SET_NAME
    )
    return date.fromisoformat(found["source_version"]) if found else None


async def load(days: Days) -> None:
    """Load everything as it stands at the beginning of the day; the database has to be empty."""
    with clock.at(days.moment):
        await _import(days)
        async with transaction():
            await _fix_ids()
            everybody = users(schools(days))
            user_ids = await _users(everybody, days)
            await _tutors(everybody, user_ids, days)
            world = await _world(everybody, user_ids, days)
            record_in_order(await enrol(stays(days), world))
        await tell(world)
        async with transaction():
            await add_drafts(world)
            await add_the_rest(world)
            await _last_choices()
            await add_tokens()
            await _fix_made_ids()
            await show_lead_providers()
        await _deliver_mail()


async def _import(days: Days) -> None:
    """Load years, providers, bodies and schools the way that real files are loaded."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = await load_set(write_reference_set(days, folder / "reference"), dry_run=False, actor=SYSTEM)
        _demand_whole(report)
        establishments, links = write_register_files(days, folder / "register")
        _demand_whole(await import_schools([establishments], links, actor=SYSTEM))


def _demand_whole(report: Report) -> None:
    if report.state != "done":
        raise ValueError(f"the demo's own files were not loaded: {[str(found) for found in report.findings.errors]}")


async def _fix_ids() -> None:
    for table, key in IMPORTED.items():
        await fix_public_ids(table, key)
    await fix_public_ids("schedule", "contract_period_year::text || identifier")
    await fix_public_ids("register_run", "kind || '-' || id")
    await fix_public_ids("register_item", "kind || '-' || school_id")


async def _fix_made_ids() -> None:
    """Give what operations made ids that derive from what it is (REF-6.2); what pages link to has them already."""
    stay = "coalesce(ect_at_school_period_id, 0) || '-' || coalesce(mentor_at_school_period_id, 0)"
    await fix_public_ids("training_period", f"'training-' || {stay} || '-' || id")
    await fix_public_ids("mentorship_period", "ect_at_school_period_id || '-' || id")
    await fix_ids_of_mail()


async def _deliver_mail() -> None:
    """Deliver what was queued to the developer mailbox, each email at its time."""
    await deliver_due(DeveloperMailbox())
    await fetch("DELETE FROM procrastinate_jobs WHERE task_name = $1 AND status = 'todo'", DELIVER)
    await fix_ids_of_received_mail()


async def _users(everybody: list[DemoUser], days: Days) -> dict[str, int]:
    """Insert every user with identity and access; returns their ids by e-mail."""
    school_ids, made = await ids_by("school", "urn"), {}
    with clock.at(days.start_of(days.ago(400))):
        for user in everybody:
            made[user.email] = await _user(user)
            for urn in user.schools:
                await _access(made[user.email], school_ids[urn], user.email)
    return made


async def _user(user: DemoUser) -> int:
    values = {
        "audience": user.audience,
        "name": user.name,
        "email": user.email,
        "active": True,
        "accepted_privacy_version": PRIVACY_VERSION,
        "accepted_privacy_at": clock.now(),
        "staff_roles": sorted({"viewer", *user.roles}) if user.audience == "staff" else [],
    }
    made = await insert("app_user", values, user.email)
    subject = f"staff:{user.email}" if user.audience == "staff" else user.email
    await insert("user_identity", {"user_id": made, "method": METHOD, "subject": subject})
    return made


async def _access(user: int, school: int, email: str) -> None:
    values = {"user_id": user, "school_id": school, "source": METHOD, "granted_by": METHOD, "granted_at": clock.now()}
    await insert("school_access", values, (email, school))


async def _tutors(everybody: list[DemoUser], user_ids: Mapping[str, int], days: Days) -> None:
    for urn, school in (await ids_by("school", "urn")).items():
        if urn == NO_TUTOR:
            continue
        tutor = tutor_of(urn, everybody)
        confirmed = days.year_at(-1) if urn == TUTOR_OF_LAST_YEAR else days.year
        values = {
            "school_id": school,
            "name": tutor.name,
            "email": tutor.email,
            "confirmed_for_year": confirmed,
            "started_at": days.start_of(days.ago(300)),
            "recorded_by_user_id": user_ids[tutor.email],
        }
        await insert("induction_tutor", values, urn)


async def _last_choices() -> None:
    bodies, providers = await ids_by("appropriate_body", "key"), await ids_by("lead_provider", "key")
    for urn, chosen in LAST_CHOICES.items():
        programme = TrainingProgramme.PROVIDER_LED if chosen.provider else TrainingProgramme.SCHOOL_LED
        await fetch(
            "UPDATE school SET last_appropriate_body_id = $2, last_training_programme = $3, last_lead_provider_id = $4"
            " WHERE urn = $1",
            urn,
            bodies[chosen.body],
            programme.value,
            providers.get(chosen.provider),
        )


async def _world(everybody: list[DemoUser], user_ids: Mapping[str, int], days: Days) -> World:
    school_ids = await ids_by("school", "urn")
    schedules = await fetch("SELECT id, contract_period_year AS year, identifier FROM schedule")
    return World(
        days=days,
        schools=school_ids,
        domains={school.urn: school.domain for school in schools(days)},
        tutors={
            urn: _actor(tutor_of(urn, everybody), user_ids, at) for urn, at in school_ids.items() if urn != NO_TUTOR
        },
        providers=await ids_by("lead_provider", "key"),
        partners=await ids_by("delivery_partner", "key"),
        bodies=await ids_by("appropriate_body", "key"),
        schedules={(row["year"], row["identifier"]): row["id"] for row in schedules},
        partnerships=await _partnerships(school_ids, days),
    )


def _actor(user: DemoUser, user_ids: Mapping[str, int], school_id: int) -> Actor:
    return Actor(ActorKind.SCHOOL_USER, user.name, user.email, UserId(user_ids[user.email]), SchoolId(school_id))


async def _partnerships(school_ids: Mapping[str, int], days: Days) -> dict[Any, tuple[int, datetime]]:
    providers, partners = await ids_by("lead_provider", "key"), await ids_by("delivery_partner", "key")
    made: dict[Any, tuple[int, datetime]] = {}
    for item in partnerships(days):
        key, at = (item.school, item.provider, item.partner, item.year), days.partnership_reported_at(item.year)
        before = made.get((item.school, item.provider, item.partner, item.carried_from), (None, at))[0]
        values = {
            "school_id": school_ids[item.school],
            "lead_provider_id": providers[item.provider],
            "delivery_partner_id": partners[item.partner],
            "contract_period_year": item.year,
            "origin": "carried_forward" if item.carried_from else "reported",
            "carried_from_partnership_id": before,
            "reported_at": at,
        }
        with clock.at(at):
            made[key] = (await insert("school_partnership", values, key), at)
    return made
