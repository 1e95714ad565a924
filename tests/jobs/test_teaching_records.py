"""Reading teaching records again: whom, how often, and what follows (EXT-2.20 to EXT-2.22)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app import clock
from app.db.engine import fetch
from app.jobs.teaching_records import Refreshing
from app.settings import settings
from app.teachers.prohibition import Alert
from app.teachers.trs import Deactivated, Found, Merged, NotFound, ReadOutcome, TeachingRecord, Unavailable
from app.terms import TRN, FailureCause, TRSInductionStatus
from tests import factories
from tests.cast import Cast, cast

TODAY = date(2025, 11, 10)
NOW = factories.noon(TODAY)
DAY = timedelta(days=1)
PROHIBITION = next(iter(settings().prohibition_categories))
RECORD = TeachingRecord(
    TRN("3001001"), "Siân", "Evans", TRSInductionStatus.REQUIRED_TO_COMPLETE, None, None, None, (), NOW
)


@dataclass
class Answering:
    """A teaching record system that answers what it was told for a TRN, else with the record of Siân Evans."""

    outcomes: dict[str, ReadOutcome] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    async def read(self, trn: TRN) -> ReadOutcome:
        """Answer."""
        self.asked.append(trn)
        return self.outcomes.get(trn, Found(RECORD))

    async def sleep(self, seconds: float) -> None:
        """Note a pause."""
        self.waited.append(seconds)

    async def run(self, at: datetime = NOW) -> int:
        """Do the job at a time."""
        with clock.at(at):
            return await Refreshing(self, self.sleep).run()  # type: ignore[arg-type]


def says(**changes: Any) -> Answering:
    facts = {name: getattr(RECORD, name) for name in RECORD.__dataclass_fields__}
    return Answering({RECORD.trn: Found(TeachingRecord(**{**facts, **changes}))})


@pytest.fixture
async def people(database: None) -> Cast:
    """Give the cast, stored."""
    return await cast()


async def known(at: Any, trn: str = "3001001", name: str = "Siân Evans", **facts: Any) -> Any:
    """Store an ECT whose record was read two days ago."""
    stored = {"trs_induction_status": "RequiredToComplete", "trs_refreshed_at": NOW - 2 * DAY}
    who = {name: facts.pop(name) for name in list(facts) if name.startswith("trs_")}
    return await factories.ect(at, await factories.teacher(name, trn, **{**stored, **who}), **facts)


async def events() -> list[tuple[str, str]]:
    rows = await fetch("SELECT kind, sentence FROM event ORDER BY id")
    return [tuple(row) for row in rows]


@pytest.mark.rule("EXT-2.20")
async def test_everybody_due_is_read_least_recently_read_first_at_the_rate_and_once_a_day(people: Cast) -> None:
    await known(people.ash)
    await known(people.birch, "3001002", "Ora Other", trs_refreshed_at=NOW - 3 * DAY)
    await known(people.ash, "3001003", "Nia New", trs_refreshed_at=NOW - timedelta(hours=23))
    await known(people.ash, "3001004", "Gil Gone", finished_on=TODAY - 32 * DAY, end_reason="left")
    await known(people.ash, "3001005", "Lia Left", finished_on=TODAY - 31 * DAY, end_reason="left")
    await known(people.ash, "3001006", "Tim Travel", trs_refreshed_at=NOW + DAY)
    trs = Answering()

    await trs.run()
    assert trs.asked == ["3001002", "3001001", "3001005", "3001006"]
    assert trs.waited == [1 / settings().trs_job_rate] * 4
    await trs.run(NOW + timedelta(hours=23))
    assert trs.asked[4:] == ["3001003"]


@pytest.mark.rule("FLT-30")
@pytest.mark.rule("EXT-2.20")
@pytest.mark.parametrize(
    ("outcome", "asked", "waits"),
    [
        (Unavailable(FailureCause.RATE_LIMITED, 7), 2, 7.0),
        (Unavailable(FailureCause.RATE_LIMITED, 600), 1, None),
        (Unavailable(FailureCause.BREAKER_OPEN), 1, None),
        (Unavailable(FailureCause.MISCONFIGURED), 1, None),
    ],
)
async def test_it_pauses_when_told_to_and_leaves_the_rest_to_the_next_run(
    outcome: Unavailable, asked: int, waits: float | None, people: Cast
) -> None:
    await known(people.ash)
    await known(people.ash, "3001002", "Nia New", trs_refreshed_at=NOW - DAY)
    trs = Answering({"3001001": outcome})

    await trs.run()

    assert len(trs.asked) == asked
    assert trs.waited[:1] == ([waits] if waits else [])


@pytest.mark.rule("EXT-2.22")
async def test_no_answer_changes_nothing_but_the_time_of_the_try(people: Cast) -> None:
    await known(people.ash)
    before = (await fetch("SELECT * FROM teacher"))[0]
    trs = Answering({"3001001": Unavailable(FailureCause.TIMEOUT)})

    assert await trs.run() == 0
    after = (await fetch("SELECT * FROM teacher"))[0]

    changed = {name for name in dict(before) if before[name] != after[name]}
    assert changed == {"trs_tried_at", "updated_at", "version"}
    assert await events() == []
    await trs.run(NOW + timedelta(minutes=59))
    assert len(trs.asked) == 1
    await trs.run(NOW + timedelta(hours=1))
    assert len(trs.asked) == 2


@pytest.mark.rule("EXT-2.21", "EVT-04", "EVT-05")
async def test_only_what_changed_is_told_and_only_once(people: Cast) -> None:
    await known(people.ash)
    assert await Answering().run() == 0
    assert await events() == []

    changed = says(
        last_name="Hay",
        qts_awarded_on=date(2025, 7, 1),
        induction_status=TRSInductionStatus.IN_PROGRESS,
        induction_start_date=date(2025, 9, 1),
    )
    assert await changed.run(NOW + DAY) == 1
    assert await changed.run(NOW + 2 * DAY) == 0

    assert await events() == [
        ("teacher_trs_name_changed", "Name on the teaching record changed from Siân Evans to Siân Hay"),
        ("teacher_trs_qts_changed", "Qualified teacher status from 1 July 2025"),
        ("teacher_trs_induction_changed", "Induction on the teaching record: in progress"),
    ]
    (event,) = await fetch("SELECT school_id, ect_at_school_period_id AS stay FROM event LIMIT 1")
    assert event["school_id"] == people.ash.id
    assert event["stay"] is not None
    (row,) = await fetch("SELECT search_name, trs_last_name FROM teacher")
    assert "hay" in row["search_name"]


@pytest.mark.rule("EXT-2.21", "PER-46", "STA-01")
async def test_a_pass_found_closes_the_stay(people: Cast) -> None:
    stay = await known(people.ash)
    await factories.training(stay)
    passed = says(induction_status=TRSInductionStatus.PASSED, induction_completed_date=date(2025, 11, 1))

    await passed.run()

    (row,) = await fetch("SELECT finished_on, end_reason FROM ect_at_school_period")
    assert tuple(row) == (TODAY, "induction_completed")


@pytest.mark.rule("EXT-2.21", "M-16")
@pytest.mark.parametrize(
    ("outcome", "answer", "into"),
    [
        (NotFound(), "not_found", None),
        (Deactivated(), "deactivated", None),
        (Merged(TRN("3009999")), "merged", "3009999"),
    ],
)
async def test_a_record_that_is_gone_is_noted_told_once_and_read_again_weekly(
    outcome: ReadOutcome, answer: str, into: str | None, people: Cast
) -> None:
    await known(people.ash)
    trs = Answering({"3001001": outcome})

    assert await trs.run() == 1
    (row,) = await fetch("SELECT trs_answer, trs_merged_into_trn, merged_into_teacher_id FROM teacher")
    assert tuple(row) == (answer, into, None)
    assert await events() == [
        ("teacher_trs_record_changed", "There is a problem with the teaching record: contact support")
    ]
    assert [row["recipient"] for row in await fetch("SELECT recipient FROM message WHERE message_id = 'M-16'")] == [
        people.alice.email
    ]
    await trs.run(NOW + 6 * DAY)
    assert len(trs.asked) == 1
    assert await trs.run(NOW + 7 * DAY) == 0
    assert len(trs.asked) == 2
    assert await Answering().run(NOW + 14 * DAY) == 1
    assert (await events())[1:] == [("teacher_trs_record_changed", "The teaching record is in order again")]
    assert (await fetch("SELECT trs_answer FROM teacher"))[0]["trs_answer"] == "found"


@pytest.mark.rule("EXT-2.21", "EXT-2.16", "M-16")
async def test_a_new_restriction_is_told_without_its_kind(people: Cast) -> None:
    await known(people.ash)
    alert = Alert(UUID(str(PROHIBITION)))

    assert await says(alerts=(alert,)).run() == 1
    assert await says(alerts=(alert,)).run(NOW + DAY) == 0

    assert await events() == [
        ("teacher_trs_record_changed", "There is a problem with the teaching record: contact support")
    ]
    assert len(await fetch("SELECT FROM message WHERE message_id = 'M-16'")) == 1


@pytest.mark.rule("EXT-2.20")
async def test_a_second_copy_of_the_job_ends_at_once(committed_database: str, people_committed: None) -> None:
    trs = Answering()

    class Twice(Answering):
        """Runs the job a second time while it is asked."""

        async def read(self, trn: TRN) -> ReadOutcome:
            assert await trs.run() == 0
            return await super().read(trn)

    first = Twice()
    await first.run()
    assert (len(first.asked), trs.asked) == (1, [])


@pytest.fixture
async def people_committed(committed_database: str) -> None:
    """Store one ECT for good."""
    del committed_database
    await known((await cast()).ash)
