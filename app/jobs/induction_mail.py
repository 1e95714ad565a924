"""Mail to schools about what appropriate bodies recorded: a daily summary (M-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from app import clock
from app.clock import LONDON
from app.db.engine import fetch
from app.db.transaction import transaction
from app.notices.induction_messages import InductionsRecorded
from app.notices.outbox import Subjects, queue_to_school, queued_before, school_key
from app.terms import InductionOutcome, SchoolId

if TYPE_CHECKING:
    from datetime import date

LOOK_BACK = timedelta(days=14)
"""A day that no run came by is made up for so long."""
# Recorded on the day the row was made, an outcome on the day it came; both to the schools where they are then.
RECORDED = """
    SELECT e.school_id, said.on, i.name, i.body, said.outcome FROM (
        SELECT p.teacher_id, p.created_at, p.updated_at, p.outcome, b.name AS body,
            coalesce(t.corrected_name, btrim(concat_ws(' ', nullif(t.trs_first_name, '.'),
                nullif(t.trs_last_name, '.')))) AS name
        FROM induction_period p JOIN teacher t ON t.id = p.teacher_id
            JOIN appropriate_body b ON b.id = p.appropriate_body_id
        WHERE p.updated_at >= $1 AND p.created_at < $2) i
    CROSS JOIN LATERAL (
        SELECT (i.created_at AT TIME ZONE 'Europe/London')::date AS on, NULL AS outcome
            WHERE i.created_at >= $1 AND (i.outcome IS NULL OR i.updated_at > i.created_at)
        UNION ALL SELECT (i.updated_at AT TIME ZONE 'Europe/London')::date, i.outcome
            WHERE i.outcome IS NOT NULL AND i.updated_at < $2) said
    JOIN ect_at_school_period e ON e.teacher_id = i.teacher_id AND e.removed_at IS NULL
        AND coalesce(e.finished_on, 'infinity') >= said.on
    ORDER BY 1, 2, 3, 5 NULLS FIRST"""


@dataclass(frozen=True)
class Recorded:
    """An induction that an appropriate body recorded, or its outcome."""

    school_id: SchoolId
    on: date
    name: str
    body: str
    outcome: str | None

    @property
    def cause(self) -> str:
        """Name the summary that it belongs to: one for each school and day."""
        return f"school {self.school_id} on {self.on}"

    @property
    def line(self) -> str:
        """Who, what, and by whom."""
        happened = {
            InductionOutcome.PASS.value: "induction passed",
            InductionOutcome.FAIL.value: "induction not passed",
        }
        return f"{self.name}: {happened.get(self.outcome or '', 'induction recorded')}, {self.body}"


async def tell_of_inductions() -> int:
    """Tell each school once what appropriate bodies recorded on a day that is over; returns how many mails (M-14)."""
    today = datetime.combine(clock.today(), time(), LONDON)
    found = [Recorded(**dict(row)) for row in await fetch(RECORDED, today - LOOK_BACK, today)]
    summaries = [(cause, list(group)) for cause, group in groupby(found, key=lambda one: one.cause)]
    told = await queued_before(school_key(InductionsRecorded.id, cause) for cause, _ in summaries)
    due = [(cause, group) for cause, group in summaries if school_key(InductionsRecorded.id, cause) not in told]
    for cause, group in due:
        school_id, lines = group[0].school_id, tuple(dict.fromkeys(one.line for one in group))
        async with transaction():
            await queue_to_school(
                InductionsRecorded(lines, "/school/ects"),
                school_id=school_id,
                cause=cause,
                about=Subjects(school_id=school_id),
            )
    return len(due)
