"""Everything that must never be, refused by the database itself; core PostgreSQL, no extension."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-23T09:00:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "Constraints, triggers and indexes"

WORDS = {
    "event": {
        "actor_kind": [
            "school_user",
            "staff",
            "staff_for_school",
            "appropriate_body_user",
            "lead_provider",
            "operator",
            "system",
        ]
    },
    "contract_period": {
        "successor_schedule_identifier": [
            "ecf-standard-september",
            "ecf-standard-january",
            "ecf-standard-april",
            "ecf-extended-september",
            "ecf-extended-january",
            "ecf-extended-april",
            "ecf-reduced-september",
            "ecf-reduced-january",
            "ecf-reduced-april",
            "ecf-replacement-september",
            "ecf-replacement-january",
            "ecf-replacement-april",
        ]
    },
    "schedule": {
        "identifier": [
            "ecf-standard-september",
            "ecf-standard-january",
            "ecf-standard-april",
            "ecf-extended-september",
            "ecf-extended-january",
            "ecf-extended-april",
            "ecf-reduced-september",
            "ecf-reduced-january",
            "ecf-reduced-april",
            "ecf-replacement-september",
            "ecf-replacement-january",
            "ecf-replacement-april",
        ]
    },
    "appropriate_body": {"type": ["teaching_school_hub", "national", "local_authority"]},
    "ect_at_school_period": {
        "end_reason": ["left", "joined_another_school", "induction_completed", "school_closed", "support"],
        "working_pattern": ["full_time", "part_time"],
        "identity_match": ["date_of_birth", "national_insurance_number"],
        "removal_reason": [
            "wrong_person",
            "duplicate",
            "not_starting",
            "induction_completed",
            "school_closed",
            "support",
        ],
    },
    "mentor_at_school_period": {
        "end_reason": ["left", "joined_another_school", "induction_completed", "school_closed", "support"],
        "identity_match": ["date_of_birth", "national_insurance_number"],
        "removal_reason": [
            "wrong_person",
            "duplicate",
            "not_starting",
            "induction_completed",
            "school_closed",
            "support",
        ],
    },
    "mentorship_period": {
        "cancellation_reason": [
            "replaced_before_confirmation",
            "replaced_before_start",
            "stay_ended_first",
            "registration_removed",
            "support",
        ]
    },
    "draft": {
        "kind": ["register_ect", "register_mentor", "change"],
        "state": ["open", "submitted", "deleted", "expired", "blocked"],
        "identity_match": ["date_of_birth", "national_insurance_number"],
    },
    "lookup_attempt": {
        "role": ["ect", "mentor"],
        "outcome": [
            "matched",
            "trn_not_found",
            "date_of_birth_mismatch",
            "national_insurance_number_mismatch",
            "limited",
            "unavailable",
        ],
    },
    "school": {
        "kind": ["state_funded", "independent", "british_school_overseas", "other"],
        "last_training_programme": ["provider_led", "school_led"],
    },
    "school_year": {"expecting_ects": ["yes", "no", "not_sure"]},
    "teacher": {
        "trs_induction_status": [
            "None",
            "RequiredToComplete",
            "InProgress",
            "Passed",
            "Failed",
            "FailedInWales",
            "Exempt",
        ],
        "trs_answer": ["found", "not_found", "deactivated", "merged"],
        "mentor_ineligible_reason": [
            "completed_declaration_received",
            "completed_during_early_roll_out",
            "started_not_completed",
        ],
    },
    "induction_period": {"outcome": ["pass", "fail"]},
    "school_partnership": {
        "origin": ["reported", "carried_forward", "support"],
        "challenge_reason": [
            "agreed_with_another_lead_provider",
            "agreement_not_confirmed",
            "lead_provider_not_recognised",
            "no_ects_this_year",
            "looks_like_a_mistake",
        ],
    },
    "training_period": {
        "role": ["ect", "mentor"],
        "training_programme": ["provider_led", "school_led"],
        "confirmation_source": ["lead_provider_report", "existing_partnership", "carried_forward", "support"],
        "withdrawal_reason": [
            "left_teaching_profession",
            "moved_school",
            "mentor_no_longer_being_mentor",
            "switched_to_school_led",
            "changed_lead_provider",
            "other",
        ],
        "deferral_reason": ["bereavement", "long_term_sickness", "parental_leave", "career_break", "other"],
        "cancellation_reason": [
            "replaced_before_confirmation",
            "replaced_before_start",
            "stay_ended_first",
            "registration_removed",
            "support",
        ],
    },
}
WORDS["message"] = {
    "state": [
        "pending",
        "sending",
        "accepted",
        "delivered",
        "bounced",
        "undelivered",
        "failed",
        "parked",
        "expired",
        "cancelled",
        "suppressed",
    ]
}
WORDS["app_user"] = {"audience": ["school", "staff"]}
WORDS["school"]["access_override"] = ["full", "school_led_only", "none"]
WORDS["school"]["email_link_override"] = ["on", "off"]
WORDS["name_flag"] = {"where": ["registration", "change"]}

RANGE = "daterange(started_on, finished_on, '[]') WITH &&"


def same(*columns: str) -> str:
    """Return exclusion parts for equal ids, spelled without an extension."""
    return ", ".join(f"int8range({column}, {column}, '[]') WITH &&" for column in columns)


CHECKS = {
    "teacher": {
        "trn_is_seven_digits": "trn ~ '^[0-9]{7}$'",
        "ineligible_date_and_reason": "(mentor_ineligible_on IS NULL) = (mentor_ineligible_reason IS NULL)",
        "merged_trn_when_merged": "(trs_answer = 'merged') = (trs_merged_into_trn IS NOT NULL)",
    },
    "ect_at_school_period": {
        "finish_not_before_start": "finished_on >= started_on",
        "end_reason_when_ended": "(finished_on IS NULL) = (end_reason IS NULL)",
        "removal_reason_when_removed": "(removed_at IS NULL) = (removal_reason IS NULL)",
        "leaving_report_whole": "(leaving_reported_by_school_id IS NULL) = (leaving_reported_at IS NULL)",
    },
    "mentor_at_school_period": {
        "finish_not_before_start": "finished_on >= started_on",
        "end_reason_when_ended": "(finished_on IS NULL) = (end_reason IS NULL)",
        "removal_reason_when_removed": "(removed_at IS NULL) = (removal_reason IS NULL)",
        "leaving_report_whole": "(leaving_reported_by_school_id IS NULL) = (leaving_reported_at IS NULL)",
    },
    "mentorship_period": {
        "finish_not_before_start": "finished_on >= started_on",
        "never_of_themself": "ect_teacher_id <> mentor_teacher_id",
        "cancellation_whole": "(cancelled_at IS NULL) = (cancellation_reason IS NULL)",
    },
    "training_period": {
        "finish_not_before_start": "finished_on >= started_on",
        "one_stay_of_its_role": "(role = 'ect') = (ect_at_school_period_id IS NOT NULL)"
        " AND (role = 'mentor') = (mentor_at_school_period_id IS NOT NULL)",
        "provider_led_is_whole": "CASE training_programme WHEN 'provider_led'"
        " THEN lead_provider_id IS NOT NULL AND contract_period_year IS NOT NULL AND schedule_id IS NOT NULL"
        " ELSE role = 'ect' AND lead_provider_id IS NULL AND contract_period_year IS NULL"
        " AND school_partnership_id IS NULL AND schedule_id IS NULL END",
        "confirmed_with_partnership": "(school_partnership_id IS NULL) = (confirmed_at IS NULL)"
        " AND (confirmed_at IS NULL) = (confirmation_source IS NULL)",
        "withdrawal_whole": "(withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
        "deferral_whole": "(deferred_at IS NULL) = (deferral_reason IS NULL)",
        "stopped_is_finished": "(withdrawn_at IS NULL AND deferred_at IS NULL) OR finished_on IS NOT NULL",
        "cancellation_whole": "(cancelled_at IS NULL) = (cancellation_reason IS NULL)",
        "mentors_reason_for_mentors": "withdrawal_reason <> 'mentor_no_longer_being_mentor' OR role = 'mentor'",
    },
    "induction_period": {
        "finish_not_before_start": "finished_on >= started_on",
        "outcome_when_finished": "outcome IS NULL OR finished_on IS NOT NULL",
        "terms_in_range": "number_of_terms BETWEEN 0 AND 16",
    },
    "contract_period": {
        "year_from_2020": "year BETWEEN 2020 AND 2099",
        "finish_after_start": "finished_on > started_on",
        "freeze_has_successor": "payments_frozen_on IS NULL"
        " OR (successor_year IS NOT NULL AND successor_schedule_identifier IS NOT NULL)",
        "successor_is_another": "successor_year <> year",
    },
    "registration_closure": {"finish_not_before_start": "ends_on >= starts_on"},
    "milestone": {"closes_after_opening": "closes_on > opens_on"},
    "school": {
        "last_provider_when_provider_led": "(last_training_programme IS NOT DISTINCT FROM 'provider_led')"
        " = (last_lead_provider_id IS NOT NULL)",
        "urn_is_digits": "urn ~ '^[0-9]{5,7}$'",
    },
    "appropriate_body": {
        "dates_in_order": "active_to >= active_from",
        "local_authorities_for_history": "type <> 'local_authority' OR cardinality(allowed_school_kinds) = 0",
        "known_school_kinds": "allowed_school_kinds"
        " <@ ARRAY['state_funded', 'independent', 'british_school_overseas', 'other']",
    },
    "school_partnership": {
        "challenge_whole": "(challenged_at IS NULL) = (challenge_reason IS NULL)",
        "carried_from_another": "carried_from_partnership_id <> id",
    },
    "draft": {
        "ended_is_erased": "state IN ('open', 'blocked')"
        " OR (trn IS NULL AND trs_snapshot IS NULL AND answers = '{}'::jsonb)",
        "trn_is_seven_digits": "trn ~ '^[0-9]{7}$'",
        "submitted_has_outcome": "(state = 'submitted') = (outcome IS NOT NULL)",
        "snapshot_only_when_matched": "trs_snapshot IS NULL OR identity_match IS NOT NULL",
    },
    "induction_tutor": {"ends_after_start": "ended_at >= started_at"},
}

EXCLUSIONS = {
    "ect_at_school_period": {"one_school_at_a_time": (f"{same('teacher_id')}, {RANGE}", "removed_at IS NULL")},
    "mentor_at_school_period": {
        "once_at_a_school": (f"{same('teacher_id', 'school_id')}, {RANGE}", "removed_at IS NULL")
    },
    "mentorship_period": {
        "one_mentor_at_a_time": (f"{same('ect_at_school_period_id')}, {RANGE}", "cancelled_at IS NULL")
    },
    "training_period": {
        "one_ect_training_at_a_time": (f"{same('teacher_id')}, {RANGE}", "cancelled_at IS NULL AND role = 'ect'"),
        "one_mentor_training_at_a_time": (
            f"{same('teacher_id')}, {RANGE}",
            "cancelled_at IS NULL AND role = 'mentor'",
        ),
    },
    "induction_period": {"one_induction_at_a_time": (f"{same('teacher_id')}, {RANGE}", "true")},
    "contract_period": {"years_do_not_overlap": (RANGE, "true")},
    "registration_closure": {"closures_do_not_overlap": ("daterange(starts_on, ends_on, '[]') WITH &&", "true")},
}

UNIQUE = {
    "user_identity": {"one_identity": "method, subject"},
    "session": {"one_session": "id_hash"},
    "school_year": {"one_answer_a_year": "school_id, contract_period_year"},
    "school_uplift": {"one_uplift_a_year": "school_id, contract_period_year"},
    "school_link": {"one_link": "urn, link_urn, link_type"},
    "schedule": {"one_schedule": "contract_period_year, identifier", "schedule_of_year": "id, contract_period_year"},
    "milestone": {"one_milestone": "schedule_id, declaration"},
    "lead_provider_contract": {
        "one_contract": "lead_provider_id, contract_period_year",
        "contract_whole": "id, lead_provider_id, contract_period_year",
    },
    "provider_pairing": {
        "one_pairing": "lead_provider_contract_id, delivery_partner_id",
        "pairing_whole": "lead_provider_id, delivery_partner_id, contract_period_year",
    },
    "ect_at_school_period": {"ect_stay_whole": "id, teacher_id, school_id", "ect_continues_once": "continues_stay_id"},
    "mentor_at_school_period": {
        "mentor_stay_whole": "id, teacher_id, school_id",
        "mentor_continues_once": "continues_stay_id",
    },
    "school_partnership": {
        "one_partnership": "school_id, lead_provider_id, delivery_partner_id, contract_period_year",
        "partnership_whole": "id, school_id, lead_provider_id, contract_period_year",
    },
    "event": {"one_chain": "prev_hash"},
    "event_subject": {"one_subject": "event_id, kind, subject_id"},
}

FOREIGN_KEYS = {
    "school_access": {"access_to_school": ("school_id", "school (id)")},
    "mentorship_period": {
        "ect_stay_at_school": (
            "ect_at_school_period_id, ect_teacher_id, school_id",
            "ect_at_school_period (id, teacher_id, school_id)",
        ),
        "mentor_stay_at_school": (
            "mentor_at_school_period_id, mentor_teacher_id, school_id",
            "mentor_at_school_period (id, teacher_id, school_id)",
        ),
    },
    "training_period": {
        "ect_stay_agrees": (
            "ect_at_school_period_id, teacher_id, school_id",
            "ect_at_school_period (id, teacher_id, school_id)",
        ),
        "mentor_stay_agrees": (
            "mentor_at_school_period_id, teacher_id, school_id",
            "mentor_at_school_period (id, teacher_id, school_id)",
        ),
        "contracted": (
            "lead_provider_id, contract_period_year",
            "lead_provider_contract (lead_provider_id, contract_period_year)",
        ),
        "partnership_agrees": (
            "school_partnership_id, school_id, lead_provider_id, contract_period_year",
            "school_partnership (id, school_id, lead_provider_id, contract_period_year)",
        ),
        "schedule_agrees": ("schedule_id, contract_period_year", "schedule (id, contract_period_year)"),
    },
    "provider_pairing": {
        "pairing_of_contract": (
            "lead_provider_contract_id, lead_provider_id, contract_period_year",
            "lead_provider_contract (id, lead_provider_id, contract_period_year)",
        ),
    },
    "school_partnership": {
        "paired": (
            "lead_provider_id, delivery_partner_id, contract_period_year",
            "provider_pairing (lead_provider_id, delivery_partner_id, contract_period_year)",
        ),
    },
    "contract_period": {"successor_exists": ("successor_year", "contract_period (year) DEFERRABLE INITIALLY DEFERRED")},
    "event_subject": {"subject_of_event": ("event_id", "event (id)")},
}

INDEXES = {
    "induction_tutor_current": "UNIQUE INDEX {} ON induction_tutor (school_id) WHERE ended_at IS NULL",
    "lead_provider_name": "UNIQUE INDEX {} ON lead_provider (lower(name))",
    "delivery_partner_name": "UNIQUE INDEX {} ON delivery_partner (lower(name))",
    "appropriate_body_name": "UNIQUE INDEX {} ON appropriate_body (lower(name))",
    "induction_outcome_once": "UNIQUE INDEX {} ON induction_period (teacher_id) WHERE outcome IS NOT NULL",
    "partnership_reported_once": "UNIQUE INDEX {} ON school_partnership (school_id, lead_provider_id, contract_period_year)"
    " WHERE challenged_at IS NULL AND origin = 'reported'",
    "school_access_open": "UNIQUE INDEX {} ON school_access (user_id, school_id, source) WHERE ended_at IS NULL",
    "school_access_of_school": "INDEX {} ON school_access (school_id) WHERE ended_at IS NULL",
    "app_user_email": "INDEX {} ON app_user (lower(email))",
    "session_of_user": "INDEX {} ON session (user_id)",
    "rate_count_window": "INDEX {} ON rate_count (kind, key_hash, at)",
    "school_search": "INDEX {} ON school (search_name text_pattern_ops)",
    "school_link_target": "INDEX {} ON school_link (link_urn)",
    "teacher_search": "INDEX {} ON teacher (search_name text_pattern_ops)",
    "induction_period_teacher": "INDEX {} ON induction_period (teacher_id)",
    "ect_stay_school": "INDEX {} ON ect_at_school_period (school_id)",
    "ect_stay_teacher": "INDEX {} ON ect_at_school_period (teacher_id)",
    "ect_stay_email": "INDEX {} ON ect_at_school_period (lower(email)) WHERE removed_at IS NULL",
    "mentor_stay_school": "INDEX {} ON mentor_at_school_period (school_id)",
    "mentor_stay_teacher": "INDEX {} ON mentor_at_school_period (teacher_id)",
    "mentor_stay_email": "INDEX {} ON mentor_at_school_period (lower(email)) WHERE removed_at IS NULL",
    "mentorship_ect": "INDEX {} ON mentorship_period (ect_at_school_period_id)",
    "mentorship_mentor": "INDEX {} ON mentorship_period (mentor_at_school_period_id)",
    "training_ect_stay": "INDEX {} ON training_period (ect_at_school_period_id)",
    "training_mentor_stay": "INDEX {} ON training_period (mentor_at_school_period_id)",
    "training_teacher": "INDEX {} ON training_period (teacher_id)",
    "training_partnership": "INDEX {} ON training_period (school_partnership_id)",
    "training_requested": "INDEX {} ON training_period (school_id, lead_provider_id) WHERE requested_at IS NOT NULL",
    "declaration_training": "INDEX {} ON declaration (training_period_id)",
    "partnership_school": "INDEX {} ON school_partnership (school_id, contract_period_year)",
    "draft_school": "INDEX {} ON draft (school_id, state)",
    "draft_expiry": "INDEX {} ON draft (expires_at) WHERE state IN ('open', 'blocked')",
    "lookup_user": "INDEX {} ON lookup_attempt (user_id, at)",
    "lookup_school": "INDEX {} ON lookup_attempt (school_id, at)",
    "lookup_trn": "INDEX {} ON lookup_attempt (trn, at)",
    "name_flag_teacher": "INDEX {} ON name_flag (teacher_id)",
    "event_of_school_teacher": "INDEX {} ON event (school_id, teacher_id, id)",
    "event_of_teacher": "INDEX {} ON event (teacher_id, id)",
    "message_due": "INDEX {} ON message (priority, not_before) WHERE state IN ('pending', 'sending')",
    "message_address": "INDEX {} ON message (lower(recipient), finished_at) WHERE state IN ('delivered', 'bounced')",
}

FUNCTIONS = {
    "refuse_change": """
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END""",
    "keep_first_stamp": """
        BEGIN
            IF OLD.ect_first_eligible_at IS NOT NULL
                AND NEW.ect_first_eligible_at IS DISTINCT FROM OLD.ect_first_eligible_at
                OR OLD.mentor_first_eligible_at IS NOT NULL
                AND NEW.mentor_first_eligible_at IS DISTINCT FROM OLD.mentor_first_eligible_at
            THEN
                RAISE EXCEPTION 'first-eligible stamps are written once'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_written_once';
            END IF;
            RETURN NEW;
        END""",
    "schedule_fits_role": """
        DECLARE chosen text;
        BEGIN
            SELECT identifier INTO chosen FROM schedule WHERE id = NEW.schedule_id;
            IF chosen LIKE 'ecf-replacement-%' AND NEW.role <> 'mentor'
                OR chosen LIKE 'ecf-reduced-%' AND NEW.role <> 'ect'
            THEN
                RAISE EXCEPTION 'schedule % is not for this role', chosen
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'schedule_fits_role';
            END IF;
            RETURN NEW;
        END""",
    "continues_a_closed_stay": """
        DECLARE fits boolean;
        BEGIN
            IF NEW.continues_stay_id IS NULL THEN RETURN NEW; END IF;
            EXECUTE format('SELECT teacher_id = $1 AND end_reason = ''school_closed'' FROM %I WHERE id = $2', TG_TABLE_NAME)
                INTO fits USING NEW.teacher_id, NEW.continues_stay_id;
            IF fits IS NOT TRUE THEN
                RAISE EXCEPTION 'a stay continues one of the same teacher at a closed school'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'continues_a_closed_stay';
            END IF;
            RETURN NEW;
        END""",
    "mentorship_inside_stays": """
        DECLARE outside boolean;
        BEGIN
            SELECT EXISTS (
                SELECT FROM mentorship_period m
                JOIN ect_at_school_period e ON e.id = m.ect_at_school_period_id
                JOIN mentor_at_school_period s ON s.id = m.mentor_at_school_period_id
                WHERE m.cancelled_at IS NULL
                AND CASE TG_TABLE_NAME WHEN 'mentorship_period' THEN m.id = NEW.id
                    WHEN 'ect_at_school_period' THEN e.id = NEW.id ELSE s.id = NEW.id END
                AND NOT (
                    daterange(e.started_on, e.finished_on, '[]') @> daterange(m.started_on, m.finished_on, '[]')
                    AND daterange(s.started_on, s.finished_on, '[]') @> daterange(m.started_on, m.finished_on, '[]')
                    AND e.removed_at IS NULL AND s.removed_at IS NULL
                )
            ) INTO outside;
            IF outside THEN
                RAISE EXCEPTION 'a mentorship lies outside a stay'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'mentorship_inside_stays';
            END IF;
            RETURN NULL;
        END""",
    "training_inside_stay": """
        DECLARE outside boolean;
        BEGIN
            SELECT EXISTS (
                SELECT FROM training_period t
                LEFT JOIN ect_at_school_period e ON e.id = t.ect_at_school_period_id
                LEFT JOIN mentor_at_school_period s ON s.id = t.mentor_at_school_period_id
                WHERE t.cancelled_at IS NULL
                AND CASE TG_TABLE_NAME WHEN 'training_period' THEN t.id = NEW.id
                    WHEN 'ect_at_school_period' THEN e.id = NEW.id ELSE s.id = NEW.id END
                AND NOT (
                    daterange(coalesce(e.started_on, s.started_on), coalesce(e.finished_on, s.finished_on), '[]')
                        @> daterange(t.started_on, t.finished_on, '[]')
                    AND e.removed_at IS NULL AND s.removed_at IS NULL
                )
            ) INTO outside;
            IF outside THEN
                RAISE EXCEPTION 'training lies outside its stay'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'training_inside_stay';
            END IF;
            RETURN NULL;
        END""",
}

DEFERRED = "AFTER INSERT OR UPDATE ON {} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
TRIGGERS = {
    "event_append_only": ("TRIGGER", "BEFORE UPDATE OR DELETE ON event FOR EACH ROW", "refuse_change"),
    "event_no_truncate": ("TRIGGER", "BEFORE TRUNCATE ON event FOR EACH STATEMENT", "refuse_change"),
    "event_subject_append_only": ("TRIGGER", "BEFORE UPDATE OR DELETE ON event_subject FOR EACH ROW", "refuse_change"),
    "event_subject_no_truncate": ("TRIGGER", "BEFORE TRUNCATE ON event_subject FOR EACH STATEMENT", "refuse_change"),
    "teacher_first_stamp": ("TRIGGER", "BEFORE UPDATE ON teacher FOR EACH ROW", "keep_first_stamp"),
    "training_schedule_fits": (
        "TRIGGER",
        "BEFORE INSERT OR UPDATE ON training_period FOR EACH ROW",
        "schedule_fits_role",
    ),
    "ect_stay_continues": (
        "TRIGGER",
        "BEFORE INSERT OR UPDATE ON ect_at_school_period FOR EACH ROW",
        "continues_a_closed_stay",
    ),
    "mentor_stay_continues": (
        "TRIGGER",
        "BEFORE INSERT OR UPDATE ON mentor_at_school_period FOR EACH ROW",
        "continues_a_closed_stay",
    ),
    "mentorship_inside": ("CONSTRAINT TRIGGER", DEFERRED.format("mentorship_period"), "mentorship_inside_stays"),
    "mentorship_inside_ect": ("CONSTRAINT TRIGGER", DEFERRED.format("ect_at_school_period"), "mentorship_inside_stays"),
    "mentorship_inside_mentor": (
        "CONSTRAINT TRIGGER",
        DEFERRED.format("mentor_at_school_period"),
        "mentorship_inside_stays",
    ),
    "training_inside": ("CONSTRAINT TRIGGER", DEFERRED.format("training_period"), "training_inside_stay"),
    "training_inside_ect": ("CONSTRAINT TRIGGER", DEFERRED.format("ect_at_school_period"), "training_inside_stay"),
    "training_inside_mentor": (
        "CONSTRAINT TRIGGER",
        DEFERRED.format("mentor_at_school_period"),
        "training_inside_stay",
    ),
}

# Piccolo gives every column a default; here a missing value must be refused, never filled in silently.
DROP_DEFAULTS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_default IS NOT NULL AND column_default NOT LIKE 'nextval%'
            AND table_name <> 'migration'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', found.table_name, found.column_name);
        END LOOP;
        FOR found IN SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'public_id'
        LOOP
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT gen_random_uuid()', found.table_name, found.column_name);
        END LOOP;
    END $$"""


def constraints() -> list[tuple[str, str, str]]:
    """Return (table, name, definition) of every constraint, in an order in which they can be made."""
    made = [
        (table, f"{table}_{column}_is_known", f"CHECK ({column} IN ({', '.join(repr(v) for v in values)}))")
        for table, columns in WORDS.items()
        for column, values in columns.items()
    ]
    # "where" is a reserved word.
    made = [(table, name, definition.replace("(where IN", '("where" IN')) for table, name, definition in made]
    made += [
        (table, f"{table}_{name}", f"CHECK ({rule})") for table, rules in CHECKS.items() for name, rule in rules.items()
    ]
    made += [(table, name, f"UNIQUE ({columns})") for table, rules in UNIQUE.items() for name, columns in rules.items()]
    made += [
        (table, name, f"EXCLUDE USING gist ({parts}) WHERE ({where})")
        for table, rules in EXCLUSIONS.items()
        for name, (parts, where) in rules.items()
    ]
    made += [
        (table, name, f"FOREIGN KEY ({columns}) REFERENCES {target}")
        for table, rules in FOREIGN_KEYS.items()
        for name, (columns, target) in rules.items()
    ]
    return made


async def forwards() -> MigrationManager:
    """Make them all."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        await fetch(DROP_DEFAULTS)
        for table, name, definition in constraints():
            await fetch(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for name, definition in INDEXES.items():
            await fetch(f"CREATE {definition.format(name)}")
        for name, body in FUNCTIONS.items():
            await fetch(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$")
        for name, (kind, when, function) in TRIGGERS.items():
            await fetch(f"CREATE {kind} {name} {when} EXECUTE FUNCTION {function}()")

    async def unmake() -> None:
        for name, (_, when, _) in TRIGGERS.items():
            await fetch(f"DROP TRIGGER {name} ON {when.split(' ON ')[1].split()[0]}")
        for name in FUNCTIONS:
            await fetch(f"DROP FUNCTION {name}()")
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")
        for table, name, _ in reversed(constraints()):
            await fetch(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager
