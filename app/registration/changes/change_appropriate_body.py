"""Changing the appropriate body that a school reports, of one ECT or several (rules section 10, CH-11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.db.engine import fetch
from app.db.transaction import transaction
from app.events.record import About, record
from app.registration.changes.body_changes import LeftOut, left_out
from app.registration.changes.change_events import TeacherAppropriateBodyChanged
from app.registration.people.school_queries import body_holders
from app.teachers.locks import lock_people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from app.registration.changes.body_changes import BodyBySupport, BodyHolder
    from app.registration.registering.appropriate_bodies import AppropriateBody
    from app.terms import Actor, AppropriateBodyId, ECTAtSchoolId, SchoolId, SchoolKind


@dataclass(frozen=True)
class ChangeAppropriateBody:
    """The new body of ECTs of a school; `seen`: each one's stay, with the body reported when the change was begun."""

    school_id: SchoolId
    school_kind: SchoolKind
    seen: Mapping[ECTAtSchoolId, AppropriateBodyId | None]
    body: AppropriateBody
    support: BodyBySupport | None = None


@dataclass(frozen=True)
class BodyChanged:
    """Whose body changed, and who was left out and why; in the order of names."""

    changed: tuple[BodyHolder, ...]
    left_out: tuple[tuple[BodyHolder, LeftOut], ...]


def plan(command: ChangeAppropriateBody, holders: Iterable[BodyHolder], today: date) -> BodyChanged:
    """Say who changes and who is left out, of the ECTs of the school as they are now (CH-11)."""
    chosen = [holder for holder in holders if holder.stay.id in command.seen]
    why = {
        holder: left_out(
            holder, command.body, command.school_kind, today, command.seen[holder.stay.id], command.support
        )
        for holder in chosen
    }
    return BodyChanged(
        tuple(holder for holder, reason in why.items() if reason is None),
        tuple((holder, reason) for holder, reason in why.items() if reason is not None),
    )


async def change_appropriate_body(command: ChangeAppropriateBody, actor: Actor, today: date) -> BodyChanged:
    """Change the reported body of every ECT who can get it, with one event each; the others stay as they are.

    Implements ABR-02, ABR-06, CH-11, CON-01 for several ECTs, CON-02, and for support FIX-03.
    """
    async with transaction():
        before = await body_holders(command.school_id, command.seen)
        await lock_people(holder.trn for holder in before)
        done = plan(command, await body_holders(command.school_id, command.seen), today)
        await fetch(
            """UPDATE ect_at_school_period SET school_reported_appropriate_body_id = $2, version = version + 1,
                updated_at = $3 WHERE id = ANY($1)""",
            [holder.stay.id for holder in done.changed],
            command.body.id,
            clock.now(),
        )
        for holder in done.changed:
            record(_event(command, holder), actor)
        return done


def _event(command: ChangeAppropriateBody, holder: BodyHolder) -> TeacherAppropriateBodyChanged:
    about = About(
        school_id=command.school_id,
        teacher_id=holder.teacher_id,
        ect_at_school_period_id=holder.stay.id,
        appropriate_body_id=command.body.id,
    )
    return TeacherAppropriateBodyChanged(about, holder.reported_name, command.body.name)
