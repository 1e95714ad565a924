"""Rows with readable defaults: schools, people, years, providers, ECTs with training and mentors.

Each function stores one thing and returns it; a test says only what it is about. What a row needs
(a teacher, a lead provider, its contract and schedule) is made when the test gives none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.teachers.rules import search_text, teaching_record_name

_numbers = count(1)
YEARS = range(2023, 2027)


def noon(day: date) -> datetime:
    """Return noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)


async def insert(table: str, **values: Any) -> Any:
    """Store a row, stamped now unless said otherwise, and return it whole."""
    row = {"created_at": clock.now(), "updated_at": clock.now(), **values}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    columns = ", ".join(f'"{name}"' for name in row)
    return await fetch_one(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING *", *row.values())


@dataclass(frozen=True)
class School:
    """A stored school."""

    id: int
    public_id: UUID
    urn: str
    name: str


async def school(urn: str = "100001", name: str = "Ash School", **facts: Any) -> School:
    """A school that may use the whole service."""
    values = {
        "urn": urn,
        "name": name,
        "kind": "state_funded",
        "type_code": 1,
        "type_name": "Community school",
        "status_code": 1,
        "local_authority_code": "909",
        "section_41_approved": False,
        "search_name": name.lower(),
        "version": 1,
    }
    row = await insert("school", **{**values, **facts})
    return School(row["id"], row["public_id"], row["urn"], row["name"])


@dataclass(frozen=True)
class User:
    """A stored user."""

    id: int
    name: str
    email: str


async def user(name: str = "Alice Archer", email: str = "alice@ash.example", **facts: Any) -> User:
    """A person of a school who has accepted the privacy notice."""
    values = {
        "audience": "school",
        "name": name,
        "email": email,
        "active": True,
        "staff_roles": [],
        "accepted_privacy_version": "1.0",
        "accepted_privacy_at": clock.now(),
    }
    row = await insert("app_user", **{**values, **facts})
    return User(row["id"], name, email)


async def access(to: School, of: User, **facts: Any) -> None:
    """Open access of a user to a school, through the test sign-in."""
    values = {
        "user_id": of.id,
        "school_id": to.id,
        "source": "personas",
        "granted_by": "personas",
        "granted_at": clock.now(),
    }
    await insert("school_access", **{**values, **facts})
    await fetch(
        """INSERT INTO user_identity (created_at, updated_at, user_id, method, subject)
        VALUES ($1, $1, $2, 'personas', $3) ON CONFLICT DO NOTHING""",
        clock.now(),
        of.id,
        of.email.lower(),
    )


async def induction_tutor(at: School, by: User, confirmed_for: int | None = 2025, **facts: Any) -> Any:
    """The induction tutor of a school, confirmed for the academic year 2025 to 2026."""
    values = {
        "school_id": at.id,
        "name": by.name,
        "email": by.email,
        "confirmed_for_year": confirmed_for,
        "started_at": clock.now(),
        "recorded_by_user_id": by.id,
    }
    return await insert("induction_tutor", **{**values, **facts})


async def contract_period(year: int, **facts: Any) -> None:
    """An academic year from 1 June to 31 May, open for registration from its first day."""
    values = {
        "started_on": date(year, 6, 1),
        "finished_on": date(year + 1, 5, 31),
        "registration_opens_on": date(year, 6, 1),
        "mentor_funding_enabled": True,
        "uplift_fees": False,
    }
    row = {"created_at": clock.now(), "updated_at": clock.now(), "year": year, **values, **facts}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await fetch(f"INSERT INTO contract_period ({', '.join(row)}) VALUES ({places})", *row.values())


async def contract_periods() -> None:
    """The academic years that begin in 2023 to 2026."""
    for year in YEARS:
        await contract_period(year)


async def closure(starts_on: date, ends_on: date, message: str = "We are preparing for the new academic year.") -> None:
    """Days on which registration is closed."""
    await insert(
        "registration_closure", key=f"closed-{starts_on}", starts_on=starts_on, ends_on=ends_on, message=message
    )


@dataclass(frozen=True)
class Named:
    """Something stored that has a name."""

    id: int
    public_id: UUID
    name: str


async def appropriate_body(name: str = "North Hub", **facts: Any) -> Named:
    """A teaching school hub that every kind of school may choose."""
    values = {
        "key": name.lower().replace(" ", "-"),
        "name": name,
        "type": "teaching_school_hub",
        "allowed_school_kinds": ["state_funded", "independent", "british_school_overseas", "other"],
        "districts": [],
    }
    row = await insert("appropriate_body", **{**values, **facts})
    return Named(row["id"], row["public_id"], name)


async def lead_provider(name: str = "Larch Learning") -> Named:
    """A lead provider; its contracts are made with the training that needs them."""
    key = name.lower().replace(" ", "-")
    row = await insert("lead_provider", key=key, name=name, notification_emails=[f"team@{key}.example"])
    return Named(row["id"], row["public_id"], name)


async def delivery_partner(name: str = "Dogwood Partners") -> Named:
    """A delivery partner."""
    row = await insert("delivery_partner", key=name.lower().replace(" ", "-"), name=name)
    return Named(row["id"], row["public_id"], name)


async def contract(provider: Named, year: int = 2025) -> int:
    """A lead provider's contract for a year, made once; its id."""
    found = await fetch_one(
        "SELECT id FROM lead_provider_contract WHERE lead_provider_id = $1 AND contract_period_year = $2",
        provider.id,
        year,
    )
    made = found or await insert("lead_provider_contract", lead_provider_id=provider.id, contract_period_year=year)
    return int(made["id"])


async def schedule(year: int = 2025, identifier: str = "ecf-standard-september") -> int:
    """A schedule of a year, made once; its id."""
    found = await fetch_one(
        "SELECT id FROM schedule WHERE contract_period_year = $1 AND identifier = $2", year, identifier
    )
    made = found or await insert("schedule", contract_period_year=year, identifier=identifier)
    return int(made["id"])


async def partnership(at: School, provider: Named, partner: Named, year: int = 2025, **facts: Any) -> Any:
    """A partnership that the lead provider reported; contract and pairing are made when they are missing."""
    contract_id = await contract(provider, year)
    pair = {"lead_provider_contract_id": contract_id, "delivery_partner_id": partner.id}
    paired = await fetch_one(
        "SELECT id FROM provider_pairing WHERE lead_provider_contract_id = $1 AND delivery_partner_id = $2",
        *pair.values(),
    )
    if paired is None:
        await insert("provider_pairing", **pair, lead_provider_id=provider.id, contract_period_year=year)
    values = {
        "school_id": at.id,
        "lead_provider_id": provider.id,
        "delivery_partner_id": partner.id,
        "contract_period_year": year,
        "origin": "reported",
        "reported_at": clock.now(),
    }
    return await insert("school_partnership", **{**values, **facts})


@dataclass(frozen=True)
class Teacher:
    """A stored teacher."""

    id: int
    trn: str
    name: str
    public_id: UUID


async def teacher(name: str = "Siân Evans", trn: str = "", corrected_name: str | None = None, **facts: Any) -> Teacher:
    """A teacher by the name on their teaching record; TRNs are given in turn."""
    first, _, last = name.rpartition(" ")
    values = {
        "trn": trn or f"{3_000_000 + next(_numbers)}",
        "trs_first_name": first,
        "trs_last_name": last,
        "corrected_name": corrected_name,
        "search_name": search_text(corrected_name, teaching_record_name(first, last)),
        "trs_induction_status": "RequiredToComplete",
        "trs_refreshed_at": clock.now(),
        "trs_answer": "found",
        "version": 1,
    }
    row = await insert("teacher", **{**values, **facts})
    return Teacher(row["id"], row["trn"], corrected_name or name, row["public_id"])


@dataclass(frozen=True)
class Stay:
    """A stored stay of an ECT or a mentor."""

    id: int
    public_id: UUID
    school: School
    teacher: Teacher
    started_on: date
    finished_on: date | None
    role: str = "ect"

    @property
    def url(self) -> str:
        """The address of the record."""
        return f"/school/{self.role}s/{self.public_id}"


async def _stay(role: str, at: School, who: Teacher | str, started_on: date, facts: dict[str, Any]) -> Stay:
    person = await teacher(who) if isinstance(who, str) else who
    if facts.get("finished_on") is not None:
        facts.setdefault("end_reason", "left")
    if facts.get("removed_at") is not None:
        facts.setdefault("removal_reason", "wrong_person")
    values = {
        "teacher_id": person.id,
        "school_id": at.id,
        "started_on": started_on,
        "email": f"{person.trn}@school.example",
        "identity_match": "date_of_birth",
        "version": 1,
    }
    row = await insert(f"{role}_at_school_period", **{**values, **facts})
    return Stay(row["id"], row["public_id"], at, person, started_on, row["finished_on"], role)


async def ect(at: School, who: Teacher | str = "Siân Evans", started_on: date = date(2025, 9, 1), **facts: Any) -> Stay:
    """An ECT at a school since 1 September 2025, full time; without training or mentor."""
    return await _stay("ect", at, who, started_on, {"working_pattern": "full_time", **facts})


async def mentor(
    at: School, who: Teacher | str = "Max Mentor", started_on: date = date(2024, 9, 1), **facts: Any
) -> Stay:
    """A mentor at a school since 1 September 2024."""
    return await _stay("mentor", at, who, started_on, facts)


async def mentorship(of: Stay, by: Stay, started_on: date | None = None, **facts: Any) -> Any:
    """A mentor's time with an ECT of the same school, from the first day the ECT is there."""
    values = {
        "ect_at_school_period_id": of.id,
        "ect_teacher_id": of.teacher.id,
        "mentor_at_school_period_id": by.id,
        "mentor_teacher_id": by.teacher.id,
        "school_id": of.school.id,
        "started_on": started_on or of.started_on,
    }
    return await insert("mentorship_period", **{**values, **facts})


async def training(
    of: Stay, provider: Named | None = None, in_partnership: Any = None, year: int = 2025, **facts: Any
) -> Any:
    """Training for a whole stay: school-led; with a provider requested; with a partnership confirmed."""
    values: dict[str, Any] = {
        "teacher_id": of.teacher.id,
        "role": of.role,
        "school_id": of.school.id,
        f"{of.role}_at_school_period_id": of.id,
        "training_programme": "school_led",
        "self_funded": False,
        "started_on": of.started_on,
        "finished_on": of.finished_on,
    }
    if provider is not None:
        await contract(provider, year)
        values |= {
            "training_programme": "provider_led",
            "lead_provider_id": provider.id,
            "contract_period_year": year,
            "schedule_id": await schedule(year),
        }
        values |= _state_of(in_partnership, of.started_on)
    return await insert("training_period", **{**values, **facts})


def _state_of(in_partnership: Any, started_on: date) -> dict[str, Any]:
    if in_partnership is None:
        return {"requested_at": noon(started_on)}
    return {
        "school_partnership_id": in_partnership["id"],
        "confirmed_at": noon(started_on),
        "confirmation_source": "existing_partnership",
    }


async def induction(of: Teacher, body: Named, started_on: date = date(2025, 9, 1), **facts: Any) -> Any:
    """A period of induction as an appropriate body recorded it."""
    return await insert(
        "induction_period", teacher_id=of.id, appropriate_body_id=body.id, started_on=started_on, **facts
    )
