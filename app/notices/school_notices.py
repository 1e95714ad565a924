"""A school's notices: which events are one, in which group, and when the matter is settled (NOT-6.1).

A notice is an event seen by a school, so that it is made in the transaction of its cause. The SQL here works on the
event `v`; whoever uses it gives the expressions of school, user, day and moment.
"""

from __future__ import annotations

from app.policy import Policy

KEPT_DAYS = 400
LOOKED_AT = 500
"""So many of a school's newest events are looked through for unread notices."""

BY_OTHERS = {
    "teacher_training_withdrawn": "training_withdrawn",
    "teacher_training_deferred": "training_deferred",
    "email_bounced": "email_not_delivered",
    "teacher_left_school_as_mentor": "mentor_needed",
    "teacher_trs_record_changed": "teaching_record_problem",
    "school_partnership_challenged": "partnership_disputed_effect",
    "school_partnership_reported_again": "partnership_reported",
    "training_period_assigned_to_school_partnership": "provider_confirmed",
    "school_partnership_updated": "delivery_partner_changed",
    "teacher_training_resumed": "training_resumed",
    "teacher_training_stop_undone": "training_resumed",
    "induction_period_recorded": "induction_recorded",
    "induction_period_corrected": "induction_recorded",
    "teacher_trs_induction_changed": "induction_recorded",
    "teacher_trs_qts_changed": "qualified_status_awarded",
    "teacher_trs_name_changed": "name_changed_elsewhere",
    "school_induction_tutor_updated": "tutor_changed",
    "school_access_opened": "access_changed",
    "school_access_ended": "access_changed",
    "school_merged": "school_succession",
    "school_closed": "school_succession",
    "school_eligibility_changed": "eligibility_changed",
    "school_registration_opened": "registration_opened",
    "school_closure_announced": "closure_announced",
    "school_choices_ended": "choices_ended",
}
"""Kind of event to kind of notice, whoever did it but the reader."""
COLLEAGUES = (
    "teacher_registered_as_ect",
    "teacher_registered_as_mentor",
    "teacher_name_updated_by_user",
    "teacher_email_address_updated",
    "teacher_working_pattern_updated",
    "teacher_appropriate_body_changed",
    "teacher_training_programme_updated",
    "teacher_training_lead_provider_updated",
    "teacher_starts_being_mentored",
    "teacher_left_school_as_ect",
    "teacher_leaving_amended",
    "teacher_leaving_cancelled",
    "teacher_registration_removed",
    "teacher_start_date_corrected",
    "induction_period_removed",
    "school_partnership_challenge_undone",
    "school_year_answered",
)
"""Events of a colleague, or of support, that the others are told of."""
TOLD_OF_SUPPORT = frozenset({*BY_OTHERS, *COLLEAGUES, "school_partnership_created"})
"""Events by support of which a school is told by a notice."""
ACTION = (
    "training_withdrawn",
    "training_deferred",
    "partnership_disputed_effect",
    "email_not_delivered",
    "mentor_needed",
    "teaching_record_problem",
    "partnership_reported",
    "choices_ended",
)
FIRST_MONTH = Policy().academic_year_start.month
INFORMATION = ("school_succession", "eligibility_changed", "registration_opened", "closure_announced")


def _set(name: str) -> str:
    """Return the SQL of a number that staff can change, with its default."""
    default = getattr(Policy(), name)
    return f"coalesce((SELECT (value #>> '{{}}')::int FROM service_setting WHERE key = '{name}'), {default})"  # noqa: S608


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_CASES = " ".join(f"WHEN v.kind = '{kind}' THEN '{notice}'" for kind, notice in BY_OTHERS.items())


def kind_for(user: str) -> str:
    """Return the SQL of the kind of notice that an event is for a user; NULL for none."""
    return f"""CASE WHEN v.actor_id = {user} AND v.actor_kind = 'school_user' THEN NULL
        WHEN v.kind = 'school_partnership_created' AND v.actor_kind = 'lead_provider' THEN 'partnership_reported'
        WHEN v.kind = 'school_partnership_created' AND v.actor_kind = 'staff' THEN 'support_change'
        WHEN v.kind = 'teacher_left_school_as_ect' AND v.metadata ->> 'why' = 'joined_another_school'
            THEN 'joined_another_school'
        WHEN v.kind = 'teacher_name_updated_by_user' AND v.actor_kind = 'school_user'
            AND (v.metadata ->> 'actor_school_id')::bigint <> v.school_id THEN 'name_changed_elsewhere'
        WHEN v.kind = 'teacher_trs_induction_changed' AND v.metadata ->> 'status' IN (
            'Exempt', 'Failed', 'FailedInWales')
            THEN 'teaching_record_problem'
        WHEN v.kind = 'teacher_trs_induction_changed' AND v.metadata ->> 'status' = 'Passed' THEN 'induction_completed'
        WHEN v.kind = 'teacher_trs_record_changed' AND v.metadata ->> 'state' = 'in_order' THEN NULL
        WHEN v.kind IN ('induction_period_recorded', 'induction_period_corrected')
            AND v.metadata ->> 'outcome' IS NOT NULL THEN 'induction_completed'
        {_CASES}
        WHEN v.kind IN ({_words(COLLEAGUES)}) AND v.actor_kind = 'school_user' THEN 'colleague_change'
        WHEN v.kind IN ({_words(COLLEAGUES)}) AND v.actor_kind IN ('staff', 'staff_for_school', 'operator')
            THEN 'support_change' END"""


GROUP = f"""CASE WHEN notice IN ({_words(ACTION)}) THEN 'action'
    WHEN notice IN ({_words(INFORMATION)}) THEN 'information' ELSE 'update' END"""


def settled_on(today: str) -> str:
    """Return the SQL of whether nothing is left to do about an event on a day; a report until CHL-01 ends it."""
    return f"""CASE
        WHEN v.kind IN ('teacher_training_withdrawn', 'teacher_training_deferred') THEN NOT EXISTS (
            SELECT FROM training_period t WHERE t.id = v.training_period_id AND t.cancelled_at IS NULL
                AND (t.withdrawn_at IS NOT NULL OR t.deferred_at IS NOT NULL)
                AND NOT EXISTS (SELECT FROM training_period later WHERE later.teacher_id = t.teacher_id
                    AND later.role = t.role AND later.cancelled_at IS NULL AND later.started_on > t.started_on)
                AND NOT EXISTS (SELECT FROM ect_at_school_period e WHERE e.id = t.ect_at_school_period_id
                    AND (e.removed_at IS NOT NULL OR e.finished_on < {today}))
                AND NOT EXISTS (SELECT FROM mentor_at_school_period m WHERE m.id = t.mentor_at_school_period_id
                    AND (m.removed_at IS NOT NULL OR m.finished_on < {today})))
        WHEN v.kind IN ('school_partnership_created', 'school_partnership_reported_again') THEN EXISTS (
            SELECT FROM school_partnership sp WHERE sp.id = v.school_partnership_id
                AND (sp.checked_at IS NOT NULL OR sp.challenged_at IS NOT NULL OR {today} > greatest(
                    (sp.reported_at AT TIME ZONE 'Europe/London')::date + {_set("challenge_days")},
                    make_date(sp.contract_period_year, {FIRST_MONTH}, 1)
                        + make_interval(months => {_set("challenge_months")}) - interval '1 day')))
        WHEN v.kind = 'school_partnership_challenged' THEN NOT EXISTS (
            SELECT FROM training_period t JOIN school_partnership sp ON sp.id = t.school_partnership_id
            WHERE sp.id = v.school_partnership_id AND sp.challenged_at IS NOT NULL AND t.cancelled_at IS NULL
                AND coalesce(t.finished_on, 'infinity') >= {today})
        WHEN v.kind = 'school_closure_announced' THEN (v.metadata ->> 'ends_on')::date < {today}
        WHEN v.kind = 'school_choices_ended' THEN EXISTS (SELECT FROM ect_at_school_period e
            WHERE e.school_id = v.school_id AND e.removed_at IS NULL AND e.created_at > v.recorded_at)
        WHEN v.kind = 'email_bounced' THEN NOT EXISTS (
            SELECT FROM (SELECT email FROM ect_at_school_period WHERE id = v.ect_at_school_period_id
                UNION SELECT email FROM mentor_at_school_period WHERE id = v.mentor_at_school_period_id) a
            WHERE (SELECT state FROM message WHERE lower(recipient) = lower(a.email)
                AND state IN ('delivered', 'bounced') ORDER BY finished_at DESC LIMIT 1) = 'bounced')
        WHEN v.kind = 'teacher_left_school_as_mentor' THEN NOT EXISTS (
            SELECT FROM mentorship_period m JOIN ect_at_school_period e ON e.id = m.ect_at_school_period_id
            WHERE m.mentor_at_school_period_id = v.mentor_at_school_period_id AND m.cancelled_at IS NULL
                AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') > coalesce(m.finished_on, 'infinity')
                AND coalesce(e.finished_on, 'infinity') >= {today}
                AND NOT EXISTS (SELECT FROM mentorship_period other WHERE other.cancelled_at IS NULL
                    AND other.ect_at_school_period_id = e.id AND other.started_on > m.started_on))
        ELSE false END"""  # noqa: S608 - constants


def unread_count(school: str, user: str, read_to: str, today: str, moment: str) -> str:
    """Return the SQL of how many notices a user has not read that are not settled; looks at the newest only."""
    return f"""(SELECT count(*) FROM (SELECT * FROM event WHERE school_id = {school} AND id > coalesce({read_to}, 0)
        AND recorded_at <= {moment} AND recorded_at > {moment} - interval '{KEPT_DAYS} days'
        ORDER BY id DESC LIMIT {LOOKED_AT}) v
        WHERE {kind_for(user)} IS NOT NULL AND NOT {settled_on(today)})"""  # noqa: S608 - constants
