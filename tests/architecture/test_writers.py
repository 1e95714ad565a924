"""Which package may write which table: found by reading every statement in the program."""

from __future__ import annotations

import re

from app.db.tables import ALL_TABLES
from tests.architecture.source import ROOT, modules

STATEMENT = re.compile(
    r'(?<!FOR )(?<!FOR NO KEY )\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(?:ONLY\s+)?"?(\w+|\{\})"?'
)

LOCK_NUMBER = re.compile(r"\w*LOCK = (7_203_\d+)$", re.MULTILINE)

OWNERS = {
    "access": {
        "rate_count",
        *("app_user", "user_identity", "school_access", "school_preference", "session"),
        *("user_organisation", "sign_in_flow", "one_time_secret", "rate_count"),
        *("api_token", "api_token_day", "service_setting"),
    },
    "schools": {"school", "school_year", "induction_tutor"},
    "teachers": {"teacher", "induction_to_tell", "lookup_attempt", "rate_count"},
    "training": {"school_partnership", "training_period"},
    "registration": {
        "ect_at_school_period",
        "mentor_at_school_period",
        "mentorship_period",
        "name_flag",
        "name_correction",
        "anonymisation",
        # registering and closing stays reaches across (design: operations that do live here)
        "school",
        "school_year",
        "teacher",
        "training_period",
        "draft",
        # what support records for an appropriate body (FIX-24)
        "induction_period",
        # what became of closed schools, and what of it staff have to decide
        "school_closing",
        "register_item",
        "calendar_feed",
        "reminder_run",
        "calendar_entry",
    },
    "support": {"support_query", "feedback"},
    "console": {"queue_item", "bulk_batch", "bulk_row"},
    "drafts": {"draft", "field_error"},
    "events": {"event", "event_subject"},
    "notices": {"message", "mailbox_message", "sender_stop"},
    "provider_records": {"change", "idempotent_request"},
    "refdata": {
        "import_upload",
        "appropriate_body",
        "contract_period",
        "delivery_partner",
        "lead_provider",
        "lead_provider_contract",
        "milestone",
        "provider_pairing",
        "register_run",
        "registration_closure",
        "schedule",
        "school",
        "school_link",
        "school_uplift",
        "induction_period",
    },
    "jobs": {
        "api_token_day",
        "job_run",
        "lookup_attempt",
        "one_time_secret",
        "rate_count",
        "reminder_run",
        "reminder_sent",
        "session",
        "sign_in_flow",
    },
}
ANY_TABLE = {"demo", "national", "bench", "db"}
"""Demo, generated and scratch data is written straight; migrations belong to the database itself."""
STAGING = {"school_raw", "school_staged", "link_staged", "provider_postponed", "procrastinate_jobs"}
"""Temporary tables of a register run, what waits to be settled, which triggers fill, and the queue of jobs."""
BY_NAME = {"app/refdata/rows.py", "app/refdata/write.py", "app/refdata/staging.py"}
"""Modules that are given the name of one of their package's tables."""


def writes() -> set[tuple[str, str, str]]:
    """Return (package, module, table) of every statement that writes."""
    return {
        (module.package, module.name, table)
        for module in modules()
        for text in module.texts()
        for table in STATEMENT.findall(text)
        if table != "SET"
    }


def test_each_table_is_written_only_by_the_packages_that_own_it() -> None:
    foreign = {
        (module, table)
        for package, module, table in writes()
        if package not in ANY_TABLE
        and table not in OWNERS.get(package, set()) | STAGING
        and not (table == "{}" and module in BY_NAME)
    }
    assert foreign == set()


def test_the_statements_are_found() -> None:
    found = {(package, table) for package, _, table in writes()}
    assert {("registration", "ect_at_school_period"), ("access", "session"), ("drafts", "draft")} <= found


def test_every_owner_owns_tables_that_there_are() -> None:
    there = {table._meta.tablename for table in ALL_TABLES}
    assert {table for tables in OWNERS.values() for table in tables} <= there


def test_no_two_advisory_locks_have_the_same_number() -> None:
    files = (*modules(), *modules(ROOT / "piccolo_migrations"))
    numbers = [number for file in files for number in LOCK_NUMBER.findall(file.text)]
    assert len(numbers) >= 4
    assert sorted(numbers) == sorted(set(numbers))


AROUND_A_JOURNEY = {"app/web/journeys.py", "app/web/journey_conflict.py"}
"""What opens a transaction around a journey's submit, or around what is kept of its answers."""


def test_pages_hold_no_sql_and_open_no_transaction() -> None:
    pages = {module.name: module.text for module in modules() if module.name.startswith("app/web/")}
    assert len(pages) > 50
    reading = [name for name, text in pages.items() if re.search(r"from app\.db\.engine import .*\bfetch", text)]
    opening = {name for name, text in pages.items() if "from app.db.transaction import" in text}
    assert (reading, opening) == ([], AROUND_A_JOURNEY)
