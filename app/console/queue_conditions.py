"""The conditions of the work queues: what puts an item into each (ADM-8.1, ADM-8.2)."""

from __future__ import annotations

from app.console.queue_of_work import DAYS, IN_PROGRESS, Queue

CONDITIONS: tuple[Queue, ...] = (
    Queue(
        "Q-01",
        "Lead provider has not answered",
        "Ask the lead provider, or move the training",
        f"""SELECT 'training ' || tp.id AS key, tp.requested_at AS since, tp.school_id, tp.teacher_id,
            lp.name || ' was asked for ' || tp.contract_period_year AS facts
        FROM training_period tp JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        WHERE tp.requested_at IS NOT NULL AND tp.school_partnership_id IS NULL AND tp.cancelled_at IS NULL
            AND tp.withdrawn_at IS NULL AND tp.deferred_at IS NULL AND coalesce(tp.finished_on, 'infinity') >= $1
            AND tp.requested_at < $1::date - {DAYS.format("lp_confirm_days")}""",  # noqa: S608 - constants
        letter_to="""(SELECT json_build_object('name', lp.name, 'emails', lp.notification_emails)
            FROM training_period tp JOIN lead_provider lp ON lp.id = tp.lead_provider_id
            WHERE tp.id = split_part(i.key, ' ', 2)::bigint)""",
        letter="To {whom}: {school} (URN {urn}) asked you on {day} to train a teacher and has had no answer. "
        "Please report the partnership if you work with the school, or tell the school that you do not.",
    ),
    Queue(
        "Q-02",
        "ECT without a mentor",
        "Act for the school, or write to those who work for it: its page has their addresses",
        f"""SELECT 'stay ' || e.id AS key,
            greatest(e.created_at, (SELECT max(m.finished_on) FROM mentorship_period m
                WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL)) AS since,
            e.school_id, e.teacher_id, 'No mentor now or to come' AS facts
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
        WHERE {IN_PROGRESS} AND greatest(e.created_at, (SELECT max(m.finished_on) FROM mentorship_period m
                WHERE m.ect_at_school_period_id = e.id AND m.cancelled_at IS NULL)) < $1::date - 14
            AND NOT EXISTS (SELECT FROM mentorship_period m WHERE m.ect_at_school_period_id = e.id
                AND m.cancelled_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $1)""",  # noqa: S608 - constants
    ),
    Queue(
        "Q-03",
        "Induction not recorded",
        "Ask the appropriate body, record the induction, or correct the body that is reported",
        f"""SELECT 'stay ' || e.id AS key, e.started_on::timestamptz AS since, e.school_id, e.teacher_id,
            coalesce(b.name || ' has recorded no induction',
                'No appropriate body is reported, and no induction is recorded') AS facts
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
        LEFT JOIN appropriate_body b ON b.id = e.school_reported_appropriate_body_id
        WHERE {IN_PROGRESS} AND e.started_on < $1::date - {DAYS.format("ab_record_days")}
            AND NOT EXISTS (SELECT FROM induction_period i WHERE i.teacher_id = e.teacher_id
                AND i.finished_on IS NULL)""",  # noqa: S608 - constants
    ),
    Queue(
        "Q-05",
        "Name corrections",
        "Accept the name, or put the teaching record’s name back",
        """SELECT 'name ' || n.id AS key, n.raised_at AS since, n.school_id, n.teacher_id,
            n.trs_name || ' on the teaching record; ' || n.old_name || ' became ' || n.new_name
                || coalesce(' (score ' || c.score || ')', '') AS facts, c.score
        FROM name_flag n LEFT JOIN name_correction c ON c.name_flag_id = n.id WHERE n.reviewed_at IS NULL
            AND NOT EXISTS (SELECT FROM teacher t WHERE t.id = n.teacher_id
                AND t.merged_into_teacher_id IS NOT NULL)""",
        order="score, since, key",
        page="/admin/name-corrections?flagged=yes&reviewed=no",
    ),
    Queue(
        "Q-06",
        "Succession of a school to decide",
        "Decide where its people go on",
        """SELECT 'item ' || i.id AS key, i.raised_on::timestamptz AS since, i.school_id,
            NULL::bigint AS teacher_id, replace(i.kind, '_', ' ') || coalesce(': ' || i.reason, '') AS facts
        FROM register_item i WHERE i.queue = 'Q-06' AND i.settled_at IS NULL""",
    ),
    Queue(
        "Q-07",
        "Mail not delivered",
        "Correct the address, or tell the school",
        """SELECT 'address ' || lower(failed.recipient) AS key, max(failed.finished_at) AS since,
            (array_agg(failed.school_id ORDER BY failed.finished_at DESC))[1] AS school_id,
            (array_agg(failed.teacher_id ORDER BY failed.finished_at DESC))[1] AS teacher_id,
            (array_agg(failed.recipient ORDER BY failed.finished_at DESC))[1] || ' does not accept mail ('
                || (array_agg(failed.message_id ORDER BY failed.finished_at DESC))[1] || ')' AS facts
        FROM message failed WHERE failed.state = 'bounced' AND (
            EXISTS (SELECT FROM ect_at_school_period e WHERE lower(e.email) = lower(failed.recipient)
                AND e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $1)
            OR EXISTS (SELECT FROM mentor_at_school_period m WHERE lower(m.email) = lower(failed.recipient)
                AND m.removed_at IS NULL AND coalesce(m.finished_on, 'infinity') >= $1)
            OR EXISTS (SELECT FROM induction_tutor i WHERE lower(i.email) = lower(failed.recipient)
                AND i.ended_at IS NULL)
            OR EXISTS (SELECT FROM school s WHERE s.id = failed.school_id
                AND lower(failed.recipient) IN (lower(s.primary_email), lower(s.secondary_email))))
            AND NOT EXISTS (SELECT FROM message later WHERE lower(later.recipient) = lower(failed.recipient)
                AND later.state = 'delivered' AND later.finished_at > failed.finished_at)
        GROUP BY lower(failed.recipient)""",
    ),
    Queue(
        "Q-08",
        "School without an induction tutor",
        "Set the induction tutor, or act for the school",
        """SELECT 'school ' || s.id AS key, coalesce(max(i.ended_at), min(e.created_at)) AS since,
            s.id AS school_id, NULL::bigint AS teacher_id,
            count(DISTINCT e.id) || ' current ECTs and no induction tutor' AS facts
        FROM school s JOIN ect_at_school_period e ON e.school_id = s.id AND e.removed_at IS NULL
            AND e.started_on <= $1 AND coalesce(e.finished_on, 'infinity') >= $1
        LEFT JOIN induction_tutor i ON i.school_id = s.id
        WHERE s.status_code <> 2
            AND NOT EXISTS (SELECT FROM induction_tutor now WHERE now.school_id = s.id AND now.ended_at IS NULL)
        GROUP BY s.id HAVING coalesce(max(i.ended_at), min(e.created_at)) < $1::date - 7""",
    ),
    Queue(
        "Q-10",
        "Appropriate body mismatch",
        "Correct the induction period, or ask the body that recorded it. The reported body can be changed once none is",
        """SELECT 'stay ' || e.id AS key, i.started_on::timestamptz AS since, e.school_id, e.teacher_id,
            'Reported: ' || reported.name || '; recorded: ' || recorded.name AS facts
        FROM ect_at_school_period e JOIN teacher t ON t.id = e.teacher_id
        JOIN appropriate_body reported ON reported.id = e.school_reported_appropriate_body_id
        JOIN induction_period i ON i.teacher_id = e.teacher_id AND i.finished_on IS NULL
        JOIN appropriate_body recorded ON recorded.id = i.appropriate_body_id
        WHERE e.removed_at IS NULL AND coalesce(e.finished_on, 'infinity') >= $1 AND recorded.id <> reported.id
            AND i.started_on < $1::date - 28""",
    ),
    Queue(
        "Q-12",
        "Odd values in the register",
        "Set what the school may do, or wait for a correction in the register",
        """SELECT 'item ' || i.id AS key, i.raised_on::timestamptz AS since, i.school_id,
            NULL::bigint AS teacher_id, replace(i.kind, '_', ' ') || coalesce(': ' || i.reason, '') AS facts
        FROM register_item i JOIN school s ON s.id = i.school_id
        WHERE i.queue = 'Q-12' AND i.settled_at IS NULL AND (i.kind = 'ukprn_repeated' OR s.access_override IS NULL
            OR s.access_override_until < $1)""",
    ),
    Queue(
        "Q-13",
        "Stopped and not acted on",
        "Change the training, act for the school, or write to those who work for it",
        f"""SELECT 'training ' || tp.id AS key, coalesce(tp.withdrawn_at, sp.challenged_at) AS since, tp.school_id,
            tp.teacher_id, coalesce(lp.name, 'The lead provider') || CASE WHEN tp.withdrawn_at IS NOT NULL
                THEN ' has stopped training them' ELSE ' is wrong, the school said' END AS facts
        FROM training_period tp JOIN ect_at_school_period e ON e.id = tp.ect_at_school_period_id
        JOIN teacher t ON t.id = tp.teacher_id
        LEFT JOIN school_partnership sp ON sp.id = tp.school_partnership_id
        LEFT JOIN lead_provider lp ON lp.id = tp.lead_provider_id
        WHERE {IN_PROGRESS} AND tp.cancelled_at IS NULL
            AND (tp.withdrawn_at < $1::date - 14 OR (tp.withdrawn_at IS NULL AND tp.school_partnership_id = ANY(ARRAY(
                SELECT id FROM school_partnership WHERE challenged_at < $1::date - 14))))
            AND NOT EXISTS (SELECT FROM training_period later WHERE later.ect_at_school_period_id = e.id
                AND later.cancelled_at IS NULL AND (later.started_on, later.id) > (tp.started_on, tp.id))""",  # noqa: S608 - constants
    ),
    Queue(
        "Q-15",
        "Support queries",
        "Answer in the ticket tool, then close the query",
        """SELECT 'query ' || q.id AS key, q.created_at AS since, q.school_id,
            coalesce(e.teacher_id, m.teacher_id) AS teacher_id, q.subject || ', from ' || q.name AS facts
        FROM support_query q
        LEFT JOIN ect_at_school_period e ON q.about_role = 'ect' AND e.id = q.about_stay_id
        LEFT JOIN mentor_at_school_period m ON q.about_role = 'mentor' AND m.id = q.about_stay_id
        WHERE q.state <> 'closed'""",
        page="/admin/support-queries",
    ),
)
