"""Sign in without proof, outside production: as a ready-made person or a freely described one (ACC-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.access import sessions
from app.access.open_access import OpenAccess, open_access, remembered_school, use_school
from app.access.rules import PRIVACY_VERSION
from app.access.staff_rules import roles_held
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.catalogue import SchoolUserSignsIn, StaffSignsIn
from app.events.record import About, record
from app.terms import Actor, ActorKind, UserId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.access.sessions import NewSession
    from app.terms import SchoolId

METHOD = "personas"


@dataclass(frozen=True)
class SignInAsPersona:
    """Who to be; the schools are those to have access to, the current one last."""

    kind: Literal["school", "staff"]
    name: str
    email: str
    schools: tuple[SchoolId, ...] = ()
    current_school: SchoolId | None = None
    roles: tuple[str, ...] = ()
    privacy_accepted: bool = True
    old_session: bytes | None = None


async def sign_in_as_persona(command: SignInAsPersona) -> NewSession:
    """Make what is missing of the person and give them a new session (ACC-8.3, ACC-8.4)."""
    async with transaction():
        user = await _user(command)
        actor = Actor(
            ActorKind.SCHOOL_USER if command.kind == "school" else ActorKind.STAFF, command.name, command.email, user
        )
        for school in command.schools:
            await open_access(OpenAccess(user, school, METHOD, METHOD), actor)
        if command.kind == "school":
            school_id = command.current_school or await remembered_school(user)
            await use_school(user, school_id)
            record(SchoolUserSignsIn(About(school_id=school_id), method=METHOD), actor)
        else:
            school_id = None
            record(StaffSignsIn(About(), method=METHOD), actor)
        return await sessions.replace_by_signed_in(command.old_session, user, school_id, METHOD)


async def _user(command: SignInAsPersona) -> UserId:
    subject = command.email.lower() if command.kind == "school" else f"staff:{command.email.lower()}"
    await fetch("SELECT pg_advisory_xact_lock(hashtext($1))", f"{METHOD} {subject}")
    known = await fetch_one("SELECT user_id FROM user_identity WHERE method = $1 AND subject = $2", METHOD, subject)
    if known:
        await _update(known["user_id"], command)
        return UserId(known["user_id"])
    return await _make(command, subject)


async def _update(user: UserId, command: SignInAsPersona) -> None:
    await fetch(
        "UPDATE app_user SET name = $2, email = $3, staff_roles = $4, updated_at = $5,"
        " accepted_privacy_version = $6::text,"
        " accepted_privacy_at = CASE WHEN $6::text IS NULL THEN NULL ELSE coalesce(accepted_privacy_at, $5) END"
        " WHERE id = $1",
        user,
        command.name,
        command.email,
        _roles(command),
        clock.now(),
        PRIVACY_VERSION if command.privacy_accepted else None,
    )


async def _make(command: SignInAsPersona, subject: str) -> UserId:
    now = clock.now()
    rows = await fetch(
        "INSERT INTO app_user (created_at, updated_at, audience, name, email, active, staff_roles,"
        " accepted_privacy_version, accepted_privacy_at)"
        " VALUES ($1, $1, $2, $3, $4, true, $5, $6, $7)"
        " RETURNING id",
        now,
        command.kind,
        command.name,
        command.email,
        _roles(command),
        PRIVACY_VERSION if command.privacy_accepted else None,
        now if command.privacy_accepted else None,
    )
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject) VALUES ($1, $1, $2, $3, $4)",
        now,
        rows[0]["id"],
        METHOD,
        subject,
    )
    return UserId(rows[0]["id"])


def _roles(command: SignInAsPersona) -> Sequence[str]:
    if command.kind == "school":
        return []
    return roles_held(command.roles)
