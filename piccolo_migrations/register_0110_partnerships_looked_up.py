"""Settling looks the partnerships of a school up, and never reads those of the whole country (PRF-5, PRF-18)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from app.db.engine import fetch

ID = "2026-11-27T20:10:00:000110"
VERSION = "1.38.0"
DESCRIPTION = "Partnerships are looked up when lead providers' records are settled"

SETTLE, EXPRESSION = "settle_provider_records(timestamptz, date)", "expression_of_interest_documents(bigint[], date)"
DEFINITION = "SELECT pg_get_functiondef($1::regprocedure) AS text"

# Nothing is asked for by delivery partner alone often enough for an index; without partners that part isn't run.
OF_EITHER = """SELECT p.id FROM school_partnership p
        WHERE p.school_id = ANY (schools) OR p.delivery_partner_id = ANY (partners));"""
OF_EACH = """SELECT p.id FROM school_partnership p WHERE p.school_id = ANY (schools)
        UNION SELECT p.id FROM school_partnership p WHERE partners IS NOT NULL AND p.delivery_partner_id = ANY (partners));"""

# A plan for any number of schools would join with all partnerships; one training has one at most.
JOINED = """FROM training_period t LEFT JOIN school_partnership sp ON sp.id = t.school_partnership_id
    WHERE t.school_id = ANY (subjects) AND t.training_programme = 'provider_led'
        AND (sp.id IS NULL OR sp.challenged_at IS NOT NULL)"""
LOOKED_UP = """FROM training_period t LEFT JOIN LATERAL (SELECT p.challenged_at FROM school_partnership p
        WHERE p.id = t.school_partnership_id OFFSET 0) sp ON true
    WHERE t.school_id = ANY (subjects) AND t.training_programme = 'provider_led'
        AND (t.school_partnership_id IS NULL OR sp.challenged_at IS NOT NULL)"""
CHANGES = ((SETTLE, OF_EITHER, OF_EACH), (EXPRESSION, JOINED, LOOKED_UP))


async def forwards() -> MigrationManager:
    """Change both functions."""
    manager = MigrationManager(migration_id=ID, app_name="register", description=DESCRIPTION)

    async def make() -> None:
        for function, before, after in CHANGES:
            await _replace(function, before, after)

    async def unmake() -> None:
        for function, before, after in CHANGES:
            await _replace(function, after, before)

    manager.add_raw(make)
    manager.add_raw_backwards(unmake)
    return manager


async def _replace(function: str, old: str, new: str) -> None:
    """Give a function another text at one place, and leave everything else about it."""
    (row,) = await fetch(DEFINITION, function)
    if row["text"].count(old) != 1:
        raise ValueError(f"{function} is not as it was made")
    await fetch(row["text"].replace(old, new))
