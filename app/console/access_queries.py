"""Who works or worked for a school, for what support changes about them (FIX-20, FIX-23)."""

from __future__ import annotations

from dataclasses import dataclass

from app import clock
from app.db.documents import document
from app.terms import SchoolId, UserId


@dataclass(frozen=True)
class SchoolUser:
    """Somebody with access to a school, whether by email link, and how many look-ups of theirs there were of late."""

    id: UserId
    name: str
    email: str
    by_email_link: bool
    look_ups: int

    @property
    def words(self) -> str:
        """How a list of choices names them."""
        return f"{self.name} ({self.email})"


USERS = """
    SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name,
        'email', u.email, 'by_email_link', EXISTS (SELECT FROM school_access a WHERE a.user_id = u.id
            AND a.school_id = $1 AND a.source = 'email_link' AND a.ended_at IS NULL),
        'look_ups', coalesce(l.look_ups, 0))
        ORDER BY lower(u.name), u.id), '[]')
        FROM app_user u LEFT JOIN (SELECT user_id, count(*) AS look_ups FROM lookup_attempt
            WHERE school_id = $1 AND at > $2::timestamptz - interval '24 hours' GROUP BY 1) l ON l.user_id = u.id
        WHERE u.audience = 'school' AND (l.look_ups > 0 OR EXISTS (SELECT FROM school_access a
            WHERE a.user_id = u.id AND a.school_id = $1 AND a.ended_at IS NULL))"""


async def school_users(school_id: SchoolId) -> tuple[SchoolUser, ...]:
    """Return who has access to a school, and who looked somebody up there within a day."""
    return await document(tuple[SchoolUser, ...], USERS, school_id, clock.now()) or ()
