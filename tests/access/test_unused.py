"""What nobody uses ends by itself: access to a school, and accounts of staff (ACC-3.6, ADM-11.5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.access.add_staff import AddStaff, add_staff
from app.access.end_unused_access import end_unused_access
from app.access.end_unused_staff import end_unused_staff
from app.access.sessions import replace_by_signed_in
from app.db.engine import fetch
from app.terms import Actor, ActorKind
from tests import factories
from tests.notices.rows import NOON

OPERATOR = Actor(ActorKind.OPERATOR, "An operator")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def open_ones() -> list[str]:
    rows = await fetch(
        "SELECT u.name FROM school_access a JOIN app_user u ON u.id = a.user_id WHERE ended_at IS NULL ORDER BY 1"
    )
    return [row["name"] for row in rows]


@pytest.mark.rule("ACC-3.6", "ACC-18.1")
async def test_access_that_nobody_used_for_400_days_ends_with_an_event(database: None):
    with clock.at(NOON):
        school = await factories.school()
        names = ("Asked Again", "Never Came", "Came Once", "Made Up")
        people = {name: await factories.user(name, f"{name[:4]}@ash.example") for name in names}
        for name, used in (("Asked Again", NOON + SECOND), ("Came Once", NOON), ("Never Came", None)):
            await factories.access(school, people[name], source="email_link", last_used_at=used)
        await factories.access(school, people["Made Up"])
    with clock.at(NOON + 400 * DAY - SECOND):
        assert await end_unused_access() == 0
    with clock.at(NOON + 400 * DAY):
        assert await end_unused_access() == 2
        assert await end_unused_access() == 0
    assert await open_ones() == ["Asked Again", "Made Up"]
    reasons = await fetch("SELECT DISTINCT end_reason FROM school_access WHERE ended_at IS NOT NULL")
    assert [row["end_reason"] for row in reasons] == ["unused"]
    events = await fetch("SELECT sentence, school_id, actor_kind FROM event WHERE kind = 'school_access_ended'")
    assert {tuple(row) for row in events} == {
        (f"Access to the school ended for {name}", school.id, "system") for name in ("Never Came", "Came Once")
    }


async def standing() -> dict[str, bool]:
    return {row["email"]: row["active"] for row in await fetch("SELECT email, active FROM app_user")}


async def mails() -> list[str]:
    return [row["recipient"] for row in await fetch("SELECT recipient FROM message WHERE message_id = 'M-81'")]


@pytest.mark.rule("ADM-11.5")
async def test_a_staff_account_is_warned_once_after_76_days_and_deactivated_after_90(database: None):
    with clock.at(NOON):
        await add_staff(AddStaff("old@staff.example", "Old Hand", ("support",)), OPERATOR)
        busy = await add_staff(AddStaff("busy@staff.example", "Busy Bee", ("support",)), OPERATOR)
    with clock.at(NOON + 76 * DAY - SECOND):
        assert await end_unused_staff() == 0
        await replace_by_signed_in(None, busy, None, "staff_code")
    with clock.at(NOON + 76 * DAY):
        assert await end_unused_staff() == 1
        assert await end_unused_staff() == 0
    assert await mails() == ["old@staff.example"]
    (kept,) = await fetch("SELECT personalisation FROM message WHERE message_id = 'M-81'")
    assert str((NOON + 90 * DAY).date()) in kept["personalisation"]
    with clock.at(NOON + 90 * DAY - SECOND):
        assert await end_unused_staff() == 0
    with clock.at(NOON + 90 * DAY):
        assert await end_unused_staff() == 1
    assert await standing() == {"old@staff.example": False, "busy@staff.example": True}
    (event,) = await fetch("SELECT actor_kind, metadata FROM event WHERE kind = 'staff_account_deactivated'")
    assert event["actor_kind"] == "system"
    assert "Nobody signed in for 90 days" in event["metadata"]


@pytest.mark.rule("ADM-11.5", "ADM-11.4")
async def test_the_last_manager_and_made_up_staff_stay(database: None):
    with clock.at(NOON):
        await add_staff(AddStaff("first@staff.example", "First Manager", ("manager",)), OPERATOR)
        made_up = await factories.user("Made Up", "made@staff.example", audience="staff")
        await factories.insert("user_identity", user_id=made_up.id, method="personas", subject="staff:made")
    with clock.at(NOON + SECOND):
        await add_staff(AddStaff("second@staff.example", "Second Manager", ("manager",)), OPERATOR)
    with clock.at(NOON + 200 * DAY):
        assert await end_unused_staff() == 1
        assert await end_unused_staff() == 0
    assert await standing() == {
        "first@staff.example": False,
        "second@staff.example": True,
        "made@staff.example": True,
    }
