"""Digests for users who chose them (NOT-6.2 to NOT-6.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app import clock
from app.access.preferences import Digest, NoticeGroup, Preferences, SavePreferences, save_preferences
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.jobs.digests import WORDS, due_on, send_digests
from app.jobs.run_due import run_due
from app.notices.mailbox import DeveloperMailbox, received
from app.notices.school_notices import BY_OTHERS
from app.registration.changes.change_events import TeacherEmailAddressUpdated
from app.terms import SYSTEM, Actor, ActorKind, SchoolId, UserId
from tests import factories
from tests.cast import Cast, cast

MONDAY = datetime(2025, 11, 10, 7, 30, tzinfo=UTC)


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


async def choose(people: Cast, digest: Digest, *groups: NoticeGroup) -> None:
    """Let Alice choose how to be told about Ash School."""
    user, school = UserId(people.alice.id), SchoolId(people.ash.id)
    wanted = Preferences(digest=digest, digest_groups=groups or tuple(NoticeGroup))
    with clock.at(MONDAY - timedelta(days=3)):
        await save_preferences(SavePreferences(user, school, wanted), SYSTEM)


async def bob_changes(people: Cast, ect: Any, at: datetime) -> None:
    """Let a colleague change an email address."""
    bob = Actor(ActorKind.SCHOOL_USER, "Bob Baker", "", UserId(people.bob.id), SchoolId(people.ash.id))
    about = About(school_id=people.ash.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    with clock.at(at):
        async with transaction():
            record(TeacherEmailAddressUpdated(about, "old@ash.example", "new@ash.example"), bob)


async def run(at: datetime) -> int:
    with clock.at(at):
        return await send_digests()


@pytest.mark.rule("NOT-6.2")
@pytest.mark.parametrize(
    ("digest", "now", "day"),
    [
        (Digest.WEEKLY, MONDAY, date(2025, 11, 10)),
        (Digest.WEEKLY, MONDAY - timedelta(minutes=1), None),
        (Digest.WEEKLY, MONDAY + timedelta(days=3), None),
        (Digest.DAILY, MONDAY + timedelta(days=1), date(2025, 11, 11)),
        (Digest.DAILY, MONDAY - timedelta(days=1), date(2025, 11, 7)),
    ],
)
def test_when_a_digest_is_due(digest: Digest, now: datetime, day: date | None) -> None:
    assert due_on(digest, now) == day


@pytest.mark.rule("NOT-6.3", "M-50", "NOT-3.3")
async def test_a_weekly_digest_tells_what_is_open_and_new_once(people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await choose(people, Digest.WEEKLY)
    await bob_changes(people, ect, MONDAY - timedelta(hours=30))

    assert await run(MONDAY - timedelta(days=3)) == 0
    with clock.at(MONDAY):
        await run_due(None, DeveloperMailbox())
    assert await run(MONDAY + timedelta(hours=1)) == 0

    (mail,) = [mail for mail in await received() if mail.message_id == "M-50"]
    assert mail.recipient == people.alice.email
    assert "Things for your school to do: " in mail.body
    assert "* Siân Evans: a colleague changed something" in mail.body
    assert "new@ash.example" not in mail.body


@pytest.mark.rule("NOT-6.3", "NOT-6.4")
async def test_nothing_to_say_and_no_access_mean_no_mail(people: Cast) -> None:
    await choose(people, Digest.DAILY)
    assert await run(MONDAY) == 0
    await factories.ect(people.ash)
    await fetch("UPDATE school_access SET ended_at = now() WHERE user_id = $1", people.alice.id)
    assert await run(MONDAY) == 0


@pytest.mark.rule("NOT-6.2")
async def test_at_once_waits_ten_minutes_and_joins_what_came_in(people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await choose(people, Digest.AT_ONCE, NoticeGroup.UPDATE)
    await bob_changes(people, ect, MONDAY)
    await bob_changes(people, ect, MONDAY + timedelta(minutes=5))

    assert await run(MONDAY + timedelta(minutes=9)) == 0
    assert await run(MONDAY + timedelta(minutes=10)) == 1
    assert await run(MONDAY + timedelta(minutes=30)) == 0

    rows = await fetch("SELECT message_id, personalisation::text AS said FROM message")
    assert [row["message_id"] for row in rows] == ["M-51"]
    assert rows[0]["said"].count("a colleague changed something") == 2


@pytest.mark.rule("NOT-6.3")
def test_a_mail_has_words_for_every_kind_of_notice() -> None:
    assert set(BY_OTHERS.values()) <= set(WORDS)
