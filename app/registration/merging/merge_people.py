"""Support merges two records of one person: everything moves to the one that goes on (FIX-12)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import clock
from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.merging.conflicts import conflicts_between
from app.registration.merging.merge_events import TeacherMerged
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.registration.people.statuses import london_day
from app.teachers.locks import lock_people
from app.terms import TRN, MentorIneligibleReason, Refused, TeacherId, Year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.terms import Actor

FIELD = "duplicate_id"
CHECKED = "same_person"


@dataclass(frozen=True)
class Stamps:
    """What is remembered of a person for funding (PER-03, MFT-10, CP-10); a stamp is set once and never changed."""

    ect_first_eligible_at: datetime | None = None
    mentor_first_eligible_at: datetime | None = None
    ect_payments_frozen_year: Year | None = None
    mentor_payments_frozen_year: Year | None = None
    mentor_ineligible_on: date | None = None
    mentor_ineligible_reason: MentorIneligibleReason | None = None


@dataclass(frozen=True)
class PersonMerged:
    """One of the two records."""

    id: TeacherId
    public_id: UUID
    trn: TRN
    name: PersonName
    stamps: Stamps
    merged: bool
    anonymised: bool
    trs_merged_into_trn: TRN | None = None


@dataclass(frozen=True)
class MergePeople:
    """Which record goes on, and by which id or TRN another record of the same person is known."""

    survivor: TeacherId
    duplicate: UUID | TRN
    checked: bool = False
    """Whether somebody says that both are the same person; needed unless the teaching record says so."""


STAMPS = ", ".join(f"'{one.name}', t.{one.name}" for one in fields(Stamps))
PERSON = f"""SELECT json_build_object('id', t.id, 'public_id', t.public_id, 'trn', t.trn, 'name', {name_of("t")},
    'stamps', json_build_object({STAMPS}), 'merged', t.merged_into_teacher_id IS NOT NULL,
    'anonymised', t.anonymised_at IS NOT NULL, 'trs_merged_into_trn', t.trs_merged_into_trn)
    FROM teacher t WHERE """  # noqa: S608 - constants
MOVE = """
    WITH ects AS (UPDATE ect_at_school_period SET teacher_id = $1, updated_at = $3 WHERE teacher_id = $2 RETURNING id),
    mentors AS (UPDATE mentor_at_school_period SET teacher_id = $1, updated_at = $3 WHERE teacher_id = $2 RETURNING id),
    trainings AS (UPDATE training_period SET teacher_id = $1, updated_at = $3 WHERE teacher_id = $2 RETURNING id),
    mentored AS (UPDATE mentorship_period SET updated_at = $3,
        ect_teacher_id = CASE ect_teacher_id WHEN $2 THEN $1 ELSE ect_teacher_id END,
        mentor_teacher_id = CASE mentor_teacher_id WHEN $2 THEN $1 ELSE mentor_teacher_id END
        WHERE $2 IN (ect_teacher_id, mentor_teacher_id) RETURNING id),
    inductions AS (UPDATE induction_period SET teacher_id = $1, updated_at = $3 WHERE teacher_id = $2 RETURNING id)
    SELECT (SELECT count(*) FROM ects) AS ects, (SELECT count(*) FROM mentors) AS mentors,
        (SELECT count(*) FROM trainings) AS trainings, (SELECT count(*) FROM mentored) AS mentored,
        (SELECT count(*) FROM inductions) AS inductions"""
COUNTED = {
    "ects": "registrations as an ECT",
    "mentors": "registrations as a mentor",
    "trainings": "trainings",
    "mentored": "mentorships",
    "inductions": "induction periods",
}


async def merge_people(command: MergePeople, actor: Actor, _today: date) -> None:
    """Move all of one record to another, which its TRN finds from then on; the old one keeps its events (FIX-12).

    Raises Refused for `duplicate_id`: `nobody`, `itself`, `merged`, `anonymised`, `other_way_round`, and `conflicts`
    with the sentence of each and the record it is about (ADM-1.5); `not_checked` where only the teaching record could
    say that they are one, and does not.
    """
    async with transaction():
        survivor, other = await _held(command)
        _check(survivor, other)
        await _check_conflicts(survivor, other)
        _check_same(survivor, other, checked=command.checked)
        moved = await fetch_one(MOVE, survivor.id, other.id, clock.now())
        rows = {COUNTED[name]: number for name, number in dict(moved or {}).items()}
        kept = _kept(survivor.stamps, other.stamps)
        await _store(survivor, other, kept)
        _record(survivor, other, rows, kept, actor)


async def doubts_about(command: MergePeople) -> tuple[str, ...]:
    """Say who both are and what speaks against their being one person, for whoever decides (FIX-12)."""
    other, survivor = await _find(command.duplicate), await _find(command.survivor)
    return () if other is None or survivor is None else _doubts(survivor, other)


def _doubts(survivor: PersonMerged, other: PersonMerged) -> tuple[str, ...]:
    if other.trs_merged_into_trn == survivor.trn:
        return ()
    names = survivor.name, other.name
    on_record = [f"{name.trs_first_name} {name.trs_last_name}" for name in names]
    alike = on_record[0].casefold() == on_record[1].casefold()
    against = [] if alike else ["their names on the teaching record differ"]
    against += ["their TRNs differ", "the teaching record does not say that one was merged into the other"]
    return (
        f"This record: {names[0].displayed}, on the teaching record {on_record[0]}, TRN {survivor.trn}",
        f"The other record: {names[1].displayed}, on the teaching record {on_record[1]}, TRN {other.trn}",
        f"Reasons for doubt: {', '.join(against)}",
    )


def _check_same(survivor: PersonMerged, other: PersonMerged, *, checked: bool) -> None:
    doubts = _doubts(survivor, other)
    if doubts and not checked:
        message = "Tick the box once you have checked that both records are the same person"
        listed = tuple((doubt, "") for doubt in doubts)
        raise Refused("not_checked", CHECKED, message, {"conflicts": listed})


async def _held(command: MergePeople) -> tuple[PersonMerged, PersonMerged]:
    """Lock both and read them as they are now."""
    other, survivor = await _find(command.duplicate), await _find(command.survivor)
    if other is None or survivor is None:
        raise Refused("nobody", FIELD, "Nobody has this id or TRN")
    await lock_people([survivor.trn, other.trn])
    again = await _find(survivor.id), await _find(other.id)
    assert again[0] is not None and again[1] is not None  # noqa: S101, PT018 - a teacher is never deleted
    return again[0], again[1]


async def _find(key: UUID | TRN | TeacherId) -> PersonMerged | None:
    column = "public_id" if isinstance(key, UUID) else "id" if isinstance(key, int) else "trn"
    return await document(PersonMerged, f"{PERSON} t.{column} = $1", key)


def _check(survivor: PersonMerged, other: PersonMerged) -> None:
    if survivor.id == other.id:
        raise Refused("itself", FIELD, "This is the record itself. Enter the other one")
    if survivor.merged or other.merged:
        raise Refused("merged", FIELD, "One of both was merged into another record already")
    if survivor.anonymised or other.anonymised:
        raise Refused("anonymised", FIELD, "One of both was anonymised")
    if survivor.trs_merged_into_trn == other.trn:
        message = f"The teaching record says that TRN {other.trn} goes on. Open that person and merge this one into it"
        raise Refused("other_way_round", FIELD, message)


async def _check_conflicts(survivor: PersonMerged, other: PersonMerged) -> None:
    found = await conflicts_between(survivor.id, other.id)
    if found:
        more = f", and {len(found) - 1} more, listed above the form" if len(found) > 1 else ""
        message = f"{found[0].sentence}{more}. Put one of each right first"
        listed = tuple((conflict.sentence, str(conflict.other_id)) for conflict in found)
        raise Refused("conflicts", FIELD, message, {"conflicts": listed})


def _kept(survivor: Stamps, other: Stamps) -> Stamps:
    """Return the survivor's stamps, which never change, and the other's where it has none."""
    funding = ("ect_first_eligible_at", "mentor_first_eligible_at")
    frozen = ("ect_payments_frozen_year", "mentor_payments_frozen_year")
    ineligible = survivor if survivor.mentor_ineligible_reason is not None else other
    return Stamps(
        **{name: getattr(survivor, name) or getattr(other, name) for name in (*funding, *frozen)},
        mentor_ineligible_on=ineligible.mentor_ineligible_on,
        mentor_ineligible_reason=ineligible.mentor_ineligible_reason,
    )


async def _store(survivor: PersonMerged, other: PersonMerged, kept: Stamps) -> None:
    await fetch(
        """UPDATE teacher SET ect_first_eligible_at = $2, mentor_first_eligible_at = $3, ect_payments_frozen_year = $4,
            mentor_payments_frozen_year = $5, mentor_ineligible_on = $6, mentor_ineligible_reason = $7, updated_at = $8,
            version = version + 1 WHERE id = $1""",
        survivor.id,
        kept.ect_first_eligible_at,
        kept.mentor_first_eligible_at,
        kept.ect_payments_frozen_year,
        kept.mentor_payments_frozen_year,
        kept.mentor_ineligible_on,
        kept.mentor_ineligible_reason.value if kept.mentor_ineligible_reason else None,
        clock.now(),
    )
    await fetch(
        "UPDATE teacher SET merged_into_teacher_id = $2, updated_at = $3, version = version + 1 WHERE id = $1",
        other.id,
        survivor.id,
        clock.now(),
    )


def _record(survivor: PersonMerged, other: PersonMerged, rows: Mapping[str, int], kept: Stamps, actor: Actor) -> None:
    """Record both events, with all that the two records say differently, one by one."""
    stamps: dict[str, tuple[Any, Any]] = {
        one.name: (_told(getattr(survivor.stamps, one.name)), _told(getattr(kept, one.name)))
        for one in fields(Stamps)
        if getattr(survivor.stamps, one.name) != getattr(kept, one.name)
    }
    said = {"trn": (other.trn, survivor.trn), "name": (other.name.displayed, survivor.name.displayed)}
    differing = {name: change for name, change in said.items() if change[0] != change[1]}
    whose = About(teacher_id=survivor.id), About(teacher_id=other.id)
    record(TeacherMerged(whose[0], other.name.displayed, other.trn, survivor=True, rows=rows, differing=stamps), actor)
    record(
        TeacherMerged(whose[1], survivor.name.displayed, survivor.trn, survivor=False, rows={}, differing=differing),
        actor,
    )


def _told(stamp: Any) -> Any:
    """Return a stamp as an event keeps it: the day of a moment, the words of a reason."""
    if isinstance(stamp, MentorIneligibleReason):
        return stamp.words
    return london_day(stamp) if isinstance(stamp, datetime) else stamp
