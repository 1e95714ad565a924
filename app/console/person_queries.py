"""Everything about one person, for staff: one statement for the facts, one for each long list (ADM-3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from app.db.documents import document
from app.db.engine import fetch, fetch_one
from app.db.survivors import survivors, with_merged
from app.notices.titles import titled
from app.registration.people.ect_facts import PersonName
from app.registration.people.school_queries import name_of
from app.terms import (
    TRN,
    CancellationReason,
    DeferralReason,
    DraftKind,
    IdentityMatch,
    InductionOutcome,
    LookupOutcome,
    MentorshipPeriodId,
    RemovalReason,
    Role,
    SchoolId,
    SchoolKind,
    StayEndReason,
    TeacherId,
    TrainingPeriodId,
    TrainingProgramme,
    TRSAnswer,
    TRSInductionStatus,
    WithdrawalReason,
    WorkingPattern,
    Year,
)

MOST_MESSAGES = 100


@dataclass(frozen=True)
class Named:
    """Another record by id and name."""

    public_id: UUID
    name: PersonName


@dataclass(frozen=True)
class MentorshipFile:
    """A mentorship of a stay, seen from either side; `with_whom` is the other person."""

    id: MentorshipPeriodId
    with_whom: Named
    stay_id: int
    """The other person's registration."""
    started_on: date
    finished_on: date | None
    cancelled: bool


@dataclass(frozen=True)
class StayFile:
    """One registration at one school with everything staff see of it."""

    id: int
    public_id: UUID
    role: Role
    urn: str
    school: str
    school_id: SchoolId
    school_kind: SchoolKind
    started_on: date
    finished_on: date | None
    end_reason: StayEndReason | None
    registered_at: datetime
    registered_by: str | None
    email: str
    email_state: str | None
    """How the last mail to the address with a known end went: `delivered`, `bounced`; None when there is none."""
    working_pattern: WorkingPattern | None
    reported_body: str | None
    identity_match: IdentityMatch | None
    leaving_reported_by: str | None
    leaving_reported_at: datetime | None
    removed_at: datetime | None
    removal_reason: RemovalReason | None
    mentorships: tuple[MentorshipFile, ...]


@dataclass(frozen=True)
class TrainingFile:
    """One training with everything staff see of it."""

    id: TrainingPeriodId
    public_id: UUID
    role: Role
    stay_id: int
    school_id: SchoolId
    school: str
    urn: str
    programme: TrainingProgramme
    year: Year | None
    schedule: str | None
    lead_provider: str | None
    delivery_partner: str | None
    requested_at: datetime | None
    confirmed_at: datetime | None
    source: str | None
    started_on: date
    finished_on: date | None
    withdrawn_at: datetime | None
    withdrawal_reason: WithdrawalReason | None
    deferred_at: datetime | None
    deferral_reason: DeferralReason | None
    challenged_at: datetime | None
    cancelled_at: datetime | None
    cancellation_reason: CancellationReason | None

    def goes_on(self, today: date) -> bool:
        """Tell whether a lead provider trains them, or is to, and has not stopped or paused that."""
        stopped = self.withdrawn_at is not None or self.deferred_at is not None or self.cancelled_at is not None
        open_still = self.finished_on is None or self.finished_on >= today
        return self.programme is TrainingProgramme.PROVIDER_LED and open_still and not stopped


@dataclass(frozen=True)
class InductionFile:
    """A period of induction as an appropriate body recorded it."""

    body: str
    body_id: UUID
    started_on: date
    finished_on: date | None
    outcome: InductionOutcome | None
    terms: Decimal | None


@dataclass(frozen=True)
class DraftFile:
    """An unfinished registration that names this person's TRN: school and age only (ADM-3.2)."""

    school: str
    urn: str
    kind: DraftKind
    started_at: datetime


@dataclass(frozen=True)
class PersonFile:
    """A person as the teaching record and this service know them."""

    id: TeacherId
    public_id: UUID
    trn: TRN
    name: PersonName
    answer: TRSAnswer
    refreshed_at: datetime
    tried_at: datetime | None
    merged_into_trn: TRN | None
    induction_status: TRSInductionStatus | None
    induction_started_on: date | None
    induction_completed_on: date | None
    qts_awarded_on: date | None
    anonymised_at: datetime | None
    merged_into: Named | None
    merged_from: tuple[Named, ...]
    stays: tuple[StayFile, ...]
    trainings: tuple[TrainingFile, ...]
    inductions: tuple[InductionFile, ...]
    drafts: tuple[DraftFile, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """Which roles they have or had, in words; removed registrations do not count."""
        held = {stay.role for stay in self.stays if stay.removed_at is None}
        return tuple(words for role, words in ((Role.ECT, "ECT"), (Role.MENTOR, "Mentor")) if role in held)

    def latest_stay(self, role: Role) -> StayFile | None:
        """Return the newest registration in a role that was not removed."""
        return next((stay for stay in self.stays if stay.role is role and stay.removed_at is None), None)


@dataclass(frozen=True)
class MessageFile:
    """One email about a person or a school; its text is not kept here (ADM-14.2)."""

    id: UUID
    kind: str
    recipient: str
    state: str
    created_at: datetime
    finished_at: datetime | None
    kept: bool
    """Its words are still there, so that it can be sent again."""

    @property
    def words(self) -> str:
        """What it is called, with its id."""
        return titled(self.kind)


@dataclass(frozen=True)
class LookUpFile:
    """A look-up of a teaching record that led to nothing (IDN-06)."""

    at: datetime
    school: str
    urn: str
    user: str
    role: Role
    outcome: LookupOutcome
    trn: TRN | None


def _named(teacher: str) -> str:
    return f"json_build_object('public_id', {teacher}.public_id, 'name', {name_of(teacher)})"


def _mentorships(own: str, other: str, stay: str) -> str:
    stay_of_other = f"m.{other.removesuffix('_teacher_id')}_at_school_period_id"
    return f"""(SELECT coalesce(json_agg(json_build_object('id', m.id, 'with_whom', {_named("o")},
        'stay_id', {stay_of_other}, 'started_on', m.started_on, 'finished_on', m.finished_on,
        'cancelled', m.cancelled_at IS NOT NULL)
        ORDER BY m.started_on DESC, m.id DESC), '[]') FROM mentorship_period m JOIN teacher o ON o.id = m.{other}
        WHERE m.{own} = {stay}.id)"""  # noqa: S608 - constants


def _stay(stay: str, role: str, mentorships: str, *, pattern: str = "null", body: str = "null") -> str:
    return f"""SELECT {stay}.started_on AS newest, {stay}.id AS tie,
        json_build_object('id', {stay}.id, 'public_id', {stay}.public_id, 'role', '{role}',
        'urn', s.urn, 'school', s.name, 'school_id', s.id, 'school_kind', s.kind, 'started_on', {stay}.started_on,
        'finished_on', {stay}.finished_on, 'end_reason', {stay}.end_reason, 'registered_at', {stay}.created_at,
        'registered_by', u.name, 'email', {stay}.email, 'email_state', (SELECT ms.state FROM message ms
            WHERE lower(ms.recipient) = lower({stay}.email) AND ms.state IN ('delivered', 'bounced')
            ORDER BY ms.finished_at DESC NULLS LAST LIMIT 1),
        'working_pattern', {pattern}, 'reported_body', {body}, 'identity_match', {stay}.identity_match,
        'leaving_reported_by', teller.name, 'leaving_reported_at', {stay}.leaving_reported_at,
        'removed_at', {stay}.removed_at, 'removal_reason', {stay}.removal_reason,
        'mentorships', {mentorships}) AS row
        FROM {role}_at_school_period {stay} JOIN school s ON s.id = {stay}.school_id
        LEFT JOIN app_user u ON u.id = {stay}.registered_by_user_id
        LEFT JOIN school teller ON teller.id = {stay}.leaving_reported_by_school_id
        WHERE {stay}.teacher_id = t.id"""  # noqa: S608 - constants


BODY = "(SELECT b.name FROM appropriate_body b WHERE b.id = e.school_reported_appropriate_body_id)"
OF_ECT = _mentorships("ect_at_school_period_id", "mentor_teacher_id", "e")
OF_MENTOR = _mentorships("mentor_at_school_period_id", "ect_teacher_id", "n")
STAYS = f"""(SELECT coalesce(json_agg(stays.row ORDER BY stays.newest DESC, stays.tie DESC), '[]') FROM (
    {_stay("e", "ect", OF_ECT, pattern="e.working_pattern", body=BODY)} UNION ALL
    {_stay("n", "mentor", OF_MENTOR)}) stays)"""  # noqa: S608 - constants
TRAININGS = """(SELECT coalesce(json_agg(json_build_object('id', tp.id, 'public_id', tp.public_id,
    'role', tp.role, 'stay_id', coalesce(tp.ect_at_school_period_id, tp.mentor_at_school_period_id),
    'school_id', s.id, 'school', s.name, 'urn', s.urn,
    'programme', tp.training_programme, 'year', tp.contract_period_year, 'schedule', sc.identifier,
    'lead_provider', lp.name, 'delivery_partner', dp.name, 'requested_at', tp.requested_at,
    'confirmed_at', tp.confirmed_at, 'source', tp.confirmation_source, 'started_on', tp.started_on,
    'finished_on', tp.finished_on, 'withdrawn_at', tp.withdrawn_at, 'withdrawal_reason', tp.withdrawal_reason,
    'deferred_at', tp.deferred_at, 'deferral_reason', tp.deferral_reason, 'challenged_at', sp.challenged_at,
    'cancelled_at', tp.cancelled_at, 'cancellation_reason', tp.cancellation_reason)
    ORDER BY tp.started_on DESC, tp.id DESC), '[]')
    FROM training_period tp JOIN school s ON s.id = tp.school_id
    LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
    LEFT JOIN schedule sc ON sc.id = tp.schedule_id
    LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
    LEFT JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id WHERE tp.teacher_id = t.id)"""
INDUCTIONS = """(SELECT coalesce(json_agg(json_build_object('body', b.name, 'body_id', b.public_id,
    'started_on', i.started_on,
    'finished_on', i.finished_on, 'outcome', i.outcome, 'terms', i.number_of_terms::text)
    ORDER BY i.started_on DESC, i.id DESC), '[]')
    FROM induction_period i JOIN appropriate_body b ON b.id = i.appropriate_body_id WHERE i.teacher_id = t.id)"""
DRAFTS = """(SELECT coalesce(json_agg(json_build_object('school', s.name, 'urn', s.urn, 'kind', d.kind,
    'started_at', d.created_at) ORDER BY d.created_at, d.id), '[]')
    FROM draft d JOIN school s ON s.id = d.school_id WHERE d.trn = t.trn AND d.state = 'open')"""
ABOUT = f"""SELECT json_build_object('id', t.id, 'public_id', t.public_id, 'trn', t.trn, 'name', {name_of("t")},
    'answer', t.trs_answer, 'refreshed_at', t.trs_refreshed_at, 'tried_at', t.trs_tried_at,
    'merged_into_trn', t.trs_merged_into_trn, 'induction_status', t.trs_induction_status,
    'induction_started_on', t.trs_induction_start_date, 'induction_completed_on', t.trs_induction_completed_date,
    'qts_awarded_on', t.trs_qts_awarded_on, 'anonymised_at', t.anonymised_at,
    'merged_into', (SELECT {_named("o")} FROM teacher o WHERE o.id = t.merged_into_teacher_id),
    'merged_from', (SELECT coalesce(json_agg({_named("o")}), '[]') FROM teacher o
        WHERE o.merged_into_teacher_id = t.id),
    'stays', {STAYS}, 'trainings', {TRAININGS}, 'inductions', {INDUCTIONS}, 'drafts', {DRAFTS})
    FROM teacher t"""  # noqa: S608 - constants
PERSON = f"{ABOUT} WHERE t.public_id = $1"
PERSON_BY_TRN = f"{ABOUT} WHERE t.trn = $1"
MESSAGE = """json_build_object('id', newest.id, 'kind', newest.message_id, 'recipient', newest.recipient,
    'state', newest.state, 'created_at', newest.created_at, 'finished_at', newest.finished_at,
    'kept', newest.personalisation IS NOT NULL AND newest.state NOT IN ('pending', 'sending', 'parked'))"""
MESSAGES = f"""SELECT coalesce(json_agg({MESSAGE} ORDER BY newest.created_at DESC, newest.id), '[]')
    FROM (SELECT * FROM message WHERE teacher_id = $1 ORDER BY created_at DESC, id LIMIT {MOST_MESSAGES}) newest"""  # noqa: S608 - constants
SAME_PERSON = f"""SELECT t.id, t.public_id FROM {with_merged(survivors("started.id = $1"))} same
    JOIN teacher t ON t.id = same.id WHERE t.id <> $1"""  # noqa: S608 - constants
LOOK_UPS = """SELECT coalesce(json_agg(json_build_object('at', l.at, 'school', s.name, 'urn', s.urn, 'user', u.name,
    'role', l.role, 'outcome', l.outcome, 'trn', l.trn) ORDER BY l.at DESC, l.id DESC), '[]')
    FROM lookup_attempt l JOIN school s ON s.id = l.school_id JOIN app_user u ON u.id = l.user_id
    WHERE l.outcome <> 'matched' AND {whose}"""


async def person(public_id: UUID) -> PersonFile | None:
    """Return everything about a person; None for an id of nobody's."""
    return await document(PersonFile, PERSON, public_id)


async def person_by_trn(trn: TRN) -> PersonFile | None:
    """Return everything about a person; None for a TRN that is not known here."""
    return await document(PersonFile, PERSON_BY_TRN, trn)


async def public_id_of(teacher_id: TeacherId) -> UUID | None:
    """Return how addresses name a person."""
    row = await fetch_one("SELECT public_id FROM teacher WHERE id = $1", teacher_id)
    return row["public_id"] if row else None


async def messages_about(teacher_id: TeacherId) -> tuple[MessageFile, ...]:
    """Return the newest emails about a person, `MOST_MESSAGES` at most (ADM-3.2)."""
    return await document(tuple[MessageFile, ...], MESSAGES, teacher_id) or ()


async def refused_look_ups_of(trn: TRN) -> tuple[LookUpFile, ...]:
    """Return the look-ups of a TRN that led to nothing, the newest first (IDN-06)."""
    return await document(tuple[LookUpFile, ...], LOOK_UPS.format(whose="l.trn = $1"), trn) or ()


async def refused_look_ups_at(school_id: SchoolId) -> tuple[LookUpFile, ...]:
    """Return the look-ups of a school that led to nothing, the newest first (ADM-5.2)."""
    return await document(tuple[LookUpFile, ...], LOOK_UPS.format(whose="l.school_id = $1"), school_id) or ()


async def same_person(teacher_id: TeacherId) -> dict[TeacherId, UUID]:
    """Return the other records of a person, merged into theirs or theirs into them, by internal id (ADM-3.3)."""
    rows = await fetch(SAME_PERSON, teacher_id)
    return {TeacherId(row["id"]): row["public_id"] for row in rows}
