"""Reading what decides whether somebody gets in for a school (ADM-4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import clock
from app.access import rules
from app.access.methods import paused_methods
from app.console.explain_signing_in import MAIL_SINCE, AccessHeld, KnownUser, MailTried, Outcome, SignInFacts
from app.db.documents import document
from app.schools.queries import school_facts
from app.schools.rules import school_access
from app.settings import settings
from app.terms import SchoolId

if TYPE_CHECKING:
    from app.policy import Policy


@dataclass(frozen=True)
class AskedToSignIn:
    """Who cannot sign in for which school."""

    urn: str
    email: str


@dataclass(frozen=True)
class SignInFound:
    """What one statement tells."""

    school_id: SchoolId
    school: str
    email_link_override: str | None
    school_uses_dfe: bool
    user: KnownUser | None
    accesses: tuple[AccessHeld, ...]
    sessions: int
    outcomes: tuple[Outcome, ...]
    mails: tuple[MailTried, ...]


FOUND = """SELECT json_build_object('school_id', s.id, 'school', s.name,
    'email_link_override', s.email_link_override,
    'school_uses_dfe', EXISTS (SELECT FROM school_access a WHERE a.school_id = s.id AND a.source = 'dfe_sign_in'
        AND a.ended_at IS NULL),
    'user', CASE WHEN u.id IS NOT NULL THEN json_build_object('id', u.id, 'name', u.name, 'active', u.active,
        'privacy_version', u.accepted_privacy_version, 'methods', (SELECT coalesce(json_agg(DISTINCT i.method), '[]')
            FROM user_identity i WHERE i.user_id = u.id)) END,
    'accesses', (SELECT coalesce(json_agg(json_build_object('source', a.source, 'ended_at', a.ended_at,
        'end_reason', a.end_reason, 'role_checked_at', a.role_checked_at, 'role_tried_at', a.role_tried_at)
        ORDER BY a.ended_at DESC NULLS FIRST, a.id DESC), '[]')
        FROM school_access a WHERE a.user_id = u.id AND a.school_id = s.id),
    'sessions', (SELECT count(*) FROM session ss WHERE ss.user_id = u.id AND ss.absolute_expires_at > $3
        AND ss.last_seen_at > $3 - make_interval(secs => $5)),
    'outcomes', (SELECT coalesce(json_agg(json_build_object('at', v.recorded_at, 'what',
            CASE WHEN v.kind = 'school_user_refused' THEN 'somebody was refused ('
                || replace(coalesce(v.metadata ->> 'reason', 'no reason'), '_', ' ') || ')'
            ELSE coalesce(v.actor_name, 'somebody') || ' got in' END) ORDER BY v.id DESC), '[]')
        FROM (SELECT * FROM event WHERE school_id = s.id AND kind IN ('school_user_signs_in', 'school_user_refused')
            ORDER BY id DESC LIMIT 10) v),
    'mails', (SELECT coalesce(json_agg(json_build_object('message_id', m.message_id, 'state', m.state,
        'at', m.created_at) ORDER BY m.created_at DESC, m.id), '[]') FROM message m
        WHERE lower(m.recipient) = lower($2) AND m.created_at > $4))
    FROM school s LEFT JOIN app_user u ON u.audience = 'school' AND lower(u.email) = lower($2)
    WHERE s.id = (SELECT coalesce(f.alias_of_school_id, f.id) FROM school f WHERE f.urn = $1)
    ORDER BY u.active DESC NULLS LAST, u.id LIMIT 1"""


async def sign_in_facts(asked: AskedToSignIn, policy: Policy) -> tuple[SignInFound, SignInFacts] | None:
    """Return what the checks look at; None for an unknown URN."""
    now, today = clock.now(), clock.today()
    found = await document(SignInFound, FOUND, asked.urn, asked.email, now, now - MAIL_SINCE, float(rules.IDLE_SECONDS))
    if found is None:
        return None
    facts = SignInFacts(
        on=settings().methods,
        paused=await paused_methods(),
        email_link_schools=settings().email_link_schools,
        email_link_override=found.email_link_override,
        school_uses_dfe=found.school_uses_dfe,
        user=found.user,
        accesses=found.accesses,
        level=school_access(await school_facts(found.school_id, today), today, policy),
        sessions=found.sessions,
        outcomes=found.outcomes,
        mails=found.mails,
    )
    return found, facts
