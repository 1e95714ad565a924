"""What is done by the clock: drafts, look-ups, and the run that does all of it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.db.engine import fetch, fetch_one
from app.drafts.expire import Shut, expire_drafts, kept_until
from app.jobs.housekeeping import (
    delete_dead_sessions,
    delete_old_counts,
    delete_old_lookups,
    delete_old_secrets,
    note_chain_head,
)
from app.jobs.reminders import tell_that_registration_opened, warn_of_expiry
from app.jobs.run_due import run_due
from app.jobs.schedule import JOBS
from app.notices.mailbox import DeveloperMailbox, received
from tests.notices.rows import NOON, insert, make_draft, make_school, make_user, recipients

DAY = timedelta(days=1)
BOB = "bob@a.example"


async def make_years() -> None:
    for year in (2026, 2027):
        await fetch(
            """INSERT INTO contract_period (year, created_at, updated_at, started_on, finished_on,
                registration_opens_on, mentor_funding_enabled, uplift_fees)
            VALUES ($1, $2, $2, make_date($1::int, 6, 1), make_date($1 + 1, 5, 31), make_date($1, 5, 1),
                true, false)""",
            year,
            NOON,
        )


async def drafts() -> list[tuple[str, str | None, str]]:
    rows = await fetch("SELECT state, trn, answers::text AS answers FROM draft ORDER BY state")
    return [tuple(row) for row in rows]


def date_typed(day: datetime) -> str:
    parts = {"start_date_day": str(day.day), "start_date_month": str(day.month), "start_date_year": str(day.year)}
    return json.dumps({"start-date": parts})


@pytest.mark.rule("DRF-09")
@pytest.mark.rule("DRF-14")
async def test_a_draft_is_kept_to_its_last_moment_then_erased_with_an_event(database: None) -> None:
    school = await make_school()
    await make_draft(school, await make_user(BOB, school))
    with clock.at(NOON + 30 * DAY - timedelta(seconds=1)):
        assert await expire_drafts() == 0
    with clock.at(NOON + 30 * DAY):
        assert await expire_drafts() == 1
        assert await expire_drafts() == 0
    assert await drafts() == [("expired", None, "{}")]
    rows = await fetch("SELECT kind, school_id, actor_kind FROM event")
    assert [tuple(row) for row in rows] == [("registration_draft_expired", school, "system")]


@pytest.mark.rule("DRF-09")
async def test_blocked_drafts_expire_and_change_drafts_leave_no_event(database: None) -> None:
    school = await make_school()
    user = await make_user(BOB, school)
    await make_draft(school, user, state="blocked", expires_at=NOON + DAY)
    await make_draft(school, user, kind="change", journey="change-email", expires_at=NOON + DAY)
    with clock.at(NOON + DAY):
        assert await expire_drafts() == 2
    assert [row["kind"] for row in await fetch("SELECT kind FROM event")] == ["registration_draft_expired"]


SHUT = Shut(datetime(2026, 9, 20, tzinfo=UTC).date(), datetime(2026, 9, 21, tzinfo=UTC).date())
SHUT_FROM = datetime(2026, 9, 19, 23, tzinfo=UTC)


@pytest.mark.rule("DRF-09")
@pytest.mark.parametrize(
    ("saved", "expires", "added"),
    [
        pytest.param(NOON, NOON + 30 * DAY, 2 * DAY, id="the window lies in between"),
        pytest.param(NOON, SHUT_FROM, timedelta(), id="expires before it"),
        pytest.param(NOON, SHUT_FROM + timedelta(hours=1), 2 * DAY, id="expires inside it"),
        pytest.param(SHUT_FROM + 2 * DAY, NOON + 30 * DAY, timedelta(), id="saved after it"),
        pytest.param(SHUT_FROM + DAY, NOON + 30 * DAY, DAY, id="saved inside it"),
    ],
)
def test_time_in_a_closed_window_is_not_counted(saved: datetime, expires: datetime, added: timedelta) -> None:
    assert kept_until(saved, expires, [SHUT]) == expires + added


@pytest.mark.rule("DRF-09")
def test_a_window_reached_only_through_another_one_counts_too() -> None:
    later = Shut(SHUT.ends_on + DAY, SHUT.ends_on + 2 * DAY)
    assert kept_until(NOON, SHUT_FROM + timedelta(hours=1), [later, SHUT]) == SHUT_FROM + 4 * DAY + timedelta(hours=1)


@pytest.mark.rule("DRF-09")
async def test_a_draft_is_not_expired_because_of_days_that_were_closed(database: None) -> None:
    school = await make_school()
    await make_draft(school, await make_user(BOB, school))
    await insert("registration_closure", key="x", starts_on=SHUT.starts_on, ends_on=SHUT.ends_on, message="Closed")
    with clock.at(NOON + 31 * DAY):
        assert await expire_drafts() == 0
    with clock.at(NOON + 32 * DAY):
        assert await expire_drafts() == 1


@pytest.mark.rule("M-30")
async def test_who_saved_last_is_warned_once_five_days_before(database: None) -> None:
    school = await make_school()
    draft = await make_draft(school, await make_user(BOB, school))
    with clock.at(NOON + 25 * DAY - timedelta(seconds=1)):
        assert await warn_of_expiry() == 0
    with clock.at(NOON + 25 * DAY):
        assert await warn_of_expiry() == 1
        assert await warn_of_expiry() == 0
        await run_due(None, DeveloperMailbox())
    (mail,) = await received(email_id="M-30")
    assert mail.recipient == BOB
    assert mail.subject == "Finish registering Rory Kendal before 14 October 2026"
    assert f"/school/register-ect/{draft}/check-answers" in mail.body


@pytest.mark.rule("M-30")
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"identity_match": None, "trs_snapshot": None}, id="not matched"),
        pytest.param({"state": "blocked"}, id="blocked"),
        pytest.param({"kind": "change"}, id="a change"),
    ],
)
async def test_other_drafts_are_not_warned_of(database: None, facts: dict[str, str | None]) -> None:
    school = await make_school()
    await make_draft(school, await make_user(BOB, school), **facts)
    with clock.at(NOON + 26 * DAY):
        assert await warn_of_expiry() == 0
    assert await recipients() == []


@pytest.mark.rule("M-30")
async def test_nobody_without_access_is_told_about_a_draft(database: None) -> None:
    school = await make_school()
    await make_draft(school, await make_user(BOB))
    with clock.at(NOON + 26 * DAY):
        await warn_of_expiry()
    assert await recipients() == []


@pytest.mark.rule("M-32")
@pytest.mark.rule("TD-17")
@pytest.mark.rule("CP-05")
async def test_who_asked_is_told_when_registration_opens_and_the_draft_is_kept_on(database: None) -> None:
    await make_years()
    school = await make_school()
    alice, bob = await make_user("alice@a.example", school), await make_user(BOB, school)
    answers = date_typed(datetime(2027, 9, 1, tzinfo=UTC))
    saved = datetime(2027, 4, 20, 12, tzinfo=UTC)
    draft = await make_draft(school, bob, saved=saved, answers=answers, tell_when_open_user_id=alice)
    with clock.at(datetime(2027, 4, 30, 22, 59, tzinfo=UTC)):
        assert await tell_that_registration_opened() == 0
    with clock.at(datetime(2027, 4, 30, 23, tzinfo=UTC)):
        assert await tell_that_registration_opened() == 1
        assert await tell_that_registration_opened() == 0
        await run_due(None, DeveloperMailbox())
    (mail,) = await received()
    assert (mail.recipient, mail.message_id) == ("alice@a.example", "M-32")
    assert "2027 to 2028" in mail.body
    row = await fetch_one("SELECT expires_at, tell_when_open_user_id FROM draft WHERE id = $1", draft)
    assert row is not None
    assert tuple(row) == (datetime(2027, 4, 30, 23, tzinfo=UTC) + 30 * DAY, alice), "it goes on being a task (TD-17)"


@pytest.mark.rule("IDN-06")
async def test_notes_of_look_ups_are_deleted_after_a_year(database: None) -> None:
    school = await make_school()
    user = await make_user(BOB, school)
    await insert("lookup_attempt", user_id=user, school_id=school, role="ect", at=NOON, outcome="limited")
    with clock.at(NOON + 365 * DAY):
        assert await delete_old_lookups() == 0
    with clock.at(NOON + 365 * DAY + timedelta(seconds=1)):
        assert await delete_old_lookups() == 1


@pytest.mark.rule("IDN-06")
async def test_staff_may_change_how_long_they_are_kept(database: None) -> None:
    school = await make_school()
    user = await make_user(BOB, school)
    await insert("service_setting", key="lookup_log_days", value="10")
    await insert("lookup_attempt", user_id=user, school_id=school, role="ect", at=NOON, outcome="limited")
    with clock.at(NOON + 11 * DAY):
        assert await delete_old_lookups() == 1


@pytest.mark.rule("ACC-9.3")
async def test_dead_sessions_and_old_counts_are_deleted(database: None) -> None:
    ends = NOON + timedelta(hours=12)
    await insert("session", id_hash=b"a" * 32, csrf_secret=b"c", last_seen_at=NOON, absolute_expires_at=ends)
    await insert("rate_count", kind="sign_in", key_hash=b"k", at=NOON)
    with clock.at(NOON + timedelta(seconds=7199)):
        assert (await delete_dead_sessions(), await delete_old_counts()) == (0, 0)
    with clock.at(NOON + timedelta(seconds=7200)):
        assert await delete_dead_sessions() == 1
    with clock.at(NOON + 8 * DAY):
        assert await delete_old_counts() == 1


@pytest.mark.rule("ACC-5.11")
async def test_links_are_known_for_90_days_after_their_end_but_not_what_was_typed_with_them(database: None) -> None:
    school = await make_school()
    link = {"purpose": "nomination", "subject_hash": b"s", "link_hash": b"l", "wrong_codes": 0}
    await insert("one_time_secret", **link, school_id=school, expires_at=NOON, typed='{"name": "Dana Drew"}')
    kept = "SELECT typed FROM one_time_secret"
    with clock.at(NOON - timedelta(seconds=1)):
        assert await delete_old_secrets() == 0
        assert (await fetch(kept))[0]["typed"] is not None
    with clock.at(NOON + 89 * DAY):
        assert await delete_old_secrets() == 0
        assert (await fetch(kept))[0]["typed"] is None
    with clock.at(NOON + 90 * DAY):
        assert await delete_old_secrets() == 1


@pytest.mark.rule("SEC-33")
async def test_the_head_of_the_chain_goes_to_the_log(database: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "register.jobs"):
        await note_chain_head()
    assert [(record.fields["event"], record.fields["hash"]) for record in caplog.records] == [(0, "0" * 64)]  # type: ignore[attr-defined]


@pytest.mark.rule("OPS-12")
async def test_one_run_does_everything_due_by_then_and_a_second_nothing(database: None) -> None:
    school = await make_school()
    bob = await make_user(BOB, school)
    await make_draft(school, bob)
    await make_draft(school, bob, saved=NOON + 20 * DAY)
    later = NOON + 46 * DAY
    first = await run_due(later, DeveloperMailbox())
    assert (first["expire_drafts"], first["warn_of_expiry"], first["deliver_due"]) == (1, 1, 1)
    assert not any((await run_due(later, DeveloperMailbox())).values())


@pytest.mark.rule("GEN-01")
async def test_a_run_at_an_earlier_day_does_nothing_to_what_came_later(database: None) -> None:
    school = await make_school()
    await make_draft(school, await make_user(BOB, school))
    assert not any((await run_due(NOON - 300 * DAY, DeveloperMailbox())).values())


@pytest.mark.rule("OPS-12")
def test_every_job_says_whose_it_is_and_what_lateness_means() -> None:
    assert all(job.owner and job.when_late and len(job.cron.split()) == 5 for job in JOBS)
    assert len({job.name for job in JOBS}) == len(JOBS)
