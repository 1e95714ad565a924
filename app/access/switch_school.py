"""Make another of somebody's schools the current one of their session (ACC-10.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app import clock
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.catalogue import SchoolSwitched
from app.events.record import About, record
from app.terms import Refused

if TYPE_CHECKING:
    from app.terms import Actor


@dataclass(frozen=True)
class SwitchSchool:
    """The session to change and the school to work for."""

    session: bytes
    school: UUID


async def switch_school(command: SwitchSchool, actor: Actor) -> None:
    """Work for another school from now on; raises Refused for one without open access."""
    async with transaction():
        school = await fetch_one(
            "SELECT s.id FROM school s WHERE s.public_id = $2 AND EXISTS (SELECT 1 FROM school_access a"
            " WHERE a.user_id = $1 AND a.school_id = s.id AND a.ended_at IS NULL)",
            actor.user_id,
            command.school,
        )
        if school is None:
            raise Refused("not_your_school", "school_id", "Select one of the options on this page")
        was = await fetch_one("SELECT school_id FROM session WHERE id_hash = $1 FOR UPDATE", command.session)
        if was is None or was["school_id"] == school["id"]:
            return
        await fetch("UPDATE session SET school_id = $2 WHERE id_hash = $1", command.session, school["id"])
        await fetch("UPDATE app_user SET last_school_id = $2 WHERE id = $1", actor.user_id, school["id"])
        await fetch(
            "UPDATE school_access SET last_used_at = $3, first_used_at = coalesce(first_used_at, $3)"
            " WHERE user_id = $1 AND school_id = $2 AND ended_at IS NULL",
            actor.user_id,
            school["id"],
            clock.now(),
        )
        record(SchoolSwitched(About(school_id=school["id"])), actor)
