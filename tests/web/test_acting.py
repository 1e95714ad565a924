"""Staff act for a school: what they see, what they may change, and what is kept of it (ADM-7)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.cast import cast

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.web.conftest import Browser

START = datetime(2025, 11, 10, 9, tzinfo=UTC)
ADMIN = "/admin/schools/100001"
WHY = {"reason": "user_asked_for_help", "note": "They asked how to add a mentor"}

NEVER = (
    "/privacy-notice",
    "/school/ects/export",
    "/school/mentors/export",
    "/school/preferences",
    "/school/my-schools",
    "/school/choose",
    "/your-details",
)


def at(client: Browser, minutes: float) -> None:
    client.client.headers["X-With-Server-Date"] = (START + timedelta(minutes=minutes)).isoformat()


@pytest.fixture
async def people(client: Browser) -> Cast:
    made = await cast()
    at(client, 0)
    return made


async def act(client: Browser, *roles: str) -> None:
    await client.sign_in_as_staff(*(roles or ("support",)))
    await client.get(f"{ADMIN}/act-as")
    answer = await client.post(f"{ADMIN}/act-as", WHY)
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")


async def elevate(client: Browser) -> None:
    await client.get("/admin/acting/elevate")
    answer = await client.post("/admin/acting/elevate", {"ticket": "REG-12", "confirm": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/school/home")


async def events(kind: str) -> list[dict[str, Any]]:
    rows = await fetch(
        "SELECT actor_kind, actor_name, school_id, metadata FROM event WHERE kind = $1 ORDER BY id", kind
    )
    return [{**dict(row), **json.loads(row["metadata"])} for row in rows]


@pytest.mark.rule("ADM-7.1", "ADM-7.2", "ACC-9.2", "ACC-9.6", "GEN-07")
async def test_a_spell_begins_with_a_reason_under_another_session_id(client: Browser, people: Cast) -> None:
    await client.sign_in_as_staff("support")
    await client.get(ADMIN)
    assert client.h1() == "Ash School"
    await client.get(f"{ADMIN}/act-as")
    before = client.client.cookies["session"]
    await client.post(f"{ADMIN}/act-as", WHY)
    assert client.client.cookies["session"] != before
    await client.get("/school/home")
    banner = client.page.text.split('id="acting-banner"')[1].split("</div>")[0]
    assert "You are viewing as Ash School (100001). Read-only. Ends at 10am." in banner
    (event,) = await events("staff_acting_started")
    assert (event["school_id"], event["actor_name"]) == (people.ash.id, "Sam Support")
    assert (event["reason"], event["note"], event["ticket"]) == ("user_asked_for_help", WHY["note"], "")
    client.client.cookies.set("session", before, domain="127.0.0.1")
    assert (await client.get("/school/home")).headers["location"].startswith("/sign-in")


@pytest.mark.rule("ADM-7.1", "ADM-1.1", "ADM-1.2")
async def test_without_the_right_or_a_reason_there_is_no_spell(client: Browser, people: Cast) -> None:
    await client.sign_in_as_staff("data", "manager")
    await client.get(ADMIN)
    assert "act-as" not in client.page.text
    assert (await client.get(f"{ADMIN}/act-as")).status_code == 403
    assert (await client.post(f"{ADMIN}/act-as", WHY)).status_code == 403
    await client.sign_in_as_staff("support")
    await client.get(f"{ADMIN}/act-as")
    assert (await client.post(f"{ADMIN}/act-as", {"note": "Too short"})).status_code == 422
    assert "Select why you need to see it" in client.text()
    assert "Note must be between 10 and 2,000 characters" in client.text()
    await client.post(f"{ADMIN}/act-as", {"reason": "other"})
    assert "Enter a note or a ticket number" in client.text()
    await client.post(f"{ADMIN}/act-as", {"reason": "other", "ticket": "no digit"})
    assert "Ticket number must be at most 20 letters, digits or hyphens" in client.text()
    assert await events("staff_acting_started") == []
    assert (await client.get("/school/home")).status_code == 403


@pytest.mark.rule("ADM-7.4", "ADM-7.7", "ACC-11.5", "ACC-12.3")
async def test_read_only_shows_the_schools_pages_and_changes_nothing(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Ella Ellis")
    other = await factories.ect(people.birch, "Otto Other")
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2020")
    await act(client)
    for path in ("/school/home", "/school/ects", f"/school/ects/{ect.public_id}", "/school/access", "/school/mentors"):
        assert (await client.get(path)).status_code == 200, path
    await client.get("/school/ects")
    assert "Ella Ellis" in client.text()
    assert client.page.text.count("disabled") >= 1
    assert (
        'type="submit" class="govuk-button govuk-button--secondary" data-module="govuk-button">Search'
        in client.page.text
    )
    assert (await client.get(f"/school/ects/{other.public_id}")).status_code == 404
    for path in ("/school/register-ect", "/school/access/new", f"/school/ects/{ect.public_id}/change-name"):
        assert (await client.get(path)).status_code == 403, path
        assert "You are viewing read-only" in client.text()
    await client.get("/school/access")
    answer = await client.post("/school/support", {"subject": "Hello", "message": "Hello there"})
    assert answer.status_code == 403
    assert await fetch("SELECT 1 FROM support_query") == []


@pytest.mark.rule("ADM-7.7", "ACC-9.11")
async def test_what_is_never_done_for_somebody_else_is_refused_elevated_or_not(client: Browser, people: Cast) -> None:
    await act(client)
    for elevated in (False, True):
        if elevated:
            await elevate(client)
        for path in NEVER:
            assert (await client.get(path)).status_code == 403, path
            assert (await client.post(path)).status_code in {403, 405}, path
        assert (await client.post("/school/dates", {"names": "initials"})).status_code == 403


@pytest.mark.rule("ADM-7.5", "ADM-7.6", "ADM-1.10", "ACC-9.2", "ACC-11.5", "G-14", "ACC-18.1")
async def test_elevated_changes_are_made_by_staff_for_the_school(client: Browser, people: Cast) -> None:
    await factories.user("Dora Day", "dora@ash.example")
    await act(client)
    before = client.client.cookies["session"]
    await client.get("/admin/acting/elevate")
    await client.post("/admin/acting/elevate", {"ticket": "REG-12"})
    assert "Confirm that you will make this change for the school" in client.text()
    await elevate(client)
    assert client.client.cookies["session"] != before
    await client.get("/school/home")
    assert "You can make changes for the school until 9:15am" in client.page.text
    (elevated,) = await events("staff_acting_elevated")
    assert (elevated["ticket"], elevated["actor_kind"]) == ("REG-12", "staff")
    await client.get("/school/access/new")
    answer = await client.post("/school/access/new", {"name": "Gwen Gray", "email": "gwen@ash.example"})
    await client.get(answer.headers["location"])
    answer = await client.post(answer.headers["location"])
    assert answer.status_code == 303, client.text()
    (opened,) = await events("school_access_opened")
    assert (opened["actor_kind"], opened["actor_name"]) == ("staff_for_school", "Sam Support")
    assert (opened["school_id"], opened["actor_school_id"]) == (people.ash.id, people.ash.id)
    (granted,) = await fetch("SELECT granted_by FROM school_access WHERE source = 'email_link'")
    assert granted["granted_by"] == "staff"


@pytest.mark.rule("ADM-7.5", "ADM-7.4")
async def test_elevation_lasts_15_minutes_and_is_dropped_with_one_press(client: Browser, people: Cast) -> None:
    await act(client)
    await elevate(client)
    at(client, 14.9)
    assert (await client.get("/school/register-ect")).status_code != 403
    at(client, 15)
    assert (await client.get("/school/register-ect")).status_code == 403
    await elevate(client)
    await client.get("/school/home")
    assert (await client.post("/admin/acting/drop")).headers["location"] == "/school/home"
    assert (await client.get("/school/register-ect")).status_code == 403
    assert len(await events("staff_acting_dropped")) == 1
    at(client, 50)
    await elevate(client)
    await client.get("/school/home")
    assert "until 10am" in client.page.text


@pytest.mark.rule("ADM-7.3", "ACC-9.2")
async def test_a_spell_is_over_after_an_hour_and_leads_back_to_the_schools_page(client: Browser, people: Cast) -> None:
    await act(client)
    at(client, 59.9)
    assert (await client.get("/school/home")).status_code == 200
    before = client.client.cookies["session"]
    at(client, 60)
    answer = await client.get("/school/ects")
    assert (answer.status_code, answer.headers["location"]) == (303, ADMIN)
    assert client.client.cookies["session"] != before
    assert [event["cause"] for event in await events("staff_acting_ended")] == ["time"]
    assert (await client.get(ADMIN)).status_code == 200
    assert (await client.get("/school/ects")).status_code == 403


@pytest.mark.rule("ADM-7.3", "ADM-7.10")
@pytest.mark.parametrize(("way", "cause"), [("/admin/acting/stop", "stopped"), ("/sign-out", "signed_out")])
async def test_stopping_and_signing_out_end_it(client: Browser, people: Cast, way: str, cause: str) -> None:
    await act(client)
    assert (await client.get("/admin")).status_code == 403
    assert client.h1() == "You are viewing as Ash School"
    assert "Stop viewing as Ash School" in client.text()
    answer = await client.post(way)
    assert answer.headers["location"] == (ADMIN if cause == "stopped" else "/signed-out")
    assert [event["cause"] for event in await events("staff_acting_ended")] == [cause]
    assert (await client.get("/admin")).status_code == (200 if cause == "stopped" else 303)


@pytest.mark.rule("ADM-7.3", "ADM-7.10", "ADM-11.3")
async def test_a_staff_account_that_is_switched_off_acts_for_nobody(client: Browser, people: Cast) -> None:
    await act(client)
    await fetch("UPDATE app_user SET active = false WHERE audience = 'staff'")
    assert (await client.get("/school/home")).status_code == 403
    assert [event["cause"] for event in await events("staff_acting_ended")] == ["signed_out"]
    assert await fetch("SELECT 1 FROM session") == []


@pytest.mark.rule("ADM-7.8")
async def test_a_school_that_may_not_use_the_service_is_shown_but_not_changed(client: Browser, people: Cast) -> None:
    await fetch("UPDATE school SET status_code = 2, closed_on = '2025-08-31' WHERE urn = '100001'")
    await act(client)
    assert (await client.get("/school/ects")).status_code == 200
    await client.get("/admin/acting/elevate")
    assert "nothing can be changed for it" in client.text()
    await client.get("/school/ects")
    answer = await client.post("/admin/acting/elevate", {"ticket": "REG-12", "confirm": "yes"})
    assert answer.status_code == 403
    assert await events("staff_acting_elevated") == []


@pytest.mark.rule("ADM-7.9", "ACC-15.2")
async def test_each_page_opened_is_one_event_a_minute_that_no_school_sees(client: Browser, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Ella Ellis")
    await act(client)
    at(client, 1)
    for _ in range(2):
        await client.get(f"/school/ects/{ect.public_id}?secret=words")
    await client.get("/school/ects")
    seen = [(event["route"], event["objects"]) for event in await events("staff_viewed_as_school")]
    assert seen == [("/school/ects/{ect_id}", f"ect_id={ect.public_id}"), ("/school/ects", "")]
    at(client, 2)
    await client.get("/school/ects")
    assert len(await events("staff_viewed_as_school")) == 3
    await client.get(f"/school/ects/{ect.public_id}/history")
    assert "DfE support" not in client.text()
