"""What staff put right about somebody's training (FIX-07, FIX-08)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from app.db.engine import fetch
from tests import factories
from tests.web.console.test_fixes import WHY, address, hidden, kinds

if TYPE_CHECKING:
    from tests.cast import Cast

EARLY = {"reported_at": datetime(2025, 9, 1, 12, tzinfo=UTC)}


def offers(browser: Any, field: str = "filing") -> dict[str, str]:
    """Return what the form offers: the words and the value of each."""
    page = html.fromstring(browser.page.text)
    found = page.xpath(f"//input[@name='{field}']")
    return {page.xpath(f"//label[@for='{one.get('id')}']")[0].text_content().strip(): one.get("value") for one in found}


async def put_right(sam: Any, form: str, choice: str) -> Any:
    """Choose one of what a form offers, check it and confirm it."""
    await sam.get(form)
    answer = await sam.post(form, {**hidden(sam), **WHY, "filing": offers(sam)[choice]})
    return await sam.post(form, {**hidden(sam), "confirm": "yes"}) if answer.status_code == 200 else answer


async def rows() -> list[tuple[Any, ...]]:
    """Return every training: days, year, lead provider, delivery partner, source of confirmation."""
    found = await fetch(
        """SELECT tp.started_on, tp.finished_on, tp.contract_period_year, lp.name AS lead, dp.name AS partner,
            tp.confirmation_source FROM training_period tp JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id ORDER BY tp.started_on, tp.id"""
    )
    return [tuple(row) for row in found]


@pytest.mark.rule("FIX-07", "FIX-16", "ADM-6.1", "Q-01")
async def test_with_no_partnership_to_move_to_one_is_added_on_the_way_from_the_queue(sam: Any, people: Cast) -> None:
    larch, holly = await factories.lead_provider(), await factories.lead_provider("Holly Teach")
    dogwood = await factories.delivery_partner()
    await factories.partnership(people.birch, holly, dogwood, **EARLY)
    ect = await factories.ect(people.ash, finished_on=date(2026, 7, 31))
    await factories.training(ect, larch)
    await sam.get("/admin/queues/q-01")
    letter = html.fromstring(sam.page.text).xpath("//*[@data-letter]")[0].text_content()
    assert letter.startswith("To Larch Learning: Ash School (URN 100001) asked you")
    assert "Siân" not in letter
    form = f"{address(ect, 'move-training')}?from=/admin/queues/q-01"
    assert f'href="{form}"' in sam.page.text

    await sam.get(form)
    assert "Ash School has no other partnership for 2025 to 2026." in sam.text()
    add = html.fromstring(sam.page.text).xpath("//main//a[contains(@href, 'add-partnership')]/@href")[0]
    await sam.get(add)
    pair = {"year": "2025", "lead_provider": str(holly.public_id), "delivery_partner": dogwood.name}
    await sam.post(add, {**hidden(sam), **WHY, **pair})
    added = await sam.post(add, {**hidden(sam), "confirm": "yes"})
    back = added.headers["location"]
    await sam.get(back)
    assert (sam.h1(), "The partnership is added." in sam.text()) == ("Move training to another partnership", True)
    moved = await put_right(sam, back, "2025 to 2026: Holly Teach and Dogwood Partners")

    assert moved.headers["location"] == "/admin/queues/q-01?done=move-training"
    assert await rows() == [
        (date(2025, 9, 1), date(2025, 11, 9), 2025, "Larch Learning", None, None),
        (date(2025, 11, 10), date(2026, 7, 31), 2025, "Holly Teach", "Dogwood Partners", "existing_partnership"),
    ]
    assert [kind for kind in await kinds() if "fix" in kind or "lead_provider" in kind] == [
        "staff_fix_applied",
        "teacher_training_lead_provider_updated",
        "staff_fix_applied",
    ]


@pytest.mark.rule("FIX-07", "ADM-3.2", "CON-03")
async def test_training_that_has_not_begun_is_moved_in_place_and_only_to_what_is_there(sam: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    elm = await factories.delivery_partner("Elm Partners")
    first = await factories.partnership(people.ash, larch, dogwood, **EARLY)
    second = await factories.partnership(people.ash, larch, elm, origin="support", **EARLY)
    ect = await factories.ect(people.ash, started_on=date(2026, 1, 5))
    training = await factories.training(ect, larch, first)
    await sam.get(f"/admin/people/{ect.teacher.public_id}/training")
    form = html.fromstring(sam.page.text).xpath("//main//a[contains(@href, 'move-training')]/@href")[0]
    assert f"training={training['public_id']}" in form
    choice = "2025 to 2026: Larch Learning and Elm Partners"
    await sam.get(form)
    assert list(offers(sam)) == [choice]
    filled = {**hidden(sam), **WHY, "filing": offers(sam)[choice]}
    await fetch(
        "UPDATE school_partnership SET challenged_at = now(), challenge_reason = 'looks_like_a_mistake' WHERE id = $1",
        second["id"],
    )
    gone = await sam.post(form, filled)
    assert "Ash School has no other partnership for 2025 to 2026." in gone.text
    await fetch("UPDATE school_partnership SET challenged_at = NULL, challenge_reason = NULL")

    await put_right(sam, form, choice)

    moved = (date(2026, 1, 5), None, 2025, "Larch Learning", "Elm Partners", "existing_partnership")
    assert await rows() == [moved]


@pytest.mark.rule("FIX-08", "CP-10", "CP-01", "ADM-16.1")
async def test_the_year_is_changed_and_back_into_the_frozen_one(sam: Any, people: Cast) -> None:
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    old = await factories.partnership(people.ash, larch, dogwood, 2023, **EARLY)
    await factories.contract(larch)
    await factories.schedule()
    await factories.schedule(2024)
    await fetch(
        """UPDATE contract_period SET payments_frozen_on = '2025-06-01', successor_year = 2025,
            successor_schedule_identifier = 'ecf-extended-september' WHERE year = 2023"""
    )
    ect = await factories.ect(people.ash, started_on=date(2023, 9, 1))
    await factories.training(ect, larch, old, 2023)
    form = address(ect, "training-year")

    await sam.get(form)
    asked = "2025 to 2026: Larch Learning, to be confirmed by it"
    assert list(offers(sam)) == [asked]
    await put_right(sam, form, asked)
    stamped = (await fetch("SELECT ect_payments_frozen_year FROM teacher"))[0]["ect_payments_frozen_year"]
    assert (stamped, await kinds()) == (
        2023,
        [
            "teacher_finishes_training_period",
            "teacher_starts_training_period",
            "teacher_training_period_contract_period_changed",
            "staff_fix_applied",
        ],
    )
    back = "2023 to 2024: Larch Learning and Dogwood Partners"
    await put_right(sam, form, back)

    assert (await fetch("SELECT ect_payments_frozen_year FROM teacher"))[0]["ect_payments_frozen_year"] is None
    assert await rows() == [
        (date(2023, 9, 1), date(2025, 11, 9), 2023, "Larch Learning", "Dogwood Partners", "existing_partnership"),
        (date(2025, 11, 10), None, 2023, "Larch Learning", "Dogwood Partners", "existing_partnership"),
    ]


@pytest.mark.rule("FIX-07", "FIX-08")
async def test_stopped_or_school_led_training_is_not_moved(sam: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash)
    await factories.training(ect)

    for fix in ("move-training", "training-year"):
        await sam.get(address(ect, fix))
        assert "This cannot be done here: No lead provider trains them" in sam.text()
