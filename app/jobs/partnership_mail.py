"""Mail to schools about what lead providers reported: a daily summary (M-13) and a reminder to check (M-21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.clock import LONDON
from app.db.engine import fetch
from app.db.service_settings import policy_in_force
from app.db.transaction import transaction
from app.notices.catalogue import PartnershipReported, PartnershipStillOpen, TrainingConfirmed
from app.notices.outbox import Subjects, queue_to_school, queued_before, school_key
from app.terms import ConfirmationSource, SchoolId, SchoolPartnershipId, Year
from app.training.challenges import last_challenge_day
from app.training.report_partnership import report_cause

if TYPE_CHECKING:
    from datetime import date

LOOK_BACK = timedelta(days=14)
"""A day that no run came by is made up for so long."""
LONGEST_WINDOW = timedelta(days=366)
"""No report is older than this while its partnership can be challenged."""


@dataclass(frozen=True)
class Confirmed:
    """Somebody whose training a lead provider confirmed."""

    school_id: SchoolId
    on: date
    name: str
    lead_provider: str
    delivery_partner: str

    @property
    def cause(self) -> str:
        """Name the summary that they belong to: one for each school and day."""
        return f"school {self.school_id} on {self.on}"

    @property
    def line(self) -> str:
        """Who, and who trains them."""
        return f"{self.name}: {self.lead_provider} with {self.delivery_partner}"


async def tell_who_was_confirmed() -> int:
    """Tell each school once whom lead providers confirmed on a day that is over; returns how many mails (M-13)."""
    people = await _confirmed()
    told = await queued_before({school_key(TrainingConfirmed.id, one.cause) for one in people})
    summaries = [(cause, list(group)) for cause, group in groupby(people, key=lambda one: one.cause)]
    due = [(cause, group) for cause, group in summaries if school_key(TrainingConfirmed.id, cause) not in told]
    for cause, group in due:
        school_id, lines = group[0].school_id, tuple(dict.fromkeys(one.line for one in group))
        async with transaction():
            await queue_to_school(
                TrainingConfirmed(lines, "/school/ects"),
                school_id=school_id,
                cause=cause,
                about=Subjects(school_id=school_id),
            )
    return len(due)


async def _confirmed() -> list[Confirmed]:
    """List whom lead providers confirmed on the days before today, by school and day, if it still holds."""
    today = datetime.combine(clock.today(), time(), LONDON)
    rows = await fetch(
        """SELECT tp.school_id, (tp.confirmed_at AT TIME ZONE 'Europe/London')::date AS on,
            coalesce(t.corrected_name, btrim(concat_ws(' ', nullif(t.trs_first_name, '.'),
                nullif(t.trs_last_name, '.')))) AS name, lp.name AS lead_provider, dp.name AS delivery_partner
        FROM training_period tp JOIN teacher t ON t.id = tp.teacher_id
            JOIN school_partnership sp ON sp.id = tp.school_partnership_id
            JOIN lead_provider lp ON lp.id = sp.lead_provider_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
            LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
            LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
        WHERE tp.confirmed_at >= $1 AND tp.confirmed_at < $2 AND tp.confirmation_source = $3
            AND tp.cancelled_at IS NULL AND sp.challenged_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL
        ORDER BY 1, 2, 3""",
        today - LOOK_BACK,
        today,
        ConfirmationSource.LEAD_PROVIDER_REPORT.value,
    )
    return [Confirmed(**dict(row)) for row in rows]


@dataclass(frozen=True)
class Reported:
    """A partnership that a lead provider reported and the school has not challenged."""

    id: SchoolPartnershipId
    public_id: UUID
    school_id: SchoolId
    year: Year
    reported_at: datetime
    lead_provider: str
    delivery_partner: str
    again: int

    @property
    def cause(self) -> str:
        """Name the report."""
        return report_cause(self.id, self.again)

    def message(self, last_day: date) -> PartnershipStillOpen:
        """Return the reminder."""
        link = f"/school/partnerships/{self.public_id}"
        return PartnershipStillOpen(self.lead_provider, self.delivery_partner, self.year, last_day, link)


async def remind_of_partnerships() -> int:
    """Remind a school once, some days after it was told of a report and while it can say no; how many (M-21)."""
    policy, today = await policy_in_force(), clock.today()
    ready = [
        (one, last_day)
        for one in await _reported()
        if today <= (last_day := last_challenge_day(one.reported_at, one.year, policy))
        and one.reported_at.astimezone(LONDON).date() + timedelta(days=policy.partnership_reminder_days) <= today
    ]
    ids = (PartnershipReported.id, PartnershipStillOpen.id)
    queued = await queued_before({school_key(message, one.cause) for one, _ in ready for message in ids})
    due = [
        (one, last_day)
        for one, last_day in ready
        if [school_key(message, one.cause) in queued for message in ids] == [True, False]
    ]
    for one, last_day in due:
        async with transaction():
            about = Subjects(school_id=one.school_id)
            await queue_to_school(one.message(last_day), school_id=one.school_id, cause=one.cause, about=about)
    return len(due)


async def _reported() -> list[Reported]:
    rows = await fetch(
        """SELECT sp.id, sp.public_id, sp.school_id, sp.contract_period_year AS year, sp.reported_at,
            lp.name AS lead_provider, dp.name AS delivery_partner,
            (SELECT count(*) FROM event e WHERE e.school_id = sp.school_id AND e.teacher_id IS NULL
                AND e.school_partnership_id = sp.id AND e.kind = 'school_partnership_reported_again')::int AS again
        FROM school_partnership sp JOIN lead_provider lp ON lp.id = sp.lead_provider_id
            JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
        WHERE sp.origin = 'reported' AND sp.challenged_at IS NULL AND sp.reported_at > $1 ORDER BY sp.id""",
        clock.now() - LONGEST_WINDOW,
    )
    return [Reported(**dict(row)) for row in rows]
