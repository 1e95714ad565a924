"""The closed lists that the database admits are those of the specification and of app.terms."""

from __future__ import annotations

import re

import pytest

from app import terms
from app.access.one_time import Purpose
from app.db.engine import fetch

ENUMS = {
    ("event", "actor_kind"): terms.ActorKind,
    ("contract_period", "successor_schedule_identifier"): terms.ScheduleIdentifier,
    ("schedule", "identifier"): terms.ScheduleIdentifier,
    ("appropriate_body", "type"): terms.AppropriateBodyType,
    ("ect_at_school_period", "end_reason"): terms.StayEndReason,
    ("ect_at_school_period", "working_pattern"): terms.WorkingPattern,
    ("ect_at_school_period", "identity_match"): terms.IdentityMatch,
    ("ect_at_school_period", "removal_reason"): terms.RemovalReason,
    ("mentor_at_school_period", "end_reason"): terms.StayEndReason,
    ("mentor_at_school_period", "identity_match"): terms.IdentityMatch,
    ("mentor_at_school_period", "removal_reason"): terms.RemovalReason,
    ("mentorship_period", "cancellation_reason"): terms.CancellationReason,
    ("one_time_secret", "purpose"): Purpose,
    ("draft", "kind"): terms.DraftKind,
    ("draft", "state"): terms.DraftState,
    ("draft", "identity_match"): terms.IdentityMatch,
    ("lookup_attempt", "role"): terms.Role,
    ("lookup_attempt", "outcome"): terms.LookupOutcome,
    ("school", "kind"): terms.SchoolKind,
    ("school", "last_training_programme"): terms.TrainingProgramme,
    ("school_closing", "state"): terms.ClosingState,
    ("register_item", "queue"): terms.RegisterQueue,
    ("register_item", "kind"): terms.RegisterItemKind,
    ("school_year", "expecting_ects"): terms.ExpectingECTs,
    ("teacher", "trs_induction_status"): terms.TRSInductionStatus,
    ("teacher", "trs_answer"): terms.TRSAnswer,
    ("teacher", "mentor_ineligible_reason"): terms.MentorIneligibleReason,
    ("induction_period", "outcome"): terms.InductionOutcome,
    ("induction_to_tell", "state"): terms.TellingState,
    ("school_partnership", "origin"): terms.PartnershipOrigin,
    ("school_partnership", "challenge_reason"): terms.ChallengeReason,
    ("training_period", "role"): terms.Role,
    ("training_period", "training_programme"): terms.TrainingProgramme,
    ("training_period", "confirmation_source"): terms.ConfirmationSource,
    ("training_period", "withdrawal_reason"): terms.WithdrawalReason,
    ("training_period", "deferral_reason"): terms.DeferralReason,
    ("training_period", "cancellation_reason"): terms.CancellationReason,
}
LISTS = {
    ("school", "access_override"): {"full", "school_led_only", "none"},
    ("school", "email_link_override"): {"on", "off"},
    ("app_user", "audience"): {"school", "staff"},
    ("name_flag", "where"): {"registration", "change"},
    ("name_flag", "outcome"): {"accepted", "reverted", "settled"},
    ("name_correction", "where"): {"registration", "change", "fix"},
    ("bulk_row", "found"): {"will_change", "no_change", "cannot"},
    ("bulk_row", "result"): {"changed", "no_change", "cannot"},
    ("anonymisation", "outcome"): {"done", "withdrawn"},
    ("support_query", "state"): {"received", "sent", "failed", "closed"},
    ("support_query", "about_role"): {"ect", "mentor"},
    ("school_preference", "digest"): {"off", "weekly", "daily", "at_once"},
    ("api_token", "scope"): {"read", "read+write"},
    ("import_upload", "kind"): {"school_register", "reference_data"},
    ("import_upload", "state"): {"waiting", "checking", "checked", "asked", "applying", "done", "refused", "failed"},
    ("reminder_run", "state"): {"planned", "sent", "cancelled"},
    ("message", "state"): {
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
    },
}
EXPECTED = {place: {member.value for member in enum} for place, enum in ENUMS.items()} | LISTS


async def admitted() -> dict[tuple[str, str], set[str]]:
    """Return (table, column) -> the values that its CHECK admits."""
    rows = await fetch(
        "SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) AS rule FROM pg_constraint"
        " WHERE conname LIKE '%\\_is\\_known' AND connamespace = 'public'::regnamespace"
    )
    return {
        (row["of"], row["conname"][len(row["of"]) + 1 : -len("_is_known")]): set(re.findall(r"'([^']*)'", row["rule"]))
        for row in rows
    }


@pytest.mark.rule("TRP-14")
async def test_the_database_admits_the_words_of_the_field_and_no_other(database: None) -> None:
    assert await admitted() == EXPECTED


@pytest.mark.parametrize("place", EXPECTED, ids=".".join)
async def test_an_unknown_word_is_refused(database: None, place: tuple[str, str]) -> None:
    table, column = place
    rule = await fetch(
        "SELECT replace(pg_get_constraintdef(oid), 'CHECK ', '') AS rule FROM pg_constraint WHERE conname = $1",
        f"{table}_{column}_is_known",
    )
    accepted = await fetch(
        f'SELECT {rule[0]["rule"]} AS yes FROM (SELECT $1::text AS "{column}") AS given', "no such word"
    )
    assert accepted[0]["yes"] is False
