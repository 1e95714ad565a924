"""Correcting the first day of a stay, by support (FIX-05)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.documents import document
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import Event, catalogued, record
from app.registration.changes.move_training import MoveTraining, move_training
from app.registration.changes.start_date_rules import Around, InTheWay, other_year, plan_start
from app.registration.leaving.report_leaving import own_stay
from app.registration.people.statuses import london_day
from app.registration.registering.start_dates import day_in_words
from app.teachers.locks import lock_person
from app.terms import Refused, Role
from app.training.events import day
from app.training.periods import academic_year
from app.training.queries import TRAINING, TRAINING_JOINS, calendar
from app.training.rules import Training, latest_training

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.registration.changes.start_date_rules import StartPlan
    from app.registration.whole_stay import WholeStay
    from app.terms import TRN, Actor, SchoolId, TrainingPeriodId
    from app.training.moves import Filing
    from app.training.periods import Calendar

NOT_THEN, ANOTHER_YEAR, SAME_YEAR = "start_date_in_the_way", "another_year", "same_year"
STORE = {
    Role.ECT: """UPDATE ect_at_school_period SET started_on = $2, updated_at = $3, version = version + 1
        WHERE id = $1""",
    Role.MENTOR: """UPDATE mentor_at_school_period SET started_on = $2, updated_at = $3, version = version + 1
        WHERE id = $1""",
}


def _around(role: Role) -> str:
    """Return SQL of what lies beside a stay; an ECT is at one school at a time, a mentor once at each."""
    own, mine = f"{role.value}_at_school_period", f"{role.value}_at_school_period_id"
    other_role = Role.MENTOR if role is Role.ECT else Role.ECT
    other, others = f"{other_role.value}_at_school_period", f"{other_role.value}_at_school_period_id"
    here = "AND o.school_id = s.school_id" if role is Role.MENTOR else ""
    of_ect = """,
        'qts_on', t.trs_qts_awarded_on,
        'inductions', (SELECT coalesce(json_agg(json_build_object('body', ab.name, 'started_on', i.started_on)
            ORDER BY i.started_on), '[]') FROM induction_period i JOIN appropriate_body ab
            ON ab.id = i.appropriate_body_id WHERE i.teacher_id = s.teacher_id AND i.started_on >= s.started_on)"""
    return f"""
    SELECT json_build_object(
        'stays', (SELECT coalesce(json_agg(json_build_object('public_id', o.public_id, 'school', sc.name,
            'started_on', o.started_on, 'finished_on', o.finished_on) ORDER BY o.started_on), '[]')
            FROM {own} o JOIN school sc ON sc.id = o.school_id
            WHERE o.teacher_id = s.teacher_id AND o.id <> s.id AND o.removed_at IS NULL {here}),
        'trainings', (SELECT coalesce(json_agg(json_build_object('started_on', tp.started_on,
            'finished_on', tp.finished_on) ORDER BY tp.started_on), '[]')
            FROM training_period tp WHERE tp.teacher_id = s.teacher_id AND tp.role = '{role.value}'
            AND tp.cancelled_at IS NULL AND coalesce(tp.{mine} <> s.id, true)),
        'busy', (SELECT coalesce(json_agg(json_build_object('mentorship_id', m.id, 'started_on', b.started_on,
            'finished_on', b.finished_on)), '[]')
            FROM mentorship_period m JOIN mentorship_period b ON b.id <> m.id AND b.cancelled_at IS NULL
                AND b.ect_at_school_period_id = m.ect_at_school_period_id WHERE m.{mine} = s.id),
        'declared', (SELECT coalesce(json_object_agg(d.training_period_id, d.first), '{{}}')
            FROM (SELECT d.training_period_id, min(d.declared_on) AS first FROM declaration d
                JOIN training_period tp ON tp.id = d.training_period_id
                WHERE tp.{mine} = s.id AND d.voided_at IS NULL GROUP BY d.training_period_id) d),
        'year_starts', (SELECT coalesce(json_object_agg(tp.id, cp.started_on), '{{}}')
            FROM training_period tp JOIN contract_period cp ON cp.year = tp.contract_period_year
            WHERE tp.{mine} = s.id),
        'school_opened_on', here.opened_on,
        'other_starts', (SELECT coalesce(json_object_agg(m.id, o.started_on), '{{}}')
            FROM mentorship_period m JOIN {other} o ON o.id = m.{others} WHERE m.{mine} = s.id)
        {of_ect if role is Role.ECT else ""})
    FROM {own} s JOIN school here ON here.id = s.school_id JOIN teacher t ON t.id = s.teacher_id WHERE s.id = $1"""  # noqa: S608 - constants


AROUND = {role: _around(role) for role in Role}
OTHER_TRAININGS = f"""SELECT coalesce(json_agg({TRAINING}), '[]') FROM training_period tp {TRAINING_JOINS}
    WHERE tp.teacher_id = $1 AND coalesce(tp.ect_at_school_period_id, tp.mentor_at_school_period_id) <> $2"""  # noqa: S608 - constants


@dataclass(frozen=True)
class CorrectStartDate:
    """Which stay began on which other day; filing: where its training belongs then, if in another academic year."""

    role: Role
    trn: TRN
    stay_id: int
    school_id: SchoolId
    started_on: date
    filing: Filing | None = None


@catalogued
@dataclass(frozen=True)
class TeacherStartDateCorrected(Event):
    """The first day of a stay was corrected; rows: what moved with it, in words (FIX-05)."""

    kind = "teacher_start_date_corrected"
    name: str
    started_on: date
    former_started_on: date
    rows: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say what the first day is now."""
        return f"{self.name}’s first day corrected to {day(self.started_on)}"

    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the former and the new first day."""
        return {"started_on": (self.former_started_on, self.started_on)}

    def beside(self) -> tuple[str, ...]:
        """Say what moves with it."""
        return self.rows


async def correct_start_date(command: CorrectStartDate, actor: Actor, today: date) -> None:
    """Move the first day of a stay with the training and mentorships that began on it; the same day writes nothing.

    Raises Refused: `changed_meanwhile`, `start_date_in_the_way` with the sentence that says what is, `not_open` for a
    day that registration is not open for (CP-05), `another_year` when the training belongs in another academic year
    then than `filing` says. Implements FIX-05, and FIX-08 for training that moves; CP-04 does not hold here.
    """
    async with transaction():
        await lock_person(command.trn)
        stay = await own_stay(command.role, command.stay_id, command.school_id)
        if stay.started_on == command.started_on:
            return
        around = await document(Around, AROUND[stay.role], stay.id) or Around()
        others = await document(tuple[Training, ...], OTHER_TRAININGS, stay.teacher_id, stay.id) or ()
        plan = plan_start(stay, command.started_on, around)
        if isinstance(plan, InTheWay):
            raise Refused(NOT_THEN, "start_date", plan.message, {"record": plan.record} if plan.record else {})
        refiled = _refiled(stay, command, plan, others, await calendar(), today)
        plan = plan.moving(refiled, command.started_on)
        await _store(stay, command.started_on, plan)
        if refiled is not None and command.filing is not None:
            where = (command.trn, refiled, stay.school_id, command.filing)
            await move_training(MoveTraining(*where, whole=True), actor, today)
        rows = (
            *(f"{_capitalised(row.row.words)} from {day_in_words(row.started_on)}" for row in plan.trainings),
            *(
                f"{row.row.mentor.displayed} mentors {row.row.ect.displayed} from {day_in_words(row.started_on)}"
                for row in plan.mentorships
            ),
        )
        record(TeacherStartDateCorrected(stay.about, stay.name, command.started_on, stay.started_on, rows), actor)


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _refiled(  # noqa: PLR0917 - what decides the year
    stay: WholeStay,
    command: CorrectStartDate,
    plan: StartPlan,
    others: tuple[Training, ...],
    years: Calendar,
    today: date,
) -> TrainingPeriodId | None:
    """Return the training that moves to the academic year of the new day, if one does (CP-05, CP-06)."""
    new, filing = command.started_on, command.filing
    if new > today and years.registration_not_open(new, today, stay.role) is not None:
        raise Refused("not_open", "start_date", "Registration is not open for this day yet")
    registered_on = london_day(stay.registered_at)
    year = other_year(years, latest_training(others, stay.role), stay.started_on, new, registered_on)
    training = next((row.row for row in plan.trainings if row.row.provider_led and row.row.year != year), None)
    if year is None or training is None:
        if filing is not None:
            raise Refused(SAME_YEAR, "filing", "Their training stays in its academic year with this day: select none")
        return None
    if training.latest_declaration_on is not None:
        words = f"Their training belongs in {academic_year(year)} then, but there is a declaration on it"
        raise Refused(ANOTHER_YEAR, "start_date", words)
    if filing is None or filing.year != year:
        raise Refused(ANOTHER_YEAR, "filing", f"Their training belongs in {academic_year(year)} then: select where")
    return training.id


async def _store(stay: WholeStay, new: date, plan: StartPlan) -> None:
    """Store the new first days; that each lies inside the other is checked once all of them are stored."""
    now = clock.now()
    await fetch(STORE[stay.role], stay.id, new, now)
    for training in plan.trainings:
        await fetch(
            "UPDATE training_period SET started_on = $2, updated_at = $3 WHERE id = $1",
            training.row.id,
            training.started_on,
            now,
        )
    for mentorship in plan.mentorships:
        await fetch(
            "UPDATE mentorship_period SET started_on = $2, updated_at = $3 WHERE id = $1",
            mentorship.row.id,
            mentorship.started_on,
            now,
        )
