"""What the teaching record is told of inductions that support records, and in which order (EXT-2.24)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.tell_inductions import Telling
from app.registration import correct_inductions
from app.registration.correct_inductions import CorrectInduction, RecordInduction, correct_induction, record_induction
from app.registration.induction_rules import InductionSaid, induction_status
from app.teachers.tell_inductions import again_at
from app.teachers.trs import Accepted, InductionChange, Rejected, Stopped, Superseded, Unavailable
from app.terms import SYSTEM, TRN, AppropriateBodyId, FailureCause, InductionOutcome
from tests import factories
from tests.cast import cast

NOW = factories.noon(date(2025, 11, 10))
TODAY = date(2025, 11, 10)


@dataclass
class Answering:
    """A teaching record system that gives one answer after the other, the last one for ever."""

    outcomes: list[Any]
    told: list[tuple[str, str]] = field(default_factory=list)

    async def set_induction(self, trn: TRN, change: InductionChange) -> Any:
        """Answer."""
        self.told.append((trn, change.status.value))
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    async def run(self, minutes: float) -> int:
        """Do the job so many minutes after noon."""

        async def at_once(_seconds: float) -> None: ...

        with clock.at(NOW + timedelta(minutes=minutes)):
            return await Telling(self, at_once).run()  # type: ignore[arg-type]


async def recorded(at: factories.School, trn: str, hub: AppropriateBodyId) -> None:
    """Store that support recorded an induction and then a pass."""
    ect = await factories.ect(at, await factories.teacher("Ann Ash", trn))
    who = (TRN(trn), ect.teacher.id)
    begun = InductionSaid(hub, date(2025, 9, 1))
    with clock.at(NOW):
        await record_induction(RecordInduction(*who, begun), SYSTEM, TODAY)
        passed = InductionSaid(hub, date(2025, 9, 1), date(2025, 11, 7), InductionOutcome.PASS)
        await correct_induction(CorrectInduction(*who, begun.started_on, passed), SYSTEM, TODAY)


async def states() -> list[str]:
    return [row["state"] for row in await fetch("SELECT state FROM induction_to_tell ORDER BY id")]


@pytest.mark.rule("EXT-2.24")
async def test_each_person_s_decisions_are_told_in_order_and_nothing_is_lost(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ash = (await cast()).ash
    hub = AppropriateBodyId((await factories.appropriate_body("South Hub")).id)
    await recorded(ash, "4512001", hub)
    assert await states() == []

    monkeypatch.setattr(correct_inductions, "settings", lambda: SimpleNamespace(trs_writes="on"))
    await recorded(ash, "4512002", hub)
    await recorded(ash, "4512003", hub)

    stopped = Answering([Stopped()])
    assert (await stopped.run(1), await stopped.run(5.9), await stopped.run(6)) == (1, 0, 1)
    broken = Answering([Unavailable(FailureCause.SERVER_ERROR), Rejected(10034), Superseded(), Accepted()])
    assert await broken.run(12) == 3
    told = [("4512002", "InProgress"), ("4512003", "InProgress"), ("4512003", "Passed")]
    assert broken.told == told
    assert await states() == ["waiting", "waiting", "rejected", "superseded"]
    assert await broken.run(90) == 2
    assert broken.told[3:] == [("4512002", "InProgress"), ("4512002", "Passed")]
    assert await states() == ["accepted", "accepted", "rejected", "superseded"]
    rows = await fetch("SELECT metadata FROM event WHERE kind = 'teacher_trs_induction_refused'")
    assert ["10034" in row["metadata"] for row in rows] == [True]


@pytest.mark.rule("EXT-2.24")
def test_what_is_told_follows_from_every_period() -> None:
    hub, first = AppropriateBodyId(1), date(2024, 9, 2)
    earlier = InductionSaid(hub, first, date(2025, 7, 18))
    failed = InductionSaid(hub, date(2025, 9, 1), date(2025, 11, 7), InductionOutcome.FAIL)

    assert induction_status([]) == ("RequiredToComplete", None, None)
    assert induction_status([earlier]) == ("InProgress", first, None)
    assert induction_status([failed, earlier]) == ("Failed", first, date(2025, 11, 7))


@pytest.mark.rule("EXT-2.24")
def test_it_is_tried_again_after_a_minute_and_at_most_an_hour_later() -> None:
    waits = [(again_at(attempts, NOW) - NOW).total_seconds() / 60 for attempts in (0, 1, 6, 400)]

    for wait, usual in zip(waits, (1, 2, 60, 60), strict=True):
        assert 0.8 * usual <= wait <= 1.2 * usual
