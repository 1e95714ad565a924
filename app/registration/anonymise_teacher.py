"""Making somebody unrecognisable for good: one member of support asks, another one confirms (FIX-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.survivors import with_merged
from app.db.transaction import transaction
from app.events.record import About, Event, catalogued, record
from app.notices.forget_person import forget_person
from app.teachers.forget_look_ups import forget_look_ups
from app.teachers.locks import lock_person
from app.terms import TRN, Refused, TeacherId

if TYPE_CHECKING:
    from datetime import date

    from app.terms import Actor

AFTER = timedelta(days=365)
FIRST_NAME, LAST_NAME = "Anonymised", "person"
NAME = f"{FIRST_NAME} {LAST_NAME}"
STILL_HERE = "Their registration at a school goes on or is still to begin"
TOO_EARLY = "Their last registration ended less than a year ago. Confirm that it is to be earlier, and give a ticket"
UNFINISHED = "A school has an unfinished registration with their TRN"
BY_ANOTHER = "Somebody else of support has to confirm what you asked for"
GONE = "This was decided meanwhile"
MERGED = "This record was merged into another: open that one, and both are made unrecognisable together"
NOT_EARLY = "They left another school less than a year ago. Withdraw this, and ask again for it to be earlier"


@dataclass(frozen=True)
class Anonymising(Event):
    """Something about making a person unrecognisable; it names nobody."""

    note: str
    ticket: str


@catalogued
@dataclass(frozen=True)
class TeacherAnonymisationAsked(Anonymising):
    """A member of support asks for it."""

    kind = "teacher_anonymisation_asked"

    def sentence(self) -> str:
        """Say what is asked."""
        return "Asked to make this person unrecognisable; somebody else has to confirm"


@catalogued
@dataclass(frozen=True)
class TeacherAnonymisationWithdrawn(Anonymising):
    """It is not to be done."""

    kind = "teacher_anonymisation_withdrawn"

    def sentence(self) -> str:
        """Say what is not done."""
        return "This person is not to be made unrecognisable"


@catalogued
@dataclass(frozen=True)
class TeacherAnonymised(Anonymising):
    """Name, TRN and addresses are gone for good."""

    kind = "teacher_anonymised"

    def sentence(self) -> str:
        """Say what was done."""
        return "Made unrecognisable: name, TRN and email addresses replaced"


@dataclass(frozen=True)
class AskToAnonymise:
    """Whom, and why; early: although their last registration ended less than a year ago."""

    teacher_id: TeacherId
    early: bool
    note: str
    ticket: str


@dataclass(frozen=True)
class DecideAnonymisation:
    """What becomes of a request that is open."""

    teacher_id: TeacherId
    decision: Literal["done", "withdrawn"]
    note: str
    ticket: str


async def ask_to_anonymise(command: AskToAnonymise, actor: Actor, today: date) -> None:
    """Ask for it; raises Refused where a registration goes on, or ended too lately (FIX-15)."""
    async with transaction():
        await _hold(command.teacher_id, today)
        if await _left_lately(command.teacher_id, today) and not (command.early and command.ticket):
            raise Refused("too_early", "early", TOO_EARLY)
        await fetch(
            """INSERT INTO anonymisation (created_at, updated_at, teacher_id, asked_by_user_id, note, ticket)
            VALUES ($1, $1, $2, $3, $4, $5)""",
            clock.now(),
            command.teacher_id,
            actor.user_id,
            command.note,
            command.ticket,
        )
        record(TeacherAnonymisationAsked(About(teacher_id=command.teacher_id), command.note, command.ticket), actor)


async def decide_anonymisation(command: DecideAnonymisation, actor: Actor, today: date) -> None:
    """Do what somebody else asked for, for good, or withdraw it; raises Refused (FIX-15).

    Records that were merged into this one are of the same person, so they are made unrecognisable with it.
    """
    async with transaction():
        await _hold(command.teacher_id, today)
        asked = await fetch_one(OPEN, command.teacher_id)
        if asked is None:
            raise Refused("gone", "decision", GONE)
        about, done = About(teacher_id=command.teacher_id), command.decision == "done"
        if done and asked["asked_by_user_id"] == actor.user_id:
            raise Refused("by_another", "decision", BY_ANOTHER)
        if done and not asked["ticket"] and await _left_lately(command.teacher_id, today):
            raise Refused("too_early", "decision", NOT_EARLY)
        await fetch(
            """UPDATE anonymisation SET outcome = $2, ended_by_user_id = $3, ended_at = $4, updated_at = $4
            WHERE id = $1""",
            asked["id"],
            command.decision,
            actor.user_id,
            clock.now(),
        )
        if done:
            for row in await fetch(RECORDS, command.teacher_id):
                await _anonymise(TeacherId(row["id"]), row["trn"])
        kind = TeacherAnonymised if done else TeacherAnonymisationWithdrawn
        record(kind(about, command.note, command.ticket), actor)


OPEN = """
    SELECT id, asked_by_user_id, ticket FROM anonymisation WHERE teacher_id = $1 AND outcome IS NULL FOR UPDATE"""
LAST_DAY = """
    SELECT greatest(
        (SELECT max(finished_on) FROM ect_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL),
        (SELECT max(finished_on) FROM mentor_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL)
    ) AS last_day"""
GOES_ON = """
    SELECT EXISTS (SELECT FROM ect_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL
            AND coalesce(finished_on, 'infinity') >= $2
        UNION ALL SELECT FROM mentor_at_school_period WHERE teacher_id = $1 AND removed_at IS NULL
            AND coalesce(finished_on, 'infinity') >= $2) AS goes_on,
        EXISTS (SELECT FROM draft WHERE trn = $3 AND state IN ('open', 'blocked')) AS unfinished"""


RECORDS = f"""
    SELECT t.id, t.trn FROM {with_merged("$1")} same JOIN teacher t ON t.id = same.id ORDER BY t.id"""  # noqa: S608 - constants
NO_ADDRESS = (
    "UPDATE ect_at_school_period SET email = $2, updated_at = $3, version = version + 1 WHERE teacher_id = $1",
    "UPDATE mentor_at_school_period SET email = $2, updated_at = $3, version = version + 1 WHERE teacher_id = $1",
)
NO_NAMES = (
    "UPDATE name_flag SET trs_name = $2, old_name = $2, new_name = $2, updated_at = $3 WHERE teacher_id = $1",
    "UPDATE name_correction SET trs_name = $2, old_name = $2, new_name = $2, updated_at = $3 WHERE teacher_id = $1",
)


async def _left_lately(teacher_id: TeacherId, today: date) -> bool:
    ended = await fetch_one(LAST_DAY, teacher_id)
    return ended is not None and ended["last_day"] is not None and ended["last_day"] > today - AFTER


async def _hold(teacher_id: TeacherId, today: date) -> None:
    row = await fetch_one(
        "SELECT trn, merged_into_teacher_id AS survivor FROM teacher WHERE id = $1 AND anonymised_at IS NULL",
        teacher_id,
    )
    if row is None:
        raise Refused("gone", "note", GONE)
    if row["survivor"] is not None:
        raise Refused("merged", "note", MERGED)
    trn = str(row["trn"])
    await lock_person(TRN(trn))
    found = await fetch_one(GOES_ON, teacher_id, today, trn)
    if found and found["goes_on"]:
        raise Refused("still_here", "note", STILL_HERE)
    if found and found["unfinished"]:
        raise Refused("unfinished", "note", UNFINISHED)


async def _anonymise(teacher_id: TeacherId, trn: str) -> None:
    now, address = clock.now(), f"anonymised-{teacher_id}@anonymised.invalid"
    rows = await fetch(
        """SELECT lower(email) AS email FROM ect_at_school_period WHERE teacher_id = $1
        UNION SELECT lower(email) FROM mentor_at_school_period WHERE teacher_id = $1""",
        teacher_id,
    )
    for statement in NO_ADDRESS:
        await fetch(statement, teacher_id, address, now)
    await fetch(
        """UPDATE teacher SET trn = 'anonymised ' || id, trs_first_name = $2, trs_last_name = $3,
            corrected_name = NULL, search_name = '', trs_answer = 'not_found', trs_merged_into_trn = NULL,
            anonymised_at = $4, updated_at = $4, version = version + 1 WHERE id = $1""",
        teacher_id,
        FIRST_NAME,
        LAST_NAME,
        now,
    )
    for statement in NO_NAMES:
        await fetch(statement, teacher_id, NAME, now)
    await forget_look_ups(trn)
    await forget_person(teacher_id, [row["email"] for row in rows])
