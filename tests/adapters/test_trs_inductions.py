"""Telling the Teaching Record System of an induction, over real HTTP (EXT-2.24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.teachers.trs import Accepted, Found, InductionChange, Rejected, Stopped, Superseded, Unavailable
from app.terms import TRN, FailureCause, TRSInductionStatus
from tests.adapters.people import ACTIVE, DEACTIVATED, MERGED, SURVIVOR, UNKNOWN, people_file

if TYPE_CHECKING:
    from app.adapters.trs import TRSClient
    from tests.adapters.conftest import Outside

DECIDED = datetime(2026, 3, 10, 12, 0, 0, 123_456, tzinfo=UTC)
PASSED = InductionChange(TRSInductionStatus.PASSED, date(2025, 9, 1), date(2026, 3, 6), DECIDED)
BEGUN = replace(PASSED, status=TRSInductionStatus.IN_PROGRESS, completed_on=None)


def may_write() -> Any:
    """Give the people to a key that may write."""
    content: Any = people_file()
    content["keys"][0]["roles"].append("SetCpdInduction")
    return content


@pytest.mark.rule("EXT-2.24", "EXT-6.7")
async def test_a_decision_is_told_and_an_older_one_overtaken(trs: TRSClient, outside: Outside) -> None:
    await outside.serve(may_write())
    await outside.forget()

    assert await trs.set_induction(TRN(ACTIVE), PASSED) == Accepted()
    assert await trs.set_induction(TRN(ACTIVE), PASSED) == Accepted()
    older = replace(BEGUN, decided_at=DECIDED - timedelta(seconds=1))
    assert await trs.set_induction(TRN(ACTIVE), older) == Superseded()

    found = await trs.read(TRN(ACTIVE))
    assert isinstance(found, Found)
    assert (found.record.induction_status, found.record.induction_completed_date) == ("Passed", date(2026, 3, 6))
    sent = [request["body"] for request in await outside.requests() if request["method"] == "PUT"]
    assert '"modifiedOn":"2026-03-10T12:00:00.123Z"' in str(sent[0]).replace(" ", "").replace("'", '"')


@pytest.mark.rule("EXT-2.24")
@pytest.mark.parametrize(
    ("trn", "change", "outcome"),
    [
        (SURVIVOR, PASSED, Rejected(10034)),
        (UNKNOWN, PASSED, Rejected(10001)),
        (MERGED, PASSED, Rejected(10001)),
        (DEACTIVATED, PASSED, Rejected(10001)),
        (ACTIVE, replace(PASSED, started_on=None), Rejected(10035)),
        (ACTIVE, replace(PASSED, started_on=date(2025, 7, 14)), Rejected(10039)),
    ],
)
async def test_what_is_refused_for_good_says_why(
    trn: str, change: InductionChange, outcome: Rejected, trs: TRSClient, outside: Outside
) -> None:
    await outside.serve(may_write())

    assert await trs.set_induction(TRN(trn), change) == outcome


@pytest.mark.rule("EXT-2.24")
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({}, Stopped()),
        ({"answer": "unauthorised"}, Stopped()),
        ({"answer": "rate_limited", "retry_after": 7}, Unavailable(FailureCause.RATE_LIMITED, 7)),
        ({"answer": "server_error"}, Unavailable(FailureCause.SERVER_ERROR)),
    ],
    ids=["no role", "key refused", "quota", "broken"],
)
async def test_a_key_that_may_not_write_stops_it_and_the_rest_is_tried_again(
    fault: dict[str, object], outcome: object, trs: TRSClient, outside: Outside
) -> None:
    if fault:
        await outside.fail(fault)

    assert await trs.set_induction(TRN(ACTIVE), BEGUN) == outcome
