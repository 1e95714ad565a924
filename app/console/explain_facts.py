"""Reading what decides whether a school can register somebody; nothing is written but that it was asked (ADM-4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import clock
from app.console.events import StaffExplainerUsed
from app.console.register_facts import OpenDraft, RegisterFacts
from app.db.documents import document
from app.db.survivors import survivors
from app.db.transaction import transaction
from app.events.record import record
from app.registration.queries import appropriate_bodies, person
from app.registration.rules import induction_tutor_gate
from app.schools.queries import school_facts
from app.schools.rules import programmes_for_new_ects, school_access
from app.settings import settings
from app.teachers import snapshot as snapshots
from app.teachers.look_up import limit_reached
from app.teachers.trs import Found
from app.terms import TRN, Role, SchoolId, SchoolKind, TeacherId, TrainingProgramme, Year
from app.training.queries import school_providers

if TYPE_CHECKING:
    from app.console.findings import Check
    from app.events.record import About
    from app.policy import Policy
    from app.teachers.trs import ReadOutcome, TeachingRecords
    from app.terms import Actor
    from app.training.periods import Calendar

RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """Whom, where and as what; starts_on and email may be left open."""

    urn: str
    trn: TRN
    role: Role
    starts_on: date | None = None
    email: str = ""


@dataclass(frozen=True)
class Rules:
    """What holds for every school today: settings, academic years, and the message of a closed window."""

    policy: Policy
    calendar: Calendar
    closure: str | None


@dataclass(frozen=True)
class SchoolAsked:
    """The school and what one statement tells about it and the person there."""

    id: SchoolId
    name: str
    kind: SchoolKind
    district: str | None
    confirmed_for: Year | None
    failed: tuple[str, ...]
    draft: OpenDraft | None
    email_holder: str | None
    schools: tuple[tuple[SchoolId, str], ...]
    teacher_id: TeacherId | None


SAME = survivors("started.trn = $2")
"""The record that goes on for the TRN asked about."""
SCHOOL = f"""SELECT json_build_object('id', s.id, 'name', s.name, 'kind', s.kind, 'district', s.district_code,
    'confirmed_for', (SELECT i.confirmed_for_year FROM induction_tutor i
        WHERE i.school_id = s.id AND i.ended_at IS NULL),
    'failed', (SELECT coalesce(json_agg(l.outcome ORDER BY l.at), '[]') FROM lookup_attempt l
        WHERE l.school_id = s.id AND l.trn = $2 AND l.at > $3 AND l.outcome <> 'matched'),
    'draft', (SELECT json_build_object('started_by', u.name, 'started_at', d.created_at,
            'next_question', coalesce(d.next_question, '')) FROM draft d JOIN app_user u ON u.id = d.started_by_user_id
        WHERE d.school_id = s.id AND d.trn = $2 AND d.kind = $4 AND d.state = 'open' ORDER BY d.created_at LIMIT 1),
    'email_holder', (SELECT coalesce(t.corrected_name, t.trs_first_name || ' ' || t.trs_last_name)
        FROM (SELECT teacher_id, email, finished_on FROM ect_at_school_period WHERE removed_at IS NULL
            UNION ALL SELECT teacher_id, email, finished_on FROM mentor_at_school_period WHERE removed_at IS NULL) held
        JOIN teacher t ON t.id = held.teacher_id
        WHERE $5 <> '' AND lower(held.email) = lower($5) AND coalesce(held.finished_on, 'infinity') >= $6
            AND t.id NOT IN {SAME} LIMIT 1),
    'schools', (SELECT coalesce(json_agg(json_build_array(o.id, o.name)), '[]') FROM school o WHERE o.id IN (
        SELECT e.school_id FROM ect_at_school_period e WHERE e.teacher_id IN {SAME}
        UNION SELECT m.school_id FROM mentor_at_school_period m WHERE m.teacher_id IN {SAME})),
    'teacher_id', (SELECT t.id FROM teacher t WHERE t.id IN {SAME}))
    FROM school s WHERE s.urn = $1"""  # noqa: S608 - constants


async def school_asked(asked: Asked) -> SchoolAsked | None:
    """Return the school with what is known of the person there; None for an unknown URN."""
    kind = f"register_{asked.role.value}"
    now = clock.now()
    return await document(SchoolAsked, SCHOOL, asked.urn, asked.trn, now - RECENT, kind, asked.email, clock.today())


async def register_facts(asked: Asked, school: SchoolAsked, trs: TeachingRecords, rules: Rules) -> RegisterFacts:
    """Return what the checks look at; the teaching record is asked now, without a second fact (EXT-2.7)."""
    today, policy = clock.today(), rules.policy
    access = school_access(await school_facts(school.id, today), today, policy)
    answer: ReadOutcome = await trs.read(asked.trn)
    led = TrainingProgramme.PROVIDER_LED in programmes_for_new_ects(access.level, policy) or asked.role is Role.MENTOR
    categories = settings().prohibition_categories
    return RegisterFacts(
        role=asked.role,
        today=today,
        starts_on=asked.starts_on or today,
        policy=policy,
        calendar=rules.calendar,
        school_id=school.id,
        school_kind=school.kind,
        district=school.district,
        access=access,
        tutor_gate=induction_tutor_gate(rules.calendar, today, school.confirmed_for),
        confirmed_for=school.confirmed_for,
        closure=rules.closure,
        limit=await limit_reached(school.id, asked.trn, policy),
        failed=school.failed,
        record=answer,
        snapshot=snapshots.take(answer.record, today, categories) if isinstance(answer, Found) else None,
        person=await person(asked.trn),
        schools=dict(school.schools),
        draft=school.draft,
        email=asked.email,
        email_holder=school.email_holder or "",
        bodies=await appropriate_bodies(),
        providers=await school_providers(school.id, provider_led_offered=led),
    )


async def note_explained(about: About, question: str, first: Check | None, actor: Actor) -> None:
    """Note that staff asked, with the answer's headline (ADM-4.1)."""
    async with transaction():
        record(StaffExplainerUsed(about, question, first.name if first else "nothing stops it"), actor)
