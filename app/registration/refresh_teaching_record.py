"""Storing what a teaching record says now, with what follows for schools (EXT-2.21, PER-46)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, Event, record
from app.notices.outbox import Subjects, queue_to_school
from app.notices.teaching_record_messages import TeachingRecordChanged
from app.registration.changes.name_flags import settle_flags
from app.registration.complete_induction import CompleteInduction, complete_induction
from app.teachers import snapshot as snapshots
from app.teachers.events import (
    TeacherTRSInductionChanged,
    TeacherTRSNameChanged,
    TeacherTRSQTSChanged,
    TeacherTRSRecordChanged,
)
from app.teachers.locks import lock_person
from app.teachers.refresh import store_answer, store_teacher
from app.teachers.rules import display_name, teaching_record_name
from app.teachers.trs import Deactivated, Found, Merged, NotFound, Unavailable
from app.terms import Role, TeacherId, TRSAnswer, TRSInductionStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date
    from uuid import UUID

    from app.teachers.snapshot import Snapshot
    from app.teachers.trs import ReadOutcome
    from app.terms import TRN, Actor

RESTRICTED, IN_ORDER = "restricted", "in_order"
# Stays not ended more than 31 days ago: the same that are read again (EXT-2.20).
HELD = """
    SELECT 'ect' AS role, id, public_id, school_id FROM ect_at_school_period
        WHERE teacher_id = $1 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $2::date - 31
    UNION ALL SELECT 'mentor', id, public_id, school_id FROM mentor_at_school_period
        WHERE teacher_id = $1 AND removed_at IS NULL AND coalesce(finished_on, 'infinity') >= $2::date - 31"""
TEACHER = """
    SELECT t.id, t.corrected_name, t.trs_first_name, t.trs_last_name, t.trs_induction_status,
        t.trs_induction_start_date, t.trs_induction_completed_date, t.trs_qts_awarded_on, t.trs_answer,
        coalesce((SELECT v.metadata ->> 'state' FROM event v WHERE v.kind = 'teacher_trs_record_changed'
            AND v.teacher_id = t.id ORDER BY v.id DESC LIMIT 1), 'in_order') AS state
    FROM teacher t WHERE t.trn = $1"""


@dataclass(frozen=True)
class RefreshTeachingRecord:
    """What the Teaching Record System answered about somebody known; categories: those of a prohibition."""

    trn: TRN
    outcome: ReadOutcome
    categories: Collection[UUID]


async def refresh_teaching_record(command: RefreshTeachingRecord, actor: Actor, today: date) -> bool:
    """Store an answer and record only what changed; returns whether anything did.

    No answer changes nothing but the time of the last try (EXT-2.22). Nobody is linked to a survivor.
    """
    async with transaction():
        await lock_person(command.trn)
        known = await fetch_one(TEACHER, command.trn)
        if known is None:
            return False
        match command.outcome:
            case Unavailable():
                await store_answer(known["id"], None)
                return False
            case Found(read):
                return await _found(command, known, snapshots.take(read, today, command.categories), actor, today)
            case NotFound():
                answer, into = TRSAnswer.NOT_FOUND, None
            case Deactivated():
                answer, into = TRSAnswer.DEACTIVATED, None
            case Merged(survivor):
                answer, into = TRSAnswer.MERGED, survivor
            case _:
                assert_never(command.outcome)
        await store_answer(known["id"], answer, into)
        return await _say(known, _state_changed(known, answer.value), actor, today)


async def _found(
    command: RefreshTeachingRecord, known: Mapping[str, Any], snapshot: Snapshot, actor: Actor, today: date
) -> bool:
    stored = await store_teacher(command.trn, snapshot, known["corrected_name"])
    if known["corrected_name"] and stored.displayed == teaching_record_name(snapshot.first_name, snapshot.last_name):
        await settle_flags(stored.teacher_id)
    state = RESTRICTED if snapshot.prohibited else IN_ORDER
    changed = await _say(known, (*_differences(known, snapshot), *_state_changed(known, state)), actor, today)
    await complete_induction(CompleteInduction(command.trn, TeacherId(known["id"])), actor, today)
    return changed


def _differences(known: Mapping[str, Any], snapshot: Snapshot) -> Iterator[tuple[type[Event], tuple[Any, ...]]]:
    old_name = teaching_record_name(known["trs_first_name"], known["trs_last_name"])
    new_name = teaching_record_name(snapshot.first_name, snapshot.last_name)
    if old_name != new_name:
        yield TeacherTRSNameChanged, (old_name, new_name)
    if known["trs_qts_awarded_on"] != snapshot.qts_awarded_on:
        yield TeacherTRSQTSChanged, (known["trs_qts_awarded_on"], snapshot.qts_awarded_on)
    status = snapshot.induction_status
    old = tuple(known[f"trs_induction_{part}"] for part in ("status", "start_date", "completed_date"))
    new = (status.value, snapshot.induction_start_date, snapshot.induction_completed_date)
    if old != new:
        words = "none" if status is TRSInductionStatus.NONE else status.words
        yield TeacherTRSInductionChanged, (status.value, words, old, new)


def _state_changed(known: Mapping[str, Any], state: str) -> tuple[tuple[type[Event], tuple[Any, ...]], ...]:
    return () if known["state"] == state else ((TeacherTRSRecordChanged, (state,)),)


async def _say(
    known: Mapping[str, Any], changes: Collection[tuple[type[Event], tuple[Any, ...]]], actor: Actor, today: date
) -> bool:
    """Record each change at every school that has the person, and write to those that must act (M-16)."""
    stays = await fetch(HELD, known["id"], today) if changes else []
    for kind, facts in changes:
        problem = _is_problem(kind, facts)
        for stay in stays:
            record(kind(_about(known["id"], stay), *facts), actor)
            if problem:
                await _tell(known, stay)
    return bool(changes)


def _is_problem(kind: type[Event], facts: tuple[Any, ...]) -> bool:
    if kind is TeacherTRSRecordChanged:
        return bool(facts[0] != IN_ORDER)
    return kind is TeacherTRSInductionChanged and facts[0] == TRSInductionStatus.EXEMPT.value


def _about(teacher_id: int, stay: Mapping[str, Any]) -> About:
    key = f"{stay['role']}_at_school_period_id"
    return About(school_id=stay["school_id"], teacher_id=teacher_id, **{key: stay["id"]})


async def _tell(known: Mapping[str, Any], stay: Mapping[str, Any]) -> None:
    name = display_name(known["corrected_name"], known["trs_first_name"], known["trs_last_name"])
    folder = "ects" if stay["role"] == Role.ECT.value else "mentors"
    await queue_to_school(
        TeachingRecordChanged(name, f"/school/{folder}/{stay['public_id']}"),
        school_id=stay["school_id"],
        cause=f"{stay['role']} stay {stay['id']} at {clock.now().isoformat()}",
        about=Subjects(school_id=stay["school_id"], teacher_id=known["id"]),
    )
