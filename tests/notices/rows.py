"""Rows that the tests of mail stand on, with readable defaults."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.db.engine import fetch, fetch_one
from app.notices.catalogue import RegisteredAsECTSchoolLed
from app.notices.outbox import Subjects, queue_message
from app.terms import Actor, ActorKind, SchoolId, UserId

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
WELCOME = RegisteredAsECTSchoolLed("Rory Kendal", "Amberley Grove School", NOON.date())


async def insert(table: str, **values: Any) -> Any:
    """Insert a row; returns its id."""
    values = {"created_at": NOON, "updated_at": NOON, **values}
    names = ", ".join(values)
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    row = await fetch_one(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id", *values.values())
    assert row is not None
    return row["id"]


async def make_school(urn: str = "900001", **values: Any) -> int:
    """Make an open school."""
    facts: dict[str, Any] = {
        "urn": urn,
        "kind": "state_funded",
        "name": f"School {urn}",
        "type_code": 1,
        "type_name": "Community school",
        "status_code": 1,
        "local_authority_code": "999",
        "section_41_approved": False,
        "search_name": f"school {urn}",
        "version": 1,
    }
    return int(await insert("school", **facts | values))


async def make_user(email: str, school_id: int | None = None, *, copies: bool = True) -> int:
    """Make a school user, with access to the school if one is given."""
    user = await insert(
        "app_user",
        audience="school",
        name=email.partition("@")[0].title(),
        email=email,
        active=True,
        staff_roles=[],
    )
    if school_id is not None:
        await insert(
            "school_access", user_id=user, school_id=school_id, source="test", granted_by="test", granted_at=NOON
        )
    if school_id is not None and not copies:
        await insert(
            "school_preference",
            user_id=user,
            school_id=school_id,
            confirmation_emails=False,
            digest="off",
            digest_groups=[],
            notices_read_to=0,
            digest_told_to=0,
        )
    return int(user)


async def make_tutor(school_id: int, email: str, user_id: int) -> None:
    """Name the current induction tutor."""
    await insert(
        "induction_tutor", school_id=school_id, name="Alice", email=email, started_at=NOON, recorded_by_user_id=user_id
    )


async def make_draft(school_id: int, user_id: int, *, saved: datetime = NOON, **values: Any) -> UUID:
    """Make a matched, open registration of Rory Kendal that was saved at the time."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "kind": "register_ect",
        "journey": "register-ect",
        "school_id": school_id,
        "started_by_user_id": user_id,
        "last_saved_by_user_id": user_id,
        "last_saved_at": saved,
        "expires_at": saved + timedelta(days=30),
        "state": "open",
        "trn": "3001001",
        "identity_match": "date_of_birth",
        "trs_snapshot": json.dumps({"first_name": "Rory", "last_name": "Kendal"}),
        "answers": json.dumps({"email-address": {"email": "rory@amberley.example"}}),
        "answer_versions": "{}",
        "version": 1,
    }
    return UUID(str(await insert("draft", **facts | values)))


def actor(user_id: int | None, school_id: int | None = None) -> Actor:
    """Return a school user as an author."""
    user, school = (UserId(user_id) if user_id else None), (SchoolId(school_id) if school_id else None)
    return Actor(ActorKind.SCHOOL_USER, "Alice", "alice@amberley.example", user, school)


async def queue(to: str, key: str = "key", **more: Any) -> UUID | None:
    """Queue the mail that these tests use where any will do."""
    return await queue_message(WELCOME, to=to, dedupe_key=key, about=Subjects(), **more)


async def state_of(message: UUID | None) -> str:
    """Return the state of a message."""
    row = await fetch_one("SELECT state FROM message WHERE id = $1", message)
    assert row is not None
    return str(row["state"])


async def recipients() -> list[str]:
    """Return to whom something was queued, in order."""
    return [row["recipient"] for row in await fetch("SELECT recipient FROM message ORDER BY recipient")]
