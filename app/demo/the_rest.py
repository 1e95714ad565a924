"""What else the demo shows beside people: uplifts, mail in every state, a limit that is reached (REF-6.7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.db.engine import fetch, fetch_one
from app.demo.cast import AMBERLEY, CALDER, DUNMORE, GRAIN, NORTHSTAR
from app.demo.reference import DELIVERY_PARTNERS, LEAD_PROVIDERS
from app.demo.registered import OAKS_LOWER, QUARRY_HILL
from app.demo.rows import fixed_id, insert
from app.notices.catalogue import PartnershipStillOpen
from app.notices.outbox import Subjects, queue_message, school_key
from app.policy import Policy
from app.support.subjects import Subject
from app.terms import LookupOutcome, Role
from app.training.challenges import last_challenge_day
from app.training.report_partnership import report_cause

if TYPE_CHECKING:
    from datetime import datetime

    from app.demo.world import World

POLICY = Policy()
OAKHAVEN = "9000026"
UPLIFTS = {AMBERLEY: (True, True), CALDER: (True, False), OAKS_LOWER: (False, True), DUNMORE: (False, False)}
"""School -> pupil premium and sparsity."""
ENDS = ("delivered", "bounced", "undelivered", "failed", "expired", "cancelled", "suppressed")
GONE = ("accepted", "parked")
"""How mail ends, and how it may stand in between."""


async def add_the_rest(world: World) -> None:
    """Insert all of it."""
    await _uplifts(world)
    await _limit_reached(world)
    await _reminders_off(world)
    await _mail_in_each_state(world)
    await _reminder_to_come(world)
    await _query_to_support(world)


async def _uplifts(world: World) -> None:
    for urn, (pupil_premium, sparsity) in UPLIFTS.items():
        facts = {"pupil_premium": pupil_premium, "sparsity": sparsity}
        year = {"contract_period_year": world.days.year_at(-2)}
        await insert("school_uplift", {"school_id": world.schools[urn], **year, **facts})


async def _limit_reached(world: World) -> None:
    """Insert so many failed look-ups at Oakhaven that it can look nobody up today (IDN-05)."""
    for number in range(POLICY.failed_lookups_per_school_day):
        values = {
            "user_id": world.tutors[OAKHAVEN].user_id,
            "school_id": world.schools[OAKHAVEN],
            "role": Role.ECT.value,
            "at": world.days.moment - timedelta(minutes=number + 1),
            "outcome": LookupOutcome.TRN_NOT_FOUND.value,
        }
        await insert("lookup_attempt", values)


async def _reminders_off(world: World) -> None:
    await fetch("UPDATE school SET reminders_off_until = $2 WHERE urn = $1", DUNMORE, world.days.ahead(60))


async def _mail_in_each_state(world: World) -> None:
    """Insert one email in each state, the bounced one to an induction tutor (TD-15)."""
    for number, state in enumerate((*ENDS, *GONE)):
        bounced = state == "bounced"
        urn = QUARRY_HILL if bounced else OAKHAVEN
        await _mail(urn, state, world.tutors[urn].email, world.days.start_of(world.days.ago(number + 3)), world)


async def _mail(urn: str, state: str, to: str, at: datetime, world: World) -> None:
    key = f"M-44:demo {state}:school"
    values = {
        "id": fixed_id("message", key),
        "message_id": "M-44",
        "priority": 2,
        "recipient": to,
        "personalisation": None,
        "school_id": world.schools[urn],
        "dedupe_key": key,
        "not_before": at,
        "state": state,
        "attempts": 0 if state in {"cancelled", "expired", "suppressed"} else 1,
        "accepted_at": at if state in {"delivered", "accepted"} else None,
        "finished_at": at if state in ENDS else None,
        "earlier_failures": 0,
        "version": 1,
    }
    columns = ", ".join(values)
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await fetch(
        f"INSERT INTO message (created_at, updated_at, {columns}) VALUES ($8, $8, {marks})",  # noqa: S608 - names are ours
        *values.values(),
    )


async def _reminder_to_come(world: World) -> None:
    """Queue the reminder about the partnership that was reported to Calder Bridge lately: it leaves later (M-21)."""
    row = await fetch_one(
        """SELECT p.id, p.public_id, p.reported_at FROM school_partnership p
        WHERE p.school_id = $1 AND p.lead_provider_id = $2 ORDER BY p.id DESC LIMIT 1""",
        world.schools[CALDER],
        world.providers[NORTHSTAR],
    )
    if row is None:
        raise LookupError("the partnership was not reported")
    last_day = last_challenge_day(row["reported_at"], world.days.year, POLICY)
    names = (LEAD_PROVIDERS[NORTHSTAR], DELIVERY_PARTNERS[GRAIN])
    await queue_message(
        PartnershipStillOpen(*names, world.days.year, last_day, f"/school/partnerships/{row['public_id']}"),
        to=world.tutors[CALDER].email,
        dedupe_key=school_key(PartnershipStillOpen.id, report_cause(row["id"], row["reported_at"])),
        about=Subjects(school_id=world.schools[CALDER]),
        not_before=row["reported_at"] + timedelta(days=POLICY.partnership_reminder_days),
    )


async def _query_to_support(world: World) -> None:
    tutor = world.tutors[CALDER]
    values = {
        "user_id": tutor.user_id,
        "school_id": world.schools[CALDER],
        "name": tutor.name,
        "email": tutor.email,
        "subject": Subject.CHANGING_A_RECORD.value,
        "message": "One of our ECTs has married and the teaching record still shows the former name.",
        "state": "received",
    }
    await insert("support_query", values, ("query", CALDER))
