"""Reads about a school's partnerships: one statement each, whatever the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.documents import document
from app.db.shown_names import shown_to_schools
from app.registration.partnerships.partnership_facts import AskedProvider, PartnershipShown
from app.registration.people.school_queries import name_of

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.terms import SchoolId

PERSON = f"""json_build_object('role', tp.role, 'public_id', coalesce(e.public_id, m.public_id),
    'name', {name_of("t")}, 'finished_on', tp.finished_on,
    'going_on', tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $2,
    'replaced', EXISTS (SELECT FROM training_period later WHERE later.teacher_id = tp.teacher_id
        AND later.role = tp.role AND later.school_id = tp.school_id AND later.cancelled_at IS NULL
        AND later.started_on > tp.started_on))"""
PEOPLE = """training_period tp JOIN teacher t ON t.id = tp.teacher_id
    LEFT JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
    LEFT JOIN mentor_at_school_period m ON m.id = tp.mentor_at_school_period_id
    WHERE tp.cancelled_at IS NULL AND coalesce(e.removed_at, m.removed_at) IS NULL"""

# $1 the school, $2 today
PARTNERSHIP = f"""json_build_object('id', sp.id, 'public_id', sp.public_id, 'year', sp.contract_period_year,
    'lead_provider', lp.name, 'delivery_partner', dp.name, 'origin', sp.origin, 'reported_at', sp.reported_at,
    'challenged_at', sp.challenged_at, 'challenge_reason', sp.challenge_reason, 'challenged_by',
    {shown_to_schools("u")},
    'checked_at', sp.checked_at, 'carried_from', earlier.contract_period_year,
    'declared', EXISTS (SELECT FROM training_period x JOIN declaration d ON d.training_period_id = x.id
        WHERE x.school_partnership_id = sp.id AND d.voided_at IS NULL),
    'newer', (SELECT later.public_id FROM school_partnership later WHERE later.school_id = sp.school_id
        AND later.lead_provider_id = sp.lead_provider_id AND later.contract_period_year = sp.contract_period_year
        AND later.id <> sp.id AND later.origin = 'reported' AND later.reported_at >= sp.challenged_at
        ORDER BY later.reported_at DESC LIMIT 1),
    'ends', EXISTS (SELECT FROM contract_period own JOIN contract_period next ON next.year = own.year + 1
            WHERE own.year = sp.contract_period_year AND own.finished_on >= $2 AND next.registration_opens_on <= $2)
        AND NOT EXISTS (SELECT FROM provider_pairing pair WHERE pair.lead_provider_id = sp.lead_provider_id
            AND pair.delivery_partner_id = sp.delivery_partner_id
            AND pair.contract_period_year = sp.contract_period_year + 1),
    'people', (SELECT coalesce(json_agg({PERSON} ORDER BY tp.started_on, tp.id), '[]') FROM {PEOPLE}
        AND tp.school_partnership_id = sp.id))"""  # noqa: S608 - constants
PARTNERSHIPS = f"""
    SELECT coalesce(json_agg({PARTNERSHIP}
        ORDER BY sp.contract_period_year DESC, lower(lp.name), lower(dp.name)), '[]')
    FROM school_partnership sp JOIN lead_provider lp ON lp.id = sp.lead_provider_id
        JOIN delivery_partner dp ON dp.id = sp.delivery_partner_id
        LEFT JOIN school_partnership earlier ON earlier.id = sp.carried_from_partnership_id
        LEFT JOIN app_user u ON u.id = sp.challenged_by_user_id
    WHERE sp.school_id = $1 AND ($3::uuid IS NULL OR sp.public_id = $3)"""  # noqa: S608 - constants
ASKED = f"""
    SELECT coalesce(json_agg(asked.document ORDER BY asked.since), '[]') FROM (
        SELECT min(coalesce(tp.requested_at, tp.created_at)) AS since, json_build_object(
            'lead_provider', (SELECT name FROM lead_provider WHERE id = tp.lead_provider_id),
            'year', tp.contract_period_year, 'since', min(coalesce(tp.requested_at, tp.created_at)),
            'people', json_agg({PERSON} ORDER BY tp.id)) AS document
        FROM {PEOPLE} AND tp.school_id = $1 AND tp.school_partnership_id IS NULL
            AND tp.training_programme = 'provider_led' AND tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL
            AND coalesce(tp.finished_on, 'infinity') >= $2
        GROUP BY tp.lead_provider_id, tp.contract_period_year) asked"""  # noqa: S608 - constants


async def partnerships(school_id: SchoolId, today: date) -> tuple[PartnershipShown, ...]:
    """Return every partnership of a school, the newest academic year first (PT-01)."""
    return await document(tuple[PartnershipShown, ...], PARTNERSHIPS, school_id, today, None) or ()


async def partnership(school_id: SchoolId, public_id: UUID, today: date) -> PartnershipShown | None:
    """Return one partnership of a school, or None for one of another school or of nobody (GEN-05)."""
    found = await document(tuple[PartnershipShown, ...], PARTNERSHIPS, school_id, today, public_id)
    return found[0] if found else None


async def asked_providers(school_id: SchoolId, today: date) -> tuple[AskedProvider, ...]:
    """Return which lead providers have been asked and have not confirmed, the longest wait first (PT-01)."""
    return await document(tuple[AskedProvider, ...], ASKED, school_id, today) or ()
