"""Reporting that somebody leaves, and changing or cancelling that, as a school does it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch, fetch_one
from tests import factories
from tests.cast import cast, sign_in

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.factories import Stay
    from tests.web.conftest import Browser

TODAY = "2025-10-06"
CHANGED = date(2025, 9, 22)
MADE = {"ect": factories.ect, "mentor": factories.mentor}


def typed(day: date | str, **more: str) -> dict[str, str]:
    """Return the three boxes filled in."""
    parts = str(day).split("-") if day else ["", "", ""]
    return {f"leaving_date_{part}": value for part, value in zip(("year", "month", "day"), parts, strict=True)} | more


async def walk(client: Browser, stay: Stay, journey: str, form: dict[str, str]) -> Any:
    """Answer the only question of a journey and confirm it; returns the answer to the confirmation."""
    await client.get(f"{stay.url}/{journey}")
    answer = await client.post(f"{stay.url}/{journey}", form)
    assert answer.status_code == 303, client.text()
    assert answer.headers["location"].endswith("/check-answers")
    await client.get(answer.headers["location"])
    return await client.post(answer.headers["location"])


async def done(client: Browser, stay: Stay, journey: str, form: dict[str, str]) -> None:
    """Go through a journey to its confirmation page."""
    answer = await walk(client, stay, journey, form)
    assert answer.headers["location"].endswith("/confirmation")
    assert (await client.get(answer.headers["location"])).status_code == 200


async def last_day(stay: Stay) -> date | None:
    row = await fetch_one(f"SELECT finished_on FROM {stay.role}_at_school_period WHERE id = $1", stay.id)
    return row["finished_on"] if row else None


async def mail() -> dict[str, list[str]]:
    """Return the recipients of every message about leaving, in order."""
    rows = await fetch(
        """SELECT personalisation ->> 'text' AS text, recipient FROM message WHERE state <> 'cancelled'
        ORDER BY created_at, dedupe_key"""
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["text"], []).append(row["recipient"])
    return found


@pytest.fixture
async def people(client: Browser) -> Cast:
    made = await cast()
    await sign_in(client, made.alice, made.ash, TODAY)
    return made


@pytest.mark.rule("LV-07")
@pytest.mark.rule("LV-01")
@pytest.mark.rule("PER-41")
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-09-23", "Last day must be on or after 24 September 2025, because their latest training started"),
        ("2025-09-24", "has left"),
        ("2025-10-05", "has left"),
        ("2025-10-06", "is leaving today"),
        ("2025-10-07", "is leaving"),
        ("2026-02-06", "is leaving"),
        ("2026-02-07", "Last day must be on or before 6 February 2026, 4 months from today"),
        ("2026-02-31", "Last day must be a real date"),
        ("", "Enter the last day"),
        ("2025--05", "Last day must include a month"),
    ],
)
async def test_the_last_days_that_can_be_reported(client: Browser, people: Cast, day: str, said: str) -> None:
    stay = await factories.ect(people.ash)
    await factories.training(stay, finished_on=date(2025, 9, 21))
    await factories.training(stay, started_on=CHANGED)
    await client.get(f"{stay.url}/report-leaving")
    assert "24 September 2025" in client.text()
    assert "6 February 2026" in client.text()
    answer = await client.post(f"{stay.url}/report-leaving", typed(day))
    if answer.status_code == 422:
        assert said in client.text()
        assert not await fetch("SELECT FROM draft")
        return
    await client.get(answer.headers["location"])
    assert f"Siân Evans {said}." in client.text()
    await client.post(answer.headers["location"])
    assert await last_day(stay) == date.fromisoformat(day)


@pytest.mark.rule("LV-02")
@pytest.mark.rule("LV-03")
@pytest.mark.rule("M-07")
async def test_an_ect_leaves(client: Browser, people: Cast) -> None:
    stay, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await factories.training(stay, await factories.lead_provider())
    await factories.mentorship(stay, mentor)
    answer = await client.post(f"{stay.url}/report-leaving", typed("2025-12-19"))
    await client.get(answer.headers["location"])
    for said in (
        "Training with Larch Learning ends on 19 December 2025",
        "Mentoring by Max Mentor ends on 19 December 2025",
        "Their mentor stays registered as a mentor",
    ):
        assert said in client.text()
    assert await last_day(stay) is None
    confirmed = await client.post(answer.headers["location"])
    await client.get(confirmed.headers["location"])
    assert client.h1() == "Siân Evans is leaving"
    assert "Their last day is 19 December 2025" in client.text()
    assert await mail() == {"M-07": ["alice@ash.example", f"{stay.teacher.trn}@school.example"]}
    row = await fetch_one("SELECT * FROM ect_at_school_period WHERE id = $1", stay.id)
    assert row is not None
    assert (row["end_reason"], row["leaving_reported_by_school_id"]) == ("left", people.ash.id)
    assert await last_day(mentor) is None
    event = await fetch_one("SELECT * FROM event ORDER BY id DESC LIMIT 1")
    assert event is not None
    assert (event["kind"], event["actor_name"]) == ("teacher_left_school_as_ect", "Alice Archer")


@pytest.mark.rule("LV-02")
@pytest.mark.rule("LV-03")
@pytest.mark.rule("M-07")
@pytest.mark.rule("MSG-02")
async def test_a_mentor_leaves_and_the_school_learns_who_needs_another(client: Browser, people: Cast) -> None:
    """Bob reports it, so Alice, the induction tutor, is told of the ECTs."""
    await sign_in(client, people.bob, people.ash, TODAY)
    mentor = await factories.mentor(people.ash)
    stays = await factories.ect(people.ash, "Ann Ash")
    leaves = await factories.ect(people.ash, "Ben Bay", finished_on=date(2025, 11, 1))
    await factories.mentorship(stays, mentor)
    await factories.mentorship(leaves, mentor, finished_on=date(2025, 11, 1))
    answer = await client.post(f"{mentor.url}/report-leaving", typed("2025-12-19"))
    await client.get(answer.headers["location"])
    assert "Ann Ash, from 20 December 2025" in client.text()
    assert "Ben Bay" not in client.text()
    confirmed = await client.post(answer.headers["location"])
    page = await client.get(confirmed.headers["location"])
    assert f"{stays.url}/assign-mentor" in page.text
    sent = await mail()
    assert sorted(sent["M-07"]) == sorted(["bob@ash.example", f"{mentor.teacher.trn}@school.example"])
    assert sent["M-07-tutor"] == ["alice@ash.example"]


@pytest.mark.rule("LV-04")
@pytest.mark.rule("PER-43")
@pytest.mark.rule("M-08")
@pytest.mark.rule("NOT-1.7")
@pytest.mark.rule("WT-26")
@pytest.mark.parametrize("role", MADE)
async def test_they_stay_after_all(client: Browser, people: Cast, role: str) -> None:
    stay = await MADE[role](people.ash)
    other = await (factories.mentor(people.ash) if role == "ect" else factories.ect(people.ash))
    mentorship = await (
        factories.mentorship(stay, other) if role == "ect" else factories.mentorship(other, stay, date(2025, 9, 1))
    )
    await done(client, stay, "report-leaving", typed("2026-01-30"))
    await client.get(f"{stay.url}/change-leaving")
    assert "30 January 2026" in client.text()
    await done(client, stay, "change-leaving", {"leaving_action": "cancel"})
    assert client.h1() == f"{stay.teacher.name} is not leaving"
    assert "mentoring" in client.text()
    assert await last_day(stay) is None
    row = await fetch_one("SELECT finished_on FROM mentorship_period WHERE id = $1", mentorship["id"])
    assert row is not None
    assert row["finished_on"] is None
    assert list(await mail()) == ["M-08-cancelled"]
    assert sorted((await mail())["M-08-cancelled"]) == sorted(
        ["alice@ash.example", f"{stay.teacher.trn}@school.example"]
    )


@pytest.mark.rule("LV-04")
@pytest.mark.rule("PER-43")
@pytest.mark.rule("M-08")
async def test_a_mentors_last_day_moves_and_the_ects_are_named_again(client: Browser, people: Cast) -> None:
    mentor, ect = await factories.mentor(people.ash), await factories.ect(people.ash, "Ann Ash")
    await factories.mentorship(ect, mentor)
    await done(client, mentor, "report-leaving", typed("2025-12-19"))
    await done(client, mentor, "change-leaving", typed("2026-01-30", leaving_action="change_date"))
    assert "Their last day is 30 January 2026" in client.text()
    assert "Ann Ash, from 31 January 2026" in client.text()
    assert await last_day(mentor) == date(2026, 1, 30)
    assert sorted(await mail()) == ["M-07", "M-07-tutor", "M-08-amended"]


@pytest.mark.rule("LV-04")
@pytest.mark.rule("GEN-06")
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Select if you want to change the date or cancel"),
        ({"leaving_action": "never"}, "Select one of the options"),
        (typed("2026-02-07", leaving_action="change_date"), "Last day must be on or before 6 February 2026"),
        (typed("", leaving_action="change_date"), "Enter the last day"),
    ],
)
async def test_changes_that_are_wrong(client: Browser, people: Cast, form: dict[str, str], said: str) -> None:
    stay = await factories.ect(people.ash, finished_on=date(2025, 12, 19))
    answer = await client.post(f"{stay.url}/change-leaving", form)
    assert answer.status_code == 422
    assert said in client.text()


@pytest.mark.rule("PER-45")
@pytest.mark.rule("PER-44")
@pytest.mark.rule("PRM-01")
@pytest.mark.parametrize("role", MADE)
@pytest.mark.parametrize(
    ("journey", "facts", "said"),
    [
        ("report-leaving", {"finished_on": date(2025, 12, 19)}, "already reported"),
        ("report-leaving", {"finished_on": date(2025, 10, 5)}, "has left your school"),
        ("change-leaving", {}, "Nobody has reported"),
        ("change-leaving", {"finished_on": date(2025, 10, 5)}, "has left your school"),
        (
            "change-leaving",
            {"finished_on": date(2025, 12, 19), "end_reason": "joined_another_school"},
            "another school has registered them",
        ),
        ("change-leaving", {"finished_on": date(2025, 12, 19), "end_reason": "support"}, "Others have set it"),
    ],
)
async def test_what_is_not_open_says_why_and_stores_nothing(
    client: Browser, people: Cast, role: str, journey: str, facts: dict[str, Any], said: str
) -> None:
    stay = await MADE[role](people.ash, **facts)
    form = typed("2025-12-01", leaving_action="cancel")
    for answer in (await client.get(f"{stay.url}/{journey}"), await client.post(f"{stay.url}/{journey}", form)):
        assert answer.status_code == 403
        assert said in client.text()
        assert "@" in client.text()
    assert not await fetch("SELECT FROM draft UNION ALL SELECT FROM event WHERE teacher_id IS NOT NULL")


@pytest.mark.rule("GEN-05")
@pytest.mark.parametrize("journey", ["report-leaving", "change-leaving", "registered-by-mistake"])
@pytest.mark.parametrize("role", MADE)
async def test_nobody_elses_people_are_found(client: Browser, people: Cast, role: str, journey: str) -> None:
    stay = await MADE[role](people.birch)
    for url in (f"{stay.url}/{journey}", f"/school/{role}s/nonsense/{journey}"):
        assert (await client.get(url)).status_code == 404
        assert (await client.post(url, typed("2025-12-19"))).status_code == 404


@pytest.mark.rule("CON-01")
async def test_a_colleague_changed_the_date_meanwhile(client: Browser, people: Cast) -> None:
    stay = await factories.ect(people.ash, finished_on=date(2025, 12, 19))
    answer = await client.post(f"{stay.url}/change-leaving", typed("2026-01-30", leaving_action="change_date"))
    await fetch("UPDATE ect_at_school_period SET finished_on = '2025-12-12' WHERE id = $1", stay.id)
    conflict = await client.post(answer.headers["location"])
    assert conflict.status_code == 409
    assert "12 December 2025" in client.text()
    assert "30 January 2026" in client.text()
    assert await last_day(stay) == date(2025, 12, 12)


@pytest.mark.rule("CON-03")
async def test_a_colleague_reported_it_first(client: Browser, people: Cast) -> None:
    stay = await factories.ect(people.ash)
    answer = await client.post(f"{stay.url}/report-leaving", typed("2026-01-30"))
    await fetch(
        "UPDATE ect_at_school_period SET finished_on = '2025-12-12', end_reason = 'left' WHERE id = $1", stay.id
    )
    assert (await client.post(answer.headers["location"])).status_code == 403
    assert await last_day(stay) == date(2025, 12, 12)


@pytest.mark.rule("PRM-04")
@pytest.mark.rule("PRM-05")
async def test_leaving_can_be_reported_behind_both_gates(client: Browser, people: Cast) -> None:
    await fetch("DELETE FROM induction_tutor")
    await factories.closure(date(2025, 10, 1), date(2025, 10, 31))
    stay = await factories.ect(people.ash)
    await done(client, stay, "report-leaving", typed("2026-01-30"))
    assert await last_day(stay) == date(2026, 1, 30)
