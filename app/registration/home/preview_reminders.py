"""Whom a run of reminders would go to if it went now, and what of one that went did not arrive (ADM-10.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch_one
from app.notices.rules import NOT_ARRIVED
from app.registration.home.reminder_days import Reminder
from app.registration.home.reminder_recipients import CLASSES, concerned, page_of_schools, why_not
from app.registration.home.several_schools import to_dos_of_schools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.registration.home.reminder_recipients import Day, PlannedRun, Run

MOST_LOOKED_AT = 1_000
SAMPLE = 10


@dataclass(frozen=True)
class Preview:
    """How many schools would be written to, and why others not; `looked_at` of `schools` were looked at for it."""

    recipients: int
    sample: tuple[str, ...]
    skipped: Mapping[str, int]
    looked_at: int
    schools: int

    @property
    def is_estimate(self) -> bool:
        """Tell whether only some schools were looked at."""
        return self.looked_at < self.schools

    @property
    def estimated(self) -> int:
        """Return the number of recipients among all schools."""
        return round(self.recipients * self.schools / self.looked_at) if self.looked_at else 0


async def failed_mails(found: PlannedRun) -> int:
    """Return how many mails of a run that went did not arrive."""
    reminder = found.run.reminder
    kinds = [kind for kind, _ in CLASSES] if reminder is Reminder.PEOPLE_WAITING else [reminder.value]
    row = await fetch_one(
        """SELECT count(*) AS failed FROM message WHERE created_at >= $1::date AND created_at < $2::date + 1
            AND message_id = ANY($3::text[]) AND state = ANY($4::text[])""",
        found.run.planned_on,
        found.runs_on,
        kinds,
        list(NOT_ARRIVED),
    )
    return int(row["failed"]) if row else 0


async def preview(run: Run, day: Day) -> Preview:
    """Go through the schools as the run does, sending nothing; of many, through a thousand spread over all."""
    row = await fetch_one("SELECT count(*) AS schools FROM school")
    schools = int(row["schools"]) if row else 0
    each = max(1, -(-schools // MOST_LOOKED_AT))
    skipped: Counter[str] = Counter()
    names: list[str] = []
    after = looked_at = 0
    while found := await page_of_schools(after, each):
        after, looked_at = found[-1].id, looked_at + len(found)
        reasons = {school.id: why_not(run, day, school) for school in found}
        skipped.update(reason for reason in reasons.values() if reason)
        willing = {school.id: school for school in found if not reasons[school.id]}
        to_dos = await to_dos_of_schools(dict.fromkeys(willing, False), clock.now(), day.policy, day.calendar)
        for school_id, done in to_dos.items():
            decided = concerned(run, day, willing[school_id], done)
            if not isinstance(decided, str):
                names.append(willing[school_id].name)
            elif decided:
                skipped[decided] += 1
    return Preview(len(names), tuple(names[:SAMPLE]), skipped, looked_at, schools)
