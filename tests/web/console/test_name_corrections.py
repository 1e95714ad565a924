"""Corrections of names that support looks through (ADM-9, Q-05)."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.terms import Actor, ActorKind, Role
from tests import factories
from tests.web.console.test_fixes import WHY, hidden

if TYPE_CHECKING:
    from tests.cast import Cast

PATH = "/admin/name-corrections"
ALICE = Actor(ActorKind.SCHOOL_USER, "Alice Archer")
TO_LOOK_AT = f"{PATH}?flagged=yes&reviewed=no"


async def renamed(people: Cast, record: str, *names: str) -> factories.Stay:
    """Register somebody and correct their name, once for each name given."""
    stay = await factories.ect(people.ash, await factories.teacher(record))
    for name in names:
        command = ChangeName(Role.ECT, stay.id, name, NameReason.ENTERED_INCORRECTLY)
        await change_name(command, ALICE, date(2025, 11, 10))
    return stay


def shown(answer: Any) -> list[str]:
    """Return the new names on the page, in order."""
    return [str(row.get("data-correction")) for row in html.fromstring(answer.text).xpath("//tr[@data-correction]")]


def boxes(answer: Any) -> dict[str, str]:
    """Return the flags that can be ticked, by new name."""
    rows = html.fromstring(answer.text).xpath("//tr[@data-correction]")
    return {row.get("data-correction"): str(box) for row in rows for box in row.xpath(".//input/@value")}


async def decided(sam: Any, act: str, *flags: str) -> Any:
    """Tick flags and decide about them: check, then confirm; returns the last answer."""
    answer = await sam.post(PATH, {"flags": list(flags), "act": act, **WHY})
    if answer.status_code != 200:
        return answer
    return await sam.post(PATH, {**hidden(sam), "confirm": "yes"})


async def flag_states() -> dict[str, str | None]:
    return {row["new_name"]: row["outcome"] for row in await fetch("SELECT new_name, outcome FROM name_flag")}


@pytest.mark.rule("ADM-9.1", "ADM-9.3", "ADM-9.5", "Q-05")
async def test_every_correction_is_kept_and_can_be_filtered(sam: Any, people: Cast) -> None:
    await renamed(people, "Jane Smith", "Peter Jones-Clark")
    await renamed(people, "Jon Smyth", "John Smith")
    await renamed(people, "Mohammed Ali", "Muhammad Aly")
    await renamed(people, "Siân Rhys Davies", "Sian Davies")

    everything = await sam.get(PATH)
    assert shown(everything) == ["Sian Davies", "Muhammad Aly", "John Smith", "Peter Jones-Clark"]
    row = html.fromstring(everything.text).xpath("//tr[@data-correction='Peter Jones-Clark']")[0].text_content()
    for fact in ("Jane Smith", "29", "Large", "entered incorrectly", "Ash School", "Alice Archer", "To be looked at"):
        assert fact in row
    for asked, found in (
        ("flagged=no", ["Sian Davies"]),
        ("flagged=yes&reviewed=no", ["Peter Jones-Clark", "Muhammad Aly", "John Smith"]),
        ("band=minor", ["Sian Davies", "John Smith"]),
        ("band=partial", ["Muhammad Aly"]),
        ("school=100002", []),
        ("until=9+November+2025", []),
        ("since=2025-11-10&reviewed=yes&band=x", []),
    ):
        assert shown(await sam.get(f"{PATH}?{asked}")) == found, asked
    queue = html.fromstring((await sam.get("/admin/queues/q-05")).text)
    assert [link.text for link in queue.xpath("//tr[@data-item]/th/a[1]")] == [
        "Peter Jones-Clark",
        "Muhammad Aly",
        "John Smith",
    ]
    assert queue.xpath("//main//a[contains(@href, 'name-corrections')]/@href") == [TO_LOOK_AT]


@pytest.mark.rule("ADM-9.5", "ADM-9.6", "ADM-1.2", "ADM-1.3")
async def test_small_differences_are_accepted_together_and_large_ones_alone(sam: Any, people: Cast) -> None:
    await renamed(people, "Jon Smyth", "John Smith")
    await renamed(people, "Siân Evans", "Sean Evens")
    await renamed(people, "Jane Smith", "Peter Jones-Clark")
    of = boxes(await sam.get(TO_LOOK_AT))

    assert (await decided(sam, "accept", *of.values())).status_code == 422
    assert "can be accepted together" in sam.text()
    assert (await sam.post(PATH, {"act": "accept", "flags": []})).status_code == 422
    assert "Enter a note or a ticket number" in sam.text()
    assert (await decided(sam, "revert", of["John Smith"], of["Sean Evens"])).status_code == 422
    assert set((await flag_states()).values()) == {None}

    await decided(sam, "accept", of["John Smith"], of["Sean Evens"])
    await decided(sam, "accept", of["Peter Jones-Clark"])

    assert set((await flag_states()).values()) == {"accepted"}
    rows = await fetch("SELECT metadata ->> 'note' AS note FROM event WHERE kind = 'name_flag_accepted'")
    assert [row["note"] for row in rows] == [WHY["note"]] * 3
    await sam.get((await decided(sam, "accept", of["John Smith"])).headers["location"])
    assert "Somebody has looked at this already" in sam.text()


@pytest.mark.rule("ADM-9.6", "NAM-01")
async def test_a_name_is_put_back_and_the_school_is_told(sam: Any, people: Cast) -> None:
    stay = await renamed(people, "Jane Smith", "Peter Jones-Clark", "Tom Able")
    of = boxes(await sam.get(TO_LOOK_AT))

    await sam.post(PATH, {**WHY, "act": "revert", "flags": [of["Tom Able"]]})
    assert "No email will be sent at once. The school is told by a notice" in " ".join(sam.text().split())
    await decided(sam, "revert", of["Tom Able"])

    rows = await fetch("SELECT corrected_name FROM teacher WHERE id = $1", stay.teacher.id)
    assert rows[0]["corrected_name"] is None
    assert await flag_states() == {"Peter Jones-Clark": "settled", "Tom Able": "reverted"}
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM event ORDER BY id DESC LIMIT 2")]
    assert sorted(kinds) == ["name_flag_reverted", "teacher_name_updated_by_user"]
    await sam.sign_in(people.ash.urn, name=people.alice.name, email=people.alice.email)
    await sam.get("/school/notices")
    assert "Name changed from Tom Able to Jane Smith" in sam.text()


@pytest.mark.rule("ADM-9.5", "ADM-12.3")
async def test_corrections_are_taken_along_with_a_reason(sam: Any, people: Cast) -> None:
    await renamed(people, "Jane Smith", "Peter Jones-Clark")
    await renamed(people, "Tom Jones", "Tom Johns")
    address = html.fromstring((await sam.get(f"{PATH}?band=large")).text).xpath("//a[contains(@href, '/file')]/@href")[
        0
    ]

    await sam.get(address)
    assert (await sam.post(address, {})).status_code == 422
    answer = await sam.post(address, WHY)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["name_after"], row["score"], row["band"]) for row in rows] == [("Peter Jones-Clark", "29", "large")]
    event = (await fetch("SELECT metadata ->> 'rows' AS n FROM event WHERE kind = 'staff_exported'"))[0]
    assert event["n"] == "1"


@pytest.mark.rule("ADM-9.5")
async def test_schools_with_many_large_corrections_are_named(sam: Any, people: Cast) -> None:
    await renamed(people, "Jane Smith", "Peter Jones-Clark")
    for number in range(9):
        await factories.mentor(people.ash, f"Mentor {number}")
    await renamed_at_birch(people)

    page = html.fromstring((await sam.get(PATH)).text)

    table = page.xpath("//table[caption[contains(., 'by school')]]/tbody/tr")
    assert [[cell.text_content() for cell in row] for row in table] == [
        ["Ash School: large corrections", "1", "10", "10.0"]
    ]


async def renamed_at_birch(people: Cast) -> None:
    stay = await factories.mentor(people.birch, await factories.teacher("Jane Smith"))
    command = ChangeName(Role.MENTOR, stay.id, "Peter Jones-Clark", NameReason.NAME_CHANGED)
    await change_name(command, ALICE, date(2025, 11, 10))
