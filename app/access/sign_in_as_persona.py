"""Sign in without proof, outside production: as a ready-made person or a freely described one (ACC-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import clock
from app.access import sessions
from app.access.rules import PRIVACY_VERSION
from app.db.engine import fetch, fetch_one
from app.db.transaction import transaction
from app.events.catalogue import SchoolAccessOpened, SchoolUserSignsIn, StaffSignsIn
from app.events.record import About, record
from app.terms import Actor, ActorKind, SchoolId, UserId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.access.sessions import NewSession

METHOD = "personas"
STAFF_ROLES = ("viewer", "support", "data", "manager")


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
            await _open_access(user, school, actor)
        if command.kind == "school":
            school_id = command.current_school or await _remembered_school(user)
            await _use(user, school_id)
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
    return [role for role in STAFF_ROLES if role == "viewer" or role in command.roles]


async def _open_access(user: UserId, school: SchoolId, actor: Actor) -> None:
    """Open access to a school; twice is once (ACC-3.4)."""
    opened = await fetch(
        "INSERT INTO school_access (created_at, updated_at, user_id, school_id, source, granted_by, granted_at)"
        " VALUES ($1, $1, $2, $3, $4, $4, $1)"
        " ON CONFLICT (user_id, school_id, source) WHERE ended_at IS NULL DO NOTHING RETURNING id",
        clock.now(),
        user,
        school,
        METHOD,
    )
    if opened:
        record(SchoolAccessOpened(About(school_id=school), source=METHOD), actor)


async def _remembered_school(user: UserId) -> SchoolId | None:
    """Return the only school somebody has, else the last one used (ACC-10.1)."""
    rows = await fetch(
        "SELECT a.school_id, a.school_id = u.last_school_id AS last FROM school_access a"
        " JOIN app_user u ON u.id = a.user_id WHERE u.id = $1 AND a.ended_at IS NULL GROUP BY 1, 2",
        user,
    )
    if len(rows) == 1:
        return SchoolId(rows[0]["school_id"])
    return next((SchoolId(row["school_id"]) for row in rows if row["last"]), None)


async def _use(user: UserId, school: SchoolId | None) -> None:
    """Note which school is used, and when."""
    await fetch("UPDATE app_user SET last_school_id = coalesce($2::bigint, last_school_id) WHERE id = $1", user, school)
    await fetch(
        "UPDATE school_access SET last_used_at = $3, first_used_at = coalesce(first_used_at, $3)"
        " WHERE user_id = $1 AND school_id = $2 AND ended_at IS NULL",
        user,
        school,
        clock.now(),
    )
