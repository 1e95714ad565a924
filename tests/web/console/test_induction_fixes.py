"""How staff record, correct and remove induction periods for an appropriate body (FIX-24)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app.db.engine import fetch
from app.registration.induction_rules import InductionSaid, induction_fault
from app.terms import AppropriateBodyId, InductionOutcome
from tests import factories
from tests.web.console.test_fixes import WHY, address, checked, confirmed, hidden, kinds, stored
from tests.web.console.test_registration_fixes import day, put_right

if TYPE_CHECKING:
    from tests.cast import Cast

TODAY, BODY = date(2025, 11, 10), AppropriateBodyId(1)
HELD = InductionSaid(BODY, date(2025, 1, 6), date(2025, 7, 18), InductionOutcome.FAIL)


@pytest.mark.rule("FIX-24", "ADM-6.3")
@pytest.mark.parametrize(
    ("said", "field"),
    [
        ((date(2025, 9, 1),), None),
        ((TODAY,), None),
        ((date(2025, 11, 11),), "started_on"),
        ((date(2025, 9, 1), date(2025, 11, 11)), "finished_on"),
        ((date(2025, 9, 1), date(2025, 8, 31)), "finished_on"),
        ((date(2024, 7, 31), date(2024, 12, 1)), "started_on"),
        ((date(2024, 8, 1), date(2024, 12, 1)), None),
        ((date(2025, 7, 18),), "started_on"),
        ((date(2025, 7, 19),), None),
        ((date(2025, 9, 1), None, InductionOutcome.PASS), "outcome"),
        ((date(2025, 9, 1), TODAY, InductionOutcome.PASS), "outcome"),
    ],
)
def test_a_period_is_not_in_the_future_not_before_the_status_and_overlaps_none(said: Any, field: str | None) -> None:
    fault = induction_fault(InductionSaid(BODY, *said), [HELD], TODAY, date(2024, 8, 1))

    assert (fault.field if fault else None) == field
    early = induction_fault(InductionSaid(BODY, date(1, 1, 1), date(1, 2, 1)), [], TODAY, None)
    assert early is not None
    assert "on or after 1 January 1950" in early.message


@pytest.mark.rule("FIX-24", "ADM-6.1", "ADM-16.1", "PER-46")
async def test_a_period_is_recorded_corrected_with_an_outcome_and_removed(sam: Any, people: Cast) -> None:
    ect = await factories.ect(people.ash, "Siân Evans")
    hub = await factories.appropriate_body("South Hub")
    for offers in ("/admin/queues/q-03", f"/admin/people/{ect.teacher.public_id}/induction"):
        await sam.get(offers)
        assert f"{address(ect, 'induction')}?from=" in sam.page.text

    begun = {"appropriate_body": str(hub.public_id), **day("started_on", date(2025, 9, 1))}
    wrong = await checked(sam, ect, "induction", **begun, number_of_terms="17", **day("finished_on", date(2025, 12, 1)))
    assert wrong.status_code == 422
    answer = await put_right(sam, ect, "induction", **begun)
    assert answer.status_code == 303
    assert await kinds() == ["induction_period_recorded", "staff_fix_applied"]

    card = "period=correct-2025-09-01"
    await sam.get(f"/admin/people/{ect.teacher.public_id}/induction")
    assert card in sam.page.text
    await sam.get(f"{address(ect, 'induction')}?{card}")
    filled = {name: value[0] for name, value in hidden(sam).items() if value != [""] and name != "form_id"}
    assert (filled["appropriate_body"], filled["started_on_month"], filled["outcome"]) == (
        str(hub.public_id),
        "9",
        "none",
    )
    await sam.get(address(ect, "induction"))
    answer = await sam.post(address(ect, "induction"), {**hidden(sam), **WHY, "period": "correct-2025-09-01"})
    assert (answer.status_code, "Check this change" in sam.text()) == (200, False)
    chosen = {name: value[0] for name, value in hidden(sam).items() if value != [""]}
    assert chosen.items() >= (filled | {"period": "correct-2025-09-01"}).items()
    passed = filled | {"outcome": "pass", "number_of_terms": "1.5"} | day("finished_on", date(2025, 11, 7))
    await checked(sam, ect, "induction", **passed)
    assert "Last day: was none, now 7 November 2025" in sam.text()
    await confirmed(sam, ect, "induction")
    row = (await fetch("SELECT * FROM induction_period"))[0]
    assert (row["finished_on"], row["outcome"], str(row["number_of_terms"])) == (date(2025, 11, 7), "pass", "1.5")
    assert ((await stored(ect))["finished_on"], (await stored(ect))["end_reason"]) == (TODAY, "induction_completed")

    await put_right(sam, ect, "induction", period="remove-2025-09-01")
    assert await fetch("SELECT id FROM induction_period") == []
    assert (await kinds())[-2:] == ["induction_period_removed", "staff_fix_applied"]
    await put_right(sam, ect, "last-day", leaving_action="cancel")
    assert (await stored(ect))["end_reason"] is None
