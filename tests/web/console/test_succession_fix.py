"""Deciding where people of a closed school go on, and who holds an email address (FIX-22, FIX-14)."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from tests import factories
from tests.web.console.test_fixes import WHY, hidden
from tests.web.console.test_school_fixes import ASH, kinds

if TYPE_CHECKING:
    from tests.cast import Cast

CLOSED_ON = date(2025, 10, 31)


async def decided(sam: Any, **fields: Any) -> Any:
    """Fill in the decision about Ash, check and confirm it; returns the last answer."""
    await sam.get(f"{ASH}/fixes/succession?from=/admin/queues/q-06")
    answer = await sam.post(f"{ASH}/fixes/succession", {**hidden(sam), **WHY, **fields})
    if answer.status_code != 200:
        return answer
    return await sam.post(f"{ASH}/fixes/succession", {**hidden(sam), "confirm": "yes"})


async def stays() -> list[tuple[str, date | None, str | None]]:
    rows = await fetch(
        """SELECT s.name, e.finished_on, e.end_reason FROM ect_at_school_period e JOIN school s ON s.id = e.school_id
        ORDER BY e.id"""
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("FIX-22", "REF-3.6", "Q-06", "ADM-6.1")
async def test_some_people_go_on_and_the_others_left(sam: Any, people: Cast) -> None:
    first = await factories.ect(people.ash, "Ann First")
    await factories.ect(people.ash, "Zoe Last")
    await fetch("UPDATE school SET status_code = 2, closed_on = $2 WHERE id = $1", people.ash.id, CLOSED_ON)
    closing = {"school_id": people.ash.id, "urn": "100001", "closed_on": CLOSED_ON, "state": "undecided"}
    await factories.insert("school_closing", **closing, noted_on=date(2025, 11, 1))
    item = {"queue": "Q-06", "kind": "several_successors", "school_id": people.ash.id, "raised_on": date(2025, 11, 1)}
    await factories.insert("register_item", **item, detail=json.dumps({"targets": ["100002"]}))
    link = html.fromstring((await sam.get("/admin/queues/q-06")).text).xpath("//a[contains(@href, 'succession')]/@href")
    assert link == [f"{ASH}/fixes/succession?from=/admin/queues/q-06"]

    assert (await decided(sam, decision="another", urn="100001")).status_code == 422
    assert "No other school of the register has this URN" in sam.text()
    answer = await decided(sam, decision="100002", people=[f"ect-{first.id}"])
    assert answer.headers["location"] == "/admin/queues/q-06?done=succession"
    assert await stays() == [
        ("Ash School", CLOSED_ON, "school_closed"),
        ("Ash School", None, None),
        ("Birch School", None, None),
    ]
    await decided(sam, decision="left")

    assert (await stays())[1] == ("Ash School", CLOSED_ON, "school_closed")
    rows = await fetch("SELECT sentence FROM event WHERE kind = 'school_succession_decided' ORDER BY id")
    assert [row["sentence"] for row in rows] == [
        "1 person goes on at Birch School",
        "1 person has left with the school’s end",
    ]
    assert html.fromstring((await sam.get("/admin/queues/q-06")).text).xpath("//tr[@data-item]") == []
    await sam.get(f"{ASH}/fixes/succession")
    assert "Nothing is to be decided about this school" in sam.text()


@pytest.mark.rule("FIX-22", "REF-3.7")
async def test_people_of_a_school_that_is_open_again_get_their_dates_back(sam: Any, people: Cast) -> None:
    await factories.ect(people.ash, finished_on=CLOSED_ON, end_reason="school_closed")
    closing = {"school_id": people.ash.id, "urn": "100001", "closed_on": CLOSED_ON, "state": "reopened"}
    ended = {"acted_on": date(2025, 11, 1), "noted_on": date(2025, 11, 1), "ended_at": factories.noon(CLOSED_ON)}
    await factories.insert("school_closing", **closing, **ended)
    item = {"queue": "Q-06", "kind": "restore", "school_id": people.ash.id, "raised_on": date(2025, 11, 1)}
    await factories.insert("register_item", **item, detail="{}")

    answer = await decided(sam, decision="restore")

    assert answer.status_code == 303
    assert (await kinds())[-2:] == ["school_people_restored", "staff_fix_applied"]
    assert [row["settlement"] for row in await fetch("SELECT settlement FROM register_item")] == ["restored"]


@pytest.mark.rule("FIX-14", "EML-01", "ADM-1.9")
async def test_who_holds_an_address_is_found_and_noted(sam: Any, people: Cast) -> None:
    last = {"finished_on": CLOSED_ON, "end_reason": "left"}
    await factories.ect(people.ash, "Ann First", email="shared@ash.example", **last)
    holder = await factories.mentor(people.birch, "Zoe Last", email="Shared@ash.example")

    answer = await sam.get("/admin/email-holder?email=SHARED@ash.example")

    rows = html.fromstring(answer.text).xpath("//tbody/tr")
    assert [row.xpath("th/a")[0].text for row in rows] == ["Zoe Last", "Ann First"]
    assert ["Holds it" in row.text_content() for row in rows] == [True, False]
    correct = rows[0].xpath(".//a[contains(@href, '/fixes/email')]/@href")[0]
    await sam.get(correct)
    assert (sam.h1(), str(holder.public_id) in sam.page.text) == ("Correct an email address", True)
    noted = await fetch("SELECT teacher_id FROM event WHERE metadata ->> 'what' = 'Who holds an email address'")
    assert [row["teacher_id"] for row in noted] == [holder.teacher.id]
    assert (await sam.get("/admin/email-holder?email=nobody")).status_code == 422
    await sam.get("/admin/email-holder?email=new@ash.example")
    assert "No registration has this address" in sam.text()
