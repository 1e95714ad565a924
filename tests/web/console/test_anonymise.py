"""Making somebody unrecognisable (FIX-15)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.console.anonymisation_queries import notes_about
from app.db.engine import fetch
from app.registration.anonymise_teacher import (
    AskToAnonymise,
    DecideAnonymisation,
    ask_to_anonymise,
    decide_anonymisation,
)
from app.registration.changes.change_email import ChangeEmail, change_email
from app.registration.changes.change_name import ChangeName, NameReason, change_name
from app.registration.merging.merge_people import MergePeople, merge_people
from app.terms import Actor, ActorKind, Refused, Role
from tests import factories
from tests.web.console.test_fixes import hidden

if TYPE_CHECKING:
    from tests.cast import Cast

ALICE = Actor(ActorKind.SCHOOL_USER, "Alice Archer")
REASON = {"note": "They asked us in writing", "ticket": "INC-1"}
TRACES = ("Jane", "Smith", "Jones-Clark", "jane@", "4512378")


async def put_right(sam: Any, address: str, **fields: str) -> Any:
    """Fill in the form, check and confirm it; returns the last answer."""
    await sam.get(address)
    answer = await sam.post(address, {**hidden(sam), **REASON, **fields})
    if answer.status_code != 200:
        return answer
    return await sam.post(address, {**hidden(sam), "confirm": "yes"})


async def gone(people: Cast, last_day: date) -> factories.Stay:
    """Register Jane at Ash with a mentor, change her name and address, and let her leave."""
    stay = await factories.ect(people.ash, await factories.teacher("Jane Smith", "4512378"), email="jane@ash.example")
    today = date(2025, 11, 10)
    await change_email(ChangeEmail(Role.ECT, stay.id, "jane@new.example"), ALICE, today)
    command = ChangeName(Role.ECT, stay.id, "Jane Jones-Clark", NameReason.NAME_CHANGED)
    await change_name(command, ALICE, today)
    await fetch("UPDATE ect_at_school_period SET finished_on = $1, end_reason = 'left'", last_day)
    return stay


@pytest.mark.rule("FIX-15", "ADM-1.3")
async def test_one_asks_and_another_confirms_and_no_name_is_left(sam: Any, people: Cast) -> None:
    stay = await gone(people, date(2025, 10, 31))
    person = f"/admin/people/{stay.teacher.public_id}"
    address = f"{person}/fixes/anonymise"

    assert (await put_right(sam, address)).status_code == 422
    assert "less than a year ago" in sam.text()
    await put_right(sam, address, early="yes")
    assert (await put_right(sam, address, decision="done")).status_code == 422
    assert "Somebody else of support has to confirm" in sam.text()
    second = {"kind": "staff", "roles": "support", "name": "Sue Second", "email": "sue@staff.example"}
    await sam.client.post("/personas", data=second)
    await sam.get(address)
    assert "asked for this on 10 November 2025: They asked us in writing" in sam.text()
    assert "10 November 2025, Sam Support: They asked us in writing" in sam.text()
    assert (await put_right(sam, address, decision="done")).status_code == 303

    teacher = (await fetch("SELECT * FROM teacher WHERE id = $1", stay.teacher.id))[0]
    assert (teacher["trs_first_name"], teacher["trn"]) == ("Anonymised", f"anonymised {stay.teacher.id}")
    tables = ("teacher", "ect_at_school_period", "name_flag", "name_correction", "message", "lookup_attempt")
    rows = [str(dict(row)) for table in tables for row in await fetch(f"SELECT * FROM {table}")]
    assert [row for row in rows if any(trace in row for trace in TRACES)] == []
    for page in ("", "/schools", "/timeline", "/emails"):
        await sam.get(f"{person}{page}")
        assert not [trace for trace in TRACES if trace in sam.page.text], page
    assert (
        "About somebody who was anonymised: teacher name updated by user" in (await sam.get(f"{person}/timeline")).text
    )
    await sam.get("/admin/people?q=jane@ash.example")
    assert "No results" in sam.text()
    await sam.get(address)
    assert "They are unrecognisable already" in sam.text()
    await sam.sign_in(people.ash.urn, name=people.alice.name, email=people.alice.email)
    for page in (f"{stay.url}/history", "/school/notices"):
        await sam.get(page)
        assert not [trace for trace in TRACES if trace in sam.page.text], page


@pytest.mark.rule("FIX-15")
async def test_who_is_still_at_a_school_stays_and_a_request_can_be_withdrawn(sam: Any, people: Cast) -> None:
    stay = await gone(people, date(2025, 11, 30))
    address = f"/admin/people/{stay.teacher.public_id}/fixes/anonymise"
    assert (await put_right(sam, address, early="yes")).status_code == 422
    assert "goes on or is still to begin" in sam.text()

    await fetch("UPDATE ect_at_school_period SET started_on = '2023-09-01', finished_on = '2024-10-31'")
    await put_right(sam, address)
    await put_right(sam, address, decision="withdrawn")

    assert [row["outcome"] for row in await fetch("SELECT outcome FROM anonymisation")] == ["withdrawn"]
    assert [row["trn"] for row in await fetch("SELECT trn FROM teacher")] == ["4512378"]


@pytest.mark.rule("FIX-15", "FIX-12")
async def test_a_record_merged_into_theirs_is_made_unrecognisable_with_it_and_never_alone(
    sam: Any, people: Cast
) -> None:
    survivor = await factories.teacher("Jane Smith", "4512378")
    other = await factories.teacher("Jane Jones-Clark", "4512379")
    first = await factories.teacher("Jane Clark", "4512377")
    asker, decider = (
        Actor(ActorKind.STAFF, "Sam", user_id=people.alice.id),
        Actor(ActorKind.STAFF, "Sue", user_id=people.bob.id),
    )
    today = date(2025, 11, 10)
    await ask_to_anonymise(AskToAnonymise(survivor.id, early=False, note="They asked us", ticket=""), asker, today)
    away = {"started_on": date(2023, 9, 1), "finished_on": date(2025, 10, 31), "end_reason": "left"}
    stay = await factories.ect(people.ash, other, email="jane@ash.example", **away)
    await ask_to_anonymise(AskToAnonymise(first.id, early=False, note="A mistake", ticket=""), asker, today)
    await decide_anonymisation(DecideAnonymisation(first.id, "withdrawn", "One of three", ""), decider, today)
    for into, one in ((other, first), (survivor, other)):
        await merge_people(MergePeople(into.id, one.public_id, checked=True), asker, today)
    assert {"They asked us", "One of three"} <= {one.note for one in await notes_about(survivor.id)}

    await sam.get(f"/admin/people/{other.public_id}/fixes/anonymise")
    assert "This record was merged into another" in sam.text()
    alone = AskToAnonymise(other.id, early=True, note="", ticket="INC-1")
    with pytest.raises(Refused, match="merged"):
        await ask_to_anonymise(alone, asker, today)
    done = DecideAnonymisation(survivor.id, "done", "They asked us", "")
    with pytest.raises(Refused, match="too_early"):
        await decide_anonymisation(done, decider, today)
    await fetch("UPDATE ect_at_school_period SET finished_on = '2024-10-31' WHERE id = $1", stay.id)
    await decide_anonymisation(done, decider, today)

    rows = await fetch("SELECT trn, trs_first_name, trs_last_name FROM teacher ORDER BY id")
    every = [(f"anonymised {one.id}", "Anonymised", "person") for one in (survivor, other, first)]
    assert [tuple(row) for row in rows] == every
    await sam.get(f"/admin/people/{survivor.public_id}/timeline")
    assert not [trace for trace in TRACES if trace in sam.page.text]
