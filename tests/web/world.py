"""Schools, years and contacts that tests of pages start from; what a test isn't about has a default."""

from __future__ import annotations

from datetime import date
from typing import Any

from app import clock
from app.db.engine import fetch

SCHOOL = {
    "kind": "state_funded",
    "name": "Amberley Grove School",
    "type_code": 1,
    "type_name": "Community school",
    "status_code": 1,
    "local_authority_code": "909",
    "section_41_approved": False,
    "search_name": "amberley grove school",
    "version": 1,
}


async def insert(table: str, **values: Any) -> Any:
    """Store a row; returns its id, or its year."""
    values = {"created_at": clock.now(), "updated_at": clock.now(), **values}
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    key = "year" if table == "contract_period" else "id"
    rows = await fetch(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING {key}",
        *values.values(),
    )
    return rows[0][key]


async def make_school(urn: str = "100001", **changes: Any) -> int:
    """Store a school that may use the whole service."""
    return int(await insert("school", urn=urn, **{**SCHOOL, **changes}))


async def make_year(year: int, **changes: Any) -> None:
    """Store an academic year from 1 June to 31 May, open for registration from its first day."""
    values: dict[str, Any] = {
        "started_on": date(year, 6, 1),
        "finished_on": date(year + 1, 5, 31),
        "registration_opens_on": date(year, 6, 1),
        "mentor_funding_enabled": True,
        "uplift_fees": False,
    }
    await insert("contract_period", year=year, **{**values, **changes})


async def make_tutor(
    school: int, year: int | None, name: str = "Alice Archer", email: str = "alice@amberley.example"
) -> None:
    """Store the induction tutor of a school, confirmed for a year."""
    user = await insert("app_user", audience="school", name=name, email=email, active=True, staff_roles=[])
    await insert(
        "induction_tutor",
        school_id=school,
        name=name,
        email=email,
        confirmed_for_year=year,
        started_at=clock.now(),
        recorded_by_user_id=user,
    )


async def make_closure(starts_on: date, ends_on: date, message: str = "We are preparing for the new year.") -> None:
    """Store days on which registration is closed."""
    key = f"closed-{starts_on}"
    await insert("registration_closure", key=key, starts_on=starts_on, ends_on=ends_on, message=message)
