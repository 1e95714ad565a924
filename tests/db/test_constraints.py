"""What the database refuses by itself (rules, section 4): a table of rows that must never be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.db.engine import fetch, fetch_one
from app.db.refusals import GUARDS, refusal_of
from app.db.sight import OWNER, seen_by
from app.db.transaction import transaction
from app.terms import Refused
from tests.db.rows import BUILDERS, DAY, HASH, NOW, World, insert, make_world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

END = date(2025, 12, 31)
EARLIER = DAY - timedelta(days=1)


@pytest.fixture
async def world(database: None) -> World:
    return await make_world()


@dataclass(frozen=True)
class Bad:
    """A row, by table and what differs from one that fits, and the constraint that refuses it."""

    constraint: str
    table: str
    changes: Any
    """Columns of the row, or how to find them from the world's ids."""
    beside: Any = None
    """Rows written before, each (table, changes)."""


def of(given: Any, world: World) -> Any:
    return given(world) if callable(given) else given


async def refusal(act: Callable[[], Awaitable[Any]]) -> str | None:
    """Do something in a transaction; returns the name of the constraint that refused it, if one did."""
    try:
        async with transaction():
            await act()
    except Refused as refused:
        return getattr(refused.__cause__, "constraint_name", None)
    except asyncpg.IntegrityConstraintViolationError as fault:
        return fault.constraint_name
    return None


STAYS = {
    f"{rule} {role}: {what}": Bad(constraint.format(table=table), table, changes)
    for role, table in (("ect", "ect_at_school_period"), ("mentor", "mentor_at_school_period"))
    for rule, what, constraint, changes in (
        (
            "GEN-02",
            "finishes before it starts",
            "{table}_finish_not_before_start",
            {"finished_on": EARLIER, "end_reason": "left"},
        ),
        ("PER-40", "finished without saying why", "{table}_end_reason_when_ended", {"finished_on": END}),
        ("PER-40", "a reason without a finish", "{table}_end_reason_when_ended", {"end_reason": "left"}),
        ("PER-51", "removed without a reason", "{table}_removal_reason_when_removed", {"removed_at": NOW}),
        ("PER-51", "a reason without removal", "{table}_removal_reason_when_removed", {"removal_reason": "duplicate"}),
        ("PER-41", "leaving reported by nobody", "{table}_leaving_report_whole", {"leaving_reported_at": NOW}),
        (
            "REF-3.5",
            "continues an open stay",
            "continues_a_closed_stay",
            lambda w, name=f"{role}_stay", teacher=role: {
                "continues_stay_id": getattr(w, name),
                "teacher_id": getattr(w, teacher),
                "started_on": date(2027, 1, 1),
            },
        ),
    )
}

PEOPLE = {
    "VAL-01 a TRN of six digits": Bad("teacher_trn_is_seven_digits", "teacher", {"trn": "123456"}),
    "VAL-01 a TRN with a letter": Bad("teacher_trn_is_seven_digits", "teacher", {"trn": "123456x"}),
    "VAL-01 a TRN twice": Bad("teacher_trn_key", "teacher", {"trn": "7000001"}),
    "MFT-01 ineligible without a reason": Bad(
        "teacher_ineligible_date_and_reason", "teacher", {"mentor_ineligible_on": DAY}
    ),
    "MFT-01 a reason without a date": Bad(
        "teacher_ineligible_date_and_reason", "teacher", {"mentor_ineligible_reason": "started_not_completed"}
    ),
    "IDN-02 merged into nobody": Bad("teacher_merged_trn_when_merged", "teacher", {"trs_answer": "merged"}),
    "PER-01 at two schools at once": Bad(
        "one_school_at_a_time", "ect_at_school_period", lambda w: {"teacher_id": w.ect, "school_id": w.other_school}
    ),
    "GEN-02 a stay beginning on the last day of another": Bad(
        "one_school_at_a_time",
        "ect_at_school_period",
        {"started_on": END, "email": "x@a.example"},
        [("ect_at_school_period", {"finished_on": END, "end_reason": "left"})],
    ),
    "PER-10 a mentor twice at one school": Bad(
        "once_at_a_school", "mentor_at_school_period", lambda w: {"teacher_id": w.mentor}
    ),
    "DM-02 two rounds of induction at once": Bad(
        "one_induction_at_a_time", "induction_period", {"outcome": None}, [("induction_period", {})]
    ),
    "EXT-2.24 an induction in progress without a start": Bad(
        "induction_to_tell_dates_fit_status", "induction_to_tell", {"started_on": None}
    ),
    "EXT-2.24 a change told and waiting": Bad(
        "induction_to_tell_finished_once", "induction_to_tell", {"finished_at": NOW}
    ),
    "DM-02 two outcomes": Bad(
        "induction_outcome_once",
        "induction_period",
        {"started_on": date(2026, 1, 1), "finished_on": date(2026, 2, 1)},
        [("induction_period", {})],
    ),
    "DM-02 an outcome before the finish": Bad(
        "induction_period_outcome_when_finished", "induction_period", {"finished_on": None}
    ),
    "DM-02 induction that finishes before it starts": Bad(
        "induction_period_finish_not_before_start", "induction_period", {"finished_on": EARLIER}
    ),
    "DM-02 seventeen terms": Bad("induction_period_terms_in_range", "induction_period", {"number_of_terms": 17}),
    "DM-02 less than no term": Bad("induction_period_terms_in_range", "induction_period", {"number_of_terms": -1}),
}

MENTORSHIPS = {
    "IDN-10 mentor of themself": Bad(
        "mentorship_period_never_of_themself", "mentorship_period", lambda w: {"mentor_teacher_id": w.ect}
    ),
    "PER-60 two mentors on one day": Bad("one_mentor_at_a_time", "mentorship_period", {}, [("mentorship_period", {})]),
    "GEN-05 an ECT of another school": Bad(
        "ect_stay_at_school", "mentorship_period", lambda w: {"school_id": w.other_school}
    ),
    "GEN-05 a mentor's stay of somebody else": Bad(
        "mentor_stay_at_school", "mentorship_period", lambda w: {"mentor_teacher_id": w.newcomer}
    ),
    "PER-62 before either stay": Bad("mentorship_inside_stays", "mentorship_period", {"started_on": EARLIER}),
    "GEN-02 a mentorship that finishes before it starts": Bad(
        "mentorship_period_finish_not_before_start", "mentorship_period", {"finished_on": EARLIER}
    ),
    "PER-63 a mentorship cancelled without a reason": Bad(
        "mentorship_period_cancellation_whole", "mentorship_period", {"cancelled_at": NOW}
    ),
}

SCHOOL_LED = {
    "training_programme": "school_led",
    "lead_provider_id": None,
    "contract_period_year": None,
    "school_partnership_id": None,
    "schedule_id": None,
    "confirmed_at": None,
    "confirmation_source": None,
}
UNCONFIRMED = {"school_partnership_id": None, "confirmed_at": None, "confirmation_source": None}


def of_mentor(world: World) -> dict[str, Any]:
    return {
        "role": "mentor",
        "teacher_id": world.mentor,
        "ect_at_school_period_id": None,
        "mentor_at_school_period_id": world.mentor_stay,
    }


TRAINING = {
    "PER-03 training of no stay": Bad(
        "training_period_one_stay_of_its_role", "training_period", {"ect_at_school_period_id": None}
    ),
    "PER-03 training of two stays": Bad(
        "training_period_one_stay_of_its_role",
        "training_period",
        lambda w: {"mentor_at_school_period_id": w.mentor_stay},
    ),
    "PER-03 an ECT's training of a mentor's stay": Bad(
        "training_period_one_stay_of_its_role", "training_period", lambda w: of_mentor(w) | {"role": "ect"}
    ),
    "GEN-05 training at another school than its stay": Bad(
        "ect_stay_agrees", "training_period", lambda w: UNCONFIRMED | {"school_id": w.other_school}
    ),
    "GEN-05 training of another teacher than its stay": Bad(
        "ect_stay_agrees", "training_period", lambda w: {"teacher_id": w.newcomer}
    ),
    "GEN-05 a mentor's training of another teacher than the stay": Bad(
        "mentor_stay_agrees", "training_period", lambda w: of_mentor(w) | {"teacher_id": w.newcomer}
    ),
    "ARR-02 with a lead provider without contract": Bad(
        "contracted", "training_period", lambda w: UNCONFIRMED | {"lead_provider_id": w.uncontracted}
    ),
    "ARR-09 with another school's partnership": Bad(
        "partnership_agrees",
        "training_period",
        {"school_partnership_id": 900_000},
        [("school_partnership", {"id": 900_000})],
    ),
    "SCD-01 with a schedule of another year": Bad(
        "schedule_agrees", "training_period", lambda w: {"schedule_id": w.standard_2024}
    ),
    "SCD-03 an ECT on a replacement schedule": Bad(
        "schedule_fits_role", "training_period", lambda w: {"schedule_id": w.replacement}
    ),
    "SCD-03 a mentor on a reduced schedule": Bad(
        "schedule_fits_role", "training_period", lambda w: of_mentor(w) | {"schedule_id": w.reduced}
    ),
    "ARR-01 provider-led without a lead provider": Bad(
        "training_period_provider_led_is_whole", "training_period", UNCONFIRMED | {"lead_provider_id": None}
    ),
    "SCD-04 provider-led without a schedule": Bad(
        "training_period_provider_led_is_whole", "training_period", {"schedule_id": None}
    ),
    "CP-09 provider-led without a year": Bad(
        "training_period_provider_led_is_whole", "training_period", UNCONFIRMED | {"contract_period_year": None}
    ),
    "PER-32 school-led with a lead provider": Bad(
        "training_period_provider_led_is_whole",
        "training_period",
        lambda w: SCHOOL_LED | {"lead_provider_id": w.provider},
    ),
    "MFT-02 school-led for a mentor": Bad(
        "training_period_provider_led_is_whole", "training_period", lambda w: of_mentor(w) | SCHOOL_LED
    ),
    "ARR-09 confirmed without a partnership": Bad(
        "training_period_confirmed_with_partnership", "training_period", {"school_partnership_id": None}
    ),
    "ARR-09 a partnership without a confirmation": Bad(
        "training_period_confirmed_with_partnership",
        "training_period",
        {"confirmed_at": None, "confirmation_source": None},
    ),
    "ARR-09 confirmed from nowhere": Bad(
        "training_period_confirmed_with_partnership", "training_period", {"confirmation_source": None}
    ),
    "PER-31 withdrawn without a reason": Bad(
        "training_period_withdrawal_whole", "training_period", {"withdrawn_at": NOW, "finished_on": END}
    ),
    "PER-31 deferred without a reason": Bad(
        "training_period_deferral_whole", "training_period", {"deferred_at": NOW, "finished_on": END}
    ),
    "API-13.7 withdrawn and unfinished": Bad(
        "training_period_stopped_is_finished", "training_period", {"withdrawn_at": NOW, "withdrawal_reason": "other"}
    ),
    "API-13.7 deferred and unfinished": Bad(
        "training_period_stopped_is_finished", "training_period", {"deferred_at": NOW, "deferral_reason": "other"}
    ),
    "PER-31 cancelled without a reason": Bad(
        "training_period_cancellation_whole", "training_period", {"cancelled_at": NOW}
    ),
    "DM-02 an ECT withdrawn for no longer being a mentor": Bad(
        "training_period_mentors_reason_for_mentors",
        "training_period",
        {"withdrawn_at": NOW, "withdrawal_reason": "mentor_no_longer_being_mentor", "finished_on": END},
    ),
    "GEN-02 training that finishes before it starts": Bad(
        "training_period_finish_not_before_start", "training_period", {"finished_on": EARLIER}
    ),
    "PER-21 two trainings of an ECT at once": Bad(
        "one_ect_training_at_a_time", "training_period", SCHOOL_LED, [("training_period", {})]
    ),
    "MFT-09 two trainings of a mentor at once": Bad(
        "one_mentor_training_at_a_time", "training_period", of_mentor, [("training_period", of_mentor)]
    ),
    "PER-04 training before the stay": Bad("training_inside_stay", "training_period", {"started_on": EARLIER}),
}

PROVIDERS = {
    "REF-4.2 a year before 2020": Bad("contract_period_year_from_2020", "contract_period", {"year": 2019}),
    "REF-4.5 a year that finishes as it starts": Bad(
        "contract_period_finish_after_start", "contract_period", {"finished_on": date(2030, 6, 1)}
    ),
    "REF-4.5 frozen without a successor": Bad(
        "contract_period_freeze_has_successor", "contract_period", {"payments_frozen_on": DAY}
    ),
    "CP-03 its own successor": Bad("contract_period_successor_is_another", "contract_period", {"successor_year": 2030}),
    "CP-03 an unknown successor": Bad("successor_exists", "contract_period", {"successor_year": 2031}),
    "REF-4.5 years that overlap": Bad(
        "years_do_not_overlap", "contract_period", {"started_on": date(2026, 5, 31), "finished_on": date(2026, 12, 1)}
    ),
    "REF-4.7 a window that ends before it starts": Bad(
        "registration_closure_finish_not_before_start", "registration_closure", {"ends_on": date(2025, 6, 30)}
    ),
    "REF-4.7 windows that overlap": Bad(
        "closures_do_not_overlap",
        "registration_closure",
        {"key": "autumn", "starts_on": date(2025, 7, 8), "ends_on": date(2025, 7, 9)},
        [("registration_closure", {})],
    ),
    "SCD-04 a schedule twice": Bad("one_schedule", "schedule", {"identifier": "ecf-standard-september"}),
    "REF-4.9 a milestone twice": Bad("one_milestone", "milestone", {}, [("milestone", {})]),
    "REF-4.9 a milestone that closes as it opens": Bad(
        "milestone_closes_after_opening", "milestone", {"closes_on": DAY}
    ),
    "REF-4.10 a lead provider's name in other capitals": Bad(
        "lead_provider_name", "lead_provider", {"name": "CONTRACTED"}
    ),
    "REF-4.3 a lead provider's key twice": Bad("lead_provider_key_key", "lead_provider", {"key": "contracted"}),
    "REF-4.10 a delivery partner's name in other capitals": Bad(
        "delivery_partner_name", "delivery_partner", {"name": "PAIRED"}
    ),
    "REF-4.12 an appropriate body's name in other capitals": Bad(
        "appropriate_body_name", "appropriate_body", {"name": "A-BODY"}
    ),
    "ARR-02 a contract twice": Bad(
        "one_contract", "lead_provider_contract", lambda w: {"lead_provider_id": w.provider}
    ),
    "ARR-05 a pair twice": Bad("one_pairing", "provider_pairing", lambda w: {"delivery_partner_id": w.partner}),
    "ARR-05 a pair that disagrees with its contract": Bad(
        "pairing_of_contract", "provider_pairing", lambda w: {"lead_provider_id": w.uncontracted}
    ),
    "ARR-12 a partnership twice": Bad(
        "one_partnership", "school_partnership", lambda w: {"school_id": w.school, "origin": "support"}
    ),
    "API-11.5 two reported partnerships with one lead provider": Bad(
        "partnership_reported_once",
        "school_partnership",
        lambda w: {"school_id": w.school, "delivery_partner_id": w.other_partner},
        [("provider_pairing", {})],
    ),
    "ARR-05 a partnership of providers that do not work together": Bad(
        "paired", "school_partnership", lambda w: {"delivery_partner_id": w.other_partner}
    ),
    "ARR-12 challenged without a reason": Bad(
        "school_partnership_challenge_whole", "school_partnership", {"challenged_at": NOW}
    ),
    "REF-4.12 an appropriate body that ends before it begins": Bad(
        "appropriate_body_dates_in_order", "appropriate_body", {"active_from": DAY, "active_to": EARLIER}
    ),
    "ARR-09 carried forward from itself": Bad(
        "school_partnership_carried_from_another",
        "school_partnership",
        {"id": 900_000, "carried_from_partnership_id": 900_000},
    ),
    "REF-4.3 a delivery partner's key twice": Bad(
        "delivery_partner_key_key", "delivery_partner", {"key": "paired", "name": "Other"}
    ),
    "REF-4.3 an appropriate body's key twice": Bad(
        "appropriate_body_key_key", "appropriate_body", {"key": "a-body", "name": "Other"}
    ),
    "REF-4.3 a window's key twice": Bad(
        "registration_closure_key_key",
        "registration_closure",
        {"starts_on": date(2025, 8, 1), "ends_on": date(2025, 8, 1)},
        [("registration_closure", {})],
    ),
    "REF-4.12 a local authority that schools may choose": Bad(
        "appropriate_body_local_authorities_for_history", "appropriate_body", {"type": "local_authority"}
    ),
    "SCH-01 an unknown kind of school": Bad(
        "appropriate_body_known_school_kinds", "appropriate_body", {"allowed_school_kinds": ["private"]}
    ),
}

SCHOOLS = {
    "REF-2.7 a URN with a letter": Bad("school_urn_is_digits", "school", {"urn": "10000x"}),
    "REF-2.7 a URN twice": Bad("school_urn_key", "school", {"urn": "100001"}),
    "SCH-05 a last lead provider without provider-led": Bad(
        "school_last_provider_when_provider_led", "school", lambda w: {"last_lead_provider_id": w.provider}
    ),
    "SCH-05 last provider-led without a lead provider": Bad(
        "school_last_provider_when_provider_led", "school", {"last_training_programme": "provider_led"}
    ),
    "SCH-05 last school-led with a lead provider": Bad(
        "school_last_provider_when_provider_led",
        "school",
        lambda w: {"last_training_programme": "school_led", "last_lead_provider_id": w.provider},
    ),
    "IT-01 two tutors at once": Bad("induction_tutor_current", "induction_tutor", {}, [("induction_tutor", {})]),
    "IT-01 a tutor who ends before beginning": Bad(
        "induction_tutor_ends_after_start", "induction_tutor", {"ended_at": NOW - timedelta(days=1)}
    ),
    "REF-2.5 a link twice": Bad("one_link", "school_link", {}, [("school_link", {})]),
    "REF-3.4 a closing in force twice": Bad("school_closing_in_force", "school_closing", {}, [("school_closing", {})]),
    "REF-3.4 closed and nothing done": Bad("school_closing_acted_when_done", "school_closing", {"acted_on": None}),
    "REF-3.5 an alias of itself": Bad(
        "school_alias_of_another", "school", {"id": 900_000, "alias_of_school_id": 900_000, "urn": "100009"}
    ),
    "REF-3.6 an item twice": Bad("register_item_open", "register_item", {}, [("register_item", {})]),
    "REF-3.6 settled without saying how": Bad("register_item_settled_somehow", "register_item", {"settled_at": NOW}),
    "SCH-06 two answers for a year": Bad("one_answer_a_year", "school_year", {}, [("school_year", {})]),
    "REF-4.16 two uplifts for a year": Bad("one_uplift_a_year", "school_uplift", {}, [("school_uplift", {})]),
}

RECORDS = {
    "PRF-8 a second version of reference data": Bad("reference_version_one_check", "reference_version", {"one": False}),
    "DRF-14 a submitted draft that keeps answers": Bad(
        "draft_ended_is_erased", "draft", {"state": "submitted", "outcome": "{}", "answers": '{"a": {}}'}
    ),
    "DRF-14 a deleted draft that keeps the TRN": Bad(
        "draft_ended_is_erased", "draft", {"state": "deleted", "trn": "7000001"}
    ),
    "DRF-11 submitted without an outcome": Bad("draft_submitted_has_outcome", "draft", {"state": "submitted"}),
    "IDN-04 a snapshot before the match": Bad("draft_snapshot_only_when_matched", "draft", {"trs_snapshot": "{}"}),
    "VAL-01 a draft with half a TRN": Bad("draft_trn_is_seven_digits", "draft", {"trn": "123"}),
    "SEC-33 a fork in the chain": Bad("one_chain", "event", {"id": 2}, [("event", {})]),
    "EVT-01 a further subject twice": Bad("one_subject", "event_subject", {}, [("event", {}), ("event_subject", {})]),
    "EVT-01 a subject of no event": Bad("subject_of_event", "event_subject", {}),
    "ADM-10.1 a setting twice": Bad("service_setting_key_key", "service_setting", {}, [("service_setting", {})]),
    "NOT-1.2 one message twice": Bad(
        "message_dedupe_key_key", "message", {"id": "00000000-0000-0000-0000-000000000003"}, [("message", {})]
    ),
    "ACC-3.1 one identity for two users": Bad("one_identity", "user_identity", {}, [("user_identity", {})]),
    "ACC-9.1 one session twice": Bad("one_session", "session", {"csrf_secret": HASH}, [("session", {})]),
    "ACC-3.4 the same open access twice": Bad("school_access_open", "school_access", {}, [("school_access", {})]),
    "ACC-3.1 access to no school": Bad("access_to_school", "school_access", {"school_id": 0}),
}

CLOSED = {"id": 900_000, "finished_on": END, "end_reason": "school_closed"}
CONTINUED = {
    "continues_stay_id": 900_000,
    "started_on": END + timedelta(days=1),
    "finished_on": END + timedelta(days=1),
}
CONTINUING = {
    f"REF-3.5 {role}: a stay continued twice": Bad(
        f"{role}_continues_once",
        table,
        {"continues_stay_id": 900_000, "started_on": date(2026, 6, 1)},
        [(table, CLOSED), (table, CONTINUED | {"end_reason": "left"})],
    )
    for role, table in (("ect", "ect_at_school_period"), ("mentor", "mentor_at_school_period"))
}

OWN_AFFAIRS = {
    "ADM-15.1 a closed query without its time": Bad(
        "support_query_closed_when_closed", "support_query", {"state": "closed"}
    ),
    "SP-01 about a stay of no role": Bad("support_query_about_whole", "support_query", {"about_stay_id": 1}),
    "SP-02 satisfaction out of range": Bad("feedback_one_to_five", "feedback", {"satisfaction": 6}),
    "PF-01 two sets of preferences": Bad("one_preference", "school_preference", {}, [("school_preference", {})]),
    "PF-01 preferences about no school": Bad("preference_about_school", "school_preference", {"school_id": 0}),
    "ACC-4.2 one flow twice": Bad("one_flow", "sign_in_flow", {}, [("sign_in_flow", {})]),
    "ACC-9.6 acting for no school": Bad("session_acts_for_a_school", "session", {"acting_until": NOW}),
    "ADM-7.5 elevated without acting": Bad("session_is_elevated_while_it_acts", "session", {"elevated_until": NOW}),
    "ACC-4.11 one organisation of somebody twice": Bad(
        "one_organisation", "user_organisation", {}, [("user_organisation", {})]
    ),
    "ACC-5.7 a link to no school": Bad("one_time_secret_about_school", "one_time_secret", {"school_id": 0}),
    "ACC-6.6 a code for any browser": Bad("one_time_secret_code_in_a_browser", "one_time_secret", {"code_hash": b"1"}),
    "ACC-5.7 the same link twice": Bad(
        "one_time_secret_link_hash_key", "one_time_secret", {}, [("one_time_secret", {})]
    ),
    "NOT-5.1 the same run twice": Bad("one_run", "reminder_run", {}, [("reminder_run", {})]),
    "NOT-2.8 fewer than no failures": Bad("message_failures_not_negative", "message", {"earlier_failures": -1}),
    "NOT-2.4 a sender stopped twice at once": Bad("one_stop_at_a_time", "sender_stop", {}, [("sender_stop", {})]),
    "NOT-2.4 tried before it stopped": Bad(
        "sender_stop_tried_after_it", "sender_stop", {"try_at": NOW - timedelta(days=1)}
    ),
    "ADM-14.1 one job twice": Bad("job_run_name_key", "job_run", {}, [("job_run", {})]),
    "ADM-14.1 a job that did less than nothing": Bad("job_run_result_not_negative", "job_run", {"result": -1}),
    "ADM-14.1 a job that ended before it began": Bad("job_run_ended_was_started", "job_run", {"finished_at": NOW}),
    "ADM-12.2 one field counted twice": Bad("field_error_one", "field_error", {}, [("field_error", {})]),
    "ADM-12.2 no error counted": Bad("field_error_counts", "field_error", {"errors": 0}),
    "NOT-7.1 two feeds of a user for a school": Bad(
        "one_feed_in_use", "calendar_feed", {"id": 2, "token_hash": b"2"}, [("calendar_feed", {})]
    ),
    "NOT-7.1 one secret for two feeds": Bad(
        "calendar_feed_token_hash_key", "calendar_feed", {"id": 2, "ended_at": NOW}, [("calendar_feed", {})]
    ),
    "NOT-7.3 names in another way": Bad("calendar_feed_names_are_known", "calendar_feed", {"names": "first"}),
    "NOT-7.4 one entry twice": Bad(
        "one_entry_of_a_kind", "calendar_entry", {}, [("calendar_feed", {}), ("calendar_entry", {})]
    ),
    "NOT-7.4 a sequence below nought": Bad(
        "calendar_entry_sequence_not_negative", "calendar_entry", {"sequence": -1}, [("calendar_feed", {})]
    ),
    "MSG-01 a reminder twice in a day": Bad("one_reminder_a_day", "reminder_sent", {}, [("reminder_sent", {})]),
}

TOKENS = {
    "API-3.2 a token that is no hash": Bad("api_token_hash_whole", "api_token", {"token_hash": b"ect_test_"}),
    "API-3.2 more than its first characters": Bad(
        "api_token_eight_characters", "api_token", {"first_characters": "123456789"}
    ),
    "API-3.2 the same token twice": Bad("api_token_token_hash_key", "api_token", {}, [("api_token", {})]),
    "API-3.6 two counts of a day": Bad(
        "api_token_day_once", "api_token_day", {}, [("api_token", {"id": 1}), ("api_token_day", {})]
    ),
}

PUT_RIGHT = {
    "ADM-9.3 a score of more than all": Bad("name_correction_score_in_range", "name_correction", {"score": 101}),
    "ADM-9.1 two corrections of one flag": Bad(
        "name_correction_one_of_a_flag",
        "name_correction",
        {"name_flag_id": 1},
        [("name_flag", {"id": 1}), ("name_correction", {"name_flag_id": 1})],
    ),
    "ADM-9.6 reviewed without saying how": Bad("name_flag_review_whole", "name_flag", {"reviewed_at": NOW}),
    "FIX-23 a counter that there is not": Bad(
        "lookup_attempt_lifted_of_counters", "lookup_attempt", {"lifted": ["everybody"]}
    ),
    "ADM-6.2 two rows in one place": Bad(
        "bulk_row_one_position", "bulk_row", {"trn": "7000002"}, [("bulk_batch", {"id": 1}), ("bulk_row", {})]
    ),
    "ADM-6.2 applied before it was checked": Bad(
        "bulk_row_found_before_result", "bulk_row", {"result": "changed"}, [("bulk_batch", {"id": 1})]
    ),
    "FIX-15 ended by nobody": Bad("anonymisation_end_whole", "anonymisation", {"outcome": "withdrawn"}),
    "FIX-15 done by one person alone": Bad(
        "anonymisation_by_two",
        "anonymisation",
        lambda w: {"outcome": "done", "ended_at": NOW, "ended_by_user_id": w.user},
    ),
    "FIX-15 asked for twice at once": Bad("anonymisation_one_open", "anonymisation", {}, [("anonymisation", {})]),
}

CASES = (
    PUT_RIGHT
    | TOKENS
    | CONTINUING
    | STAYS
    | PEOPLE
    | MENTORSHIPS
    | TRAINING
    | PROVIDERS
    | SCHOOLS
    | RECORDS
    | OWN_AFFAIRS
)


@pytest.mark.rule("DM-02", "REL-5")
@pytest.mark.parametrize("bad", CASES.values(), ids=CASES)
async def test_the_database_refuses(world: World, bad: Bad) -> None:
    for table, changes in bad.beside or []:
        await insert(world, table, **of(changes, world))
    assert await refusal(lambda: insert(world, bad.table, **of(bad.changes, world))) == bad.constraint


@pytest.mark.parametrize("table", BUILDERS)
async def test_the_row_that_each_refusal_starts_from_is_accepted(world: World, table: str) -> None:
    refused = await refusal(lambda: insert(world, table, **({"email": "b@b.example"} if table == "app_user" else {})))
    assert refused is None


HELPERS = {
    "contract_whole",
    "ect_stay_whole",
    "mentor_stay_whole",
    "pairing_whole",
    "partnership_whole",
    "schedule_of_year",
}
"""Uniqueness that only exists for foreign keys of several columns to point at."""


@pytest.mark.rule("TRP-14")
async def test_every_constraint_of_ours_is_proved_here(database: None) -> None:
    rows = await fetch(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        " AND conrelid::regclass::text NOT LIKE 'procrastinate%' AND contype IN ('c', 'u', 'x')"
        " AND conname NOT LIKE '%_is_known' AND conname NOT LIKE '%_not_null'"
    )
    named = {row["conname"] for row in rows}
    ids_of_outside = {name for name in named if name.endswith(("_public_id_key", "_reference_key"))}
    assert sorted(named - ids_of_outside - HELPERS - {bad.constraint for bad in CASES.values()}) == []


ACCEPTED = {
    "PER-05 a stay from the day after another ended": [
        ("ect_at_school_period", {"finished_on": END, "end_reason": "left"}),
        ("ect_at_school_period", {"started_on": END + timedelta(days=1), "email": "x@a.example"}),
    ],
    "GEN-03 a stay beside a removed one": [
        ("ect_at_school_period", {"removed_at": NOW, "removal_reason": "duplicate"}),
        ("ect_at_school_period", {}),
    ],
    "PER-10 a mentor at two schools": [
        ("mentor_at_school_period", lambda w: {"teacher_id": w.mentor, "school_id": w.other_school}),
    ],
    "PER-21 training beside cancelled training": [
        ("training_period", {"cancelled_at": NOW, "cancellation_reason": "support"}),
        ("training_period", {}),
    ],
    "GEN-02 a stay of one day": [
        ("ect_at_school_period", {"finished_on": DAY, "end_reason": "left"}),
    ],
    "ARR-12 a second pair with one lead provider from support": [
        ("provider_pairing", {}),
        (
            "school_partnership",
            lambda w: {"school_id": w.school, "delivery_partner_id": w.other_partner, "origin": "support"},
        ),
    ],
    "REF-3.5 a stay that continues one at a closed school": [
        ("ect_at_school_period", {"id": 5, "finished_on": END, "end_reason": "school_closed"}),
        (
            "ect_at_school_period",
            lambda w: {"continues_stay_id": 5, "school_id": w.other_school, "started_on": END + timedelta(days=1)},
        ),
    ],
}


@pytest.mark.parametrize("rows", ACCEPTED.values(), ids=ACCEPTED)
async def test_the_database_accepts(world: World, rows: list[tuple[str, Any]]) -> None:
    async def write() -> None:
        for table, changes in rows:
            await insert(world, table, **of(changes, world))

    assert await refusal(write) is None


@pytest.mark.rule("PER-40")
async def test_a_stay_cannot_be_shortened_under_its_training_or_mentorship(world: World) -> None:
    await insert(world, "training_period")
    shorten = "UPDATE ect_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1"
    assert await refusal(lambda: fetch(shorten, world.ect_stay, END)) == "training_inside_stay"
    await fetch("UPDATE training_period SET finished_on = $1", END)
    await insert(world, "mentorship_period", finished_on=END + timedelta(days=1))
    assert await refusal(lambda: fetch(shorten, world.ect_stay, END)) == "mentorship_inside_stays"


@pytest.mark.rule("PER-40")
async def test_stay_and_training_may_be_shortened_in_either_order_in_one_transaction(world: World) -> None:
    await insert(world, "training_period")

    async def shorten() -> None:
        await fetch(
            "UPDATE ect_at_school_period SET finished_on = $2, end_reason = 'left' WHERE id = $1", world.ect_stay, END
        )
        await fetch("UPDATE training_period SET finished_on = $1", END)

    assert await refusal(shorten) is None


@pytest.mark.rule("PER-03")
async def test_the_first_eligible_stamp_is_written_once(world: World) -> None:
    stamp = "UPDATE teacher SET ect_first_eligible_at = $2 WHERE id = $1"
    assert await refusal(lambda: fetch(stamp, world.ect, NOW)) is None
    assert await refusal(lambda: fetch(stamp, world.ect, NOW)) is None
    assert await refusal(lambda: fetch(stamp, world.ect, NOW + timedelta(days=1))) == "eligibility_written_once"
    assert await refusal(lambda: fetch(stamp, world.ect, None)) == "eligibility_written_once"


@pytest.mark.rule("GEN-08")
@pytest.mark.parametrize("table", ["teacher", "school", "ect_at_school_period", "lead_provider"])
async def test_a_row_that_others_refer_to_cannot_be_deleted(world: World, table: str) -> None:
    await insert(world, "training_period")
    refused = await refusal(lambda: fetch(f"DELETE FROM {table}"))
    assert refused is not None


@pytest.mark.rule("DM-02")
@pytest.mark.parametrize("constraint", GUARDS)
async def test_each_guard_names_something_that_the_database_really_has(database: None, constraint: str) -> None:
    row = await fetch_one(
        "SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = $1) OR to_regclass($1) IS NOT NULL"
        " OR EXISTS (SELECT FROM pg_proc WHERE proname = $1) AS there",
        constraint,
    )
    assert row is not None
    assert row["there"]


@pytest.mark.rule("DM-02")
async def test_a_refusal_of_the_database_reads_like_the_rule_it_guards(world: World) -> None:
    with pytest.raises(Refused) as raised:
        async with transaction():
            await insert(world, "ect_at_school_period", teacher_id=world.ect, school_id=world.other_school)
    assert (raised.value.code, raised.value.field) == ("already_registered_elsewhere", "start_date")
    assert refusal_of("unheard_of") is None


READ = """SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables
    WHERE relname IN ('training_period', 'mentorship_period')"""
COPIED = """SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'
    AND column_name NOT IN ('id', 'public_id', 'started_on', 'finished_on') ORDER BY ordinal_position"""


@pytest.mark.rule("PER-04", "PER-62")
@pytest.mark.parametrize("table", ["ect_at_school_period", "training_period", "mentorship_period"])
async def test_checking_a_period_reads_its_own_rows_alone(world: World, table: str) -> None:
    number = 1_000
    for stays in ("ect_at_school_period", "mentor_at_school_period"):
        await fetch(f"UPDATE {stays} SET started_on = started_on - {number}")
    for crowded in ("training_period", "mentorship_period"):
        await insert(world, crowded, started_on=END, finished_on=END)
        names = await fetch(COPIED, crowded)
        columns = ", ".join(row["column_name"] for row in names)
        await fetch(f"""INSERT INTO {crowded} ({columns}, started_on, finished_on)
            SELECT {columns}, started_on - n, finished_on - n FROM {crowded}, generate_series(1, {number - 1}) AS n""")
    await fetch("SET CONSTRAINTS ALL IMMEDIATE")
    # Other tests have left the planner their own numbers, and indexes full of rows that were rolled back.
    with seen_by(OWNER):
        for crowded in ("training_period", "mentorship_period"):
            await fetch(f"REINDEX TABLE {crowded}")
            await fetch(f"ANALYZE {crowded}")
    # A connection that has checked a few rows keeps one plan for all.
    await fetch("SET LOCAL plan_cache_mode = force_generic_plan")
    before = (await fetch(READ))[0]["rows"]
    await fetch(f"UPDATE {table} SET updated_at = updated_at WHERE id = (SELECT max(id) FROM {table})")
    allowed = 2 * number if table == "ect_at_school_period" else 4
    assert (await fetch(READ))[0]["rows"] - before <= allowed
