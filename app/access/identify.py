"""Whose identity it is: the user it belongs to, found or made at the first sign-in with it (ACC-3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app import clock
from app.db.engine import fetch, fetch_one
from app.terms import UserId

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Identity:
    """How a method knows somebody; `subject` is the id it gives them, or their address in lower case (ACC-3.1)."""

    method: str
    subject: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    audience: Literal["school", "staff"] = "school"


async def user_of(identity: Identity) -> UserId:
    """Return the user of an identity, made when there is none; to be called inside a transaction (ACC-3.2).

    A new identity joins the one active user of the audience with that email; with none or several it gets a user of
    its own. Names and addresses follow the method; an identity never moves.
    """
    lock = "SELECT pg_advisory_xact_lock(hashtext($1))"
    await fetch(lock, f"identity {identity.email.lower()}")
    known = await fetch_one(
        "SELECT user_id FROM user_identity WHERE method = $1 AND subject = $2", identity.method, identity.subject
    )
    if known:
        return await _followed(UserId(known["user_id"]), identity)
    now = clock.now()
    user = await _of_the_same_address(identity) or await _made(identity, now)
    await fetch(
        "INSERT INTO user_identity (created_at, updated_at, user_id, method, subject) VALUES ($1, $1, $2, $3, $4)",
        now,
        user,
        identity.method,
        identity.subject,
    )
    return user


async def _followed(user: UserId, identity: Identity) -> UserId:
    await fetch(
        "UPDATE app_user SET name = $2, email = $3, updated_at = $4 WHERE id = $1 AND (name, email) <> ($2, $3)",
        user,
        identity.name,
        identity.email,
        clock.now(),
    )
    return user


async def _of_the_same_address(identity: Identity) -> UserId | None:
    rows = await fetch(
        "SELECT id FROM app_user WHERE lower(email) = lower($1) AND audience = $2 AND active LIMIT 2",
        identity.email,
        identity.audience,
    )
    return UserId(rows[0]["id"]) if len(rows) == 1 else None


async def _made(identity: Identity, now: datetime) -> UserId:
    rows = await fetch(
        "INSERT INTO app_user (created_at, updated_at, audience, name, email, active, staff_roles)"
        " VALUES ($1, $1, $2, $3, $4, true, '{}') RETURNING id",
        now,
        identity.audience,
        identity.name,
        identity.email,
    )
    return UserId(rows[0]["id"])
