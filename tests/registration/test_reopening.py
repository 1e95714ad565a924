"""What regains its former dates, as stored, when a last day moves or is withdrawn."""

from datetime import date

import pytest

from app.db.engine import fetch
from tests import factories
from tests.cast import cast
from tests.registration.test_closing import ends
from tests.registration.test_leaving import L1, L2, L3, TODAY, amend, cancel, report

SEPTEMBER, BETWEEN, SPRING = date(2025, 9, 1), date(2026, 1, 12), date(2026, 3, 31)


@pytest.mark.rule("PER-43")
@pytest.mark.parametrize("kind", ["training", "mentorship"])
@pytest.mark.parametrize(
    ("started_on", "own_end", "moved_to"),
    [
        pytest.param(SEPTEMBER, SPRING, (L2, L3), id="it would run on beyond each last day"),
        pytest.param(SEPTEMBER, BETWEEN, (L2,), id="it is over by the later last day"),
        pytest.param(SEPTEMBER, L2, (L2,), id="it is over on the later last day"),
        pytest.param(BETWEEN, SPRING, (date(2026, 1, 5),), id="it would begin after each last day"),
        pytest.param(BETWEEN, SPRING, (L2, L1), id="it would begin between the last days"),
        pytest.param(BETWEEN, date(2026, 1, 20), (L2,), id="it begins and is over by the later last day"),
    ],
)
async def test_however_often_the_last_day_moves_all_is_as_before_in_the_end(
    database, kind, started_on, own_end, moved_to
):
    people = await cast()
    ect = await factories.ect(people.ash)
    days = {"started_on": started_on, "finished_on": own_end}
    row = await (
        factories.training(ect, **days)
        if kind == "training"
        else factories.mentorship(ect, await factories.mentor(people.ash), **days)
    )
    await report(ect)
    for last_day in moved_to:
        await amend(ect, last_day)
    undone = await cancel(ect)
    assert await ends(f"{kind}_period", row["id"]) == [own_end]
    assert undone.not_restored == ()


@pytest.mark.rule("PER-43")
async def test_what_was_made_for_as_long_as_the_stay_goes_on_with_it(database):
    """A mentorship from while they are leaving ends with the stay, and has no end of its own (PER-62)."""
    people = await cast()
    ect, mentor = await factories.ect(people.ash), await factories.mentor(people.ash)
    await report(ect)
    since = await factories.mentorship(ect, mentor, TODAY, finished_on=L1)
    await amend(ect, L3)
    await cancel(ect)
    assert await ends("mentorship_period", since["id"]) == [None]


@pytest.mark.rule("PER-43")
@pytest.mark.rule("PER-63")
@pytest.mark.parametrize("moved_to", [(L3,), (L2, L3)], ids=["earlier", "to and fro"])
async def test_whoever_took_over_while_they_were_leaving_goes_on_from_the_same_day(database, moved_to):
    people = await cast()
    ect = await factories.ect(people.ash)
    first, second = await factories.mentor(people.ash, "Yan Yew"), await factories.mentor(people.ash, "Zed Zest")
    earlier = await factories.mentorship(ect, first)
    await report(ect)
    await fetch("UPDATE mentorship_period SET finished_on = '2025-12-04' WHERE id = $1", earlier["id"])
    later = await factories.mentorship(ect, second, date(2025, 12, 5), finished_on=L1)
    for last_day in moved_to:
        await amend(ect, last_day)
    await cancel(ect)
    assert await ends("mentorship_period", earlier["id"], later["id"]) == [date(2025, 12, 4), None]


@pytest.mark.rule("PER-43")
async def test_what_others_cancelled_after_it_was_back_stays_cancelled(database):
    ect = await factories.ect((await cast()).ash)
    training = await factories.training(ect, started_on=BETWEEN, finished_on=date(2026, 1, 20))
    await report(ect)
    await amend(ect, L2)
    await fetch(
        "UPDATE training_period SET cancelled_at = now(), cancellation_reason = 'support' WHERE id = $1", training["id"]
    )
    undone = await cancel(ect)
    assert await ends("training_period", training["id"]) == ["cancelled"]
    assert undone.not_restored == ("school-led training: it was changed after the last day was recorded",)
