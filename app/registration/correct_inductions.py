"""Recording, correcting and removing a period of induction, by support for an appropriate body (FIX-24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.complete_induction import CompleteInduction, complete_induction
from app.registration.induction_rules import InductionSaid, induction_fault, induction_status
from app.settings import settings
from app.teachers.induction_events import (
    InductionPeriodCorrected,
    InductionPeriodRecorded,
    InductionPeriodRemoved,
    what_happened,
)
from app.teachers.locks import lock_person
from app.teachers.tell_inductions import Told, queue_telling
from app.terms import Refused, TeacherId

if TYPE_CHECKING:
    from datetime import date

    from app.terms import TRN, Actor, AppropriateBodyId

SOURCE = "support"
GONE = "changed_meanwhile"
INDUCTIONS = """SELECT coalesce(json_agg(json_build_object('body_id', i.appropriate_body_id,
    'started_on', i.started_on, 'finished_on', i.finished_on, 'outcome', i.outcome,
    'terms', i.number_of_terms::text) ORDER BY i.started_on), '[]') FROM induction_period i WHERE i.teacher_id = $1"""
WHERE_THEY_ARE = """
    SELECT id, school_id FROM ect_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL
        AND coalesce(finished_on, 'infinity') >= $2 ORDER BY started_on LIMIT 1"""
INSERT = """
    INSERT INTO induction_period (created_at, updated_at, teacher_id, appropriate_body_id, started_on, finished_on,
        outcome, number_of_terms) VALUES ($1, $1, $2, $3, $4, $5, $6, $7)"""
UPDATE = """
    UPDATE induction_period SET updated_at = $1, appropriate_body_id = $3, started_on = $4, finished_on = $5,
        outcome = $6, number_of_terms = $7 WHERE teacher_id = $2 AND started_on = $8"""


@dataclass(frozen=True)
class RecordInduction:
    """A period that was not known before."""

    trn: TRN
    teacher_id: TeacherId
    said: InductionSaid


@dataclass(frozen=True)
class CorrectInduction:
    """The period that began on a day, and how it is to be."""

    trn: TRN
    teacher_id: TeacherId
    began_on: date
    said: InductionSaid


@dataclass(frozen=True)
class RemoveInduction:
    """The period that began on a day."""

    trn: TRN
    teacher_id: TeacherId
    began_on: date


async def record_induction(command: RecordInduction, actor: Actor, today: date) -> None:
    """Record a period; an outcome ends the ECT's stay (FIX-24, PER-46). Raises Refused beside the wrong field."""
    async with transaction():
        others = await _held(command)
        await _check(command.said, others, command.teacher_id, today)
        await fetch(INSERT, clock.now(), command.teacher_id, *_values(command.said))
        await _tell(command.teacher_id, others, (*others, command.said))
        said = command.said
        what = what_happened(None, said)
        body = await _body(said.body_id)
        about = await _about(command, said.body_id, today)
        fields = {name: (None, value) for name, value in _fields(said, body).items() if value is not None}
        record(InductionPeriodRecorded(about, what, said.started_on, body, said.outcome, fields, SOURCE), actor)
        await complete_induction(CompleteInduction(command.trn, command.teacher_id), actor, today)


async def correct_induction(command: CorrectInduction, actor: Actor, today: date) -> None:
    """Change what is recorded of a period; nothing for one that is so already (FIX-24, CON-02, PER-46)."""
    async with transaction():
        held = await _held(command)
        was, said = _one(held, command.began_on), command.said
        if was == said:
            return
        await _check(said, [other for other in held if other is not was], command.teacher_id, today)
        await fetch(UPDATE, clock.now(), command.teacher_id, *_values(said), command.began_on)
        await _tell(command.teacher_id, held, tuple(said if period is was else period for period in held))
        old, new = _fields(was, await _body(was.body_id)), _fields(said, await _body(said.body_id))
        changes = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
        what = what_happened(was, said)
        about = await _about(command, said.body_id, today)
        facts = (said.started_on, str(new["appropriate_body"]), said.outcome, changes, SOURCE)
        record(InductionPeriodCorrected(about, what, *facts), actor)
        await complete_induction(CompleteInduction(command.trn, command.teacher_id), actor, today)


async def remove_induction(command: RemoveInduction, actor: Actor, today: date) -> None:
    """Delete a period that was recorded by mistake; its event keeps all of it (FIX-24)."""
    async with transaction():
        held = await _held(command)
        was = _one(held, command.began_on)
        await fetch(
            "DELETE FROM induction_period WHERE teacher_id = $1 AND started_on = $2",
            command.teacher_id,
            command.began_on,
        )
        await _tell(command.teacher_id, held, tuple(period for period in held if period is not was))
        body = await _body(was.body_id)
        about = await _about(command, was.body_id, today)
        fields = {name: (value, None) for name, value in _fields(was, body).items() if value is not None}
        record(InductionPeriodRemoved(about, was.started_on, body, was.outcome, fields, SOURCE), actor)


async def _tell(teacher_id: TeacherId, before: tuple[InductionSaid, ...], now: tuple[InductionSaid, ...]) -> None:
    """Have the teaching record told where that is switched on and it would say something else (EXT-2.24)."""
    told = induction_status(now)
    if settings().trs_writes == "on" and told != induction_status(before):
        await queue_telling(teacher_id, Told(*told))


async def _held(command: RecordInduction | CorrectInduction | RemoveInduction) -> tuple[InductionSaid, ...]:
    """Hold the person and return their periods."""
    await lock_person(command.trn)
    return await document(tuple[InductionSaid, ...], INDUCTIONS, command.teacher_id) or ()


def _one(held: tuple[InductionSaid, ...], began_on: date) -> InductionSaid:
    found = next((period for period in held if period.started_on == began_on), None)
    if found is None:
        raise Refused(GONE, "period", "This period is not recorded any more")
    return found


async def _check(
    said: InductionSaid, others: list[InductionSaid] | tuple[InductionSaid, ...], teacher_id: TeacherId, today: date
) -> None:
    row = await fetch_one("SELECT trs_qts_awarded_on FROM teacher WHERE id = $1", teacher_id)
    fault = induction_fault(said, others, today, row["trs_qts_awarded_on"] if row else None)
    if fault is not None:
        raise Refused("wrong_induction", fault.field, fault.message)


def _values(said: InductionSaid) -> tuple[Any, ...]:
    return said.body_id, said.started_on, said.finished_on, said.outcome and said.outcome.value, said.terms


def _fields(said: InductionSaid, body: str) -> dict[str, Any]:
    return {
        "appropriate_body": body,
        "started_on": said.started_on,
        "last_day": said.finished_on,
        "outcome": said.outcome.value if said.outcome else None,
        "number_of_terms": str(said.terms) if said.terms is not None else None,
    }


async def _body(body_id: AppropriateBodyId) -> str:
    row = await fetch_one("SELECT name FROM appropriate_body WHERE id = $1", body_id)
    if row is None:
        raise Refused(GONE, "appropriate_body", "Select an appropriate body")
    return str(row["name"])


async def _about(
    command: RecordInduction | CorrectInduction | RemoveInduction, body_id: AppropriateBodyId, today: date
) -> About:
    place = await fetch_one(WHERE_THEY_ARE, command.teacher_id, today)
    return About(
        teacher_id=command.teacher_id,
        appropriate_body_id=body_id,
        school_id=place["school_id"] if place else None,
        ect_at_school_period_id=place["id"] if place else None,
    )
