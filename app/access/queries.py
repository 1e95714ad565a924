"""Reads about who is asking; everything a school page needs to know about them is one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.access import rules
from app.db.documents import decoded
from app.db.engine import DatabaseReadOnly, fetch, fetch_one
from app.notices.school_notices import unread_count
from app.schools.queries import deciding_columns
from app.terms import Actor, ActorKind, SchoolId, UserId
from app.values import closure_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncpg


@dataclass(frozen=True)
class SessionState:
    """A session in force; its id stays in the browser."""

    id: int
    id_hash: bytes
    csrf_secret: bytes
    method: str | None
    signed_in_at: datetime | None
    ends_at: datetime
    """When it ends if nothing more is asked."""
    absolute_expires_at: datetime
    return_path: str | None
    clock_at: datetime | None
    notice: Mapping[str, Any] | None
    acting_until: datetime | None = None
    """Until when a member of staff acts for the current school (ADM-7.3)."""
    elevated_until: datetime | None = None
    """Until when they may make changes for it (ADM-7.5)."""


@dataclass(frozen=True)
class User:
    """Somebody signed in."""

    id: UserId
    audience: str
    """`school` or `staff`."""
    name: str
    email: str
    active: bool
    staff_roles: tuple[str, ...]
    accepted_privacy_version: str | None
    last_school_id: SchoolId | None

    @property
    def actor_kind(self) -> ActorKind:
        """Return what kind of author they are."""
        return ActorKind.SCHOOL_USER if self.audience == "school" else ActorKind.STAFF

    @property
    def actor(self) -> Actor:
        """Return them as the author of what they do (EVT-01)."""
        return Actor(self.actor_kind, self.name, self.email, self.id)


@dataclass(frozen=True)
class CurrentSchool:
    """The school somebody works for in this session, as the register and staff describe it."""

    id: SchoolId
    public_id: UUID
    urn: str
    name: str
    kind: str
    type_code: int
    type_name: str
    status_code: int
    opened_on: date | None
    closed_on: date | None
    district_code: str | None
    section_41_approved: bool
    access_override: str | None
    access_override_until: date | None
    has_open_training: bool


@dataclass(frozen=True)
class CurrentTutor:
    """The induction tutor a school has now."""

    public_id: UUID
    name: str
    email: str
    confirmed_for_year: int | None


@dataclass(frozen=True)
class PeriodRow:
    """A contract period as stored."""

    year: int
    started_on: date
    finished_on: date
    registration_opens_on: date | None
    payments_frozen_on: date | None
    successor_year: int | None
    successor_schedule_identifier: str | None
    mentor_funding_enabled: bool


@dataclass(frozen=True, eq=False)
class Terms:
    """What is the same for whoever asks; equal only to itself, so that what is made of it can be kept."""

    periods: tuple[PeriodRow, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What staff have set."""


NO_TERMS = Terms()


@dataclass(frozen=True)
class Closure:
    """Days on which some journeys are shut (PRM-04)."""

    starts_on: date
    ends_on: date
    message: str
    """As schools read it."""


@dataclass(frozen=True)
class RoleStanding:
    """A role at DfE Sign-in that alone gives access to the current school, and when it was last asked about."""

    subject: str
    organisation_id: str
    checked_at: datetime
    tried_at: datetime | None


@dataclass(frozen=True)
class Visitor:
    """Who is asking, and what decides about them; without a session everything is empty."""

    session: SessionState | None = None
    user: User | None = None
    school: CurrentSchool | None = None
    tutor: CurrentTutor | None = None
    role: RoleStanding | None = None
    """Set when the access to the current school rests on DfE Sign-in alone (ACC-4.12)."""
    open_schools: int = 0
    unchecked_schools: int = 0
    """Schools of DfE Sign-in whose role has not been checked (ACC-4.11)."""
    terms: Terms = NO_TERMS
    closure: Closure | None = None
    unread_notices: int = 0
    ended: bool = False
    """A session was named that had run out."""
    moment: datetime | None = None
    """The time of the request, when it isn't the machine's."""

    @property
    def acts(self) -> bool:
        """Tell whether a member of staff acts for the current school now (ADM-7)."""
        return self.school is not None and self.session is not None and self.session.acting_until is not None

    @property
    def has_acted(self) -> bool:
        """Tell whether the time of a spell has run out and it was not ended yet (ADM-7.3)."""
        return self.school is None and self.session is not None and self.session.acting_until is not None

    def may_change(self, now: datetime) -> bool:
        """Tell whether changes for the current school are allowed: always to its own people (ADM-7.4)."""
        if self.session is None or self.session.acting_until is None:
            return True
        return self.session.elevated_until is not None and self.session.elevated_until > now


ROLE_COLUMNS = "r.subject, r.organisation_id, r.role_checked_at, r.role_tried_at"


def role_alone(user: str, school: str) -> str:
    """Return the SQL for the role at DfE Sign-in on which alone a user's access to a school rests (ACC-4.12)."""
    return f"""
  SELECT o.subject, o.organisation_id, a.role_checked_at, a.role_tried_at
  FROM school_access a JOIN user_organisation o ON o.user_id = a.user_id AND o.school_id = a.school_id
  WHERE a.user_id = {user} AND a.school_id = {school} AND a.ended_at IS NULL AND a.source = 'dfe_sign_in'
    AND a.role_checked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM school_access b WHERE b.user_id = {user}
      AND b.school_id = {school} AND b.ended_at IS NULL AND b.source NOT IN ('dfe_sign_in', 'personas'))"""  # noqa: S608 - names are ours


UNREAD = unread_count("c.id", "u.id", "p.notices_read_to", "found.today", "found.moment")
NOTED = """, seen AS (
  UPDATE session SET last_seen_at = greatest(session.last_seen_at, live.moment)
  FROM live WHERE session.id = live.id AND $4
  -- Nobody waits for the disk to learn that a session is in use: losing the last second of that in a crash is harmless.
  RETURNING set_config('synchronous_commit', 'off', true)
)"""
VISITOR = f"""
WITH found AS (
  SELECT s.*, coalesce($2, s.clock_at, $3) AS moment,
         (coalesce($2, s.clock_at, $3) AT TIME ZONE 'Europe/London')::date AS today
  FROM session s WHERE s.id_hash = $1
), live AS (
  SELECT * FROM found
  WHERE moment < absolute_expires_at AND moment < last_seen_at + make_interval(secs => $5)
){NOTED}
SELECT live.id IS NOT NULL AS is_live, found.*,
  greatest(found.last_seen_at, CASE WHEN $4 THEN found.moment END) AS seen_at,
  u.audience, u.name AS user_name, u.email AS user_email, u.active, u.staff_roles,
  u.accepted_privacy_version, u.last_school_id,
  (SELECT count(DISTINCT a.school_id) FROM school_access a WHERE a.user_id = u.id AND a.ended_at IS NULL)
    AS open_schools,
  CASE WHEN found.method = 'dfe_sign_in' THEN (SELECT count(*) FROM user_organisation o WHERE o.user_id = u.id
    AND NOT EXISTS (SELECT 1 FROM school_access a
      WHERE a.user_id = u.id AND a.school_id = o.school_id AND a.ended_at IS NULL)) ELSE 0 END AS unchecked_schools,
  {ROLE_COLUMNS},
  c.id AS current_school_id, c.public_id, c.urn, c.name, c.kind, c.type_name,
  {deciding_columns("c", "found.today")},
  CASE WHEN c.id IS NOT NULL AND u.audience = 'school' THEN {UNREAD} ELSE 0 END AS unread_notices,
  i.public_id AS tutor_public_id, i.name AS tutor_name, i.email AS tutor_email, i.confirmed_for_year,
  x.starts_on, x.ends_on, x.message,
  CASE WHEN c.id IS NOT NULL THEN (SELECT json_agg(y ORDER BY y.started_on) FROM contract_period y) END AS periods,
  (SELECT json_object_agg(v.key, v.value) FROM service_setting v) AS settings
FROM found
LEFT JOIN live ON true
LEFT JOIN app_user u ON u.id = live.user_id
LEFT JOIN school c ON c.id = live.school_id AND (live.acting_until > live.moment OR EXISTS (
  SELECT 1 FROM school_access a WHERE a.user_id = u.id AND a.school_id = c.id AND a.ended_at IS NULL))
LEFT JOIN LATERAL ({role_alone("u.id", "c.id")}) r ON found.method <> 'personas'
LEFT JOIN induction_tutor i ON i.school_id = c.id AND i.ended_at IS NULL
LEFT JOIN school_preference p ON p.user_id = u.id AND p.school_id = c.id
LEFT JOIN registration_closure x ON found.today BETWEEN x.starts_on AND x.ends_on
LIMIT 1
"""  # noqa: S608 - constants
UNNOTED_VISITOR = VISITOR.replace(NOTED, "")


async def load_visitor(
    id_hash: bytes, header_now: datetime | None, machine_now: datetime, *, counts_as_use: bool = True
) -> Visitor:
    """Return who the session belongs to and note that it is in use (ACC-9.3), in one statement.

    The time of the request is the header's, else the session's own clock, else the machine's. A request
    that doesn't count as use, such as background polling, leaves the idle limit alone. While the database
    takes no writes the use is not noted, so that reading goes on (FLT-24).
    """
    asked = (id_hash, header_now, machine_now, counts_as_use, float(rules.IDLE_SECONDS))
    try:
        row = await fetch_one(VISITOR, *asked)
    except DatabaseReadOnly:
        row = await fetch_one(UNNOTED_VISITOR, *asked)
    if row is None:
        return Visitor()
    if not row["is_live"]:
        return Visitor(ended=row["user_id"] is not None, session=None, moment=row["clock_at"])
    return Visitor(
        session=_session(row),
        user=_user(row),
        school=_school(row),
        tutor=_tutor(row),
        role=role_standing(row),
        open_schools=row["open_schools"],
        unchecked_schools=row["unchecked_schools"],
        terms=_terms(row["periods"] or "[]", row["settings"] or "{}"),
        closure=_closure(row) if row["starts_on"] else None,
        unread_notices=row["unread_notices"],
        moment=row["clock_at"],
    )


@lru_cache(maxsize=8)
def _terms(periods: str, settings: str) -> Terms:
    """Return what two documents say, made once for as long as they stay the same."""
    return Terms(decoded(tuple[PeriodRow, ...], periods), decoded(dict[str, Any], settings))


def _session(row: asyncpg.Record) -> SessionState:
    return SessionState(
        id=row["id"],
        id_hash=row["id_hash"],
        csrf_secret=row["csrf_secret"],
        method=row["method"],
        signed_in_at=row["signed_in_at"],
        ends_at=rules.ends_at(row["seen_at"], row["absolute_expires_at"]),
        absolute_expires_at=row["absolute_expires_at"],
        return_path=row["return_path"],
        clock_at=row["clock_at"],
        notice=decoded(dict[str, Any], row["notice"]) if row["notice"] else None,
        acting_until=row["acting_until"],
        elevated_until=row["elevated_until"],
    )


def _user(row: asyncpg.Record) -> User | None:
    if row["audience"] is None:
        return None
    return User(
        id=row["user_id"],
        audience=row["audience"],
        name=row["user_name"],
        email=row["user_email"],
        active=row["active"],
        staff_roles=tuple(row["staff_roles"]),
        accepted_privacy_version=row["accepted_privacy_version"],
        last_school_id=row["last_school_id"],
    )


def _school(row: asyncpg.Record) -> CurrentSchool | None:
    if row["current_school_id"] is None:
        return None
    same = {name: row[name] for name in CurrentSchool.__dataclass_fields__ if name != "id"}
    return CurrentSchool(id=row["current_school_id"], **same)


def role_standing(row: asyncpg.Record) -> RoleStanding | None:
    """Return the role that a row tells of, if it tells of one."""
    if row["subject"] is None:
        return None
    return RoleStanding(row["subject"], row["organisation_id"], row["role_checked_at"], row["role_tried_at"])


def _tutor(row: asyncpg.Record) -> CurrentTutor | None:
    if row["tutor_public_id"] is None:
        return None
    return CurrentTutor(row["tutor_public_id"], row["tutor_name"], row["tutor_email"], row["confirmed_for_year"])


def _closure(row: asyncpg.Record) -> Closure:
    days = row["starts_on"], row["ends_on"]
    return Closure(*days, closure_message(row["message"], *days))


async def school_by_urn(urn: str) -> SchoolId | None:
    """Return the internal id of a school of the register by its number or a former one (REF-3.5)."""
    row = await fetch_one("SELECT coalesce(alias_of_school_id, id) AS id FROM school WHERE urn = $1", urn)
    return SchoolId(row["id"]) if row else None


async def successor_of(urn: str) -> str | None:
    """Return the name of a closed school's one successor; None when there are none or several (ACC-13.5)."""
    rows = await fetch(
        "SELECT s.name FROM school_link l JOIN school s ON s.urn = l.link_urn"
        " WHERE l.urn = $1 AND l.link_type ILIKE 'successor%' LIMIT 2",
        urn,
    )
    return rows[0]["name"] if len(rows) == 1 else None
