"""How SQL names a user to a school: its own people by name, staff as DfE support (ADM-1.10)."""

from __future__ import annotations

from app.terms import ActorKind


def shown_to_schools(user: str) -> str:
    """Return the SQL for the name of a row of app_user, by its alias."""
    return f"CASE WHEN {user}.audience = 'staff' THEN '{ActorKind.STAFF.words}' ELSE {user}.name END"
