"""Staff merge two records of one person (FIX-12)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from app.registration.queries import person
from app.teachers.refresh import store_teacher
from app.teachers.snapshot import Snapshot
from app.terms import TRN, TRSInductionStatus
from tests import factories
from tests.web.console.test_fixes import WHY, hidden, kinds

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.factories import Teacher


ANN = Snapshot("Ann", "Double", TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, None, prohibited=False)


@pytest.fixture
async def both(people: Cast) -> tuple[Teacher, Teacher]:
    """Give Ann, who goes on, and the record that somebody made of her a second time."""
    kept = await factories.teacher("Ann Single", "4512371")
    gone = await factories.teacher("Ann Double", "4512372", ect_first_eligible_at=factories.noon(date(2024, 9, 2)))
    return kept, gone


async def merge(sam: Any, kept: Teacher, other: str) -> Any:
    """Fill in the form of Ann's page, and confirm what it shows."""
    form = f"/admin/people/{kept.public_id}/merge"
    await sam.get(form)
    answer = await sam.post(form, {**hidden(sam), **WHY, "duplicate_id": other, "same_person": ["yes"]})
    return await sam.post(form, {**hidden(sam), "confirm": "yes"}) if answer.status_code == 200 else answer


@pytest.mark.rule("FIX-12", "ADM-1.4")
async def test_what_others_do_to_either_record_meanwhile_is_shown_before_they_are_merged(
    sam: Any, people: Cast, both: tuple[Teacher, Teacher]
) -> None:
    kept, gone = both
    await factories.ect(people.ash, gone)
    form = f"/admin/people/{kept.public_id}/merge"
    await sam.get(form)
    await sam.post(form, {**hidden(sam), **WHY, "duplicate_id": gone.trn, "same_person": ["yes"]})
    check = hidden(sam)
    assert sam.h1() == "Check this change"

    await sam.get(f"/admin/people/{gone.public_id}/fixes/name")
    renamed = await sam.post(
        f"/admin/people/{gone.public_id}/fixes/name",
        {**hidden(sam), **WHY, "name_choice": "correct", "new_name": "Ann Other", "confirm": "yes"},
    )
    answer = await sam.post(form, {**check, "confirm": "yes"})

    assert (renamed.status_code, answer.status_code) == (303, 409)
    assert "This has changed since you opened the form" in sam.text()
    assert await fetch("SELECT FROM teacher WHERE merged_into_teacher_id IS NOT NULL") == []


@pytest.mark.rule("FIX-12", "ADM-3.3", "ADM-2.5", "ADM-16.1")
async def test_everything_moves_to_the_record_that_goes_on(
    sam: Any, people: Cast, both: tuple[Teacher, Teacher]
) -> None:
    kept, gone = both
    earlier = await factories.ect(people.ash, gone, date(2024, 9, 1), finished_on=date(2025, 7, 31))
    await factories.ect(people.birch, kept)
    await factories.training(earlier)
    await factories.mentorship(earlier, await factories.mentor(people.ash), finished_on=date(2025, 7, 31))
    await factories.induction(gone, await factories.appropriate_body(), date(2024, 9, 1), finished_on=date(2025, 7, 1))
    await sam.get(f"/admin/people/{kept.public_id}")
    assert f"/admin/people/{kept.public_id}/fixes/merge" in sam.page.text

    await sam.get(f"/admin/people/{kept.public_id}/merge?duplicate_id={gone.public_id}")
    assert f'value="{gone.public_id}"' in sam.page.text
    wanted = {**hidden(sam), **WHY, "duplicate_id": gone.trn}
    assert (await sam.post(f"/admin/people/{kept.public_id}/merge", wanted)).status_code == 422
    assert "Tick the box once you have checked that both records are the same person" in sam.text()
    assert "This record: Ann Single, on the teaching record Ann Single, TRN 4512371" in sam.text()
    await fetch("UPDATE teacher SET trs_answer = 'merged', trs_merged_into_trn = '4512371' WHERE id = $1", gone.id)
    assert (await sam.post(f"/admin/people/{kept.public_id}/merge", wanted)).status_code == 200
    assert "Reasons for doubt" not in sam.text()
    await fetch("UPDATE teacher SET trs_answer = 'found', trs_merged_into_trn = NULL WHERE id = $1", gone.id)
    await sam.post(f"/admin/people/{kept.public_id}/merge", {**wanted, "same_person": ["yes"]})
    assert "The other record: Ann Double, on the teaching record Ann Double, TRN 4512372" in sam.text()
    assert "Reasons for doubt: their names on the teaching record differ, their TRNs differ, the teach" in sam.text()
    assert "First eligible for funding as an ECT: was none, now 2 September 2024" in sam.text()
    assert "Name: was Ann Double, now Ann Single" in sam.text()
    assert "TRN: was 4512372, now 4512371" in sam.text()
    answer = await merge(sam, kept, "4512372")

    assert answer.headers["location"] == f"/admin/people/{kept.public_id}?done=merge"
    tables = {"ect_at_school_period": "teacher_id", "training_period": "teacher_id", "induction_period": "teacher_id"}
    for table, column in {**tables, "mentorship_period": "ect_teacher_id"}.items():
        assert {row[column] for row in await fetch(f"SELECT {column} FROM {table}")} == {kept.id}
    assert await kinds() == ["teacher_merged", "teacher_merged", "staff_fix_applied"]
    stamps = await fetch("SELECT ect_first_eligible_at FROM teacher WHERE id = $1", kept.id)
    assert stamps[0]["ect_first_eligible_at"] == factories.noon(date(2024, 9, 2))

    found = await sam.get("/admin/people?q=4512372")
    assert found.headers["location"].startswith(f"/admin/people/{kept.public_id}")
    await sam.get(f"/admin/people/{gone.public_id}/timeline")
    assert f'href="/admin/people/{kept.public_id}"' in sam.page.text
    assert "Record merged into that of Ann Single (TRN 4512371)" in sam.text()
    assert (
        "Record of Ann Double (TRN 4512372) merged into this one. Moved here: registrations as an ECT: 1" in sam.text()
    )
    assert "written for Ann Single" in sam.text()
    await sam.get(f"/admin/people/{gone.public_id}/merge")
    assert "This cannot be done here: This record was merged into another." in sam.text()


@pytest.mark.rule("FIX-12")
async def test_the_old_number_finds_the_record_that_goes_on_when_a_school_registers(people: Cast) -> None:
    last = await factories.teacher("Ann Last", "4512373")
    kept = await factories.teacher("Ann Single", "4512371", merged_into_teacher_id=last.id)
    await factories.teacher("Ann Double", "4512372", merged_into_teacher_id=kept.id)

    known = await person(TRN("4512372"))
    stored = await store_teacher(TRN("4512372"), ANN, None)

    assert known.teacher is not None
    assert (known.teacher.id, stored.teacher_id) == (last.id, last.id)


@pytest.mark.rule("FIX-12", "ADM-1.5")
async def test_what_does_not_go_together_is_listed_one_by_one(
    sam: Any, people: Cast, both: tuple[Teacher, Teacher]
) -> None:
    kept, gone = both
    await factories.ect(people.ash, kept)
    await factories.ect(people.birch, gone, date(2025, 9, 8))
    body = await factories.appropriate_body()
    await factories.induction(kept, body)
    await factories.induction(gone, body, date(2025, 9, 8))

    answer = await merge(sam, kept, str(gone.public_id))

    assert answer.status_code == 422
    listed = [one.text_content() for one in html.fromstring(answer.text).xpath("//li[@data-conflict]")]
    days = ("from 1 September 2025 without a last day", "from 8 September 2025 without a last day")
    assert [one.partition(". Look")[0] for one in listed] == [
        f"Both are registered as an ECT on the same days: Ash School {days[0]}, and Birch School {days[1]}",
        f"Both have an induction period on the same days: North Hub {days[0]}, and North Hub {days[1]}",
    ]
    assert f'href="/admin/people/{gone.public_id}"' in answer.text
    assert listed[0].partition(". Look")[0] in (
        html.fromstring(answer.text).get_element_by_id("duplicate_id-error").text_content()
    )
    assert await fetch("SELECT 1 FROM teacher WHERE merged_into_teacher_id IS NOT NULL") == []


REFUSED = {
    "itself": ("4512371", "This is the record itself. Enter the other one"),
    "nobody": ("3999999", "Nobody has this id or TRN"),
    "nothing": ("Ann", "Enter the id or TRN of the other record"),
    "the one that goes on": ("4512372", "The teaching record says that TRN 4512372 goes on."),
}


@pytest.mark.rule("FIX-12", "ADM-1.5")
@pytest.mark.parametrize("case", REFUSED)
async def test_a_record_that_cannot_be_merged_is_refused(case: str, sam: Any, both: tuple[Teacher, Teacher]) -> None:
    other, said = REFUSED[case]
    if case == "the one that goes on":
        await fetch(
            "UPDATE teacher SET trs_answer = 'merged', trs_merged_into_trn = $1 WHERE id = $2", other, both[0].id
        )

    answer = await merge(sam, both[0], other)

    assert answer.status_code == 422
    assert said in html.fromstring(answer.text).get_element_by_id("duplicate_id-error").text_content()
