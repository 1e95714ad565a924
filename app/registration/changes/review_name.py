"""What support decides about corrections of names that differ a lot: accept them, or put the name back (ADM-9.6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.record import About, Event, catalogued, record
from app.registration.changes.record_name import RenamedPerson, record_name
from app.teachers.locks import lock_person
from app.teachers.refresh import store_correction
from app.teachers.rules import MINOR_FROM, display_name, teaching_record_name
from app.terms import TRN, Refused

if TYPE_CHECKING:
    from app.registration.changes.name_flags import Outcome
    from app.terms import Actor

MOST_TOGETHER = 100
SEVERAL = f"Only names that are at least {MINOR_FROM}% alike can be accepted together. Accept the others one by one"
GONE = "Somebody has looked at this already, or the name has changed meanwhile."
REASON = "put back by support"


@dataclass(frozen=True)
class ReviewedName(Event):
    """Support has looked at a correction."""

    old_name: str
    new_name: str
    note: str
    ticket: str


@catalogued
@dataclass(frozen=True)
class NameFlagAccepted(ReviewedName):
    """The name may stay (ADM-9.6)."""

    kind = "name_flag_accepted"

    def sentence(self) -> str:
        """Say what was decided."""
        return f"Name change from {self.old_name} to {self.new_name} accepted"


@catalogued
@dataclass(frozen=True)
class NameFlagReverted(ReviewedName):
    """The name on the teaching record was put back (ADM-9.6)."""

    kind = "name_flag_reverted"

    def sentence(self) -> str:
        """Say what was decided."""
        return f"Name change from {self.old_name} to {self.new_name} taken back"


@dataclass(frozen=True)
class AcceptNames:
    """Which flags, by id, are settled as they are, and why."""

    flags: Collection[int]
    note: str = ""
    ticket: str = ""


@dataclass(frozen=True)
class RevertName:
    """Which flag, by id, shows a name that is not the person's, and why."""

    flag: int
    note: str = ""
    ticket: str = ""


async def accept_names(command: AcceptNames, actor: Actor) -> None:
    """Accept corrections; several only when all are minor (ADM-9.5).

    Raises Refused `gone` when one was looked at already, `one_by_one` for several of which one is not minor.
    """
    async with transaction():
        found = await fetch(FLAGS, sorted(set(command.flags))[:MOST_TOGETHER])
        if not found or len(found) < len(set(command.flags)):
            raise Refused("gone", "flags", GONE)
        if len(found) > 1 and any(row["score"] < MINOR_FROM for row in found):
            raise Refused("one_by_one", "flags", SEVERAL)
        for row in found:
            await _end(row, "accepted")
            record(NameFlagAccepted(_about(row), row["old_name"], row["new_name"], command.note, command.ticket), actor)


async def revert_name(command: RevertName, actor: Actor) -> None:
    """Show the teaching record's name again, at every school; raises Refused `gone` (ADM-9.6).

    The schools learn of it by the notice of any change that support makes.
    """
    async with transaction():
        trn = await fetch_one(
            "SELECT t.trn FROM name_flag n JOIN teacher t ON t.id = n.teacher_id WHERE n.id = $1", command.flag
        )
        if trn is not None:
            await lock_person(TRN(trn["trn"]))
        found = await fetch(FLAGS, [command.flag])
        if not found:
            raise Refused("gone", "flags", GONE)
        row = found[0]
        await _end(row, "reverted")
        await _put_back(row, actor)
        record(NameFlagReverted(_about(row), row["old_name"], row["new_name"], command.note, command.ticket), actor)


FLAGS = """
    SELECT n.id, n.teacher_id, n.school_id, n.old_name, n.new_name, c.score, t.trs_first_name, t.trs_last_name,
        t.corrected_name,
        (SELECT e.id FROM ect_at_school_period e WHERE e.teacher_id = n.teacher_id AND e.school_id = n.school_id
            AND e.removed_at IS NULL ORDER BY e.started_on DESC, e.id DESC LIMIT 1) AS ect_at_school_period_id,
        (SELECT m.id FROM mentor_at_school_period m WHERE m.teacher_id = n.teacher_id AND m.school_id = n.school_id
            AND m.removed_at IS NULL ORDER BY m.started_on DESC, m.id DESC LIMIT 1) AS mentor_at_school_period_id
    FROM name_flag n JOIN name_correction c ON c.name_flag_id = n.id JOIN teacher t ON t.id = n.teacher_id
    WHERE n.id = ANY($1) AND n.reviewed_at IS NULL ORDER BY n.id FOR UPDATE OF n"""


async def _put_back(row: Any, actor: Actor) -> None:
    first, last = row["trs_first_name"], row["trs_last_name"]
    shown = display_name(row["corrected_name"], first, last)
    on_record = teaching_record_name(first, last)
    stored = await store_correction(row["teacher_id"], first, last, on_record)
    await record_name(RenamedPerson(on_record, shown, stored), REASON, "change", _about(row), actor)


def _about(row: Any) -> About:
    stays = {name: row[name] for name in ("ect_at_school_period_id", "mentor_at_school_period_id")}
    return About(school_id=row["school_id"], teacher_id=row["teacher_id"], **stays)


async def _end(row: Any, outcome: Outcome) -> None:
    await fetch(
        "UPDATE name_flag SET reviewed_at = $2, outcome = $3, updated_at = $2 WHERE id = $1",
        row["id"],
        clock.now(),
        outcome,
    )
