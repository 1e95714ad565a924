"""Naming, correcting and confirming a school's induction tutor (journeys section 15)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.sight import across_schools
from app.db.transaction import transaction
from app.events.record import About, record
from app.notices.catalogue import NamedAsInductionTutor, ReplacedAsInductionTutor
from app.notices.outbox import Subjects, queue_message
from app.schools.events import SchoolInductionTutorConfirmed, SchoolInductionTutorUpdated
from app.terms import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from app.terms import Actor, SchoolId, Year

CHECK_NAME_AND_EMAIL = "Check the name and email address"


class Done(StrEnum):
    """What an operation really did, for its last page (IT-09)."""

    NAMED = "named"
    CONFIRMED = "confirmed"
    EDITED = "edited"
    REPLACED = "replaced"


@dataclass(frozen=True)
class NominateInductionTutor:
    """Who is the tutor of a school from now on, and for which academic year that is confirmed.

    outgoing_keeps_access: what is said to the person they replace; their access itself is ended by whoever asked.
    """

    school_id: SchoolId
    name: str
    email: str
    year: Year | None
    outgoing_keeps_access: bool = True


@dataclass(frozen=True)
class ConfirmInductionTutor:
    """The details held are right for an academic year."""

    school_id: SchoolId
    year: Year


async def is_somebody_else(school_id: SchoolId, name: str, email: str) -> bool:
    """Tell whether another school's current tutor holds the address under another name (IT-07)."""
    with across_schools("IT-07"):
        rows = await fetch(
            "SELECT name FROM induction_tutor WHERE lower(email) = lower($1) AND school_id <> $2 AND ended_at IS NULL",
            email,
            school_id,
        )
    return any(_whole(row["name"]) != _whole(name) for row in rows)


def _whole(name: str) -> str:
    return " ".join(name.split()).casefold()


async def nominate_induction_tutor(command: NominateInductionTutor, actor: Actor) -> Done:
    """Name the tutor, correct their details, or replace them; returns which it was (IT-03, IT-05).

    The same address edits the row; another one ends it and makes a new one. Messages M-10 and M-11.
    Raises Refused `check_name_and_email` (IT-07).
    """
    async with transaction():
        current = await _lock_current(command.school_id)
        if await is_somebody_else(command.school_id, command.name, command.email):
            raise Refused("check_name_and_email", "induction_tutor_email", CHECK_NAME_AND_EMAIL)
        done = await _store(command, current, actor)
        about = About(school_id=command.school_id)
        old_name, old_email = (current["name"], current["email"]) if current else (None, None)
        record(
            SchoolInductionTutorUpdated(about, command.year, old_name, old_email, command.name, command.email), actor
        )
        await _tell(command, current)
        return done


async def confirm_induction_tutor(command: ConfirmInductionTutor, actor: Actor) -> Done:
    """Confirm the details held for an academic year; nobody is mailed (IT-04, MSG-02). Raises Refused."""
    async with transaction():
        current = await _lock_current(command.school_id)
        if current is None:
            raise Refused("changed_meanwhile", "details_correct")
        if current["confirmed_for_year"] != command.year:
            await fetch(
                "UPDATE induction_tutor SET confirmed_for_year = $2, updated_at = $3 WHERE id = $1",
                current["id"],
                command.year,
                clock.now(),
            )
            event = SchoolInductionTutorConfirmed(
                About(school_id=command.school_id), command.year, current["confirmed_for_year"]
            )
            record(event, actor)
        return Done.CONFIRMED


async def _lock_current(school_id: SchoolId) -> Mapping[str, Any] | None:
    await fetch("SELECT FROM school WHERE id = $1 FOR UPDATE", school_id)
    return await fetch_one(
        "SELECT id, name, email, confirmed_for_year FROM induction_tutor WHERE school_id = $1 AND ended_at IS NULL",
        school_id,
    )


async def _store(command: NominateInductionTutor, current: Mapping[str, Any] | None, actor: Actor) -> Done:
    now = clock.now()
    if current is not None and current["email"].casefold() == command.email.casefold():
        await fetch(
            """UPDATE induction_tutor SET name = $2, email = $3, confirmed_for_year = coalesce($4, confirmed_for_year),
                updated_at = $5 WHERE id = $1""",
            current["id"],
            command.name,
            command.email,
            command.year,
            now,
        )
        return Done.EDITED
    if current is not None:
        # The clock may stand before the day on which they were named (contract, section 3).
        await fetch(
            "UPDATE induction_tutor SET ended_at = greatest(started_at, $2), updated_at = $2 WHERE id = $1",
            current["id"],
            now,
        )
    year = command.year if command.year is not None or current is None else current["confirmed_for_year"]
    await fetch(
        """INSERT INTO induction_tutor (created_at, updated_at, school_id, name, email, confirmed_for_year, started_at,
            recorded_by_user_id) VALUES ($1, $1, $2, $3, $4, $5, $1, $6)""",
        now,
        command.school_id,
        command.name,
        command.email,
        year,
        actor.user_id,
    )
    return Done.NAMED if current is None else Done.REPLACED


async def _tell(command: NominateInductionTutor, current: Mapping[str, Any] | None) -> None:
    school = await fetch_one("SELECT name FROM school WHERE id = $1", command.school_id)
    name, about = str(school["name"]) if school else "", Subjects(school_id=command.school_id)
    cause = f"school {command.school_id} at {clock.now().isoformat()}"
    await queue_message(
        NamedAsInductionTutor(command.name, name), to=command.email, dedupe_key=f"M-10:{cause}", about=about
    )
    if current is not None and current["email"].casefold() != command.email.casefold():
        await queue_message(
            ReplacedAsInductionTutor(current["name"], name, command.outgoing_keeps_access),
            to=current["email"],
            dedupe_key=f"M-11:{cause}",
            about=about,
        )
