"""What happened before a registration: stays, training, mentorships, partnerships, by plain ids."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from app.db.engine import fetch, fetch_one
from app.teachers.rules import search_text
from tests import factories

if TYPE_CHECKING:
    from tests.web.register_ect.conftest import World

NAMES = {"9900001": ("Priya", "Shah"), "9900020": ("Vic", "Mover"), "9900017": ("Una", "Quinn")}


async def teacher(trn: str = "9900001", **changes: Any) -> int:
    """A known teacher, once; the internal id."""
    known = await fetch_one("SELECT id FROM teacher WHERE trn = $1", trn)
    if known is not None:
        return int(known["id"])
    first, last = NAMES.get(trn, ("Ann", "Other"))
    values = {
        "trs_first_name": first,
        "trs_last_name": last,
        "search_name": search_text(f"{first} {last}"),
        "trs_refreshed_at": noon(date(2025, 9, 1)),
        "trs_answer": "found",
        "version": 1,
    }
    return int((await factories.insert("teacher", trn=trn, **{**values, **changes}))["id"])


def noon(day: date) -> datetime:
    """Return noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)


def ended(finished_on: date | None, **changes: Any) -> dict[str, Any]:
    """Return the end of a stay with its reason, or none."""
    return {"finished_on": finished_on, "end_reason": "left" if finished_on else None, **changes}


async def ect(
    school: int, started_on: date, finished_on: date | None = None, trn: str = "9900001", **changes: Any
) -> Any:
    """An ECT stay; a finished one was left."""
    values = {
        "teacher_id": await teacher(trn),
        "school_id": school,
        "started_on": started_on,
        "email": f"{trn}@earlier.example",
        "working_pattern": "full_time",
        "version": 1,
        **ended(finished_on),
    }
    return await factories.insert("ect_at_school_period", **{**values, **changes})


async def mentor(
    school: int, started_on: date, finished_on: date | None = None, trn: str = "9900001", **changes: Any
) -> Any:
    """A mentor stay; a finished one was left."""
    values = {
        "teacher_id": await teacher(trn),
        "school_id": school,
        "started_on": started_on,
        "email": f"{trn}@mentor.example",
        "version": 1,
        **ended(finished_on),
    }
    return await factories.insert("mentor_at_school_period", **{**values, **changes})


async def mentored(stay: Any, by: Any, started_on: date, **changes: Any) -> Any:
    """A mentorship without end."""
    values = {
        "ect_at_school_period_id": stay["id"],
        "ect_teacher_id": stay["teacher_id"],
        "mentor_at_school_period_id": by["id"],
        "mentor_teacher_id": by["teacher_id"],
        "school_id": stay["school_id"],
        "started_on": started_on,
    }
    return await factories.insert("mentorship_period", **{**values, **changes})


async def school_led(stay: Any, **changes: Any) -> Any:
    """School-led training for a whole stay."""
    values = {
        "teacher_id": stay["teacher_id"],
        "role": "ect",
        "school_id": stay["school_id"],
        "ect_at_school_period_id": stay["id"],
        "training_programme": "school_led",
        "self_funded": False,
        "started_on": stay["started_on"],
        "finished_on": stay["finished_on"],
    }
    return await factories.insert("training_period", **{**values, **changes})


async def provider_led(
    world: World, stay: Any, provider: str, year: int, partnership: Any = None, **changes: Any
) -> Any:
    """Provider-led training for a whole stay: requested, or confirmed with a partnership."""
    schedule = await fetch_one(
        "SELECT id FROM schedule WHERE contract_period_year = $1 AND identifier = $2",
        year,
        changes.pop("schedule", "ecf-standard-september"),
    )
    assert schedule is not None
    at = noon(stay["started_on"])
    state = (
        {"requested_at": at}
        if partnership is None
        else {
            "school_partnership_id": partnership["id"],
            "confirmed_at": at,
            "confirmation_source": "existing_partnership",
        }
    )
    return await school_led(
        stay,
        **{
            "training_programme": "provider_led",
            "lead_provider_id": world.providers[provider],
            "contract_period_year": year,
            "schedule_id": schedule["id"],
            **state,
            **changes,
        },
    )


async def partnership(world: World, school: int, provider: str, partner: str, year: int, **changes: Any) -> Any:
    """A partnership that the lead provider reported."""
    values = {
        "school_id": school,
        "lead_provider_id": world.providers[provider],
        "delivery_partner_id": world.partners[partner],
        "contract_period_year": year,
        "origin": "reported",
        "reported_at": noon(date(year, 9, 1)),
    }
    return await factories.insert("school_partnership", **{**values, **changes})


async def last_choices(world: World, school: int, body: str, provider: str | None) -> None:
    """Have a school have chosen these last; no provider means school-led."""
    await fetch(
        """UPDATE school SET last_appropriate_body_id = $2, last_training_programme = $3, last_lead_provider_id = $4
        WHERE id = $1""",
        school,
        world.bodies[body],
        "provider_led" if provider else "school_led",
        world.providers[provider] if provider else None,
    )
