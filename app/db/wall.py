"""The roles, rights and row-level policies behind `app.db.sight`, made anew from the catalogue after each migration.

They are no part of the history: every table with a `school_id` gets its policy without anybody writing one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.engine import engine, fetch
from app.db.sight import SCHOOL_ROLE, SCHOOL_SETTING, SERVICE_ROLE

if TYPE_CHECKING:
    from collections.abc import Collection

NOT_WALLED = {
    "session": "belongs to a user, who may change schools with it; found by the hash of the browser's id alone",
    "one_time_secret": "belongs to whoever holds the link; found by its hash alone, before there is a school",
    "message": "only the columns that tell how mail to an address ended can be read at all",
    "mailbox_message": "the developer mailbox shows every message; it does not exist in production",
}
"""Tables with a `school_id` that a school's page may read whole, and why."""
APPEND_ONLY = ("event", "event_subject")
ROLES = (SERVICE_ROLE, SCHOOL_ROLE)
OF_SCHOOL = f"(school_id = (NULLIF(current_setting('{SCHOOL_SETTING}'::text, true), ''::text))::bigint)"
POLICIES = {"sees_all": (SERVICE_ROLE, "true"), "sees_its_own": (SCHOOL_ROLE, OF_SCHOOL)}
"""Name -> role and condition, the condition as PostgreSQL spells it back."""

MAKE_ROLE = """DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN
        BEGIN CREATE ROLE {0} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
    END IF;
    IF NOT pg_has_role('{0}', 'MEMBER') THEN GRANT {0} TO CURRENT_USER; END IF;
END $do$"""
WALLED = """SELECT c.relname AS name, c.relrowsecurity AS enabled,
        ARRAY(SELECT format('%s:%s:%s', p.polname, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid))
            FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname) AS policies
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school_id' AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL($1) ORDER BY c.relname"""
WANTED = sorted(f"{name}:{{{role}}}:{condition}" for name, (role, condition) in POLICIES.items())


SCHEMA = "across_schools"
OPEN_WITH_ADDRESS = """SELECT {0}.teacher_id FROM {0}_at_school_period {0} WHERE lower({0}.email) = lower(address)
    AND {0}.removed_at IS NULL AND coalesce({0}.finished_on, 'infinity') >= day"""
FUNCTIONS = {
    "training_of": (
        "teacher bigint",
        "SETOF training_period",
        "SELECT * FROM training_period WHERE teacher_id = teacher",
    ),
    "mentorships_of": (
        "ect bigint",
        "SETOF mentorship_period",
        "SELECT * FROM mentorship_period WHERE ect_teacher_id = ect",
    ),
    "holders_of": (
        "address text, day date",
        "TABLE (holder bigint)",
        f"{OPEN_WITH_ADDRESS.format('ect')} UNION ALL {OPEN_WITH_ADDRESS.format('mentor')}",
    ),
}
"""Name -> arguments, result and statement: what a page's own statement may read at every school.

They run with the rights of the owner. What is asked of the first two belongs to a person of the school already: whether
a mentor was ever trained (MFT-01), and which mentors an ECT has had (SCD-03). The third gives the ids of who holds an
email address on a stay that is open on a day, ignoring case, and nothing else about them (EML-01).
"""
MAKE_FUNCTION = """CREATE OR REPLACE FUNCTION {schema}.{name}({arguments}) RETURNS {result}
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = public, pg_temp
    AS $body$ BEGIN RETURN QUERY {statement}; END $body$"""
MADE = "SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace($1)"
BOUNCES = "recipient, state, finished_at, school_id, message_id, dedupe_key"
"""The columns of a message that a school's page may ask for: how mail to an address ended, not what it said."""


async def build() -> None:
    """Make what is missing of roles, rights and policies, as the owner of the tables; idempotent.

    Rights and policies change at one moment, so that a page meets those before or those after.
    """
    for role in ROLES:
        await fetch(MAKE_ROLE.format(role))
    async with engine.transaction():
        await _rights()
        await _functions()
        for table in await _unwalled():
            await _wall(table)


async def _rights() -> None:
    for role in ROLES:
        await fetch(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        await fetch(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table in APPEND_ONLY:
            await fetch(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
        await fetch(f"REVOKE INSERT, UPDATE, DELETE ON migration FROM {role}")
    await fetch(f"REVOKE ALL ON message FROM {SCHOOL_ROLE}")
    await fetch(f"GRANT SELECT ({BOUNCES}) ON message TO {SCHOOL_ROLE}")


async def _functions() -> None:
    await fetch(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    for role in ROLES:
        await fetch(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}")
    for name, (arguments, result, statement) in FUNCTIONS.items():
        made = MAKE_FUNCTION.format(schema=SCHEMA, name=name, arguments=arguments, result=result, statement=statement)
        await fetch(made)


async def take_down() -> None:
    """Take away what would keep tables from being dropped."""
    await fetch(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


async def stands(tables: Collection[str]) -> bool:
    """Tell whether those of these tables that hold schools' rows have their policies, and the functions are there.

    A table that only later code knows is no reason for this code to stop serving (OPS-9).
    """
    if set(FUNCTIONS) - {row["proname"] for row in await fetch(MADE, SCHEMA)}:
        return False
    return not set(tables).intersection(await _unwalled())


async def _unwalled() -> list[str]:
    rows = await fetch(WALLED, list(NOT_WALLED))
    return [row["name"] for row in rows if not row["enabled"] or row["policies"] != WANTED]


async def _wall(table: str) -> None:
    for old in await fetch("SELECT polname FROM pg_policy WHERE polrelid = $1::text::regclass", table):
        await fetch(f'DROP POLICY "{old["polname"]}" ON "{table}"')
    for name, (role, condition) in POLICIES.items():
        await fetch(f'CREATE POLICY {name} ON "{table}" TO {role} USING ({condition})')
    await fetch(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
