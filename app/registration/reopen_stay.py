"""Giving a closed stay more days again, with what regains its former dates inside it (PER-43, PER-51)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.survivors import with_merged
from app.events.record import record
from app.registration.leaving.last_days import Key, Reopening, RowBefore, RowKind, RowNow, plan_restore
from app.registration.mentorships.mentorship_events import TeacherStartsBeingMentored, TeacherStartsMentoring
from app.terms import Period, Role, StayEndReason

if TYPE_CHECKING:
    from uuid import UUID

    from app.registration.leaving.last_days import RestorePlan
    from app.registration.whole_stay import MentorshipInStay, TrainingInStay, WholeStay
    from app.terms import Actor

CLOSING = {
    role: f"""SELECT found.metadata FROM {with_merged("$1")} one CROSS JOIN LATERAL (
        SELECT id, metadata FROM event WHERE teacher_id = one.id AND {role.value}_at_school_period_id = $2
            AND kind IN ('teacher_left_school_as_{role.value}', 'teacher_leaving_amended')
            AND metadata ->> 'last_day' = $3
        ORDER BY id DESC LIMIT 1) found ORDER BY found.id DESC LIMIT 1"""  # noqa: S608 - constants
    for role in Role
}
# The stay's own rows, which end with it, are never in the way.
BUSY_MENTORSHIPS = """
    SELECT ect_at_school_period_id AS "group", started_on, finished_on FROM mentorship_period
    WHERE ect_at_school_period_id = ANY($1) AND cancelled_at IS NULL"""
BUSY_TRAININGS = """
    SELECT started_on, finished_on FROM training_period
    WHERE teacher_id = $1 AND role = $2 AND cancelled_at IS NULL"""
# An ECT is at one school at a time, a mentor once at each.
LATER = {
    Role.ECT: """SELECT public_id, started_on FROM ect_at_school_period
        WHERE teacher_id = $1 AND started_on > $2 AND removed_at IS NULL
        ORDER BY started_on LIMIT 1""",
    Role.MENTOR: """SELECT public_id, started_on FROM mentor_at_school_period
        WHERE teacher_id = $1 AND started_on > $2 AND removed_at IS NULL AND school_id = $3
        ORDER BY started_on LIMIT 1""",
}


@dataclass(frozen=True)
class Closing:
    """How a stay was before it got its present last day; empty where nothing was kept, as of migrated stays."""

    former_last_day: date | None = None
    former_why: StayEndReason | None = None
    rows: tuple[RowBefore, ...] = ()

    @property
    def before(self) -> dict[Key, RowBefore]:
        """The rows by what identifies them."""
        return {row.key: row for row in self.rows}


@dataclass(frozen=True)
class Reopened:
    """What regained days and what could not, in words; kept: the rows as they were before the first closing."""

    restored: tuple[str, ...]
    not_restored: tuple[str, ...]
    kept: tuple[RowBefore, ...]


async def closing_of(stay: WholeStay) -> Closing:
    """Return what the event that gave the stay its present last day keeps of the time before (PER-40)."""
    if stay.finished_on is None:
        return Closing()
    row = await fetch_one(CLOSING[stay.role], stay.teacher_id, stay.id, stay.finished_on.isoformat())
    return msgspec.json.decode(row["metadata"], type=Closing) if row else Closing()


async def later_stay(stay: WholeStay) -> tuple[date, UUID] | None:
    """Return from when a later stay keeps this one from going on, and its id, or None (PER-01, PER-11)."""
    own = (stay.school_id,) if stay.role is Role.MENTOR else ()
    row = await fetch_one(LATER[stay.role], stay.teacher_id, stay.finished_on, *own)
    return (row["started_on"], row["public_id"]) if row else None


async def later_stay_from(stay: WholeStay) -> date | None:
    """Return from when a later stay keeps this one from going on, or None."""
    later = await later_stay(stay)
    return later[0] if later else None


async def plan_reopening(stay: WholeStay, closing: Closing, until: date | None) -> RestorePlan:
    """Plan what regains its former dates when a stay with a last day goes on until another, or for good."""
    if stay.finished_on is None:
        raise LookupError("a stay without a last day is open")
    return plan_restore(_rows_now(stay), closing.before, Reopening(stay.finished_on, until), await _occupied(stay))


async def reopen_rows(stay: WholeStay, closing: Closing, until: date | None, actor: Actor) -> Reopened:
    """Give the rows of a closed stay their former dates back, inside the caller's transaction (PER-43).

    Events: a start pair for each mentorship that goes on, with the dates it has now.
    """
    plan = await plan_reopening(stay, closing, until)
    trainings: dict[int, TrainingInStay] = {row.id: row for row in stay.trainings}
    mentorships: dict[int, MentorshipInStay] = {row.id: row for row in stay.mentorships}
    for row, finished_on in plan.restored:
        if row.kind is RowKind.TRAINING:
            await _restore_training(trainings[row.id], finished_on)
        else:
            await _restore_mentorship(stay, mentorships[row.id], finished_on, actor)
    lost, restored = ({row.key for row, _ in rows} for rows in (plan.lost, plan.restored))
    return Reopened(
        tuple(words(stay, row) for row, _ in plan.restored),
        tuple(f"{words(stay, row)}: {why.words}" for row, why in plan.lost),
        tuple(
            replace(row, cancelled=row.cancelled and row.key not in restored)
            for row in closing.rows
            if row.key not in lost
        ),
    )


def words(stay: WholeStay, row: RowNow) -> str:
    """Name a row of a stay."""
    if row.kind is RowKind.TRAINING:
        return next(training.words for training in stay.trainings if training.id == row.id)
    mentorship = next(mentorship for mentorship in stay.mentorships if mentorship.id == row.id)
    return (
        f"mentoring by {mentorship.mentor.displayed}"
        if stay.role is Role.ECT
        else (f"mentoring of {mentorship.ect.displayed}")
    )


def _rows_now(stay: WholeStay) -> tuple[RowNow, ...]:
    trainings = [
        RowNow(RowKind.TRAINING, row.id, row.started_on, row.finished_on, row.cancelled, row.stopped)
        for row in stay.trainings
    ]
    return (*trainings, *(_mentorship_now(stay, row) for row in stay.mentorships))


def _mentorship_now(stay: WholeStay, row: MentorshipInStay) -> RowNow:
    return RowNow(
        RowKind.MENTORSHIP,
        row.id,
        row.started_on,
        row.finished_on,
        row.cancelled,
        group=row.ect_stay_id or 0,
        other_until=row.other_until(stay.role),
        other_gone=row.mentor_removed if stay.role is Role.ECT else row.ect_removed,
    )


async def _occupied(stay: WholeStay) -> dict[tuple[RowKind, int], tuple[Period, ...]]:
    ects = list({row.ect_stay_id for row in stay.mentorships})
    mentorships = await fetch(BUSY_MENTORSHIPS, ects)
    trainings = await fetch(BUSY_TRAININGS, stay.teacher_id, stay.role.value)
    busy: dict[tuple[RowKind, int], tuple[Period, ...]] = {
        (RowKind.TRAINING, 0): tuple(Period(row["started_on"], row["finished_on"]) for row in trainings)
    }
    for row in mentorships:
        key = (RowKind.MENTORSHIP, row["group"])
        busy[key] = (*busy.get(key, ()), Period(row["started_on"], row["finished_on"]))
    return busy


async def _restore_training(row: TrainingInStay, finished_on: date | None) -> None:
    await fetch(
        """UPDATE training_period SET finished_on = $2, cancelled_at = NULL, cancellation_reason = NULL,
            updated_at = $3 WHERE id = $1""",
        row.id,
        finished_on,
        clock.now(),
    )


async def _restore_mentorship(stay: WholeStay, row: MentorshipInStay, finished_on: date | None, actor: Actor) -> None:
    await fetch(
        """UPDATE mentorship_period SET finished_on = $2, cancelled_at = NULL, cancellation_reason = NULL,
            updated_at = $3 WHERE id = $1""",
        row.id,
        finished_on,
        clock.now(),
    )
    facts = (row.ect.displayed, row.mentor.displayed, row.started_on, finished_on)
    record(TeacherStartsMentoring(replace(row.of_mentor, school_id=stay.school_id), *facts), actor)
    record(TeacherStartsBeingMentored(replace(row.of_ect, school_id=stay.school_id), *facts), actor)
