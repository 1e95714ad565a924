"""How staff put something right (ADM-1.1 to ADM-1.6, ADM-1.10, ADM-6.1, FIX-01, FIX-02, FIX-04)."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

import pytest
from lxml import html

from app.console.apply_fix import ApplyFix, ChangedMeanwhile, Seen, apply_fix
from app.console.events import StaffViewedRecord
from app.console.reasons import Reason, parse_reason
from app.console.timeline import MOST_SINCE, Whose, newest_event
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.change_email import ChangeEmail, change_email
from app.registration.changes.change_events import TeacherWorkingPatternUpdated
from app.terms import Actor, ActorKind, Role
from app.values import Invalid
from app.web.console.places import came_from
from tests import factories
from tests.cast import Cast, cast

WHY = {"note": "The school asked us by phone"}


@pytest.fixture
async def ect(people: Cast) -> factories.Stay:
    """Give Siân, an ECT at Ash."""
    who = await factories.teacher("Sian Evans", "4512378", corrected_name="Siân Evans")
    return await factories.ect(people.ash, who, email="old@ash.example")


def address(of: factories.Stay, fix: str) -> str:
    return f"/admin/people/{of.teacher.public_id}/fixes/{fix}"


def hidden(browser: Any) -> dict[str, Any]:
    """Return what the form of the last page sends by itself, but for its token."""
    form = html.fromstring(browser.page.text).xpath("//main//form")[-1]
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        if name not in {"csrf_token", "school_mark"}:
            fields.setdefault(name, []).append(value)
    return fields


async def checked(sam: Any, of: factories.Stay, fix: str, **fields: str) -> Any:
    """Fill in a fix and go to its check page."""
    await sam.get(address(of, fix))
    return await sam.post(address(of, fix), {**hidden(sam), **WHY, **fields})


async def confirmed(sam: Any, of: factories.Stay, fix: str, **changed: Any) -> Any:
    """Confirm the check page that is open."""
    return await sam.post(address(of, fix), {**hidden(sam), "confirm": "yes", **changed})


async def stored(of: factories.Stay) -> Any:
    return (await fetch("SELECT * FROM ect_at_school_period WHERE id = $1", of.id))[0]


async def kinds() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind <> 'staff_viewed_record' AND kind !~ 'sign' ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.mark.rule("FIX-01", "ADM-1.3", "ADM-1.6", "ADM-6.1")
async def test_an_address_is_corrected_after_a_check_that_shows_all(sam: Any, ect: factories.Stay) -> None:
    await sam.get(f"/admin/people/{ect.teacher.public_id}")
    assert address(ect, "email") in sam.page.text

    await checked(sam, ect, "email", email="new@ash.example")
    assert sam.h1() == "Check this change"
    assert "Correct an email address. Nothing has been saved yet." in sam.text()
    assert "Email address: was old@ash.example, now new@ash.example" in sam.text()
    assert "new@ash.example: Email address changed (M-15)" in sam.text()
    assert ((await stored(ect))["email"], await kinds()) == ("old@ash.example", [])
    assert await fetch("SELECT id FROM message") == []

    answer = await confirmed(sam, ect, "email")
    assert answer.headers["location"] == f"/admin/people/{ect.teacher.public_id}?done=email"
    assert (await stored(ect))["email"] == "new@ash.example"
    assert await kinds() == ["teacher_email_address_updated", "staff_fix_applied"]
    rows = await fetch("SELECT metadata FROM event WHERE kind = 'staff_fix_applied'")
    assert json.loads(rows[0]["metadata"])["note"] == WHY["note"]
    assert [row["recipient"] for row in await fetch("SELECT recipient FROM message")] == ["new@ash.example"]
    await sam.get(answer.headers["location"])
    assert "The email address is corrected." in sam.text()


@pytest.mark.rule("ADM-6.1")
async def test_a_fix_leads_back_to_where_it_was_offered(sam: Any, ect: factories.Stay) -> None:
    form = f"{address(ect, 'email')}?from=/admin/queues/q-07"
    await sam.get(form)
    await sam.post(form, {**hidden(sam), **WHY, "email": "new@ash.example"})
    answer = await confirmed(sam, ect, "email")

    assert answer.headers["location"] == "/admin/queues/q-07?done=email"
    await sam.get(answer.headers["location"])
    assert "The email address is corrected" in sam.text()


@pytest.mark.rule("ADM-6.1")
@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/admin", "//admin", "/school/home", "/admin/" + "x" * 1_000]
)
def test_a_fix_leads_back_to_pages_of_the_console_alone(place: str) -> None:
    assert came_from({"from": place}, "/admin/people") == "/admin/people"


@pytest.mark.rule("ADM-6.1")
@pytest.mark.parametrize(
    ("place", "back"),
    [
        ("/admin/queues/q-07?done=email", "/admin/queues/q-07"),
        ("/admin/queues/q-07?show=mine&done=email&done=take", "/admin/queues/q-07?show=mine"),
        ("/admin/queues/q-07?done=email&show=mine", "/admin/queues/q-07?show=mine"),
    ],
)
def test_what_was_done_before_is_no_part_of_where_a_fix_leads_back_to(place: str, back: str) -> None:
    assert came_from({"from": place}, "/admin/people") == back


@pytest.mark.rule("ADM-1.3")
async def test_an_email_can_be_held_back(sam: Any, ect: factories.Stay) -> None:
    await checked(sam, ect, "email", email="new@ash.example")
    fields = {name: value for name, value in hidden(sam).items() if name != "send"}

    await sam.post(address(ect, "email"), {**fields, "confirm": "yes"})

    assert (await stored(ect))["email"] == "new@ash.example"
    assert await fetch("SELECT id FROM message") == []
    rows = await fetch("SELECT metadata FROM event WHERE kind = 'staff_fix_applied'")
    assert json.loads(rows[0]["metadata"])["held_back"] == "M-15 new@ash.example"


@pytest.mark.rule("FIX-01", "ADM-1.5", "ADM-6.3")
async def test_what_a_rule_forbids_is_said_beside_the_field(sam: Any, ect: factories.Stay, people: Cast) -> None:
    await factories.ect(people.birch, "Una Still", email="una@birch.example")

    answer = await checked(sam, ect, "email", email="UNA@birch.example")

    assert answer.status_code == 422
    assert "in use for someone else" in html.fromstring(answer.text).get_element_by_id("email-error").text_content()
    assert 'value="UNA@birch.example"' in answer.text
    assert "old@ash.example" in sam.text()
    (holder,) = html.fromstring(answer.text).xpath("//a[contains(., 'in the way')]/@href")
    assert holder == "/admin/people?q=UNA%40birch.example"


@pytest.mark.rule("FIX-02", "NAM-04")
async def test_a_name_is_replaced_and_a_large_difference_flagged(sam: Any, ect: factories.Stay) -> None:
    await checked(sam, ect, "name", name_choice="correct", new_name="Peter Jones-Clark")
    await confirmed(sam, ect, "name")

    rows = await fetch("SELECT corrected_name FROM teacher WHERE id = $1", ect.teacher.id)
    assert rows[0]["corrected_name"] == "Peter Jones-Clark"
    assert await kinds() == ["teacher_name_updated_by_user", "teacher_name_flagged", "staff_fix_applied"]


@pytest.mark.rule("FIX-02")
async def test_a_correction_is_cleared(sam: Any, ect: factories.Stay) -> None:
    await checked(sam, ect, "name", name_choice="record")
    await confirmed(sam, ect, "name")

    rows = await fetch("SELECT corrected_name FROM teacher WHERE id = $1", ect.teacher.id)
    assert rows[0]["corrected_name"] is None


@pytest.mark.rule("FIX-04")
async def test_a_working_pattern_is_changed(sam: Any, ect: factories.Stay) -> None:
    await checked(sam, ect, "working-pattern", working_pattern="part_time")
    await confirmed(sam, ect, "working-pattern")

    assert (await stored(ect))["working_pattern"] == "part_time"


@pytest.mark.rule("FIX-04")
async def test_what_changes_nothing_is_not_done(sam: Any, ect: factories.Stay) -> None:
    answer = await checked(sam, ect, "working-pattern", working_pattern="full_time")

    assert answer.status_code == 422
    assert "This would change nothing" in sam.page.text.split('id="working_pattern-error"')[1].split("</p>")[0]


@pytest.mark.rule("ADM-1.2")
@pytest.mark.parametrize(
    ("form", "read"),
    [
        ({"note": "Ten letters"}, Reason("Ten letters")),
        ({"ticket": "INC-123"}, Reason("", "INC-123")),
        ({"note": " x" * 1000, "ticket": "7"}, Reason(("x " * 1000).strip(), "7")),
        ({}, {"note": "Enter a note or a ticket number"}),
        ({"note": "  ", "ticket": " "}, {"note": "Enter a note or a ticket number"}),
        ({"note": "Too short"}, {"note": "Note must be between 10 and 2,000 characters"}),
        ({"note": "x" * 2001}, {"note": "Note must be between 10 and 2,000 characters"}),
    ],
)
def test_a_reason_is_a_note_or_a_ticket(form: dict[str, str], read: Reason | dict[str, str]) -> None:
    try:
        found: Any = parse_reason(form)
    except Invalid as invalid:
        found = invalid.errors
    assert found == read


@pytest.mark.rule("ADM-1.2")
@pytest.mark.parametrize("ticket", ["INC", "INC 1", "1" * 21, "é1"])
def test_a_ticket_has_a_digit_and_no_other_signs(ticket: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_reason({"ticket": ticket})
    assert list(raised.value.errors) == ["ticket"]


@pytest.mark.rule("ADM-1.2")
async def test_without_a_reason_nothing_is_checked_and_nothing_lost(sam: Any, ect: factories.Stay) -> None:
    answer = await checked(sam, ect, "email", email="new@ash.example", note="")

    assert answer.status_code == 422
    assert "Enter a note or a ticket number" in sam.text()
    assert 'value="new@ash.example"' in answer.text


@pytest.mark.rule("ADM-1.4")
async def test_what_changed_meanwhile_is_shown_with_who_did_it_and_what_was_entered(
    sam: Any, ect: factories.Stay, people: Cast
) -> None:
    await checked(sam, ect, "email", email="new@ash.example")
    fields = hidden(sam)
    about = About(school_id=people.ash.id, teacher_id=ect.teacher.id, ect_at_school_period_id=ect.id)
    async with transaction():
        record(TeacherWorkingPatternUpdated(about, "full_time", "part_time"), Actor(ActorKind.SCHOOL_USER, "Alice"))

    answer = await sam.post(address(ect, "email"), {**fields, "confirm": "yes"})

    assert answer.status_code == 409
    assert "This has changed since you opened the form." in sam.text()
    assert "by Alice, school user" in sam.text()
    assert 'value="new@ash.example"' in answer.text
    assert (await stored(ect))["email"] == "old@ash.example"


@pytest.mark.rule("ADM-1.4", "CON-03")
async def test_of_two_fixes_at_once_one_is_done_and_looking_hides_no_change(committed_database: str) -> None:
    people = await cast()
    stay = await factories.ect(people.ash, email="old@ash.example")
    seen, about = Seen(Whose((stay.teacher.id,)), await newest_event()), About(teacher_id=stay.teacher.id)
    actor = Actor(ActorKind.STAFF, "Sam Support", user_id=people.alice.id)

    async def fix(email: str) -> None:
        async def run() -> None:
            await change_email(ChangeEmail(Role.ECT, stay.id, email), actor, date(2025, 11, 10))

        await apply_fix(ApplyFix("FIX-01", "Correct an email address", about, Reason(WHY["note"])), run, actor, seen)

    outcomes = await asyncio.gather(fix("one@ash.example"), fix("two@ash.example"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [ChangedMeanwhile]
    assert await kinds() == ["teacher_email_address_updated", "staff_fix_applied"]
    async with transaction():
        for _ in range(MOST_SINCE):
            record(StaffViewedRecord(about, "person"), actor)
    with pytest.raises(ChangedMeanwhile):
        await seen.demand()


@pytest.mark.rule("ADM-1.1")
@pytest.mark.parametrize("role", ["viewer", "data", "manager"])
async def test_without_the_role_support_nothing_can_be_put_right(role: str, client: Any, ect: factories.Stay) -> None:
    await client.sign_in_as_staff(role)

    await client.get(f"/admin/people/{ect.teacher.public_id}")

    assert "/fixes/" not in client.page.text
    assert (await client.get(address(ect, "email"))).status_code == 403
    fields = {"stay": str(ect.public_id), "email": "new@ash.example", "confirm": "yes", "seen": "9999", **WHY}
    assert (await client.post(address(ect, "email"), fields)).status_code == 403
    assert (await stored(ect))["email"] == "old@ash.example"


@pytest.mark.rule("ADM-1.10", "ADM-16.2")
async def test_the_school_reads_of_it_as_done_by_support(sam: Any, ect: factories.Stay, people: Cast) -> None:
    await checked(sam, ect, "working-pattern", working_pattern="part_time")
    await confirmed(sam, ect, "working-pattern")

    await sam.sign_in(people.ash.urn, name=people.alice.name, email=people.alice.email)
    await sam.get(f"{ect.url}/history")

    assert "by DfE support" in sam.text()
    assert "Sam Support" not in sam.text()
    assert "FIX-04" not in sam.text()


@pytest.mark.rule("FIX-04")
async def test_who_is_no_ect_has_no_working_pattern(sam: Any, people: Cast) -> None:
    mentor = await factories.mentor(people.ash)

    await sam.get(address(mentor, "working-pattern"))

    assert "This cannot be done here: They are not registered as an ECT." in sam.text()
    assert (await sam.get(address(mentor, "nonsense"))).status_code == 404


@pytest.mark.rule("ADM-1.3")
async def test_the_check_page_leads_back_to_the_form_as_it_was_filled_in(sam: Any, people: Cast) -> None:
    form = f"/admin/schools/{people.ash.urn}/fixes/people-with-access"
    typed = {"act": "give", "name": "Ada Lane", "email": "ada@ash.example", "ticket": "RQ-1"}
    await sam.get(form)
    await sam.post(form, {**hidden(sam), **WHY, **typed, "from": "/admin/queues/q-09"})
    assert "Ada Lane was given access to the school" in sam.text()
    entered = html.fromstring(sam.page.text).xpath("//dl[1]//dd")
    assert [answer.text_content().strip() for answer in entered] == [
        "Give somebody access by email link",
        "Ada Lane",
        "ada@ash.example",
        WHY["note"],
        "RQ-1",
    ]
    document = html.fromstring(sam.page.text)
    back = document.xpath("//button[contains(@class, 'govuk-back-link')]")[0]
    assert document.get_element_by_id(back.get("form")).xpath(".//button")[0].text == "Change"

    await sam.post(form, dict(document.get_element_by_id("change").form_values()))

    assert sam.h1() == "Give or remove somebody’s access, or end their sessions"
    again = dict(html.fromstring(sam.page.text).xpath("//main//form")[-1].form_values())
    assert {name: again[name] for name in (*typed, "note", "from")} == {**typed, **WHY, "from": "/admin/queues/q-09"}
    assert await kinds() == []
