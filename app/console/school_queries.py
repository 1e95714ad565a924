"""Finding schools and everything about one of them, for staff (ADM-2.4, ADM-5.1, ADM-5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.console.people_queries import slice_of
from app.console.person_queries import MESSAGE, MessageFile
from app.db.documents import document
from app.db.engine import fetch
from app.schools.queries import deciding_columns, facts_of
from app.schools.rules import SchoolAccess, SchoolLevel, school_access
from app.terms import ChallengeReason, ExpectingECTs, PartnershipOrigin, SchoolId, Year

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from app.console.search import SchoolSearch
    from app.policy import Policy

MOST_FOUND = 1_000
MOST_MESSAGES = 200
STATUSES = {1: "Open", 2: "Closed", 3: "Open, but proposed to close", 4: "Proposed to open"}
WORDS_OF_SCHOOL = """array_to_tsvector(array_remove(regexp_split_to_array(s.search_name || ' '
    || lower(coalesce(s.town, '')) || ' ' || lower(coalesce(s.local_authority_name, '')), '[^[:alnum:]]+'), ''))"""
"""The distinct words of name, town and authority, as the index `school_words` has them."""


@dataclass(frozen=True)
class SchoolFilter:
    """What else schools must be; None and "" leave it open."""

    level: SchoolLevel | None = None
    type_code: int | None = None
    authority: str = ""
    """The code of a local authority."""
    status: int | None = None
    has_tutor: bool | None = None
    has_users: bool | None = None


@dataclass(frozen=True)
class SchoolFound:
    """One school of the list (ADM-2.4)."""

    id: SchoolId
    urn: str
    name: str
    postcode: str | None
    access: SchoolAccess
    current_ects: int
    has_tutor: bool


@dataclass(frozen=True)
class SchoolsFound:
    """One page of the schools found; more: there are more than can be listed."""

    schools: tuple[SchoolFound, ...]
    total: int
    page: int
    pages: int
    more: bool


CURRENT_ECTS = """(SELECT count(*) FROM ect_at_school_period e WHERE e.school_id = s.id AND e.removed_at IS NULL
    AND e.started_on <= $1 AND coalesce(e.finished_on, 'infinity') >= $1)"""
HAS_TUTOR = "EXISTS (SELECT FROM induction_tutor i WHERE i.school_id = s.id AND i.ended_at IS NULL)"
HAS_USERS = "EXISTS (SELECT FROM school_access a WHERE a.school_id = s.id AND a.ended_at IS NULL)"
BY_URN = "(s.urn = $2 OR s.id IN (SELECT old.alias_of_school_id FROM school old WHERE old.urn = $2))"
BY_POSTCODE = "s.postcode = $2"
BY_WORDS = f"{WORDS_OF_SCHOOL} @@ $2::text::tsquery"
EVERY = "$2::text IS NULL"


def _found_by(condition: str) -> str:
    return f"""SELECT s.id, s.urn, s.name, s.postcode, {deciding_columns("s", "$1::date")}
    FROM school s WHERE {condition} AND ($3::int IS NULL OR s.type_code = $3)
        AND ($4 = '' OR s.local_authority_code = $4) AND ($5::int IS NULL OR s.status_code = $5)
        AND ($6::boolean IS NULL OR {HAS_TUTOR} = $6) AND ($7::boolean IS NULL OR {HAS_USERS} = $7)
        AND s.alias_of_school_id IS NULL
    ORDER BY s.search_name, s.id LIMIT {MOST_FOUND + 1}"""  # noqa: S608 - constants


# Read for those of one page alone: there can be a thousand times as many in the search.
BESIDE = f"""SELECT s.id, {CURRENT_ECTS} AS current_ects, {HAS_TUTOR} AS has_tutor
    FROM school s WHERE s.id = ANY($2)"""  # noqa: S608 - constants


async def find_schools(
    search: SchoolSearch, wanted: SchoolFilter, policy: Policy, today: date, *, page: int, size: int
) -> SchoolsFound:
    """Return one page of the schools found, by name; beyond the last page it is the last one (ADM-1.7)."""
    rows = await _rows(search, wanted, today)
    found = [(row, school_access(facts_of(row), today, policy)) for row in rows[:MOST_FOUND]]
    if wanted.level is not None:
        found = [(row, access) for row, access in found if access.level is wanted.level]
    pages = max(1, -(-len(found) // size))
    shown = slice_of(found, page, size)
    beside = {row["id"]: row for row in await fetch(BESIDE, today, [row["id"] for row, _ in shown])} if shown else {}
    return SchoolsFound(
        tuple(_found(row, access, beside[row["id"]]) for row, access in shown),
        len(found),
        min(page, pages),
        pages,
        more=len(rows) > MOST_FOUND,
    )


async def _rows(search: SchoolSearch, wanted: SchoolFilter, today: date) -> list[Any]:
    if search.hopeless:
        return []
    statement, sought = _statement(search)
    return await fetch(
        statement,
        today,
        sought,
        wanted.type_code,
        wanted.authority,
        wanted.status,
        wanted.has_tutor,
        wanted.has_users,
    )


def _statement(search: SchoolSearch) -> tuple[str, str | None]:
    if search.urn:
        return _found_by(BY_URN), search.urn
    if search.postcode:
        return _found_by(BY_POSTCODE), search.postcode
    if search.words:
        return _found_by(BY_WORDS), " & ".join(f"'{word}':*" for word in search.words)
    return _found_by(EVERY), None


def _found(row: Mapping[str, Any], access: SchoolAccess, beside: Mapping[str, Any]) -> SchoolFound:
    return SchoolFound(
        id=SchoolId(row["id"]),
        urn=row["urn"],
        name=row["name"],
        postcode=row["postcode"],
        access=access,
        current_ects=beside["current_ects"],
        has_tutor=beside["has_tutor"],
    )


@dataclass(frozen=True)
class TutorFile:
    """An induction tutor of a school, with how mail to them goes."""

    name: str
    email: str
    email_state: str | None
    confirmed_for_year: Year | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class YearFile:
    """What a school answered about one academic year (SCH-06)."""

    year: Year
    expecting_ects: ExpectingECTs | None
    all_registered_at: datetime | None


@dataclass(frozen=True)
class PartnershipFile:
    """A partnership of a school in one academic year."""

    year: Year
    lead_provider: str
    delivery_partner: str
    origin: PartnershipOrigin
    reported_at: datetime
    challenged_at: datetime | None
    challenge_reason: ChallengeReason | None
    challenged_by: str | None
    people: int
    """How many trainings that were not cancelled are attached to it."""


@dataclass(frozen=True)
class RequestFile:
    """Training of somebody that a lead provider has not confirmed."""

    teacher: UUID
    name: str
    year: Year
    lead_provider: str
    requested_at: datetime


@dataclass(frozen=True)
class AccessFile:
    """Somebody's access to a school, in force or ended."""

    name: str
    email: str
    source: str
    granted_at: datetime
    first_used_at: datetime | None
    last_used_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True)
class LinkFile:
    """A nomination link of a school; never the link itself (ADM-5.2)."""

    purpose: str
    sent_at: datetime
    expires_at: datetime
    used_at: datetime | None
    void_at: datetime | None


@dataclass(frozen=True)
class RegisterEmail:
    """An address of a school in the register, with how mail to it goes."""

    email: str
    state: str | None


@dataclass(frozen=True)
class SchoolFile:
    """A school as the register and this service know it."""

    id: SchoolId
    public_id: UUID
    urn: str
    name: str
    type_name: str
    status_code: int
    authority: str | None
    district: str | None
    section_41: bool
    opened_on: date | None
    closed_on: date | None
    address: tuple[str, ...]
    emails: tuple[RegisterEmail, ...]
    former_urns: tuple[str, ...]
    override_note: str | None
    override_until: date | None
    email_link: str | None
    reminders_off_until: date | None
    last_body: str | None
    last_programme: str | None
    last_provider: str | None
    tutors: tuple[TutorFile, ...]
    """The one in force first, then earlier ones, the newest first."""
    years: tuple[YearFile, ...]
    open_drafts: int
    oldest_draft_at: datetime | None
    to_decide: bool
    """The register left something about its people for support to decide (Q-06)."""

    @property
    def tutor(self) -> TutorFile | None:
        """The induction tutor in force."""
        return next((tutor for tutor in self.tutors if tutor.ended_at is None), None)


def _delivery(email: str) -> str:
    return f"""(SELECT ms.state FROM message ms WHERE lower(ms.recipient) = lower({email})
        AND ms.state IN ('delivered', 'bounced') ORDER BY ms.finished_at DESC NULLS LAST LIMIT 1)"""  # noqa: S608 - constants


SCHOOL = f"""SELECT json_build_object('id', s.id, 'public_id', s.public_id, 'urn', s.urn, 'name', s.name,
    'type_name', s.type_name, 'status_code', s.status_code,
    'authority', coalesce(s.local_authority_name, s.local_authority_code),
    'district', coalesce(s.district_name, s.district_code), 'section_41', s.section_41_approved,
    'opened_on', s.opened_on, 'closed_on', s.closed_on,
    'address', array_remove(ARRAY[s.street, s.locality, s.address3, s.town, s.county, s.postcode], NULL),
    'emails', (SELECT coalesce(json_agg(json_build_object('email', e, 'state', {_delivery("e")})), '[]')
        FROM unnest(ARRAY[s.primary_email, s.secondary_email]) AS e WHERE e IS NOT NULL),
    'former_urns', (SELECT coalesce(json_agg(old.urn ORDER BY old.urn), '[]') FROM school old
        WHERE old.alias_of_school_id = s.id),
    'override_note', s.access_override_note, 'override_until', s.access_override_until,
    'to_decide', EXISTS (SELECT FROM register_item i WHERE i.school_id = s.id AND i.queue = 'Q-06'
        AND i.settled_at IS NULL),
    'email_link', s.email_link_override, 'reminders_off_until', s.reminders_off_until,
    'last_body', (SELECT b.name FROM appropriate_body b WHERE b.id = s.last_appropriate_body_id),
    'last_programme', s.last_training_programme,
    'last_provider', (SELECT lp.name FROM lead_provider lp WHERE lp.id = s.last_lead_provider_id),
    'tutors', (SELECT coalesce(json_agg(json_build_object('name', i.name, 'email', i.email,
        'email_state', {_delivery("i.email")}, 'confirmed_for_year', i.confirmed_for_year,
        'started_at', i.started_at, 'ended_at', i.ended_at)
        ORDER BY i.ended_at DESC NULLS FIRST, i.id DESC), '[]') FROM induction_tutor i WHERE i.school_id = s.id),
    'years', (SELECT coalesce(json_agg(json_build_object('year', y.contract_period_year,
        'expecting_ects', y.expecting_ects, 'all_registered_at', y.all_registered_at)
        ORDER BY y.contract_period_year DESC), '[]') FROM school_year y WHERE y.school_id = s.id),
    'open_drafts', (SELECT count(*) FROM draft d WHERE d.school_id = s.id AND d.state = 'open'),
    'oldest_draft_at', (SELECT min(d.created_at) FROM draft d WHERE d.school_id = s.id AND d.state = 'open'))
    FROM school s WHERE (s.urn = $1 AND s.alias_of_school_id IS NULL)
        OR s.id = (SELECT old.alias_of_school_id FROM school old WHERE old.urn = $1)"""  # noqa: S608 - constants
PARTNERSHIPS = """SELECT coalesce(json_agg(json_build_object('year', sp.contract_period_year, 'lead_provider', lp.name,
    'delivery_partner', dp.name, 'origin', sp.origin, 'reported_at', sp.reported_at,
    'challenged_at', sp.challenged_at, 'challenge_reason', sp.challenge_reason, 'challenged_by', u.name,
    'people', (SELECT count(*) FROM training_period tp WHERE tp.school_partnership_id = sp.id
        AND tp.cancelled_at IS NULL)) ORDER BY sp.contract_period_year DESC, lower(lp.name), sp.id), '[]')
    FROM school_partnership sp JOIN lead_provider lp ON lp.id = sp.lead_provider_id
    JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
    LEFT JOIN app_user u ON u.id = sp.challenged_by_user_id WHERE sp.school_id = $1"""
REQUESTS = """SELECT coalesce(json_agg(json_build_object('teacher', t.public_id,
    'name', coalesce(t.corrected_name, t.trs_first_name || ' ' || t.trs_last_name), 'year', tp.contract_period_year,
    'lead_provider', lp.name, 'requested_at', tp.requested_at) ORDER BY tp.requested_at, tp.id), '[]')
    FROM training_period tp JOIN teacher t ON t.id = tp.teacher_id
    JOIN lead_provider lp ON lp.id = tp.lead_provider_id
    WHERE tp.school_id = $1 AND tp.requested_at IS NOT NULL AND tp.school_partnership_id IS NULL
        AND tp.cancelled_at IS NULL AND tp.withdrawn_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $2"""
ACCESSES = """SELECT coalesce(json_agg(json_build_object('name', u.name, 'email', u.email, 'source', a.source,
    'granted_at', a.granted_at, 'first_used_at', a.first_used_at, 'last_used_at', a.last_used_at,
    'ended_at', a.ended_at, 'end_reason', a.end_reason) ORDER BY a.ended_at DESC NULLS FIRST, lower(u.name), a.id),
    '[]') FROM school_access a JOIN app_user u ON u.id = a.user_id WHERE a.school_id = $1"""
LINKS = """SELECT coalesce(json_agg(json_build_object('purpose', o.purpose, 'sent_at', o.created_at,
    'expires_at', o.expires_at, 'used_at', o.used_at, 'void_at', o.void_at) ORDER BY o.created_at DESC, o.id DESC),
    '[]') FROM one_time_secret o WHERE o.school_id = $1"""
MESSAGES = f"""SELECT coalesce(json_agg({MESSAGE} ORDER BY newest.created_at DESC, newest.id), '[]')
    FROM (SELECT * FROM message WHERE school_id = $1 ORDER BY created_at DESC, id LIMIT {MOST_MESSAGES}) newest"""  # noqa: S608 - constants


async def school(urn: str) -> SchoolFile | None:
    """Return everything about a school by its URN, a former one too; None for an unknown one."""
    return await document(SchoolFile, SCHOOL, urn)


async def school_partnerships(school_id: SchoolId) -> tuple[PartnershipFile, ...]:
    """Return every partnership of a school, the newest year first (ADM-5.2)."""
    return await document(tuple[PartnershipFile, ...], PARTNERSHIPS, school_id) or ()


async def unconfirmed_requests(school_id: SchoolId, today: date) -> tuple[RequestFile, ...]:
    """Return training at a school that a lead provider has not confirmed, the longest wait first (ADM-5.2)."""
    return await document(tuple[RequestFile, ...], REQUESTS, school_id, today) or ()


async def accesses(school_id: SchoolId) -> tuple[AccessFile, ...]:
    """Return who may and who might work for a school, those with access now first (ADM-5.2)."""
    return await document(tuple[AccessFile, ...], ACCESSES, school_id) or ()


async def links(school_id: SchoolId) -> tuple[LinkFile, ...]:
    """Return the links that were mailed for a school, never the links themselves (ADM-5.2)."""
    return await document(tuple[LinkFile, ...], LINKS, school_id) or ()


async def messages_to(school_id: SchoolId) -> tuple[MessageFile, ...]:
    """Return the newest emails about a school, `MOST_MESSAGES` at most (ADM-5.2)."""
    return await document(tuple[MessageFile, ...], MESSAGES, school_id) or ()
