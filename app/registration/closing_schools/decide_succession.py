"""What staff decide about the people of a closed school that several schools, or none, follow (REF-3.6, FIX-22)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.engine import fetch_one
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.closing_schools.close_school import CloseSchool, close_school
from app.registration.closing_schools.closings import closing_in_force, note_closing, settle_items
from app.registration.closing_schools.continue_at_successor import ContinueAtSuccessor, continue_at_successor
from app.registration.closing_schools.restore_school import RestoreSchool, restore_school
from app.registration.closing_schools.stays_beyond import Key, read_beyond
from app.registration.closing_schools.successor_events import SchoolPeopleRestored, SchoolSuccessionDecided
from app.terms import ClosingState, Refused, RegisterItemKind

if TYPE_CHECKING:
    from datetime import date

    from app.registration.closing_schools.restore_school import SchoolRestored
    from app.terms import Actor, SchoolId

REOPENED = """SELECT closed_on, acted_on, noted_on FROM school_closing WHERE school_id = $1 AND state = 'reopened'
    ORDER BY id DESC LIMIT 1"""
UNDECIDED = (
    RegisterItemKind.SEVERAL_SUCCESSORS,
    RegisterItemKind.SUCCESSOR_UNKNOWN,
    RegisterItemKind.CHAIN_TOO_LONG,
    RegisterItemKind.SUCCESSOR_NOT_OPEN,
)


@dataclass(frozen=True)
class DecideSuccession:
    """Where people of a closed school go on; successor_id: none when they left. only: these stays, none for all."""

    school_id: SchoolId
    successor_id: SchoolId | None
    only: Collection[Key] | None = None


async def decide_succession(command: DecideSuccession, actor: Actor, today: date) -> int:
    """Let people go on at a successor, or end their time; returns how many are still undecided.

    Raises Refused `changed_meanwhile` when nothing is to be decided (any more), `unknown_successor` for a school that
    is not another one of the register. The item leaves the queue when nobody is undecided.
    """
    async with transaction():
        closing = await closing_in_force(command.school_id)
        if closing is None or closing.state not in {ClosingState.UNDECIDED, ClosingState.WAITING}:
            raise Refused("changed_meanwhile", "school")
        before = len(await read_beyond(command.school_id, closing.closed_on))
        successor = ""
        if command.successor_id is None:
            await close_school(
                CloseSchool(command.school_id, closing.closed_on, command.only, tell=command.only is None), actor
            )
        else:
            successor = await _demand_successor(command)
            going = ContinueAtSuccessor(command.school_id, command.successor_id, closing.closed_on, command.only)
            await continue_at_successor(going, actor, today)
        left = await read_beyond(command.school_id, closing.closed_on)
        about = About(school_id=command.school_id)
        record(SchoolSuccessionDecided(about, successor, before - len(left), len(left)), actor)
        if not left:
            state = ClosingState.CONTINUED if command.successor_id else ClosingState.CLOSED
            await note_closing(replace(closing, state=state, successor_id=command.successor_id, acted_on=today))
            await settle_items(command.school_id, UNDECIDED, "decided", actor.user_id)
        return len(left)


async def _demand_successor(command: DecideSuccession) -> str:
    found = await fetch_one(
        "SELECT name FROM school WHERE id = $1 AND id <> $2 AND alias_of_school_id IS NULL",
        command.successor_id,
        command.school_id,
    )
    if found is None:
        raise Refused("unknown_successor", "successor")
    return str(found["name"])


@dataclass(frozen=True)
class RestorePeople:
    """A school that is open again, whose people staff give their former dates."""

    school_id: SchoolId


async def restore_people(command: RestorePeople, actor: Actor, today: date) -> SchoolRestored:
    """Give everybody their dates back, although more than 31 days have gone by; settles the item (REF-3.7, FIX-22).

    Raises Refused `changed_meanwhile` when the school was not closed and opened again.
    """
    async with transaction():
        row = await fetch_one(REOPENED, command.school_id)
        if row is None:
            raise Refused("changed_meanwhile", "decision")
        restoring = RestoreSchool(command.school_id, row["closed_on"], row["acted_on"] or row["noted_on"])
        restored = await restore_school(restoring, actor, today)
        about = About(school_id=command.school_id)
        record(SchoolPeopleRestored(about, restored.restored, len(restored.not_restored)), actor)
        await settle_items(command.school_id, [RegisterItemKind.RESTORE], "restored", actor.user_id)
        return restored
