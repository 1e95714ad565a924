"""What staff put right about a school (FIX-18, FIX-19, FIX-21)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests.web.console.test_fixes import WHY, hidden

if TYPE_CHECKING:
    from tests.cast import Cast

ASH = "/admin/schools/100001"


async def put_right(sam: Any, fix: str, **fields: str) -> Any:
    """Fill in a fix of Ash School, check it and confirm it; returns the last answer."""
    await sam.get(f"{ASH}/fixes/{fix}")
    answer = await sam.post(f"{ASH}/fixes/{fix}", {**hidden(sam), **WHY, **fields})
    if answer.status_code != 200:
        return answer
    return await sam.post(f"{ASH}/fixes/{fix}", {**hidden(sam), "confirm": "yes"})


async def school() -> Any:
    return (await fetch("SELECT * FROM school WHERE urn = '100001'"))[0]


async def kinds() -> list[str]:
    rows = await fetch("SELECT kind FROM event WHERE kind !~ 'sign' ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.mark.rule("FIX-18", "ADM-6.1")
async def test_what_a_school_may_do_is_decided_until_a_day(sam: Any, people: Cast) -> None:
    answer = await put_right(sam, "access", level="none", until_day="31", until_month="12", until_year="2025")

    assert answer.headers["location"] == f"{ASH}?done=access"
    stored = await school()
    assert (stored["access_override"], stored["access_override_until"]) == ("none", date(2025, 12, 31))
    assert stored["access_override_note"] == WHY["note"]
    assert await kinds() == ["school_access_override_set", "staff_fix_applied"]
    await sam.get(ASH)
    assert "No use of the service, because DfE support set it" in sam.text()


@pytest.mark.rule("FIX-18")
async def test_the_decision_is_taken_back(sam: Any, people: Cast) -> None:
    await put_right(sam, "access", level="school_led_only")
    await put_right(sam, "access", level="follows")

    stored = await school()
    assert (stored["access_override"], stored["access_override_note"]) == (None, None)
    told = await fetch("SELECT changes FROM event WHERE kind = 'school_access_override_set' ORDER BY id DESC LIMIT 1")
    said = json.loads(told[0]["changes"])["what_the_school_may_do"]
    assert said == {"old": "school-led only", "new": "what follows from the register"}


@pytest.mark.rule("FIX-18")
async def test_a_last_day_in_the_past_is_refused_beside_its_field(sam: Any, people: Cast) -> None:
    far = await put_right(sam, "access", level="none", until_day="31", until_month="12", until_year="2099")
    assert (far.status_code, "at most 120 months from today" in sam.text()) == (422, True)
    answer = await put_right(sam, "access", level="none", until_day="1", until_month="1", until_year="2025")

    assert answer.status_code == 422
    assert "Last day must be today or later" in sam.text()
    assert (await school())["access_override"] is None


@pytest.mark.rule("FIX-19", "ACC-2.3")
@pytest.mark.parametrize(("chosen", "stored"), [("on", "on"), ("off", "off")])
async def test_the_email_link_is_switched_for_one_school(chosen: str, stored: str, sam: Any, people: Cast) -> None:
    await put_right(sam, "email-link", email_link=chosen)

    assert (await school())["email_link_override"] == stored
    assert await kinds() == ["school_email_link_set", "staff_fix_applied"]


@pytest.mark.rule("FIX-21", "IT-05")
@pytest.mark.parametrize(("confirmed", "year"), [({}, 2025), ({"confirmed": "yes"}, 2025)])
async def test_another_induction_tutor_is_set(confirmed: dict[str, str], year: int, sam: Any, people: Cast) -> None:
    await put_right(
        sam, "induction-tutor", induction_tutor_name="Nia New", induction_tutor_email="nia@ash.example", **confirmed
    )

    rows = await fetch(
        "SELECT name, email, confirmed_for_year FROM induction_tutor WHERE school_id = $1 AND ended_at IS NULL",
        people.ash.id,
    )
    assert [tuple(row) for row in rows] == [("Nia New", "nia@ash.example", year)]
    mails = await fetch("SELECT message_id, recipient FROM message ORDER BY message_id")
    assert [tuple(row) for row in mails] == [("M-10", "nia@ash.example"), ("M-11", "alice@ash.example")]


@pytest.mark.rule("FIX-21")
async def test_the_year_is_confirmed_only_if_that_is_ticked(sam: Any, people: Cast) -> None:
    await fetch("UPDATE induction_tutor SET confirmed_for_year = 2024 WHERE school_id = $1", people.ash.id)
    who = {"induction_tutor_name": "Nia New", "induction_tutor_email": "nia@ash.example"}

    await put_right(sam, "induction-tutor", **who)
    unticked = await fetch("SELECT confirmed_for_year FROM induction_tutor WHERE ended_at IS NULL AND name = 'Nia New'")
    await put_right(sam, "induction-tutor", **{**who, "induction_tutor_name": "Nia Newer", "confirmed": "yes"})
    ticked = await fetch("SELECT confirmed_for_year FROM induction_tutor WHERE ended_at IS NULL AND name = 'Nia Newer'")

    assert (unticked[0]["confirmed_for_year"], ticked[0]["confirmed_for_year"]) == (2024, 2025)


@pytest.mark.rule("FIX-21", "IT-07", "ADM-1.5")
async def test_an_address_of_another_schools_tutor_is_refused(sam: Any, people: Cast) -> None:
    answer = await put_right(
        sam, "induction-tutor", induction_tutor_name="Nia New", induction_tutor_email="carla@birch.example"
    )

    assert answer.status_code == 422
    assert "Check the name and email address" in sam.text()
    assert json.dumps("Nia New").strip('"') in answer.text
