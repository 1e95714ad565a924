"""Staff change somebody's programme or lead provider, also from a day that is past (FIX-09)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.training.acts import declare
from tests.web.console.test_fixes import WHY, address, hidden, kinds
from tests.web.console.test_training_fixes import EARLY, offers

if TYPE_CHECKING:
    from tests.cast import Cast

SCHOOL_LED = "No lead provider: the school leads the training"
OCTOBER = {"first_day_day": "1", "first_day_month": "10", "first_day_year": "2025"}


async def put_right(sam: Any, of: factories.Stay, choice: str, **day: str) -> Any:
    """Choose who is to train somebody from which day, check it and confirm it."""
    form = address(of, "change-training")
    await sam.get(form)
    answer = await sam.post(form, {**hidden(sam), **WHY, **day, "provider": offers(sam, "provider")[choice]})
    return await sam.post(form, {**hidden(sam), "confirm": "yes"}) if answer.status_code == 200 else answer


async def rows() -> list[tuple[Any, ...]]:
    """Return every training: role, days, lead provider, whether it was cancelled."""
    found = await fetch(
        """SELECT tp.role, tp.started_on, tp.finished_on, lp.name, tp.cancelled_at IS NOT NULL AS cancelled
            FROM training_period tp LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            ORDER BY tp.role, tp.started_on, tp.id"""
    )
    return [tuple(row) for row in found]


@pytest.mark.rule("FIX-09", "PER-33", "PER-34", "ADM-6.1")
async def test_an_ect_gets_a_lead_provider_from_a_past_day_and_their_mentor_too(sam: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    await factories.partnership(people.ash, larch, dogwood, **EARLY)
    await factories.schedule()
    await factories.schedule(2025, "ecf-standard-january")
    ect = await factories.ect(people.ash)
    led = await factories.training(ect)
    await factories.mentorship(ect, await factories.mentor(people.ash))
    await sam.get(f"/admin/people/{ect.teacher.public_id}/training")
    assert f"change-training?training={led['public_id']}&amp;from=" in sam.page.text

    await put_right(sam, ect, "Larch Learning and Dogwood Partners", **OCTOBER)

    assert await rows() == [
        ("ect", date(2025, 9, 1), date(2025, 9, 30), None, False),
        ("ect", date(2025, 10, 1), None, "Larch Learning", False),
        ("mentor", date(2025, 10, 1), None, "Larch Learning", False),
    ]
    assert {"teacher_training_programme_updated", "staff_fix_applied"} < set(await kinds())
    already = "Larch Learning and Dogwood Partners: their lead provider until now"
    again = await put_right(sam, ect, already, **OCTOBER)
    assert (again.status_code, "with this lead provider already then: select another" in sam.text()) == (422, True)
    await put_right(sam, ect, SCHOOL_LED)
    assert (await rows())[1:3] == [
        ("ect", date(2025, 10, 1), date(2025, 11, 9), "Larch Learning", False),
        ("ect", date(2025, 11, 10), None, None, False),
    ]


@pytest.mark.rule("FIX-09", "PER-31", "MFT-11")
async def test_a_mentor_gets_another_lead_provider_from_the_first_day(sam: Any, people: Cast) -> None:
    larch, holly = await factories.lead_provider(), await factories.lead_provider("Holly Teach")
    await factories.contract(holly)
    mentor = await factories.mentor(people.ash, started_on=date(2025, 10, 1))
    await factories.training(mentor, larch)

    await put_right(sam, mentor, "Holly Teach, who is to confirm it", **OCTOBER)

    assert await rows() == [("mentor", date(2025, 10, 1), None, "Holly Teach", False)]


REFUSED = {
    "before the registration": ("8", "2025", "First day must be one of the registration, and not after today"),
    "after today": ("12", "2025", "First day must be one of the registration, and not after today"),
    "on a day of training that stays": (
        "9",
        "2025",
        "Their training with Larch Learning from 1 September 2025 to 20 October 2025 stands in the way",
    ),
}


@pytest.mark.rule("FIX-09", "ADM-1.5")
@pytest.mark.parametrize("case", REFUSED)
async def test_a_day_that_cannot_be_is_refused_by_name(case: str, sam: Any, people: Cast) -> None:
    month, year, said = REFUSED[case]
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, larch, dogwood, **EARLY)
    ect = await factories.ect(people.ash)
    await factories.training(
        ect,
        larch,
        partnership,
        finished_on=date(2025, 10, 20),
        withdrawn_at=factories.noon(date(2025, 10, 20)),
        withdrawal_reason="other",
    )
    before = await rows()

    refused = await put_right(sam, ect, SCHOOL_LED, first_day_day="2", first_day_month=month, first_day_year=year)

    assert (refused.status_code, said in sam.text(), await rows()) == (422, True, before)


@pytest.mark.rule("FIX-09", "ADM-1.5")
async def test_what_was_declared_is_not_taken_back(sam: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    partnership = await factories.partnership(people.ash, larch, dogwood, **EARLY)
    ect = await factories.ect(people.ash)
    training = await factories.training(ect, larch, partnership)
    await declare(training, date(2025, 10, 15))

    refused = await put_right(sam, ect, SCHOOL_LED, **OCTOBER)

    assert (refused.status_code, "has declared training on or after that day" in sam.text()) == (422, True)
