"""Putting something right for many people at once (ADM-6.2)."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app import clock
from app.console.bulk_fixes import BULK_FIXES
from app.console.bulk_work import AskBulk, Outside, ask_bulk, confirm_bulk, go_on
from app.console.reasons import Reason
from app.db.engine import fetch
from app.teachers.trs import Deactivated, NotFound
from app.terms import TRN, UserId
from app.values import Invalid
from app.web.console.bulk import parse_trns
from tests import factories
from tests.web.console.test_fixes import WHY, hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.teachers.trs import ReadOutcome
    from tests.cast import Cast

NINE = datetime(2025, 11, 10, 9, tzinfo=UTC)


def shown(sam: Any) -> dict[str, str]:
    """Return what becomes of each person on the page, by TRN."""
    rows = html.fromstring(sam.page.text).xpath("//table/tbody/tr")
    return {row.xpath("td")[0].text_content(): row.xpath("td")[1].text_content() for row in rows}


async def three(people: Cast) -> tuple[factories.Stay, ...]:
    """Register an ECT without a body, one with South Hub already, and a mentor."""
    south = await factories.appropriate_body("South Hub")
    first = await factories.ect(people.ash, await factories.teacher("Ann First", "3000001"))
    held = {"school_reported_appropriate_body_id": south.id}
    second = await factories.ect(people.birch, await factories.teacher("Ben Second", "3000002"), **held)
    return first, second, await factories.mentor(people.ash, await factories.teacher("Mo Mentor", "3000003"))


async def south_hub() -> str:
    return str((await fetch("SELECT public_id FROM appropriate_body WHERE name = 'South Hub'"))[0]["public_id"])


@pytest.mark.rule("ADM-6.2", "FIX-03", "ADM-1.2", "ADM-1.3")
async def test_many_are_checked_confirmed_and_changed_one_by_one(sam: Any, people: Cast) -> None:
    first, *_ = await three(people)
    await sam.get("/admin/people?q=first")
    box = html.fromstring(sam.page.text).xpath("//form[@action='/admin/bulk']//input[@name='trns']/@value")
    await sam.get("/admin/bulk", params={"trns": box})
    form = html.fromstring(sam.page.text).xpath("//a[contains(@href, 'appropriate-body')]/@href")[0]
    await sam.get(form)
    assert "3000001" in sam.page.text
    fields = {"trns": "3000001, 3000002\n3000003 3000009 3000001", "appropriate_body": await south_hub()}
    assert (await sam.post("/admin/bulk/appropriate-body", {**fields, "trns": "12"})).status_code == 422

    answer = await sam.post("/admin/bulk/appropriate-body", {**fields, **WHY})
    await sam.get(answer.headers["location"])

    assert sam.h1() == "Check this change"
    assert "Appropriate bodySouth Hub" in sam.text().replace(" South", "South")
    assert shown(sam) == {
        "3000001": "Will change: Appropriate body: was none, now South Hub",
        "3000002": "No change",
        "3000003": "Cannot be changed: They are not registered as an ECT",
        "3000009": "Cannot be changed: Nobody with this TRN is known here",
    }
    assert await fetch("SELECT id FROM event WHERE kind ~ 'appropriate_body'") == []

    await sam.post(answer.headers["location"], {**hidden(sam), "confirm": "yes"})
    await sam.get(answer.headers["location"])

    assert (sam.h1(), shown(sam)["3000001"]) == ("The change is done", "Changed")
    rows = await fetch("SELECT kind, teacher_id, metadata ->> 'title' AS title FROM event WHERE teacher_id IS NOT NULL")
    done = [row for row in rows if row["kind"] in {"teacher_appropriate_body_changed", "staff_fix_applied"}]
    assert [row["teacher_id"] for row in done] == [first.teacher.id] * 2
    assert answer.headers["location"].rpartition("/")[2] in done[1]["title"]
    taken = await sam.post(f"{answer.headers['location']}/file", {})
    lines = list(csv.DictReader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert [line["result"] or line["dry_run"] for line in lines] == ["changed", "no_change", "cannot", "cannot"]


async def asked(people: Cast, slug: str, trns: list[str], fields: Mapping[str, str]) -> Any:
    rows = await fetch("SELECT id FROM app_user WHERE email = 'sam@staff.example'")
    staff = {"audience": "staff", "staff_roles": ["support"]}
    user = rows[0]["id"] if rows else (await factories.user("Sam Support", "sam@staff.example", **staff)).id
    reason = Reason("Asked for by a trust")
    return await ask_bulk(AskBulk(BULK_FIXES[slug], trns, fields, reason, UserId(user)))


async def asker() -> UserId:
    return UserId((await fetch("SELECT id FROM app_user WHERE email = 'sam@staff.example'"))[0]["id"])


@pytest.mark.rule("ADM-6.2", "FIX-03")
async def test_a_batch_that_was_interrupted_goes_on_and_changes_nobody_twice(people: Cast) -> None:
    await three(people)
    await fetch("UPDATE ect_at_school_period SET school_reported_appropriate_body_id = NULL")
    with clock.at(NINE):
        batch = await asked(people, "appropriate-body", ["3000001", "3000002"], {"appropriate_body": await south_hub()})
        await go_on(Outside(None), batch)
        await confirm_bulk(batch, await asker(), hold_mail=True)
        assert await go_on(Outside(None, 0.000_001), batch) == 1
        assert [await go_on(Outside(None)) for _ in range(2)] == [1, 0]

    rows = await fetch("SELECT count(*) AS n FROM event WHERE kind = 'teacher_appropriate_body_changed'")
    assert rows[0]["n"] == 2
    assert [row["result"] for row in await fetch("SELECT result FROM bulk_row")] == ["changed", "changed"]
    assert (await fetch("SELECT finished_at FROM bulk_batch"))[0]["finished_at"] is not None


@pytest.mark.rule("ADM-6.2", "FIX-08", "FLT-41")
async def test_what_cannot_be_any_more_is_left_at_its_turn_and_the_rest_is_done(people: Cast) -> None:
    provider = await factories.lead_provider()
    for name, trn in (("Ann First", "3000001"), ("Ben Second", "3000002")):
        await factories.training(await factories.ect(people.ash, await factories.teacher(name, trn)), provider)
    await factories.contract(provider, 2024)
    await factories.schedule(2024, "ecf-standard-september")
    with clock.at(NINE):
        batch = await asked(people, "training-year", ["3000001", "3000002"], {"year": "2024"})
        await go_on(Outside(None), batch)
        found = await fetch("SELECT found, found_why FROM bulk_row")
        await confirm_bulk(batch, await asker(), hold_mail=False)
        await fetch(
            "UPDATE training_period SET finished_on = '2025-11-01' FROM teacher t WHERE t.id = teacher_id AND trn = '3000001'"
        )
        await go_on(Outside(None), batch)

    assert [row["found"] for row in found] == ["will_change"] * 2
    assert "Academic year: was 2025 to 2026, now 2024 to 2025" in found[0]["found_why"]
    rows = await fetch("SELECT result, result_why FROM bulk_row ORDER BY position")
    assert [tuple(row) for row in rows] == [("cannot", "No training of theirs can be moved there"), ("changed", None)]


@pytest.mark.rule("ADM-6.2")
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3000001;3000002,3000001\n3000003", ("3000001", "3000002", "3000003")),
        ("", "Enter at least one TRN"),
        ("3000001 x", "Each TRN must have 7 digits, which “x” has not"),
        (" ".join(str(3_000_000 + number) for number in range(501)), "Enter 500 TRNs at most. There are 501"),
    ],
)
def test_which_trns_are_pasted(typed: str, read: Any) -> None:
    try:
        found: Any = parse_trns({"trns": typed})
    except Invalid as invalid:
        found = invalid.errors["trns"]
    assert found == read


@pytest.mark.rule("ADM-6.2", "FIX-07", "FIX-12", "EVT-01")
async def test_training_of_many_moves_to_a_partnership_and_only_who_asked_confirms(sam: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    elm, early = await factories.delivery_partner("Elm Partners"), datetime(2025, 9, 1, 12, tzinfo=UTC)
    held = await factories.partnership(people.ash, larch, dogwood, reported_at=early)
    await factories.partnership(people.ash, larch, elm, origin="support", reported_at=early)
    for name, trn in (("Ann First", "3000001"), ("Ben Second", "3000002")):
        await factories.training(await factories.ect(people.ash, await factories.teacher(name, trn)), larch, held)
    await factories.ect(people.birch, await factories.teacher("Cat Third", "3000003"))
    old = await factories.teacher("Ann Former", "3000004")
    await fetch(
        "UPDATE teacher SET merged_into_teacher_id = s.id FROM teacher s WHERE teacher.id = $1 AND s.trn = '3000001'",
        old.id,
    )
    fields = {"trns": "3000004 3000001 3000002 3000003", "lead_provider": str(larch.public_id)}
    answer = await sam.post("/admin/bulk/partnership", {**fields, "delivery_partner": "Elm Partners", **WHY})
    page = answer.headers["location"]
    await sam.get(page)
    cannot = "Cannot be changed: No training of theirs can be moved there"
    moves = "Will change: Last day of training: was none, now 9 November 2025"
    assert shown(sam) == {"3000001": moves, "3000002": moves, "3000003": cannot}

    second = {"kind": "staff", "roles": "support", "name": "Sue Second", "email": "sue@staff.example"}
    await sam.client.post("/personas", data=second)
    await sam.get(page)
    assert "Only who asked for this can confirm it" in sam.text()
    assert (await sam.post(page, {"confirm": "yes"})).status_code == 403
    await sam.sign_in_as_staff("support")
    await sam.get(page)
    await sam.post(page, {**hidden(sam), "confirm": "yes"})
    await sam.get(page)

    assert shown(sam) == {"3000001": "Changed", "3000002": "Changed", "3000003": cannot}
    rows = await fetch(
        """SELECT tp.started_on::text, dp.name FROM training_period tp
            JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id ORDER BY 1, 2"""
    )
    moved = [("2025-09-01", "Dogwood Partners")] * 2 + [("2025-11-10", "Elm Partners")] * 2
    assert [tuple(row) for row in rows] == moved
    rows = await fetch("SELECT metadata ->> 'fix' AS fix, actor_name FROM event WHERE kind = 'staff_fix_applied'")
    assert [tuple(row) for row in rows] == [("FIX-07", "Sam Support")] * 2


class Records:
    """A teaching record system that gives the answer it was told."""

    answer: ReadOutcome = NotFound()

    async def read(self, _trn: TRN) -> ReadOutcome:
        """Answer."""
        return self.answer


@pytest.mark.rule("ADM-6.2", "FIX-13")
async def test_many_are_read_again_and_nobody_twice_within_a_minute(people: Cast) -> None:
    await factories.ect(people.ash, await factories.teacher("Ann First", "3000001"))
    records = Records()
    outside = Outside(records)  # type: ignore[arg-type]
    with clock.at(NINE):
        for _ in range(2):
            batch = await asked(people, "refresh", ["3000001"], {})
            await go_on(outside, batch)
            await confirm_bulk(batch, await asker(), hold_mail=True)
            await go_on(outside, batch)
            records.answer = Deactivated()

    rows = await fetch("SELECT result, result_why FROM bulk_row ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("changed", None),
        ("cannot", "Their record was read within the last minute"),
    ]
    assert [row["state"] for row in await fetch("SELECT state FROM message")] == []


class Broken:
    """A teaching record system whose client has a fault."""

    async def read(self, _trn: TRN) -> ReadOutcome:
        """Fail."""
        raise RuntimeError("a fault")


@pytest.mark.rule("ADM-6.2")
async def test_who_brings_out_a_fault_does_not_stand_in_the_way(people: Cast) -> None:
    await factories.ect(people.ash, await factories.teacher("Ann First", "3000001"))
    with clock.at(NINE):
        batch = await asked(people, "refresh", ["3000001"], {})
        with pytest.raises(RuntimeError):
            await go_on(Outside(Broken()), batch)  # type: ignore[arg-type]
        assert await go_on(Outside(None), batch) == 0

    assert [row["found"] for row in await fetch("SELECT found FROM bulk_row")] == ["cannot"]
