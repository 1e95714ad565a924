"""What staff put right about a school's partnerships (FIX-16, FIX-17)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from tests import factories
from tests.web.console.test_fixes import hidden, kinds
from tests.web.console.test_school_fixes import ASH, put_right

if TYPE_CHECKING:
    from tests.cast import Cast

EARLY = {"reported_at": datetime(2025, 9, 1, 12, tzinfo=UTC)}


async def pair(people: Cast, **facts: Any) -> tuple[Any, Any, Any]:
    """Give Larch, Dogwood, and Ash's partnership with both."""
    larch, dogwood = await factories.lead_provider(), await factories.delivery_partner()
    return larch, dogwood, await factories.partnership(people.ash, larch, dogwood, **{**EARLY, **facts})


@pytest.mark.rule("FIX-16", "ARR-10", "ADM-6.1", "ADM-1.3")
async def test_a_partnership_is_added_and_whoever_asked_is_confirmed(sam: Any, people: Cast) -> None:
    larch, dogwood, _ = await pair(people)
    await fetch("DELETE FROM school_partnership")
    ect = await factories.ect(people.ash)
    await factories.training(ect, larch)
    await sam.get(f"{ASH}/partnerships")
    form = f"{ASH}/fixes/add-partnership?from=%2Fadmin%2Fschools%2F100001%2Fpartnerships"
    assert f'href="{form}"' in sam.page.text
    chosen = {"year": "2025", "lead_provider": str(larch.public_id), "delivery_partner": dogwood.name, "ticket": "T-1"}

    await sam.get(form)
    await sam.post(form, {**hidden(sam), **chosen})
    assert "Training confirmed with Larch Learning and Dogwood Partners" in sam.text()
    assert await fetch("SELECT 1 FROM school_partnership") == []
    answer = await sam.post(form, {**hidden(sam), "confirm": "yes"})

    assert answer.headers["location"] == f"{ASH}/partnerships?done=add-partnership"
    await sam.get(answer.headers["location"])
    assert "The partnership is added." in sam.text()
    rows = await fetch(
        """SELECT sp.origin, tp.confirmation_source FROM school_partnership sp
            JOIN training_period tp ON tp.school_partnership_id = sp.id"""
    )
    assert [tuple(row) for row in rows] == [("support", "support")]
    assert await kinds() == ["school_partnership_created", "staff_fix_applied"]
    assert await fetch("SELECT 1 FROM message") == []
    again = await put_right(sam, "add-partnership", **chosen)
    assert (again.status_code, "The school has this partnership already" in sam.text()) == (422, True)
    await factories.contract(larch, 2024)
    await put_right(sam, "add-partnership", **{**chosen, "year": "2024"})
    assert "This delivery partner does not work with that lead provider in that academic year" in sam.text()


@pytest.mark.rule("FIX-17", "CHL-03", "CHL-04")
async def test_a_partnership_is_challenged_for_the_school_and_that_is_undone(sam: Any, people: Cast) -> None:
    _, _, made = await pair(people)
    which = {"partnership": str(made["public_id"])}

    await put_right(sam, "challenge-partnership", **which, challenge_reason="looks_like_a_mistake")
    challenged = await fetch("SELECT challenge_reason FROM school_partnership")
    await put_right(sam, "undo-challenge", **which)

    assert challenged[0]["challenge_reason"] == "looks_like_a_mistake"
    assert (await fetch("SELECT challenged_at FROM school_partnership"))[0]["challenged_at"] is None
    assert await kinds() == [
        "school_partnership_challenged",
        "staff_fix_applied",
        "school_partnership_challenge_undone",
        "staff_fix_applied",
    ]
    assert [row["message_id"] for row in await fetch("SELECT message_id FROM message")] == ["M-22", "M-22"]
    await sam.get(f"{ASH}/fixes/undo-challenge")
    assert "This cannot be done here: No partnership of the school is challenged." in sam.text()


@pytest.mark.rule("FIX-17", "CHL-02")
async def test_after_the_last_day_a_ticket_is_needed(sam: Any, people: Cast) -> None:
    _, _, made = await pair(people, year=2024, reported_at=datetime(2024, 9, 1, 12, tzinfo=UTC))
    which = {"partnership": str(made["public_id"]), "challenge_reason": "lead_provider_not_recognised"}

    refused = await put_right(sam, "challenge-partnership", **which)
    assert refused.status_code == 422
    assert "Enter a ticket number: the last day to say so was 30 November 2024" in sam.text()
    await put_right(sam, "challenge-partnership", **which, ticket="INC-7")
    assert (await fetch("SELECT challenged_at FROM school_partnership"))[0]["challenged_at"] is not None


@pytest.mark.rule("FIX-17", "CHL-04")
async def test_what_was_reported_again_is_never_undone(sam: Any, people: Cast) -> None:
    said = datetime(2025, 10, 1, 12, tzinfo=UTC)
    larch, _, _ = await pair(people, challenged_at=said, challenge_reason="looks_like_a_mistake")
    elm = await factories.delivery_partner("Elm Partners")
    await factories.partnership(people.ash, larch, elm, reported_at=datetime(2025, 10, 9, tzinfo=UTC))

    await sam.get(f"{ASH}/fixes/undo-challenge")
    assert "The lead provider has reported the school again since the challenge." in sam.text()
