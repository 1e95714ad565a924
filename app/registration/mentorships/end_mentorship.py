"""Ending a mentorship: on a day, or as one that never took effect, in both people’s histories (PER-40, PER-63)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app import clock
from app.db.engine import fetch
from app.events.record import record
from app.registration.events import MentorshipCancelled, TeacherFinishesBeingMentored, TeacherFinishesMentoring

if TYPE_CHECKING:
    from datetime import date

    from app.events.record import About
    from app.terms import Actor, CancellationReason


class MentorshipToEnd(Protocol):
    """A mentorship as it was read."""

    @property
    def id(self) -> int:
        """Its internal id."""

    @property
    def started_on(self) -> date:
        """Its first day."""

    @property
    def finished_on(self) -> date | None:
        """Its last day, if it has one."""


@dataclass(frozen=True)
class BothPeople:
    """The two people by name, and what the event of each is about."""

    ect: str
    mentor: str
    of_ect: About
    of_mentor: About


async def finish_mentorship(row: MentorshipToEnd, last_day: date, people: BothPeople, actor: Actor) -> None:
    """Give a mentorship its last day inside the caller's transaction."""
    await fetch(
        "UPDATE mentorship_period SET finished_on = $2, updated_at = $3 WHERE id = $1", row.id, last_day, clock.now()
    )
    record(TeacherFinishesMentoring(people.of_mentor, people.ect, people.mentor, last_day), actor)
    record(TeacherFinishesBeingMentored(people.of_ect, people.ect, people.mentor, last_day), actor)


async def cancel_mentorship(row: MentorshipToEnd, why: CancellationReason, people: BothPeople, actor: Actor) -> None:
    """Cancel a mentorship inside the caller's transaction."""
    await fetch(
        "UPDATE mentorship_period SET cancelled_at = $2, cancellation_reason = $3, updated_at = $2 WHERE id = $1",
        row.id,
        clock.now(),
        why.value,
    )
    dates = row.started_on, row.finished_on
    for about in (people.of_mentor, people.of_ect):
        record(MentorshipCancelled(about, people.ect, people.mentor, *dates, why.value), actor)
